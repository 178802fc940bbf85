// How good is the estimate on invented countries whose truth is known?  estimation.md section 7;
// docs/methods/hazard-field.md.
//   bench_simulated_worlds [first_seed] [count] [small|national] [--fixed] [--founding] [--as-drawn | --both]
//   [--without-reports]
// --founding: as where three records in four tell of no field and each source shifts by 80-260 m.
// --as-drawn: without reconciliation of minefield records; --both: without and with it, and what it is worth.
// --without-reports: what people met outside searched land is no evidence.
// One line per world: ours beside the peers on the same cells (unprocessed land inside the area of interest), seconds,
// memory.
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/peers.h"
#include "estimate/scores.h"
#include "evidence/record_fields.h"
#include "founding_case.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

estimate::Forecasts forecasts(const std::vector<float>& score, const std::vector<float>& truth,
                              const std::vector<std::uint8_t>& where) {
  estimate::Forecasts f;
  for (std::size_t i = 0; i < where.size(); ++i) {
    if (where[i] != 0) {
      f.add(score[i], truth[i] > 0);
    }
  }
  return f;
}

double area_for_most_items(const std::vector<float>& score, const std::vector<float>& items,
                           const std::vector<std::uint8_t>& where) {
  std::vector<float> scores;
  std::vector<float> weights;
  for (std::size_t i = 0; i < where.size(); ++i) {
    if (where[i] != 0) {
      scores.push_back(score[i]);
      weights.push_back(items[i]);
    }
  }
  return estimate::area_for_weight(scores, weights, 0.9);
}

struct World {
  double ap = 0, outline = 0, kernel = 0, slope = 0, ece = 0, total_ratio = 0, log_score = 0, auc = 0;
  double mines = 0,
         area90 = 0;  ///< AP of cells that hold mines; share of the ground to be worked for 90 % of the items
};

enum class Records : std::uint8_t { as_drawn, reconciled };

World judge(const simulate::SimulateOptions& wanted, double cell_m, Records records, bool reports) {
  const auto country = simulate::simulate(wanted);
  if (!country) {
    fmt::print(stderr, "{}\n", base::to_text(country.error()));
    std::exit(1);
  }
  auto start = std::chrono::steady_clock::now();
  const evidence::ObserveOptions observe{cell_m, evidence::Mode::automatic, {}, {}};
  auto observations = evidence::observe(country->known, observe);
  if (records == Records::reconciled && !evidence::reconcile_records(country->known, observe, {}, {}, *observations)) {
    std::exit(1);
  }
  const double observing = seconds_since(start);
  start = std::chrono::steady_clock::now();
  estimate::EstimateOptions options;
  options.reports = reports;
  const auto result = estimate::estimate(*observations, options);
  if (!result) {
    fmt::print(stderr, "{}\n", base::to_text(result.error()));
    std::exit(1);
  }
  const double estimating = seconds_since(start);

  const geo::Grid& grid = observations->grid;
  std::vector<float> truth(grid.size(), 0);
  std::vector<float> mines(grid.size(), 0);
  double remaining = 0;
  for (const auto& item : country->truth.items) {
    const std::int64_t cell = grid.cell_of(item.position);
    if (item.fate == simulate::TrueItem::Fate::remains && cell >= 0 &&
        observations->inside[static_cast<std::size_t>(cell)] != 0) {
      truth[static_cast<std::size_t>(cell)] += 1;
      mines[static_cast<std::size_t>(cell)] +=
          evidence::class_of(item.device) == evidence::OrdnanceClass::mines ? 1.0F : 0.0F;
      remaining += 1;
    }
  }
  std::vector<std::uint8_t> unprocessed(grid.size(), 0);
  std::int64_t cells = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    unprocessed[i] = observations->inside[i] != 0 && observations->processed[i] == 0 ? 1 : 0;
    cells += unprocessed[i];
  }
  World w;
  const estimate::Forecasts ours = forecasts(result->hazard.raster.bands[0], truth, unprocessed);
  w.ap = estimate::average_precision(ours);
  w.auc = estimate::auc(ours);
  w.slope = estimate::calibration_slope(ours);
  w.ece = estimate::expected_calibration_error(ours);
  w.log_score = estimate::log_score(ours);
  w.mines = estimate::average_precision(forecasts(result->hazard.raster.bands[0], mines, unprocessed));
  w.area90 = area_for_most_items(result->hazard.raster.bands[0], truth, unprocessed);
  w.outline =
      estimate::average_precision(forecasts(estimate::recorded_outline_score(*observations), truth, unprocessed));
  double bandwidth = 0;
  for (const double b : estimate::kernel_bandwidths(grid.cell_m)) {
    const double ap = estimate::average_precision(
        forecasts(estimate::kernel_density_score(*observations, b, {}), truth, unprocessed));
    bandwidth = ap > w.kernel ? b : bandwidth;
    w.kernel = std::max(w.kernel, ap);
  }
  w.total_ratio = result->hazard.totals.items_mean / remaining;
  const double base_rate =
      static_cast<double>(std::count(ours.y.begin(), ours.y.end(), std::uint8_t{1})) / static_cast<double>(cells);
  fmt::print(
      "seed {:4}  base {:.4f}  AP {:.3f}  outline {:.3f}  kernel {:.3f} ({:.0f} m)  ratio {:.2f}  AUC {:.3f}  slope "
      "{:.2f}  ECE {:.4f}  "
      "log {:.4f}  AP mines {:.3f}  90% in {:.4f}  items {:.0f} [{:.0f}, {:.0f}] true {:.0f} ({:.2f})  observe {:.1f} "
      "s  estimate {:.1f} s  peak "
      "{:.0f} MB\n",
      wanted.seed, base_rate, w.ap, w.outline, w.kernel, bandwidth, w.ap / std::max(w.outline, w.kernel), w.auc,
      w.slope, w.ece, w.log_score, w.mines, w.area90, result->hazard.totals.items_mean, result->hazard.totals.items_p05,
      result->hazard.totals.items_p95, remaining, w.total_ratio, observing, estimating, peak_mb());
  if (std::getenv("FIRMGROUND_BENCH_DETAILS") != nullptr) {
    for (const auto& [name, value] : result->hazard.hyperparameters) {
      fmt::print("    {} = {:.4g}\n", name, value);
    }
    // Where forecasts miss: mean forecast and outcome by how much of the forecast is data.
    for (int bin = 0; bin < 5; ++bin) {
      double forecast = 0, outcome = 0, n = 0;
      for (std::size_t i = 0; i < truth.size(); ++i) {
        if (unprocessed[i] != 0 && std::min(4, static_cast<int>(result->hazard.raster.bands[4][i] * 5)) == bin) {
          forecast += static_cast<double>(result->hazard.raster.bands[0][i]);
          outcome += truth[i] > 0 ? 1 : 0;
          n += 1;
        }
      }
      fmt::print("    evidence {:.1f}-{:.1f}: cells {:.0f}, forecast {:.4f}, outcome {:.4f}\n", 0.2 * bin,
                 0.2 * (bin + 1), n, forecast / std::max(n, 1.0), outcome / std::max(n, 1.0));
    }
    double processed_cells = 0, found_cells = 0;
    for (const auto& cell : observations->searched[0]) {
      processed_cells += 1;
      found_cells += cell.found > 0 ? 1 : 0;
    }
    fmt::print("    reports {} {}\n", observations->reports[0].size(), observations->reports[1].size());
    fmt::print("    searched {:.0f}, with mines {:.4f}\n", processed_cells, found_cells / processed_cells);
    for (const auto& c : result->classes) {
      fmt::print("    class {}: nodes {}, observations {}, count mean {:.2f}\n", evidence::to_string(c.ordnance_class),
                 c.nodes, c.searched, c.count_mean);
    }
  }
  std::fflush(stdout);
  return w;
}

