#include "estimate/region_posterior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/random.h"
#include "estimate/class_parts.h"
#include "estimate/event_learning.h"
#include "estimate/record_context.h"
#include "estimate/report_evidence.h"

namespace firmground::estimate {

namespace {

using sparse::DenseMatrix;

/// The parts: short nodes of the window, columns of intercept and effects, long nodes of the country, and those of them
/// that the window's observations reach.
struct Parts {
  std::size_t nodes;
  std::size_t effects;
  std::size_t long_nodes;
  const std::vector<std::uint32_t>& reached;
};

NodeOwner owner_of(const std::vector<evidence::Region>& owned, std::size_t rank, const NodeCell& cell) {
  const auto home =
      std::find_if(owned.begin(), owned.end(), [&](const auto& region) { return region.has(cell.column, cell.row); });
  const auto of = static_cast<std::size_t>(home - owned.begin());
  return of < rank ? NodeOwner::earlier_region : of == rank ? NodeOwner::own : NodeOwner::later_region;
}

RegionShare share_of(Team& team, const HazardModel& model, const evidence::Observations& region,
                     const std::vector<evidence::Region>& owned, std::int32_t step) {
  RegionShare share;
  share.first = team.first();
  share.sum = [&team](std::span<double> sums) { team.sum(sums); };
  const auto columns = static_cast<std::uint32_t>(region.grid.columns);
  for (const Observation& o : model.observations) {
    const auto column = static_cast<std::int32_t>(o.cell % columns + region.first_column());
    const auto row = static_cast<std::int32_t>(o.cell / columns + region.first_row());
    share.owns_observation.push_back(owned[team.rank()].has(column, row) ? 1 : 0);
  }
  const geo::Grid& country = region.whole();
  const Lattice& lattice = model.short_lattice;
  for (std::int32_t row = 0; row < lattice.rows; ++row) {
    for (std::int32_t column = 0; column < lattice.columns; ++column) {
      if (lattice.node[lattice.at(column, row)] >= 0) {  // nodes are numbered in this order
        share.owner.push_back(owner_of(
            owned, team.rank(), cell_of_node(country, lattice.first_column + column, lattice.first_row + row, step)));
      }
    }
  }
  return share;
}

/// The long field given the effects, from the shared covariance of both.
struct LongGivenEffects {
  DenseMatrix spread;      ///< long x effects: minus the shift of the one by the other
  DenseMatrix covariance;  ///< long x long
};

LongGivenEffects condition(const DenseMatrix& joint, const DenseMatrix& effects_precision, const Parts& parts) {
  LongGivenEffects result{DenseMatrix(parts.long_nodes, parts.effects),
                          DenseMatrix(parts.long_nodes, parts.long_nodes)};
  for (std::size_t j = 0; j < parts.effects; ++j) {
    for (std::size_t k = 0; k < parts.effects; ++k) {
      for (std::size_t i = 0; i < parts.long_nodes; ++i) {
        result.spread(i, j) -= joint(parts.effects + i, k) * effects_precision(k, j);
      }
    }
  }
  for (std::size_t j = 0; j < parts.long_nodes; ++j) {
    for (std::size_t i = 0; i < parts.long_nodes; ++i) {
      double sum = joint(parts.effects + i, parts.effects + j);
      for (std::size_t k = 0; k < parts.effects; ++k) {
        sum += result.spread(i, k) * joint(k, parts.effects + j);
      }
      result.covariance(i, j) = sum;
    }
  }
  return result;
}

/// The columns of `spread` after the effects, those of the long nodes reached, times the matrix.
DenseMatrix long_columns_times(const DenseMatrix& spread, const DenseMatrix& matrix, const Parts& parts) {
  DenseMatrix result(parts.nodes, matrix.columns);
  for (std::size_t j = 0; j < matrix.columns; ++j) {
    double* to = result.value.data() + j * parts.nodes;
    for (std::size_t k = 0; k < parts.reached.size(); ++k) {
      const double* from = spread.value.data() + (parts.effects + k) * parts.nodes;
      const double w = matrix(k, j);
      for (std::size_t i = 0; i < parts.nodes; ++i) {
        to[i] += w * from[i];
      }
    }
  }
  return result;
}

/// Rows of the long nodes reached.
DenseMatrix rows_reached(const DenseMatrix& of_long, const Parts& parts) {
  DenseMatrix result(parts.reached.size(), of_long.columns);
  for (std::size_t j = 0; j < of_long.columns; ++j) {
    for (std::size_t i = 0; i < parts.reached.size(); ++i) {
      result(i, j) = of_long(parts.reached[i], j);
    }
  }
  return result;
}

/// Covariances of the window's latent vector given the effects, at its pattern: the short field's own given all that
/// is shared, plus what the long field's uncertainty adds (eq. 33).
std::vector<double> covariance_given_effects(const HazardModel& model, const HazardModel& bordered,
                                             const std::vector<double>& of_short, const DenseMatrix& spread,
                                             const DenseMatrix& long_covariance, const Parts& parts) {
  DenseMatrix of_reached(parts.reached.size(), parts.long_nodes);
  for (std::size_t l = 0; l < parts.long_nodes; ++l) {
    for (std::size_t k = 0; k < parts.reached.size(); ++k) {
      of_reached(k, l) = long_covariance(parts.reached[k], l);
    }
  }
  const DenseMatrix moved = long_columns_times(spread, of_reached, parts);  // minus cov(short, long)
  std::vector<double> result(model.pattern.row.size());
  for (std::size_t j = 0; j < parts.nodes + parts.long_nodes; ++j) {
    for (auto at = static_cast<std::size_t>(model.pattern.column_begin[j]);
         at < static_cast<std::size_t>(model.pattern.column_begin[j + 1]); ++at) {
      const auto i = static_cast<std::size_t>(model.pattern.row[at]);
      if (j >= parts.nodes) {
        result[at] = long_covariance(i - parts.nodes, j - parts.nodes);
      } else if (i >= parts.nodes) {
        result[at] = -moved(j, i - parts.nodes);
      } else {
        const sparse::Index place = bordered.pattern.place(model.pattern.row[at], static_cast<sparse::Index>(j));
        double sum = place >= 0 ? of_short[static_cast<std::size_t>(place)] : 0.0;
        for (std::size_t k = 0; k < parts.reached.size(); ++k) {
          sum += moved(i, parts.reached[k]) * spread(j, parts.effects + k);
        }
        result[at] = sum;
      }
    }
  }
  return result;
}

/// The fit with the long field in the border -> with it in the latent vector, as prediction has it.
void take_fit(const HazardModel& bordered, const FieldFit& fit, const std::vector<double>& of_short,
              ClassPosterior& posterior) {
  const Parts parts{bordered.latent(), border_columns(bordered.effects),
                    static_cast<std::size_t>(bordered.long_lattice.active), bordered.long_node_of_column};
  const DenseMatrix joint = fit.schur->inverse();
  DenseMatrix of_effects(parts.effects, parts.effects);
  for (std::size_t j = 0; j < parts.effects; ++j) {
    for (std::size_t i = 0; i < parts.effects; ++i) {
      of_effects(i, j) = joint(i, j);
    }
  }
  const DenseMatrix effects_precision = sparse::DenseCholesky(of_effects).inverse();
  const LongGivenEffects given = condition(joint, effects_precision, parts);
  const auto split = fit.border.begin() + static_cast<std::ptrdiff_t>(parts.effects);
  posterior.fit.latent = fit.latent;
  posterior.fit.latent.insert(posterior.fit.latent.end(), split, fit.border.end());
  posterior.fit.border.assign(fit.border.begin(), split);
  posterior.fit.evidence_bound =
      std::numeric_limits<double>::quiet_NaN();  // a window's; of the country it is not known
  posterior.fit.iterations = fit.iterations;
  posterior.fit.schur = std::make_shared<sparse::DenseCholesky>(effects_precision);
  const DenseMatrix through_long = long_columns_times(fit.spread, rows_reached(given.spread, parts), parts);
  posterior.fit.spread = DenseMatrix(parts.nodes + parts.long_nodes, parts.effects);
  for (std::size_t j = 0; j < parts.effects; ++j) {
    for (std::size_t i = 0; i < parts.nodes; ++i) {
      posterior.fit.spread(i, j) = fit.spread(i, j) - through_long(i, j);
    }
    for (std::size_t i = 0; i < parts.long_nodes; ++i) {
      posterior.fit.spread(parts.nodes + i, j) = given.spread(i, j);
    }
  }
  posterior.covariance =
      covariance_given_effects(posterior.model, bordered, of_short, fit.spread, given.covariance, parts);
}

/// The covariance of effects and long field, in the order that a state keeps it.
DenseMatrix long_before_effects(const DenseMatrix& joint, std::size_t effects) {
  const auto from = [&](std::size_t i) { return (i + effects) % joint.rows; };
  DenseMatrix result(joint.rows, joint.columns);
  for (std::size_t j = 0; j < joint.columns; ++j) {
    for (std::size_t i = 0; i < joint.rows; ++i) {
      result(i, j) = joint(from(i), from(j));
    }
  }
  return result;
}

/// White noise that belongs to places of the country: whoever holds a place draws the same there.
class PlacedNoise {
 public:
  PlacedNoise(const HazardModel& model, const evidence::Observations& region, std::uint64_t seed, std::size_t which) {
    const auto stream = [&](std::uint64_t kind, std::uint64_t place) {
      return base::Random(seed, (static_cast<std::uint64_t>(which + 1) << 60U) | (kind << 58U) | place);
    };
    const Lattice& lattice = model.short_lattice;
    nodes_.reserve(static_cast<std::size_t>(lattice.active));
    for (std::int32_t row = 0; row < lattice.rows; ++row) {
      for (std::int32_t column = 0; column < lattice.columns; ++column) {
        if (lattice.node[lattice.at(column, row)] >= 0) {
          nodes_.push_back(stream(1, (static_cast<std::uint64_t>(lattice.first_row + row) << 29U) |
                                         static_cast<std::uint64_t>(lattice.first_column + column)));
        }
      }
    }
    const auto columns = static_cast<std::uint32_t>(region.grid.columns);
    for (const Observation& o : model.observations) {
      const std::uint64_t row = o.cell / columns + region.first_row();
      cells_.push_back(stream(
          2, row * static_cast<std::uint64_t>(region.whole().columns) + o.cell % columns + region.first_column()));
    }
  }
  double at_node(std::size_t node) { return nodes_[node].normal(); }
  double at_observation(std::size_t observation) { return cells_[observation].normal(); }

