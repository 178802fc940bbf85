#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "evidence/observations.h"
#include "evidence/regions.h"

namespace firmground::evidence {

/// The covariate "distance to confirmed hazardous areas": metres to the nearest cell that a CHA covers by half.  Survey
/// outlines what it has direct evidence of, and not to the metre: the hazard falls with the distance, not at the edge.
/// Of a cell that was searched before the year in which a nearer CHA was reported it is not known (NaN): that area may
/// rest on what was found.  `until`: of those reported until this day, or on a day not known.  Empty: no CHA.
/// Cost: a distance transform for each year in which ground was searched and after which a CHA was reported.
std::optional<CovariateField> confirmed_areas(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                              const std::vector<std::uint8_t>& processed,
                                              const std::optional<mineaction::Date>& until);

/// Of each processed cell the last year in which it was searched; else 0.  Cost: covers of land releases.
std::vector<std::int16_t> years_searched(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                         const std::vector<std::uint8_t>& processed,
                                         const std::optional<mineaction::Date>& until);

/// The covariate after cells were searched last in another year, on a part of the country or all of it: value,
/// `searched_before` and `was` of these cells.  `searched`: ascending cells of the part; a year that is not before the
/// last CHA was reported: 0 or as it is.  REQUIRES: any cell; the CHA are those that it was measured by; `was` is
/// empty. Cost: covers of all CHA and a distance transform for each of the years, in a window that reaches as far round
/// the cells as the nearest CHA of each (the covers again each time that it has to be twice as wide).
void measure_again(const mineaction::Snapshot& snapshot, const Region& part, const geo::Grid& country,
                   const std::optional<mineaction::Date>& until, const std::vector<SearchedIn>& searched,
                   CovariateField& field);

/// Whether the same cells were searched in the same years before a CHA was reported: then the covariate, measured with
/// the same CHA, is the same.  Cost: covers of land releases.
bool searched_as_before(const SearchedBefore& before, const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                        const std::vector<std::uint8_t>& processed, const std::optional<mineaction::Date>& until);

}  // namespace firmground::evidence
