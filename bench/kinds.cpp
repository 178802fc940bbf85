// Are AP mines, AV mines, improvised devices, submunitions and other ERW told apart?  docs/methods/hazard-field.md,
// eq. 37-39, on invented countries whose truth is known.
//   bench_kinds [first_seed] [count] [small|national] [--fixed] [--details] [--cost]
// --details: what was learned; --cost: seconds with and without kinds.
// For each world and kind, on land never searched: P(any of the kind) in the cells and in squares of 1 km, beside
//   share   P(any of the class) x the kind's share of all finds
//   alike   the same share everywhere, cells as alike as finds tell (eq. 39 without eq. 37)
// then expected items in all against the truth, with the interval; at the end the means over worlds, and how many
// intervals of squares hold the truth.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/kind_law.h"
#include "estimate/kind_map.h"
#include "estimate/scores.h"
#include "evidence/record_fields.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;
using estimate::Forecasts;
using estimate::kKinds;

struct Scores {
  double ap = 0, log = 0, slope = 0, ratio = 0;
  Scores() = default;
  explicit Scores(const Forecasts& f)
      : ap(estimate::average_precision(f)), log(estimate::log_score(f)), slope(estimate::calibration_slope(f)) {
    double p = 0;
    double y = 0;
    for (std::size_t i = 0; i < f.p.size(); ++i) {
      p += static_cast<double>(f.p[i]);
      y += f.y[i];
    }
    ratio = p / y;
  }
};

struct Judged {
  Scores ours, share, alike, squares;
  double expected = 0, true_items = 0, p05 = 0, p95 = 0;
  double intervals = 0, held = 0;  ///< of squares where three items or more of the kind are expected
};

/// The concentration that tells the finds best when every cell has the same shares.
double alike(const evidence::KindFinds& finds, const std::vector<double>& share) {
  double best = 0;
  double most = -1e300;
  for (double concentration = 0.01; concentration < 100; concentration *= 1.2) {
    double sum = 0;
    for (const evidence::KindCount& cell : finds.cells) {
      sum += estimate::log_kinds(share, concentration, std::span(cell.count).first(share.size()));
    }
    if (sum > most) {
      most = sum;
      best = concentration;
    }
  }
  return best;
}

struct World {
  evidence::Observations observations;
  estimate::EstimateResult result;
  std::array<std::vector<float>, kKinds> truth;  ///< items remaining by cell
  std::vector<std::uint8_t> judged;              ///< never searched
};

constexpr std::int32_t kSquare = 20;  ///< cells

std::vector<estimate::PolygonCells> squares_of(const geo::Grid& grid, const std::vector<std::uint8_t>& judged) {
  std::map<std::pair<std::int32_t, std::int32_t>, estimate::PolygonCells> squares;
  for (std::uint32_t cell = 0; cell < judged.size(); ++cell) {
    if (judged[cell] != 0) {
      const auto column = static_cast<std::int32_t>(cell) % grid.columns / kSquare;
      const auto row = static_cast<std::int32_t>(cell) / grid.columns / kSquare;
      auto& square = squares[{row, column}];
      square.area_m2 += grid.cell_m * grid.cell_m;
      square.cells.push_back({cell, 1.0F});
    }
  }
  std::vector<estimate::PolygonCells> result;
  for (auto& [at, square] : squares) {
    result.push_back(std::move(square));
  }
  return result;
}

World make(const simulate::SimulateOptions& wanted, double cell_m, std::vector<estimate::PolygonCells>& squares) {
  const simulate::Country country = bench::value_of(simulate::simulate(wanted));
  evidence::ObserveOptions observe;
  observe.cell_m = cell_m;
  World world;
  world.observations = bench::value_of(evidence::observe(country.known, observe));
  bench::require(evidence::reconcile_records(country.known, observe, {}, {}, world.observations));
  const evidence::Observations& seen = world.observations;
  for (auto& items : world.truth) {
    items.assign(seen.grid.size(), 0);
  }
  for (const simulate::TrueItem& item : country.truth.items) {
    const std::int64_t cell = seen.grid.cell_of(item.position);
    const auto kind = evidence::kind_of(item.device);
    if (item.fate == simulate::TrueItem::Fate::remains && cell >= 0 &&
        seen.inside[static_cast<std::size_t>(cell)] != 0) {
      world.truth[static_cast<std::size_t>(*kind)][static_cast<std::size_t>(cell)] += 1;
    }
  }
  world.judged.assign(seen.grid.size(), 0);
  for (std::size_t i = 0; i < world.judged.size(); ++i) {
    world.judged[i] = seen.inside[i] != 0 && seen.processed[i] == 0 ? 1 : 0;
  }
  squares = squares_of(seen.grid, world.judged);
  estimate::EstimateOptions options;
  options.kinds = estimate::KindUse::map;
  world.result = bench::value_of(estimate::estimate(seen, options, squares));
  return world;
}

