#include "estimate/survey_value.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace firmground::estimate {

namespace {

/// Numbers of units with finds up to this one are told apart exactly.
constexpr std::size_t kMostExact = 16;
/// Classes of outcomes where the number is larger.
constexpr std::size_t kBins = 40;

/// Of one draw: moments of the number T of units with finds and of the items N asked about in the units.
struct Moments {
  double finds = 0, finds_variance = 0;
  double items = 0;        ///< in units asked about
  double covariance = 0;   ///< of T and N
  double none = 1;         ///< P(T = 0)
  double items_quiet = 0;  ///< E[N | T = 0]
};

/// A unit in one draw: P(found), E[N; found], E[N; not found].
struct UnitInDraw {
  double found, items_found, items_unfound;
};

UnitInDraw in_draw(const SurveyUnit& unit, std::size_t m) {
  const auto share = static_cast<double>(unit.share);
  const double found = std::min(1 - 1e-9, share * static_cast<double>(unit.any[m] * unit.detection));
  const double items = unit.asked ? share * static_cast<double>(unit.items[m]) : 0;
  const double unfound = items * static_cast<double>(unit.unfound);
  return {found, items - unfound, unfound};
}

std::vector<Moments> moments_of(std::span<const SurveyUnit> units, std::size_t draws) {
  std::vector<Moments> result(draws);
  for (const SurveyUnit& unit : units) {
    for (std::size_t m = 0; m < draws; ++m) {
      const UnitInDraw u = in_draw(unit, m);
      Moments& sum = result[m];
      sum.finds += u.found;
      sum.finds_variance += u.found * (1 - u.found);
      sum.items += u.items_found + u.items_unfound;
      sum.covariance += u.items_found - u.found * (u.items_found + u.items_unfound);
      sum.none *= 1 - u.found;
      sum.items_quiet += u.items_unfound / (1 - u.found);
    }
  }
  return result;
}

/// Adds units one by one: P(T = t) and E[N; T = t] of each draw, T cut off at the last (the recursion for sums of
/// unequal Bernoulli variables, carrying the items along).
std::vector<Outcome> exactly(std::span<const SurveyUnit> units, const RestOfGround& rest, std::size_t most) {
  const std::size_t draws = rest.items.size();
  std::vector<double> chance((most + 1) * draws, 0.0);
  std::vector<double> items((most + 1) * draws, 0.0);
  std::fill_n(chance.begin(), draws, 1.0);
  std::vector<UnitInDraw> u(draws);
  std::size_t reached = 0;
  for (const SurveyUnit& unit : units) {
    for (std::size_t m = 0; m < draws; ++m) {
      u[m] = in_draw(unit, m);
    }
    const auto add = [&](std::size_t to, std::size_t from, bool stays) {
      double* p = chance.data() + to * draws;
      double* g = items.data() + to * draws;
      const double* p_from = chance.data() + from * draws;
      const double* g_from = items.data() + from * draws;
      for (std::size_t m = 0; m < draws; ++m) {
        const double without = stays ? 1.0 : 1 - u[m].found;
        g[m] = g[m] * without + p[m] * (stays ? u[m].items_found + u[m].items_unfound : u[m].items_unfound);
        p[m] *= without;
        if (from != to) {
          g[m] += g_from[m] * u[m].found + p_from[m] * u[m].items_found;
          p[m] += p_from[m] * u[m].found;
        }
      }
    };
    reached = std::min(most, reached + 1);
    for (std::size_t t = reached; t > 0; --t) {
      add(t, t - 1, t == most);
    }
    add(0, 0, most == 0);
  }
  std::vector<Outcome> outcomes(most + 1);
  for (std::size_t t = 0; t <= most; ++t) {
    for (std::size_t m = 0; m < draws; ++m) {
      const double p = chance[t * draws + m];
      outcomes[t].chance += p / static_cast<double>(draws);
      outcomes[t].items += (items[t * draws + m] + p * rest.items[m]) / static_cast<double>(draws);
    }
  }
  return outcomes;
}

double normal_below(double x) {
  return 0.5 * std::erfc(-x * M_SQRT1_2);
}
double normal_density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI);
}

