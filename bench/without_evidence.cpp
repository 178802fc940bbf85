// Is what a polygon is told to hold without some evidence what an estimate without that evidence tells?
// docs/methods/hazard-field.md, "Without some of the evidence".
//   bench_without_evidence [first_seed] [count]
// Invented countries; hazardous areas with at least half an item expected. Log ratios of expected items without and
// with: as told (eq. 40) beside real fits without the minefield records, without the survey statement, without distance
// to the line of contact, without the long field, and, area by area, without the searches within 1 km.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "estimate/estimate.h"
#include "evidence/record_fields.h"
#include "geo/grid.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

constexpr double kFewest = 0.5;
constexpr double kNear_m = 1000;
constexpr std::size_t kRefitted = 6;  ///< areas of a country whose near searches are left out, each in a fit of its own

struct Pairs {
  std::vector<double> told, anew;  ///< log ratios of expected items
  std::vector<double> none_told, none_anew;
  std::size_t polygons = 0;

  void add(const estimate::PolygonEstimate& with, const estimate::PolygonEstimate& fitted, std::string_view words) {
    ++polygons;
    double ratio = 1;
    double none = with.probability_none;
    for (const estimate::WithoutEvidence& w : with.without) {
      if (w.evidence.starts_with(words)) {
        ratio = w.items_mean / with.items_mean;
        none = w.probability_none;
      }
    }
    const double anew_ratio = fitted.items_mean / with.items_mean;
    constexpr double kTold = 0.0953;  // a tenth: what is told at all
    if (std::abs(std::log(ratio)) >= kTold || std::abs(std::log(anew_ratio)) >= kTold) {
      told.push_back(std::log(ratio));
      anew.push_back(std::log(anew_ratio));
      none_told.push_back(none);
      none_anew.push_back(fitted.probability_none);
    }
  }

  void print(const char* name) const {
    const std::size_t n = told.size();
    if (n == 0) {
      fmt::print("{:<28} nothing changes by a tenth in {} areas\n", name, polygons);
      return;
    }
    double tt = 0, ta = 0, aa = 0, mt = 0, ma = 0, none = 0;
    std::vector<double> off;
    std::size_t direction = 0;
    for (std::size_t i = 0; i < n; ++i) {
      mt += told[i] / static_cast<double>(n);
      ma += anew[i] / static_cast<double>(n);
      none += std::abs(none_told[i] - none_anew[i]) / static_cast<double>(n);
      off.push_back(std::abs(told[i] - anew[i]));
      direction += told[i] * anew[i] > 0 ? 1 : 0;
    }
    for (std::size_t i = 0; i < n; ++i) {
      tt += (told[i] - mt) * (told[i] - mt);
      ta += (told[i] - mt) * (anew[i] - ma);
      aa += (anew[i] - ma) * (anew[i] - ma);
    }
    std::sort(off.begin(), off.end());
    std::vector<double> size;
    for (const double a : anew) {
      size.push_back(std::abs(a));
    }
    std::sort(size.begin(), size.end());
    fmt::print(
        "{:<28} {} of {} areas change; factor off by (median) {:.2f}, 90 % {:.2f}; median change anew {:.2f}; "
        "correlation "
        "{:.2f}, slope of anew on told {:.2f}; mean log told {:+.2f} anew {:+.2f}; same direction {:.0f} %; |P(none)| "
        "off "
        "{:.3f}\n",
        name, n, polygons, std::exp(off[n / 2]), std::exp(off[9 * n / 10]), std::exp(size[n / 2]),
        ta / std::sqrt(std::max(tt * aa, 1e-300)), ta / std::max(tt, 1e-300), mt, ma,
        100.0 * static_cast<double>(direction) / static_cast<double>(n), none);
  }
};

constexpr std::array kNames = {"minefield records", "survey statement", "former line of contact", "region (long field)",
                               "finds and searches near by"};
constexpr std::array<std::string_view, 5> kWords = {"the minefield record", "the survey statement",
                                                    "the distance to the former line of contact",
                                                    "what is known of the region", "the finds and searches near by"};

void erase_covariates(evidence::Observations& o, const std::function<bool(const evidence::CovariateField&)>& which) {
  o.covariates.erase(std::remove_if(o.covariates.begin(), o.covariates.end(), which), o.covariates.end());
}

