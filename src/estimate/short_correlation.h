#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

namespace firmground::estimate {

/// Correlation of the short field by distance, interior (Whittle 1954: nu = 1), ignoring that it may be stretched:
/// r K_1(r), r = sqrt(8) distance / range.
class ShortCorrelation {
 public:
  ShortCorrelation(double log_range_m, double cell_m) {
    const double per_cell = std::sqrt(8.0) * cell_m / std::exp(log_range_m);
    table_.push_back(1);
    for (double x = per_cell / kPerCell; table_.back() > 1e-3; x += per_cell / kPerCell) {
      table_.push_back(x * std::cyl_bessel_k(1, x));
    }
  }
  /// 0 where it is below .001.
  double at(double cells) const {
    const auto place = static_cast<std::size_t>(std::lround(cells * kPerCell));
    return place < table_.size() ? table_[place] : 0;
  }

 private:
  static constexpr double kPerCell = 4;
  std::vector<double> table_;
};

}  // namespace firmground::estimate
