#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot.h"

namespace firmground::mineaction {

/// How bearings and coordinates are taken. The default is as written; each departure is a misreading that a record may
/// have gone through (schema/hypotheses.toml).
struct LegReading {
  std::string crs;  ///< in place of the written one; "" = as written
  int zone_shift = 0;
  bool axes_exchanged = false;
  std::string bearing_unit;              ///< in place of the written one
  std::string bearing_reference;         ///< in place of the written one
  bool tie_in_reversed = false;          ///< bearings of tie-ins were taken looking back
  bool distance_unit_exchanged = false;  ///< paces for metres, metres for paces
};

/// The ground that legs lead to.
struct LegOutline {
  geo::GeographicGeometry geometry;   ///< boundary as polygon, else rows as lines, else the tied-in point; empty when
                                      ///< a leg cannot be resolved: never half of a field
  std::string crs;                    ///< as written, of the reference point
  std::string entered;                ///< the legs as written, on one line
  std::string operation;              ///< datum shift, and declination where one was used
  std::optional<double> accuracy_m;   ///< of the reference point, with half a degree of every magnetic bearing
  std::optional<double> closure_m;    ///< the largest distance between two ways to the same point; nothing when there
                                      ///< is one way to each
  std::vector<base::Error> problems;  ///< why the geometry is empty, or that the legs do not close
};

inline constexpr double kPace_m = 0.75;

/// Legs are walked from points with coordinates, forward and back, on the WGS 84 ellipsoid. Magnetic bearings need the
/// record's date, grid bearings a projected CRS; whatever is missing is a problem, never a guess.
/// `legs`: of this record, in any order.  Cost: O(legs^2) at worst.
LegOutline outline_of_legs(const MinefieldRecord& record, std::span<const MinefieldRecordLeg> legs,
                           const LegReading& reading = {});

/// A minefield record as maps and files show it when its place is known by legs alone: with the ground that they lead
/// to as geometry, and what they were and how they were read in the fields of as_entered.h. Nothing when the record has
/// a geometry of its own, or the legs lead nowhere.
std::optional<Record> with_ground_of_legs(const Record& record, std::span<const MinefieldRecordLeg> legs);

/// Whether a record's geometry came about so.
bool is_ground_of_legs(const Record& record);

/// The legs of each record that has some, by record_id.
using LegsByRecord = std::map<std::string, std::vector<MinefieldRecordLeg>>;
LegsByRecord legs_by_record(std::span<const MinefieldRecordLeg> legs);

/// The record's geometry, else the ground that its legs lead to, where they lead to one that `crs` can express.
geo::PlanarGeometry ground_of(const MinefieldRecord& record, const LegsByRecord& legs, const geo::Crs& crs);

}  // namespace firmground::mineaction
