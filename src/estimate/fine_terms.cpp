#include "estimate/fine_terms.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/parallel.h"
#include "base/random.h"

namespace firmground::estimate {

namespace {

/// One cell whose finds are hidden.
struct Lesson {
  std::vector<float> columns;  ///< small cells x kFineColumns
  std::vector<float> found;    ///< by small cell
  std::vector<float> effort;
  double total = 0;
};

/// What a lesson hides: the cell; or all ground from its edge or from its middle on towards one side; or, as a search
/// that misses items would, some of the cell's finds and no ground.
struct Hidden {
  geo::Box cell;
  bool whole = true;           ///< the cell's ground and finds
  double east = 0, north = 0;  ///< where the hidden side lies; both 0: none
  double from_m = 0;           ///< along that direction
  bool some_finds = false;

  bool hides(geo::Xy p) const {
    return (whole && cell.contains(p)) || ((east != 0 || north != 0) && p.x * east + p.y * north >= from_m);
  }
};

Hidden hidden_of(const geo::Grid& grid, std::uint32_t cell, base::Random& random) {
  const geo::Xy centre = grid.centre(static_cast<std::size_t>(cell));
  const double half = grid.cell_m / 2;
  Hidden hidden;
  hidden.cell = {centre.x - half, centre.y - half, centre.x + half, centre.y + half};
  constexpr double kSides[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
  const std::size_t way = random.index(12);  // the cell alone, four sides from its edge, four from its middle, finds
  if (way == 0) {
    return hidden;
  }
  if (way > 8) {
    hidden.whole = false;
    hidden.some_finds = true;
    return hidden;
  }
  hidden.east = kSides[way % 4][0];
  hidden.north = kSides[way % 4][1];
  const bool middle = way > 4;
  hidden.whole = !middle;
  hidden.from_m = centre.x * hidden.east + centre.y * hidden.north - (middle ? 0 : half);
  return hidden;
}

Lesson lesson_of(const evidence::Observations& observations, const evidence::FineSearch& search,
                 evidence::OrdnanceClass ordnance_class, const FineLearning& learning, std::uint32_t cell) {
  base::Random random(learning.seed + 4501, cell);
  const Hidden hidden = hidden_of(observations.grid, cell, random);
  constexpr double kMissed = 0.3;
  FineView view;
  view.grid = geo::Grid::covering(hidden.cell.grown(kSearchReach_m), learning.fine_cell_m);
  view.effort = search.effort(view.grid, ordnance_class);
  const std::vector<evidence::FineFind> near =
      search.finds(hidden.cell.grown(kFindReach_m + kRunReach_m), ordnance_class);
  Lesson lesson;
  std::vector<std::uint32_t> cells;
  std::vector<std::int32_t> place(view.grid.size(), -1);
  for (std::uint32_t i = 0; i < view.grid.size(); ++i) {
    const geo::Xy centre = view.grid.centre(static_cast<std::size_t>(i));
    if (hidden.cell.contains(centre) && (hidden.some_finds || hidden.hides(centre))) {
      place[i] = static_cast<std::int32_t>(cells.size());
      cells.push_back(i);
      lesson.effort.push_back(view.effort[i]);
    }
    if (hidden.hides(centre)) {
      view.effort[i] = 0;
    }
  }
  lesson.found.assign(cells.size(), 0);
  for (const evidence::FineFind& find : near) {
    double missed = hidden.hides(find.position) ? find.count : 0;
    if (hidden.some_finds && hidden.cell.contains(find.position)) {
      missed = static_cast<double>(random.binomial(static_cast<std::int64_t>(find.count), kMissed));
    }
    if (missed < find.count) {
      view.finds.push_back({find.position, find.count - missed});
    }
    const std::int64_t at = view.grid.cell_of(find.position);
    if (missed > 0 && at >= 0 && place[static_cast<std::size_t>(at)] >= 0) {
      lesson.found[static_cast<std::size_t>(place[static_cast<std::size_t>(at)])] += static_cast<float>(missed);
      lesson.total += missed;
    }
  }
  lesson.columns = fine_columns(view, cells);
  return lesson;
}

/// Shares of the small cells in what was found: exp(columns x coefficient) x effort, summing to 1.
void shares_of(const Lesson& lesson, const std::vector<double>& coefficient, std::vector<double>& share) {
  share.resize(lesson.found.size());
  double largest = -1e300;
  for (std::size_t i = 0; i < share.size(); ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < kFineColumns; ++c) {
      sum += static_cast<double>(lesson.columns[i * kFineColumns + c]) * coefficient[c];
    }
    share[i] = sum;
    largest = std::max(largest, sum);
  }
  double all = 0;
  for (std::size_t i = 0; i < share.size(); ++i) {
    share[i] = std::exp(share[i] - largest) * (static_cast<double>(lesson.effort[i]) + 1e-6);
    all += share[i];
  }
  for (double& s : share) {
    s /= all;
  }
}

/// What a cell's finds are worth as so many independent ones would be, when they come in clumps.
double worth(double finds, double clump) {
  return (1 + clump) / (finds + clump);
}

/// Ridge: a column's standard deviation of 1 moves a share by a factor of e at most by the prior alone.
constexpr double kRidge = 1;

/// Penalised maximum likelihood by Newton steps.
void fit_coefficients(const std::vector<Lesson>& lessons, FineTerms& terms) {
  constexpr int kSteps = 12;
  std::vector<double> share;
  for (int step = 0; step < kSteps; ++step) {
    sparse::DenseMatrix precision(kFineColumns, kFineColumns);
    std::vector<double> slope(kFineColumns);
    for (std::size_t c = 0; c < kFineColumns; ++c) {
      precision(c, c) = kRidge;
      slope[c] = -kRidge * terms.coefficient[c];
    }
    for (const Lesson& lesson : lessons) {
      shares_of(lesson, terms.coefficient, share);
      const double w = worth(lesson.total, terms.clump);
      std::array<double, kFineColumns> mean{};
      for (std::size_t i = 0; i < share.size(); ++i) {
        for (std::size_t c = 0; c < kFineColumns; ++c) {
          mean[c] += share[i] * static_cast<double>(lesson.columns[i * kFineColumns + c]);
        }
      }
      for (std::size_t i = 0; i < share.size(); ++i) {
        const float* x = lesson.columns.data() + i * kFineColumns;
        const double pull = w * static_cast<double>(lesson.found[i]);
        const double spread = w * lesson.total * share[i];
        for (std::size_t c = 0; c < kFineColumns; ++c) {
          const double off = static_cast<double>(x[c]) - mean[c];
          slope[c] += pull * off;
          for (std::size_t d = 0; d <= c; ++d) {
            precision(c, d) += spread * off * (static_cast<double>(x[d]) - mean[d]);
          }
        }
      }
    }
    const sparse::DenseCholesky factor(precision);
    std::vector<double> move = slope;
    factor.solve(move);
    double largest = 0;
    for (const double m : move) {
      largest = std::max(largest, std::abs(m));
    }
    const double damped = std::min(1.0, 2 / std::max(largest, 1e-12));
    for (std::size_t c = 0; c < kFineColumns; ++c) {
      terms.coefficient[c] += damped * move[c];
    }
    terms.covariance = factor.inverse();
    if (largest < 1e-6) {
      return;
    }
  }
}

/// Concentration of the Dirichlet-multinomial by which finds lie in the small cells of their cell.
double fit_clump(const std::vector<Lesson>& lessons, const std::vector<double>& coefficient) {
  std::vector<std::vector<double>> shares(lessons.size());
  for (std::size_t l = 0; l < lessons.size(); ++l) {
    shares_of(lessons[l], coefficient, shares[l]);
  }
  const auto log_likelihood = [&](double log_clump) {
    const double clump = std::exp(log_clump);
    double sum = -0.5 * (log_clump - std::log(5.0)) * (log_clump - std::log(5.0)) / (1.5 * 1.5);
    for (std::size_t l = 0; l < lessons.size(); ++l) {
      if (lessons[l].total < 2) {
        continue;
      }
      sum += std::lgamma(clump) - std::lgamma(clump + lessons[l].total);
      for (std::size_t i = 0; i < shares[l].size(); ++i) {
        if (lessons[l].found[i] > 0) {
          const double a = std::max(clump * shares[l][i], 1e-9);
          sum += std::lgamma(a + static_cast<double>(lessons[l].found[i])) - std::lgamma(a);
        }
      }
    }
    return sum;
  };
  double low = std::log(0.1);
  double high = std::log(1000.0);
  constexpr double kGolden = 0.6180339887498949;
  for (int step = 0; step < 40; ++step) {
    const double a = high - kGolden * (high - low);
    const double b = low + kGolden * (high - low);
    (log_likelihood(a) > log_likelihood(b) ? high : low) = log_likelihood(a) > log_likelihood(b) ? b : a;
  }
  return std::exp(0.5 * (low + high));
}

}  // namespace

FineTerms learn_fine_terms(const evidence::Observations& observations, const evidence::FineSearch& search,
                           evidence::OrdnanceClass ordnance_class, const FineLearning& learning) {
  constexpr float kWhole = 0.98F;
  std::vector<std::uint32_t> cells;
  for (const evidence::SearchedCell& cell : observations.searched[static_cast<std::size_t>(ordnance_class)]) {
    if (cell.found > 0 && cell.share >= kWhole) {
      cells.push_back(cell.cell);
    }
  }
  base::Random random(learning.seed, 4500);
  for (std::size_t i = 0; i < cells.size() && i < learning.most_cells; ++i) {
    std::swap(cells[i], cells[i + random.index(cells.size() - i)]);
  }
  cells.resize(std::min(cells.size(), learning.most_cells));
  std::vector<Lesson> lessons(cells.size());
  base::parallel_for(cells.size(), 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      lessons[i] = lesson_of(observations, search, ordnance_class, learning, cells[i]);
    }
  });
  std::erase_if(lessons, [](const Lesson& lesson) { return lesson.total <= 0; });
  FineTerms terms;
  terms.coefficient.assign(kFineColumns, 0);
  terms.covariance = sparse::DenseMatrix(kFineColumns, kFineColumns);
  terms.cells = static_cast<std::int64_t>(lessons.size());
  terms.clump = 5;
  for (const Lesson& lesson : lessons) {
    terms.finds += lesson.total;
  }
  for (int round = 0; round < 3; ++round) {
    fit_coefficients(lessons, terms);
    terms.clump = fit_clump(lessons, terms.coefficient);
  }
  return terms;
}

}  // namespace firmground::estimate
