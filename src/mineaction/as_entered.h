#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "mineaction/kind.h"

/// The last fields of every kind that has a geometry (schema/as-entered.toml): how a position was given, and how
/// longitude and latitude followed from it.
namespace firmground::mineaction {

struct AsEntered {
  std::string position;  ///< as written
  std::string crs;       ///< as named
  std::string derived_by;
  std::optional<double> accuracy_m;  ///< of the derivation
  friend bool operator==(const AsEntered&, const AsEntered&) = default;
};

bool is_as_entered_field(std::string_view name);

/// Nothing when the position was given as longitude and latitude on WGS 84 or in the programme's own CRS, or the kind
/// has none.
std::optional<AsEntered> as_entered(const Kind& kind, const Record& record);

/// REQUIRES: the kind has a geometry.
void set_as_entered(const Kind& kind, const AsEntered& entered, Record& record);

/// "entered as X=4426123 Y=8552345 in SK-42; derived by EPSG:15865 Pulkovo 1942 to WGS 84 (16), accurate to 4.5 m".
std::string to_text(const AsEntered& entered);

}  // namespace firmground::mineaction