void judge(std::uint64_t seed, bool tiny, std::array<Pairs, 5>& pairs) {
  const auto country = bench::value_of(simulate::simulate({.size = simulate::Size::small, .seed = seed, .vary = true}));
  evidence::ObserveOptions observe;
  observe.cell_m = tiny ? 500 : 50;
  auto observations = bench::value_of(evidence::observe(country.known, observe));
  if (!tiny) {
    bench::require(evidence::reconcile_records(country.known, observe, {}, {}, observations));
  }
  std::vector<estimate::PolygonCells> areas;
  for (const mineaction::HazardousArea& hazard : country.known.hazards) {
    areas.push_back({hazard.hazard_id, 0, geo::cover(observations.grid, hazard.geometry)});
  }
  estimate::EstimateOptions options;
  options.closer.polygons = {0, areas.size()};
  options.closer.without_evidence = true;
  const auto with = bench::value_of(estimate::estimate(observations, options, areas));
  const auto compare = [&](std::size_t group, const estimate::EstimateResult& anew) {
    for (std::size_t p = 0; p < areas.size(); ++p) {
      if (with.polygons[p].items_mean >= kFewest) {
        pairs[group].add(with.polygons[p], anew.polygons[p], kWords[group]);
      }
    }
  };
  {
    evidence::Observations o = observations;
    o.records.reset();
    erase_covariates(o, [](const auto& f) { return f.from != evidence::CovariateSource::ground; });
    compare(0, bench::value_of(estimate::estimate(o, {}, areas)));
  }
  for (const std::size_t group : {1U, 2U}) {
    evidence::Observations o = observations;
    erase_covariates(o, [&](const auto& f) { return "the " + f.name == kWords[group]; });
    if (o.covariates.size() < observations.covariates.size()) {
      compare(group, bench::value_of(estimate::estimate(o, {}, areas)));
    }
  }
  if (with.classes.size() < 2) {
    return;
  }
  estimate::EstimateOptions held;
  held.hyper = {with.classes[0].hyper, with.classes[1].hyper};
  estimate::EstimateOptions flat = held;
  for (auto& hyper : *flat.hyper) {
    hyper.log_long_sd = std::log(0.02);
  }
  compare(3, bench::value_of(estimate::estimate(observations, flat, areas)));

  // Areas at random whose near searches are told to matter.
  std::vector<std::size_t> order;
  for (std::size_t p = 0; p < areas.size(); ++p) {
    const auto& without = with.polygons[p].without;
    if (with.polygons[p].items_mean >= kFewest &&
        std::any_of(without.begin(), without.end(), [](const auto& w) { return w.evidence == kWords[4]; })) {
      order.push_back(p);
    }
  }
  base::Random random(seed, 3);
  for (std::size_t n = 0; n < kRefitted && n < order.size(); ++n) {
    std::swap(order[n], order[n + random.index(order.size() - n)]);
    std::vector<std::uint8_t> mask(observations.grid.size(), 0);
    for (const geo::CellShare& c : areas[order[n]].cells) {
      mask[c.cell] = 1;
    }
    const std::vector<float> away = geo::distance_transform(observations.grid, mask);
    held.leave_out.assign(observations.grid.size(), 0);
    for (std::size_t i = 0; i < away.size(); ++i) {
      held.leave_out[i] = away[i] <= static_cast<float>(kNear_m) ? 1 : 0;
    }
    const auto anew = bench::value_of(estimate::estimate(observations, held, {areas[order[n]]}));
    pairs[4].add(with.polygons[order[n]], anew.polygons[0], kWords[4]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const std::uint64_t first = argc > 1 && !tiny ? std::strtoull(argv[1], nullptr, 10) : 1;
  const int count = argc > 2 && !tiny ? std::atoi(argv[2]) : 1;
  std::array<Pairs, 5> pairs;
  for (int n = 0; n < count; ++n) {
    judge(first + static_cast<std::uint64_t>(n), tiny, pairs);
    for (std::size_t g = 0; !tiny && g < pairs.size(); ++g) {
      pairs[g].print(kNames[g]);
    }
    fmt::print("\n");
    std::fflush(stdout);
  }
  for (std::size_t g = 0; g < pairs.size(); ++g) {
    pairs[g].print(kNames[g]);
  }
  return 0;
}
