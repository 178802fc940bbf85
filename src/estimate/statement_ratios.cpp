#include "estimate/statement_ratios.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "estimate/class_posterior.h"

namespace firmground::estimate {

namespace {

/// What is believed before any land was searched (eq. 54): log ratio of a kind, mean and sd, and the sd of a class of
/// it about it.
struct KindPrior {
  double mean;
  double sd;
  double sd_of_class;
};
constexpr KindPrior kOrdnance = {0.693147, 1, 0.5};         ///< twice the hazard, or anything from .4 to 10 times
constexpr KindPrior kNothingFound = {-0.916291, 0.6, 0.0};  ///< .4 times, or .15 to 1.1
/// The sd of the log ratio of one polygon about that of its class: one is three times as bad as the next.
constexpr double kBetweenPolygons = 1;

KindPrior prior_of(evidence::StatementKind kind) {
  return kind == evidence::StatementKind::nothing_found ? kNothingFound : kOrdnance;
}

std::string learned_from(const StatementRatio& ratio) {
  if (ratio.from_events) {
    return fmt::format("learned from events, on its {} polygons and elsewhere", ratio.polygons);
  }
  if (ratio.searched == 0) {
    return fmt::format("assumed, as none of its {} polygons was searched later", ratio.polygons);
  }
  return fmt::format("learned from the {} of its {} polygons that were searched later", ratio.searched, ratio.polygons);
}

}  // namespace

SmoothEffect statement_effect(const evidence::CovariateField& field, std::size_t first_column) {
  FG_CHECK(field.statements != nullptr && field.statements->size() == field.labels.size());
  SmoothEffect effect{field.name, field.unit, {}, {}, true, field.labels, first_column, *field.statements};
  effect.knots.resize(2 * field.statements->size());
  for (std::size_t k = 0; k < effect.knots.size(); ++k) {
    effect.knots[k] = static_cast<double>(k);
  }
  effect.mean_basis.assign(effect.knots.size(), 0);
  return effect;
}

BasisPlace statement_place(float value) {
  const auto said = evidence::statement_value(value);
  return said ? BasisPlace{static_cast<std::uint8_t>(2 * said->of_class), 1, said->searched ? 1.0F : 0.0F}
              : BasisPlace{};
}

void add_statement_precision(const SmoothEffect& effect, sparse::DenseMatrix& precision) {
  const std::vector<evidence::StatementClass>& classes = effect.statements;
  sparse::DenseMatrix covariance(classes.size(), classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const KindPrior prior = prior_of(classes[i].kind);
    for (std::size_t j = 0; j < classes.size(); ++j) {
      covariance(i, j) = classes[i].kind == classes[j].kind ? prior.sd * prior.sd : 0.0;
    }
    covariance(i, i) += prior.sd_of_class * prior.sd_of_class;
  }
  const sparse::DenseMatrix inverse = sparse::DenseCholesky(std::move(covariance)).inverse();
  for (std::size_t i = 0; i < classes.size(); ++i) {
    for (std::size_t j = 0; j < classes.size(); ++j) {
      precision(ratio_column(effect, i), ratio_column(effect, j)) += inverse(i, j);
    }
    const std::size_t in_common = ratio_column(effect, i) + 1;
    precision(in_common, in_common) += std::max(1.0, classes[i].facts) / (kBetweenPolygons * kBetweenPolygons);
  }
}

void set_statement_centre(const SmoothEffect& effect, std::vector<double>& centre) {
  for (std::size_t k = 0; k < effect.statements.size(); ++k) {
    centre[ratio_column(effect, k)] = prior_of(effect.statements[k].kind).mean;
  }
}

std::vector<StatementRatio> statement_ratios(const ClassPosterior& posterior) {
  std::vector<StatementRatio> result;
  const sparse::DenseMatrix covariance = posterior.fit.schur->inverse();
  for (const SmoothEffect& effect : posterior.model.effects) {
    for (std::size_t k = 0; k < effect.statements.size(); ++k) {
      const evidence::StatementClass& of = effect.statements[k];
      if (of.polygons == 0) {
        continue;
      }
      const std::size_t column = ratio_column(effect, k);
      const double log_ratio = posterior.fit.border[column];
      const double wide = 1.645 * std::sqrt(covariance(column, column));
      result.push_back({posterior.ordnance_class, effect.labels[k], std::exp(log_ratio), std::exp(log_ratio - wide),
                        std::exp(log_ratio + wide), of.polygons, posterior.events ? 0 : of.searched,
                        posterior.events.has_value()});
    }
  }
  return result;
}

std::vector<std::string> in_words(const std::vector<StatementRatio>& ratios) {
  std::vector<const StatementRatio*> classes;  // the first ratio of each
  for (const StatementRatio& ratio : ratios) {
    if (std::none_of(classes.begin(), classes.end(), [&](const auto* c) { return c->statement == ratio.statement; })) {
      classes.push_back(&ratio);
    }
  }
  std::vector<std::string> sentences;
  for (const StatementRatio* of : classes) {
    std::string times;
    for (const StatementRatio& ratio : ratios) {
      if (ratio.statement == of->statement) {
        times += fmt::format("{}{} {:.1f} times ({:.1f} to {:.1f})", times.empty() ? "" : " and ",
                             evidence::to_string(ratio.ordnance_class), ratio.ratio, ratio.p05, ratio.p95);
      }
    }
    sentences.push_back(fmt::format("{}: {} as likely as on like ground without a statement; {}", of->statement, times,
                                    learned_from(*of)));
  }
  return sentences;
}

}  // namespace firmground::estimate
