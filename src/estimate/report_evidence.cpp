#include "estimate/report_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/check.h"
#include "estimate/prediction.h"
#include "evidence/regions.h"
#include "sparse/dense.h"

namespace firmground::estimate {

namespace {

constexpr double kBlockMetres = 150;
constexpr std::int32_t kWide = 3;  ///< sides of a block in one side of a wide one
constexpr double kRidge = 1.0;     ///< precision of each knot's coefficient

struct Ground {
  const geo::Grid& whole;
  evidence::Region part;
  geo::Grid grid;                    ///< of the part; by its cells:
  std::vector<std::uint8_t> open;    ///< inside, and nobody searched it
  std::vector<std::uint8_t> met;     ///< reports: 1 placed to a block, 2 known no better than a wide one
  std::vector<float> from_searches;  ///< metres
  std::vector<float> from_reports;

  std::uint32_t in_whole(std::uint32_t cell) const { return evidence::cell_of_country(part, whole, cell); }
};

Ground ground_of(const evidence::Observations& observations, std::size_t which,
                 const std::vector<std::uint8_t>& leave_out, const evidence::Region& part) {
  const geo::Grid& whole = observations.grid;
  Ground ground{whole, part, evidence::grid_of(part, whole), evidence::values_in(observations.inside, whole, part), {},
                {},    {}};
  std::vector<std::uint8_t> known(ground.grid.size(), 0);
  evidence::each_entry_in(observations.searched[which], whole, part,
                          [&](const evidence::SearchedCell& searched, std::uint32_t cell) {
                            ground.open[cell] = 0;
                            known[cell] = leave_out.empty() || leave_out[searched.cell] == 0 ? 1 : 0;
                          });
  ground.met.assign(ground.grid.size(), 0);
  evidence::each_entry_in(
      observations.reports[which], whole, part, [&](const evidence::Report& report, std::uint32_t cell) {
        if (ground.open[cell] != 0) {
          ground.met[cell] = std::max(ground.met[cell], static_cast<std::uint8_t>(report.vague ? 2 : 1));
        }
      });
  ground.from_searches = geo::distance_transform(ground.grid, known);
  ground.from_reports = geo::distance_transform(ground.grid, ground.met);
  return ground;
}

/// A square of cells from a corner on, as far as the grid has it.
struct Square {
  std::int32_t column, row, side;
};

template <typename Visit>
void each_open(const Ground& ground, const Square& square, Visit visit) {
  const geo::Grid& grid = ground.grid;
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

/// Sides of blocks, in cells.
struct Sides {
  std::int32_t block, wide;
  explicit Sides(const geo::Grid& grid)
      : block(std::max(1, static_cast<std::int32_t>(std::lround(kBlockMetres / grid.cell_m)))), wide(kWide * block) {}
};

/// The blocks of a wide square.
void add_blocks(const Ground& ground, const Square& wide, float reach_m, UnsearchedBlocks& blocks) {
  const std::int32_t side = wide.side / kWide;
  const auto add = [&](const Square& square) {
    if (auto block = block_of(ground, square, side * side)) {
      blocks.beside_searches.push_back(ground.from_searches[block->cell] <= reach_m ? 1 : 0);
      block->cell = ground.in_whole(block->cell);
      blocks.list.push_back(*block);
    }
  };
  bool near = false;
  bool vague = false;
  each_open(ground, wide, [&](std::int32_t, std::int32_t, std::size_t cell) {
    near = near || std::min(ground.from_searches[cell], ground.from_reports[cell]) <= reach_m;
    vague = vague || ground.met[cell] == 2;
  });
  if (!near || vague) {
    add(wide);
    return;
  }
  for (std::int32_t r = wide.row; r < wide.row + wide.side; r += side) {
    for (std::int32_t c = wide.column; c < wide.column + wide.side; c += side) {
      add({c, r, side});
    }
  }
}

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

bool owned(const RegionShare* share, std::size_t observation) {
  return share == nullptr || share->owns_observation[observation] != 0;
}

/// Poisson regression by Newton's steps, sums over all regions.
void regress(const std::vector<Lesson>& lessons, double met, double expected, const RegionShare* share,
             const CovariateColumns& columns, std::vector<double>& beta) {
  constexpr int kSteps = 12;
  const std::size_t p = beta.size();
  beta[0] = std::log(met / expected);
  for (int step = 0; step < kSteps; ++step) {
    std::vector<double> sums(p + p * p, 0.0);  // gradient, then information
    for (const Lesson& lesson : lessons) {
      const double mean = lesson.exposure * std::exp(columns.sum(lesson.cell, beta));
      columns.visit(lesson.cell, [&](std::size_t a, double wa) {
        sums[a] += wa * (lesson.met - mean);
        columns.visit(lesson.cell, [&](std::size_t b, double wb) { sums[p + a * p + b] += wa * wb * mean; });
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

/// Columns of what tells where people are.
CovariateColumns columns_of_people(const evidence::Observations& observations,
                                   const std::vector<SmoothEffect>& effects) {
  CovariateColumns columns;
  for (const SmoothEffect& effect : effects) {
    const auto field =
        std::find_if(observations.covariates.begin(), observations.covariates.end(),
                     [&](const evidence::CovariateField& f) { return f.name == effect.name && f.tells_people; });
    if (field != observations.covariates.end()) {
      columns.add(effect, *field);
    }
  }
  return columns;
}

}  // namespace

UnsearchedBlocks unsearched_blocks(const evidence::Observations& observations, std::size_t which, double reach_m,
                                   const std::vector<std::uint8_t>& leave_out) {
  UnsearchedBlocks blocks;
  const geo::Grid& grid = observations.grid;
  const Ground ground = ground_of(observations, which, leave_out, {0, 0, grid.columns, grid.rows});
  const Sides sides(grid);
  // Blocks are those of the country, whatever region this is.
  const auto first_column = -(static_cast<std::int32_t>(observations.first_column()) % sides.wide);
  const auto first_row = -(static_cast<std::int32_t>(observations.first_row()) % sides.wide);
  for (std::int32_t row = first_row; row < grid.rows; row += sides.wide) {
    for (std::int32_t column = first_column; column < grid.columns; column += sides.wide) {
      add_blocks(ground, {column, row, sides.wide}, static_cast<float>(reach_m), blocks);
    }
  }
  return blocks;
}

WideSquares::WideSquares(const geo::Grid& ground) : grid_(ground), side_(Sides(ground).wide) {}

std::uint32_t WideSquares::of(std::uint32_t cell) const {
  const auto columns = static_cast<std::uint32_t>(grid_.columns);
  const auto side = static_cast<std::uint32_t>(side_);
  return cell / columns / side * along() + cell % columns / side;
}

void WideSquares::add_around(std::uint32_t cell, double reach_m, std::vector<std::uint32_t>& squares) const {
  const auto reach = static_cast<std::int32_t>(reach_m / grid_.cell_m);
  const auto column = static_cast<std::int32_t>(cell % static_cast<std::uint32_t>(grid_.columns));
  const auto row = static_cast<std::int32_t>(cell / static_cast<std::uint32_t>(grid_.columns));
  for (std::int32_t r = std::max(0, row - reach) / side_; r <= std::min(grid_.rows - 1, row + reach) / side_; ++r) {
    for (std::int32_t c = std::max(0, column - reach) / side_; c <= std::min(grid_.columns - 1, column + reach) / side_;
         ++c) {
      squares.push_back(static_cast<std::uint32_t>(r) * along() + static_cast<std::uint32_t>(c));
    }
  }
}

std::vector<Observation> WideSquares::blocks(const evidence::Observations& observations, std::size_t which,
                                             double reach_m, std::uint32_t square) const {
  const auto column = static_cast<std::int32_t>(square % along()) * side_;
  const auto row = static_cast<std::int32_t>(square / along()) * side_;
  const auto reach = static_cast<std::int32_t>(reach_m / grid_.cell_m) + 1;
  const evidence::Region part = evidence::grown(evidence::Region{column, row, side_, side_}, grid_, reach);
  const Ground ground = ground_of(observations, which, {}, part);
  UnsearchedBlocks blocks;
  add_blocks(ground, {column - part.first_column, row - part.first_row, side_}, static_cast<float>(reach_m), blocks);
  return std::move(blocks.list);
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

MeetingRate::MeetingRate(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects,
                         std::vector<double> coefficients)
    : columns_(columns_of_people(observations, effects)), coefficients_(std::move(coefficients)) {
  FG_CHECK(coefficients_.size() == columns_.count());
}

float MeetingRate::of(const Observation& block) const {
  return static_cast<float>(static_cast<double>(block.count) * std::exp(columns_.sum(block.cell, coefficients_)));
}

std::vector<double> learn_meetings(const evidence::Observations& observations, const FieldFitter& fitter,
                                   const Meetings& meetings, const RegionShare* share, const HazardModel& model) {
  std::vector<Lesson> lessons;
  std::vector<double> sums(2, 0.0);  // met, expected
  for (std::size_t k = 0; k < meetings.met.size(); ++k) {
    const std::size_t i = meetings.first + k;
    const Observation& o = model.observations[i];
    if (meetings.beside_searches[k] == 0 || !owned(share, i)) {
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
    return {};
  }
  const CovariateColumns columns = columns_of_people(observations, model.effects);
  std::vector<double> coefficients(columns.count(), 0.0);
  regress(lessons, sums[0], sums[1], share, columns, coefficients);
  return coefficients;
}

std::int64_t give_back(const evidence::Observations& observations, const std::vector<double>& coefficients,
                       const Meetings& meetings, const RegionShare* share, HazardModel& model) {
  if (coefficients.empty()) {
    return 0;
  }
  const MeetingRate rate(observations, model.effects, coefficients);
  std::vector<double> used(1, 0.0);
  for (std::size_t k = 0; k < meetings.met.size(); ++k) {
    const std::size_t i = meetings.first + k;
    Observation& o = model.observations[i];
    o.detection = rate.of(o);
    o.found = meetings.met[k] != 0;
    used[0] += owned(share, i) && o.found ? 1 : 0;
  }
  add_up(share, used);
  return static_cast<std::int64_t>(used[0]);
}

}  // namespace firmground::estimate
