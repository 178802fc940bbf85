#include "estimate/report_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "estimate/covariate_columns.h"
#include "estimate/prediction.h"
#include "sparse/dense.h"

namespace firmground::estimate {

namespace {

constexpr double kBlockMetres = 150;
constexpr std::int32_t kWide = 3;  ///< sides of a block in one side of a wide one
constexpr double kRidge = 1.0;     ///< precision of each knot's coefficient

struct Ground {
  const evidence::Observations& observations;
  std::vector<std::uint8_t> open;    ///< inside, and nobody searched it
  std::vector<std::uint8_t> met;     ///< reports: 1 placed to a block, 2 known no better than a wide one
  std::vector<float> from_searches;  ///< metres
  std::vector<float> from_reports;
};

Ground ground_of(const evidence::Observations& observations, std::size_t which,
                 const std::vector<std::uint8_t>& leave_out) {
  Ground ground{observations, observations.inside, std::vector<std::uint8_t>(observations.grid.size(), 0), {}, {}};
  std::vector<std::uint8_t> known(observations.grid.size(), 0);
  for (const evidence::SearchedCell& cell : observations.searched[which]) {
    ground.open[cell.cell] = 0;
    known[cell.cell] = leave_out.empty() || leave_out[cell.cell] == 0 ? 1 : 0;
  }
  for (const evidence::Report& report : observations.reports[which]) {
    if (ground.open[report.cell] != 0) {
      std::uint8_t& met = ground.met[report.cell];
      met = std::max(met, static_cast<std::uint8_t>(report.vague ? 2 : 1));
    }
  }
  ground.from_searches = geo::distance_transform(observations.grid, known);
  ground.from_reports = geo::distance_transform(observations.grid, ground.met);
  return ground;
}

/// A square of cells from a corner on, as far as the grid has it.
struct Square {
  std::int32_t column, row, side;
};

template <typename Visit>
void each_open(const Ground& ground, const Square& square, Visit visit) {
  const geo::Grid& grid = ground.observations.grid;
  for (std::int32_t r = std::max(0, square.row); r < std::min(grid.rows, square.row + square.side); ++r) {
    for (std::int32_t c = std::max(0, square.column); c < std::min(grid.columns, square.column + square.side); ++c) {
      const std::size_t cell = grid.index(c, r);
      if (ground.open[cell] != 0) {
        visit(c, r, cell);
      }
    }
  }
}

std::optional<Observation> block_of(const Ground& ground, const Square& square, std::int32_t cells_of_block) {
  Observation block;
  block.report = true;
  std::int32_t nearest = std::numeric_limits<std::int32_t>::max();
  std::int32_t cells = 0;
  each_open(ground, square, [&](std::int32_t c, std::int32_t r, std::size_t cell) {
    ++cells;
    block.found = block.found || ground.met[cell] != 0;
    const std::int32_t across = 2 * (c - square.column) + 1 - square.side;
    const std::int32_t down = 2 * (r - square.row) + 1 - square.side;
    if (across * across + down * down < nearest) {
      nearest = across * across + down * down;
      block.cell = static_cast<std::uint32_t>(cell);
    }
  });
  if (cells == 0) {
    return std::nullopt;
  }
  block.count = static_cast<float>(cells) / static_cast<float>(cells_of_block);
  return block;
}

/// How likely people meet an item of a block of 150 m that holds any: exp of an intercept and of the effects of what
/// tells where people are.
struct MeetingRate {
  CovariateColumns columns;
  std::vector<double> beta;

