#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "estimate/covariate_columns.h"
#include "estimate/smooth_effects.h"
#include "evidence/observations.h"

namespace firmground::estimate {

/// A ridge logistic regression of yes or no on the piecewise linear bases of covariates that say how ground is: neither
/// the share of land searched nor what was made from minefield records is among them.
class CovariateLogit {
 public:
  /// REQUIRES: each effect is that of a covariate of `observations`, which outlives the regression.
  CovariateLogit(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects);
  bool empty() const { return columns_.empty(); }

  /// By at most ten Newton steps.  `yes`: one flag per entry of `cells`.  Cost: cells x columns^2 a step.
  void fit(const std::vector<std::uint32_t>& cells, const std::vector<std::uint8_t>& yes);
  /// The same of shares of yes in [0, 1], each worth `weight` facts, with one fact at `usual` of ground of which
  /// nothing is known, so that no share is 0 or 1 for want of facts.  `ridge`: precision of each knot's coefficient.
  struct Facts {
    std::vector<std::uint32_t> cells;
    std::vector<double> share;
    std::vector<double> weight;
    double usual = 0.5;
  };
  void fit(const Facts& facts, double ridge);
  double logit(std::uint32_t cell) const;
  /// Of several regressions on the same effects.  REQUIRES: out.size() == of.size().
  static void logits(std::span<const CovariateLogit> of, std::uint32_t cell, std::span<double> out);
  /// Intercept and knots: what was fitted to the whole country serves its regions.
  const std::vector<double>& coefficients() const { return beta_; }
  void take(std::vector<double> coefficients);

 private:
  void climb(const Facts& facts, double ridge, double usual_worth);

  CovariateColumns columns_;
  std::vector<double> beta_;
};

}  // namespace firmground::estimate