/// T and N jointly normal given the draw; classes of equal width in the square root of T, over what all draws reach.
std::vector<Outcome> as_normal(const std::vector<Moments>& moments, const RestOfGround& rest) {
  double low = 1e300;
  double high = 0;
  for (const Moments& m : moments) {
    const double reach = 3 * std::sqrt(m.finds_variance);
    low = std::min(low, std::sqrt(std::max(0.0, m.finds - reach)));
    high = std::max(high, std::sqrt(m.finds + reach));
  }
  std::vector<Outcome> outcomes(kBins);
  const auto draws = static_cast<double>(moments.size());
  for (std::size_t d = 0; d < moments.size(); ++d) {
    const Moments& m = moments[d];
    const double sd = std::sqrt(std::max(m.finds_variance, 1e-12));
    double below = 0;
    double density_below = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const bool last = bin + 1 == kBins;
      const double root = low + (high - low) * static_cast<double>(bin + 1) / kBins;
      const double z = (root * root - m.finds) / sd;
      const double below_edge = last ? 1 : normal_below(z);
      const double density = last ? 0 : normal_density(z);
      const double chance = below_edge - below;
      // E[N; T in the class] of two normal variables.
      const double items = chance * (m.items + rest.items[d]) + m.covariance / sd * (density_below - density);
      outcomes[bin].chance += chance / draws;
      outcomes[bin].items += items / draws;
      below = below_edge;
      density_below = density;
    }
  }
  return outcomes;
}

}  // namespace

Preposterior preposterior(std::span<const SurveyUnit> units, const RestOfGround& rest) {
  const std::size_t draws = rest.items.size();
  FG_CHECK(draws > 0 && rest.variance.size() == draws);
  const std::vector<Moments> moments = moments_of(units, draws);
  Preposterior result;
  double squares = 0;
  double items_none = 0;
  double most = 0;
  for (std::size_t m = 0; m < draws; ++m) {
    const double items = moments[m].items + rest.items[m];
    const double none = moments[m].none;
    result.items += items / static_cast<double>(draws);
    squares += (items * items + rest.variance[m]) / static_cast<double>(draws);
    result.chance_none += none / static_cast<double>(draws);
    items_none += none * (moments[m].items_quiet + rest.items[m]) / static_cast<double>(draws);
    most = std::max(most, moments[m].finds + 4 * std::sqrt(moments[m].finds_variance));
  }
  result.variance = std::max(0.0, squares - result.items * result.items);
  result.items_if_none = result.chance_none > 0 ? items_none / result.chance_none : result.items;
  result.items_if_any = result.chance_none < 1 ? (result.items - items_none) / (1 - result.chance_none) : result.items;
  const auto number = static_cast<std::size_t>(std::ceil(std::min(most, 1e6))) + 1;
  result.outcomes = number <= kMostExact
                        ? exactly(units, rest, std::min(number, std::max<std::size_t>(1, units.size())))
                        : as_normal(moments, rest);
  return result;
}

DecisionValue decision_value(const Preposterior& before, const DecisionCosts& costs) {
  DecisionValue result;
  const double now = costs.release_over_clearing(before.items);
  result.now = now > 0 ? Release::clear : Release::release;
  double after = 0;
  for (const Outcome& outcome : before.outcomes) {
    const double difference =
        costs.loss_per_item * costs.clearance_finds * outcome.items - costs.clearance * outcome.chance;
    const Release best = difference > 0 ? Release::clear : Release::release;
    after += std::min(0.0, difference);
    result.chance_cleared += best == Release::clear ? outcome.chance : 0;
    result.chance_of_change += best == result.now ? 0 : outcome.chance;
  }
  // Sums of as many roundings as there are outcomes.
  result.value = std::max(0.0, std::min(0.0, now) - after);
  result.chance_of_change = std::clamp(result.chance_of_change, 0.0, 1.0);
  result.chance_cleared = std::clamp(result.chance_cleared, 0.0, 1.0);
  return result;
}

double value_of_knowing(std::span<const double> numbers, const DecisionCosts& costs) {
  double mean = 0;
  double best = 0;
  for (const double n : numbers) {
    const double difference = costs.release_over_clearing(n);
    mean += difference / static_cast<double>(numbers.size());
    best += std::min(0.0, difference) / static_cast<double>(numbers.size());
  }
  return std::max(0.0, std::min(0.0, mean) - best);
}

double expected_variance(const Preposterior& before) {
  double between = 0;
  for (const Outcome& outcome : before.outcomes) {
    if (outcome.chance > 0) {
      const double off = outcome.items / outcome.chance - before.items;
      between += outcome.chance * off * off;
    }
  }
  return std::clamp(before.variance - between, 0.0, before.variance);
}

}  // namespace firmground::estimate