 private:
  std::vector<base::Random> nodes_;
  std::vector<base::Random> cells_;
};

/// A vector with the covariance of the short field's posterior precision H, from noise that is local, so that regions
/// that overlap draw nearly the same there once H was solved for it (eq. 32; Papandreou & Yuille 2010).
void perturb(const HazardModel& bordered, const std::vector<double>& weight, const Hyperparameters& hyper,
             PlacedNoise& noise, std::span<double> out) {
  const double spacing_m = bordered.short_lattice.spacing_m;
  const double a = std::sqrt(8.0) * spacing_m / std::exp(hyper.log_short_range_m);
  const double scale = 1 / (std::sqrt(4 * M_PI) * std::exp(hyper.log_short_sd));
  std::vector<double> white(out.size());
  for (std::size_t i = 0; i < white.size(); ++i) {
    white[i] = noise.at_node(i);
  }
  bordered.short_field.laplacian.multiply(white, out);
  for (std::size_t i = 0; i < white.size(); ++i) {
    out[i] = scale * (a * white[i] + out[i] / a);
  }
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const double push = std::sqrt(weight[i]) * noise.at_observation(i);
    const CellDesign& d = bordered.design[i];
    for (std::size_t k = 0; k < 4; ++k) {
      if (d.node[k] >= 0) {
        out[static_cast<std::size_t>(d.node[k])] += push * static_cast<double>(d.weight[k]);
      }
    }
  }
}

/// Draws of what is shared, the same in all regions: how far effects and long field lie from their means; and the
/// factor on the number of items.
float draw_shared(const FieldFit& fit, const SharedLearning& learning, std::uint64_t seed, std::uint64_t stream,
                  std::vector<double>& moved) {
  base::Random random(seed, stream);
  moved.resize(fit.border.size());
  for (double& value : moved) {
    value = random.normal();
  }
  fit.schur->solve_upper(moved);
  const double error = learning.count_error;
  return static_cast<float>(std::exp(error * random.normal() - 0.5 * error * error));
}

/// Those of prediction, then those that surveys ask for besides.
void draw_in_region(const FieldFitter& fitter, const HazardModel& bordered, const FieldFit& fit,
                    const SharedLearning& learning, const evidence::Observations& region,
                    const EstimateOptions& options, std::size_t which, ClassPosterior& posterior) {
  const std::size_t n = bordered.latent();
  const std::size_t effects = posterior.fit.border.size();
  PlacedNoise noise(bordered, region, options.seed, which);
  std::vector<double> field(n);
  std::vector<double> moved;
  const auto draw_set = [&](std::size_t first, std::size_t draws, std::vector<float>& latent,
                            std::vector<float>& border, std::vector<float>& count) {
    latent.resize(posterior.fit.latent.size() * draws);
    border.resize(effects * draws);
    count.resize(draws);
    for (std::size_t d = 0; d < draws; ++d) {
      perturb(bordered, fitter.weights(), posterior.hyper, noise, field);
      fitter.factor().solve(field);
      count[d] = draw_shared(fit, learning, options.seed, draw_stream(which, first + d), moved);
      for (std::size_t j = 0; j < effects; ++j) {
        border[j * draws + d] = static_cast<float>(fit.border[j] + moved[j]);
      }
      for (std::size_t j = 0; j < fit.spread.columns; ++j) {
        const double* spread = fit.spread.value.data() + j * n;
        const double by = moved[j < effects ? j : effects + bordered.long_node_of_column[j - effects]];
        for (std::size_t i = 0; i < n; ++i) {
          field[i] -= spread[i] * by;
        }
      }
      for (std::size_t i = 0; i < n; ++i) {
        latent[i * draws + d] = static_cast<float>(fit.latent[i] + field[i]);
      }
      for (std::size_t l = 0; l + effects < moved.size(); ++l) {
        latent[(n + l) * draws + d] = static_cast<float>(fit.border[effects + l] + moved[effects + l]);
      }
    }
  };
  const auto own = static_cast<std::size_t>(options.draws);
  draw_set(0, own, posterior.latent_draws, posterior.border_draws, posterior.count_draws);
  if (options.closer.surveys) {
    ClassPosterior::MoreDraws& more = posterior.more_draws;
    draw_set(own, static_cast<std::size_t>(options.closer.surveys->draws), more.latent, more.border, more.count);
  }
}

std::unique_ptr<ClassPosterior> before_the_fit(const evidence::Observations& region, std::size_t which,
                                               const SharedLearning& learning, const std::vector<double>& findable,
                                               const EstimateOptions& options, Meetings& meetings) {
  auto posterior = std::make_unique<ClassPosterior>();
  posterior->ordnance_class = evidence::kOrdnanceClasses[which];
  posterior->law = learning.law;
  posterior->law_ahead = learning.law_ahead;
  posterior->hyper = learning.hyper;
  posterior->place_cells = learning.place_cells;
  posterior->place_factors = learning.place_factors;
  posterior->missed = std::make_shared<MissedFactors>(options.seed, posterior->ordnance_class);
  posterior->searches = std::make_shared<SearchTable>(learning.law);
  ModelOptions of_model = model_options(region, which, learning.step, short_reach_m(region.grid));
  of_model.search_worth = options.left_out.search_worth;
  of_model.effects = learning.effects;
  std::vector<Observation> list = list_of(region, which, options, *posterior->searches);
  UnsearchedBlocks blocks;
  if (learning.reports) {
    blocks = unsearched_blocks(region, which, short_reach_m(region.grid), options.leave_out);
    list.insert(list.end(), blocks.list.begin(), blocks.list.end());
  }
  posterior->model = make_model(region, std::move(list), of_model);
  stretch_field(region, learning.hyper.stretch, posterior->model);
  meetings = set_aside(std::move(blocks.beside_searches), posterior->model);
  if (region.mode == "presence-only") {
    expect_events(EventHistory(region.reports[which], learning.event_years), learning.event_law, region.grid.size(),
                  *posterior);
  }
  if (!findable.empty()) {
    posterior->findable = findable;
    posterior->recorded = RecordedHazard(recorded_hazard(*region.records, findable, region.grid.size()));
    expect_recorded(posterior->recorded, posterior->model);
  }
  return posterior;
}

}  // namespace

