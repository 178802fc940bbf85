#include "field_sampler.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/random.h"
#include "sparse/cholesky.h"

namespace firmground::oracle {

namespace {

using estimate::HazardModel;
using estimate::Hyperparameters;
using sparse::Index;

void add_effects(const HazardModel& model, std::span<const estimate::BasisPlace> places, PredictorRow& row) {
  const auto n = static_cast<std::uint32_t>(model.latent());
  row.weight.emplace_back(n, 1.0);
  for (std::size_t e = 0; e < model.effects.size(); ++e) {
    const auto column = static_cast<std::uint32_t>(n + model.effects[e].first_column + places[e].knot);
    row.weight.emplace_back(column, static_cast<double>(places[e].left));
    row.weight.emplace_back(column + 1, static_cast<double>(places[e].right));
  }
}

PredictorRow nodes_of(const estimate::CellDesign& design) {
  PredictorRow row;
  for (std::size_t k = 0; k < 8; ++k) {
    if (design.node[k] >= 0) {
      row.weight.emplace_back(static_cast<std::uint32_t>(design.node[k]), static_cast<double>(design.weight[k]));
    }
  }
  return row;
}

struct LogLikelihood {
  double value;
  double slope;
};

/// log P(outcome | eta) of one observation, and its slope.
LogLikelihood log_likelihood(const estimate::Observation& o, double eta, double patchiness) {
  const double intensity = std::exp(std::min(eta, 50.0));
  const auto d = static_cast<double>(o.detection);
  if (o.events) {
    return {static_cast<double>(o.count) * eta - d * intensity, static_cast<double>(o.count) - d * intensity};
  }
  const double log_none = patchiness > 0 ? -std::log1p(patchiness * intensity) / patchiness : -intensity;
  const double occupied = -std::expm1(log_none);
  const double occupied_slope = std::exp(log_none) * intensity / (1 + patchiness * intensity);
  if (o.found) {
    return intensity < 1e-15 ? LogLikelihood{std::log(d) + eta, 1.0}
                             : LogLikelihood{std::log(d * occupied), occupied_slope / occupied};
  }
  return {std::log1p(-d * occupied), -d * occupied_slope / (1 - d * occupied)};
}

/// log posterior and its slope, and the precision that serves as mass.
class Target {
 public:
  Target(const HazardModel& model, double long_range_m, const Hyperparameters& hyper)
      : model_(model), patchiness_(hyper.patchiness()), size_(model.latent() + model.border()) {
    for (std::size_t i = 0; i < model.observations.size(); ++i) {
      PredictorRow row = nodes_of(model.design[i]);
      add_effects(model, std::span(model.basis).subspan(i * model.effects.size(), model.effects.size()), row);
      rows_.push_back(std::move(row));
    }
    std::vector<sparse::Entry> entries;
    for (const PredictorRow& row : rows_) {
      for (const auto& [i, wi] : row.weight) {
        for (const auto& [j, wj] : row.weight) {
          if (i > j && j < model.latent()) {  // the border among itself is all there, see below
            entries.push_back({static_cast<Index>(i), static_cast<Index>(j)});
          }
        }
      }
    }
    const auto latent = static_cast<Index>(model.latent());
    for (Index j = 0; j < latent; ++j) {
      for (Index k = model.pattern.column_begin[static_cast<std::size_t>(j)];
           k < model.pattern.column_begin[static_cast<std::size_t>(j) + 1]; ++k) {
        entries.push_back({model.pattern.row[static_cast<std::size_t>(k)], j});
      }
    }
    for (auto j = latent; j < static_cast<Index>(size_); ++j) {
      for (Index i = j; i < static_cast<Index>(size_); ++i) {
        entries.push_back({i, j});
      }
    }
    prior_ = sparse::pattern_of(static_cast<Index>(size_), std::move(entries));
    fill_prior(long_range_m, hyper);
  }

  std::size_t size() const { return size_; }
  const sparse::SymmetricMatrix& pattern() const { return prior_; }

  /// REQUIRES: slope.size() == x.size() == size().
  double at(std::span<const double> x, std::span<double> slope) const {
    prior_.multiply(x, slope);
    double value = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      value -= 0.5 * x[i] * slope[i];
      slope[i] = -slope[i];
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const LogLikelihood l = log_likelihood(model_.observations[i], rows_[i].at(x), patchiness_);
      value += l.value;
      for (const auto& [k, w] : rows_[i].weight) {
        slope[k] += w * l.slope;
      }
    }
    return value;
  }

