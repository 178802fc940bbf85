// Is the survey that is ranked first worth more, once it was made, than one chosen otherwise?
// docs/methods/hazard-field.md, "Which survey first".
//   bench_survey_value [first_seed] [count] [--share 0.02] [--loss 25000]
// Invented countries; hazardous areas, of each the ground that nobody searched. Technical survey of a share of all that
// ground, chosen in three ways: as ranked; a systematic tenth of hazardous areas at random; cells at random over all of
// it. The survey finds the true items by its detection, the country is estimated again with what was searched and
// found, and decisions before and after meet the truth.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/random.h"
#include "estimate/estimate.h"
#include "estimate/surveys.h"
#include "evidence/record_fields.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;
using Cells = std::vector<std::uint32_t>;

/// A country, what is known of it, and its hazardous areas as far as nobody searched them.
struct World {
  evidence::Observations observations;
  std::array<std::vector<std::uint16_t>, 2> items;  ///< that remain, by class and cell
  std::vector<estimate::PolygonCells> ground;
  std::vector<double> area_m2;
  double all_m2 = 0;

  double truth(std::size_t p) const {
    double sum = 0;
    for (const geo::CellShare& c : ground[p].cells) {
      sum += static_cast<double>(c.share) * (items[0][c.cell] + items[1][c.cell]);
    }
    return sum;
  }
};

World world_of(std::uint64_t seed, bool tiny) {
  const auto country = bench::value_of(simulate::simulate({.size = simulate::Size::small, .seed = seed, .vary = true}));
  evidence::ObserveOptions observe;
  observe.cell_m = tiny ? 500 : 50;
  World world{bench::value_of(evidence::observe(country.known, observe)), {}, {}, {}, 0};
  evidence::Observations& o = world.observations;
  if (!tiny) {
    bench::require(evidence::reconcile_records(country.known, observe, {}, {}, o));
  }
  world.items.fill(std::vector<std::uint16_t>(o.grid.size(), 0));
  for (const auto& item : country.truth.items) {
    const std::int64_t cell = o.grid.cell_of(item.position);
    if (item.fate == simulate::TrueItem::Fate::remains && cell >= 0 && o.inside[static_cast<std::size_t>(cell)] != 0) {
      ++world.items[static_cast<std::size_t>(evidence::class_of(item.device))][static_cast<std::size_t>(cell)];
    }
  }
  for (const mineaction::HazardousArea& hazard : country.known.hazards) {
    estimate::PolygonCells polygon{hazard.hazard_id, 0, {}};
    for (const geo::CellShare& c : geo::cover(o.grid, hazard.geometry)) {
      if (o.inside[c.cell] != 0 && o.processed[c.cell] == 0) {
        polygon.cells.push_back(c);
        polygon.area_m2 += static_cast<double>(c.share) * o.grid.cell_m * o.grid.cell_m;
      }
    }
    if (!polygon.cells.empty()) {
      world.all_m2 += polygon.area_m2;
      world.area_m2.push_back(polygon.area_m2);
      world.ground.push_back(std::move(polygon));
    }
  }
  return world;
}

/// What the survey of these cells finds joins what is known.  Covariates and records stay as they were: the cells were
/// not chosen for what people know there.
struct Surveyed {
  evidence::Observations observations;
  std::vector<double> found;  ///< by ground
};

