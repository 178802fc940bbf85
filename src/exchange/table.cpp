#include "exchange/table.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace firmground::exchange {

using mineaction::Kind;
using mineaction::Privacy;
using mineaction::Record;
using mineaction::Value;

namespace {

void append_position(std::string& out, const geo::Xy& p, int decimals) {
  append_coordinate(out, p.x, decimals);
  out += ' ';
  append_coordinate(out, p.y, decimals);
}

void append_positions(std::string& out, const std::vector<geo::Xy>& positions, int decimals, bool closed) {
  out += '(';
  for (const geo::Xy& p : positions) {
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

void append_polygon(std::string& out, const geo::PlanarPolygon& polygon, int decimals) {
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

geo::PlanarGeometry Coordinates::of(const geo::GeographicGeometry& geometry) const {
  if (crs) {
    return crs->to_programme(geometry);
  }
  const auto same = [](const std::vector<geo::LonLat>& from) {
    std::vector<geo::Xy> to;
    to.reserve(from.size());
    for (const geo::LonLat& p : from) {
      to.push_back({p.lon, p.lat});
    }
    return to;
  };
  geo::PlanarGeometry result;
  result.points = same(geometry.points);
  for (const auto& line : geometry.lines) {
    result.lines.push_back(same(line));
  }
  for (const auto& polygon : geometry.polygons) {
    geo::PlanarPolygon& part = result.polygons.emplace_back();
    part.outer = same(polygon.outer);
    for (const auto& hole : polygon.holes) {
      part.holes.push_back(same(hole));
    }
  }
  return result;
}

Note make_note(const Table& table, std::string_view id, base::ErrorArguments arguments) {
  const base::Error error = base::make_error(id, arguments);
  return {table.name, error.code, error.message, error.remedy};
}

Table table_to_export(const Kind& kind, Origin origin, std::span<const Record> records) {
  Table table{&kind, kind.table, {}, records};
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    const bool named_by_table = origin == Origin::reference_layer && kind.fields[i].name == "layer";
    if (kind.fields[i].privacy != Privacy::personal && !named_by_table) {
      table.columns.push_back(i);
    }
  }
  return table;
}

std::string describe(const Record& record) {
  std::string text;
  append_plain(text, record.values.front());
  return text;
}

void append_plain(std::string& out, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    out += *text;
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    fmt::format_to(std::back_inserter(out), "{}", *whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_number(out, *real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  }
}

void append_number(std::string& out, double number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  FG_CHECK(error == std::errc() && std::isfinite(number));
  out.append(digits.data(), end);
}

void append_coordinate(std::string& out, double value, int decimals) {
  std::array<char, 400> digits{};  // the longest double in fixed notation has 309 digits before the point
  if (decimals == Coordinates::kExact) {
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

void append_well_known_text(std::string& out, const geo::PlanarGeometry& geometry, int decimals) {
  const int types = !geometry.points.empty() + !geometry.lines.empty() + !geometry.polygons.empty();
  std::string text = types > 1 ? "GEOMETRYCOLLECTION (" : "";
  append_parts(text, "POINT", geometry.points, [&](const geo::Xy& p) {
    text += '(';
    append_position(text, p, decimals);
    text += ')';
  });
  append_parts(text, "LINESTRING", geometry.lines,
               [&](const std::vector<geo::Xy>& line) { append_positions(text, line, decimals, false); });
  append_parts(text, "POLYGON", geometry.polygons,
               [&](const geo::PlanarPolygon& polygon) { append_polygon(text, polygon, decimals); });
  out += text;
  out += types > 1 ? ")" : "";
}

bool needs_formula_guard(std::string_view text) {
  constexpr std::string_view kFormulaStart = "=+-@\t\r";
  const auto starts = [&](std::size_t i) {
    return text.size() > i && kFormulaStart.find(text[i]) != std::string_view::npos;
  };
  const bool looks_guarded = text.size() > 1 && text[0] == '\'' && (text[1] == '\'' || starts(1));
  return starts(0) || looks_guarded;
}

}  // namespace firmground::exchange
