#include "mineaction/kind_schema.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mineaction/code_lists.h"

namespace firmground::mineaction {

namespace {

using Json = nlohmann::ordered_json;

const char* json_type(FieldType type) {
  switch (type) {
    case FieldType::integer: return "integer";
    case FieldType::real: return "number";
    case FieldType::boolean: return "boolean";
    case FieldType::text:
    case FieldType::date:
    case FieldType::code: return "string";
  }
  return "string";
}

const char* privacy_name(Privacy privacy) {
  return privacy == Privacy::open ? "open" : privacy == Privacy::restricted ? "restricted" : "personal";
}

Json property(const Field& field) {
  Json json = {{"description", field.help}};
  json["type"] = field.required ? Json(json_type(field.type)) : Json::array({json_type(field.type), "null"});
  if (field.type == FieldType::date) {
    json["pattern"] = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$";
  }
  if (field.type == FieldType::code) {
    Json values = Json::array();
    for (const CodeValue& value : code_list(field.code_list).values) {
      values.push_back(value.value);
    }
    if (!field.required) {
      values.push_back(nullptr);
    }
    json["enum"] = std::move(values);
    json["x-code-list"] = field.code_list;
  }
  if (field.minimum) {
    json["minimum"] = *field.minimum;
  }
  if (field.maximum) {
    json["maximum"] = *field.maximum;
  }
  if (!field.unit.empty()) {
    json["x-unit"] = field.unit;
  }
  if (!field.link_kind.empty()) {
    json["x-link"] = field.link_kind;
  }
  json["x-privacy"] = privacy_name(field.privacy);
  return json;
}

const char* geometry_words(GeometryRule rule) {
  switch (rule) {
    case GeometryRule::none: return "none";
    case GeometryRule::point: return "point";
    case GeometryRule::line: return "line";
    case GeometryRule::polygon: return "polygon";
    case GeometryRule::polygon_or_point: return "polygon or point";
    case GeometryRule::any: return "any";
  }
  return "none";
}

}  // namespace

std::string json_schema(const Kind& kind) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : kind.fields) {
    properties[field.name] = property(field);
    if (field.required) {
      required.push_back(field.name);
    }
  }
  const Json json = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                     {"title", kind.name},
                     {"description", kind.help},
                     {"type", "object"},
                     {"properties", std::move(properties)},
                     {"required", std::move(required)},
                     {"x-geometry", geometry_words(kind.geometry)},
                     {"x-geometry-required", kind.geometry_required},
                     {"x-information-date", kind.information_date}};
  return json.dump();
}

std::string type_in_words(const Field& field) {
  std::string words;
  switch (field.type) {
    case FieldType::integer: words = "whole number"; break;
    case FieldType::real: words = "number"; break;
    case FieldType::boolean: words = "y or n"; break;
    case FieldType::date: words = "date"; break;
    case FieldType::text: words = "text"; break;
    case FieldType::code: words = "one of:"; break;
  }
  if (field.type == FieldType::code) {
    for (const CodeValue& value : code_list(field.code_list).values) {
      words += (words.ends_with(':') ? " " : ", ") + value.value;
    }
  }
  if (field.minimum) {
    words += fmt::format(", at least {}", *field.minimum);
  }
  if (field.maximum) {
    words += fmt::format(", at most {}", *field.maximum);
  }
  return words + (field.unit.empty() ? "" : ", " + field.unit);
}

}  // namespace firmground::mineaction
