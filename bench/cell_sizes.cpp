// Does the estimate say the same of the same records whatever the cell size?  docs/methods/hazard-field.md.
//   bench_cell_sizes [first_seed] [count] [cell_m ...] [--own]
// --own: the ground is modelled in the cells of the map, whatever their size.
// One line per invented country and cell size: items expected in all, beside the truth and beside the first size asked
// for; on land never searched, by class; cells that hold any; calibration; seconds and memory.
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/map_cells.h"
#include "estimate/scores.h"
#include "evidence/record_fields.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

struct Told {
  double all = 0, never = 0, occupied = 0;
  std::vector<double> classes;
};

Told truth_of(const simulate::Country& country, const evidence::Observations& observations, const geo::Grid& map,
              const std::vector<std::uint8_t>& never, std::vector<float>& held) {
  Told told;
  told.classes.assign(2, 0);
  held.assign(map.size(), 0);
  for (const auto& item : country.truth.items) {
    const std::int64_t at = observations.grid.cell_of(item.position);
    if (item.fate != simulate::TrueItem::Fate::remains || at < 0 ||
        observations.inside[static_cast<std::size_t>(at)] == 0) {
      continue;
    }
    const auto cell = static_cast<std::size_t>(map.cell_of(item.position));
    told.all += 1;
    told.classes[static_cast<std::size_t>(evidence::class_of(item.device))] += 1;
    if (never[cell] != 0) {
      told.never += 1;
      told.occupied += held[cell] == 0 ? 1 : 0;
    }
    held[cell] += 1;
  }
  return told;
}

Told estimate_of(const estimate::EstimateResult& result, const std::vector<std::uint8_t>& never) {
  Told told;
  told.all = result.hazard.totals.items_mean;
  for (std::size_t cell = 0; cell < never.size(); ++cell) {
    if (never[cell] != 0) {
      told.never += static_cast<double>(result.hazard.raster.bands[1][cell]);
      told.occupied += static_cast<double>(result.hazard.raster.bands[0][cell]);
    }
  }
  for (const auto& of_class : result.kinds) {
    double items = 0;
    for (const auto& kind : of_class.kinds) {
      items += kind.totals.items_mean;
    }
    told.classes.push_back(items);
  }
  return told;
}

/// Land never searched, by cells of the map.
std::vector<std::uint8_t> never_searched(const evidence::Observations& observations, std::int32_t together) {
  const estimate::MapCells cells(observations.grid, together);
  std::vector<std::uint8_t> never(cells.grid().size(), 0);
  for (std::uint32_t cell = 0; cell < observations.inside.size(); ++cell) {
    never[cells.of(cell)] |= observations.inside[cell];
  }
  for (std::uint32_t cell = 0; cell < observations.inside.size(); ++cell) {
    if (observations.inside[cell] != 0 && observations.processed[cell] != 0) {
      never[cells.of(cell)] = 0;
    }
  }
  return never;
}

Told judge(const simulate::Country& country, double cell_m, bool own, const Told* first) {
  const auto start = std::chrono::steady_clock::now();
  evidence::ObserveOptions observe{cell_m, evidence::Mode::automatic, {}, {}};
  const auto modelled = evidence::modelled_cells(country.known, observe);
  estimate::EstimateOptions options;
  if (!own && modelled) {
    observe.cell_m = modelled->cell_m;
    options.together = modelled->together;
  }
  auto observations = evidence::observe(country.known, observe);
  if (!evidence::reconcile_records(country.known, observe, {}, {}, *observations)) {
    std::exit(1);
  }
  const auto result = estimate::estimate(*observations, options);
  if (!result) {
    fmt::print(stderr, "{}\n", base::to_text(result.error()));
    std::exit(1);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<float> held;
  const geo::Grid& map = result->hazard.raster.grid;
  const std::vector<std::uint8_t> never = never_searched(*observations, options.together);
  const Told truth = truth_of(country, *observations, map, never, held);
  const Told ours = estimate_of(*result, never);
  estimate::Forecasts forecasts;
  for (std::size_t cell = 0; cell < held.size(); ++cell) {
    if (never[cell] != 0) {
      forecasts.add(result->hazard.raster.bands[0][cell], held[cell] > 0);
    }
  }
  fmt::print("  {:5.0f} m  items {:8.0f} [{:.0f}, {:.0f}] true {:.0f} ({:.3f})", cell_m, ours.all,
             result->hazard.totals.items_p05, result->hazard.totals.items_p95, truth.all, ours.all / truth.all);
  if (first != nullptr) {
    fmt::print("  of the first {:.3f}", ours.all / first->all);
  }
  fmt::print("  never searched {:.3f}  cells {:.3f}", ours.never / truth.never, ours.occupied / truth.occupied);
  for (std::size_t k = 0; k < ours.classes.size(); ++k) {
    fmt::print("  class {} {:.3f}", k, ours.classes[k] / truth.classes[k]);
  }
  fmt::print("  slope {:.2f}  ECE {:.4f}  log {:.4f}  AP {:.4f}  {:.1f} s\n", estimate::calibration_slope(forecasts),
             estimate::expected_calibration_error(forecasts), estimate::log_score(forecasts),
             estimate::average_precision(forecasts), seconds);
  std::fflush(stdout);
  return ours;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<double> sizes;
  bool own = false;
  for (int i = 3; i < argc; ++i) {
    if (std::strcmp(argv[i], "--own") == 0) {
      own = true;
    } else {
      sizes.push_back(std::atof(argv[i]));
    }
  }
  if (sizes.empty()) {
    sizes = {50, 100, 200};
  }
  const bool tiny = argc > 1 && std::strcmp(argv[1], "--tiny") == 0;  // coarse cells: proves only that it runs
  if (tiny) {
    own = true;
    sizes = {200, 400};
  }
  const int count = argc > 2 ? std::atoi(argv[2]) : 1;
  simulate::SimulateOptions wanted;
  wanted.vary = true;
  wanted.seed = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  for (int i = 0; i < count; ++i, ++wanted.seed) {
    const auto country = simulate::simulate(wanted);
    if (!country) {
      fmt::print(stderr, "{}\n", base::to_text(country.error()));
      return 1;
    }
    fmt::print("country {}\n", wanted.seed);
    Told first;
    for (std::size_t s = 0; s < sizes.size(); ++s) {
      const Told told = judge(*country, sizes[s], own, s == 0 ? nullptr : &first);
      if (s == 0) {
        first = told;
      }
    }
  }
  return 0;
}
