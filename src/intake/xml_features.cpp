#include "intake/xml_features.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <pugixml.hpp>

#include "intake/field_value.h"

namespace firmground::intake {

using base::Result;

namespace {

/// Folders in folders: a file that nests deeper is an attack, not a map.
constexpr int kDeepest = 64;

/// "Placemark" of "kml:Placemark".
std::string_view local(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  for (const pugi::xml_node& node : parent.children()) {
    if (node.type() == pugi::node_element && local(node) == name) {
      return node;
    }
  }
  return {};
}

/// All text of an element, also around comments and sections of character data.
std::string text_of(const pugi::xml_node& element) {
  std::string text;
  for (const pugi::xml_node& node : element.children()) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
      text += node.value();
    }
  }
  return text;
}

Result<void> load(pugi::xml_document& document, std::string_view text, const std::string& file, std::string_view root) {
  const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_doctype);
  if (result.status == pugi::status_end_element_mismatch || result.status == pugi::status_no_document_element) {
    return base::fail(
        "intake.truncated",
        {{"file", file}, {"reason", fmt::format("its elements are not closed at byte {}", result.offset)}});
  }
  if (!result) {
    return base::fail(
        "intake.broken",
        {{"file", file},
         {"reason", fmt::format("it is no well-formed XML at byte {} ({})", result.offset, result.description())}});
  }
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype) {
      return base::fail("intake.broken",
                        {{"file", file}, {"reason", "it declares a document type, which no such file needs"}});
    }
  }
  if (local(document.document_element()) != root) {
    return base::fail("intake.broken", {{"file", file},
                                        {"reason", fmt::format("it is no {}: its outermost element is '{}'", root,
                                                               document.document_element().name())}});
  }
  return {};
}

Result<void> check_texts(const XmlDocument& document, const std::string& file) {
  const auto valid = [](const std::string& text) { return simdjson::validate_utf8(text.data(), text.size()); };
  for (std::size_t i = 0; i < document.features.size(); ++i) {
    for (const auto* list : {&document.features[i].own, &document.features[i].values}) {
      for (const auto& [name, value] : *list) {
        if (!valid(name) || !valid(value)) {
          return base::fail("intake.not_utf8", {{"file", file}, {"offset", "unknown"}, {"row", std::to_string(i + 1)}});
        }
      }
    }
  }
  return {};
}

// --- KML ---

/// "51.1,41.5,0 51.2,41.5,0": false when a piece is no position.
bool read_positions(std::string_view text, std::vector<geo::Xy>& positions, std::string& problem) {
  constexpr std::string_view kBlank = " \t\r\n";
  for (std::size_t at = text.find_first_not_of(kBlank); at != std::string_view::npos;
       at = text.find_first_not_of(kBlank, at)) {
    const std::string_view tuple = text.substr(at, text.find_first_of(kBlank, at) - at);
    at += tuple.size();
    const std::size_t comma = tuple.find(',');
    const std::size_t second = comma == std::string_view::npos ? comma : tuple.find(',', comma + 1);
    const auto x = parse_number(tuple.substr(0, comma));
    const auto y =
        comma == std::string_view::npos ? std::nullopt : parse_number(tuple.substr(comma + 1, second - comma - 1));
    if (!x || !y) {
      problem = fmt::format("'{}' is no longitude,latitude", tuple.substr(0, 60));
      return false;
    }
    positions.push_back({*x, *y});
  }
  return true;
}

class KmlGeometry {
 public:
  explicit KmlGeometry(RawGeometry& result) : result_(result) {}

  void read_all(const pugi::xml_node& parent, int depth) {
    for (const pugi::xml_node& node : parent.children()) {
      read(node, depth);
    }
  }

 private:
  void read(const pugi::xml_node& node, int depth) {
    const std::string_view name = local(node);
    if (name == "Point") {
      std::vector<geo::Xy> positions;
      if (coordinates(node, name, positions)) {
        result_.shape.points.push_back(positions.front());
      }
    } else if (name == "LineString" || name == "LinearRing") {
      std::vector<geo::Xy> positions;
      if (coordinates(node, name, positions)) {
        result_.shape.lines.push_back(std::move(positions));
      }
    } else if (name == "Polygon") {
      polygon(node);
    } else if (name == "MultiGeometry" && depth < kDeepest) {
      read_all(node, depth + 1);
    } else if (name == "Track" || name == "MultiTrack" || name == "Model" || name == "MultiGeometry") {
      problem(fmt::format("a {} has no plain position", name));
    }
  }
  void polygon(const pugi::xml_node& node) {
    geo::PlanarPolygon polygon;
    for (const pugi::xml_node& boundary : node.children()) {
      const bool outer = local(boundary) == "outerBoundaryIs";
      if (!outer && local(boundary) != "innerBoundaryIs") {
        continue;
      }
      for (const pugi::xml_node& ring : boundary.children()) {
        std::vector<geo::Xy> positions;
        if (local(ring) == "LinearRing" && coordinates(ring, outer ? "outline" : "hole", positions)) {
          (outer ? polygon.outer : polygon.holes.emplace_back()) = std::move(positions);
        }
      }
    }
    if (polygon.outer.empty()) {
      problem("its Polygon has no coordinates");
    } else {
      result_.shape.polygons.push_back(std::move(polygon));
    }
  }
  bool coordinates(const pugi::xml_node& node, std::string_view name, std::vector<geo::Xy>& positions) {
    std::string reason;
    if (!read_positions(text_of(child(node, "coordinates")), positions, reason)) {
      problem(std::move(reason));
      return false;
    }
    if (positions.empty()) {
      problem(fmt::format("its {} has no coordinates", name));
    }
    return !positions.empty();
  }
  void problem(std::string text) {
    if (result_.problem.empty()) {
      result_.problem = std::move(text);
    }
  }

