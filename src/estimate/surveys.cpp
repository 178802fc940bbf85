#include "estimate/surveys.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/confirmed_ground.h"
#include "estimate/prediction.h"

namespace firmground::estimate {

namespace {

constexpr double kShareSurveyed = 0.1;
/// Numbers drawn for each draw of the fields, for the value of knowing the number.
constexpr std::size_t kNumbersPerDraw = 1;

/// A cell of ground nobody searched.
struct OpenCell {
  std::uint32_t cell;
  float share;       ///< of it that the polygon covers; of a neighbour: all that it does not
  bool inside;       ///< it is of the polygon
  float likelihood;  ///< P(any item)
};

/// What a survey of a class finds where it looks.
struct SurveyOfClass {
  float detection = 0;  ///< P(something found | any)
  float unfound = 1;    ///< share of the items expected there that go with nothing found
};

SurveyOfClass survey_of(const CountLaw& law, double detection) {
  const double seen = std::clamp(detection, 1e-6, 0.995);
  const double found = detection_of_presence(law, 1, seen);
  const double items = remaining_after_nothing(law, 1, seen, 1).mean * (1 - found);
  return {static_cast<float>(found), static_cast<float>(std::min(1.0, items / positive_mean(law)))};
}

/// Everything one polygon's surveys are worked out from; scratch of one thread.
class Polygon {
 public:
  Polygon(const Posteriors& posteriors, const ConfirmedGround& confirmed, const evidence::Observations& observations,
          const std::vector<float>& likelihood, const EstimateOptions& options, const SurveySettings& settings)
      : posteriors_(posteriors),
        confirmed_(confirmed),
        observations_(observations),
        likelihood_(likelihood),
        settings_(settings),
        draws_(static_cast<std::size_t>(settings.draws)),
        seed_(options.seed) {
    for (const auto& posterior : posteriors) {
      surveys_.push_back(survey_of(posterior->law_ahead, settings.detection_of(posterior->ordnance_class)));
    }
  }

  std::vector<PolygonSurvey> surveys(const PolygonCells& polygon, std::size_t place) {
    find_open_cells(polygon);
    std::vector<PolygonSurvey> result;
    if (std::none_of(open_.begin(), open_.end(), [](const OpenCell& c) { return c.inside; })) {
      return result;
    }
    keep_likeliest_beside();
    predict();
    sum_polygon();
    const double most = most_value(place);
    for (const SurveyKind kind : kSurveyKinds) {
      const std::vector<std::size_t> chosen = chosen_for(kind);
      if (!chosen.empty()) {
        result.push_back(survey(kind, chosen));
        result.back().polygon = place;
        result.back().id = polygon.id;
        result.back().most = std::max(most, result.back().decision.value);  // `most` is of numbers drawn
      }
    }
    return result;
  }

 private:
  bool open(std::uint32_t cell) const { return observations_.inside[cell] != 0 && observations_.processed[cell] == 0; }
  void find_open_cells(const PolygonCells& polygon);
  void keep_likeliest_beside();
  void predict();
  void sum_polygon();
  std::vector<std::size_t> chosen_for(SurveyKind kind) const;
  double most_value(std::size_t place) const;
  PolygonSurvey survey(SurveyKind kind, const std::vector<std::size_t>& chosen) const;
  double cell_m2() const { return observations_.grid.cell_m * observations_.grid.cell_m; }
  DecisionCosts costs() const {
    return {settings_.clearance_cost_m2 * ground_m2_, settings_.loss_per_item, settings_.clearance_finds()};
  }