  /// Adds to `sum` what each observation's log likelihood curves downwards at x, where it does.
  void add_curvature(std::span<const double> x, std::vector<double>& sum) const {
    constexpr double kStep = 1e-4;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double eta = rows_[i].at(x);
      const estimate::Observation& o = model_.observations[i];
      sum[i] +=
          (log_likelihood(o, eta - kStep, patchiness_).slope - log_likelihood(o, eta + kStep, patchiness_).slope) /
          (2 * kStep);
    }
  }
  std::size_t observations() const { return rows_.size(); }

  sparse::SymmetricMatrix precision(const std::vector<double>& curvature) const {
    sparse::SymmetricMatrix result = prior_;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for (const auto& [a, wa] : rows_[i].weight) {
        for (const auto& [b, wb] : rows_[i].weight) {
          if (a >= b) {
            result.value[static_cast<std::size_t>(result.place(static_cast<Index>(a), static_cast<Index>(b)))] +=
                std::max(curvature[i], 1e-9) * wa * wb;
          }
        }
      }
    }
    return result;
  }

 private:
  void fill_prior(double long_range_m, const Hyperparameters& hyper) {
    const auto add = [&](Index i, Index j, double value) {
      prior_.value[static_cast<std::size_t>(prior_.place(i, j))] += value;
    };
    const auto add_field = [&](const estimate::FieldPrecision& field, double spacing_m, double range_m, double sd,
                               Index offset) {
      std::vector<double> values;
      estimate::precision_values(field, spacing_m, range_m, sd, values);
      for (Index j = 0; j < field.pattern.n; ++j) {
        for (Index k = field.pattern.column_begin[static_cast<std::size_t>(j)];
             k < field.pattern.column_begin[static_cast<std::size_t>(j) + 1]; ++k) {
          add(field.pattern.row[static_cast<std::size_t>(k)] + offset, j + offset, values[static_cast<std::size_t>(k)]);
        }
      }
    };
    const auto offset = static_cast<Index>(model_.short_lattice.active);
    add_field(model_.short_field, model_.short_lattice.spacing_m, std::exp(hyper.log_short_range_m),
              std::exp(hyper.log_short_sd), 0);
    add_field(model_.long_field, model_.long_lattice.spacing_m, long_range_m, std::exp(hyper.log_long_sd), offset);
    sparse::DenseMatrix walk;
    const sparse::DenseMatrix border =
        estimate::effect_precision(model_.effects, std::exp(hyper.log_smooth_precision), walk);
    const auto first = static_cast<Index>(model_.latent());
    for (std::size_t j = 0; j < border.columns; ++j) {
      for (std::size_t i = j; i < border.rows; ++i) {
        add(first + static_cast<Index>(i), first + static_cast<Index>(j), border(i, j));
      }
    }
  }

  const HazardModel& model_;
  double patchiness_;
  std::size_t size_;
  std::vector<PredictorRow> rows_;
  sparse::SymmetricMatrix prior_;
};

/// Where a chain is.
struct State {
  std::vector<double> x;
  std::vector<double> slope;
  double value = 0;
};

class Chain {
 public:
  Chain(const Target& target, std::vector<double> start, std::uint64_t seed, std::uint64_t stream)
      : target_(target), random_(seed, stream), factor_(target.pattern()) {
    at_.x = std::move(start);
    at_.slope.resize(target.size());
    at_.value = target.at(at_.x, at_.slope);
    curvature_.assign(target.observations(), 0.0);
  }

  base::Result<void> learn_mass() {
    if (seen_ == 0) {
      look();
    }
    for (double& c : curvature_) {
      c /= seen_;
    }
    mass_ = target_.precision(curvature_);
    std::fill(curvature_.begin(), curvature_.end(), 0.0);
    seen_ = 0;
    return factor_.factorise(mass_);
  }
  void look() {
    target_.add_curvature(at_.x, curvature_);
    ++seen_;
  }

  /// One proposal; true when it was accepted.
  bool move(double step) {
    std::vector<double> velocity(target_.size());
    for (double& v : velocity) {
      v = random_.normal();
    }
    factor_.sample(velocity);
    State next = at_;
    const double before = at_.value - kinetic(velocity);
    // A trajectory of about a quarter turn of the Gaussian, of random length against resonance.
    const auto leaps = std::max(1, static_cast<int>(random_.uniform(0.5, 1.5) * 1.6 / step));
    std::vector<double> pull;
    for (int leap = 0; leap < leaps; ++leap) {
      kick(next, velocity, step / 2, pull);
      for (std::size_t i = 0; i < velocity.size(); ++i) {
        next.x[i] += step * velocity[i];
      }
      next.value = target_.at(next.x, next.slope);
      kick(next, velocity, step / 2, pull);
    }
    const double after = next.value - kinetic(velocity);
    const bool accepted = std::isfinite(after) && std::log(random_.uniform() + 1e-300) < after - before;
    if (accepted) {
      at_ = std::move(next);
    }
    return accepted;
  }
  std::span<const double> x() const { return at_.x; }

