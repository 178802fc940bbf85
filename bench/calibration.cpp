// Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari & Gelman 2018): worlds drawn from the model's own
// prior, fitted by the product's code; truths must lie anywhere among the posterior's draws equally often.
//   bench_calibration [--worlds 200] [--learn] [--svg FILE] [--tiny]
// Without --learn the fit knows the world's hyperparameters, with it learns them as the product does.
// docs/methods/hazard-field.md, "Calibrated on worlds of its own".
#include <cmath>
#include <vector>

#include "base/hash.h"
#include "drawn_ground.h"
#include "estimate/class_posterior.h"
#include "estimate/estimate.h"
#include "estimate/patchiness.h"
#include "field_sampler.h"
#include "measure.h"
#include "transform_histogram.h"

namespace {

using namespace firmground;

constexpr int kDraws = 199;
constexpr std::int32_t kSide = 48;

/// A world whose search tells something: thrown away by what was found alone, which keeps ranks uniform.
/// Hyperparameters: from the priors; a field no wider than a third of the ground (conditioned on, not fitted against).
oracle::DrawnGround world(std::uint64_t number, int& drawn) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    base::Random random(number, 1000 + attempt);
    const estimate::Hyperparameters hyper = oracle::prior_hyperparameters(random);
    const estimate::CountLaw law = oracle::prior_count_law(random);
    oracle::GroundOptions options;
    options.side_cells = kSide;
    options.searched = 0.35;
    options.detection = random.uniform(0.5, 0.95);
    options.seed = number * 1'000'003 + attempt;
    ++drawn;
    if (std::exp(hyper.log_short_range_m) > kSide * 50 / 3.0) {
      continue;
    }
    auto ground = bench::value_of(oracle::draw_ground(options, hyper, law, 10 * random.normal()));
    const double share = static_cast<double>(ground.with_finds) / static_cast<double>(ground.searched);
    if (ground.with_finds >= 20 && share < 0.4) {
      return ground;
    }
  }
}

struct Calibration {
  std::vector<bench::TransformHistogram> histograms;
  std::vector<estimate::Hyperparameters> learned, drawn;

  enum Quantity : std::size_t { eta_searched, eta_unsearched, effect, occupied, items_square, items_all, kQuantities };
  Calibration() {
    histograms.resize(kQuantities);
    histograms[eta_searched].name = "log intensity, searched cell";
    histograms[eta_unsearched].name = "log intensity, cell never searched";
    histograms[effect].name = "effect of a covariate";
    histograms[occupied].name = "sum of P(any), ground never searched";
    histograms[items_square].name = "items in 9 ha never searched";
    histograms[items_all].name = "items in all ground never searched";
  }
  void add(const oracle::DrawnGround& ground, std::uint64_t number, bool learn);
  void add_field(const oracle::DrawnGround& ground, const estimate::ClassPosterior& fitted, base::Random& random);
  void add_items(const oracle::DrawnGround& ground, const estimate::EstimateOptions& options, base::Random& random);
};

double presence(double eta, const estimate::Hyperparameters& hyper) {
  return -std::expm1(-estimate::hazard_at(eta, hyper.patchiness()).value);
}

/// Cells never searched, away from the edge of the ground (where the product reins in the lattice's variance).
std::vector<std::uint32_t> never_searched(const oracle::DrawnGround& ground) {
  std::vector<std::uint32_t> cells;
  for (std::int32_t row = 6; row < kSide - 6; ++row) {
    for (std::int32_t column = 6; column < kSide - 6; ++column) {
      const std::size_t cell = ground.observations.grid.index(column, row);
      if (ground.observations.processed[cell] == 0) {
        cells.push_back(static_cast<std::uint32_t>(cell));
      }
    }
  }
  return cells;
}

