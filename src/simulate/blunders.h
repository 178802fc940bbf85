#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"

namespace firmground::simulate {

/// How a record came to be wrong (domain.md 3.2).
enum class Blunder : std::uint8_t {
  none,
  datum,
  projection,
  magnetic,
  mil6000,
  reversed,
  wrong_zone,
  swapped_axes,
  content
};
std::string_view to_string(Blunder blunder);

/// A coordinate as the form gives it.
struct WrittenPoint {
  double easting = 0;
  double northing = 0;
  std::string crs;
};

/// What each misreading does to a place, measured with PROJ rather than assumed.
class Misreadings {
 public:
  static constexpr double kDeclination_deg = 6.0;  ///< magnetic north lies east of true north

  /// Errors: geo.crs_unknown, geo.transform_failed.  Cost: a few transformations of all points.
  static base::Result<Misreadings> measure(const std::vector<geo::Xy>& places, const geo::Crs& crs);

  /// Recorded minus true, for the datum and projection blunders; zero for the others.  `place` as given to measure().
  geo::Xy shift(Blunder blunder, std::size_t place) const;
  /// By how much a bearing from the tie-in point to the field turns it (counter-clockwise).
  double turn_radians(Blunder blunder, geo::Xy tie_in, geo::Xy field) const;
  /// The tie-in point in Gauss-Krueger zone 9, as written: in another zone or with its axes swapped when that is the
  /// blunder.
  WrittenPoint written(Blunder blunder, geo::Xy point) const;
  /// The magnetic bearing, in degrees, of a direction given from grid north.
  double magnetic_deg(double grid_deg, geo::Xy at) const;

 private:
  explicit Misreadings(const geo::Crs& crs) : crs_(crs) {}

  geo::Crs crs_;
  std::vector<geo::Xy> datum_;
  std::vector<geo::Xy> projection_;
  geo::Xy reference_;  ///< a place and what it is in Gauss-Krueger zone 9
  geo::Xy reference_in_gauss_krueger_;
};

}  // namespace firmground::simulate