NodeCell cell_of_node(const geo::Grid& country, std::int32_t column, std::int32_t row, std::int32_t step) {
  return {std::min(column * step, country.columns - 1), std::min(row * step, country.rows - 1)};
}

base::Result<std::unique_ptr<ClassPosterior>> fit_class_in_region(Team& team, const evidence::Observations& region,
                                                                  const std::vector<evidence::Region>& owned,
                                                                  std::size_t which, const SharedLearning& learning,
                                                                  const std::vector<double>& findable,
                                                                  const EstimateOptions& options) {
  Meetings meetings;
  auto posterior = before_the_fit(region, which, learning, findable, options, meetings);
  const HazardModel& model = posterior->model;
  HazardModel bordered = with_long_in_border(model);
  const RegionShare share = share_of(team, bordered, region, owned, learning.step);
  const double range_m = long_range(region.whole());
  FieldFitter fitter(bordered, range_m, &share);
  FG_TRY(const std::vector<double> prior, agreed(team, fitter.prior_variance(posterior->hyper)));

  const std::vector<double> start = interpolated(learning.coarse, learning.coarse_latent, model);
  const auto split = start.begin() + static_cast<std::ptrdiff_t>(bordered.latent());
  std::vector<double> border = learning.coarse_border;
  border.insert(border.end(), split, start.end());
  fitter.start_at({start.begin(), split}, std::move(border));
  if (learning.reports) {
    FG_TRY_VOID(agreed(
        team, fitter.fit(posterior->hyper, FieldFitter::Want::mode, {.bound = fitter.roughly(), .roughly = true})));
    posterior->meeting_rate = learn_meetings(region, fitter, meetings, &share, bordered);
    posterior->reports = give_back(region, posterior->meeting_rate, meetings, &share, bordered);
    posterior->model.observations = bordered.observations;
  }
  FG_TRY(const FieldFit fit, agreed(team, fitter.fit(posterior->hyper, FieldFitter::Want::mode, to_the_end(kSettled))));

  take_fit(bordered, fit, fitter.posterior_covariance(), *posterior);
  posterior->weights = fitter.weights();
  if (options.keep) {
    posterior->shared_covariance = long_before_effects(fit.schur->inverse(), posterior->fit.border.size());
  }
  posterior->short_variance =
      interior_variance(model.short_lattice.spacing_m, std::exp(posterior->hyper.log_short_range_m),
                        std::exp(posterior->hyper.log_short_sd));
  posterior->long_variance =
      interior_variance(model.long_lattice.spacing_m, range_m, std::exp(posterior->hyper.log_long_sd));
  posterior->effect_variance = spread_of_effects(model, posterior->fit.border, &share);
  scale_edges(model, prior, *posterior);
  draw_in_region(fitter, bordered, fit, learning, region, options, which, *posterior);
  return posterior;
}

}  // namespace firmground::estimate