  const Posteriors& posteriors_;
  const ConfirmedGround& confirmed_;
  const evidence::Observations& observations_;
  const std::vector<float>& likelihood_;  ///< by cell: P(any item)
  const SurveySettings& settings_;
  std::size_t draws_;
  std::uint64_t seed_;
  std::vector<SurveyOfClass> surveys_;  ///< by class
  std::vector<OpenCell> open_;          ///< ascending
  std::vector<ClassPrediction> classes_;
  double ground_m2_ = 0;
  std::vector<ClassSum> sums_;  ///< by class, of the polygon's open ground
  RestOfGround all_;            ///< of it, by draw
};

void Polygon::find_open_cells(const PolygonCells& polygon) {
  const geo::Grid& grid = observations_.grid;
  open_.clear();
  ground_m2_ = 0;
  const auto reach = static_cast<std::int32_t>(std::ceil(settings_.neighbour_m / grid.cell_m));
  std::int32_t first_column = grid.columns, last_column = -1, first_row = grid.rows, last_row = -1;
  const auto columns = static_cast<std::uint32_t>(grid.columns);
  for (const geo::CellShare& touched : polygon.cells) {
    const auto column = static_cast<std::int32_t>(touched.cell % columns);
    const auto row = static_cast<std::int32_t>(touched.cell / columns);
    first_column = std::min(first_column, std::max(0, column - reach));
    last_column = std::max(last_column, std::min(grid.columns - 1, column + reach));
    first_row = std::min(first_row, std::max(0, row - reach));
    last_row = std::max(last_row, std::min(grid.rows - 1, row + reach));
  }
  if (polygon.cells.empty()) {
    return;
  }
  const std::size_t width = static_cast<std::size_t>(last_column) - static_cast<std::size_t>(first_column) + 1;
  const std::size_t height = static_cast<std::size_t>(last_row) - static_cast<std::size_t>(first_row) + 1;
  std::vector<float> share(width * height, 0);
  std::vector<std::uint8_t> near(width * height, 0);
  for (const geo::CellShare& touched : polygon.cells) {
    const auto column = static_cast<std::int32_t>(touched.cell % columns) - first_column;
    const auto row = static_cast<std::int32_t>(touched.cell / columns) - first_row;
    share[static_cast<std::size_t>(row) * width + static_cast<std::size_t>(column)] = touched.share;
    const std::int32_t from = std::max(0, column - reach);
    const std::int32_t count = std::min(static_cast<std::int32_t>(width) - 1, column + reach) - from + 1;
    for (std::int32_t r = std::max(0, row - reach); r <= std::min(static_cast<std::int32_t>(height) - 1, row + reach);
         ++r) {
      std::fill_n(near.begin() + static_cast<std::ptrdiff_t>(r) * static_cast<std::ptrdiff_t>(width) + from, count,
                  std::uint8_t{1});
    }
  }
  for (std::size_t r = 0; r < height; ++r) {
    for (std::size_t c = 0; c < width; ++c) {
      const std::size_t at = r * width + c;
      const auto cell = static_cast<std::uint32_t>(
          grid.index(first_column + static_cast<std::int32_t>(c), first_row + static_cast<std::int32_t>(r)));
      if (near[at] == 0 || !open(cell)) {
        continue;
      }
      if (share[at] > 0) {
        open_.push_back({cell, share[at], true, likelihood_[cell]});
        ground_m2_ += static_cast<double>(share[at]) * cell_m2();
      } else {
        open_.push_back({cell, 1, false, likelihood_[cell]});
      }
    }
  }
}

/// Of the ground beside only what would be surveyed is worth predicting.
void Polygon::keep_likeliest_beside() {
  std::vector<std::uint8_t> kept(open_.size(), 0);
  for (const std::size_t i : chosen_for(SurveyKind::beside)) {
    kept[i] = 1;
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (open_[i].inside || kept[i] != 0) {
      open_[count++] = open_[i];
    }
  }
  open_.resize(count);
}

void Polygon::predict() {
  std::vector<std::uint32_t> cells;
  cells.reserve(open_.size());
  for (const OpenCell& c : open_) {
    cells.push_back(c.cell);
  }
  classes_.resize(posteriors_.size());
  for (std::size_t k = 0; k < posteriors_.size(); ++k) {
    confirmed_.predict(k, cells, std::vector<std::uint8_t>(cells.size(), 1), classes_[k]);
  }
}

/// Sums of the polygon's ground by draw, whole.
void Polygon::sum_polygon() {
  const std::vector<double> zero(draws_, 0.0);
  sums_.assign(classes_.size(), {zero, zero, zero});
  all_ = {zero, zero};
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    const CountLaw& law = posteriors_[k]->law_ahead;
    const double positive = positive_mean(law);
    const double second = (law.mean * law.mean / law.shape + law.mean + law.mean * law.mean) * positive / law.mean;
    const double per_square = second / (positive * positive);  // E[N^2 | any] in units of E[N | any]^2
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (!open_[i].inside) {
        continue;
      }
      const auto share = static_cast<double>(open_[i].share);
      for (std::size_t m = 0; m < draws_; ++m) {
        const auto any = share * static_cast<double>(classes_[k].any_draws[i * draws_ + m]);
        const auto items = share * static_cast<double>(classes_[k].item_draws[i * draws_ + m]);
        sums_[k].any[m] += any;
        sums_[k].any_squared[m] += any * any;
        sums_[k].items[m] += items;
        all_.items[m] += items;
        all_.variance[m] += any > 0 ? items * items * (per_square / any - 1) : 0;
      }
    }
  }
}

