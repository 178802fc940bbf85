#include "sparse/cholesky.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>
#include <vector>

#include "base/parallel.h"
#include "base/random.h"

namespace firmground::sparse {
namespace {

/// (4 + k^2) - neighbours on an m x m lattice, squared: the 13-point precision of a Matern field.
SymmetricMatrix lattice(Index m, double k2) {
  const Index n = m * m;
  std::vector<double> dense(static_cast<std::size_t>(n * n), 0.0);
  const auto inside = [&](Index x, Index y) { return x >= 0 && x < m && y >= 0 && y < m; };
  std::vector<double> k(dense);
  for (Index y = 0; y < m; ++y) {
    for (Index x = 0; x < m; ++x) {
      k[static_cast<std::size_t>((y * m + x) * (n + 1))] = k2;
      for (const auto& [dx, dy] : {std::pair{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        if (inside(x + dx, y + dy)) {
          k[static_cast<std::size_t>((y * m + x) * (n + 1))] += 1;
          k[static_cast<std::size_t>((y * m + x) * n + (y + dy) * m + x + dx)] = -1;
        }
      }
    }
  }
  std::vector<Entry> entries;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j <= i; ++j) {
      double sum = 0;
      for (Index t = 0; t < n; ++t) {
        sum += k[static_cast<std::size_t>(i * n + t)] * k[static_cast<std::size_t>(t * n + j)];
      }
      dense[static_cast<std::size_t>(i * n + j)] = sum;
      if (sum != 0) {
        entries.push_back({i, j});
      }
    }
  }
  SymmetricMatrix a = pattern_of(n, entries);
  for (Index j = 0; j < n; ++j) {
    for (Index p = a.column_begin[static_cast<std::size_t>(j)]; p < a.column_begin[static_cast<std::size_t>(j) + 1];
         ++p) {
      a.value[static_cast<std::size_t>(p)] =
          dense[static_cast<std::size_t>(a.row[static_cast<std::size_t>(p)] * n + j)];
    }
  }
  return a;
}

/// Dense Gauss-Jordan with partial pivoting: the oracle that knows nothing of sparsity.
struct Dense {
  std::vector<double> inverse;
  double log_determinant = 0;
};

Dense dense_inverse(const SymmetricMatrix& a) {
  const auto n = static_cast<std::size_t>(a.n);
  std::vector<double> m(n * n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    for (auto p = static_cast<std::size_t>(a.column_begin[j]); p < static_cast<std::size_t>(a.column_begin[j + 1]);
         ++p) {
      const auto i = static_cast<std::size_t>(a.row[p]);
      m[i * n + j] = m[j * n + i] = a.value[p];
    }
  }
  Dense result{std::vector<double>(n * n, 0.0), 0};
  for (std::size_t i = 0; i < n; ++i) {
    result.inverse[i * n + i] = 1;
  }
  for (std::size_t c = 0; c < n; ++c) {
    const double pivot = m[c * n + c];
    result.log_determinant += std::log(pivot);
    for (std::size_t k = 0; k < n; ++k) {
      m[c * n + k] /= pivot;
      result.inverse[c * n + k] /= pivot;
    }
    for (std::size_t r = 0; r < n; ++r) {
      const double factor = m[r * n + c];
      if (r == c || factor == 0) {
        continue;
      }
      for (std::size_t k = 0; k < n; ++k) {
        m[r * n + k] -= factor * m[c * n + k];
        result.inverse[r * n + k] -= factor * result.inverse[c * n + k];
      }
    }
  }
  return result;
}

TEST(Cholesky, AgreesWithADenseSolve) {
  const SymmetricMatrix a = lattice(12, 0.3);
  const Dense oracle = dense_inverse(a);
  Cholesky factor(a);
  ASSERT_TRUE(factor.factorise(a));
  EXPECT_NEAR(factor.log_determinant(), oracle.log_determinant, 1e-9 * std::abs(oracle.log_determinant));

  const auto n = static_cast<std::size_t>(a.n);
  std::vector<double> b(2 * n);
  base::Random random(3);
  for (double& value : b) {
    value = random.normal();
  }
  const std::vector<double> right = b;
  factor.solve(b, 2);
  for (std::size_t i = 0; i < n; ++i) {
    double expected = 0;
    for (std::size_t j = 0; j < n; ++j) {
      expected += oracle.inverse[i * n + j] * right[n + j];
    }
    EXPECT_NEAR(b[n + i], expected, 1e-9);
  }
}

TEST(Cholesky, SaysTheSameBytesOnAnyNumberOfThreads) {
  const SymmetricMatrix a = lattice(40, 0.3);
  Cholesky factor(a);
  ASSERT_TRUE(factor.factorise(a));
  constexpr std::size_t kColumns = 7;
  std::vector<double> right(kColumns * static_cast<std::size_t>(a.n));
  base::Random random(5);
  for (double& value : right) {
    value = random.normal();
  }
  const unsigned before = base::thread_count();
  std::vector<std::vector<double>> solved;
  std::vector<std::vector<double>> inverted;
  for (const unsigned threads : {1U, 2U, 4U}) {
    base::set_thread_count(threads);
    solved.push_back(right);
    factor.solve_rows(solved.back(), kColumns);
    inverted.push_back(factor.selected_inverse(a));
  }
  base::set_thread_count(before);
  for (std::size_t k = 1; k < solved.size(); ++k) {
    EXPECT_EQ(solved[k], solved[0]);
    EXPECT_EQ(inverted[k], inverted[0]);
  }
}

TEST(Cholesky, RowByRowItSolvesTheSame) {
  for (const Index m : {2, 12, 40}) {
    const SymmetricMatrix a = lattice(m, 0.3);
    Cholesky factor(a);
    ASSERT_TRUE(factor.factorise(a));
    constexpr std::size_t kColumns = 7;
    const auto n = static_cast<std::size_t>(a.n);
    std::vector<double> by_column(kColumns * n);
    std::vector<double> by_row(kColumns * n);
    base::Random random(11);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < kColumns; ++k) {
        by_row[i * kColumns + k] = by_column[k * n + i] = random.normal();
      }
    }
    factor.solve(by_column, kColumns);
    factor.solve_rows(by_row, kColumns);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < kColumns; ++k) {
        EXPECT_NEAR(by_row[i * kColumns + k], by_column[k * n + i], 1e-10);
      }
    }
  }
}

