#include "estimate/reasons.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "estimate/patchiness.h"

namespace firmground::estimate {

namespace {

constexpr std::size_t kMostReasons = 4;
constexpr double kSurest = 0.99;    ///< as printed: no record is certain
constexpr double kSmallest = 0.15;  ///< a contribution of less than about 15 % of the intensity is no reason

std::string value_in_words(const SmoothEffect& effect, float value) {
  if (std::isnan(value)) {
    return effect.name + " not known";
  }
  if (effect.categories) {
    return fmt::format("{}: {}", effect.name, effect.labels[static_cast<std::size_t>(value)]);
  }
  if (effect.unit == "m" && std::abs(value) >= 1000) {
    return fmt::format("{} {:.1f} km", effect.name, std::abs(value) / 1000);
  }
  return fmt::format("{} {:.{}f} {}", effect.name, std::abs(value), effect.unit == "m" ? 0 : 1, effect.unit);
}

double field_at(const ClassPosterior& posterior, const CellDesign& design, std::size_t first) {
  double sum = 0;
  for (std::size_t k = first; k < first + 4; ++k) {
    if (design.node[k] >= 0) {
      sum += static_cast<double>(design.weight[k]) * posterior.fit.latent[static_cast<std::size_t>(design.node[k])];
    }
  }
  return sum;
}

/// The records that reach a cell, the one with most to say first.
std::string records_in_words(const evidence::RecordFields& records, const std::vector<double>& findable,
                             std::uint32_t cell) {
  const auto shares = records.at(cell);
  const auto says = [&](const evidence::RecordShare& share) {
    return findable[share.record] * static_cast<double>(share.probability);
  };
  const auto most =
      std::max_element(shares.begin(), shares.end(), [&](const auto& a, const auto& b) { return says(a) < says(b); });
  const evidence::RecordedField& record = records.records[most->record];
  const std::size_t others = shares.size() - 1;
  return fmt::format("record {}{}{} (P(field to be found) {:.2f}{}) reaches this cell", record.record_id,
                     record.source.empty() ? "" : " of ", record.source, std::min(findable[most->record], kSurest),
                     others == 0 ? "" : fmt::format("; {} more {}", others, others == 1 ? "record" : "records"));
}

std::vector<Reason> contributions(const ClassPosterior& posterior, const evidence::Observations& observations,
                                  std::uint32_t cell, double& intensity) {
  std::vector<Reason> reasons;
  const CellDesign design = cell_design(posterior.model, observations.grid, cell);
  const std::string items{evidence::to_string(posterior.ordnance_class)};
  const double near = field_at(posterior, design, 0);
  const double region = field_at(posterior, design, 4);
  reasons.push_back({fmt::format("{}{} found or met near by", near > 0 ? "" : "few or no ", items), near});
  reasons.push_back(
      {fmt::format("{} {} in this region than its features explain", region > 0 ? "more" : "fewer", items), region});
  intensity = posterior.fit.border[0] + near + region;
  for (const SmoothEffect& effect : posterior.model.effects) {
    for (const evidence::CovariateField& field : observations.covariates) {
      if (field.name != effect.name || (field.tells_outcome && observations.processed[cell] == 0)) {
        continue;
      }
      const double value = effect_at(effect, basis_place(effect, field.at(cell)), posterior.fit.border.data());
      intensity += value;
      reasons.push_back({value_in_words(effect, field.at(cell)), value});
    }
  }
  if (!posterior.recorded.empty() && posterior.recorded[cell] > 0) {
    // By how much records raise the log of the whole hazard.
    const double value = std::log1p(static_cast<double>(posterior.recorded[cell]) /
                                    hazard_at(intensity, posterior.hyper.patchiness()).value);
    intensity += value;
    reasons.push_back({records_in_words(*observations.records, posterior.findable, cell), value});
  }
  return reasons;
}

}  // namespace

std::vector<Reason> reasons_for(const std::vector<std::unique_ptr<ClassPosterior>>& posteriors,
                                const evidence::Observations& observations, std::uint32_t cell) {
  std::vector<Reason> best;
  double highest = -1e300;
  for (const auto& posterior : posteriors) {
    double intensity = 0;
    std::vector<Reason> reasons = contributions(*posterior, observations, cell, intensity);
    if (intensity > highest) {
      highest = intensity;
      best = std::move(reasons);
    }
  }
  std::stable_sort(best.begin(), best.end(), [](const Reason& a, const Reason& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  });
  const auto small =
      std::find_if(best.begin(), best.end(), [](const Reason& r) { return std::abs(r.contribution) < kSmallest; });
  best.erase(small, best.end());
  best.resize(std::min(best.size(), kMostReasons));
  return best;
}

}  // namespace firmground::estimate
