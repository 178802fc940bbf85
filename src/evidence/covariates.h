#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "evidence/observations.h"

namespace firmground::evidence {

/// Whether two values of a covariate are the same, unknown ones (NaN) among them.
inline bool same_value(float a, float b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// What is kept of a covariate once it is measured over the whole grid, such as a region of it.
using KeepField = std::function<CovariateField(CovariateField)>;

/// Covariates of every cell from reference layers, places, hazards, recorded outlines and rasters, in a fixed order:
/// signed distance to the former line of contact, distances to roads, places and every other reference layer, slope
/// (from `dem`), distance to and density of recorded minefield outlines, survey statement (statements.h),
/// each covariate raster as it is, share of land searched around, and how land was released. A covariate whose source
/// is missing is left out; `notes` gets sentences on rasters that tell nothing, or not of all the ground, and on what
/// stands for ground never searched where land was released in two ways.  `until`: of statements, only those made until
/// this day.  One whole field at a time is held besides what `keep` leaves (empty: everything).
std::vector<CovariateField> covariate_fields(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                             const std::vector<std::uint8_t>& inside,
                                             const std::vector<std::uint8_t>& processed,
                                             const std::optional<mineaction::Date>& until,
                                             std::vector<std::string>& notes, const KeepField& keep = {});

/// Those of them that searches change: survey statement, share of land searched around, and how land was released.
/// Cost: covers of hazards and land releases.
std::vector<CovariateField> covariates_of_searches(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                                   const std::vector<std::uint8_t>& processed,
                                                   const std::optional<mineaction::Date>& until);
bool is_of_searches(const CovariateField& field);
/// All of them after finds, accidents and land releases came in, changed or were withdrawn, with CovariateField::was.
/// `before`: covariate_fields() of the same ground and `until`, those of searches with whatever values; others, of
/// records, may follow.
/// `of_searches`: now. Where one of these comes or goes, the list is of other covariates. Cost: covers of land
/// releases, and what confirmed_areas() costs where other land was searched before the last CHA was reported.
std::vector<CovariateField> covariates_since(std::vector<CovariateField> before,
                                             std::vector<CovariateField> of_searches,
                                             const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                             const std::vector<std::uint8_t>& processed,
                                             const std::optional<mineaction::Date>& until);

/// The covariate that tells effort: share of land searched around each cell.  It looks at most this many cells far.
std::vector<float> share_searched_around(const geo::Grid& grid, const std::vector<std::uint8_t>& processed);
std::int32_t share_searched_reach(const geo::Grid& grid);

/// A cell round which another share of land was searched than before.
struct ShareChange {
  std::uint32_t cell;
  float before;
  float now;
};
/// All of them, what share_searched_around() gives of either, but for the rounding of its sums (none in cells of 10 m
/// and more).  Cost: a pass over the cells; what that costs on the rectangle round those that are processed in one of
/// the two alone.
std::vector<ShareChange> share_searched_changes(const geo::Grid& grid, const std::vector<std::uint8_t>& before,
                                                const std::vector<std::uint8_t>& now);

/// The values of the covariate that tells how land was released: 1 in processed cells that were reduced, or cancelled
/// after a search, rather than cleared; else 0.  Cost: covers of land releases.
std::vector<float> release_outcomes(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                    const std::vector<std::uint8_t>& processed,
                                    const std::optional<mineaction::Date>& until);
/// Cells of some ground that were searched, and how many of them were cleared.
struct ReleasedCells {
  std::uint64_t searched = 0;
  std::uint64_t cleared = 0;
};
ReleasedCells released_cells(const std::vector<std::uint8_t>& processed, const std::vector<float>& outcomes);
/// Whether outcomes are worth having: not all cells searched were cleared, nor less than a tenth of them.
bool outcomes_tell(const ReleasedCells& of_country);

}  // namespace firmground::evidence
