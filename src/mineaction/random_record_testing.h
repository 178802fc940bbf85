#pragma once
#include <algorithm>
#include <cmath>
#include <string>

#include "base/random.h"
#include "mineaction/as_entered.h"
#include "mineaction/code_lists.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot.h"

/// Invented records of any kind, for tests.
namespace firmground::mineaction {

/// A value that the field may hold; null one time in four where it may be empty and its struct can say so.
inline Value random_value(const Kind& kind, const Field& field, base::Random& random) {
  const bool always =
      field.required || field.name == "type" || field.name == "count" || kind.fields.front().name == field.name;
  if (!always && random.chance(0.25)) {
    return {};
  }
  const double low = field.minimum.value_or(-1000);
  const double high = std::min(field.maximum.value_or(2000), 1e5);
  switch (field.type) {
    case FieldType::text: return field.name + std::to_string(random.index(1000));
    case FieldType::integer: return static_cast<std::int64_t>(std::floor(random.uniform(low, high)));
    case FieldType::real: return random.uniform(low, high);
    case FieldType::date:
      return Date(2020 + static_cast<int>(random.index(5)), 1 + static_cast<unsigned>(random.index(12)), 7).to_string();
    case FieldType::boolean: return random.chance(0.5);
    case FieldType::code: break;
  }
  const auto& values = code_list(field.code_list).values;
  const std::string word = values[random.index(values.size())].value;
  return word == "unknown" && !field.required ? Value() : Value(word);
}

inline geo::GeographicGeometry random_geometry(const Kind& kind, base::Random& random) {
  geo::GeographicGeometry geometry;
  const geo::LonLat p{random.uniform(51, 52), random.uniform(41, 42)};
  switch (kind.geometry) {
    case GeometryRule::none: break;
    case GeometryRule::point: geometry.points = {p}; break;
    case GeometryRule::line: geometry.lines = {{p, {p.lon + 0.01, p.lat}}}; break;
    case GeometryRule::polygon:
    case GeometryRule::polygon_or_point:
    case GeometryRule::any: geometry.polygons = {{{p, {p.lon + 0.02, p.lat}, {p.lon, p.lat + 0.02}}, {}}}; break;
  }
  return geometry;
}

inline Record random_record(const Kind& kind, base::Random& random) {
  Record record;
  for (const Field& field : kind.fields) {
    record.values.push_back(random_value(kind, field, random));
  }
  if (const Field* unit = kind.field("declared_area_unit"); unit != nullptr) {
    const bool declared = !std::holds_alternative<std::monostate>(record.values[kind.field_index("declared_area")]);
    record.values[kind.field_index("declared_area_unit")] = declared ? Value(std::string("m2")) : Value();
  }
  if (kind.geometry != GeometryRule::none) {
    set_as_entered(kind, {}, record);  // the register keeps it, no stage computes with it
  }
  record.geometry = random_geometry(kind, random);
  return record;
}

}  // namespace firmground::mineaction
