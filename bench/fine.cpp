// Is the fine map of a task worth more than the coarse one spread evenly over what was not searched, and than the
// distance to the nearest find?  docs/methods/hazard-field.md, "Inside one task".
//   bench_fine [first_seed] [count] [--cell 10]
// Invented countries; hazardous areas and tasks that were searched in part or have finds within 100 m. Scores of small
// cells, by class: all of these polygons, and only the coarse cells that still hold an item of the class.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/fine_map.h"
#include "estimate/scores.h"
#include "estimate/update_estimate.h"
#include "evidence/record_fields.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

constexpr std::size_t kClasses = evidence::kOrdnanceClasses.size();

/// One way of telling small cells, on one set of them.
struct Told {
  estimate::Forecasts forecasts;
  double items = 0;

  void add(double probability, double expected, bool there) {
    forecasts.add(static_cast<float>(probability), there);
    items += expected;
  }
};

struct Set {
  std::map<std::string, Told> by;
  double truth = 0;  ///< items
  /// Sum over items of log(expected in its small cell / expected there when spread evenly).
  std::map<std::string, double> gains;
};

using Sets = std::map<std::string, Set>;

struct Window {
  geo::Grid grid;
  geo::PlanarGeometry polygon;
};

geo::Grid window_of(const geo::PlanarGeometry& polygon, const geo::Grid& coarse, double cell_m) {
  const geo::Grid around = geo::Grid::covering(geo::bounds(polygon), coarse.cell_m);
  const auto per_side = static_cast<std::int32_t>(std::lround(coarse.cell_m / cell_m));
  return {cell_m, around.west * per_side, around.north * per_side, around.columns * per_side, around.rows * per_side};
}

struct World {
  simulate::Country country;
  evidence::Observations observations;
  evidence::Reconciliation reconciled;
  estimate::EstimateResult result;
};

World world_of(std::uint64_t seed, double coarse_m) {
  World w;
  w.country = bench::value_of(simulate::simulate({.size = simulate::Size::small, .seed = seed, .vary = true}));
  evidence::ObserveOptions observe;
  observe.cell_m = coarse_m;
  w.observations = bench::value_of(evidence::observe(w.country.known, observe));
  w.reconciled = bench::value_of(evidence::reconcile(w.country.known, {}));
  evidence::use_records(w.country.known, w.reconciled, w.observations);
  estimate::EstimateOptions options;
  options.keep = true;
  w.result = bench::value_of(estimate::estimate(w.observations, options));
  return w;
}

std::vector<Window> windows_of(const World& w, const evidence::FineSearch& search, double cell_m) {
  std::vector<Window> windows;
  const geo::Grid& coarse = w.observations.grid;
  const auto add = [&](const geo::PlanarGeometry& polygon) {
    if (polygon.polygons.empty()) {
      return;
    }
    double searched = 0, all = 0;
    for (const geo::CellShare& touched : geo::cover(coarse, polygon)) {
      all += static_cast<double>(touched.share);
      searched += w.observations.processed[touched.cell] != 0 ? static_cast<double>(touched.share) : 0.0;
    }
    bool near = false;
    for (const evidence::OrdnanceClass k : evidence::kOrdnanceClasses) {
      for (const evidence::FineFind& find : search.finds(geo::bounds(polygon).grown(100), k)) {
        near = near || geo::distance(polygon, find.position) <= 100;
      }
    }
    if ((searched > 0.02 * all || near) && searched < 0.98 * all) {
      windows.push_back({window_of(polygon, coarse, cell_m), polygon});
    }
  };
  for (const auto& hazard : w.country.known.hazards) {
    add(hazard.geometry);
  }
  for (const auto& task : w.country.known.tasks) {
    add(task.geometry);
  }
  return windows;
}

class Judge {
 public:
  Judge(const World& world, double cell_m, Sets& sets)
      : w_(world), cell_m_(cell_m), search_(world.country.known, {}), sets_(sets) {
    options_.draws = world.result.state->draws;
    per_side_ = static_cast<std::int64_t>(std::lround(w_.observations.grid.cell_m / cell_m));
    for (const auto& item : w_.country.truth.items) {
      if (item.fate == simulate::TrueItem::Fate::remains) {
        remains_.push_back({item.position, static_cast<std::size_t>(evidence::class_of(item.device))});
      }
    }
    windows_ = windows_of(w_, search_, cell_m);
  }

