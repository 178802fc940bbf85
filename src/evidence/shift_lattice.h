#pragma once
#include <vector>

#include "evidence/record_maps.h"

namespace firmground::evidence {

/// A lattice of shifts, metres, round zero.
struct ShiftLattice {
  static constexpr double kStep_m = PlaceMap::kStep_m;
  static constexpr int kReach = 20;  ///< 400 m each way
  static constexpr int kSide = 2 * kReach + 1;
  static constexpr std::size_t kSize = static_cast<std::size_t>(kSide) * kSide;
  static double at(int step) { return (step - kReach) * kStep_m; }
};
/// By shift, row (dy) by row.
using ShiftWeights = std::vector<float>;

/// Mass of a normal law on lattice steps: mass[k] is that of k - reach steps from `middle`, the step nearest the mean.
struct Kernel {
  Kernel(double mean_m, double deviation_m);
  int middle;
  int reach;
  std::vector<float> mass;
};

/// What a map, times `factor`, holds above `one`, the scaled ratio of ground that says nothing.
std::vector<float> excess_of(const PlaceMap& map, double factor, double one);

/// to(j) = sum over k of mass(k) from(j + middle + k + offset), both axes; what lies beyond `from` counts nothing.
/// `from` and the result are squares of the given sides, row by row.  Cost: sides squared times the reach.
std::vector<float> correlated(const float* from, int from_side, const Kernel& x, const Kernel& y, int to_side,
                              int offset);

/// A map averaged over displacements of `deviation_m` round each shift: summed in blocks of five steps, since it
/// changes slowly.  REQUIRES: deviation_m of several blocks.
ShiftWeights wide_average(const std::vector<float>& on_map, const PlaceMap& map, double deviation_m);

void add_weighted(float weight, const ShiftWeights& from, ShiftWeights& into);

/// Logarithm of a product of positive numbers for each of many places: mantissas are multiplied and exponents added, so
/// that one logarithm a place is taken, not one a factor.
class LogProduct {
 public:
  explicit LogProduct(std::size_t places);
  /// REQUIRES: factors are normal numbers above 0, one for each place.
  void times(const std::vector<double>& factors);
  void times(const std::vector<float>& factors);
  std::vector<double> log() const;

 private:
  void normalise();
  std::vector<double> mantissa_;
  std::vector<double> exponent_;
  int since_normal_ = 0;
};

}  // namespace firmground::evidence
