#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estimate/survey_value.h"
#include "evidence/observations.h"

/// A technical survey of ground in or beside a polygon, and what it is expected to be worth before it is made.
namespace firmground::estimate {

/// What a decision costs; people set it. Defaults: [methods] of profiles/generic.toml for the work (60 a day for 25 m2
/// by hand; 600 a day for 1,500 m2 of technical survey); the loss is a figure to be replaced by the programme's own, at
/// which clearance begins to pay where about one item or more is expected in a hectare.
struct SurveySettings {
  double clearance_cost_m2 = 2.4;
  double survey_cost_m2 = 0.4;
  double loss_per_item = 25'000;    ///< of an item left in ground that is released
  std::optional<double> detection;  ///< per item; empty: evidence::default_detection of technical survey, by class
  double neighbour_m = 150;         ///< ground this near informs about the polygon
  int draws = 400;                  ///< joint draws, apart from those of the estimate
  double detection_of(evidence::OrdnanceClass ordnance_class) const;
  /// Share of the items that clearance takes away: default_detection of manual clearance.
  double clearance_finds() const;
  /// Items in a hectare from which on clearing costs less than leaving them.
  double break_even_per_ha() const;
  bool operator==(const SurveySettings&) const = default;
};

/// Ground that may be surveyed, of what nobody searched yet.
enum class SurveyKind : std::uint8_t {
  likeliest_tenth,   ///< the tenth of the polygon's cells with the highest P(any item)
  systematic_tenth,  ///< every tenth cell
  whole,             ///< all of the polygon
  beside             ///< as much as a tenth, of the likeliest cells within neighbour_m outside
};
inline constexpr std::array kSurveyKinds = {SurveyKind::likeliest_tenth, SurveyKind::systematic_tenth,
                                            SurveyKind::whole, SurveyKind::beside};
/// "likeliest tenth": as in tables and JSON.
std::string_view to_string(SurveyKind kind);

struct PolygonSurvey {
  std::size_t polygon = 0;  ///< its place in the list asked about
  std::string id;
  SurveyKind kind = SurveyKind::likeliest_tenth;
  std::vector<std::uint32_t> cells;  ///< to be surveyed
  double area_m2 = 0;                ///< to be surveyed
  double ground_m2 = 0;              ///< not searched, of the polygon: what is decided about
  double cost = 0;
  double chance_of_find = 0;
  double items = 0;           ///< expected in that ground
  double items_sd = 0;        ///< of their number, now
  double items_sd_after = 0;  ///< expected after the survey
  double items_if_none = 0, items_if_any = 0;
  DecisionValue decision;
  double most = 0;          ///< value of knowing the number: no survey of any kind is worth more
  double net = 0;           ///< decision.value - cost
  double avoided_m2 = 0;    ///< of clearance, expected; negative: more is to be cleared
  std::size_t options = 0;  ///< surveys looked at, of which this is the one with the highest net

  double net_per_m2() const { return area_m2 > 0 ? net / area_m2 : 0; }
};

}  // namespace firmground::estimate
