// Do 90 % intervals of the number of items in a polygon hold the truth nine times in ten? docs/methods/hazard-field.md,
// "Intervals of polygons".
//   bench_coverage [first_seed] [count] [--in-vain RATIO] [--svg FILE]
// Invented countries that nothing was tuned on; polygons: hazardous areas (all, and by what survey says of them and
// whether anybody searched there), tasks, parcels of 1 km. Randomised probability integral transforms (Czado, Gneiting
// & Held 2009) of polygons with at least five items expected. And of all polygons: do as many hold any item as P(no
// item) says?
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/random.h"
#include "estimate/estimate.h"
#include "estimate/scores.h"
#include "evidence/record_fields.h"
#include "measure.h"
#include "simulate/country.h"
#include "transform_histogram.h"

namespace {

using namespace firmground;

constexpr double kFewest = 5;  ///< items expected

struct Kind {
  bench::TransformHistogram histogram;
  double expected = 0, truth = 0;
  estimate::Forecasts any;  ///< of all polygons, by P(any item)
  double any_expected = 0, any_truth = 0;
  double items_of_all = 0, truth_of_all = 0;

  void add_any(double probability, double items, double there) {
    any.add(static_cast<float>(probability), there > 0);
    any_expected += probability;
    any_truth += there > 0 ? 1 : 0;
    items_of_all += items;
    truth_of_all += there;
  }
  void add(double mean, const std::vector<float>& predicted, double there, base::Random& random) {
    histogram.add(bench::transform(predicted, there, random));
    expected += mean;
    truth += there;
  }
};

struct Asked {
  std::vector<std::vector<std::string>> groups;  ///< that each polygon counts in
  std::vector<estimate::PolygonCells> polygons;

  template <typename Record, typename Id>
  void add(const std::string& name, const std::vector<Record>& records, Id id, const geo::Grid& grid) {
    for (const Record& record : records) {
      if (!record.geometry.polygons.empty()) {
        groups.push_back({name});
        polygons.push_back({record.*id, 0, geo::cover(grid, record.geometry)});
      }
    }
  }
  /// What survey says of them, and whether anybody searched there, tells how sure the estimate may be.
  void add_hazards(const mineaction::Snapshot& known, const evidence::Observations& observations) {
    for (const mineaction::HazardousArea& hazard : known.hazards) {
      if (hazard.geometry.polygons.empty()) {
        continue;
      }
      polygons.push_back({hazard.hazard_id, 0, geo::cover(observations.grid, hazard.geometry)});
      const auto& cells = polygons.back().cells;
      const bool searched = std::any_of(cells.begin(), cells.end(), [&](const geo::CellShare& touched) {
        return observations.processed[touched.cell] != 0;
      });
      groups.push_back({fmt::format("{} {}", hazard.type == mineaction::HazardType::confirmed ? "CHA" : "SHA",
                                    searched ? "searched in part or whole" : "that nobody searched"),
                        "hazardous areas"});
    }
  }
  void add_parcels(const geo::Grid& grid, double side_m) {
    const auto step = std::max(1, static_cast<std::int32_t>(side_m / grid.cell_m));
    for (std::int32_t row = 0; row < grid.rows; row += step) {
      for (std::int32_t column = 0; column < grid.columns; column += step) {
        groups.push_back({"parcels of 1 km"});
        polygons.push_back({"", 0, {}});
        for (std::int32_t r = row; r < std::min(row + step, grid.rows); ++r) {
          for (std::int32_t c = column; c < std::min(column + step, grid.columns); ++c) {
            polygons.back().cells.push_back({static_cast<std::uint32_t>(grid.index(c, r)), 1.0F});
          }
        }
      }
    }
  }
};

void judge(std::uint64_t seed, bool tiny, const estimate::EstimateOptions& options,
           std::map<std::string, Kind>& kinds) {
  const auto country = bench::value_of(simulate::simulate({.size = simulate::Size::small, .seed = seed, .vary = true}));
  evidence::ObserveOptions observe;
  observe.cell_m = tiny ? 1000 : 50;
  auto observations = bench::value_of(evidence::observe(country.known, observe));
  if (!tiny && !evidence::reconcile_records(country.known, observe, {}, {}, observations)) {
    std::exit(1);
  }
  const geo::Grid& grid = observations.grid;
  Asked asked;
  asked.add_hazards(country.known, observations);
  asked.add("tasks", country.known.tasks, &mineaction::Task::task_id, grid);
  asked.add_parcels(grid, 1000);
  const auto result = bench::value_of(estimate::estimate(observations, options, asked.polygons));

  std::vector<double> remains(grid.size(), 0);
  double total = 0;
  for (const auto& item : country.truth.items) {
    const std::int64_t cell = grid.cell_of(item.position);
    if (item.fate == simulate::TrueItem::Fate::remains && cell >= 0 &&
        observations.inside[static_cast<std::size_t>(cell)] != 0) {
      remains[static_cast<std::size_t>(cell)] += 1;
      total += 1;
    }
  }
  base::Random random(seed, 99);
  for (std::size_t p = 0; p < asked.polygons.size(); ++p) {
    const estimate::PolygonEstimate& polygon = result.polygons[p];
    if (std::isnan(polygon.items_mean)) {
      continue;
    }
    // Items of a cell that the polygon covers in part lie in it with that share.
    std::int64_t truth = 0;
    for (const geo::CellShare& touched : asked.polygons[p].cells) {
      truth += random.binomial(static_cast<std::int64_t>(remains[touched.cell]),
                               std::min(1.0, static_cast<double>(touched.share)));
    }
    for (const std::string& group : asked.groups[p]) {
      kinds[group].add_any(1 - polygon.probability_none, polygon.items_mean, static_cast<double>(truth));
      if (polygon.items_mean >= kFewest) {
        kinds[group].add(polygon.items_mean, polygon.predicted, static_cast<double>(truth), random);
      }
    }
  }
  kinds["whole countries"].add(result.hazard.totals.items_mean, result.predicted_total, total, random);
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const std::uint64_t first = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  const int count = argc > 2 && !tiny ? std::atoi(argv[2]) : 1;
  estimate::EstimateOptions options;
  double& in_vain = options.left_out.confirmed_in_vain;
  in_vain = std::strtod(bench::option_of(argc, argv, "--in-vain", fmt::format("{}", in_vain)).c_str(), nullptr);
  std::map<std::string, Kind> kinds;
  for (int i = 0; i < count; ++i) {
    judge(first + static_cast<std::uint64_t>(i), tiny, options, kinds);
  }
  std::vector<bench::TransformHistogram> histograms;
  for (auto& [name, kind] : kinds) {
    kind.histogram.name = fmt::format("{}, expected / true {:.2f}", name, kind.expected / std::max(1.0, kind.truth));
    kind.histogram.print();
    if (!kind.any.y.empty()) {
      fmt::print(
          "  P(any item) of {} {}: {:.0f} expected, {:.0f} hold some ({:.2f}), slope {:.2f}, log {:.4f}, items "
          "{:.2f}\n",
          kind.any.y.size(), name, kind.any_expected, kind.any_truth, kind.any_expected / kind.any_truth,
          estimate::calibration_slope(kind.any), estimate::log_score(kind.any),
          kind.items_of_all / std::max(1.0, kind.truth_of_all));
    }
    histograms.push_back(kind.histogram);
  }
  const std::string svg = bench::option_of(argc, argv, "--svg", "");
  return svg.empty() || bench::write_svg(svg, histograms) ? 0 : 1;
}
