#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What a survey of ground is expected to be worth before it is made: preposterior analysis over joint draws
/// (docs/methods/hazard-field.md, eq. 41-43; Raiffa & Schlaifer 1961; importance weights of draws as Menzies 2016).
namespace firmground::estimate {

/// What one cell of surveyed ground may show of one ordnance class. Given a draw of the fields, units are independent.
struct SurveyUnit {
  std::span<const float> any;    ///< by draw: P(any item in it)
  std::span<const float> items;  ///< by draw: expected items in it
  float share = 1;               ///< of both that lies in the ground surveyed
  float detection = 0;           ///< P(something is found | it holds any)
  float unfound = 1;             ///< share of its expected items that go with nothing being found
  bool asked = true;             ///< its items are of the ground asked about
};

/// Ground asked about that the survey does not touch.
struct RestOfGround {
  std::vector<double> items;     ///< by draw: expected items
  std::vector<double> variance;  ///< by draw: of the number of all items asked about, given the fields
};

/// One class of outcomes of the survey: how many units had finds.
struct Outcome {
  double chance = 0;
  double items = 0;  ///< expected items of the ground asked about, times chance
};

/// The joint law of what the survey shows and of the items asked about.
struct Preposterior {
  /// Chances add up to 1, items to the items expected now.  Outcomes are intervals of the number of units with finds.
  std::vector<Outcome> outcomes;
  double items = 0;        ///< expected now
  double variance = 0;     ///< of their number, now
  double chance_none = 0;  ///< of nothing being found
  double items_if_none = 0;
  double items_if_any = 0;
};

/// Outcomes are told apart by the number of units with finds: exactly where that number is small in all draws, else as
/// normal given the draw. A coarser view than where the finds lie, so that what comes out is not more than a survey
/// tells.  REQUIRES: the same number of draws everywhere, at least one.  Cost: O(units x draws), times the number of
/// outcomes (at most 17) where told exactly.
Preposterior preposterior(std::span<const SurveyUnit> units, const RestOfGround& rest);

/// Release without clearance, or clear: what either costs. Losses in one currency, any.
struct DecisionCosts {
  double clearance = 0;        ///< of the ground asked about
  double loss_per_item = 0;    ///< of an item left
  double clearance_finds = 1;  ///< share of the items that clearance takes away

  /// By how much releasing costs more than clearing.
  double release_over_clearing(double items) const { return loss_per_item * clearance_finds * items - clearance; }
};

enum class Release : std::uint8_t { release, clear };

/// What knowing more before deciding is worth.
struct DecisionValue {
  Release now = Release::release;  ///< what costs less as things are known
  double chance_of_change = 0;     ///< that after the survey the other one does
  double chance_cleared = 0;       ///< after the survey
  double value = 0;                ///< expected value of sample information, >= 0
};
DecisionValue decision_value(const Preposterior& before, const DecisionCosts& costs);

/// Expected value of perfect information from numbers of items drawn from what is believed: no survey is worth more.
double value_of_knowing(std::span<const double> numbers, const DecisionCosts& costs);

/// Variance of the number of items that is expected to be left after the survey, <= before.variance.
double expected_variance(const Preposterior& before);

}  // namespace firmground::estimate
