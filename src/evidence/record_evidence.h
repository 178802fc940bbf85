#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "evidence/reconcile.h"
#include "evidence/search_image.h"
#include "mineaction/snapshot.h"

/// What was found and searched about each minefield record, as drawn and as reconciled: what accuracy is measured on.
namespace firmground::evidence {

/// How the outline must be moved to lie over the finds: a similarity, by the moments of both, the outline's weighted by
/// what was searched of it.
struct OutlineFit {
  std::optional<double> rotation_deg;  ///< recorded to found, counter-clockwise, -90 to 90; long outlines only
  double scale = 1;
  double residual_m = 0;  ///< root mean square distance of the finds from the fitted outline
};

/// Nothing (std::nullopt) where what was searched and found does not tell.
struct RecordEvidence {
  std::size_t record = 0;           ///< index in the snapshot
  geo::PlanarGeometry drawn;        ///< ground as recorded, rows and points grown to the reach of a field
  geo::PlanarGeometry ground;       ///< the same as reconciled
  std::vector<std::size_t> mines;   ///< indices of the finds that this record explains, ascending
  std::int64_t found = 0;           ///< mines of them
  std::int64_t found_of_type = 0;   ///< of the recorded category
  double drawn_effort = 0;          ///< share of the ground as recorded effectively searched
  double effort = 0;                ///< of the ground as reconciled
  bool searched_near = false;       ///< any ground at either place was searched
  std::optional<double> nearest_m;  ///< from the ground as recorded to the nearest mine, where that was searched
  std::int64_t mines_in_drawn = 0;  ///< under the ground as recorded
  std::optional<double> iou_drawn;  ///< of the ground as recorded with the hull of its mines
  std::optional<double> iou;        ///< of the ground as reconciled with it
  std::optional<OutlineFit> fit;
  std::vector<geo::Xy> hull;  ///< of its mines, counter-clockwise; empty below three
};

/// From this share effectively searched on, finding nothing says something (design.md section 6).
inline constexpr double kSearchedEnough = 0.20;

/// Mines found close together.
struct FindCluster {
  geo::Xy middle;
  std::int64_t mines = 0;
  bool searched = false;         ///< found in searched ground
  std::optional<double> away_m;  ///< to the nearest record as drawn or as reconciled, where nearer than asked
};

/// One entry for each verdict, in its order. Each mine belongs to the nearest reconciled ground within 30 m of a record
/// whose field was laid more likely than not.
/// Cost: linear in finds and records, some ten seconds for 10,000 records on two cores.
std::vector<RecordEvidence> evidence_of(const mineaction::Snapshot& snapshot, const Reconciliation& result,
                                        const SearchImage& image);

/// Three mines or more, each within 60 m of another, in the order of their westernmost mine.
std::vector<FindCluster> clusters_of(const mineaction::Snapshot& snapshot, const SearchImage& image,
                                     const std::vector<RecordEvidence>& records, const Reconciliation& result,
                                     double near_m);

}  // namespace firmground::evidence