  RawGeometry& result_;
};

class KmlReader {
 public:
  explicit KmlReader(XmlDocument& document) : document_(document) {}

  void walk(const pugi::xml_node& parent, const std::string& folder, int depth) {
    for (const pugi::xml_node& node : parent.children()) {
      const std::string_view name = local(node);
      if (name == "Placemark") {
        placemark(node, folder);
      } else if (name == "Schema") {
        schema(node);
      } else if ((name == "Folder" || name == "Document") && depth < kDeepest) {
        const bool outermost = name == "Folder" && folder.empty();
        walk(node, outermost ? std::string(trimmed(text_of(child(node, "name")))) : folder, depth + 1);
      }
    }
  }

 private:
  void schema(const pugi::xml_node& node) {
    for (const pugi::xml_node& field : node.children()) {
      const std::string name = field.attribute("name").value();
      const bool known =
          std::find(document_.declared.begin(), document_.declared.end(), name) != document_.declared.end();
      if (local(field) == "SimpleField" && !known) {
        document_.declared.push_back(name);
      }
    }
  }
  void placemark(const pugi::xml_node& node, const std::string& folder) {
    XmlFeature& feature = document_.features.emplace_back();
    feature.folder = folder;
    for (const pugi::xml_node& part : node.children()) {
      const std::string_view name = local(part);
      if (name == "name" || name == "description" || name == "address") {
        feature.own.emplace_back(name, text_of(part));
      } else if (name == "TimeStamp") {
        feature.own.emplace_back("timestamp", text_of(child(part, "when")));
      } else if (name == "ExtendedData") {
        extended(part, feature);
      }
    }
    KmlGeometry(feature.geometry).read_all(node, 0);
  }
  static void extended(const pugi::xml_node& node, XmlFeature& feature) {
    for (const pugi::xml_node& data : node.children()) {
      if (local(data) == "Data") {
        feature.values.emplace_back(data.attribute("name").value(), text_of(child(data, "value")));
      } else if (local(data) == "SchemaData") {
        for (const pugi::xml_node& simple : data.children()) {
          if (local(simple) == "SimpleData") {
            feature.values.emplace_back(simple.attribute("name").value(), text_of(simple));
          }
        }
      }
    }
  }

  XmlDocument& document_;
};

// --- GPX ---

bool read_point(const pugi::xml_node& node, std::vector<geo::Xy>& positions, RawGeometry& geometry) {
  const auto lat = parse_number(trimmed(node.attribute("lat").value()));
  const auto lon = parse_number(trimmed(node.attribute("lon").value()));
  if (!lat || !lon) {
    geometry.problem = fmt::format("its {} has no lat and lon in digits", local(node));
    return false;
  }
  positions.push_back({*lon, *lat});
  return true;
}

void read_values(const pugi::xml_node& node, XmlFeature& feature) {
  constexpr std::array<std::string_view, 5> kNoValues = {"trkseg", "rtept", "trkpt", "extensions", "link"};
  for (const pugi::xml_node& part : node.children()) {
    const std::string_view name = local(part);
    if (part.type() == pugi::node_element && std::find(kNoValues.begin(), kNoValues.end(), name) == kNoValues.end()) {
      feature.own.emplace_back(name, text_of(part));
    }
  }
  for (const pugi::xml_node& part : child(node, "extensions").children()) {
    if (part.type() == pugi::node_element) {
      feature.values.emplace_back(local(part), text_of(part));
    }
  }
}

void read_line(const pugi::xml_node& parent, std::string_view tag, RawGeometry& geometry) {
  std::vector<geo::Xy> positions;
  for (const pugi::xml_node& node : parent.children()) {
    if (local(node) == tag && !read_point(node, positions, geometry)) {
      return;
    }
  }
  if (!positions.empty()) {
    geometry.shape.lines.push_back(std::move(positions));
  }
}

void read_gpx_feature(const pugi::xml_node& node, XmlDocument& document) {
  const std::string_view name = local(node);
  if (name != "wpt" && name != "rte" && name != "trk") {
    return;
  }
  XmlFeature& feature = document.features.emplace_back();
  feature.form = name == "wpt" ? XmlForm::point : XmlForm::line;
  feature.folder = name == "wpt" ? "waypoints" : name == "rte" ? "routes" : "tracks";
  read_values(node, feature);
  if (name == "wpt") {
    read_point(node, feature.geometry.shape.points, feature.geometry);
  } else if (name == "rte") {
    read_line(node, "rtept", feature.geometry);
  } else {
    for (const pugi::xml_node& segment : node.children()) {
      if (local(segment) == "trkseg") {
        read_line(segment, "trkpt", feature.geometry);
      }
    }
  }
}

}  // namespace

Result<XmlDocument> parse_kml(std::string_view text, const std::string& file) {
  pugi::xml_document tree;
  FG_TRY_VOID(load(tree, text, file, "kml"));
  XmlDocument document;
  KmlReader(document).walk(tree.document_element(), "", 0);
  FG_TRY_VOID(check_texts(document, file));
  return document;
}

Result<XmlDocument> parse_gpx(std::string_view text, const std::string& file) {
  pugi::xml_document tree;
  FG_TRY_VOID(load(tree, text, file, "gpx"));
  XmlDocument document;
  for (const pugi::xml_node& node : tree.document_element().children()) {
    read_gpx_feature(node, document);
  }
  FG_TRY_VOID(check_texts(document, file));
  return document;
}

}  // namespace firmground::intake