Judged judge(const World& world, const std::vector<estimate::PolygonCells>& squares, std::size_t kind) {
  const evidence::ItemKind item = evidence::kItemKinds[kind];
  const auto k = static_cast<std::size_t>(evidence::class_of(item));
  const auto& bands = world.result.kind_raster->bands;
  const evidence::KindFinds& finds = world.observations.kinds[k];
  std::vector<double> shares;
  for (const estimate::KindTotals& totals : world.result.kinds.at(k).kinds) {
    shares.push_back((static_cast<double>(totals.found) + 1e-3) / (static_cast<double>(finds.stated) + 3e-3));
  }
  const std::size_t in_class = kind - evidence::first_kind(evidence::class_of(item));
  const double share = shares.at(in_class);
  estimate::CountLaw law;
  law.shape = world.result.hazard.hyperparameters.at(k == 0 ? "count_shape_mines" : "count_shape_ERW");
  const estimate::KindChances everywhere(law, alike(finds, shares));
  Judged judged;
  Forecasts ours;
  Forecasts by_share;
  Forecasts by_alike;
  for (std::size_t i = 0; i < world.judged.size(); ++i) {
    judged.true_items += static_cast<double>(world.truth[kind][i]);
    if (world.judged[i] != 0) {
      const bool any = world.truth[kind][i] > 0;
      const float of_class = bands[2 * k][i];
      ours.add(bands[4 + 2 * kind][i], any);
      by_share.add(of_class * static_cast<float>(share), any);
      const float mean = std::max(1.0F, bands[2 * k + 1][i] / std::max(of_class, 1e-12F));
      by_alike.add(of_class * everywhere.at(mean, static_cast<float>(share)), any);
    }
  }
  Forecasts of_squares;
  for (std::size_t p = 0; p < squares.size(); ++p) {
    float items = 0;
    for (const geo::CellShare& cell : squares[p].cells) {
      items += world.truth[kind][cell.cell];
    }
    for (const estimate::KindOfPolygon& told : world.result.polygons[p].kinds) {
      if (told.kind == item) {
        of_squares.add(static_cast<float>(told.probability_any), items > 0);
        const bool many = told.items_mean >= 3;
        judged.intervals += many ? 1 : 0;
        judged.held += many && told.items_p05 <= items && items <= told.items_p95 ? 1 : 0;
      }
    }
  }
  judged.ours = Scores(ours);
  judged.share = Scores(by_share);
  judged.alike = Scores(by_alike);
  judged.squares = Scores(of_squares);
  const estimate::NationalTotals& totals = world.result.kinds.at(k).kinds.at(in_class).totals;
  judged.expected = totals.items_mean;
  judged.p05 = totals.items_p05;
  judged.p95 = totals.items_p95;
  return judged;
}

/// Processor seconds of the estimate with and without kinds.
void print_cost(const evidence::Observations& observations) {
  for (const auto use : {estimate::KindUse::left_out, estimate::KindUse::totals, estimate::KindUse::left_out,
                         estimate::KindUse::totals}) {
    estimate::EstimateOptions options;
    options.kinds = use;
    const double before = bench::cpu_seconds();
    const auto [seconds, result] =
        bench::timed([&] { return bench::value_of(estimate::estimate(observations, options)); });
    fmt::print("    {}: {:.1f} s, {:.1f} s of processor\n", use == estimate::KindUse::totals ? "with kinds" : "without",
               seconds, bench::cpu_seconds() - before);
  }
}

