#include "estimate/surveys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/estimate.h"

namespace firmground::estimate {
namespace {

/// 80 x 60 cells of 50 m: a belt across the middle, in the west every other strip was searched.
evidence::Observations ground() {
  evidence::Observations o;
  o.grid = {50, 0, 60, 80, 60};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  base::Random random(8);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t column = cell % 80;
    const std::uint32_t row = cell / 80;
    road.value.push_back(static_cast<float>(row) * 50);
    const bool belt = row >= 28 && row < 32;
    if (column < 40 && (row / 6) % 2 == 0) {
      o.processed[cell] = 1;
      o.searched[0].push_back(
          {cell, 1.0F, 0.9F, belt && random.chance(0.7) ? 1 + static_cast<std::uint32_t>(random.poisson(2)) : 0});
      o.searched[1].push_back({cell, 1.0F, 0.9F, random.chance(0.01) ? 1U : 0U});
    }
  }
  o.covariates.push_back(road);
  return o;
}

PolygonCells polygon(const char* id, std::int32_t column, std::int32_t row, std::int32_t columns, std::int32_t rows) {
  PolygonCells result{id, columns * rows * 2500.0, {}};
  for (std::int32_t r = row; r < row + rows; ++r) {
    for (std::int32_t c = column; c < column + columns; ++c) {
      result.cells.push_back({static_cast<std::uint32_t>(r * 80 + c), 1.0F});
    }
  }
  return result;
}

/// On the belt ahead of the search; far from it; all searched.
const std::vector<PolygonCells> kPolygons = {polygon("ahead", 41, 28, 10, 4), polygon("far", 60, 5, 10, 10),
                                             polygon("done", 2, 24, 10, 6)};

EstimateResult estimated(const SurveySettings& settings) {
  EstimateOptions options;
  options.closer = {{0, kPolygons.size()}, false, settings};
  auto result = estimate(ground(), options, kPolygons);
  EXPECT_TRUE(result) << base::to_text(result.error());
  return result ? std::move(*result) : EstimateResult{};
}

const PolygonSurvey* found(const std::vector<PolygonSurvey>& surveys, const std::string& id, SurveyKind kind) {
  const auto at = std::find_if(surveys.begin(), surveys.end(),
                               [&](const PolygonSurvey& s) { return s.id == id && s.kind == kind; });
  return at == surveys.end() ? nullptr : &*at;
}

TEST(Surveys, EachKindTakesItsShareOfTheGroundThatNobodySearched) {
  const EstimateResult result = estimated({});
  const auto* likeliest = found(result.surveys, "ahead", SurveyKind::likeliest_tenth);
  const auto* systematic = found(result.surveys, "ahead", SurveyKind::systematic_tenth);
  const auto* whole = found(result.surveys, "ahead", SurveyKind::whole);
  const auto* beside = found(result.surveys, "ahead", SurveyKind::beside);
  ASSERT_TRUE(likeliest && systematic && whole && beside);
  EXPECT_EQ(likeliest->cells.size(), 4U);
  EXPECT_EQ(systematic->cells.size(), 4U);
  EXPECT_EQ(whole->cells.size(), 40U);
  EXPECT_EQ(beside->cells.size(), 4U);
  EXPECT_EQ(whole->area_m2, 40 * 2500);
  EXPECT_EQ(whole->ground_m2, whole->area_m2);
  for (const std::uint32_t cell : beside->cells) {
    EXPECT_TRUE(std::none_of(kPolygons[0].cells.begin(), kPolygons[0].cells.end(),
                             [&](const geo::CellShare& c) { return c.cell == cell; }));
  }
  EXPECT_EQ(found(result.surveys, "done", SurveyKind::whole), nullptr) << "nothing is left to survey";
  // The polygon is not searched at all: what is decided about is what the polygon is told to hold.
  EXPECT_NEAR(whole->items, result.polygons[0].items_mean, 0.15 * result.polygons[0].items_mean);
}

TEST(Surveys, SayMoreTheMoreTheyFindAndNeverMoreThanKnowingTheNumber) {
  SurveySettings settings;
  settings.loss_per_item = 8'000;
  std::vector<EstimateResult> by_detection;
  for (const double detection : {0.2, 0.6, 0.9}) {
    settings.detection = detection;
    by_detection.push_back(estimated(settings));
  }
  for (std::size_t i = 0; i < by_detection[0].surveys.size(); ++i) {
    const PolygonSurvey& low = by_detection[0].surveys[i];
    const PolygonSurvey& middle = by_detection[1].surveys[i];
    const PolygonSurvey& high = by_detection[2].surveys[i];
    EXPECT_LT(low.chance_of_find, middle.chance_of_find);
    EXPECT_LT(middle.chance_of_find, high.chance_of_find);
    EXPECT_LE(high.items_sd_after, high.items_sd);
    EXPECT_LE(high.decision.value, high.most);
    EXPECT_GE(low.decision.value, 0);
    if (low.kind != SurveyKind::beside) {  // of ground beside, a find may point away from what a small number says
      EXPECT_GE(high.items_sd, high.items_sd_after);
      EXPECT_LE(high.items_sd_after, low.items_sd_after + 0.02 * low.items_sd);
    }
    EXPECT_LT(high.items_if_none, high.items);
    EXPECT_GT(high.items_if_any, high.items);
  }
  const auto* tenth = found(by_detection[1].surveys, "far", SurveyKind::systematic_tenth);
  const auto* whole = found(by_detection[1].surveys, "far", SurveyKind::whole);
  EXPECT_LE(whole->items_sd_after, tenth->items_sd_after);
}

TEST(Surveys, ThoseThatSaveMostForEachSquareMetreComeFirst) {
  SurveySettings settings;
  settings.loss_per_item = 8'000;
  const auto first = which_first(estimated(settings).surveys);
  ASSERT_EQ(first.size(), 2U) << "one of each polygon with ground that nobody searched";
  EXPECT_GE(first[0].net_per_m2(), first[1].net_per_m2());
  EXPECT_EQ(first[0].options, 4U);
  for (const PolygonSurvey& survey : first) {
    EXPECT_NEAR(survey.net, survey.decision.value - survey.area_m2 * settings.survey_cost_m2, 1e-6 * survey.cost);
  }
}

TEST(Surveys, GiveTheSameOnOneAndTwoThreads) {
  base::set_thread_count(1);
  const EstimateResult one = estimated({});
  base::set_thread_count(2);
  const EstimateResult two = estimated({});
  base::set_thread_count(0);
  ASSERT_EQ(one.surveys.size(), two.surveys.size());
  for (std::size_t i = 0; i < one.surveys.size(); ++i) {
    EXPECT_EQ(one.surveys[i].decision.value, two.surveys[i].decision.value);
    EXPECT_EQ(one.surveys[i].items_sd_after, two.surveys[i].items_sd_after);
    EXPECT_EQ(one.surveys[i].most, two.surveys[i].most);
  }
}

TEST(Surveys, ChangeNothingElseAndNeedToKnowWhatWasSearched) {
  const auto plain = estimate(ground(), {}, kPolygons);
  const EstimateResult with = estimated({});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->polygons[0].items_mean, with.polygons[0].items_mean);
  EXPECT_EQ(plain->polygons[0].probability_none, with.polygons[0].probability_none);
  evidence::Observations events = ground();
  events.mode = "presence-only";
  EstimateOptions options;
  options.closer.surveys.emplace();
  const auto refused = estimate(events, options, kPolygons);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "estimate.effort_needed");
}

}  // namespace
}  // namespace firmground::estimate
