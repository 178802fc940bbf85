#pragma once
#include <cstddef>
#include <vector>

namespace firmground::evidence {

/// What is seen of a row: a find of it.
struct OffsetSeen {
  double s = 0;  ///< along the chart, metres
  double n = 0;  ///< across it
  std::size_t row = 0;
  double weight = 1;  ///< probability that the find belongs to the row
};

/// How rows laid together leave the line of their chart: n = offset of the row + bend(s).  The bend is an integrated
/// random walk (a cubic smoothing spline), so that beyond the finds it goes on straight and its variance grows with the
/// cube of the distance.  docs/methods/row-patterns.md, eq. 4.
class RowBend {
 public:
  /// No bend, rows at the given offsets, known between s = from and to.
  RowBend(double from_s, double to_s, std::vector<double> offsets);

  void add_row(double offset) { offsets_.push_back(offset); }
  void remove_row(std::size_t row) { offsets_.erase(offsets_.begin() + static_cast<std::ptrdiff_t>(row)); }

  /// The same with the rows in another order: row i is the former order[i].
  RowBend reordered(const std::vector<std::size_t>& order) const;

  /// Best linear fit and its covariance.  Cost: cube of (knots + rows).
  void fit(const std::vector<OffsetSeen>& seen, double sigma_m);

  double at(double s) const;
  const std::vector<double>& offsets() const { return offsets_; }
  /// Variance of offset + bend at s.
  double variance(double s, std::size_t row) const;
  /// What the bend costs, in parameters.
  double degrees_of_freedom() const { return degrees_; }

 private:
  struct Place {
    std::size_t knot;
    double right;  ///< weight of the knot to the right
  };
  Place place(double s) const;
  std::size_t size() const { return bend_.size() + offsets_.size(); }

  double from_s_;
  std::vector<double> bend_;        ///< at knots every kKnot_m
  std::vector<double> offsets_;     ///< of rows
  std::vector<double> covariance_;  ///< size() x size(), empty before fit()
  double degrees_ = 0;
};

}  // namespace firmground::evidence
