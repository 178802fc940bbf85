#pragma once
#include <vector>

#include "evidence/row_fit.h"
#include "evidence/row_pitch.h"

namespace firmground::evidence {

/// What is likely to be left along the rows of one fit.  docs/methods/row-patterns.md, eq. 9-13.
struct RowForecast {
  double from_s = 0;  ///< of the first step, reach_m before the first find
  double step_m = 1;
  std::vector<std::vector<double>> left_per_m;  ///< rows x steps: expected mines not found yet, per metre
  std::vector<double> inside;                   ///< steps: probability that the field reaches here
  double first_end_p05_s = 0, first_end_p50_s = 0, first_end_p95_s = 0;  ///< where the field begins
  double last_end_p05_s = 0, last_end_p50_s = 0, last_end_p95_s = 0;     ///< where it ends
  double goes_on = 0;  ///< probability that it reaches beyond what is forecast, at one end at least

  std::size_t steps() const { return inside.size(); }
  double s(std::size_t step) const { return from_s + step_m * static_cast<double>(step); }
};

/// Between finds: a walk of places from one find to the next, of which the places not found were empty, lifted or
/// overlooked.  Beyond: the walk goes on until the field ends; ends of rows laid together mostly agree, ground searched
/// in vain argues for an end, and the longer the field is already the longer it is expected to go on.
/// laws: one per row.  Cost: steps x pitch / step x 60 per row.
RowForecast forecast_rows(const RowFit& fit, const std::vector<PitchLaw>& laws, const SearchedGround& ground,
                          double reach_m);

}  // namespace firmground::evidence
