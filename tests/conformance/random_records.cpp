#include "random_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/dates.h"
#include "mineaction/code_lists.h"

namespace firmground::conformance {

using mineaction::Field;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Kind;
using mineaction::Record;
using mineaction::Value;

namespace {

/// Pieces that texts are put together from.
const std::vector<std::string> kPieces = {
    "a",       "Z",       "0",       "7",       " ",       ",",      ";",     "\"",  "'",    "=",    "+",
    "-",       "@",       "\t",      "\n",      "\r",      "\\",     "/",     "<",   ">",    "&",    "&amp;",
    "|",       "_x000D_", "%",       "null",    "true",    "1e5",    "NaN",   "]]>", "{}",   "#N/A", "Ağdərə",
    "Շուշի",   "Цхинвал", "თბილისი", "شوشا",    "שלום",    "आगरा",   "ວຽງຈັນ", "ភ្នំ",  "지뢰", "地雷", "🚩",
    "e\u0301", "\u200f",  "\u200d",  "\ufeffx", "\u00a0x", "\u2028", "ß",     "İ",   "ﬁ",    "𝔐",    "--"};
const std::vector<std::string> kControls = {"\x01", "\x1b", "\x1f", "\x7f", "\v", "\f"};

bool blank_at(std::string_view text, bool front) {
  constexpr std::string_view kNoBreak = "\u00a0";
  const char c = front ? text.front() : text.back();
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
         (front ? text.starts_with(kNoBreak) : text.ends_with(kNoBreak));
}

/// As intake leaves a text: not empty, nothing blank around it, not the whole of it a quoted or guarded cell of CSV.
std::string text_value(const Carries& carries) {
  const int length = *rc::gen::inRange(1, 13);
  std::string text;
  for (int i = 0; i < length; ++i) {
    const bool control = carries.control_characters && *rc::gen::inRange(0, 20) == 0;
    text += control ? *rc::gen::elementOf(kControls) : *rc::gen::elementOf(kPieces);
  }
  while (!text.empty() && blank_at(text, false)) {
    text.resize(text.size() - (text.ends_with("\u00a0") ? 2 : 1));
  }
  while (!text.empty() && blank_at(text, true)) {
    text.erase(0, text.starts_with("\u00a0") ? 2 : 1);
  }
  return text.empty() ? "x" : text;
}

std::string date_value() {
  const base::Date day(*rc::gen::inRange(1900, 2026), static_cast<unsigned>(*rc::gen::inRange(1, 13)),
                       static_cast<unsigned>(*rc::gen::inRange(1, 29)));
  const std::size_t length = *rc::gen::element<std::size_t>(4, 7, 10, 10);
  return day.to_string().substr(0, length);
}

/// Between the field's bounds: often at one of them, often a number with seventeen digits.
double real_value(const Field& field) {
  const double low = field.minimum.value_or(-1e9);
  const double high = field.maximum.value_or(1e9);
  const double share = static_cast<double>(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 53U)) * 0x1p-53;
  const double number = low + share * (high - low);
  return *rc::gen::element(low, high, number, number, std::clamp(std::round(number * 100) / 100, low, high),
                           std::clamp(0.1, low, high), std::clamp(share, low, high));
}

std::int64_t integer_value(const Field& field) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 53U;  // what every format's numbers can count
  const auto low = static_cast<std::int64_t>(field.minimum.value_or(-static_cast<double>(kLargest)));
  const auto high = static_cast<std::int64_t>(field.maximum.value_or(static_cast<double>(kLargest)));
  return *rc::gen::element(low, high, *rc::gen::inRange(low, high), std::min(high, std::max(low, std::int64_t{3})));
}

Value value_of(const Field& field, const Carries& carries) {
  if (!field.required && *rc::gen::inRange(0, 4) == 0) {
    return {};
  }
  switch (field.type) {
    case FieldType::text:
      // A word for "unknown" as a link or a required text is not one; those get a letter before them.
      return (field.required || !field.link_kind.empty() ? "L" : "") + text_value(carries);
    case FieldType::integer: return integer_value(field);
    case FieldType::real: return real_value(field);
    case FieldType::date: return date_value();
    case FieldType::boolean: return *rc::gen::arbitrary<bool>();
    case FieldType::code: break;
  }
  const auto& values = mineaction::code_list(field.code_list).values;
  const std::string& word = values[*rc::gen::inRange<std::size_t>(0, values.size())].value;
  return word == "unknown" && !field.required ? Value() : Value(word);
}

