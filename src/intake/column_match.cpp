#include "intake/column_match.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace firmground::intake {

using base::Result;
using mineaction::Field;
using mineaction::GeometryRule;
using mineaction::Kind;

namespace {

std::string folded(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c != ' ' && c != '_' && c != '-' && c != '\t') {
      result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return result;
}

class Matcher {
 public:
  Matcher(const MatchRequest& request, std::span<const std::string> columns)
      : request_(request),
        columns_(columns),
        used_(columns.size(), false),
        short_names_(mineaction::ten_letter_names(request.kind)) {
    for (const std::string& column : columns) {
      folded_.push_back(folded(column));
    }
  }

  Result<ColumnMatch> match() {
    FG_TRY_VOID(check_mapping());
    reserve_mapped_columns();
    for (const Field& field : request_.kind.fields) {
      FG_TRY_VOID(match_field(field));
    }
    if (request_.geometry == GeometrySource::columns && request_.kind.geometry != GeometryRule::none) {
      FG_TRY_VOID(match_position());
    }
    FG_TRY_VOID(match_only());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!used_[i]) {
        match_.ignored.push_back(columns_[i]);
      }
    }
    return std::move(match_);
  }

 private:
  static bool is_position_column(const std::string& name) {
    constexpr std::array<std::string_view, 6> kNames = {"longitude", "latitude", "wkt", "mgrs", "position", "crs"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
  }

  Result<void> check_mapping() const {
    if (!request_.options.mapping) {
      return {};
    }
    const Mapping& mapping = *request_.options.mapping;
    std::vector<std::string> names;
    const auto collect = [&](const auto& section) {
      for (const auto& [field, rest] : section) {
        names.push_back(field);
      }
    };
    collect(mapping.columns);
    collect(mapping.constants);
    collect(mapping.values);
    for (const std::string& name : names) {
      if (!is_position_column(name) && request_.kind.field(name) == nullptr) {
        return base::fail(
            "intake.mapping_invalid",
            {{"file", request_.file}, {"reason", fmt::format("'{}' is no field of {}", name, request_.kind.name)}});
      }
    }
    return {};
  }

  /// A column that the mapping file gives to one field is not taken by another that happens to be called like it.
  void reserve_mapped_columns() {
    if (request_.options.mapping) {
      for (const auto& [field, column] : request_.options.mapping->columns) {
        const auto found = std::find(columns_.begin(), columns_.end(), column);
        if (found != columns_.end()) {
          use(static_cast<std::size_t>(found - columns_.begin()));
        }
      }
    }
  }

  base::Error missing(const std::string& column) const {
    return base::make_error("intake.missing_column", {{"file", request_.file},
                                                      {"column", column},
                                                      {"kind", request_.kind.name},
                                                      {"found", fmt::format("{}", fmt::join(columns_, ", "))}});
  }

  /// The column that the mapping file names for a field; an error when the file has no such column.
  Result<int> mapped_column(const std::string& field) {
    if (!request_.options.mapping) {
      return kNoColumn;
    }
    const auto named = request_.options.mapping->columns.find(field);
    if (named == request_.options.mapping->columns.end()) {
      return kNoColumn;
    }
    const auto found = std::find(columns_.begin(), columns_.end(), named->second);
    if (found == columns_.end()) {
      return tl::unexpected<base::Error>(missing(named->second));
    }
    return use(static_cast<std::size_t>(found - columns_.begin()));
  }

  int use(std::size_t column) {
    used_[column] = true;
    return static_cast<int>(column);
  }

  /// A column of exactly this name counts before one that only resembles it.
  Result<int> column_named(const std::string& field, std::span<const std::string> aliases) {
    std::vector<std::size_t> found;
    const auto search = [&](const std::string& name) {
      const std::string wanted = folded(name);
      const std::string cut = folded(name.substr(0, 10));
      for (std::size_t i = 0; i < columns_.size() && found.size() < 2; ++i) {
        const bool same =
            folded_[i] == wanted || (request_.names_cut_to_ten && columns_[i].size() == 10 && folded_[i] == cut);
        if (same && !used_[i]) {
          found.push_back(i);
        }
      }
    };
    search(field);
    for (const std::string& alias : aliases) {
      if (found.empty()) {
        search(alias);
      }
    }
    if (found.size() > 1) {
      const bool exact = columns_[found[0]] == field || columns_[found[1]] == field;
      if (!exact || columns_[found[0]] == columns_[found[1]]) {
        return base::fail("intake.ambiguous_column", {{"file", request_.file},
                                                      {"first", columns_[found[0]]},
                                                      {"second", columns_[found[1]]},
                                                      {"column", field}});
      }
      return use(columns_[found[0]] == field ? found[0] : found[1]);
    }
    return found.empty() ? kNoColumn : use(found.front());
  }

  /// Shapefiles that we or GDAL wrote: the short name of each field is known.
  int column_of_ten_letters(const Field& field) {
    const std::size_t at = request_.kind.field_index(field.name);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!used_[i] && columns_[i] == short_names_[at]) {
        return use(i);
      }
    }
    return kNoColumn;
  }

  Result<void> match_field(const Field& field) {
    std::string constant;
    if (request_.options.mapping && request_.options.mapping->constants.contains(field.name)) {
      constant = request_.options.mapping->constants.at(field.name);
    } else if (request_.kind.name == "reference-layer" && field.name == "layer") {
      constant = request_.options.layer_name;
    }
    FG_TRY(int column, mapped_column(field.name));
    if (column == kNoColumn && constant.empty() && request_.names_cut_to_ten) {
      column = column_of_ten_letters(field);
    }
    if (column == kNoColumn && constant.empty()) {
      FG_TRY(column, column_named(field.name, field.aliases));
    }
    if (column == kNoColumn && constant.empty() && field.required) {
      return tl::unexpected<base::Error>(missing(field.name));
    }
    match_.column_of_field.push_back(column);
    match_.constant_of_field.push_back(std::move(constant));
    return {};
  }

  Result<int> position_column(const std::string& field, const std::vector<std::string>& aliases) {
    FG_TRY(const int mapped, mapped_column(field));
    if (mapped != kNoColumn) {
      return mapped;
    }
    return column_named(field, aliases);
  }

  Result<void> match_position() {
    FG_TRY(match_.position_crs, position_column("crs", {"coordinate_system"}));
    // x and y say nothing of their order or unit: they are taken only when a reference system was given with them.
    const bool crs_given = match_.position_crs != kNoColumn || !request_.options.crs.empty() ||
                           (request_.options.mapping && !request_.options.mapping->crs.empty());
    std::vector<std::string> east = {"lon", "long", "lng", "Долгота", "долгота"};
    std::vector<std::string> north = {"lat", "Широта", "широта"};
    if (crs_given) {
      east.insert(east.end(), {"easting", "x"});
      north.insert(north.end(), {"northing", "y"});
    }
    FG_TRY(match_.longitude, position_column("longitude", east));
    FG_TRY(match_.latitude, position_column("latitude", north));
    const GeometryRule rule = request_.kind.geometry;
    const bool area_only = rule == GeometryRule::polygon || rule == GeometryRule::line;
    if (!area_only) {
      FG_TRY(match_.mgrs, position_column("mgrs", {"mgrs_reference", "grid_reference"}));
      FG_TRY(match_.position, position_column("position", {"coordinates"}));
    }
    if (rule != GeometryRule::point) {
      FG_TRY(match_.wkt, position_column("wkt", {"geometry", "geom", "the_geom"}));
    }
    const bool half = (match_.longitude == kNoColumn) != (match_.latitude == kNoColumn);
    if (!match_.has_position() && !crs_given) {
      FG_TRY_VOID(refuse_metres());
    }
    if (half || (!match_.has_position() && request_.kind.geometry_required)) {
      return tl::unexpected<base::Error>(missing(half && match_.longitude != kNoColumn ? "latitude"
                                                 : area_only                           ? "wkt"
                                                                                       : "longitude"));
    }
    return {};
  }

  /// Numbers of whatever system are there, and nobody says which.
  Result<void> refuse_metres() const {
    const auto named = [&](std::initializer_list<std::string_view> names) {
      return std::find_first_of(folded_.begin(), folded_.end(), names.begin(), names.end()) - folded_.begin();
    };
    const auto east = static_cast<std::size_t>(named({"easting", "x"}));
    const auto north = static_cast<std::size_t>(named({"northing", "y"}));
    return east < columns_.size() && north < columns_.size()
               ? base::fail("intake.metres_without_crs",
                            {{"file", request_.file}, {"east", columns_[east]}, {"north", columns_[north]}})
               : Result<void>();
  }

  Result<void> match_only() {
    if (!request_.options.mapping) {
      return {};
    }
    for (const auto& [column, values] : request_.options.mapping->only) {
      const auto found = std::find(columns_.begin(), columns_.end(), column);
      if (found == columns_.end()) {
        return tl::unexpected<base::Error>(missing(column));
      }
      match_.only[use(static_cast<std::size_t>(found - columns_.begin()))] = values;
    }
    return {};
  }

  const MatchRequest& request_;
  std::span<const std::string> columns_;
  std::vector<std::string> folded_;
  std::vector<bool> used_;
  std::vector<std::string> short_names_;
  ColumnMatch match_;
};

}  // namespace

Result<ColumnMatch> match_columns(const MatchRequest& request, std::span<const std::string> columns) {
  return Matcher(request, columns).match();
}

}  // namespace firmground::intake
