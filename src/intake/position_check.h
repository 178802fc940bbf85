#pragma once
#include <array>
#include <optional>
#include <string>

#include "geo/geometry.h"
#include "intake/issue_list.h"

namespace firmground::intake {

/// West, south, east, north in degrees.
using LonLatBox = std::array<double, 4>;

/// Judges whether coordinates can be where they say, and if not, which other reading of them would be: axes exchanged,
/// a sign lost, metres of a zone of the country. Nothing is corrected; the row is refused and a person is told.
class PositionCheck {
 public:
  explicit PositionCheck(std::optional<LonLatBox> extent) : extent_(extent) {}

  /// False when the coordinates are not degrees at all (an issue was added): nothing else can be said of the geometry
  /// then.
  bool check_range(const geo::GeographicGeometry& geometry, IssueList& issues);
  /// REQUIRES: check_range() was true.
  void check_extent(const geo::GeographicGeometry& geometry, IssueList& issues) const;
  /// Against the middle 90 % of a file's rows, where the country's extent is not known.
  static void check_against_others(const geo::LonLat& p, const LonLatBox& others, IssueList& issues);

  bool knows_extent() const { return extent_.has_value(); }

 private:
  struct Reading {
    std::string crs;
    bool exchanged = false;
  };
  static std::optional<Reading> metres_reading(const LonLatBox& extent, const geo::LonLat& p);
  static bool fits(const Reading& reading, const LonLatBox& extent, const geo::LonLat& p);

  std::optional<LonLatBox> extent_;
  std::optional<Reading> last_reading_;  ///< rows of one file usually share their mistake
  int searches_left_ = 20;               ///< a search tries some thirty transformations
};

}  // namespace firmground::intake
