#include "estimate/estimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/class_parts.h"
#include "estimate/prediction.h"

namespace firmground::estimate {
namespace {

/// 80 x 60 cells of 50 m: a belt across the middle, searched in its western half, some ground searched in vain.
evidence::Observations belt_half_searched() {
  evidence::Observations o;
  o.grid = {50, 0, 60, 80, 60};
  o.inside.assign(o.grid.size(), 1);
  o.inside[0] = 0;
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
    if (column < 40 && (row / 6) % 2 == 0 && o.inside[cell] != 0) {
      o.processed[cell] = 1;
      const std::uint32_t found = belt && random.chance(0.7) ? 1 + static_cast<std::uint32_t>(random.poisson(2)) : 0;
      o.searched[0].push_back({cell, 1.0F, 0.9F, found});
      o.searched[1].push_back({cell, 1.0F, 0.9F, random.chance(0.01) ? 1U : 0U});
    }
  }
  o.covariates.push_back(road);
  return o;
}

double mean_of(const geo::Raster& raster, std::size_t band, std::int32_t first_column, std::int32_t first_row,
               std::int32_t rows) {
  double sum = 0;
  for (std::int32_t row = first_row; row < first_row + rows; ++row) {
    for (std::int32_t column = first_column; column < first_column + 10; ++column) {
      sum += static_cast<double>(raster.bands[band][raster.grid.index(column, row)]);
    }
  }
  return sum / (10 * rows);
}

TEST(Estimate, ABeltGoesOnWhereTheSearchStopped) {
  const auto result = estimate(belt_half_searched());
  ASSERT_TRUE(result) << base::to_text(result.error());
  const geo::Raster& map = result->hazard.raster;
  const double ahead = mean_of(map, 0, 41, 28, 4);
  const double beside = mean_of(map, 0, 41, 10, 4);
  EXPECT_GT(ahead, 1.3 * beside);
  // Where nobody searched for a kilometre less is known than beside the search.
  EXPECT_LT(mean_of(map, 4, 69, 50, 4), mean_of(map, 4, 20, 20, 4));
}

double covariance(std::span<const float> a, std::span<const float> b) {
  double sum_a = 0;
  double sum_b = 0;
  double product = 0;
  for (std::size_t m = 0; m < a.size(); ++m) {
    sum_a += static_cast<double>(a[m]);
    sum_b += static_cast<double>(b[m]);
    product += static_cast<double>(a[m]) * static_cast<double>(b[m]);
  }
  const auto n = static_cast<double>(a.size());
  return product / n - sum_a / n * (sum_b / n);
}

/// Ground never searched has something in common over 1.6 km that neither fields nor effects tell (eq. 65).
TEST(Estimate, SquaresNeverSearchedHaveSomethingInCommon) {
  const evidence::Observations o = belt_half_searched();
  EstimateOptions options;
  options.draws = 4000;
  Hyperparameters flat;  // fields that hardly vary
  flat.log_short_range_m = std::log(300);
  flat.log_short_sd = flat.log_long_sd = std::log(0.05);
  flat.log_smooth_precision = 6;
  options.hyper = {flat, flat};
  const auto posterior = fit_class(o, 0, options);
  ASSERT_TRUE(posterior) << base::to_text(posterior.error());
  EXPECT_EQ((*posterior)->model.search_worth, options.left_out.search_worth);
  const std::uint32_t searched = 28 * 80 + 20;
  // All on one row; the second and third lie in one square of 32 cells and the last in the next one.
  const std::vector<std::uint32_t> cells = {searched, 28 * 80 + 42, 28 * 80 + 62, 28 * 80 + 66};
  LogIntensity told;
  CellPredictor(**posterior, o, options).log_intensity(cells, {}, told);
  const auto among = [&](std::size_t i, std::size_t j) {
    const std::span<const float> eta(told.eta);
    return covariance(eta.subspan(i * 4000, 4000), eta.subspan(j * 4000, 4000));
  };
  EXPECT_NEAR(told.variance[1] - told.variance[0], 0.49, 0.02);
  EXPECT_NEAR(told.mean[1] - told.mean[0], -0.245, 0.02) << "the mean intensity stays";
  EXPECT_NEAR(among(1, 2) - among(2, 3), 0.49, 0.06);
  EXPECT_NEAR(among(1, 1) - among(0, 0), 0.49, 0.06);
  options.leave_out.assign(o.grid.size(), 0);
  options.leave_out[searched] = 1;
  LogIntensity left_out;
  CellPredictor(**posterior, o, options).log_intensity({searched}, {}, left_out);
  EXPECT_NEAR(left_out.variance[0] - told.variance[0], 0.49, 1e-9) << "nobody told the fit";
}

TEST(Estimate, KeepsItsPromisesInEveryCell) {
  const auto result = estimate(belt_half_searched());
  ASSERT_TRUE(result);
  const geo::Raster& map = result->hazard.raster;
  EXPECT_TRUE(std::isnan(map.bands[0][0])) << "outside the area of interest is not estimated, never 0";
  double sum = 0;
  for (std::size_t i = 1; i < map.grid.size(); ++i) {
    ASSERT_GE(map.bands[0][i], 0);
    ASSERT_LE(map.bands[0][i], 1);
    ASSERT_GE(map.bands[1][i], map.bands[0][i]);
    ASSERT_LE(map.bands[2][i], map.bands[3][i]);
    ASSERT_GE(map.bands[4][i], 0);
    ASSERT_LE(map.bands[4][i], 1);
    sum += static_cast<double>(map.bands[1][i]);
  }
  EXPECT_NEAR(sum, result->hazard.totals.items_mean, 1e-6 * sum);
  EXPECT_LE(result->hazard.totals.items_p05, result->hazard.totals.items_mean);
  EXPECT_GE(result->hazard.totals.items_p95, result->hazard.totals.items_mean);
}

TEST(Estimate, GivesTheSameBytesOnOneAndTwoThreads) {
  base::set_thread_count(1);
  const auto one = estimate(belt_half_searched());
  base::set_thread_count(2);
  const auto two = estimate(belt_half_searched());
  base::set_thread_count(0);
  ASSERT_TRUE(one && two);
  for (std::size_t band = 0; band < 5; ++band) {
    const auto& a = one->hazard.raster.bands[band];
    const auto& b = two->hazard.raster.bands[band];
    EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)), 0) << "band " << band;
  }
  EXPECT_EQ(one->hazard.totals.items_p95, two->hazard.totals.items_p95);
}