World mean_of(const std::vector<World>& worlds) {
  World mean;
  const auto count = static_cast<double>(worlds.size());
  for (const World& w : worlds) {
    for (double World::* figure : {&World::ap, &World::outline, &World::kernel, &World::slope, &World::ece,
                                   &World::log_score, &World::mines, &World::area90, &World::total_ratio}) {
      mean.*figure += w.*figure / count;
    }
  }
  return mean;
}

void print_mean(const char* name, std::size_t count, const World& mean) {
  fmt::print(
      "mean of {}{}: AP {:.4f}, outline + 50 m {:.3f}, kernel density {:.3f}, ratio to the better peer {:.2f}, log "
      "{:.4f}, slope {:.2f}, ECE {:.4f}, AP of mines {:.4f}, 90% in {:.4f}, items / true {:.2f}\n",
      count, name, mean.ap, mean.outline, mean.kernel, mean.ap / std::max(mean.outline, mean.kernel), mean.log_score,
      mean.slope, mean.ece, mean.mines, mean.area90, mean.total_ratio);
}

}  // namespace

int main(int argc, char** argv) {
  const auto has = [&](const char* option) {
    return std::any_of(argv, argv + argc, [&](const char* a) { return std::strcmp(a, option) == 0; });
  };
  const bool tiny = has("--tiny");  // coarse cells: proves only that it runs
  simulate::SimulateOptions wanted;
  wanted.seed = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  const int count = argc > 2 && !tiny ? std::atoi(argv[2]) : 1;
  wanted.size = argc > 3 && std::strcmp(argv[3], "national") == 0 ? simulate::Size::national : simulate::Size::small;
  wanted.vary = !has("--fixed");
  if (has("--founding")) {
    wanted.set = bench::founding_case();
  }
  const bool reports = !has("--without-reports");
  std::vector<World> drawn;
  std::vector<World> reconciled;
  for (int i = 0; i < count; ++i, ++wanted.seed) {
    if (has("--as-drawn") || has("--both")) {
      drawn.push_back(judge(wanted, tiny ? 200 : 50, Records::as_drawn, reports));
    }
    if (!has("--as-drawn")) {
      reconciled.push_back(judge(wanted, tiny ? 200 : 50, Records::reconciled, reports));
    }
  }
  const World without = mean_of(drawn);
  const World with = mean_of(reconciled);
  if (!drawn.empty()) {
    print_mean(", records as drawn", drawn.size(), without);
  }
  if (!reconciled.empty()) {
    print_mean(", records reconciled", reconciled.size(), with);
  }
  if (!drawn.empty() && !reconciled.empty()) {
    fmt::print("reconciliation is worth: AP {:+.1f} %, AP of mines {:+.1f} %, ground worked for 90 % {:+.1f} %\n",
               100 * (with.ap / without.ap - 1), 100 * (with.mines / without.mines - 1),
               100 * (with.area90 / without.area90 - 1));
  }
  return 0;
}