void Calibration::add_field(const oracle::DrawnGround& ground, const estimate::ClassPosterior& fitted,
                            base::Random& random) {
  const std::vector<std::uint32_t> open = never_searched(ground);
  const auto searched = ground.model.observations[random.index(ground.model.observations.size())].cell;
  const std::uint32_t unsearched = open[random.index(open.size())];
  std::vector<std::uint32_t> cells = {searched, unsearched};
  cells.insert(cells.end(), open.begin(), open.end());
  const auto rows = oracle::predictor_rows(fitted.model, ground.observations, cells);
  std::vector<std::vector<float>> draws(4);
  const std::size_t latent = fitted.model.latent();
  const std::size_t border = fitted.model.border();
  std::vector<double> joint(latent + border);
  const std::size_t knot = 1 + random.index(border - 1);
  for (std::size_t m = 0; m < kDraws; ++m) {
    for (std::size_t i = 0; i < joint.size(); ++i) {
      joint[i] = static_cast<double>(i < latent ? fitted.latent_draws[i * kDraws + m]
                                                : fitted.border_draws[(i - latent) * kDraws + m]);
    }
    double sum = 0;
    for (std::size_t i = 2; i < rows.size(); ++i) {
      sum += presence(rows[i].at(joint), ground.hyper);
    }
    draws[0].push_back(static_cast<float>(rows[0].at(joint)));
    draws[1].push_back(static_cast<float>(rows[1].at(joint)));
    draws[2].push_back(static_cast<float>(joint[latent + knot]));
    draws[3].push_back(static_cast<float>(sum));
  }
  double truth = 0;
  for (const std::uint32_t cell : open) {
    truth += presence(ground.eta[cell], ground.hyper);
  }
  const std::array<double, 4> truths = {ground.eta[searched], ground.eta[unsearched], ground.joint[latent + knot],
                                        truth};
  for (std::size_t k = 0; k < draws.size(); ++k) {
    std::sort(draws[k].begin(), draws[k].end());
    histograms[k].add(bench::transform(draws[k], truths[k], random));
  }
}

void Calibration::add_items(const oracle::DrawnGround& ground, const estimate::EstimateOptions& options,
                            base::Random& random) {
  const std::vector<std::uint32_t> open = never_searched(ground);
  estimate::PolygonCells all{"all", 0, {}};
  estimate::PolygonCells square{"square", 0, {}};
  const std::uint32_t corner = open[random.index(open.size())];
  double truth[2] = {0, 0};
  for (const std::uint32_t cell : open) {
    all.cells.push_back({cell, 1.0F});
    truth[1] += ground.left[cell];
    if (cell / kSide / 6 == corner / kSide / 6 && cell % kSide / 6 == corner % kSide / 6) {
      square.cells.push_back({cell, 1.0F});
      truth[0] += ground.left[cell];
    }
  }
  const auto result = bench::value_of(estimate::estimate(ground.observations, options, {square, all}));
  histograms[items_square].add(bench::transform(result.polygons[0].predicted, truth[0], random));
  histograms[items_all].add(bench::transform(result.polygons[1].predicted, truth[1], random));
}

void Calibration::add(const oracle::DrawnGround& ground, std::uint64_t number, bool learn) {
  base::Random random(number, 7);
  estimate::EstimateOptions options;
  options.draws = kDraws;
  options.seed = number;
  options.left_out = {1, 0};
  if (!learn) {
    options.hyper = {ground.hyper, ground.hyper};
  }
  const auto fitted = bench::value_of(estimate::fit_class(ground.observations, 0, options));
  add_field(ground, *fitted, random);
  add_items(ground, options, random);
  learned.push_back(fitted->hyper);
  drawn.push_back(ground.hyper);
}

void print_learned(const Calibration& calibration) {
  for (std::size_t k = 0; k < estimate::Hyperparameters::kCount; ++k) {
    double mean = 0, square = 0, spread = 0, centre = 0;
    const auto n = static_cast<double>(calibration.drawn.size());
    for (std::size_t i = 0; i < calibration.drawn.size(); ++i) {
      const double truth = calibration.drawn[i].as_array()[k];
      const double error = calibration.learned[i].as_array()[k] - truth;
      mean += error / n;
      square += error * error / n;
      centre += truth / n;
      spread += truth * truth / n;
    }
    fmt::print("  {:<22} learned - true: mean {:+.2f}, root mean square {:.2f}; sd of the prior {:.2f}\n",
               estimate::Hyperparameters::kNames[k], mean, std::sqrt(square), std::sqrt(spread - centre * centre));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const bool learn = bench::has_option(argc, argv, "--learn");
  const int worlds = std::stoi(bench::option_of(argc, argv, "--worlds", tiny ? "2" : "200"));
  Calibration calibration;
  int drawn = 0;
  for (int number = 1; number <= worlds; ++number) {
    calibration.add(world(static_cast<std::uint64_t>(number), drawn), static_cast<std::uint64_t>(number), learn);
  }
  fmt::print("{} worlds of {} drawn, hyperparameters {}\n", worlds, drawn, learn ? "learned" : "known");
  base::Hasher hasher;
  for (const bench::TransformHistogram& histogram : calibration.histograms) {
    histogram.print();
    hasher.add(std::span<const double>(histogram.count));
  }
  if (learn) {
    print_learned(calibration);
  }
  fmt::print("{}\n", hasher.hex().substr(0, 16));
  const std::string svg = bench::option_of(argc, argv, "--svg", "");
  return svg.empty() || bench::write_svg(svg, calibration.histograms) ? 0 : 1;
}
