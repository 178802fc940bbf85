// The estimate of an invented country: bench_estimate [--size small|national] [--cell 50] [--growth] [--tiny]
// One line per cell size: cells, seconds to observe, to reconcile minefield records and to estimate, largest memory so
// far, items, hash of the map.
#include <vector>

#include "base/hash.h"
#include "estimate/estimate.h"
#include "evidence/observations.h"
#include "evidence/record_fields.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

std::string hash_of(const geo::Raster& raster) {
  base::Hasher hasher;
  for (const std::vector<float>& band : raster.bands) {
    hasher.add(std::span<const float>(band));
  }
  return hasher.hex().substr(0, 16);
}

void measure(const mineaction::Snapshot& snapshot, double cell_m) {
  evidence::ObserveOptions options;
  options.cell_m = cell_m;
  auto [observe_s, observations] = bench::timed([&] { return bench::value_of(evidence::observe(snapshot, options)); });
  evidence::Observations& seen = observations;
  const auto [reconcile_s, reconciled] =
      bench::timed([&] { return evidence::reconcile_records(snapshot, options, {}, {}, seen).has_value(); });
  const auto [estimate_s, result] = bench::timed([&] { return bench::value_of(estimate::estimate(seen)); });
  fmt::print(
      "{:5.0f} m {:9} cells  observe {:7.2f} s  reconcile {:7.2f} s  estimate {:7.2f} s  peak {:6.0f} MB  {:8.0f} "
      "items  {}\n",
      cell_m, result.hazard.cells, observe_s, reconcile_s, estimate_s, bench::peak_mb(),
      result.hazard.totals.items_mean, hash_of(result.hazard.raster));
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const bool national = bench::option_of(argc, argv, "--size", "small") == "national";
  const auto country = bench::value_of(
      simulate::simulate({.size = national ? simulate::Size::national : simulate::Size::small, .seed = 1}));
  std::vector<double> cells = {std::stod(bench::option_of(argc, argv, "--cell", tiny ? "1000" : "50"))};
  if (bench::has_option(argc, argv, "--growth")) {
    cells = {400, 200, 100, 50};
  }
  for (const double cell_m : cells) {
    measure(country.known, cell_m);
  }
  return 0;
}
