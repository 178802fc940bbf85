#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/stamp.h"
#include "estimate/hazard_estimate.h"
#include "geo/raster.h"
#include "mineaction/snapshot.h"
#include "pipeline/closer_look.h"
#include "pipeline/estimate_changes.h"
#include "pipeline/kept_polygons.h"
#include "register/register.h"
#include "report/situation.h"

/// The order of the stages and what they leave in a programme. The only module that knows all stages.
namespace firmground::pipeline {

/// Names of the derived results that a programme keeps (registry::StoredResult::name).
inline constexpr const char* kHazardRaster = "hazard-raster";      ///< bytes of the Cloud-Optimised GeoTIFF
inline constexpr const char* kHazardEstimate = "hazard-estimate";  ///< JSON of StoredEstimate
inline constexpr const char* kHazardPolygons = "hazard-polygons";  ///< bytes of its polygons
inline constexpr const char* kHazardUpdate = "hazard-update";      ///< JSON of StoredEstimate after an update of it
inline constexpr const char* kHazardChanges = "hazard-changes";    ///< bytes of EstimateChanges, of that update

/// What a programme keeps of its latest estimate beside the raster.
struct StoredEstimate {
  estimate::NationalTotals totals;
  std::string mode;  ///< "effort" or "presence-only"
  std::int64_t cells = 0;
  double cell_m = 0;
  std::map<std::string, double> hyperparameters;
  std::vector<estimate::CovariateEffect> effects;
  std::vector<estimate::StatementRatio> statements;
  PolygonsByKind polygons;                  ///< kept apart from the JSON
  std::vector<estimate::ClassKinds> kinds;  ///< what the items of each class are; empty: not told
  std::optional<CloserLook> closer;         ///< what was asked for besides
  std::string request;  ///< canonical JSON of what was asked for: the same request on the same snapshot is reused
  base::Stamp stamp;
  std::string made_at;  ///< UTC, of the store; not part of the JSON kept
  bool stale = false;   ///< made from another snapshot than the one asked about
};

/// One JSON object
/// {"totals","mode","cells","cell_m","hyperparameters","effects","statements","kinds","closer","request","stamp"};
/// numbers that are not known are null, "closer" is left out where nothing was asked for.  Same estimate, same bytes.
std::string to_json(const StoredEstimate& estimate);
/// Errors: pipeline.estimate_unreadable.
base::Result<StoredEstimate> parse_stored_estimate(const std::string& json);

/// Keeps a whole estimate: raster, summary and what else belongs to them, all or nothing; updates of one before are
/// forgotten.  Errors: those of geo::to_cog and Register::store.
base::Result<void> store_estimate(registry::Register& programme, const StoredEstimate& summary,
                                  const geo::Raster& raster, const std::string& made_at,
                                  std::vector<registry::StoredResult> also = {});

/// Keeps what an update changes of the whole estimate that `summary` says it is from (updated_from in the settings of
/// its stamp), all or nothing, in place of an update before.  Errors: those of Register::store.
base::Result<void> store_update(registry::Register& programme, const StoredEstimate& summary,
                                const EstimateChanges& changes, const std::string& made_at);
/// The whole estimate that was last stored, as it was made, whatever updated it since; but for its polygons.  Errors:
/// as latest_estimate().
base::Result<std::optional<StoredEstimate>> latest_whole_summary(const registry::Register& programme);
/// Its polygons; nothing also where a version kept them that kept them otherwise.
base::Result<std::optional<PolygonsByKind>> latest_whole_polygons(const registry::Register& programme);

/// The estimate last stored, or the update of it, but for its polygons, with whether it is stale against `snapshot`;
/// nothing when none was finished.  Errors: pipeline.estimate_unreadable, those of Register::load.
base::Result<std::optional<StoredEstimate>> latest_summary(const registry::Register& programme,
                                                           const mineaction::Snapshot& snapshot);
/// With its polygons; nothing also where a version kept it that kept them otherwise.  Errors: as latest_summary().
base::Result<std::optional<StoredEstimate>> latest_estimate(const registry::Register& programme,
                                                            const mineaction::Snapshot& snapshot);
/// The raster of that whole estimate; nothing when there is none.  Errors: also those of geo::from_geotiff.
base::Result<std::optional<geo::Raster>> whole_hazard_raster(const registry::Register& programme, const geo::Crs& crs);
/// The raster that belongs to latest_estimate(); nothing when there is none.  Errors: also those of geo::from_geotiff.
base::Result<std::optional<geo::Raster>> latest_hazard_raster(const registry::Register& programme, const geo::Crs& crs);
/// The same as a Cloud-Optimised GeoTIFF, which is written anew where an update changed it.
base::Result<std::optional<std::string>> latest_hazard_geotiff(const registry::Register& programme,
                                                               const geo::Crs& crs);

/// Says in a map's metadata what it is of.
void stamp_map(const StoredEstimate& stored, geo::Raster& raster);

/// The totals of the last estimate made of exactly this snapshot up to `entered_until` (a UTC time): what a report of a
/// past day says, whatever was estimated later. Totals of every estimate are kept for this; maps are not.
/// Errors: pipeline.estimate_unreadable, those of Register::load.
base::Result<std::optional<report::EstimateSummary>> estimate_as_entered(const registry::Register& programme,
                                                                         const mineaction::Snapshot& snapshot,
                                                                         const std::string& entered_until);

/// What the situation report says of it.
report::EstimateSummary summary_for_report(const StoredEstimate& estimate);

}  // namespace firmground::pipeline
