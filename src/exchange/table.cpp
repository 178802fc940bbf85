#include "exchange/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "mineaction/as_entered.h"

namespace firmground::exchange {

using mineaction::Kind;
using mineaction::Privacy;
using mineaction::Record;
using mineaction::Value;

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

namespace {

bool is_empty(std::span<const Record> records, std::size_t field) {
  return std::all_of(records.begin(), records.end(), [&](const Record& record) {
    return std::holds_alternative<std::monostate>(record.values[field]);
  });
}

}  // namespace

Table table_to_export(const Kind& kind, Origin origin, std::span<const Record> records) {
  Table table{&kind, kind.table, {}, records};
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    const bool named_by_table = origin == Origin::reference_layer && kind.fields[i].name == "layer";
    const bool nothing_to_tell = mineaction::is_as_entered_field(kind.fields[i].name) && is_empty(records, i);
    if (kind.fields[i].privacy != Privacy::personal && !named_by_table && !nothing_to_tell) {
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

bool needs_formula_guard(std::string_view text) {
  constexpr std::string_view kFormulaStart = "=+-@\t\r";
  const auto starts = [&](std::size_t i) {
    return text.size() > i && kFormulaStart.find(text[i]) != std::string_view::npos;
  };
  const bool looks_guarded = text.size() > 1 && text[0] == '\'' && (text[1] == '\'' || starts(1));
  return starts(0) || looks_guarded;
}

}  // namespace firmground::exchange
