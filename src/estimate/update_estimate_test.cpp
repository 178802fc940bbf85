#include "estimate/update_estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/map_cells.h"
#include "estimate/state_part.h"
#include "estimate/state_tiles.h"
#include "evidence/covariates.h"
#include "evidence/drawn_statements_testing.h"

namespace firmground::estimate {
namespace {

constexpr std::int32_t kColumns = 150;
constexpr std::int32_t kRows = 110;

/// What survey said, in the end that squares were cancelled.
evidence::CovariateField statements(const evidence::Observations& o, const std::vector<evidence::DrawnSquare>& also) {
  mineaction::Snapshot said;
  for (std::int32_t k = 0; k < 108; ++k) {
    said.hazards.push_back(
        evidence::drawn_hazard(k % 2 == 0 ? mineaction::HazardType::confirmed : mineaction::HazardType::suspected,
                               mineaction::Device::ap_mine, {12 * (k % 12) + 3, 12 * (k / 12) + 3, 4}, o.grid));
  }
  for (const evidence::DrawnSquare& square : also) {
    said.land_releases.push_back(evidence::drawn_release(mineaction::Outcome::cancelled, mineaction::Method::nts,
                                                         mineaction::Date(2020, 1, 1), square, o.grid));
  }
  return *evidence::survey_statements(said, o.grid, o.processed, {});
}

/// Finds that state their kind, from what was found: the belts hold AP mines but for the middle one, where every other
/// cell holds AV mines; ERW do not say what they are.
void say_kinds(evidence::Observations& o) {
  o.kinds = {};
  for (const evidence::SearchedCell& searched : o.searched[0]) {
    if (searched.found > 0) {
      const bool av = searched.cell / kColumns / 36 == 1 && searched.cell % 2 == 0;
      o.kinds[0].cells.push_back({searched.cell, {av ? 0 : searched.found, av ? searched.found : 0, 0}});
      o.kinds[0].stated += searched.found;
    }
  }
  for (const evidence::SearchedCell& searched : o.searched[1]) {
    o.kinds[1].unstated += searched.found;
  }
}

/// People met mines along the belts between what was searched, and at one place in the east where nobody searched; of
/// ERW too few reports to learn from.
void say_what_people_met(evidence::Observations& o) {
  for (std::uint32_t row = 18; row < kRows; row += 36) {
    for (std::uint32_t column = 11; column < 100; column += 4) {
      if (o.processed[row * kColumns + column] == 0) {
        o.reports[0].push_back({row * kColumns + column, 1, 2015});
      }
    }
    if (row == 90) {
      o.reports[0].push_back({row * kColumns + 145, 1, 2016});
      o.reports[1].push_back({row * kColumns + 135, 1, 2017});
    }
  }
}

/// 7.5 x 5.5 km: three belts from west to east, searched in stripes in the western part.
evidence::Observations ground() {
  evidence::Observations o;
  o.grid = {50, 0, kRows, kColumns, kRows};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  mineaction::Snapshot front;
  front.reference_features.emplace_back();
  front.reference_features.back().layer = "contact-line";
  front.reference_features.back().geometry.lines = {{{0, 1'000}, {3'000, 2'000}, {7'500, 5'000}}};
  o.line = std::make_shared<evidence::LineDirection>(front, o.grid);
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  road.tells_people = true;
  evidence::CovariateField outcome{"how land was released", "", {}, true, {"cleared", "nothing found"}};
  outcome.tells_outcome = true;
  base::Random random(8);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t column = cell % kColumns;
    const std::uint32_t row = cell / kColumns;
    road.value.push_back(static_cast<float>(row) * 50);
    const bool belt = row % 36 >= 16 && row % 36 < 20;
    const bool searched = (column < 100 && (row / 6) % 2 == 0) || (column / 10) % 3 == 0;
    if (searched && column < 120) {
      o.processed[cell] = 1;
      const std::uint32_t mines =
          random.chance(belt ? 0.5 : 0.01) ? 1 + static_cast<std::uint32_t>(random.poisson(2)) : 0;
      o.searched[0].push_back({cell, 1.0F, 0.9F, mines});
      o.searched[1].push_back({cell, 1.0F, 0.8F, random.chance(0.04) ? 1U : 0U});
    }
    outcome.value.push_back(searched && column < 120 && column / 10 % 6 == 3 ? 1 : 0);
  }
  o.covariates.push_back(road);
  o.covariates.push_back({"share of land searched within 1.5 km",
                          "share",
                          evidence::share_searched_around(o.grid, o.processed),
                          false,
                          {},
                          true});
  o.covariates.push_back(std::move(outcome));
  o.covariates.push_back(statements(o, {}));
  say_kinds(o);
  say_what_people_met(o);
  return o;
}

std::uint32_t cell_at(std::int32_t column, std::int32_t row) {
  return static_cast<std::uint32_t>(row * kColumns + column);
}

/// One more item in a searched cell.
evidence::Observations with_find(const evidence::Observations& before, std::uint32_t cell) {
  evidence::Observations now = before;
  const auto at = std::find_if(now.searched[0].begin(), now.searched[0].end(),
                               [&](const evidence::SearchedCell& searched) { return searched.cell == cell; });
  EXPECT_NE(at, now.searched[0].end());
  at->found += 1;
  say_kinds(now);
  return now;
}

/// Eight by eight cells released, mines found in so many of them.
evidence::Observations with_release(const evidence::Observations& before, std::int32_t column, std::int32_t row,
                                    int cells_with_finds) {
  evidence::Observations now = before;
  for (std::int32_t r = row; r < row + 8; ++r) {
    for (std::int32_t c = column; c < column + 8; ++c) {
      const std::uint32_t cell = cell_at(c, r);
      EXPECT_EQ(now.processed[cell], 0);
      now.processed[cell] = 1;
      now.searched[0].push_back({cell, 1.0F, 0.95F, r == row + 3 && c < column + cells_with_finds ? 2U : 0U});
      now.searched[1].push_back({cell, 1.0F, 0.8F, 0});
    }
  }
  for (auto& searched : now.searched) {
    std::sort(searched.begin(), searched.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  }
  for (evidence::CovariateField& field : now.covariates) {
    if (field.tells_effort) {
      field.value = evidence::share_searched_around(now.grid, now.processed);
    }
    if (field.tells_outcome && cells_with_finds == 0) {
      for (const evidence::SearchedCell& cell : now.searched[0]) {
        field.value[cell.cell] = before.processed[cell.cell] == 0 ? 1 : field.value[cell.cell];
      }
    }
    if (field.statements) {
      field = statements(now, {});
    }
  }
  say_kinds(now);
  return now;
}

evidence::Observations with_cancellation(const evidence::Observations& before, const evidence::DrawnSquare& square) {
  evidence::Observations now = before;
  now.covariates.back() = statements(now, {square});
  return now;
}

evidence::Observations with_report(const evidence::Observations& before, std::uint32_t cell, bool vague = false,
                                   std::size_t which = 0) {
  evidence::Observations now = before;
  EXPECT_EQ(now.processed[cell], 0);
  std::vector<evidence::Report>& reports = now.reports[which];
  const auto at = std::upper_bound(reports.begin(), reports.end(), cell,
                                   [](std::uint32_t c, const evidence::Report& report) { return c < report.cell; });
  reports.insert(at, {cell, 1, 2024, vague});
  return now;
}

evidence::Observations without_report(const evidence::Observations& before, std::uint32_t cell) {
  evidence::Observations now = before;
  EXPECT_EQ(std::erase_if(now.reports[0], [&](const evidence::Report& report) { return report.cell == cell; }), 1U);
  return now;
}

PolygonCells square(const std::string& id, std::int32_t column, std::int32_t row, std::int32_t side) {
  PolygonCells polygon{id, 2500.0 * side * side, {}};
  for (std::int32_t r = row; r < row + side; ++r) {
    for (std::int32_t c = column; c < column + side; ++c) {
      polygon.cells.push_back({cell_at(c, r), 1.0F});
    }
  }
  return polygon;
}

/// The same finds, but those of one cell turn out to be AV mines.
evidence::Observations with_device_corrected(const evidence::Observations& before, std::uint32_t cell) {
  evidence::Observations now = before;
  for (evidence::KindCount& found : now.kinds[0].cells) {
    if (found.cell == cell) {
      EXPECT_GT(found.count[0], 0U);
      found.count = {0, found.all(), 0};
    }
  }
  return now;
}

/// What differs most between two maps.
struct Difference {
  double probability = 0;
  double items = 0;  ///< relative, where P(any) > .01
};

Difference difference(const geo::Raster& a, const geo::Raster& b, const std::vector<std::uint8_t>& among,
                      std::uint8_t flag, std::size_t band = 0) {
  Difference most;
  const std::size_t items = band + 1;
  for (std::size_t cell = 0; cell < a.grid.size(); ++cell) {
    if (among[cell] != flag) {
      continue;
    }
    most.probability =
        std::max(most.probability, static_cast<double>(std::abs(a.bands[band][cell] - b.bands[band][cell])));
    if (b.bands[band][cell] > 0.01F) {
      most.items =
          std::max(most.items,
                   std::abs(static_cast<double>(a.bands[items][cell]) / static_cast<double>(b.bands[items][cell]) - 1));
    }
  }
  return most;
}

/// Of kind rasters: where P(any AP mine) is, then P(any AV mine).
constexpr std::array<std::size_t, 2> kKindBands = {4, 6};

/// The ground estimated as a whole once, with laws and hyperparameters learned from it.
class UpdateEstimate : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    before_ = new evidence::Observations(ground());
    options_ = new EstimateOptions;
    options_->keep = true;
    options_->settled = 1e-6;
    options_->kinds = KindUse::map;
    // Effects about as sure as a country's. Learned from so small a ground they are vague: a find then moves ground far
    // away by 2 %, and a hundred draws tell the upper end of intervals to a tenth or two.
    options_->hyper = {Hyperparameters{6.2, 1.04, -0.45, 1.95, 1.5, 0}, Hyperparameters{5.1, -0.78, -1.97, 2.33}};
    const auto learning = estimate(*before_, *options_);
    ASSERT_TRUE(learning) << base::to_text(learning.error());
    options_->learnt.emplace();
    for (const ClassState& of_class : learning->state->classes) {
      (*options_->learnt)[static_cast<std::size_t>(of_class.ordnance_class)] = of_class.learnt;
    }
    polygons_ = new std::vector<PolygonCells>{square("HA-1", 60, 50, 10), square("D-1", 40, 20, 50),
                                              square("far", 140, 2, 5), square("HA-2", 96, 54, 16)};
    auto whole = estimate(*before_, *options_, *polygons_);
    ASSERT_TRUE(whole) << base::to_text(whole.error());
    whole_ = new EstimateResult(std::move(*whole));
  }
  static void TearDownTestSuite() {
    delete before_;
    delete options_;
    delete polygons_;
    delete whole_;
  }
  static CloserLook all_there_is() {
    SurveySettings surveys;
    surveys.draws = 4000;  // of heavy tails
    return {.polygons = {0, polygons_->size()}, .without_evidence = true, .surveys = surveys};
  }
  static EstimateResult made_anew(const evidence::Observations& now, const CloserLook& closer = {}) {
    EstimateOptions options = *options_;
    options.closer = closer;
    auto result = estimate(now, options, *polygons_);
    EXPECT_TRUE(result) << base::to_text(result.error());
    return std::move(*result);
  }
  struct Updated {
    geo::Raster raster;
    EstimateUpdate update;
    geo::Raster kinds;
  };
  static Updated updated(const evidence::Observations& now, const CloserLook& closer = {}) {
    Updated result{whole_->hazard.raster, {}, *whole_->kind_raster};
    auto update =
        update_estimate(*whole_->state, now, touching(*polygons_), {&result.kinds, closer, &whole_->hazard.raster});
    EXPECT_TRUE(update) << base::to_text(update.error());
    result.update = std::move(*update);
    result.update.map.put_into(result.raster);
    return result;
  }
  /// `close`: of items in all, of which ground that is not told anew holds a part.
  static void expect_as_made_anew(const evidence::Observations& now, double close = 0.005) {
    const Updated fast = updated(now);
    const EstimateResult anew = made_anew(now);
    const auto& refreshed = fast.update.refreshed;
    const Difference moved = difference(whole_->hazard.raster, anew.hazard.raster, refreshed, 1);
    EXPECT_GT(moved.items, 0.05) << "there was something to follow";
    const Difference within = difference(fast.raster, anew.hazard.raster, refreshed, 1);
    EXPECT_LT(within.probability, 0.005);
    EXPECT_LT(within.items, 0.01);
    // What all ground shares moves elsewhere too: the update tells by how much at most.
    const Difference beyond = difference(fast.raster, anew.hazard.raster, refreshed, 0);
    EXPECT_LT(beyond.items, std::max(0.01, std::expm1(fast.update.shift_beyond)));
    EXPECT_LT(beyond.probability, 0.02);
    const double items = anew.hazard.totals.items_mean;
    EXPECT_NEAR(fast.update.totals.items_mean, items + left_beyond(anew, refreshed), 0.001 * items);
    EXPECT_NEAR(fast.update.totals.items_mean, items, close * items);
    for (const auto& [place, polygon] : fast.update.polygons) {
      EXPECT_NEAR(polygon.items_mean, anew.polygons[place].items_mean, 0.01 * anew.polygons[place].items_mean)
          << polygon.id;
      EXPECT_NEAR(polygon.probability_none, anew.polygons[place].probability_none, 0.02) << polygon.id;
    }
    expect_kinds_as_made_anew(fast, anew);
  }
  /// Items by which ground that is not told anew was told to hold more than a whole estimate gives it now.
  static double left_beyond(const EstimateResult& anew, const std::vector<std::uint8_t>& refreshed) {
    double left = 0;
    for (std::size_t cell = 0; cell < refreshed.size(); ++cell) {
      if (refreshed[cell] == 0 && before_->inside[cell] != 0) {
        left += static_cast<double>(whole_->hazard.raster.bands[1][cell]) -
                static_cast<double>(anew.hazard.raster.bands[1][cell]);
      }
    }
    return left;
  }
  static void expect_kinds_as_made_anew(const Updated& fast, const EstimateResult& anew) {
    for (const std::size_t band : kKindBands) {
      const Difference within = difference(fast.kinds, *anew.kind_raster, fast.update.refreshed, 1, band);
      EXPECT_LT(within.probability, 0.005) << fast.kinds.band_names[band];
      EXPECT_LT(within.items, 0.01) << fast.kinds.band_names[band];
    }
    ASSERT_EQ(fast.update.kinds.size(), anew.kinds.size());
    for (std::size_t j = 0; j < 3; ++j) {
      const KindTotals& told = fast.update.kinds[0].kinds.at(j);
      const KindTotals& whole = anew.kinds[0].kinds.at(j);
      EXPECT_EQ(told.found, whole.found);
      EXPECT_NEAR(told.totals.items_mean, whole.totals.items_mean, std::max(0.01 * whole.totals.items_mean, 0.02));
      EXPECT_NEAR(told.totals.items_p95, whole.totals.items_p95, std::max(0.2 * whole.totals.items_p95, 0.5))
          << "a hundred draws";
    }
    for (const auto& [place, polygon] : fast.update.polygons) {
      ASSERT_EQ(polygon.kinds.size(), 3U) << polygon.id;
      for (std::size_t j = 0; j < 3; ++j) {
        const KindOfPolygon& whole = anew.polygons[place].kinds[j];
        EXPECT_NEAR(polygon.kinds[j].items_mean, whole.items_mean, 0.01 * whole.items_mean) << polygon.id;
        EXPECT_NEAR(polygon.kinds[j].probability_any, whole.probability_any, 0.02) << polygon.id;
      }
    }
  }

  static inline const evidence::Observations* before_ = nullptr;
  static inline EstimateOptions* options_ = nullptr;
  static inline const std::vector<PolygonCells>* polygons_ = nullptr;
  static inline const EstimateResult* whole_ = nullptr;
};

TEST_F(UpdateEstimate, AFindChangesTheMapAsAWholeEstimateWould) {
  expect_as_made_anew(with_find(*before_, cell_at(62, 60)));
}

TEST_F(UpdateEstimate, GroundCancelledWithoutASearchChangesTheMapAsAWholeEstimateWould) {
  expect_as_made_anew(with_cancellation(*before_, {115, 60, 10}));
}

TEST_F(UpdateEstimate, GroundReleasedInVainChangesTheMapAsAWholeEstimateWould) {
  expect_as_made_anew(with_release(*before_, 101, 62, 0));
}

TEST_F(UpdateEstimate, GroundReleasedWithFindsChangesTheMapAsAWholeEstimateWould) {
  expect_as_made_anew(with_release(*before_, 101, 62, 3));
}

TEST_F(UpdateEstimate, AnAccidentBesideSearchedLandChangesTheMapAsAWholeEstimateWould) {
  const evidence::Observations now = with_report(*before_, cell_at(124, 75));
  expect_as_made_anew(now);
  EXPECT_EQ(updated(now).update.reports_changed, 1);
}

TEST_F(UpdateEstimate, AnAccidentFarFromSearchedLandChangesTheMapAsAWholeEstimateWould) {
  const evidence::Observations now = with_report(*before_, cell_at(142, 75));
  expect_as_made_anew(now);
  const Updated fast = updated(now);
  EXPECT_EQ(fast.update.cells_changed, 0);
  EXPECT_GT(fast.raster.bands[0][cell_at(142, 75)], 1.5F * whole_->hazard.raster.bands[0][cell_at(142, 75)]);
}

TEST_F(UpdateEstimate, AnAccidentWhosePlaceIsVagueChangesTheMapAsAWholeEstimateWould) {
  expect_as_made_anew(with_report(*before_, cell_at(124, 75), true));
}

TEST_F(UpdateEstimate, AnAccidentTakenBackChangesTheMapAsAWholeEstimateWould) {
  const evidence::Observations now = without_report(*before_, cell_at(145, 90));
  expect_as_made_anew(now);
  EXPECT_EQ(updated(now).update.reports_changed, 1);
}

TEST_F(UpdateEstimate, AnotherValueOfACovariateChangesTheMapAsAWholeEstimateWould) {
  evidence::Observations now = *before_;
  evidence::CovariateField& road = now.covariates.front();
  const float other = road.value[cell_at(20, 20)];
  for (std::int32_t row = 60; row < 66; ++row) {  // searched
    for (std::int32_t column = 58; column < 66; ++column) {
      const std::uint32_t cell = cell_at(column, row);
      road.was.emplace_back(cell, std::exchange(road.value[cell], other));
    }
  }
  expect_as_made_anew(now);
}

TEST_F(UpdateEstimate, LandThatWasReleasedOtherwiseChangesTheMapAsAWholeEstimateWould) {
  evidence::Observations now = *before_;
  for (evidence::CovariateField& field : now.covariates) {
    for (std::int32_t row = 60; field.tells_outcome && row < 66; ++row) {
      for (std::int32_t column = 40; column < 80; ++column) {
        field.value[cell_at(column, row)] = 1 - field.value[cell_at(column, row)];
      }
    }
  }
  expect_as_made_anew(now);
}

TEST_F(UpdateEstimate, AReleaseWherePeopleHadMetMinesChangesTheMapAsAWholeEstimateWould) {
  evidence::Observations now = with_release(*before_, 140, 86, 2);
  std::erase_if(now.reports[0], [](const evidence::Report& report) { return report.cell == cell_at(145, 90); });
  expect_as_made_anew(now, 0.01);  // it surprises effects that this small ground tells little of
  EXPECT_EQ(updated(now).update.reports_changed, 0) << "it is a search that changed";
}

TEST_F(UpdateEstimate, AnotherAccidentAtTheSamePlaceSaysNothingNew) {
  const Updated fast = updated(with_report(*before_, cell_at(145, 90)));
  EXPECT_EQ(fast.update.reports_changed, 0);
  EXPECT_EQ(fast.update.cells_refreshed, 0);
}

TEST_F(UpdateEstimate, AnAccidentOfAClassWithTooFewReportsWaitsForAWholeEstimate) {
  const Updated fast = updated(with_report(*before_, cell_at(142, 75), false, 1));
  EXPECT_EQ(fast.update.reports_changed, 0);
  EXPECT_EQ(fast.update.reports_aside, 1);
  EXPECT_EQ(fast.update.cells_refreshed, 0);
}

TEST_F(UpdateEstimate, AFindIsWithinOnePerCentAlsoFarAway) {
  const evidence::Observations now = with_find(*before_, cell_at(62, 60));
  const Updated fast = updated(now);
  const Difference beyond = difference(fast.raster, made_anew(now).hazard.raster, fast.update.refreshed, 0);
  EXPECT_LT(beyond.probability, 0.005);
  EXPECT_LT(beyond.items, 0.01);
}

TEST_F(UpdateEstimate, WhatEvidenceIsWorthIsToldAsAWholeEstimateWould) {
  const evidence::Observations now = with_release(*before_, 101, 62, 3);
  const Updated fast = updated(now, all_there_is());
  const EstimateResult anew = made_anew(now, all_there_is());
  std::size_t groups = 0;
  for (const auto& [place, polygon] : fast.update.polygons) {
    const bool large = polygon.id == "D-1";
    EXPECT_EQ(polygon.besides_known, !large) << polygon.id;
    if (large) {
      EXPECT_TRUE(polygon.without.empty()) << "the window knows nothing of it beyond";
      continue;
    }
    for (const WithoutEvidence& without : polygon.without) {
      const auto& whole = anew.polygons[place].without;
      const auto same = std::find_if(whole.begin(), whole.end(),
                                     [&](const WithoutEvidence& w) { return w.evidence == without.evidence; });
      ASSERT_NE(same, whole.end()) << polygon.id << " without " << without.evidence;
      EXPECT_NEAR(without.items_mean, same->items_mean, 0.02 * same->items_mean) << without.evidence;
      EXPECT_NEAR(without.probability_none, same->probability_none, 0.03) << without.evidence;
      ++groups;
    }
  }
  EXPECT_GT(groups, 0U);
}

TEST_F(UpdateEstimate, SurveysAreValuedAsAWholeEstimateWould) {
  const evidence::Observations now = with_release(*before_, 101, 62, 3);
  const Updated fast = updated(now, all_there_is());
  const EstimateResult anew = made_anew(now, all_there_is());
  ASSERT_FALSE(fast.update.surveys.empty());
  for (const PolygonSurvey& survey : fast.update.surveys) {
    EXPECT_NE(survey.id, "D-1");
    const auto same = std::find_if(anew.surveys.begin(), anew.surveys.end(),
                                   [&](const PolygonSurvey& s) { return s.id == survey.id && s.kind == survey.kind; });
    ASSERT_NE(same, anew.surveys.end()) << survey.id;
    EXPECT_EQ(survey.polygon, same->polygon);
    EXPECT_EQ(survey.ground_m2, same->ground_m2);
    // Other draws than those of the whole estimate.
    EXPECT_NEAR(survey.items, same->items, 0.05 * same->items) << survey.id;
    EXPECT_NEAR(survey.chance_of_find, same->chance_of_find, 0.02) << survey.id;
    EXPECT_NEAR(survey.items_sd, same->items_sd, 0.1 * same->items_sd) << survey.id;
  }
}

TEST_F(UpdateEstimate, AMineThatTurnsOutToBeAnotherChangesWhatTheItemsAreAndNotTheirNumber) {
  const std::uint32_t cell = cell_at(62, 89);
  const evidence::Observations now = with_device_corrected(*before_, cell);
  const Updated fast = updated(now);
  EXPECT_EQ(fast.update.cells_changed, 1);
  EXPECT_NEAR(fast.update.totals.items_mean, whole_->hazard.totals.items_mean, 1e-3 * fast.update.totals.items_mean);
  EXPECT_LT(difference(fast.raster, whole_->hazard.raster, fast.update.refreshed, 1).items, 0.003);
  const std::size_t av_items = kKindBands[1] + 1;
  EXPECT_GT(fast.kinds.bands[av_items][cell], 2 * whole_->kind_raster->bands[av_items][cell]);
  expect_kinds_as_made_anew(fast, made_anew(now));
}

TEST_F(UpdateEstimate, KindsAddUpToTheirClassAfterAnUpdate) {
  const Updated fast = updated(with_release(*before_, 101, 62, 3));
  double mines = 0;
  for (std::size_t cell = 0; cell < fast.kinds.grid.size(); ++cell) {
    const float of_kinds = fast.kinds.bands[5][cell] + fast.kinds.bands[7][cell] + fast.kinds.bands[9][cell];
    ASSERT_NEAR(of_kinds, fast.kinds.bands[1][cell], 1e-5F * fast.kinds.bands[1][cell]) << cell;
    mines += static_cast<double>(fast.kinds.bands[1][cell]);
  }
  const std::vector<KindTotals>& kinds = fast.update.kinds[0].kinds;
  ASSERT_EQ(kinds.size(), 3U);
  EXPECT_NEAR(kinds[0].totals.items_mean + kinds[1].totals.items_mean + kinds[2].totals.items_mean, mines,
              2e-4 * mines);
  EXPECT_EQ(kinds[0].found + kinds[1].found + kinds[2].found, fast.update.kinds[0].stated);
  for (const KindTotals& kind : kinds) {
    EXPECT_LE(kind.totals.items_p05, kind.totals.items_mean);
    EXPECT_GE(kind.totals.items_p95, kind.totals.items_mean);
  }
  EXPECT_TRUE(fast.update.kinds[1].kinds.empty()) << "no find of ERW says what it is";
}

TEST_F(UpdateEstimate, AKindOfOrdnanceFirstStatedSinceIsToldByTheNextWholeEstimate) {
  evidence::Observations now = with_find(*before_, cell_at(62, 60));
  const auto erw =
      std::find_if(now.searched[1].begin(), now.searched[1].end(), [](const auto& s) { return s.found > 0; });
  now.kinds[1].cells.push_back({erw->cell, {erw->found, 0, 0}});
  now.kinds[1].stated += erw->found;
  const ClassKinds told = updated(now).update.kinds.at(1);
  EXPECT_EQ(told.stated, erw->found);
  EXPECT_TRUE(told.kinds.empty());
}

TEST_F(UpdateEstimate, WithoutKindsInTheWholeEstimateNoneAreTold) {
  EstimateOptions options = *options_;
  options.kinds = KindUse::left_out;
  const auto whole = estimate(*before_, options, *polygons_);
  ASSERT_TRUE(whole) << base::to_text(whole.error());
  const auto read = parse_estimate_state(to_bytes(*whole->state));
  ASSERT_TRUE(read) << base::to_text(read.error());
  const auto update = update_estimate(*read, with_find(*before_, cell_at(62, 60)), touching(*polygons_));
  ASSERT_TRUE(update) << base::to_text(update.error());
  EXPECT_TRUE(update->kinds.empty());
  ASSERT_FALSE(update->polygons.empty());
  EXPECT_TRUE(update->polygons[0].second.kinds.empty());
}

TEST_F(UpdateEstimate, GroundIsToldAnewWhereAnotherShareOfLandSearchedMatters) {
  const evidence::Observations now = with_release(*before_, 100, 50, 0);
  const EstimateState& state = *whole_->state;
  const auto refreshed = updated(now).update.refreshed;
  std::int64_t told = 0;
  for (const evidence::ShareChange& change :
       evidence::share_searched_changes(now.grid, before_->processed, now.processed)) {
    double most = 0;
    for (const ClassState& of_class : state.classes) {
      for (const SmoothEffect& effect : of_class.learnt.effects) {
        if (effect.name.starts_with("share of land searched")) {
          const auto worth = [&](float value) {
            return effect_at(effect, basis_place(effect, value), of_class.border.data());
          };
          most = std::max(most, std::abs(worth(change.now) - worth(change.before)));
        }
      }
    }
    told += refreshed[change.cell];
    EXPECT_TRUE(refreshed[change.cell] != 0 || most <= 0.002) << change.cell << ": " << most;
  }
  EXPECT_GT(told, 1000);
  // Not all that the share of land searched and then the short field may reach.
  const std::int32_t reach = range_cells(state) + evidence::share_searched_reach(now.grid);
  std::int64_t within = 0;
  std::int64_t refreshed_there = 0;
  for (std::int32_t row = std::max(0, 50 - reach); row < std::min<std::int32_t>(kRows, 58 + reach); ++row) {
    for (std::int32_t column = std::max(0, 100 - reach); column < std::min<std::int32_t>(kColumns, 108 + reach);
         ++column) {
      ++within;
      refreshed_there += refreshed[cell_at(column, row)];
    }
  }
  EXPECT_LT(refreshed_there, within * 9 / 10);
}

/// A window as the whole estimate saw it says what that says: cells told anew for a find far off stay as they were.
TEST_F(UpdateEstimate, CellsThatNothingBearsOnAreToldAsTheyWere) {
  const std::vector<PolygonCells> chain = {square("HA-1", 70, 60, 30)};  // reaches out of the range of the find
  const auto update = update_estimate(*whole_->state, with_find(*before_, cell_at(62, 60)), touching(chain));
  ASSERT_TRUE(update) << base::to_text(update.error());
  geo::Raster raster = whole_->hazard.raster;
  update->map.put_into(raster);
  std::vector<std::uint8_t> far(raster.grid.size(), 0);
  for (const geo::CellShare& touched : chain[0].cells) {
    far[touched.cell] = touched.cell % static_cast<std::uint32_t>(raster.grid.columns) >= 95 ? 1 : 0;
    EXPECT_EQ(update->refreshed[touched.cell], before_->inside[touched.cell]) << "a small polygon is told whole";
  }
  const Difference off = difference(raster, whole_->hazard.raster, far, 1);
  EXPECT_LT(off.probability, 0.001);
  EXPECT_LT(off.items, 0.003);
  EXPECT_EQ(update->polygons.size(), 1U);
}

/// One accident far from searches says less than .1 nats of all that is known, and most of what is known round it.
TEST_F(UpdateEstimate, AWholeEstimateFollowsALoneReportAsFarAsOneThatGoesOn) {
  const evidence::Observations now = with_report(*before_, cell_at(142, 75));
  EstimateOptions usual = *options_;
  usual.settled = EstimateOptions{}.settled;
  const auto made = estimate(now, usual, *polygons_);
  ASSERT_TRUE(made) << base::to_text(made.error());
  const std::vector<std::uint8_t> all(now.grid.size(), 1);
  const Difference off = difference(made->hazard.raster, made_anew(now).hazard.raster, all, 1);
  EXPECT_LT(off.probability, 0.01);
  EXPECT_LT(off.items, 0.05);
}

TEST_F(UpdateEstimate, IntervalsStayLikeThoseOfAWholeEstimate) {
  for (const evidence::Observations& now :
       {with_release(*before_, 101, 62, 3), with_report(*before_, cell_at(142, 75))}) {
    const Updated fast = updated(now);
    const EstimateResult anew = made_anew(now);
    double sum = 0;
    double sum_anew = 0;
    for (std::size_t cell = 0; cell < fast.update.refreshed.size(); ++cell) {
      if (fast.update.refreshed[cell] != 0) {
        sum += static_cast<double>(fast.raster.bands[3][cell]);
        sum_anew += static_cast<double>(anew.hazard.raster.bands[3][cell]);
        ASSERT_LE(fast.raster.bands[2][cell], fast.raster.bands[3][cell]);
      }
    }
    EXPECT_NEAR(sum, sum_anew, 0.05 * sum_anew);
  }
}

TEST_F(UpdateEstimate, TheStateServesAsWellFromBytes) {
  const StateBytes bytes = to_bytes(*whole_->state);
  const auto read = parse_estimate_state(bytes);
  ASSERT_TRUE(read) << base::to_text(read.error());
  const evidence::Observations now = with_release(*before_, 101, 62, 3);
  geo::Raster raster = whole_->hazard.raster;
  geo::Raster kinds = *whole_->kind_raster;
  const auto update = update_estimate(*read, now, touching(*polygons_), {.kind_raster = &kinds, .closer = {}});
  ASSERT_TRUE(update) << base::to_text(update.error());
  update->map.put_into(raster);
  const Updated direct = updated(now);
  EXPECT_LT(difference(kinds, direct.kinds, std::vector<std::uint8_t>(kinds.grid.size(), 1), 1, 6).probability, 1e-4);
  EXPECT_NEAR(update->kinds[0].kinds[1].totals.items_p95, direct.update.kinds[0].kinds[1].totals.items_p95, 2);
  const std::vector<std::uint8_t> all(raster.grid.size(), 1);
  EXPECT_LT(difference(raster, direct.raster, all, 1).probability, 1e-4);
  EXPECT_NEAR(update->totals.items_p95, direct.update.totals.items_p95, 2);
  const auto damaged = [&](std::string StateBytes::* shared, std::size_t tile, auto damage) {
    StateBytes other = bytes;
    damage(shared != nullptr ? other.*shared : other.tiles[tile]);
    return parse_estimate_state(other);
  };
  for (const auto shared : {&StateBytes::shared, static_cast<std::string StateBytes::*>(nullptr)}) {
    for (const std::size_t less : {std::size_t{1}, std::size_t{100}}) {
      EXPECT_FALSE(damaged(shared, 1, [&](std::string& one) { one.resize(one.size() - less); })) << less;
    }
    EXPECT_FALSE(damaged(shared, 1, [](std::string& one) { one += "x"; }));
    EXPECT_FALSE(damaged(shared, 1, [](std::string& one) { one.clear(); }));
  }
  EXPECT_FALSE(damaged(nullptr, 0, [&](std::string& one) { one = bytes.tiles.back(); })) << "of another size";
  StateBytes fewer = bytes;
  fewer.tiles.pop_back();
  EXPECT_FALSE(parse_estimate_state(fewer));
  // The last figure of the layout, least byte first.
  const auto of_older = damaged(&StateBytes::shared, 0, [](std::string& one) { --one[0]; });
  ASSERT_FALSE(of_older);
  EXPECT_NE(base::to_text(of_older.error()).find("another version"), std::string::npos);
}

TEST_F(UpdateEstimate, AStateWhoseKindsAreOfAnotherGridIsUnreadable) {
  EstimateState other = *whole_->state;
  other.nation_by_kind.blocks.pop_back();
  EXPECT_FALSE(parse_estimate_state(to_bytes(other)));
  other = *whole_->state;
  other.classes[0].learnt.kinds->ground.pop_back();
  EXPECT_FALSE(parse_estimate_state(to_bytes(other)));
}

TEST_F(UpdateEstimate, GivesTheSameBytesOnOneAndTwoThreads) {
  const evidence::Observations now = with_release(*before_, 101, 62, 3);
  base::set_thread_count(1);
  const Updated one = updated(now);
  base::set_thread_count(2);
  const Updated two = updated(now);
  base::set_thread_count(0);
  for (std::size_t band = 0; band < one.raster.bands.size(); ++band) {
    const auto& a = one.raster.bands[band];
    EXPECT_EQ(std::memcmp(a.data(), two.raster.bands[band].data(), a.size() * sizeof(float)), 0) << "band " << band;
  }
  for (std::size_t band = 0; band < one.kinds.bands.size(); ++band) {
    const auto& a = one.kinds.bands[band];
    EXPECT_EQ(std::memcmp(a.data(), two.kinds.bands[band].data(), a.size() * sizeof(float)), 0) << "kind " << band;
  }
  EXPECT_EQ(one.update.totals.items_p95, two.update.totals.items_p95);
  EXPECT_EQ(one.update.kinds[0].kinds[1].totals.items_p95, two.update.kinds[0].kinds[1].totals.items_p95);
}

TEST_F(UpdateEstimate, RefusesWhatItCannotFollow) {
  const std::vector<PolygonCells> none;
  const auto refused = [&](const evidence::Observations& now) {
    const auto update = update_estimate(*whole_->state, now, touching(none));
    return update ? std::string() : update.error().id;
  };
  evidence::Observations other = *before_;
  other.covariates.pop_back();
  EXPECT_EQ(refused(other), "estimate.update_needs_all");
  other = *before_;
  other.grid.west += 1;
  EXPECT_EQ(refused(other), "estimate.update_needs_all");
  other = *before_;
  other.mode = "presence-only";
  EXPECT_EQ(refused(other), "estimate.update_needs_all");
}

TEST_F(UpdateEstimate, WithoutAChangeNothingChanges) {
  const Updated fast = updated(*before_);
  EXPECT_EQ(fast.update.cells_changed, 0);
  EXPECT_EQ(fast.update.cells_refreshed, 0);
  EXPECT_EQ(fast.update.totals.items_mean, whole_->hazard.totals.items_mean);
  EXPECT_TRUE(fast.update.polygons.empty());
  EXPECT_TRUE(fast.update.map.cells.empty());
}

/// A map in cells of 200 m of the same ground: its cells are told whole, and the others stay as they were.
TEST_F(UpdateEstimate, AMapInLargerCellsIsBroughtUpToDateByWholeCells) {
  EstimateOptions options = *options_;
  options.together = 4;
  const auto whole = estimate(*before_, options, *polygons_);
  ASSERT_TRUE(whole) << base::to_text(whole.error());
  const evidence::Observations now = with_release(*before_, 126, 70, 6);
  geo::Raster raster = whole->hazard.raster;
  geo::Raster kinds = *whole->kind_raster;
  const auto update = update_estimate(*whole->state, now, touching(*polygons_), {.kind_raster = &kinds, .closer = {}});
  ASSERT_TRUE(update) << base::to_text(update.error());
  update->map.put_into(raster);
  const auto anew = estimate(now, options, *polygons_);
  ASSERT_TRUE(anew) << base::to_text(anew.error());
  ASSERT_EQ(raster.grid, anew->hazard.raster.grid);

  const MapCells cells(before_->grid, 4);
  std::vector<std::uint8_t> refreshed(cells.grid().size(), 0);
  for (std::uint32_t cell = 0; cell < update->refreshed.size(); ++cell) {
    refreshed[cells.of(cell)] |= update->refreshed[cell];
  }
  for (std::uint32_t cell = 0; cell < update->refreshed.size(); ++cell) {
    EXPECT_EQ(update->refreshed[cell], refreshed[cells.of(cell)]) << "cells of the map are told whole";
  }
  EXPECT_EQ(update->cells_refreshed, std::count(refreshed.begin(), refreshed.end(), std::uint8_t{1}));
  const Difference kept = difference(raster, whole->hazard.raster, refreshed, 0);
  EXPECT_EQ(kept.probability, 0);
  EXPECT_EQ(kept.items, 0);
  EXPECT_GT(difference(whole->hazard.raster, anew->hazard.raster, refreshed, 1).items, 0.05);
  // How alike the parts of cells are is not learned anew; of the few that surely hold some it is hardly known here.
  std::vector<std::uint8_t> likely(refreshed.size(), 0);
  for (std::size_t cell = 0; cell < likely.size(); ++cell) {
    likely[cell] = refreshed[cell] != 0 && raster.bands[0][cell] > 0.9F ? 1 : 0;
    refreshed[cell] = static_cast<std::uint8_t>(refreshed[cell] - likely[cell]);
  }
  for (const auto& [flags, close] : {std::pair{refreshed, 0.005}, std::pair{likely, 0.02}}) {
    const Difference within = difference(raster, anew->hazard.raster, flags, 1);
    EXPECT_LT(within.probability, close);
    EXPECT_LT(within.items, 0.01);
    const Difference of_mines = difference(kinds, *anew->kind_raster, flags, 1);
    EXPECT_LT(of_mines.probability, close);
    EXPECT_LT(of_mines.items, 0.01);
  }
  const Updated as_modelled = updated(now);  // whole cells are a little more ground, which moved with what all shares
  const EstimateResult modelled = made_anew(now);
  const double besides = left_beyond(modelled, as_modelled.update.refreshed) - left_beyond(modelled, update->refreshed);
  EXPECT_NEAR(update->totals.items_mean, as_modelled.update.totals.items_mean - besides,
              1e-4 * update->totals.items_mean);
}

}  // namespace
}  // namespace firmground::estimate