  void run() {
    std::vector<std::uint32_t> cells;
    for (const Window& window : windows_) {
      const auto under = estimate::coarse_cells_under(window.grid, w_.observations.grid);
      cells.insert(cells.end(), under.begin(), under.end());
    }
    evidence::Observations now = w_.observations;
    const auto posterior = bench::value_of(estimate::posteriors_near(*w_.result.state, now, cells));
    std::vector<estimate::FineTerms> terms;
    for (const evidence::OrdnanceClass k : evidence::kOrdnanceClasses) {
      const auto [seconds, learnt] =
          bench::timed([&] { return estimate::learn_fine_terms(now, search_, k, {.fine_cell_m = cell_m_}); });
      terms.push_back(learnt);
      fmt::print("  {}: {} cells, {:.0f} finds, clump {:.2f}, {:.2f} s, coefficients", evidence::to_string(k),
                 learnt.cells, learnt.finds, learnt.clump, seconds);
      for (const double c : learnt.coefficient) {
        fmt::print(" {:.2f}", c);
      }
      fmt::print("\n");
    }
    std::vector<estimate::FineTerms> even = terms;
    for (estimate::FineTerms& none : even) {
      none.coefficient.assign(estimate::kFineColumns, 0);
      none.covariance = sparse::DenseMatrix(estimate::kFineColumns, estimate::kFineColumns);
    }
    // One map of all that is asked about; its grid is the country's.
    std::fill(now.inside.begin(), now.inside.end(), std::uint8_t{0});
    for (const std::uint32_t cell : cells) {
      now.inside[cell] = w_.observations.inside[cell];
    }
    const geo::Grid& coarse = now.grid;
    const auto per_side = static_cast<std::int32_t>(per_side_);
    const geo::Grid grid{cell_m_, coarse.west * per_side_, coarse.north * per_side_, coarse.columns * per_side,
                         coarse.rows * per_side};
    const auto records = evidence::record_fields(w_.country.known, w_.reconciled, grid);
    estimate::FineQuestion question{grid, {}, &records};
    const auto tell = [&](const std::vector<estimate::FineTerms>& by) {
      return estimate::fine_map(now, posterior.posteriors, options_, search_, by, question);
    };
    std::map<std::string, estimate::FineMap> made;
    const auto [seconds, first] = bench::timed([&] { return tell(terms); });
    made["fine"] = first;
    made["records"] = tell(even);
    question.records = nullptr;
    made["finds"] = tell(terms);
    made["even"] = tell(even);
    std::map<std::string, const estimate::FineMap*> maps;
    for (const auto& [name, map] : made) {
      maps[name] = &map;
    }
    for (const Window& window : windows_) {
      add({grid, window.polygon}, maps);
    }
    fmt::print("  {} polygons, fine maps in {:.2f} s\n", windows_.size(), seconds);
  }

 private:
  struct Item {
    geo::Xy position;
    std::size_t of_class;
  };

  void add(const Window& window, const std::map<std::string, const estimate::FineMap*>& maps) {
    const geo::Grid& grid = window.grid;
    const geo::Grid& coarse = w_.observations.grid;
    if (truth_[0].empty()) {
      for (std::size_t k = 0; k < kClasses; ++k) {
        truth_[k].assign(grid.size(), 0);
        coarse_truth_[k].assign(coarse.size(), 0);
        seen_[k].assign(grid.size(), 0);
      }
      for (const Item& item : remains_) {
        const std::int64_t cell = grid.cell_of(item.position);
        if (cell >= 0) {
          truth_[item.of_class][static_cast<std::size_t>(cell)] += 1;
          coarse_truth_[item.of_class][static_cast<std::size_t>(coarse.cell_of(item.position))] += 1;
        }
      }
    }
    const auto covered = geo::cover(grid, window.polygon);
    for (const auto& told : maps.at("fine")->classes) {
      const auto k = static_cast<std::size_t>(told.ordnance_class);
      const auto finds = search_.finds(geo::bounds(window.polygon).grown(500), told.ordnance_class);
      for (const auto& [i, share] : covered) {
        if (share < 0.5F || std::isnan(told.items[i]) || seen_[k][i] != 0) {
          continue;
        }
        seen_[k][i] = 1;
        const geo::Xy centre = grid.centre(static_cast<std::size_t>(i));
        double nearest = 500;
        for (const auto& find : finds) {
          nearest = std::min(nearest, std::hypot(find.position.x - centre.x, find.position.y - centre.y));
        }
        const auto cell = static_cast<std::size_t>(coarse.cell_of(centre));
        const std::string name{evidence::to_string(told.ordnance_class)};
        add_to(sets_[name + ", all cells"], maps, k, i, truth_[k][i], nearest);
        if (coarse_truth_[k][cell] > 0) {
          add_to(sets_[name + ", cells with items"], maps, k, i, truth_[k][i], nearest);
          if (nearest < 75) {
            add_to(sets_[name + ", cells with items, find within 75 m"], maps, k, i, truth_[k][i], nearest);
          }
        }
      }
    }
  }