Surveyed survey(const World& world, const Cells& cells, const estimate::SurveySettings& settings, std::uint64_t seed) {
  Surveyed result{world.observations, std::vector<double>(world.ground.size(), 0)};
  base::Random random(seed, 7);
  std::vector<double> found_in(world.observations.grid.size(), 0);
  for (std::size_t k = 0; k < 2; ++k) {
    const double detection = settings.detection_of(evidence::kOrdnanceClasses[k]);
    auto& searched = result.observations.searched[k];
    for (const std::uint32_t cell : cells) {
      const auto found = static_cast<std::uint32_t>(random.binomial(world.items[k][cell], detection));
      searched.push_back({cell, 1.0F, static_cast<float>(detection), found});
      found_in[cell] += found;
      result.observations.processed[cell] = 1;
    }
    std::sort(searched.begin(), searched.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  }
  for (std::size_t p = 0; p < world.ground.size(); ++p) {
    for (const geo::CellShare& c : world.ground[p].cells) {
      result.found[p] += static_cast<double>(c.share) * found_in[c.cell];
    }
  }
  return result;
}

/// How decisions by an estimate meet the truth.
struct Judged {
  double loss = 0;      ///< of all decisions
  double error = 0;     ///< sum over ground of |expected - true|
  double variance = 0;  ///< sum over ground, of the predicted number
  std::size_t cleared = 0;
};

Judged judge(const World& world, const estimate::EstimateResult& result, const std::vector<double>& found,
             const estimate::SurveySettings& settings) {
  Judged j;
  for (std::size_t p = 0; p < world.ground.size(); ++p) {
    const estimate::PolygonEstimate& polygon = result.polygons[p];
    const double truth = world.truth(p);
    const double expected = polygon.items_mean + found[p];
    const estimate::DecisionCosts costs{settings.clearance_cost_m2 * world.area_m2[p], settings.loss_per_item,
                                        settings.clearance_finds()};
    const bool clear = costs.release_over_clearing(expected) > 0;
    j.loss += settings.loss_per_item * truth - (clear ? costs.release_over_clearing(truth) : 0);
    j.cleared += clear ? 1 : 0;
    j.error += std::abs(expected - truth);
    double mean = 0;
    double squares = 0;
    for (const float n : polygon.predicted) {
      mean += static_cast<double>(n) / static_cast<double>(polygon.predicted.size());
      squares += static_cast<double>(n) * static_cast<double>(n) / static_cast<double>(polygon.predicted.size());
    }
    j.variance += squares - mean * mean;
  }
  return j;
}

double area_of(const estimate::PolygonCells& ground, double cell_m, std::size_t i) {
  return static_cast<double>(ground.cells[i].share) * cell_m * cell_m;
}

/// Until the budget is used up.
struct Choice {
  Cells cells;
  double area_m2 = 0, expected = 0;
  std::size_t polygons = 0;
};

Choice ranked(const std::vector<estimate::PolygonSurvey>& first, double budget_m2) {
  Choice choice;
  for (const estimate::PolygonSurvey& s : first) {
    if (s.net <= 0 || choice.area_m2 + s.area_m2 > budget_m2) {
      continue;
    }
    choice.cells.insert(choice.cells.end(), s.cells.begin(), s.cells.end());
    choice.area_m2 += s.area_m2;
    choice.expected += s.decision.value;
    ++choice.polygons;
  }
  return choice;
}

Choice polygons_at_random(const std::vector<estimate::PolygonSurvey>& all, double budget_m2, base::Random& random) {
  std::vector<const estimate::PolygonSurvey*> order;
  for (const estimate::PolygonSurvey& s : all) {
    if (s.kind == estimate::SurveyKind::systematic_tenth) {
      order.push_back(&s);
    }
  }
  Choice choice;
  for (std::size_t i = order.size(); i > 0; --i) {
    std::swap(order[i - 1], order[random.index(i)]);
    const estimate::PolygonSurvey& s = *order[i - 1];
    if (choice.area_m2 + s.area_m2 <= budget_m2) {
      choice.cells.insert(choice.cells.end(), s.cells.begin(), s.cells.end());
      choice.area_m2 += s.area_m2;
      choice.expected += s.decision.value;
      ++choice.polygons;
    }
  }
  return choice;
}

Choice cells_at_random(const World& world, double budget_m2, base::Random& random) {
  std::vector<std::pair<std::uint32_t, double>> cells;
  for (const estimate::PolygonCells& ground : world.ground) {
    for (std::size_t i = 0; i < ground.cells.size(); ++i) {
      cells.emplace_back(ground.cells[i].cell, area_of(ground, world.observations.grid.cell_m, i));
    }
  }
  Choice choice;
  for (std::size_t i = cells.size(); i > 0 && choice.area_m2 < budget_m2; --i) {
    std::swap(cells[i - 1], cells[random.index(i)]);
    choice.cells.push_back(cells[i - 1].first);
    choice.area_m2 += cells[i - 1].second;
  }
  return choice;
}

/// By way of choosing, summed over countries.
struct Way {
  double saved = 0, expected = 0, cost = 0, error = 0, variance = 0, area_m2 = 0;
};

void print(const char* name, const Way& way, double loss, double error, double variance) {
  fmt::print(
      "  {:<34} {:8.1f} ha  losses {:+.2f} % ({:+.0f} of {:.0f} expected; survey {:.0f})  absolute error {:+.2f} %  "
      "variance {:+.2f} %\n",
      name, way.area_m2 / 1e4, -100 * way.saved / loss, -way.saved, way.expected, way.cost, 100 * way.error / error,
      100 * way.variance / variance);
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const std::uint64_t first = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  const int count = argc > 2 && !tiny ? std::atoi(argv[2]) : 1;
  const double share = std::atof(bench::option_of(argc, argv, "--share", "0.02").c_str());
  estimate::SurveySettings settings;
  settings.loss_per_item = std::atof(bench::option_of(argc, argv, "--loss", "25000").c_str());
  constexpr std::array kNames = {"as ranked", "areas at random, a tenth of each", "cells at random"};
  std::array<Way, 3> ways;
  double loss = 0;
  double error = 0;
  double variance = 0;
  for (int n = 0; n < count; ++n) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(n);
    const World world = world_of(seed, tiny);
    estimate::EstimateOptions options;
    options.closer = {{0, world.ground.size()}, false, settings};
    const auto before = bench::value_of(estimate::estimate(world.observations, options, world.ground));
    const Judged was = judge(world, before, std::vector<double>(world.ground.size(), 0), settings);
    fmt::print("country {}: {} areas, {:.0f} ha never searched, losses {:.0f}, {} to be cleared\n", seed,
               world.ground.size(), world.all_m2 / 1e4, was.loss, was.cleared);
    base::Random random(seed, 11);
    const double budget_m2 = share * world.all_m2;
    const std::array<Choice, 3> choices = {ranked(estimate::which_first(before.surveys), budget_m2),
                                           polygons_at_random(before.surveys, budget_m2, random),
                                           cells_at_random(world, budget_m2, random)};
    estimate::EstimateOptions again;
    if (before.classes.size() == 2) {
      again.hyper = {before.classes[0].hyper, before.classes[1].hyper};
    }
    loss += was.loss;
    error += was.error;
    variance += was.variance;
    for (std::size_t w = 0; w < choices.size(); ++w) {
      Cells cells = choices[w].cells;
      std::sort(cells.begin(), cells.end());
      cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
      const Surveyed made = survey(world, cells, settings, seed);
      const auto after = bench::value_of(estimate::estimate(made.observations, again, world.ground));
      const Judged is = judge(world, after, made.found, settings);
      const Way here{was.loss - is.loss,   choices[w].expected,        settings.survey_cost_m2 * choices[w].area_m2,
                     is.error - was.error, is.variance - was.variance, choices[w].area_m2};
      print(kNames[w], here, was.loss, was.error, was.variance);
      std::fflush(stdout);
      ways[w].saved += here.saved;
      ways[w].expected += here.expected;
      ways[w].cost += here.cost;
      ways[w].error += here.error;
      ways[w].variance += here.variance;
      ways[w].area_m2 += here.area_m2;
    }
  }
  fmt::print("all {}:\n", count);
  for (std::size_t w = 0; w < ways.size(); ++w) {
    print(kNames[w], ways[w], loss, error, variance);
  }
  return 0;
}