 private:
  double kinetic(const std::vector<double>& velocity) const {
    std::vector<double> momentum(velocity.size());
    mass_.multiply(velocity, momentum);
    double sum = 0;
    for (std::size_t i = 0; i < velocity.size(); ++i) {
      sum += 0.5 * velocity[i] * momentum[i];
    }
    return sum;
  }
  void kick(const State& state, std::vector<double>& velocity, double step, std::vector<double>& pull) const {
    pull = state.slope;
    factor_.solve(pull);
    for (std::size_t i = 0; i < velocity.size(); ++i) {
      velocity[i] += step * pull[i];
    }
  }

  const Target& target_;
  base::Random random_;
  sparse::Cholesky factor_;
  sparse::SymmetricMatrix mass_;
  State at_;
  std::vector<double> curvature_;
  double seen_ = 0;
};

}  // namespace

double PredictorRow::at(std::span<const double> joint) const {
  double sum = 0;
  for (const auto& [k, w] : weight) {
    sum += w * joint[k];
  }
  return sum;
}

std::vector<PredictorRow> predictor_rows(const HazardModel& model, const evidence::Observations& ground,
                                         const std::vector<std::uint32_t>& cells) {
  std::vector<PredictorRow> rows;
  for (const std::uint32_t cell : cells) {
    const estimate::CellDesign design = estimate::cell_design(model, ground.grid, cell);
    FG_CHECK(design.node[0] >= 0);
    PredictorRow row = nodes_of(design);
    std::vector<estimate::BasisPlace> places;
    for (const estimate::SmoothEffect& effect : model.effects) {
      const auto field = std::find_if(ground.covariates.begin(), ground.covariates.end(),
                                      [&](const evidence::CovariateField& f) { return f.name == effect.name; });
      places.push_back(estimate::basis_place(effect, field->value[cell]));
    }
    add_effects(model, places, row);
    rows.push_back(std::move(row));
  }
  return rows;
}

BatchMeans::BatchMeans(std::size_t values, std::size_t draws_per_batch)
    : per_batch_(draws_per_batch), batch_(values, 0.0) {}

void BatchMeans::add(std::span<const double> values) {
  for (std::size_t i = 0; i < batch_.size(); ++i) {
    batch_[i] += values[i] / static_cast<double>(per_batch_);
  }
  if (++in_batch_ == per_batch_) {
    batches_.push_back(batch_);
    std::fill(batch_.begin(), batch_.end(), 0.0);
    in_batch_ = 0;
  }
}

std::vector<double> BatchMeans::mean() const {
  std::vector<double> result(batch_.size(), 0.0);
  for (const auto& batch : batches_) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] += batch[i] / static_cast<double>(batches_.size());
    }
  }
  return result;
}

std::vector<double> BatchMeans::error() const {
  FG_CHECK(batches_.size() >= 2);
  const std::vector<double> centre = mean();
  const auto n = static_cast<double>(batches_.size());
  std::vector<double> result(batch_.size(), 0.0);
  for (const auto& batch : batches_) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] += (batch[i] - centre[i]) * (batch[i] - centre[i]) / (n * (n - 1));
    }
  }
  for (double& v : result) {
    v = std::sqrt(v);
  }
  return result;
}

base::Result<SamplerReport> sample_field(const HazardModel& model, double long_range_m, const Hyperparameters& hyper,
                                         std::vector<double> start, const SamplerOptions& options,
                                         const std::function<void(std::span<const double>)>& visit) {
  const Target target(model, long_range_m, hyper);
  FG_CHECK(start.size() == target.size());
  SamplerReport report;
  for (int c = 0; c < options.chains; ++c) {
    Chain chain(target, start, options.seed, static_cast<std::uint64_t>(c) + 1);
    FG_TRY_VOID(chain.learn_mass());
    double step = 0.2;
    for (int i = 0; i < options.warm_up; ++i) {
      // Up and down so that nine of ten proposals are accepted.
      step = std::min(0.8, step * (chain.move(step) ? 1.02 : 0.84));
      if (i > options.warm_up / 4) {
        chain.look();
      }
      if (i == options.warm_up / 2) {
        FG_TRY_VOID(chain.learn_mass());
      }
    }
    for (int i = 0; i < options.draws; ++i) {
      report.accepted += chain.move(step) ? 1.0 / (options.draws * options.chains) : 0.0;
      visit(chain.x());
    }
    report.step += step / options.chains;
  }
  return report;
}

}  // namespace firmground::oracle
