#include <algorithm>
#include <map>

#include "intake/record_builder.h"
#include "intake/xml_features.h"

namespace firmground::intake {

using base::Result;
using mineaction::GeometryRule;

namespace {

constexpr std::int64_t kProgressRows = 1 << 14;

using Values = std::vector<std::pair<std::string, std::string>>;

bool has_name(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void collect(const Values& values, std::vector<std::string>& names) {
  for (const auto& [name, value] : values) {
    if (!name.empty() && !has_name(names, name)) {
      names.push_back(name);
    }
  }
}

/// Columns of the file: what its writer added, then what the format itself names, unless that is the same again: a
/// placemark's name that repeats its first value is there for the map, not a column.
struct Columns {
  std::vector<std::string> names;
  std::size_t added = 0;  ///< so many of them came from the writer
};

Columns columns_of(const XmlDocument& document, std::span<const XmlFeature* const> features) {
  std::vector<std::string> added;
  std::vector<std::string> own;
  bool name_repeats = true;
  for (const XmlFeature* feature : features) {
    collect(feature->values, added);
    collect(feature->own, own);
    for (const auto& [name, value] : feature->own) {
      name_repeats =
          name_repeats && (name != "name" || (!feature->values.empty() && feature->values.front().second == value));
    }
  }
  for (const std::string& name : document.declared) {
    if (!has_name(added, name) && !added.empty()) {
      added.push_back(name);
    }
  }
  Columns columns{added, added.size()};
  for (const std::string& name : own) {
    if (!has_name(added, name) && !(name == "name" && name_repeats)) {
      columns.names.push_back(name);
    }
  }
  return columns;
}

/// The placemarks of one folder when one was asked for; of GPX what has the kind's form.
std::vector<const XmlFeature*> features_for(const XmlDocument& document, const mineaction::Kind& kind,
                                            const ReadOptions& options) {
  std::vector<const XmlFeature*> all;
  std::vector<const XmlFeature*> fitting;
  for (const XmlFeature& feature : document.features) {
    if (!options.source_layer.empty() && feature.folder != options.source_layer) {
      continue;
    }
    all.push_back(&feature);
    const bool fits = feature.form == XmlForm::any || kind.geometry == GeometryRule::any ||
                      (feature.form == XmlForm::point) ==
                          (kind.geometry == GeometryRule::point || kind.geometry == GeometryRule::polygon_or_point);
    if (fits) {
      fitting.push_back(&feature);
    }
  }
  return fitting.empty() ? all : fitting;  // nothing fits: each row is told what it is
}

Result<ReadResult> read_features(const XmlDocument& document, const std::string& file, const mineaction::Kind& kind,
                                 const ReadOptions& options, const base::Progress& progress) {
  const auto features = features_for(document, kind, options);
  if (features.empty()) {
    return base::fail("intake.empty_file", {{"file", file}});
  }
  const Columns columns = columns_of(document, features);
  FG_TRY(RecordBuilder builder,
         RecordBuilder::create(kind, options, {file, GeometrySource::native, "", false}, columns.names));
  std::map<std::string_view, std::size_t> at;
  for (std::size_t i = 0; i < columns.names.size(); ++i) {
    at.emplace(columns.names[i], i);
  }
  std::vector<RawValue> cells;
  std::int64_t row = 0;
  for (const XmlFeature* feature : features) {
    cells.assign(columns.names.size(), {});
    // A column that the writer added is filled by nothing else: a placemark's name is not the place's.
    for (const auto& [name, value] : feature->own) {
      if (const auto column = at.find(name); column != at.end() && column->second >= columns.added) {
        cells[column->second] = std::string_view(value);
      }
    }
    for (const auto& [name, value] : feature->values) {
      if (const auto column = at.find(name); column != at.end()) {
        cells[column->second] = std::string_view(value);
      }
    }
    builder.add({++row, cells, &feature->geometry});
    const double share = static_cast<double>(row) / static_cast<double>(features.size());
    if (row % kProgressRows == 0 && !progress("reading " + kind.name, 0.7 * share)) {
      return base::fail("base.cancelled");
    }
  }
  if (features.size() < document.features.size() && options.source_layer.empty()) {
    builder.note(0, "intake.other_forms_left_out",
                 {{"count", std::to_string(document.features.size() - features.size())}, {"kind", kind.name}});
  }
  return builder.finish(progress);
}

}  // namespace

Result<ReadResult> read_kml(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                            const ReadOptions& options, const base::Progress& progress) {
  FG_TRY(const XmlDocument document, parse_kml(text, file));
  return read_features(document, file, kind, options, progress);
}

Result<ReadResult> read_gpx(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                            const ReadOptions& options, const base::Progress& progress) {
  FG_TRY(const XmlDocument document, parse_gpx(text, file));
  return read_features(document, file, kind, options, progress);
}

}  // namespace firmground::intake