/// Places in open_, ascending.
std::vector<std::size_t> Polygon::chosen_for(SurveyKind kind) const {
  const bool beside = kind == SurveyKind::beside;
  std::vector<std::size_t> inside;
  std::vector<std::size_t> ground;
  for (std::size_t i = 0; i < open_.size(); ++i) {
    if (open_[i].inside) {
      inside.push_back(i);
    }
    if (open_[i].inside != beside) {
      ground.push_back(i);
    }
  }
  const auto tenth = static_cast<std::size_t>(std::ceil(kShareSurveyed * static_cast<double>(inside.size()) - 1e-9));
  if (kind == SurveyKind::whole) {
    return ground;
  }
  if (kind == SurveyKind::systematic_tenth) {
    const auto every = static_cast<std::size_t>(std::lround(1 / kShareSurveyed));
    std::vector<std::size_t> chosen;
    for (std::size_t at = std::min(every, ground.size()) / 2; at < ground.size(); at += every) {
      chosen.push_back(ground[at]);
    }
    return chosen;
  }
  std::stable_sort(ground.begin(), ground.end(), [&](std::size_t a, std::size_t b) {
    return open_[a].likelihood * open_[a].share > open_[b].likelihood * open_[b].share;
  });
  ground.resize(std::min(ground.size(), tenth));
  std::sort(ground.begin(), ground.end());
  return ground;
}

double Polygon::most_value(std::size_t place) const {
  base::Random random(seed_, 40'000'000 + place);
  std::vector<double> numbers;
  numbers.reserve(draws_ * kNumbersPerDraw);
  for (std::size_t n = 0; n < kNumbersPerDraw; ++n) {
    for (std::size_t m = 0; m < draws_; ++m) {
      double items = 0;
      for (std::size_t k = 0; k < sums_.size(); ++k) {
        items += predicted_count(sums_[k], m, posteriors_[k]->law_ahead, random);
      }
      numbers.push_back(items);
    }
  }
  return value_of_knowing(numbers, costs());
}

PolygonSurvey Polygon::survey(SurveyKind kind, const std::vector<std::size_t>& chosen) const {
  PolygonSurvey result;
  result.kind = kind;
  result.ground_m2 = ground_m2_;
  std::vector<SurveyUnit> units;
  RestOfGround rest = all_;
  for (const std::size_t i : chosen) {
    result.cells.push_back(open_[i].cell);
    result.area_m2 += static_cast<double>(open_[i].share) * cell_m2();
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      const std::span<const float> any(classes_[k].any_draws.data() + i * draws_, draws_);
      const std::span<const float> items(classes_[k].item_draws.data() + i * draws_, draws_);
      units.push_back({any, items, open_[i].share, surveys_[k].detection, surveys_[k].unfound, open_[i].inside});
      for (std::size_t m = 0; open_[i].inside && m < draws_; ++m) {
        rest.items[m] -= static_cast<double>(open_[i].share * items[m]);
      }
    }
  }
  const Preposterior before = preposterior(units, rest);
  result.cost = settings_.survey_cost_m2 * result.area_m2;
  result.chance_of_find = 1 - before.chance_none;
  result.items = before.items;
  result.items_sd = std::sqrt(before.variance);
  result.items_sd_after = std::sqrt(expected_variance(before));
  result.items_if_none = before.items_if_none;
  result.items_if_any = before.items_if_any;
  result.decision = decision_value(before, costs());
  result.net = result.decision.value - result.cost;
  result.avoided_m2 = ground_m2_ * ((result.decision.now == Release::clear ? 1 : 0) - result.decision.chance_cleared);
  return result;
}

}  // namespace

