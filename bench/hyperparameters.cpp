// How well are the hyperparameters known, and what is that worth?  docs/methods/hazard-field.md, "Calibrated on worlds
// of its own".
//   bench_hyperparameters [first_seed] [count] [--tiny]
// An invented country is estimated at the hyperparameters that it teaches and at steps from them along each: log
// marginal of each class (all data), items in all.
#include <cstdlib>
#include <string_view>
#include <vector>

#include "estimate/estimate.h"
#include "evidence/record_fields.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

struct Fit {
  std::array<double, 2> bound{};
  double items = 0;
};

Fit fit_at(const evidence::Observations& observations, const std::array<estimate::Hyperparameters, 2>& hyper) {
  estimate::EstimateOptions options;
  options.hyper = hyper;
  options.kinds = estimate::KindUse::left_out;
  options.draws = 20;
  const auto result = bench::value_of(estimate::estimate(observations, options));
  return {{result.classes[0].evidence_bound, result.classes[1].evidence_bound}, result.hazard.totals.items_mean};
}

constexpr double kStep = 0.2;

void study(std::uint64_t seed, double cell_m) {
  simulate::SimulateOptions wanted;
  wanted.seed = seed;
  wanted.vary = true;
  const auto country = bench::value_of(simulate::simulate(wanted));
  const evidence::ObserveOptions observe{cell_m, evidence::Mode::automatic, {}, {}};
  auto observations = bench::value_of(evidence::observe(country.known, observe));
  if (!evidence::reconcile_records(country.known, observe, {}, {}, observations)) {
    std::exit(1);
  }
  const auto learned = bench::value_of(estimate::estimate(observations));
  const std::array<estimate::Hyperparameters, 2> hyper = {learned.classes[0].hyper, learned.classes[1].hyper};
  const Fit here = fit_at(observations, hyper);
  fmt::print("seed {}: bounds {:.2f} {:.2f}, items {:.0f}\n", seed, here.bound[0], here.bound[1], here.items);
  for (std::size_t k = 0; k < estimate::Hyperparameters::kCount; ++k) {
    for (const double by : {-kStep, kStep}) {
      std::array<estimate::Hyperparameters, 2> moved = hyper;
      for (auto& one : moved) {
        auto values = one.as_array();
        values[k] += by;
        one = estimate::Hyperparameters::from(values, one.stretch);
      }
      const Fit there = fit_at(observations, moved);
      fmt::print("  {:<22} {:+.2f}: {:+9.2f} {:+9.2f} nats, items {:+.1f} %\n", estimate::Hyperparameters::kNames[k],
                 by, there.bound[0] - here.bound[0], there.bound[1] - here.bound[1],
                 100 * (there.items / here.items - 1));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = argc > 1 && std::string_view(argv[1]) == "--tiny";
  const std::uint64_t first = argc > 1 && !tiny ? std::stoull(argv[1]) : 1;
  const std::uint64_t count = argc > 2 && !tiny ? std::stoull(argv[2]) : 1;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    study(seed, tiny ? 400 : 50);
  }
}
