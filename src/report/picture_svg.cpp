#include <fmt/core.h>

#include <set>

#include "report/markup.h"
#include "report/picture.h"
#include "report/picture_cairo.h"

namespace firmground::report {

namespace {

std::string paint(const Colour& colour) {
  return fmt::format("var(--{},#{:06x})", colour.role, colour.rgb);
}

std::string hatch_id(const Picture& picture, Hatch hatch, const Colour& colour) {
  return fmt::format("{}-hatch{}-{}", picture.id, static_cast<int>(hatch), colour.role);
}

/// The patterns mirror those that draw_hatch() of picture_cairo.cpp lays.
std::string pattern(const std::string& id, Hatch hatch, const Colour& colour) {
  const std::string begin = fmt::format(R"(<pattern id="{}" width="{}" height="{}" patternUnits="userSpaceOnUse"{}>)",
                                        id, hatch == Hatch::dots ? 2.6 : 3, hatch == Hatch::dots ? 2.6 : 3,
                                        hatch == Hatch::dots ? "" : R"x( patternTransform="rotate(45)")x");
  std::string marks;
  if (hatch == Hatch::dots) {
    marks = fmt::format(R"(<circle cx="1.3" cy="1.3" r="0.45" fill="{}"/>)", paint(colour));
  } else {
    marks = fmt::format(R"(<path d="M0 0V3{}" stroke="{}" stroke-width="0.6"/>)", hatch == Hatch::cross ? "M0 0H3" : "",
                        paint(colour));
  }
  return begin + marks + "</pattern>";
}

std::string path_data(const Shape& shape) {
  std::string data;
  for (const auto& outline : shape.outlines) {
    char command = 'M';
    for (const Point& p : outline) {
      data += command;
      data += short_number(p.x);
      data += ' ';
      data += short_number(p.y);
      command = 'L';
    }
    if (shape.closed) {
      data += 'Z';
    }
  }
  return data;
}

void write(const Picture& picture, const Shape& shape, std::string& svg) {
  const std::string data = path_data(shape);
  if (data.empty()) {
    return;
  }
  svg += fmt::format(R"(<path d="{}" fill="{}")", data, shape.fill ? paint(*shape.fill) : "none");
  if (shape.fill && shape.fill_opacity < 1) {
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
  if (shape.hatch != Hatch::none) {
    svg += fmt::format(R"x(<path d="{}" fill="url(#{})"/>)x", data, hatch_id(picture, shape.hatch, shape.hatch_colour));
  }
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
      const std::string id = hatch_id(picture, shape->hatch, shape->hatch_colour);
      if (seen.insert(id).second) {
        defs += pattern(id, shape->hatch, shape->hatch_colour);
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

}  // namespace firmground::report
