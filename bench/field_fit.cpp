// One fit of the hazard field with known hyperparameters, from nothing: bench_field_fit [--nodes 100000] [--threads 1]
// [--tiny]
// Prints what a round of it takes beside what its arithmetic would take at the rate of a product of large matrices, and
// its bytes at the rate of a copy, both measured in the same run on one thread.
#include <array>
#include <cmath>
#include <numbers>

#include "base/hash.h"
#include "base/parallel.h"
#include "base/random.h"
#include "estimate/class_parts.h"
#include "estimate/row_sum.h"
#include "measure.h"

namespace {

using namespace firmground;

constexpr std::int32_t kStep = 3;
constexpr std::int32_t kSquare = 12;  ///< cells to a side of what is searched at once
constexpr std::size_t kCovariates = 12;

double wave(const geo::Xy& at, double length_m, std::size_t turn) {
  const double angle = 0.7 * static_cast<double>(turn);
  return std::sin(2 * std::numbers::pi * (at.x * std::cos(angle) + at.y * std::sin(angle)) / length_m);
}

/// A third of the ground searched, items in 3 % of its cells.
evidence::Observations ground(std::int32_t side) {
  evidence::Observations o;
  o.grid = {50, 0, std::int64_t{side}, side, side};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  for (std::size_t k = 0; k < kCovariates; ++k) {
    evidence::CovariateField field{fmt::format("covariate {}", k), "m", {}, false, {}};
    for (std::size_t cell = 0; cell < o.grid.size(); ++cell) {
      field.value.push_back(static_cast<float>(wave(o.grid.centre(cell), 1500 + 700 * static_cast<double>(k), k)));
    }
    o.covariates.push_back(std::move(field));
  }
  base::Random random(1, 1);
  for (std::int32_t row = 0; row < side; ++row) {
    for (std::int32_t column = 0; column < side; ++column) {
      const auto cell = static_cast<std::uint32_t>(o.grid.index(column, row));
      if ((row / kSquare + 2 * (column / kSquare)) % 3 != 0) {
        continue;
      }
      const geo::Xy at = o.grid.centre(cell);
      const double eta = -4.5 + 1.2 * wave(at, 900, 1) + 1.2 * wave(at, 1300, 3) + wave(at, 15'000, 2);
      o.processed[cell] = 1;
      const bool found = random.chance(-0.9 * std::expm1(-std::exp(eta)));
      o.searched[0].push_back({cell, 1, 0.9F, found ? 1U : 0U});
    }
  }
  return o;
}

/// Multiplications and additions a second of a product of large matrices.
double arithmetic_rate() {
  constexpr std::size_t kSide = 1500;
  const sparse::DenseMatrix a(kSide, kSide);
  sparse::DenseMatrix c(kSide, kSide);
  sparse::subtract_product_transposed(a, a, c);
  const auto [seconds, done] = bench::timed([&] {
    sparse::subtract_product_transposed(a, a, c);
    return true;
  });
  return done ? 2.0 * std::pow(static_cast<double>(kSide), 3) / seconds : 0;
}

/// Bytes a second of a copy, read and written.
double copy_rate() {
  const std::vector<double> from(std::size_t{1} << 25U, 1.0);
  std::vector<double> to(from.size(), 0.0);
  const auto [seconds, done] = bench::timed([&] {
    std::copy(from.begin(), from.end(), to.begin());
    return to[from.size() / 2] > 0;
  });
  return done ? 16.0 * static_cast<double>(from.size()) / seconds : 0;
}

struct Work {
  double factorise, invert, border, assemble, variances, bytes;
  double operations() const { return factorise + invert + border + assemble + variances; }
};

/// Of one round.
Work work_of(const estimate::HazardModel& model, const sparse::Cholesky& factor) {
  const auto n = static_cast<double>(model.latent());
  const auto p = static_cast<double>(model.border());
  const auto observations = static_cast<double>(model.observations.size());
  const auto touched = 1 + 2 * static_cast<double>(model.effects.size());
  const auto entries = static_cast<double>(factor.factor_entries());
  const auto wide = static_cast<double>(estimate::in_lanes(model.border()));
  const double of_observations = static_cast<double>(sizeof(estimate::Observation) + sizeof(estimate::CellDesign)) +
                                 (touched - 1) / 2 * static_cast<double>(sizeof(estimate::BasisPlace));
  return {
      factor.operations().factorise, factor.operations().invert, 4 * entries * p + 2 * n * p * p,
      observations * (2 * 36 + 2 * 8 * touched + touched * touched), observations * 2 * (touched + 8) * wide,
      // Read to assemble, project, predict, find variances and terms; steps of precisions; the factor and its inverse.
      5 * observations * of_observations + observations * 8 * 30 + 8 * entries * 6 + 8 * n * p * 8};
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const auto nodes = tiny ? 900.0 : std::stod(bench::option_of(argc, argv, "--nodes", "100000"));
  const auto side = static_cast<std::int32_t>(kStep * std::lround(std::sqrt(nodes)));
  base::set_thread_count(static_cast<unsigned>(std::stoul(bench::option_of(argc, argv, "--threads", "1"))));
  const evidence::Observations observations = ground(side);
  const estimate::SearchTable searches{estimate::CountLaw{}};
  const auto [layout_s, model] = bench::timed([&] {
    return estimate::make_model(observations, estimate::list_of(observations, 0, {}, searches),
                                estimate::model_options(observations, 0, kStep, 600));
  });
  const auto [analyse_s, fitter] = bench::timed(
      [&, &m = model] { return std::make_unique<estimate::FieldFitter>(m, estimate::long_range(observations.grid)); });
  estimate::Hyperparameters hyper{std::log(500), std::log(2), std::log(0.7), 2.5};
  hyper.log_patchiness = std::log(1.5);
  const auto [fit_s, fit] = bench::timed([&, &f = fitter] {
    return bench::value_of(f->fit(hyper, estimate::FieldFitter::Want::mode, {estimate::kSettled}));
  });
  base::Hasher hasher;
  for (const double x : fit.latent) {
    hasher.add(static_cast<float>(x));
  }
  fmt::print("{} nodes, {} observations, {} columns of the border: laid out in {:.2f} s, analysed in {:.2f} s\n",
             model.latent(), model.observations.size(), model.border(), layout_s, analyse_s);
  const int rounds = fit.iterations + 1;
  fmt::print("fit: {:.2f} s, {} rounds, {:.0f} MB, hash {}\n", fit_s, rounds, bench::peak_mb(),
             hasher.hex().substr(0, 16));
  const Work work = work_of(model, fitter->factor());
  const double arithmetic = arithmetic_rate();
  const double copy = copy_rate();
  fmt::print(
      "a round, with its steps of the mode: {:.3f} s; 1e9 operations of its factorisation: factor {:.2f}, inverse "
      "{:.2f}, border {:.2f}, assembly {:.2f}, "
      "variances {:.2f}; {:.0f} MB moved\n",
      fit_s / rounds, 1e-9 * work.factorise, 1e-9 * work.invert, 1e-9 * work.border, 1e-9 * work.assemble,
      1e-9 * work.variances, 1e-6 * work.bytes);
  fmt::print("bound: {:.3f} s of arithmetic at {:.1f} GFlop/s, {:.3f} s of memory at {:.1f} GB/s\n",
             work.operations() / arithmetic, 1e-9 * arithmetic, work.bytes / copy, 1e-9 * copy);
}
