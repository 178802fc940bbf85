#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "geo/crs.h"
#include "geo/written_crs.h"

namespace firmground::geo {

enum class Angle : std::uint8_t { longitude, latitude };

/// An angle as people write it: 40°12'33.5"N, N 40 12.558, 40.2093, 40° 12' 33,5" с.ш., С 40 12 33; degrees, negative
/// west and south. Nothing when it cannot be read, lies out of range, or its letter is of the other axis.
std::optional<double> parse_angle(std::string_view text, Angle axis);

struct GridReference {
  int zone = 0;
  bool south = false;
  double easting_m = 0;  ///< of the middle of the square that the digits leave open
  double northing_m = 0;
  double square_m = 1;  ///< its side: 1 for ten digits, 10 for eight ...
};
/// "38SNJ1234567890", blanks allowed.  Nothing when it cannot be read or names no place.
std::optional<GridReference> parse_mgrs(std::string_view text);

/// What a text says in its written CRS, before any datum is left.
struct WrittenPosition {
  std::string definition;  ///< for place()
  Xy numbers;              ///< easting or longitude first
  double within_m = 0;     ///< half the square that a grid reference leaves open
};
/// A position as one text, in its written CRS:
///   MGRS   the grid reference;
///   degrees two angles, each with its letter (N, S, E, W; с.ш., в.д.), so that the order is no guess;
///   metres  "X=4426123 Y=8552345" (Soviet: X is the northing), "E 552345 N 4426123", or easting then northing.
/// Errors: geo.position_unreadable, those of definition_for().
base::Result<WrittenPosition> read_position(const WrittenCrs& crs, std::string_view text);

/// The same on WGS 84.  Errors: those of read_position() and place().  The accuracy of an MGRS reference includes half
/// its square.
base::Result<Placed> place_text(const WrittenCrs& crs, std::string_view text);

}  // namespace firmground::geo
