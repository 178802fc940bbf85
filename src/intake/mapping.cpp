#include <fmt/format.h>
#include <toml++/toml.h>

#include "geo/raster.h"
#include "intake/source_file.h"

namespace firmground::intake {

namespace {

base::Result<void> invalid(const std::string& file, std::string reason) {
  return base::fail("intake.mapping_invalid", {{"file", file}, {"reason", std::move(reason)}});
}

/// A constant or an accepted value may be written as text, a number or yes/no: "AP mine", 1998, true.
std::optional<std::string> word(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) {
    return text;
  }
  if (const auto whole = node.value_exact<std::int64_t>()) {
    return fmt::format("{}", *whole);
  }
  if (const auto real = node.value_exact<double>()) {
    return fmt::format("{}", *real);
  }
  if (const auto flag = node.value_exact<bool>()) {
    return *flag ? "y" : "n";
  }
  if (const auto date = node.value_exact<toml::date>()) {
    return fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day);
  }
  return std::nullopt;
}

base::Result<std::map<std::string, std::string>> words(const toml::node& node, const std::string& file,
                                                       std::string_view section) {
  std::map<std::string, std::string> result;
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return base::fail("intake.mapping_invalid",
                      {{"file", file}, {"reason", fmt::format("{} is not a table", section)}});
  }
  for (const auto& [key, value] : *table) {
    const auto text = word(value);
    if (!text) {
      return base::fail("intake.mapping_invalid",
                        {{"file", file}, {"reason", fmt::format("{}.{} is not a single value", section, key.str())}});
    }
    result[std::string(key.str())] = *text;
  }
  return result;
}

base::Result<void> read_values(const toml::node& node, const std::string& file, Mapping& mapping) {
  const toml::table* fields = node.as_table();
  if (fields == nullptr) {
    return invalid(file, "values is not a table");
  }
  for (const auto& [field, translations] : *fields) {
    FG_TRY(mapping.values[std::string(field.str())], words(translations, file, fmt::format("values.{}", field.str())));
  }
  return {};
}

base::Result<void> read_only(const toml::node& node, const std::string& file, Mapping& mapping) {
  const toml::table* columns = node.as_table();
  if (columns == nullptr) {
    return invalid(file, "only is not a table");
  }
  for (const auto& [column, accepted] : *columns) {
    const toml::array* array = accepted.as_array();
    if (array == nullptr || array->empty()) {
      return invalid(file, fmt::format("only.{} is not a list of values", column.str()));
    }
    for (const toml::node& entry : *array) {
      mapping.only[std::string(column.str())].push_back(word(entry).value_or(std::string()));
    }
  }
  return {};
}

base::Result<void> read_section(std::string_view section, const toml::node& node, const std::string& file,
                                Mapping& mapping) {
  if (section == "columns") {
    FG_TRY(mapping.columns, words(node, file, section));
  } else if (section == "constants") {
    FG_TRY(mapping.constants, words(node, file, section));
  } else if (section == "values") {
    FG_TRY_VOID(read_values(node, file, mapping));
  } else if (section == "only") {
    FG_TRY_VOID(read_only(node, file, mapping));
  } else if (section == "crs" && node.is_string()) {
    mapping.crs = node.value_or(std::string());
  } else if (section != "title" && section != "note") {
    return invalid(file, fmt::format("'{}' is none of columns, constants, values, only, crs, title, note", section));
  }
  return {};
}

}  // namespace

base::Result<Mapping> Mapping::parse(std::string_view text, const std::string& file) {
  Mapping mapping;
  try {
    const toml::table root = toml::parse(text, file);
    for (const auto& [section, node] : root) {
      FG_TRY_VOID(read_section(section.str(), node, file, mapping));
    }
  } catch (const toml::parse_error& error) {
    return base::fail(
        "intake.mapping_invalid",
        {{"file", file},
         {"reason", fmt::format("line {}: {}", error.source().begin.line, std::string(error.description()))}});
  }
  for (const auto& [field, constant] : mapping.constants) {
    if (mapping.columns.contains(field)) {
      return base::fail("intake.mapping_invalid",
                        {{"file", file}, {"reason", fmt::format("{} is given as a column and as a constant", field)}});
    }
  }
  return mapping;
}

base::Result<Mapping> Mapping::read(const std::string& path) {
  FG_TRY(const std::string text, geo::read_file(path));
  return parse(text, path);
}

}  // namespace firmground::intake