TEST(Estimate, APolygonSumsItsCellsAndSaysWhy) {
  const evidence::Observations ground = belt_half_searched();
  PolygonCells polygon{"HA-1", 10 * 4 * 2500, {}};
  for (std::int32_t row = 28; row < 32; ++row) {
    for (std::int32_t column = 41; column < 51; ++column) {
      polygon.cells.push_back({static_cast<std::uint32_t>(ground.grid.index(column, row)), 1.0F});
    }
  }
  const auto result = estimate(ground, {}, {polygon});
  ASSERT_TRUE(result);
  const PolygonEstimate& p = result->polygons.at(0);
  EXPECT_NEAR(p.items_mean, 40 * mean_of(result->hazard.raster, 1, 41, 28, 4), 1e-3 * p.items_mean);
  EXPECT_GT(p.probability_none, 0);
  EXPECT_LT(p.probability_none, 0.5);
  EXPECT_LE(p.items_p05, p.items_mean);
  EXPECT_GE(p.items_p95, p.items_mean);
  EXPECT_FALSE(p.reasons.empty());
}

TEST(Estimate, NumbersInAPolygonScatterAsClumpedCountsDo) {
  const evidence::Observations ground = belt_half_searched();
  PolygonCells polygon{"HA-1", 10 * 4 * 2500, {}};
  for (std::int32_t row = 28; row < 32; ++row) {
    for (std::int32_t column = 41; column < 51; ++column) {
      polygon.cells.push_back({static_cast<std::uint32_t>(ground.grid.index(column, row)), 1.0F});
    }
  }
  EstimateOptions options;
  options.draws = 2000;
  const auto result = estimate(ground, options, {polygon});
  ASSERT_TRUE(result);
  const PolygonEstimate& p = result->polygons.at(0);
  ASSERT_EQ(p.predicted.size(), 2000U);
  ASSERT_TRUE(std::is_sorted(p.predicted.begin(), p.predicted.end()));
  double sum = 0;
  double none = 0;
  for (const float n : p.predicted) {
    sum += static_cast<double>(n) / 2000;
    none += n == 0 ? 1.0 / 2000 : 0;
  }
  EXPECT_NEAR(sum, p.items_mean, 0.1 * p.items_mean);
  EXPECT_NEAR(none, p.probability_none, 0.03) << "both tell how often the polygon is empty";
}

