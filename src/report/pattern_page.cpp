#include "report/pattern_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "report/map_frame.h"
#include "report/map_furniture.h"
#include "report/markup.h"
#include "report/page_style.h"

namespace firmground::report {

namespace {

using evidence::RowPattern;
using geo::Xy;

constexpr double kLegend = 36;

std::vector<Point> circle(Point middle, double radius) {
  constexpr int kCorners = 24;
  std::vector<Point> outline;
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2 * std::numbers::pi * i / kCorners;
    outline.push_back({middle.x + radius * std::cos(angle), middle.y + radius * std::sin(angle)});
  }
  return outline;
}

/// What there is to see: the ground itself, and whatever is said beyond it.
geo::Box extent_of(const RowPattern& pattern, const PatternGround& ground) {
  geo::Box box = geo::bounds(ground.outline);
  for (const Xy p : ground.finds) {
    box.include(p);
  }
  for (const auto& position : pattern.positions) {
    box.include(position.position);
  }
  return box.grown(20);
}

/// A picture of the grid's cells, one pixel each.
template <typename Colour>
Image cells(const geo::Grid& grid, const MapFrame& frame, const Colour& colour) {
  Image image;
  image.at = frame.at({grid.west_m(), grid.north_m()});
  image.width = grid.columns * grid.cell_m * frame.points_per_metre();
  image.height = grid.rows * grid.cell_m * frame.points_per_metre();
  image.columns = grid.columns;
  image.rows = grid.rows;
  image.pixels.resize(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) {
    image.pixels[i] = colour(i);
  }
  return image;
}

constexpr double kFull = 0.15;  ///< mines per cell drawn in full colour

std::uint32_t shade(float expected) {
  if (std::isnan(expected)) {
    return 0;
  }
  const double strength = std::clamp(std::sqrt(static_cast<double>(expected) / kFull), 0.0, 1.0);
  return static_cast<std::uint32_t>(std::lround(230 * strength)) << 24 | 0xd2691e;
}

void draw_ground(const RowPattern& pattern, const PatternGround& ground, const MapFrame& frame, Picture& picture) {
  picture.add(cells(ground.searched.grid, frame, [&](std::size_t i) {
    const auto alpha = static_cast<std::uint32_t>(std::lround(110.0 * static_cast<double>(ground.searched.effort[i])));
    return alpha << 24 | 0x6a9bc8;
  }));
  picture.add(cells(pattern.grid, frame, [&](std::size_t i) { return shade(pattern.expected[i]); }));
  Shape outline{.stroke = colours::kText, .stroke_width = 0.9, .dashes = {5, 3}};
  frame.add_polygons(ground.outline, outline);
  picture.add(std::move(outline));
}

void draw_rows(const RowPattern& pattern, const MapFrame& frame, Picture& picture) {
  Shape rows{.closed = false, .stroke = colours::kText, .stroke_width = 0.7};
  Shape further{.closed = false, .stroke = colours::kQuiet, .stroke_width = 0.8, .dashes = {2, 3}};
  const auto on_paper = [&](const std::vector<Xy>& path) {
    std::vector<Point> line;
    line.reserve(path.size());
    for (const Xy p : path) {
      line.push_back(frame.at(p));
    }
    return line;
  };
  for (const auto& field : pattern.fields) {
    for (const auto& row : field.rows) {
      rows.outlines.push_back(on_paper(row.path));
    }
    for (const auto& row : field.further) {
      if (row.probability >= 0.1) {
        further.outlines.push_back(on_paper(row.path));
      }
    }
  }
  picture.add(std::move(rows));
  picture.add(std::move(further));
}

void draw_places(const RowPattern& pattern, const PatternGround& ground, const MapFrame& frame, Picture& picture) {
  for (const auto& position : pattern.positions) {
    const double radius = std::max(1.2, position.radius90_m * frame.points_per_metre());
    picture.add(Shape{.outlines = {circle(frame.at(position.position), radius)},
                      .stroke = colours::kConfirmed,
                      .stroke_width = 0.4 + 1.2 * position.probability});
  }
  Shape finds{.fill = colours::kText, .stroke = colours::kPaper, .stroke_width = 0.4};
  for (const Xy p : ground.finds) {
    finds.outlines.push_back(circle(frame.at(p), 1.8));
  }
  picture.add(std::move(finds));
}

void draw_key(const PatternGround& ground, const MapFrame& frame, Picture& picture) {
  double x = 0;
  const double y = frame.height() + 14;
  const auto entry = [&](Shape swatch, const char* text) {
    picture.add(std::move(swatch));
    picture.add(Label{.at = {x + 18, y}, .text = text, .size = 7.5});
    x += 26 + text_width(text, 7.5);
  };
  entry({.outlines = {circle({x + 7, y - 2.5}, 1.8)}, .fill = colours::kText}, "mine found");
  entry(
      {.outlines = {{{x, y - 2.5}, {x + 14, y - 2.5}}}, .closed = false, .stroke = colours::kText, .stroke_width = 0.7},
      "row");
  entry({.outlines = {{{x, y - 2.5}, {x + 14, y - 2.5}}},
         .closed = false,
         .stroke = colours::kQuiet,
         .stroke_width = 0.8,
         .dashes = {2, 3}},
        "row suspected");
  entry({.outlines = {circle({x + 7, y - 2.5}, 4)}, .stroke = colours::kConfirmed, .stroke_width = 1.2},
        "missing position: where it is with 90 %, stronger = more probable");
  entry({.outlines = {rectangle(x, y - 6.5, 14, 8)}, .fill = Colour{"pattern", 0xd2691e}, .fill_opacity = 0.7},
        "mines expected");
  entry({.outlines = {rectangle(x, y - 6.5, 14, 8)}, .fill = colours::kReduced, .fill_opacity = 0.45}, "searched");
  picture.add(
      Label{.at = {0, y + 14},
            .text = fmt::format("EPSG:{}, grid north. Where no colour is, nothing is said: that is not a statement "
                                "that no mine is there.",
                                ground.epsg),
            .size = 7,
            .colour = colours::kQuiet});
}

std::string in_degrees(Xy p, const geo::Crs& crs) {
  const geo::LonLat at = crs.to_lon_lat(p);
  return fmt::format("{:.6f}, {:.6f}", at.lat, at.lon);
}

std::string rows_table(const RowPattern& pattern) {
  std::string html =
      "<div class=\"scroll\"><table><caption>Rows, across the field; 90 % intervals in "
      "brackets</caption><tr><th>row</th>"
      "<th>finds</th><th>beside row 1</th><th>pitch</th><th>places with a mine</th><th>device</th></tr>";
  for (std::size_t f = 0; f < pattern.fields.size(); ++f) {
    for (std::size_t r = 0; r < pattern.fields[f].rows.size(); ++r) {
      const auto& row = pattern.fields[f].rows[r];
      html += fmt::format(
          "<tr><td>{}.{}</td><td>{}</td><td>{:.1f} m</td><td>{:.1f} m ({:.1f} to {:.1f})</td><td>{:.0f} "
          "%</td><td>{}</td></tr>",
          f + 1, r + 1, row.finds.size(), row.offset_m, row.pitch_m.value, row.pitch_m.low, row.pitch_m.high,
          100 * row.presence, escaped(mineaction::to_string(row.device)));
    }
    for (const auto& row : pattern.fields[f].further) {
      html += fmt::format(
          "<tr><td>{}. suspected</td><td>0</td><td>{:.0f} m, give or take {:.0f}</td><td></td><td>row is there: "
          "{:.0f} %</td><td></td></tr>",
          f + 1, row.offset_m, row.sd_m, 100 * row.probability);
    }
  }
  return html + "</table></div>";
}

std::string positions_table(const RowPattern& pattern, const geo::Crs& crs) {
  constexpr std::size_t kShown = 40;
  std::string html = fmt::format(
      "<div class=\"scroll\"><table><caption>The {} most probable of {} missing positions</caption><tr><th>no</th>"
      "<th>latitude, longitude</th><th>east, north</th><th>a mine is there</th><th>within</th><th>lies</th></tr>",
      std::min(kShown, pattern.positions.size()), pattern.positions.size());
  for (std::size_t i = 0; i < std::min(kShown, pattern.positions.size()); ++i) {
    const auto& p = pattern.positions[i];
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{:.1f}, {:.1f}</td><td>{:.0f} %</td><td>{:.1f} m</td><td>{}, row "
        "{}.{}{}</td></tr>",
        i + 1, in_degrees(p.position, crs), p.position.x, p.position.y, 100 * p.probability, p.radius90_m,
        p.beyond ? "beyond the finds" : "between finds", p.field + 1, p.row + 1,
        p.effort > 0 ? ", searched before" : "");
  }
  return html + "</table></div>";
}

}  // namespace

