#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "geo/geometry.h"

namespace firmground::evidence {

/// Offsets (recorded minus true) on a lattice round zero.
struct OffsetLattice {
  static constexpr double kStep_m = 20;
  static constexpr int kReach = 25;  ///< steps each way: 500 m
  static constexpr int kSide = 2 * kReach + 1;
  static constexpr std::size_t kSize = static_cast<std::size_t>(kSide) * kSide;
  static double at(int step) { return (step - kReach) * kStep_m; }
};

/// The likelihood ratio, field there over not there, for every offset of one candidate of one record.
struct OffsetMap {
  std::size_t hypothesis = 0;
  geo::Xy moved;             ///< recorded minus candidate, at the centroid: what the hypothesis itself explains
  double log_scale = 0;      ///< ratio = likelihood x exp(log_scale)
  std::vector<float> ratio;  ///< kSize, row (dy) by row; empty = nothing searched, all are 1
  bool informative() const { return !ratio.empty(); }
};

/// One record with all its candidates.
struct RecordMaps {
  std::size_t record = 0;  ///< index in the snapshot
  bool own_place = true;   ///< false: its ground comes from legs alone, which no map sheet shifts
  std::vector<OffsetMap> candidates;
  bool informative = false;
};

/// What the records of one source have in common.
struct SourceState {
  double findable = 0.5;  ///< share of records whose field was laid and can still be found: existence x (1 - gone)
  std::vector<double> weights;  ///< by hypothesis
  geo::Xy shift;
  double spread_m = 40;
  double wide_share = 0.1;
  double located = 0;  ///< records, by weight, that shift and spread were measured on
};

/// Separable weights of the residual offset: main component and wide one, each axis on its own.
class OffsetPrior {
 public:
  static constexpr double kWide_m = 200;  ///< standard deviation per axis of wide offsets
  OffsetPrior(const SourceState& state, bool own_place);
  /// Prior mass of a lattice point; the lattice sums to mass() < 1, the rest lies beyond it.
  double at(int ix, int iy) const {
    return main_share_ * main_x_[static_cast<std::size_t>(ix)] * main_y_[static_cast<std::size_t>(iy)] +
           wide_share_ * wide_x_[static_cast<std::size_t>(ix)] * wide_y_[static_cast<std::size_t>(iy)];
  }
  double main_part(int ix, int iy) const {
    return main_share_ * main_x_[static_cast<std::size_t>(ix)] * main_y_[static_cast<std::size_t>(iy)];
  }
  double mass() const { return mass_; }

 private:
  double main_share_, wide_share_, mass_ = 0;
  std::vector<double> main_x_, main_y_, wide_x_, wide_y_;
};

/// log of the likelihood ratio of a candidate, averaged over offsets.
double log_evidence(const OffsetMap& map, const OffsetPrior& prior);

/// EM over the records of one source. The shift is first looked for by all records together on a coarse lattice, then
/// refined from the best few starts.  Cost: linear in the records' lattice points, some thirty passes.
SourceState fit_source(const std::vector<const RecordMaps*>& records, const std::vector<double>& priors);

/// Log evidence for a record's field that can be found, hypotheses and offsets averaged; tempered, because finds come
/// in clumps.
double log_record_evidence(const RecordMaps& record, const SourceState& state, const OffsetPrior& own,
                           const OffsetPrior& legs);
/// Weights of a record's candidates before its finds are looked at: those that apply, summing to 1.
std::vector<double> candidate_weights(const RecordMaps& record, const SourceState& state);

}  // namespace firmground::evidence
