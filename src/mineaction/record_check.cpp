#include "mineaction/record_check.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "mineaction/code_lists.h"

namespace firmground::mineaction {

namespace {

bool has_type(const Field& field, const Value& value) {
  switch (field.type) {
    case FieldType::integer: return std::holds_alternative<std::int64_t>(value);
    case FieldType::real: return std::holds_alternative<double>(value);
    case FieldType::boolean: return std::holds_alternative<bool>(value);
    case FieldType::text:
    case FieldType::date:
    case FieldType::code: return std::holds_alternative<std::string>(value);
  }
  return false;
}

std::string out_of_bounds(const Field& field, const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  if (whole == nullptr && real == nullptr) {
    return {};
  }
  const double number = whole != nullptr ? static_cast<double>(*whole) : *real;
  if (field.minimum && number < *field.minimum) {
    return fmt::format("it is less than {}", *field.minimum);
  }
  return field.maximum && number > *field.maximum ? fmt::format("it is more than {}", *field.maximum) : std::string();
}

std::string fault_of(const Field& field, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    return field.required ? "it is needed" : "";
  }
  if (!has_type(field, value)) {
    return "it is of another type";
  }
  const auto* text = std::get_if<std::string>(&value);
  if (field.type == FieldType::code) {
    const std::string* spelling = code_list(field.code_list).read(*text);
    return spelling == nullptr  ? "it is not in the code list " + field.code_list
           : *spelling != *text ? "it is spelled '" + *spelling + "'"
                                : "";
  }
  if (field.type == FieldType::date && !base::Date::parse(*text)) {
    return "it is no date";
  }
  return out_of_bounds(field, value);
}

std::string geometry_fault(const Kind& kind, const geo::GeographicGeometry& geometry) {
  const std::size_t points = geometry.points.size();
  const bool lines = !geometry.lines.empty();
  const bool polygons = !geometry.polygons.empty();
  if (points == 0 && !lines && !polygons) {
    return kind.geometry_required ? "it is needed" : "";
  }
  switch (kind.geometry) {
    case GeometryRule::none: return "this kind has none";
    case GeometryRule::point: return points == 1 && !lines && !polygons ? "" : "it must be one point";
    case GeometryRule::line: return points == 0 && !polygons ? "" : "it must be lines";
    case GeometryRule::polygon: return points == 0 && !lines ? "" : "it must be polygons";
    case GeometryRule::polygon_or_point:
      return !lines && (polygons ? points == 0 : points == 1) ? "" : "it must be polygons or one point";
    case GeometryRule::any: return "";
  }
  return "";
}

}  // namespace

std::optional<BadValue> first_bad_value(const Kind& kind, const Record& record) {
  if (record.values.size() != kind.fields.size()) {
    return BadValue{"values", fmt::format("{}", record.values.size()),
                    fmt::format("the kind has {} fields", kind.fields.size())};
  }
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    std::string fault = fault_of(kind.fields[i], record.values[i]);
    if (i == 0 && fault.empty() && to_text(record.values[i]).empty()) {
      fault = "it is needed";
    }
    if (!fault.empty()) {
      return BadValue{kind.fields[i].name, to_text(record.values[i]), fault};
    }
  }
  const std::string fault = geometry_fault(kind, record.geometry);
  return fault.empty() ? std::nullopt : std::optional(BadValue{"geometry", "", fault});
}

std::string to_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    return fmt::format("{}", *whole);
  }
  if (const auto* truth = std::get_if<bool>(&value)) {
    return *truth ? "y" : "n";
  }
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? fmt::format("{}", *real) : std::string();
}

}  // namespace firmground::mineaction
