#pragma once
#include <vector>

#include "evidence/row_fit.h"

namespace firmground::evidence {

/// How mines follow each other along a row: each step from one place to the next is normal about the pitch, so that
/// errors add up as they do when a person paces; a place holds a mine that can still be found with the presence.
/// docs/methods/row-patterns.md, eq. 7-8.
struct PitchLaw {
  double pitch_m = 10;
  double pitch_low_m = 0, pitch_high_m = 0;  ///< 90 % interval
  double step_sd_m = 1.5;                    ///< of one step
  double place_sd_m = 0.5;                   ///< of a find along its row: how well it was surveyed
  double presence = 0.8;                     ///< of the places, those that held a mine when the search began
  double log_ratio = 0;  ///< log likelihood of the gaps over finds scattered at random along the rows, less the cost
};

/// A gap between two finds that follow each other in a row.
struct Gap {
  double length_m = 0;
  double effort = 0;  ///< mean over it
};
std::vector<Gap> gaps_of(const RowFit& fit, std::size_t row, const SearchedGround& ground);

/// The likeliest law, on a grid of pitches, spreads and presences; a lane or a skipped stretch counts as an outlier.
/// `sigma_m`: spread of finds across rows, which bounds how badly they were surveyed along them.
/// REQUIRES: three gaps at least.  Cost: some thousand passes over the gaps.
PitchLaw fit_pitch(const std::vector<Gap>& gaps, double sigma_m);

/// Log likelihood of the gaps under the law.  `density_per_m` of the whole: 1 / metre per gap.
double log_likelihood(const std::vector<Gap>& gaps, const PitchLaw& law);

}  // namespace firmground::evidence
