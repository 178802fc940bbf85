#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "geo/geometry.h"

namespace firmground::geo {

/// A coordinate system as a person wrote it on a record: "SK-42 zone 8", "Pulkovo 1942 / Gauss-Kruger zone 8",
/// "EPSG:28408", "UTM 38N WGS84", "MGRS", "WGS84".
struct WrittenCrs {
  enum class Form : std::uint8_t {
    defined,       ///< `definition` says all
    gauss_kruger,  ///< zones of Pulkovo 1942 or 1995: the numbers tell zone and prefix where the name does not
    pulkovo,       ///< only the datum is named: degrees or Gauss-Krueger, as the numbers tell
    mgrs           ///< grid references as text
  };
  Form form = Form::defined;
  std::string written;     ///< as it was written
  std::string definition;  ///< for PROJ; of mgrs the name of the datum: "WGS 84", "ED50", "WGS 72"
  bool pulkovo_1995 = false;
  int zone = 0;            ///< of gauss_kruger; 0 = the prefix of the easting tells
  int zone_width_deg = 6;  ///< 6 or 3
};

/// Latin or Cyrillic letters, any case, hyphens and blanks as people put them; also everything that PROJ reads.
/// A name that leaves the datum open ("UTM 38N") is refused: it is never guessed.
/// Errors: geo.crs_unknown, geo.crs_datum_missing.
base::Result<WrittenCrs> parse_written_crs(std::string_view text);

/// What PROJ needs to read these numbers, easting or longitude first: "EPSG:28408" when the easting carries the prefix
/// of zone 8, "EPSG:28468" when it carries none.
/// Errors: geo.zone_missing, geo.zone_contradicted (the easting carries the prefix of another zone; says so when the
/// axes look exchanged).  REQUIRES: form is not mgrs.
base::Result<std::string> definition_for(const WrittenCrs& crs, Xy numbers);

}  // namespace firmground::geo