  MeetingRate(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects) {
    for (const SmoothEffect& effect : effects) {
      const auto field =
          std::find_if(observations.covariates.begin(), observations.covariates.end(),
                       [&](const evidence::CovariateField& f) { return f.name == effect.name && f.tells_people; });
      if (field != observations.covariates.end()) {
        columns.add(effect, *field);
      }
    }
    beta.assign(columns.count(), 0.0);
  }
  double log_rate(std::uint32_t cell) const { return columns.sum(cell, beta); }
};

/// A block beside searched ground: what it is expected to hold, and whether people met it.
struct Lesson {
  std::uint32_t cell;
  double exposure;  ///< P(it holds any) x its share of a block
  double met;
};

void add_up(const RegionShare* share, std::vector<double>& sums) {
  if (share != nullptr) {
    share->sum(sums);
  }
}

/// Poisson regression by Newton's steps, sums over all regions.
void regress(const std::vector<Lesson>& lessons, double met, double expected, const RegionShare* share,
             MeetingRate& rate) {
  constexpr int kSteps = 12;
  std::vector<double>& beta = rate.beta;
  const std::size_t p = beta.size();
  beta[0] = std::log(met / expected);
  for (int step = 0; step < kSteps; ++step) {
    std::vector<double> sums(p + p * p, 0.0);  // gradient, then information
    for (const Lesson& lesson : lessons) {
      const double mean = lesson.exposure * std::exp(rate.log_rate(lesson.cell));
      rate.columns.visit(lesson.cell, [&](std::size_t a, double wa) {
        sums[a] += wa * (lesson.met - mean);
        rate.columns.visit(lesson.cell, [&](std::size_t b, double wb) { sums[p + a * p + b] += wa * wb * mean; });
      });
    }
    add_up(share, sums);
    sparse::DenseMatrix information(p, p);
    std::vector<double> uphill(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(p));
    for (std::size_t a = 0; a < p; ++a) {
      for (std::size_t b = 0; b < p; ++b) {
        information(b, a) = sums[p + a * p + b];
      }
      const double ridge = a == 0 ? 1e-6 : kRidge;
      information(a, a) += ridge;
      uphill[a] -= ridge * beta[a];
    }
    sparse::DenseCholesky(std::move(information)).solve(uphill);
    for (std::size_t a = 0; a < p; ++a) {
      beta[a] += std::clamp(uphill[a], -2.0, 2.0);
    }
  }
}

}  // namespace

UnsearchedBlocks unsearched_blocks(const evidence::Observations& observations, std::size_t which, double reach_m,
                                   const std::vector<std::uint8_t>& leave_out) {
  UnsearchedBlocks blocks;
  const geo::Grid& grid = observations.grid;
  const auto reach = static_cast<float>(reach_m);
  const Ground ground = ground_of(observations, which, leave_out);
  const auto side = std::max(1, static_cast<std::int32_t>(std::lround(kBlockMetres / grid.cell_m)));
  const std::int32_t wide = kWide * side;
  const auto add = [&](const Square& square) {
    if (const auto block = block_of(ground, square, side * side)) {
      blocks.list.push_back(*block);
      blocks.beside_searches.push_back(ground.from_searches[block->cell] <= reach ? 1 : 0);
    }
  };
  // Blocks are those of the country, whatever region this is.
  const auto first_column = -(static_cast<std::int32_t>(observations.first_column()) % wide);
  const auto first_row = -(static_cast<std::int32_t>(observations.first_row()) % wide);
  for (std::int32_t row = first_row; row < grid.rows; row += wide) {
    for (std::int32_t column = first_column; column < grid.columns; column += wide) {
      bool near = false;
      bool vague = false;
      each_open(ground, {column, row, wide}, [&](std::int32_t, std::int32_t, std::size_t cell) {
        near = near || std::min(ground.from_searches[cell], ground.from_reports[cell]) <= reach;
        vague = vague || ground.met[cell] == 2;
      });
      if (!near || vague) {
        add({column, row, wide});
        continue;
      }
      for (std::int32_t r = row; r < row + wide; r += side) {
        for (std::int32_t c = column; c < column + wide; c += side) {
          add({c, r, side});
        }
      }
    }
  }
  return blocks;
}

bool reports_tell(const evidence::Observations& country, std::size_t which, const EstimateOptions& options) {
  return options.reports && country.mode != "presence-only" &&
         static_cast<double>(country.reports[which].size()) >= kFewestReports;
}

Meetings set_aside(std::vector<std::uint8_t> beside_searches, HazardModel& model) {
  Meetings meetings;
  meetings.first = model.observations.size() - beside_searches.size();
  meetings.beside_searches = std::move(beside_searches);
  for (std::size_t i = meetings.first; i < model.observations.size(); ++i) {
    Observation& block = model.observations[i];
    meetings.met.push_back(block.found ? 1 : 0);
    block.found = false;
    block.detection = 0;
  }
  return meetings;
}

std::int64_t learn_meetings(const evidence::Observations& observations, const FieldFitter& fitter,
                            const Meetings& meetings, const RegionShare* share, HazardModel& model) {
  std::vector<Lesson> lessons;
  std::vector<double> sums(2, 0.0);  // met, expected
  const auto owned = [&](std::size_t i) { return share == nullptr || share->owns_observation[i] != 0; };
  for (std::size_t k = 0; k < meetings.met.size(); ++k) {
    const std::size_t i = meetings.first + k;
    const Observation& o = model.observations[i];
    if (meetings.beside_searches[k] == 0 || !owned(i)) {
      continue;
    }
    const Predicted at = fitter.predicted(i);
    lessons.push_back({o.cell,
                       static_cast<double>(o.count) *
                           mean_presence(at.mean, at.variance, static_cast<double>(o.recorded), fitter.patchiness()),
                       static_cast<double>(meetings.met[k])});
    sums[0] += lessons.back().met;
    sums[1] += lessons.back().exposure;
  }
  add_up(share, sums);
  if (sums[0] < kFewestReports || sums[1] <= 0) {
    return 0;
  }
  MeetingRate rate(observations, model.effects);
  regress(lessons, sums[0], sums[1], share, rate);
  std::vector<double> used(1, 0.0);
  for (std::size_t k = 0; k < meetings.met.size(); ++k) {
    const std::size_t i = meetings.first + k;
    Observation& o = model.observations[i];
    o.detection = static_cast<float>(static_cast<double>(o.count) * std::exp(rate.log_rate(o.cell)));
    o.found = meetings.met[k] != 0;
    used[0] += owned(i) && o.found ? 1 : 0;
  }
  add_up(share, used);
  return static_cast<std::int64_t>(used[0]);
}

}  // namespace firmground::estimate