double SurveySettings::detection_of(evidence::OrdnanceClass ordnance_class) const {
  return detection.value_or(
      evidence::default_detection(mineaction::Method::technical_survey, mineaction::Outcome::reduced, ordnance_class));
}

double SurveySettings::clearance_finds() const {
  double least = 1;
  for (const evidence::OrdnanceClass k : evidence::kOrdnanceClasses) {
    least = std::min(least, evidence::default_detection(mineaction::Method::manual, mineaction::Outcome::cleared, k));
  }
  return least;
}

double SurveySettings::break_even_per_ha() const {
  constexpr double kHectare = 10'000;
  return clearance_cost_m2 * kHectare / (loss_per_item * clearance_finds());
}

std::string_view to_string(SurveyKind kind) {
  switch (kind) {
    case SurveyKind::likeliest_tenth: return "likeliest tenth";
    case SurveyKind::systematic_tenth: return "systematic tenth";
    case SurveyKind::whole: return "whole";
    case SurveyKind::beside: return "beside";
  }
  return "";
}

std::vector<PolygonSurvey> surveys_of(const Posteriors& posteriors, const evidence::Observations& observations,
                                      const std::vector<float>& likelihood, const EstimateOptions& options,
                                      const std::vector<PolygonCells>& polygons, const std::vector<std::size_t>& wanted,
                                      const SurveySettings& settings) {
  FG_CHECK(observations.mode == "effort" && likelihood.size() == observations.grid.size());
  std::vector<CellPredictor> predictors;
  predictors.reserve(posteriors.size());
  for (const auto& posterior : posteriors) {
    FG_CHECK(posterior->more_draws.count.size() == static_cast<std::size_t>(settings.draws));
    predictors.emplace_back(*posterior, observations, options, DrawSet::more);
  }
  std::vector<std::uint8_t> asked(observations.grid.size(), 0);
  for (const std::size_t p : wanted) {
    for (const geo::CellShare& touched : polygons[p].cells) {
      asked[touched.cell] = 1;
    }
  }
  const ConfirmedGround confirmed(observations, predictors, options, asked);
  std::vector<std::vector<PolygonSurvey>> by_polygon(wanted.size());
  constexpr std::size_t kGrain = 8;
  base::parallel_for(wanted.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    Polygon polygon(posteriors, confirmed, observations, likelihood, options, settings);
    for (std::size_t p = begin; p < end; ++p) {
      if (polygons[wanted[p]].cells.size() <= kMostSurveyedCells) {
        by_polygon[p] = polygon.surveys(polygons[wanted[p]], wanted[p]);
      }
    }
  });
  std::vector<PolygonSurvey> result;
  for (auto& surveys : by_polygon) {
    std::move(surveys.begin(), surveys.end(), std::back_inserter(result));
  }
  return result;
}

std::vector<PolygonSurvey> which_first(std::vector<PolygonSurvey> all) {
  std::vector<PolygonSurvey> best;
  for (PolygonSurvey& survey : all) {
    if (best.empty() || best.back().polygon != survey.polygon) {
      survey.options = 1;
      best.push_back(std::move(survey));
      continue;
    }
    const std::size_t options = best.back().options + 1;
    if (survey.net > best.back().net) {
      best.back() = std::move(survey);
    }
    best.back().options = options;
  }
  std::stable_sort(best.begin(), best.end(),
                   [](const PolygonSurvey& a, const PolygonSurvey& b) { return a.net_per_m2() > b.net_per_m2(); });
  return best;
}

}  // namespace firmground::estimate