void print(const std::string& world, std::size_t kind, const Judged& j) {
  fmt::print(
      "{:10} {:22} AP {:.4f} (share {:.4f})  log {:.5f} (share {:.5f}, alike {:.5f})  slope {:.2f} (share {:.2f}, "
      "alike "
      "{:.2f})  cells {:.2f} (share {:.2f}, alike {:.2f})  squares: AP {:.3f} slope {:.2f} ratio {:.2f}  items {:.0f} "
      "[{:.0f}, "
      "{:.0f}] true {:.0f} ({:.2f})\n",
      world, evidence::to_string(evidence::kItemKinds[kind]), j.ours.ap, j.share.ap, j.ours.log, j.share.log,
      j.alike.log, j.ours.slope, j.share.slope, j.alike.slope, j.ours.ratio, j.share.ratio, j.alike.ratio, j.squares.ap,
      j.squares.slope, j.squares.ratio, j.expected, j.p05, j.p95, j.true_items, j.expected / j.true_items);
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");  // coarse cells: proves only that it runs
  simulate::SimulateOptions wanted;
  wanted.seed = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  const int count = argc > 2 && !tiny ? std::atoi(argv[2]) : 1;
  wanted.size = argc > 3 && std::strcmp(argv[3], "national") == 0 ? simulate::Size::national : simulate::Size::small;
  wanted.vary = !bench::has_option(argc, argv, "--fixed");
  std::array<std::vector<Judged>, kKinds> all;
  for (int i = 0; i < count; ++i, ++wanted.seed) {
    std::vector<estimate::PolygonCells> squares;
    const World world = make(wanted, tiny ? 200 : 50, squares);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      if (world.result.kinds.at(static_cast<std::size_t>(evidence::class_of(evidence::kItemKinds[kind])))
              .kinds.empty()) {
        continue;
      }
      all[kind].push_back(judge(world, squares, kind));
      print(fmt::format("seed {}", wanted.seed), kind, all[kind].back());
    }
    double told = 0;
    double there = 0;
    for (std::size_t p = 0; p < squares.size(); ++p) {
      told += 1 - world.result.polygons[p].probability_none;
      there += std::any_of(squares[p].cells.begin(), squares[p].cells.end(),
                           [&](const geo::CellShare& cell) {
                             return std::any_of(world.truth.begin(), world.truth.end(),
                                                [&](const auto& t) { return t[cell.cell] > 0; });
                           })
                   ? 1
                   : 0;
    }
    fmt::print("    squares with any item at all: expected {:.0f}, true {:.0f} of {}\n", told, there, squares.size());
    for (const auto& [name, value] : world.result.hazard.hyperparameters) {
      if (bench::has_option(argc, argv, "--details") && name.starts_with("kinds_")) {
        fmt::print("    {} = {:.4g}\n", name, value);
      }
    }
    if (bench::has_option(argc, argv, "--cost")) {
      print_cost(world.observations);
    }
    std::fflush(stdout);
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    Judged mean;
    double held = 0;
    const auto worlds = static_cast<double>(all[kind].size());
    for (const Judged& j : all[kind]) {
      for (Scores Judged::* of : {&Judged::ours, &Judged::share, &Judged::alike, &Judged::squares}) {
        for (double Scores::* figure : {&Scores::ap, &Scores::log, &Scores::slope, &Scores::ratio}) {
          mean.*of.*figure += j.*of.*figure / worlds;
        }
      }
      for (double Judged::* figure : {&Judged::expected, &Judged::true_items, &Judged::p05, &Judged::p95}) {
        mean.*figure += j.*figure / worlds;
      }
      mean.intervals += j.intervals;
      mean.held += j.held;
      held += j.true_items >= j.p05 && j.true_items <= j.p95 ? 1 : 0;
    }
    if (worlds > 0) {
      print(fmt::format("mean of {:.0f}", worlds), kind, mean);
      fmt::print("           interval of items holds the truth in {:.0f} of {:.0f}, of squares in {:.0f} of {:.0f}\n",
                 held, worlds, mean.held, mean.intervals);
    }
  }
  return 0;
}
