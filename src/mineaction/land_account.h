#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "mineaction/snapshot.h"

namespace firmground::mineaction {

enum class LandState : std::uint8_t { remaining_suspected, remaining_confirmed, cancelled, reduced, cleared };

/// "remaining_suspected", "remaining_confirmed", "cancelled", "reduced", "cleared".
std::string_view to_string(LandState state);

/// The key of by_district_m2 for ground that lies in no recorded district.
inline constexpr std::string_view kNoDistrict = "(no district)";

struct AccountOptions {
  /// First day of the period: opening is the state at the start of that day. Without it opening is 0 and everything is
  /// new.
  std::optional<Date> from;
  std::optional<Date> until;            ///< last day of the period; default: snapshot.as_of
  std::optional<std::string> district;  ///< district_id or name: only ground inside it
  /// Only ground whose deciding release is theirs, or by this method: what remains is then nobody's and in no sum.
  std::optional<std::string> organisation{};
  std::optional<std::string> donor{};
  std::optional<Method> method{};
  /// Only ground whose deciding hazard is of this ordnance class, of this type, or this one.
  std::optional<Device> device{};
  std::optional<HazardType> type{};
  std::optional<std::string> hazard{};
};

/// One piece of the partition of all hazard and released ground; pieces never overlap.
struct LandPiece {
  LandState state = LandState::remaining_suspected;
  bool inside_hazard = true;
  bool opening = false;        ///< in a hazard that was known before the period
  bool known_later = false;    ///< its hazard was reported after its last release
  std::int32_t releases = 0;   ///< how many claim it
  std::int32_t hazard = -1;    ///< index into snapshot.hazards, -1 outside
  std::int32_t release = -1;   ///< index into snapshot.land_releases that decides the state, -1 when remaining
  std::int32_t district = -1;  ///< index into snapshot.districts, -1 when in none
  geo::PlanarGeometry geometry;
  double area_m2 = 0;  ///< ellipsoid, in whole square millimetres
};

/// Ground that two releases claim, named by both; where three do, each two are listed.
struct DoubleClaim {
  std::string release_a;  ///< the one that decides before the other
  std::string release_b;
  std::string district;
  double area_m2 = 0;
  friend bool operator==(const DoubleClaim&, const DoubleClaim&) = default;
};

/// Ground that was searched, each time that it was: what was processed twice counts twice, unlike in the account.
/// Non-technical survey searches no ground and is not in it.
struct ProcessedArea {
  double total_m2 = 0;             ///< ground of the releases
  double searched_m2 = 0;          ///< times the coverage that they report
  double coverage_unknown_m2 = 0;  ///< of the total: no coverage is reported, so it is not in searched_m2
  std::map<std::string, double> by_method_m2;
  std::map<std::string, double> by_organisation_m2;
  friend bool operator==(const ProcessedArea&, const ProcessedArea&) = default;
};

/// A percentage with what it is made of.
struct BaselineShare {
  std::string of;  ///< "cleared", "released"
  double numerator_m2 = 0;
  double denominator_m2 = 0;
  double share = 0;
};

/// Land accounting by geometry (IMAS 07.11 land release; design.md section 4; docs/methods/land-accounting.md). All
/// areas in m2 on the ellipsoid, sums of whole square millimetres: they are exact, and the two equations hold exactly.
/// Conservation: opening + new = cancelled + reduced + cleared + remaining_suspected + remaining_confirmed, and
/// cancelled + reduced + cleared + cleared_outside = area of the union of releases. In an account with a period, ground
/// already released before it is in neither sum.
struct LandAccount {
  Date as_of;
  double opening_m2 = 0;
  double new_m2 = 0;
  double cancelled_m2 = 0;  ///< inside a hazard, as are reduced and cleared
  double reduced_m2 = 0;
  double cleared_m2 = 0;
  double remaining_suspected_m2 = 0;
  double remaining_confirmed_m2 = 0;
  double cleared_outside_m2 = 0;  ///< all released ground outside any hazard, whatever its outcome
  double double_claimed_m2 = 0;   ///< ground claimed by two or more releases
  double all_cleared_m2 = 0;      ///< outcome cleared, inside and outside hazards
  double all_reduced_m2 = 0;
  double all_cancelled_m2 = 0;
  double upgraded_m2 = 0;               ///< released before the period, and again in it with a stronger outcome
  double released_before_known_m2 = 0;  ///< counted as released, though its hazard was reported after its last release
  std::map<std::string, double> released_by_method_m2;                  ///< each m2 once, by the deciding release
  std::map<int, std::map<std::string, double>> by_year_m2;              ///< year -> outcome -> m2
  std::map<std::string, std::map<std::string, double>> by_district_m2;  ///< district name -> state -> m2
  std::vector<DoubleClaim> double_claims;                               ///< the largest first
  ProcessedArea processed;                                              ///< in the period, whoever decides
  std::optional<Baseline> baseline;                                     ///< in force at as_of
  std::vector<BaselineShare> shares;                                    ///< of the baseline; none without one
  std::int64_t hazards_without_polygon = 0;  ///< points and lines: they have no area and are in no sum above
  double declared_without_polygon_m2 = 0;    ///< what those hazards declare, where they do
  std::int64_t releases_without_polygon = 0;
  std::vector<std::string> notes;  ///< sentences: records without area, records with invalid polygons, each by name
  std::vector<LandPiece> pieces;
  std::string stamp;  ///< JSON
};

/// Partition: where releases overlap the strongest outcome counts once (cleared > reduced > cancelled; the earlier
/// report decides ties); where hazards overlap a confirmed one counts before a suspected one (then the smaller id).
/// Districts cut the pieces; where districts overlap the smaller id counts. Invalid polygons are counted by their
/// linework and named in `notes`, never left out. REQUIRES: snapshot.crs.
/// Errors: account.district_unknown, account.value_unknown, geo.overlay_failed.  Cost: O(n log n) in hazards + releases
/// for bounded overlap. Same result on any thread count.
base::Result<LandAccount> account(const Snapshot& snapshot, const AccountOptions& options = {});

}  // namespace firmground::mineaction