TEST(Cholesky, SelectedInverseEqualsTheDenseInverseWhereItIsAsked) {
  for (const Index m : {3, 7, 15}) {
    const SymmetricMatrix a = lattice(m, 0.05);
    const Dense oracle = dense_inverse(a);
    Cholesky factor(a);
    ASSERT_TRUE(factor.factorise(a));
    const std::vector<double> inverse = factor.selected_inverse(a);
    const auto n = static_cast<std::size_t>(a.n);
    for (std::size_t j = 0; j < n; ++j) {
      for (auto p = static_cast<std::size_t>(a.column_begin[j]); p < static_cast<std::size_t>(a.column_begin[j + 1]);
           ++p) {
        const double expected = oracle.inverse[static_cast<std::size_t>(a.row[p]) * n + j];
        EXPECT_NEAR(inverse[p], expected, 1e-8 * (1 + std::abs(expected)));
      }
    }
  }
}

TEST(Cholesky, SamplesHaveTheMatrixAsTheirPrecision) {
  const SymmetricMatrix a = lattice(6, 0.5);
  const Dense oracle = dense_inverse(a);
  Cholesky factor(a);
  ASSERT_TRUE(factor.factorise(a));
  constexpr Index kDraws = 40000;
  std::vector<double> z(static_cast<std::size_t>(a.n * kDraws));
  base::Random random(5);
  for (double& value : z) {
    value = random.normal();
  }
  factor.sample(z, kDraws);
  const auto n = static_cast<std::size_t>(a.n);
  for (const auto& [i, j] : {std::pair<std::size_t, std::size_t>{0, 0}, {7, 8}, {14, 20}}) {
    double sum = 0;
    for (std::size_t d = 0; d < kDraws; ++d) {
      sum += z[d * n + i] * z[d * n + j];
    }
    const double sd = std::sqrt(oracle.inverse[i * n + i] * oracle.inverse[j * n + j]);
    EXPECT_NEAR(sum / kDraws, oracle.inverse[i * n + j], 5 * sd * std::sqrt(2.0 / kDraws));
  }
}

TEST(Cholesky, GivesTheSameBytesHoweverManyMatricesAreAnalysedAtOnce) {
  const SymmetricMatrix a = lattice(28, 0.05);
  const auto solve = [&](std::vector<double>& x) {
    x.assign(static_cast<std::size_t>(a.n), 1.0);
    Cholesky cholesky(a);
    ASSERT_TRUE(cholesky.factorise(a));
    cholesky.solve(x);
  };
  std::vector<double> alone;
  solve(alone);
  std::vector<std::vector<double>> together(32);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < together.size(); i += 4) {
        solve(together[i]);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::vector<double>& x : together) {
    EXPECT_EQ(x, alone);
  }
}

TEST(Cholesky, NamesTheRowThatMakesAMatrixIndefinite) {
  SymmetricMatrix a = lattice(4, 0.5);
  for (double& value : a.value) {
    value = 0;
  }
  for (Index i = 0; i < a.n; ++i) {
    a.value[static_cast<std::size_t>(a.place(i, i))] = i == 9 ? -1 : 1;
  }
  Cholesky factor(a);
  const auto result = factor.factorise(a);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "sparse.not_positive_definite");
  EXPECT_NE(result.error().message.find('9'), std::string::npos);
}

}  // namespace
}  // namespace firmground::sparse
