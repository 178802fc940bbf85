#pragma once
#include <cstdint>
#include <vector>

#include "estimate/smooth_effects.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// At most 40,000 cells of the area of interest, by regular steps.
std::vector<std::uint32_t> propensity_sample(const evidence::Observations& observations);

/// Land is not searched at random. What was found stands for the ground still to be forecast when each searched cell
/// weighs as its like among unsearched cells: odds (1 - p) / p of the probability p of having been searched, a logistic
/// regression on the covariates' piecewise linear bases (eq. 21; Rosenbaum & Rubin 1983, Robins et al. 1994).
/// `cells`: searched cells.  Result: a weight each, mean 1, none above ten times the mean.  Without unsearched ground
/// or covariates: all 1.  The share of land searched around a cell is no covariate here: it is the answer.
/// Cost: at most 40,000 sampled cells x border^2 x ten Newton steps.
std::vector<double> likeness_to_unsearched(const evidence::Observations& observations,
                                           const std::vector<SmoothEffect>& effects,
                                           const std::vector<std::uint32_t>& cells);

}  // namespace firmground::estimate