  static void add_to(Set& set, const std::map<std::string, const estimate::FineMap*>& maps, std::size_t k,
                     std::uint32_t cell, float truth, double nearest) {
    const auto of = [&](const estimate::FineMap& map) -> const estimate::FineClass& {
      return *std::find_if(map.classes.begin(), map.classes.end(),
                           [&](const auto& c) { return static_cast<std::size_t>(c.ordnance_class) == k; });
    };
    for (const auto& [name, map] : maps) {
      set.by[name].add(static_cast<double>(of(*map).probability[cell]), static_cast<double>(of(*map).items[cell]),
                       truth > 0);
    }
    set.by["nearest find"].add(1 - nearest / 501, 0, truth > 0);
    set.truth += static_cast<double>(truth);
    if (truth > 0) {
      for (const auto& [name, map] : maps) {
        set.gains[name] += static_cast<double>(truth) * std::log(static_cast<double>(of(*map).items[cell]) /
                                                                 static_cast<double>(of(*maps.at("even")).items[cell]));
      }
    }
  }

  const World& w_;
  double cell_m_;
  evidence::FineSearch search_;
  Sets& sets_;
  estimate::EstimateOptions options_;
  std::int64_t per_side_;
  std::vector<Item> remains_;
  std::vector<Window> windows_;
  std::array<std::vector<std::uint8_t>, kClasses> seen_;  ///< by small cell: judged, in another polygon
  std::array<std::vector<float>, kClasses> truth_, coarse_truth_;
};

void print(const Sets& sets) {
  for (const auto& [name, set] : sets) {
    const auto& y = set.by.at("fine").forecasts.y;
    const double base = static_cast<double>(std::count(y.begin(), y.end(), 1)) / static_cast<double>(y.size());
    fmt::print("{}: {} small cells, {:.4f} hold items, {:.0f} items\n", name, y.size(), base, set.truth);
    for (const auto& [way, told] : set.by) {
      fmt::print("    {:12} AP {:.4f}", way, estimate::average_precision(told.forecasts));
      if (set.gains.contains(way)) {
        const double sum = std::accumulate(told.forecasts.p.begin(), told.forecasts.p.end(), 0.0);
        fmt::print(
            "  log {:.5f}  slope {:.2f}  gain {:+.3f} nats an item  expected / true {:.2f}  sum of P / true {:.2f}",
            estimate::log_score(told.forecasts), estimate::calibration_slope(told.forecasts),
            set.gains.at(way) / std::max(set.truth, 1.0), told.items / std::max(set.truth, 1.0),
            sum / std::max(1.0, base * static_cast<double>(y.size())));
      }
      fmt::print("\n");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const std::uint64_t first = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  const int count = argc > 2 && !tiny ? std::atoi(argv[2]) : 1;
  const double cell_m = tiny ? 100 : std::strtod(bench::option_of(argc, argv, "--cell", "10").c_str(), nullptr);
  Sets sets;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    const auto [seconds, world] = bench::timed([&] { return world_of(seed, tiny ? 500 : 50); });
    fmt::print("seed {}: world and whole estimate in {:.1f} s\n", seed, seconds);
    Judge(world, cell_m, sets).run();
    std::fflush(stdout);
  }
  print(sets);
  return 0;
}
