#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "estimate/class_posterior.h"
#include "estimate/kind_map.h"
#include "estimate/learnt_kinds.h"
#include "estimate/region_estimate.h"
#include "estimate/team.h"

/// Kinds of items by regions (docs/methods/hazard-field.md, eq. 37-39): the first process learns them from the finds of
/// the whole country, all are told, and each region has all finds to tell its own cells by.
namespace firmground::estimate {

/// What learning kinds needs of the country after its fields were learned.
struct KindsGround {
  evidence::Observations country;    ///< first process alone: finds, records and covariates
  std::vector<std::uint32_t> ahead;  ///< cells of the country still to be forecast, the same in all processes
};

/// Takes it out of the country, which is empty then.
KindsGround ground_of_kinds(Team& team, evidence::Observations country);

/// What was learned, as EstimateOptions::learnt of a KindMap in each region: kinds alone.
std::array<LearntClass, 2> learn_kinds(Team& team, const KindsGround& kinds, const RegionGround& ground,
                                       const Posteriors& posteriors, const EstimateOptions& options);

/// Of the whole country, from the regions' own.
void sum_kinds(Team& team, KindSum& sum);

}  // namespace firmground::estimate
