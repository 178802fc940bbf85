#include "geo/well_known_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace firmground::geo {

namespace {

void append_position(std::string& out, const Xy& p, int decimals) {
  append_coordinate(out, p.x, decimals);
  out += ' ';
  append_coordinate(out, p.y, decimals);
}

void append_positions(std::string& out, const std::vector<Xy>& positions, int decimals, bool closed) {
  out += '(';
  for (const Xy& p : positions) {
    append_position(out, p, decimals);
    out += ", ";
  }
  if (closed && !positions.empty()) {
    append_position(out, positions.front(), decimals);
  } else if (!positions.empty()) {
    out.resize(out.size() - 2);
  }
  out += ')';
}

void append_polygon(std::string& out, const PlanarPolygon& polygon, int decimals) {
  out += '(';
  append_positions(out, polygon.outer, decimals, true);
  for (const auto& hole : polygon.holes) {
    out += ", ";
    append_positions(out, hole, decimals, true);
  }
  out += ')';
}

/// "POINT (…)" with one part, "MULTIPOINT ((…), (…))" with several.
template <typename Parts, typename Append>
void append_parts(std::string& out, std::string_view type, const Parts& parts, Append append) {
  if (parts.empty()) {
    return;
  }
  out += out.empty() || out.back() == '(' ? "" : ", ";
  out += parts.size() > 1 ? "MULTI" : "";
  out += type;
  out += parts.size() > 1 ? " (" : " ";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out += i > 0 ? ", " : "";
    append(parts[i]);
  }
  out += parts.size() > 1 ? ")" : "";
}

}  // namespace

void append_number(std::string& out, double number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  FG_CHECK(error == std::errc() && std::isfinite(number));
  out.append(digits.data(), end);
}

void append_coordinate(std::string& out, double value, int decimals) {
  std::array<char, 400> digits{};  // the longest double in fixed notation has 309 digits before the point
  if (decimals == kExactCoordinates) {
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
    FG_CHECK(error == std::errc() && std::isfinite(value));
    out.append(digits.data(), end);
    return;
  }
  const auto end = fmt::format_to_n(digits.data(), digits.size(), "{:.{}f}", value + 0.0, decimals).out;
  std::string_view shown(digits.data(), static_cast<std::size_t>(end - digits.data()));
  shown = shown.substr(0, shown.find_last_not_of('0') + 1);
  shown = shown.ends_with('.') ? shown.substr(0, shown.size() - 1) : shown;
  out += shown == "-0" ? "0" : shown;
}

void append_well_known_text(std::string& out, const PlanarGeometry& geometry, int decimals) {
  const int types = !geometry.points.empty() + !geometry.lines.empty() + !geometry.polygons.empty();
  std::string text = types > 1 ? "GEOMETRYCOLLECTION (" : "";
  append_parts(text, "POINT", geometry.points, [&](const Xy& p) {
    text += '(';
    append_position(text, p, decimals);
    text += ')';
  });
  append_parts(text, "LINESTRING", geometry.lines,
               [&](const std::vector<Xy>& line) { append_positions(text, line, decimals, false); });
  append_parts(text, "POLYGON", geometry.polygons,
               [&](const PlanarPolygon& polygon) { append_polygon(text, polygon, decimals); });
  out += text;
  out += types > 1 ? ")" : "";
}

}  // namespace firmground::geo