Picture pattern_sketch(const RowPattern& pattern, const PatternGround& ground, double width, double height) {
  const MapFrame frame(extent_of(pattern, ground), width, height - kLegend);
  Picture picture{"row-pattern", "Rows in " + ground.title, "", width, height, {}};
  for (const std::string& line : evidence::in_words(pattern)) {
    picture.description += (picture.description.empty() ? "" : " ") + line;
  }
  picture.add(Shape{.outlines = {rectangle(0, 0, frame.width(), frame.height())}, .fill = colours::kCard});
  draw_ground(pattern, ground, frame, picture);
  draw_rows(pattern, frame, picture);
  draw_places(pattern, ground, frame, picture);
  // Cells reach beyond the frame.
  for (const auto& [x, y, w, h] : {std::array{0.0, frame.height(), width, kLegend}}) {
    picture.add(Shape{.outlines = {rectangle(x, y, w, h + 2)}, .fill = colours::kPaper});
  }
  draw_scale_and_north(frame, picture);
  draw_key(ground, frame, picture);
  picture.add(Shape{
      .outlines = {rectangle(0, 0, frame.width(), frame.height())}, .stroke = colours::kQuiet, .stroke_width = 0.6});
  return picture;
}

std::string pattern_page(const RowPattern& pattern, const PatternGround& ground, const geo::Crs& crs,
                         const std::vector<std::string>& notes, const std::string& stamp) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>Rows in {0}</title><style>{1}</style></head><body><main><h1>Rows in "
      "{0}</h1>",
      escaped(ground.title), kPageStyle);
  for (const std::string& line : evidence::in_words(pattern)) {
    html += "<p>" + escaped(line) + "</p>";
  }
  for (const std::string& note : notes) {
    html += "<p>" + escaped(note) + "</p>";
  }
  html += to_svg(pattern_sketch(pattern, ground, 1000, 720));
  if (!pattern.fields.empty()) {
    html += rows_table(pattern) + positions_table(pattern, crs);
  }
  html += fmt::format(
      "<footer>A probability is about what is still there after the search so far. Ground that is not coloured was not "
      "looked at by this model; all ground is cleared to its standard all the same. Stamp "
      "{}</footer></main></body></html>\n",
      escaped(stamp));
  return html;
}

}  // namespace firmground::report
