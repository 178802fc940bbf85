#include <fmt/format.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "intake/csv_reader.h"
#include "intake/record_builder.h"

namespace firmground::intake {

namespace {

using base::Result;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr std::int64_t kProgressRows = 1 << 14;
/// Collections in collections: a file that nests deeper is an attack, not a map.
constexpr int kDeepest = 8;

/// Why the text is not JSON, with the place. simdjson does not tell where, so the slower reader looks again.
base::Error json_error(std::string_view text, const std::string& file) {
  std::string reason = "it is not JSON";
  std::size_t byte = 0;
  try {
    const auto discarded = nlohmann::json::parse(text.begin(), text.end());
    (void)discarded;
  } catch (const nlohmann::json::exception& error) {
    const auto* parse_error = dynamic_cast<const nlohmann::json::parse_error*>(&error);
    byte = parse_error != nullptr ? parse_error->byte : 0;
    reason = byte > 0 ? fmt::format("it is not JSON at byte {}", byte) : "a number in it is too large";
  }
  const std::string_view content = trimmed(text);
  const bool cut = byte >= content.size() || (!content.ends_with('}') && !content.ends_with(']'));
  return base::make_error(
      cut ? "intake.truncated" : "intake.broken",
      {{"file", file}, {"reason", cut ? fmt::format("it ends inside a value, after {} bytes", text.size()) : reason}});
}

class GeometryReader {
 public:
  RawGeometry read(element geometry) {
    if (!geometry.is_null() && !shape(geometry, 0) && result_.problem.empty()) {
      result_.problem = "its coordinates are not nested as its type needs";
    }
    return std::move(result_);
  }

 private:
  static bool position(element given, geo::Xy& p) {
    array numbers;
    if (given.get(numbers) != simdjson::SUCCESS || numbers.size() < 2) {
      return false;
    }
    return numbers.at(0).get(p.x) == simdjson::SUCCESS && numbers.at(1).get(p.y) == simdjson::SUCCESS;
  }
  static bool positions(element given, std::vector<geo::Xy>& into) {
    array list;
    if (given.get(list) != simdjson::SUCCESS) {
      return false;
    }
    into.reserve(list.size());
    for (const element each : list) {
      if (!position(each, into.emplace_back())) {
        return false;
      }
    }
    return true;
  }
  bool point(element given) { return position(given, result_.shape.points.emplace_back()); }
  bool line(element given) { return positions(given, result_.shape.lines.emplace_back()); }
  bool polygon(element given) {
    array rings;
    if (given.get(rings) != simdjson::SUCCESS || rings.size() == 0) {
      return false;
    }
    geo::PlanarPolygon& part = result_.shape.polygons.emplace_back();
    bool first = true;
    for (const element ring : rings) {
      if (!positions(ring, first ? part.outer : part.holes.emplace_back())) {
        return false;
      }
      first = false;
    }
    return true;
  }
  template <typename Read>
  static bool parts(element given, Read read) {
    array list;
    if (given.get(list) != simdjson::SUCCESS) {
      return false;
    }
    for (const element each : list) {
      if (!read(each)) {
        return false;
      }
    }
    return true;
  }
  bool shape(element geometry, int depth) {
    std::string_view type;
    if (geometry["type"].get(type) != simdjson::SUCCESS) {
      result_.problem = "it has no type";
      return false;
    }
    element inner;
    const char* member = type == "GeometryCollection" ? "geometries" : "coordinates";
    if (geometry[member].get(inner) != simdjson::SUCCESS) {
      result_.problem = fmt::format("it has no {}", member);
      return false;
    }
    if (type == "GeometryCollection") {
      return depth < kDeepest && parts(inner, [&](element each) { return shape(each, depth + 1); });
    }
    return simple_shape(type, inner);
  }
  bool simple_shape(std::string_view type, element inner) {
    if (type == "Point") {
      return point(inner);
    }
    if (type == "LineString") {
      return line(inner);
    }
    if (type == "Polygon") {
      return polygon(inner);
    }
    if (type == "MultiPoint") {
      return parts(inner, [&](element each) { return point(each); });
    }
    if (type == "MultiLineString") {
      return parts(inner, [&](element each) { return line(each); });
    }
    if (type == "MultiPolygon") {
      return parts(inner, [&](element each) { return polygon(each); });
    }
    result_.problem = fmt::format("'{}' is no type of geometry", type);
    return false;
  }

