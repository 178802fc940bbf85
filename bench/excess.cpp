// Where and why does the estimate miss the truth of an invented country?  docs/methods/hazard-field.md, "What is left".
//   bench_excess [first_seed] [count] [--fixed]
// For each class, cells never searched, by distance to searched ground and by survey statement: cells, share that holds
// an item (forecast, truth), items per such cell (forecast, truth).
#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/statement_ratios.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

struct Row {
  double cells = 0, forecast = 0, outcome = 0, items = 0, truth = 0;
  void add(float p, float expected, float there) {
    cells += 1;
    forecast += static_cast<double>(p);
    outcome += there > 0 ? 1 : 0;
    items += static_cast<double>(expected);
    truth += static_cast<double>(there);
  }
  void print(const std::string& name) const {
    if (cells > 0) {
      fmt::print(
          "    {:<28} cells {:7.0f}  any {:8.0f} / {:8.0f} = {:5.2f}   per cell that holds any {:5.2f} / {:5.2f}   "
          "items "
          "{:8.0f} / {:8.0f} = {:5.2f}\n",
          name, cells, forecast, outcome, forecast / std::max(outcome, 1.0), items / std::max(forecast, 1e-9),
          truth / std::max(outcome, 1e-9), items, truth, items / std::max(truth, 1.0));
    }
  }
};

constexpr std::array<double, 6> kReach_m = {100, 300, 600, 1200, 2500, 1e9};

void judge(const evidence::Observations& all, std::size_t which, const simulate::Country& country) {
  evidence::Observations observations = all;
  observations.searched[1 - which].clear();
  observations.reports[1 - which].clear();
  const auto result = bench::value_of(estimate::estimate(observations));
  const geo::Grid& grid = observations.grid;
  std::vector<float> truth(grid.size(), 0);
  for (const auto& item : country.truth.items) {
    const std::int64_t cell = grid.cell_of(item.position);
    if (item.fate == simulate::TrueItem::Fate::remains && cell >= 0 &&
        static_cast<std::size_t>(evidence::class_of(item.device)) == which) {
      truth[static_cast<std::size_t>(cell)] += 1;
    }
  }
  const std::vector<float> away = geo::distance_transform(grid, observations.processed);
  const auto statement = std::find_if(observations.covariates.begin(), observations.covariates.end(),
                                      [](const evidence::CovariateField& f) { return f.name == "survey statement"; });
  std::array<Row, kReach_m.size()> by_distance;
  std::map<std::string, Row> by_statement;
  Row searched, unsearched;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (observations.inside[i] == 0) {
      continue;
    }
    const float p = result.hazard.raster.bands[0][i];
    const float items = result.hazard.raster.bands[1][i];
    if (observations.processed[i] != 0) {
      searched.add(p, items, truth[i]);
      continue;
    }
    unsearched.add(p, items, truth[i]);
    const auto bin = std::find_if(kReach_m.begin(), kReach_m.end(),
                                  [&](double reach) { return static_cast<double>(away[i]) <= reach; });
    by_distance[static_cast<std::size_t>(bin - kReach_m.begin())].add(p, items, truth[i]);
    if (statement != observations.covariates.end()) {
      const auto said = evidence::statement_value(statement->value[i]);
      by_statement[said ? statement->labels[said->of_class] : "no statement"].add(p, items, truth[i]);
    }
  }
  fmt::print("  {}\n", evidence::to_string(evidence::kOrdnanceClasses[which]));
  for (const auto& [name, value] : result.hazard.hyperparameters) {
    fmt::print("    {} = {:.4g};", name, value);
  }
  fmt::print("\n");
  double found = 0, with_finds = 0;
  for (const auto& cell : observations.searched[which]) {
    found += cell.found;
    with_finds += cell.found > 0 ? 1 : 0;
  }
  fmt::print("    searched {} cells, {:.0f} with finds, {:.2f} finds each\n", observations.searched[which].size(),
             with_finds, found / std::max(with_finds, 1.0));
  searched.print("searched, what remains");
  unsearched.print("never searched");
  for (std::size_t k = 0; k < by_distance.size(); ++k) {
    by_distance[k].print(fmt::format("within {:g} m of searched", kReach_m[k]));
  }
  for (const auto& [statement_class, row] : by_statement) {
    row.print(statement_class);
  }
  for (const std::string& sentence : estimate::in_words(result.hazard.statements)) {
    fmt::print("    {}\n", sentence);
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const std::uint64_t first = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  const int count = argc > 2 ? std::atoi(argv[2]) : 1;
  for (int i = 0; i < count; ++i) {
    const auto country = bench::value_of(simulate::simulate({.size = simulate::Size::small,
                                                             .seed = first + static_cast<std::uint64_t>(i),
                                                             .vary = !bench::has_option(argc, argv, "--fixed")}));
    evidence::ObserveOptions options;
    options.cell_m = tiny ? 400 : 50;
    const auto observations = bench::value_of(evidence::observe(country.known, options));
    fmt::print("seed {}\n", first + static_cast<std::uint64_t>(i));
    for (std::size_t which = 0; which < 2; ++which) {
      judge(observations, which, country);
    }
  }
  return 0;
}
