#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "intake/raw_row.h"

namespace firmground::intake {

/// Forms of a feature as GPX tells them apart; a KML placemark is of any.
enum class XmlForm : std::uint8_t { any, point, line };

/// One placemark, waypoint, route or track.
struct XmlFeature {
  std::string folder;  ///< KML: of the outermost folder; GPX: "waypoints" …
  XmlForm form = XmlForm::any;
  std::vector<std::pair<std::string, std::string>> own;     ///< what the format itself names: name, description …
  std::vector<std::pair<std::string, std::string>> values;  ///< what the writer added: extended data, extensions
  RawGeometry geometry;
};

struct XmlDocument {
  std::vector<std::string> declared;  ///< columns that a schema announces, also where no feature fills them
  std::vector<XmlFeature> features;   ///< in file order
};

/// Reads OGC KML 2.2 (every placemark, in whatever folder) or GPX 1.0 and 1.1. Entities and document types are not
/// looked at: a file that declares one is refused.  Any bytes may be given.
/// Errors: intake.broken, intake.truncated, intake.not_utf8.
base::Result<XmlDocument> parse_kml(std::string_view text, const std::string& file);
base::Result<XmlDocument> parse_gpx(std::string_view text, const std::string& file);

}  // namespace firmground::intake