/// The belt, and records that reach all of it and nothing else, as reconciliation would leave them.
evidence::Observations belt_on_record() {
  evidence::Observations o = belt_half_searched();
  o.records =
      evidence::RecordFields{{{"A-00012", "Hand-over 2021", 0.83, 0.75, 2.0}, {"A-00013", "", 0.5, 0.4, 0.0}}, {}, {}};
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t row = cell / 80;
    if (row >= 28 && row < 32) {
      o.records->shares.push_back({cell, 0, 0.9F});
      if (row == 30) {
        o.records->shares.push_back({cell, 1, 0.2F});
      }
    }
  }
  return o;
}

TEST(Estimate, GroundThatRecordsReachIsLikelier) {
  const auto with = estimate(belt_on_record());
  const auto without = estimate(belt_half_searched());
  ASSERT_TRUE(with && without);
  // Far from any search only the record tells of the belt.
  EXPECT_GT(mean_of(with->hazard.raster, 0, 69, 28, 4), 2 * mean_of(without->hazard.raster, 0, 69, 28, 4));
  EXPECT_LT(mean_of(with->hazard.raster, 0, 69, 10, 4), mean_of(with->hazard.raster, 0, 69, 28, 4));
}

TEST(Estimate, APolygonNamesTheRecordThatReachesIt) {
  const evidence::Observations ground = belt_on_record();
  const auto reasons_at = [&](std::int32_t row) {
    PolygonCells polygon{"HA-1", 2500, {{static_cast<std::uint32_t>(ground.grid.index(70, row)), 1.0F}}};
    std::string all;
    const auto result = estimate(ground, {}, {polygon});
    for (const Reason& reason : result->polygons.at(0).reasons) {
      all += reason.text + "\n";
    }
    return all;
  };
  const std::string here = reasons_at(29);
  EXPECT_NE(here.find("record A-00012 of Hand-over 2021 (P(field to be found) 0."), std::string::npos) << here;
  EXPECT_EQ(here.find("more record"), std::string::npos) << here;
  EXPECT_NE(reasons_at(30).find("; 1 more record) reaches this cell\n"), std::string::npos) << reasons_at(30);
  EXPECT_EQ(reasons_at(10).find("A-00012"), std::string::npos) << "it does not reach there";
}

TEST(Estimate, RecordsOfMinesSayNothingOfErw) {
  evidence::Observations with = belt_on_record();
  evidence::Observations without = belt_half_searched();
  with.searched[0].clear();
  without.searched[0].clear();
  const auto a = estimate(with);
  const auto b = estimate(without);
  ASSERT_TRUE(a && b);
  for (std::size_t band = 0; band < 5; ++band) {
    const auto& one = a->hazard.raster.bands[band];
    const auto& other = b->hazard.raster.bands[band];
    EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)), 0) << "band " << band;
  }
}

TEST(Estimate, TheStampTellsWhetherRecordsWereReconciled) {
  EXPECT_NE(settings_json(belt_on_record(), {}).find(R"("records":"reconciled")"), std::string::npos);
  EXPECT_NE(settings_json(belt_half_searched(), {}).find(R"("records":"as-drawn")"), std::string::npos);
  EstimateOptions as_written;
  as_written.left_out = {1, 0, 1};
  EXPECT_NE(settings_json(belt_half_searched(), as_written).find(R"("search_worth":1.0,"untold_sd":0.0)"),
            std::string::npos);
}

/// Events of eight years in 40 x 40 cells of 2 km: one place reports year after year, some others once.
evidence::Observations bare_register() {
  evidence::Observations o;
  o.grid = {2000, 0, 40, 40, 40};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "presence-only";
  o.snapshot_hash = "drawn";
  base::Random random(4);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    for (std::int16_t year = 2000; year < 2008; ++year) {
      const double rate = cell == 820 ? 3 : 0.01;
      if (const std::int64_t count = random.poisson(rate); count > 0) {
        o.reports[1].push_back({cell, static_cast<std::uint32_t>(count), year});
      }
    }
  }
  return o;
}