double within(double low, double width) {
  return low + width * static_cast<double>(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 53U)) * 0x1p-53;
}

/// Parts lie in strips of their own, so that they never overlap.
geo::BasicPolygon<geo::LonLat> polygon_in(int strip) {
  const geo::LonLat p{within(51.2, 0.5), 41.2 + 0.05 * strip + within(0, 0.01)};
  geo::BasicPolygon<geo::LonLat> polygon{
      {p, {p.lon + 0.01, p.lat}, {p.lon + 0.01 + within(0, 0.001), p.lat + 0.01}, {p.lon, p.lat + 0.01}}, {}};
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    const geo::LonLat h{p.lon + 0.002, p.lat + 0.003 * i - within(0, 0.0005)};
    polygon.holes.push_back({h, {h.lon, h.lat + 0.002}, {h.lon + 0.002, h.lat + 0.002}});
  }
  return polygon;
}

std::vector<geo::LonLat> line_in(int strip) {
  const geo::LonLat p{within(51.2, 0.5), 41.2 + 0.05 * strip};
  return {p, {p.lon + 0.01, p.lat + within(0, 0.01)}, {p.lon + 0.02, p.lat}};
}

geo::GeographicGeometry geometry_of(const Kind& kind, const Carries& carries) {
  geo::GeographicGeometry geometry;
  if (kind.geometry == GeometryRule::none ||
      (carries.no_position && !kind.geometry_required && *rc::gen::inRange(0, 3) == 0)) {
    return geometry;
  }
  const int parts = *rc::gen::element(1, 1, 2, 3);
  const bool any = kind.geometry == GeometryRule::any;
  const int form = any ? *rc::gen::inRange(carries.areas ? 0 : 1, carries.several_forms ? 4 : 3)
                   : kind.geometry == GeometryRule::line    ? 1
                   : kind.geometry == GeometryRule::point   ? 2
                   : kind.geometry == GeometryRule::polygon ? 0
                   : carries.areas                          ? *rc::gen::element(0, 2)
                                                            : 2;
  const bool several_points = any && carries.areas;
  for (int i = 0; i < parts; ++i) {
    if (form == 0 || form == 3) {
      geometry.polygons.push_back(polygon_in(i));
    }
    if (form == 1 || form == 3) {
      geometry.lines.push_back(line_in(i));
    }
    if ((form == 2 || form == 3) && (i == 0 || several_points)) {
      geometry.points.push_back({within(51.2, 0.5), within(41.2, 0.5)});
    }
  }
  return geometry;
}

Record record_of(const Kind& kind, int row, const Carries& carries) {
  Record record;
  for (const Field& field : kind.fields) {
    record.values.push_back(value_of(field, carries));
  }
  record.values.front() = fmt::format("ID-{}-{}", row, text_value(carries));
  if (kind.field("declared_area_unit") != nullptr) {
    const bool declared = !std::holds_alternative<std::monostate>(record.values[kind.field_index("declared_area")]);
    record.values[kind.field_index("declared_area_unit")] = declared ? Value(std::string("ha")) : Value();
  }
  if (kind.name == "minefield-record-legs") {
    record.values[kind.field_index("bearing_unit")] = std::string("mil6400");  // its circle is the largest
  }
  if (kind.name == "reference-layer") {
    record.values[kind.field_index("layer")] = std::string("roads");
  }
  record.geometry = geometry_of(kind, carries);
  return record;
}

}  // namespace

rc::Gen<std::vector<Record>> records_of(const Kind& kind, const Carries& carries) {
  return rc::gen::exec([&kind, carries] {
    std::vector<Record> records;
    const int count = *rc::gen::inRange(1, 9);
    for (int row = 1; row <= count; ++row) {
      records.push_back(record_of(kind, row, carries));
    }
    return records;
  });
}

}  // namespace firmground::conformance

namespace firmground::mineaction {

void showValue(const Record& record, std::ostream& out) {
  const auto show = [&](const auto& held) {
    if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
      out << "-";
    } else if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string>) {
      out << rc::toString(held);
    } else {
      out << fmt::format("{}", held);
    }
  };
  for (const Value& value : record.values) {
    std::visit(show, value);
    out << ' ';
  }
  out << fmt::format("({} points, {} lines, {} polygons)", record.geometry.points.size(), record.geometry.lines.size(),
                     record.geometry.polygons.size());
}

}  // namespace firmground::mineaction
