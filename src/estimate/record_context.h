#pragma once
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "estimate/smooth_effects.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// How likely ground is to be mined by what it is like, records apart: chance of a find in a searched cell, relative to
/// the mean over the country (a logistic regression on the effects of the ground).  Result: a factor per cell, 0
/// outside the area of interest.  `cells`, `found`: the searches.  Without effects: 1.
std::vector<float> likelihood_of_ground(const evidence::Observations& observations,
                                        const std::vector<SmoothEffect>& effects,
                                        const std::vector<std::uint32_t>& cells,
                                        const std::vector<std::uint8_t>& found);

/// P(field laid and still to be found) of each record, given also what the ground is like that it would lie on: a wrong
/// number may point anywhere, a field lies where fields were laid (eq. 26).  How much that decides is learned from the
/// records whose ground was searched.  `ground`: a factor per cell.
std::vector<double> findable_in_context(const evidence::RecordFields& records, const std::vector<float>& ground);

/// The same with the log of the factor of the ground under each record.
std::vector<double> findable_given(const evidence::RecordFields& records, const std::vector<double>& log_factor);

/// By record, what log_factors() divides: factor x chance summed over the cells it reaches, and chance.  Sums over
/// regions are added up first.
struct GroundSums {
  std::vector<double> factor;
  std::vector<double> chance;
};
/// Over shares in cells whose flag in `own` is set (empty: all).
GroundSums ground_under(const evidence::RecordFields& records, const std::vector<float>& ground,
                        const std::vector<std::uint8_t>& own);
/// `scale`: of all factors.
std::vector<double> log_factors(const GroundSums& sums, double scale);

/// Hazard that records add to each cell: -log of the chance that none of them puts a mine into it (eq. 25).
std::vector<float> recorded_hazard(const evidence::RecordFields& records, const std::vector<double>& findable,
                                   std::size_t cells);

/// The same, of posteriors that know the same records; empty: none add any.
class RecordedHazard {
 public:
  RecordedHazard() = default;
  explicit RecordedHazard(std::vector<float> by_cell)
      : by_cell_(std::make_shared<const std::vector<float>>(std::move(by_cell))) {}
  bool empty() const { return by_cell_ == nullptr || by_cell_->empty(); }
  /// REQUIRES: not empty().
  float operator[](std::size_t cell) const { return (*by_cell_)[cell]; }

 private:
  std::shared_ptr<const std::vector<float>> by_cell_;
};

}  // namespace firmground::estimate
