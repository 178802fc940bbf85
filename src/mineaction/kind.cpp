#include "mineaction/kind.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/check.h"
#include "base/embedded.h"
#include "base/hash.h"
#include "mineaction/code_lists.h"

namespace firmground::mineaction {

namespace {

template <typename Enum>
Enum word_to(const std::map<std::string_view, Enum>& words, const std::string& word) {
  const auto found = words.find(word);
  if (found == words.end()) {
    base::check_failed(word, __FILE__, __LINE__);
  }
  return found->second;
}

FieldType field_type(const std::string& word) {
  return word_to<FieldType>({{"text", FieldType::text},
                             {"integer", FieldType::integer},
                             {"real", FieldType::real},
                             {"date", FieldType::date},
                             {"boolean", FieldType::boolean},
                             {"code", FieldType::code}},
                            word);
}

GeometryRule geometry_rule(const std::string& word) {
  return word_to<GeometryRule>({{"none", GeometryRule::none},
                                {"point", GeometryRule::point},
                                {"line", GeometryRule::line},
                                {"polygon", GeometryRule::polygon},
                                {"polygon_or_point", GeometryRule::polygon_or_point},
                                {"any", GeometryRule::any}},
                               word);
}

Privacy privacy_class(const std::string& word) {
  return word_to<Privacy>(
      {{"open", Privacy::open}, {"restricted", Privacy::restricted}, {"personal", Privacy::personal}}, word);
}

std::vector<std::string> strings(const toml::array* array) {
  std::vector<std::string> result;
  if (array != nullptr) {
    for (const toml::node& entry : *array) {
      result.push_back(entry.value_or(std::string()));
    }
  }
  return result;
}

Field read_field(const toml::table& table) {
  Field field;
  field.name = table["name"].value_or(std::string());
  field.type = field_type(table["type"].value_or(std::string()));
  field.unit = table["unit"].value_or(std::string());
  field.code_list = table["code_list"].value_or(std::string());
  field.required = table["required"].value_or(false);
  field.minimum = table["minimum"].value<double>();
  field.maximum = table["maximum"].value<double>();
  field.link_kind = table["link_kind"].value_or(std::string());
  field.privacy = privacy_class(table["privacy"].value_or(std::string("open")));
  field.future_allowed = table["future_allowed"].value_or(false);
  field.help = table["help"].value_or(std::string());
  field.aliases = strings(table["aliases"].as_array());
  FG_CHECK(!field.name.empty());
  FG_CHECK((field.type == FieldType::code) == !field.code_list.empty());
  return field;
}

void read_fields(const toml::table& table, std::vector<Field>& fields) {
  const toml::array* array = table["field"].as_array();
  FG_CHECK(array != nullptr);
  for (const toml::node& field : *array) {
    fields.push_back(read_field(*field.as_table()));
  }
}

Kind read_kind(std::string_view text) {
  const toml::table table = toml::parse(text);
  Kind kind;
  kind.name = table["name"].value_or(std::string());
  kind.table = table["table"].value_or(std::string());
  kind.title = table["title"].value_or(std::string());
  kind.help = table["help"].value_or(std::string());
  kind.geometry = geometry_rule(table["geometry"].value_or(std::string()));
  kind.geometry_required = table["geometry_required"].value_or(false);
  kind.information_date = table["information_date"].value_or(std::string());
  kind.generated_id = strings(table["generated_id"].as_array());
  FG_CHECK(!kind.name.empty());
  read_fields(table, kind.fields);
  if (kind.geometry != GeometryRule::none) {
    read_fields(toml::parse(base::embedded_file("schema/as-entered.toml")), kind.fields);
  }
  return kind;
}

/// The embedded files are sorted by path and their names begin with a number, so this is the order that links need;
/// held to it here.
std::vector<Kind> read_kinds() {
  std::vector<Kind> result;
  for (const base::EmbeddedFile& file : base::embedded_files()) {
    if (!file.path.starts_with("schema/kinds/")) {
      continue;
    }
    Kind kind = read_kind(file.text);
    for (const Field& field : kind.fields) {
      const auto is_linked = [&](const Kind& earlier) { return earlier.name == field.link_kind; };
      FG_CHECK(field.link_kind.empty() || std::any_of(result.begin(), result.end(), is_linked));
    }
    result.push_back(std::move(kind));
  }
  FG_CHECK(!result.empty());
  return result;
}

void add_position(base::Hasher& hasher, const geo::LonLat& p) {
  hasher.add(static_cast<std::int64_t>(std::llround(p.lon * 1e8)))
      .add(static_cast<std::int64_t>(std::llround(p.lat * 1e8)));
}

void add_positions(base::Hasher& hasher, const std::vector<geo::LonLat>& positions) {
  hasher.add(static_cast<std::uint64_t>(positions.size()));
  for (const geo::LonLat& p : positions) {
    add_position(hasher, p);
  }
}

std::string geometry_digits(const geo::GeographicGeometry& geometry) {
  base::Hasher hasher;
  add_positions(hasher, geometry.points);
  for (const auto& line : geometry.lines) {
    add_positions(hasher, line);
  }
  for (const auto& polygon : geometry.polygons) {
    add_positions(hasher, polygon.outer);
    for (const auto& hole : polygon.holes) {
      add_positions(hasher, hole);
    }
  }
  return hasher.hex().substr(0, 10);
}

std::string text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    return fmt::format("{}", *whole);
  }
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? fmt::format("{}", *real) : std::string();
}

}  // namespace

const Field* Kind::field(std::string_view wanted) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == wanted; });
  return found == fields.end() ? nullptr : &*found;
}

std::size_t Kind::field_index(std::string_view wanted) const {
  const Field* found = field(wanted);
  if (found == nullptr) {
    base::check_failed(wanted, __FILE__, __LINE__);
  }
  return static_cast<std::size_t>(found - fields.data());
}

std::vector<std::string> ten_letter_names(const Kind& kind) {
  constexpr std::size_t kLongest = 10;
  std::vector<std::string> names;
  for (const Field& field : kind.fields) {
    std::string name = field.name.substr(0, kLongest);
    for (int number = 1; std::find(names.begin(), names.end(), name) != names.end(); ++number) {
      name = field.name.substr(0, 8) + fmt::format(fmt::runtime(number < 10 ? "_{}" : "{}"), number);
    }
    names.push_back(std::move(name));
  }
  return names;
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = read_kinds();
  return all;
}

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds()) {
    if (kind.name == name || kind.table == name) {
      return &kind;
    }
  }
  return nullptr;
}

std::string nearest_kind(std::string_view name) {
  const Kind* best = &kinds().front();
  for (const Kind& kind : kinds()) {
    if (edit_distance(name, kind.name) < edit_distance(name, best->name)) {
      best = &kind;
    }
  }
  return best->name;
}

std::string generated_id(const Kind& kind, const Record& record) {
  FG_CHECK(!kind.generated_id.empty());
  std::string id;
  for (const std::string& part : kind.generated_id) {
    const std::string text =
        part == "geometry" ? geometry_digits(record.geometry) : text_of(record.values[kind.field_index(part)]);
    if (!text.empty()) {
      id += (id.empty() ? "" : "-") + text;
    }
  }
  return id;
}

}  // namespace firmground::mineaction