TEST(Estimate, TheChanceOfAnyEventIsThatOfTheLawOfEvents) {
  const evidence::Observations o = bare_register();
  EstimateOptions three_years;
  three_years.years_ahead = 3;
  const auto one = estimate(o);
  const auto three = estimate(o, three_years);
  ASSERT_TRUE(one) << base::to_text(one.error());
  ASSERT_TRUE(three) << base::to_text(three.error());
  double sum = 0;
  double sum_of_poisson = 0;
  for (std::size_t cell = 0; cell < o.grid.size(); ++cell) {
    const auto any = static_cast<double>(one->hazard.raster.bands[0][cell]);
    const auto expected = static_cast<double>(one->hazard.raster.bands[1][cell]);
    const auto any_of_three = static_cast<double>(three->hazard.raster.bands[0][cell]);
    const auto expected_of_three = static_cast<double>(three->hazard.raster.bands[1][cell]);
    ASSERT_GT(any, 0);
    // Rates differ for reasons that nobody knows: any event is rarer than among as many Poisson events.
    ASSERT_LE(any, -std::expm1(-expected) + 1e-6);
    if (cell != 820) {
      sum += any;
      sum_of_poisson += -std::expm1(-expected);
    }
    ASSERT_LE(any_of_three, -std::expm1(-expected_of_three) + 1e-6);
    // A year without events speaks against events in the next.
    ASSERT_GT(any_of_three, any);
    ASSERT_LE(any_of_three, 1 - std::pow(1 - any, 3) + 1e-6);
    ASSERT_GT(expected_of_three, 1.5 * expected);
  }
  EXPECT_LT(sum, 0.995 * sum_of_poisson);
  const auto quiet = static_cast<double>(one->hazard.raster.bands[1][0]);
  EXPECT_GT(static_cast<double>(one->hazard.raster.bands[1][820]), 20 * quiet);
  EXPECT_NE(settings_json(o, three_years).find(R"("years_ahead":3)"), std::string::npos);
  EXPECT_EQ(settings_json(o, {}).find("years_ahead"), std::string::npos);
}

double learned_of(const EstimateResult& result, const std::string& what) {
  for (const auto& [name, value] : result.hazard.hyperparameters) {
    if (name.starts_with(what)) {
      return value;
    }
  }
  return NAN;
}

TEST(Estimate, TheLawOfEventsIsLearnedOfAllCellsHoweverFewTheFieldsAre) {
  const evidence::Observations o = bare_register();
  EstimateOptions few;
  few.most_hyper_searches = 200;
  const auto all = estimate(o);
  const auto some = estimate(o, few);
  ASSERT_TRUE(all && some);
  EXPECT_LT(learned_of(*all, "event_shape"), 0.5) << "one place reports year after year";
  EXPECT_EQ(learned_of(*some, "event_shape"), learned_of(*all, "event_shape"));
  EXPECT_EQ(learned_of(*some, "event_weight_per_year"), learned_of(*all, "event_weight_per_year"));
}

TEST(Estimate, GroundThatForetoldBadlyIsBelievedLess) {
  evidence::Observations o = bare_register();
  o.reports[1].clear();
  for (std::uint32_t cell = 0; cell < o.grid.size(); cell += 3) {
    const bool west = cell % 40 < 12;
    for (std::int16_t year = 2000; year < 2008; ++year) {
      if ((west || year >= 2006) && (cell + static_cast<std::uint32_t>(year)) % 4 == 0) {
        o.reports[1].push_back({cell, 1, year});
      }
    }
  }
  const auto moved = estimate(o);
  ASSERT_TRUE(moved) << base::to_text(moved.error());
  EXPECT_LT(learned_of(*moved, "event_ground_power"), 0.9);
}

TEST(Estimate, RefusesGroundThatNobodyObserved) {
  evidence::Observations empty = belt_half_searched();
  empty.searched = {};
  const auto result = estimate(empty);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "estimate.nothing_observed");
}

}  // namespace
}  // namespace firmground::estimate
