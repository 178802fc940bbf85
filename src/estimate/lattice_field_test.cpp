#include "estimate/lattice_field.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sparse/cholesky.h"

namespace firmground::estimate {
namespace {

constexpr std::int32_t kSide = 121;
constexpr std::size_t kNodes = std::size_t{kSide} * kSide;
constexpr double kRange = 20;  ///< in steps of the lattice

/// Covariances of the middle node of a square lattice with all others.
std::vector<double> covariances_of_middle(const std::vector<geo::Xy>& along) {
  const geo::Grid grid{1, 0, kSide - 1, kSide - 1, kSide - 1};
  const Lattice lattice = make_lattice(grid, 1, {}, grid);
  const FieldPrecision field = field_precision(lattice, along);
  sparse::SymmetricMatrix precision = field.pattern;
  precision_values(field, 1, kRange, 1, precision.value);
  sparse::Cholesky factor(precision);
  EXPECT_TRUE(factor.factorise(precision));
  std::vector<double> unit(static_cast<std::size_t>(lattice.active), 0.0);
  unit[kNodes / 2] = 1;  // kSide is odd: the middle one
  factor.solve(unit);
  return unit;
}

double at(const std::vector<double>& covariances, int east, int north) {
  const auto row = static_cast<std::size_t>(kSide / 2 - north);
  return covariances[row * kSide + static_cast<std::size_t>(kSide / 2 + east)];
}

TEST(LatticeField, StretchedByOneItIsTheFieldThatIsNot) {
  const std::vector<double> plain = covariances_of_middle({});
  const std::vector<double> same = covariances_of_middle(std::vector<geo::Xy>(kNodes, {0.6, 0.8}));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NEAR(plain[i], same[i], 1e-9);
  }
}

/// Stretched by 2.25 its range is 1.5 times as long along and 1.5 times as short across, and its variance is what it
/// was.
TEST(LatticeField, ReachesFurtherAlongThanAcross) {
  const std::vector<double> plain = covariances_of_middle({});
  const double angle = std::atan2(3, 4);
  const std::vector<double> stretched =
      covariances_of_middle(std::vector<geo::Xy>(kNodes, {2.25 * std::cos(angle), 2.25 * std::sin(angle)}));
  EXPECT_NEAR(at(stretched, 0, 0), at(plain, 0, 0), 0.02 * at(plain, 0, 0));
  // 15 steps along (12 east, 9 north) are as 10 were, and 10 across (-6 east, 8 north) as 15 were.
  EXPECT_NEAR(at(stretched, 12, 9), at(plain, 6, 8), 0.03);
  EXPECT_NEAR(at(stretched, -6, 8), at(plain, 12, 9), 0.03);
  EXPECT_GT(at(stretched, 12, 9), at(stretched, -9, 12) + 0.2);
}

}  // namespace
}  // namespace firmground::estimate
