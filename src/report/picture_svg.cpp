#include <fmt/core.h>

#include <cmath>
#include <set>
#include <string>

#include "report/markup.h"
#include "report/picture.h"
#include "report/picture_cairo.h"

namespace firmground::report {

namespace {

std::string paint(const Colour& colour) {
  return fmt::format("var(--{},#{:06x})", colour.role, colour.rgb);
}

std::string hatch_id(const Picture& picture, const Shape& shape) {
  return fmt::format("{}-hatch{}-{}-{}", picture.id, static_cast<int>(shape.hatch), shape.hatch_colour.role,
                     shape.fill ? shape.fill->role : "none");
}

/// The fill with its hatching; the marks mirror those that draw_hatch() of picture_cairo.cpp lays.
std::string pattern(const std::string& id, const Shape& shape) {
  const bool dots = shape.hatch == Hatch::dots;
  const double step = dots ? 2.6 : 3;
  std::string marks;
  if (shape.fill) {
    marks = fmt::format(R"(<rect width="{}" height="{}" fill="{}" fill-opacity="{}"/>)", step, step, paint(*shape.fill),
                        short_number(shape.fill_opacity));
  }
  if (dots) {
    marks += fmt::format(R"(<circle cx="1.3" cy="1.3" r="0.45" fill="{}"/>)", paint(shape.hatch_colour));
  } else {
    marks += fmt::format(R"(<path d="M0 0V3{}" stroke="{}" stroke-width="0.6"/>)",
                         shape.hatch == Hatch::cross ? "M0 0H3" : "", paint(shape.hatch_colour));
  }
  return fmt::format(R"(<pattern id="{}" width="{}" height="{}" patternUnits="userSpaceOnUse"{}>{}</pattern>)", id,
                     step, step, dots ? "" : R"x( patternTransform="rotate(45)")x", marks);
}

/// "12.5", ".5", "-.25": a number of a path, led by a blank only where it needs one.
void append_number(long hundredths, std::string& data) {
  if (hundredths < 0) {
    data += '-';
    hundredths = -hundredths;
  } else if (data.back() != 'm' && data.back() != 'l') {
    data += ' ';
  }
  const long whole = hundredths / 100;
  const long part = hundredths % 100;
  if (whole > 0 || part == 0) {
    data += std::to_string(whole);
  }
  if (part > 0) {
    data += '.';
    data += static_cast<char>('0' + part / 10);
    if (part % 10 > 0) {
      data += static_cast<char>('0' + part % 10);
    }
  }
}

/// Relative coordinates in hundredths: a national map has half a million vertices.
std::string path_data(const Shape& shape) {
  std::string data;
  long begin_x = 0;  // where a relative move starts from: the last point, or the start of the closed outline
  long begin_y = 0;
  for (const auto& outline : shape.outlines) {
    long x = begin_x;
    long y = begin_y;
    for (std::size_t i = 0; i < outline.size(); ++i) {
      const long next_x = std::lround(outline[i].x * 100);
      const long next_y = std::lround(outline[i].y * 100);
      data += i == 0 ? "m" : i == 1 ? "l" : "";
      append_number(next_x - x, data);
      append_number(next_y - y, data);
      x = next_x;
      y = next_y;
      if (i == 0) {
        begin_x = x;
        begin_y = y;
      }
    }
    if (shape.closed && !outline.empty()) {
      data += 'z';
    } else {
      begin_x = x;
      begin_y = y;
    }
  }
  return data;
}

void write(const Picture& picture, const Shape& shape, std::string& svg) {
  const std::string data = path_data(shape);
  if (data.empty()) {
    return;
  }
  const std::string fill = shape.hatch != Hatch::none ? fmt::format("url(#{})", hatch_id(picture, shape))
                           : shape.fill               ? paint(*shape.fill)
                                                      : "none";
  svg += fmt::format(R"(<path d="{}" fill="{}")", data, fill);
  if (shape.hatch == Hatch::none && shape.fill && shape.fill_opacity < 1) {
    svg += fmt::format(R"( fill-opacity="{}")", short_number(shape.fill_opacity));
  }
  if (shape.stroke) {
    svg += fmt::format(R"( stroke="{}" stroke-width="{}" stroke-linejoin="round")", paint(*shape.stroke),
                       short_number(shape.stroke_width));
    if (!shape.dashes.empty()) {
      svg += R"( stroke-dasharray=")";
      for (const double dash : shape.dashes) {
        svg += short_number(dash) + " ";
      }
      svg.back() = '"';
    }
  }
  svg += "/>";
}

void write(const Picture&, const Label& label, std::string& svg) {
  constexpr const char* kAnchors[] = {"start", "middle", "end"};
  svg += fmt::format(R"(<text x="{}" y="{}" font-size="{}" fill="{}" text-anchor="{}")", short_number(label.at.x),
                     short_number(label.at.y), short_number(label.size), paint(label.colour),
                     kAnchors[static_cast<std::size_t>(label.anchor)]);
  if (label.bold) {
    svg += R"( font-weight="700")";
  }
  if (label.halo) {
    svg += fmt::format(R"( stroke="{}" stroke-width="2" stroke-linejoin="round" paint-order="stroke")",
                       paint(colours::kPaper));
  }
  if (label.turned_deg != 0) {
    svg += fmt::format(R"x( transform="rotate({} {} {})")x", short_number(label.turned_deg), short_number(label.at.x),
                       short_number(label.at.y));
  }
  svg += fmt::format(">{}</text>", escaped(label.text));
}

void write(const Picture&, const Image& image, std::string& svg) {
  svg += fmt::format(
      R"(<image x="{}" y="{}" width="{}" height="{}" style="image-rendering:pixelated" href="data:image/png;base64,{}"/>)",
      short_number(image.at.x), short_number(image.at.y), short_number(image.width), short_number(image.height),
      base64(to_png(image)));
}

std::string patterns(const Picture& picture) {
  std::set<std::string> seen;
  std::string defs;
  for (const auto& item : picture.items) {
    const Shape* shape = std::get_if<Shape>(&item);
    if (shape != nullptr && shape->hatch != Hatch::none) {
      const std::string id = hatch_id(picture, *shape);
      if (seen.insert(id).second) {
        defs += pattern(id, *shape);
      }
    }
  }
  return defs.empty() ? defs : "<defs>" + defs + "</defs>";
}

}  // namespace

std::string to_svg(const Picture& picture) {
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc"><title id="{}-title">{}</title>)"
      R"(<desc id="{}-desc">{}</desc>)",
      short_number(picture.width), short_number(picture.height), picture.id, picture.id, picture.id,
      escaped(picture.title), picture.id, escaped(picture.description));
  svg += patterns(picture);
  for (const auto& item : picture.items) {
    std::visit([&](const auto& part) { write(picture, part, svg); }, item);
  }
  return svg + "</svg>";
}

std::string to_svg_file(const Picture& picture) {
  std::string svg = to_svg(picture);
  return svg.insert(4, R"( xmlns="http://www.w3.org/2000/svg")") + "\n";
}

}  // namespace firmground::report