  RawGeometry result_;
};

/// Names of properties in the order of their first appearance, over all features: a feature may leave out what it does
/// not know.
class Columns {
 public:
  explicit Columns(array features) {
    for (const element feature : features) {
      object properties;
      if (feature["properties"].get(properties) == simdjson::SUCCESS) {
        for (const auto& field : properties) {
          const auto [found, is_new] = index_.emplace(field.key, names_.size());
          if (is_new) {
            names_.emplace_back(field.key);
          }
        }
      }
    }
  }
  const std::vector<std::string>& names() const { return names_; }
  std::size_t at(std::string_view name) const { return index_.at(name); }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, std::size_t> index_;  ///< views into the document
};

RawValue raw_value(element value, std::string& nested) {
  switch (value.type()) {
    case element_type::STRING: return std::string_view(value);
    case element_type::INT64: return std::int64_t(value);
    case element_type::UINT64: return double(std::uint64_t(value));
    case element_type::DOUBLE: return double(value);
    case element_type::BOOL: return bool(value);
    case element_type::NULL_VALUE: return {};
    case element_type::ARRAY:
    case element_type::OBJECT: break;
  }
  nested += simdjson::minify(value);  // a list in a cell is text that its field will judge
  return std::string_view(nested);
}

/// The system of an old "crs" member (GeoJSON of 2008); RFC 7946 has none and means WGS 84.
std::string crs_of(element root) {
  std::string_view name;
  if (root["crs"]["properties"]["name"].get(name) != simdjson::SUCCESS) {
    return "";
  }
  const std::size_t epsg = name.find("EPSG:");
  if (epsg == std::string_view::npos) {
    return name.find("CRS84") != std::string_view::npos ? "" : std::string(name);
  }
  const std::size_t last_colon = name.rfind(':');
  return "EPSG:" + std::string(name.substr(last_colon + 1));
}

Result<array> features_of(element root, const std::string& file) {
  array features;
  if (root["features"].get(features) != simdjson::SUCCESS) {
    return base::fail("intake.broken",
                      {{"file", file}, {"reason", "it is no FeatureCollection: it has no list of features"}});
  }
  return features;
}

void add_feature(element feature, std::int64_t row, const Columns& columns, RecordBuilder& builder) {
  std::vector<RawValue> cells(columns.names().size());
  std::vector<std::string> nested(cells.size());
  object properties;
  if (feature["properties"].get(properties) == simdjson::SUCCESS) {
    for (const auto& field : properties) {
      const std::size_t column = columns.at(field.key);
      nested[column].clear();
      cells[column] = raw_value(field.value, nested[column]);
    }
  }
  element geometry;
  const bool has_geometry = feature["geometry"].get(geometry) == simdjson::SUCCESS;
  const RawGeometry shape = has_geometry ? GeometryReader().read(geometry) : RawGeometry();
  builder.add({row, cells, &shape});
}

Result<ReadResult> read_document(element root, const std::string& file, const mineaction::Kind& kind,
                                 const ReadOptions& options, const base::Progress& progress) {
  FG_TRY(const array features, features_of(root, file));
  if (features.size() == 0) {
    return base::fail("intake.empty_file", {{"file", file}});
  }
  const Columns columns(features);
  FG_TRY(RecordBuilder builder,
         RecordBuilder::create(kind, options, {file, GeometrySource::native, crs_of(root), false}, columns.names()));
  std::int64_t row = 0;
  for (const element feature : features) {
    add_feature(feature, ++row, columns, builder);
    const double share = static_cast<double>(row) / static_cast<double>(features.size());
    if (row % kProgressRows == 0 && !progress("reading " + kind.name, 0.7 * share)) {
      return base::fail("base.cancelled");
    }
  }
  return builder.finish(progress);
}

}  // namespace

Result<ReadResult> read_geojson(std::string_view text, const std::string& file, const mineaction::Kind& kind,
                                const ReadOptions& options, const base::Progress& progress) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  text = text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
  if (trimmed(text).empty()) {
    return base::fail("intake.empty_file", {{"file", file}});
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    const std::size_t offset = first_invalid_utf8(text);
    return base::fail("intake.not_utf8", {{"file", file}, {"offset", std::to_string(offset)}, {"row", "unknown"}});
  }
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    return tl::unexpected<base::Error>(json_error(text, file));
  }
  return read_document(root, file, kind, options, progress);
}

}  // namespace firmground::intake
