#include "estimate/state_part.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"
#include "estimate/state_tiles.h"
#include "estimate/update_estimate.h"
#include "evidence/covariates.h"
#include "evidence/drawn_statements_testing.h"

namespace firmground::estimate {
namespace {

constexpr std::int32_t kColumns = 530;
constexpr std::int32_t kRows = 470;

std::uint32_t cell_at(std::int32_t column, std::int32_t row) {
  return static_cast<std::uint32_t>(row * kColumns + column);
}

void measure_searches(evidence::Observations& o) {
  mineaction::Snapshot said;
  for (std::int32_t k = 0; k < 200; ++k) {
    said.hazards.push_back(
        evidence::drawn_hazard(k % 2 == 0 ? mineaction::HazardType::confirmed : mineaction::HazardType::suspected,
                               mineaction::Device::ap_mine, {26 * (k % 20) + 5, 46 * (k / 20) + 5, 5}, o.grid));
  }
  std::erase_if(o.covariates, [](const auto& field) { return field.tells_effort || field.statements; });
  o.covariates.push_back({"share of land searched within 1.5 km",
                          "share",
                          evidence::share_searched_around(o.grid, o.processed),
                          false,
                          {},
                          true});
  o.covariates.push_back(*evidence::survey_statements(said, o.grid, o.processed, {}));
  o.kinds = {};
  for (const evidence::SearchedCell& searched : o.searched[0]) {
    if (searched.found > 0) {
      const bool av = searched.cell / kColumns > kRows / 2 && searched.cell % 2 == 0;
      o.kinds[0].cells.push_back({searched.cell, {av ? 0 : searched.found, av ? searched.found : 0, 0}});
      o.kinds[0].stated += searched.found;
    }
  }
}

/// 26 x 23 km: belts from west to east, searched here and there; people met mines between.
evidence::Observations ground() {
  evidence::Observations o;
  o.grid = {50, 40, 1'000, kColumns, kRows};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  mineaction::Snapshot front;
  front.reference_features.emplace_back();
  front.reference_features.back().layer = "contact-line";
  front.reference_features.back().geometry.lines = {{{2'000, 27'000}, {14'000, 40'000}, {28'000, 50'000}}};
  o.line = std::make_shared<evidence::LineDirection>(front, o.grid);
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  road.tells_people = true;
  o.records.emplace();
  o.records->records = {{"MR-1", "army", 0.9, 0.7, 0}, {"MR-2", "army", 0.6, 0.4, 0}};
  base::Random random(8);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const auto column = static_cast<std::int32_t>(cell % kColumns);
    const auto row = static_cast<std::int32_t>(cell / kColumns);
    road.value.push_back(static_cast<float>((row + column / 2) % 90) * 50);
    const bool belt = row % 60 >= 24 && row % 60 < 30;
    const bool searched = (column / 12) % 3 == 0 && (row / 10) % 4 < 2;
    if (searched) {
      o.processed[cell] = 1;
      o.searched[0].push_back({cell, 1.0F, 0.9F, random.chance(belt ? 0.4 : 0.01) ? 2U : 0U});
      o.searched[1].push_back({cell, 1.0F, 0.8F, random.chance(0.02) ? 1U : 0U});
    } else if (belt && column % 41 == 13 && row % 60 == 27) {
      o.reports[0].push_back({cell, 1, 2015});
    }
    if (row >= 200 && row < 204 && column >= 250 && column < 300) {
      o.records->shares.push_back({cell, column < 280 ? 0U : 1U, 0.4F});
    }
  }
  o.covariates.push_back(road);
  measure_searches(o);
  return o;
}

evidence::Observations with_find(evidence::Observations o, std::uint32_t cell) {
  for (evidence::SearchedCell& searched : o.searched[0]) {
    searched.found += searched.cell == cell ? 1 : 0;
  }
  measure_searches(o);
  return o;
}

evidence::Observations with_report(evidence::Observations o, std::uint32_t cell) {
  o.reports[0].push_back({cell, 1, 2024});
  std::sort(o.reports[0].begin(), o.reports[0].end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  return o;
}

evidence::Observations with_release(evidence::Observations o, std::int32_t column, std::int32_t row) {
  for (std::int32_t r = row; r < row + 6; ++r) {
    for (std::int32_t c = column; c < column + 6; ++c) {
      EXPECT_EQ(std::exchange(o.processed[cell_at(c, r)], 1), 0);
      o.searched[0].push_back({cell_at(c, r), 1.0F, 0.95F, 0});
      o.searched[1].push_back({cell_at(c, r), 1.0F, 0.8F, 0});
    }
  }
  for (auto& list : o.searched) {
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
  }
  measure_searches(o);
  return o;
}

PolygonCells rectangle(const std::string& id, const geo::Grid& country, const evidence::Region& of,
                       const evidence::Region& part) {
  PolygonCells polygon{id, 2500.0 * of.columns * of.rows, {}};
  for (std::int32_t r = of.first_row; r < of.first_row + of.rows; ++r) {
    for (std::int32_t c = of.first_column; c < of.first_column + of.columns; ++c) {
      if (const auto cell = evidence::cell_in(part, country, cell_at(c, r))) {
        polygon.cells.push_back({*cell, 1.0F});
      } else {
        ++polygon.beyond;
      }
    }
  }
  return polygon;
}

std::vector<PolygonCells> polygons_of(const geo::Grid& country, const evidence::Region& part) {
  return {rectangle("HA-1", country, {262, 190, 14, 11}, part), rectangle("D-1", country, {0, 0, 400, 300}, part),
          rectangle("far", country, {10, 400, 8, 8}, part), rectangle("LR-1", country, {258, 196, 9, 9}, part)};
}

evidence::Observations seen_in(const evidence::Observations& country, const evidence::Region& part) {
  evidence::Observations result = evidence::observations_in(country, part);
  for (const evidence::CovariateField& field : country.covariates) {
    result.covariates.push_back(evidence::field_in(field, country.grid, part));
  }
  return result;
}

class StatePart : public testing::TestWithParam<std::int32_t> {
 protected:
  void SetUp() override {
    if (GetParam() != together_) {
      together_ = GetParam();
      before_ = ground();
      EstimateOptions options;
      options.keep = true;
      options.together = together_;
      options.kinds = KindUse::totals;
      options.hyper = {Hyperparameters{6.2, 1.04, -0.45, 1.95, 1.5, 0}, Hyperparameters{5.1, -0.78, -1.97, 2.33}};
      auto whole = estimate(before_, options, polygons_of(before_.grid, {0, 0, kColumns, kRows}));
      ASSERT_TRUE(whole) << base::to_text(whole.error());
      bytes_ = to_bytes(*whole->state);
      auto read = parse_estimate_state(bytes_);
      ASSERT_TRUE(read) << base::to_text(read.error());
      state_ = std::move(*read);
    }
  }
  static EstimateState state_of(const evidence::Region& part) {
    auto shared = parse_shared_state(bytes_.shared);
    EXPECT_TRUE(shared) << base::to_text(shared.error());
    std::vector<std::string_view> tiles;
    for (const std::size_t tile : tiles_of(*shared).of(part)) {
      tiles.push_back(bytes_.tiles[tile]);
    }
    auto state = with_tiles(std::move(*shared), part, tiles);
    EXPECT_TRUE(state) << base::to_text(state.error());
    return std::move(*state);
  }
  /// Told with all of the country, and with a part of it.
  void expect_alike(const evidence::Observations& now, std::int32_t column, std::int32_t row, std::int32_t cells) {
    const auto all = update_estimate(state_, now, touching(all_polygons_));
    ASSERT_TRUE(all) << base::to_text(all.error());
    const evidence::Region part = part_round(state_, {column, row, 6, 6}, cells);
    ASSERT_LT(part.size(), state_.grid.size() * 3 / 4) << "it is a part";
    const EstimateState of_part = state_of(part);
    const std::vector<PolygonCells> polygons = polygons_of(before_.grid, part);
    const auto told = update_estimate(of_part, seen_in(now, part), touching(polygons));
    ASSERT_TRUE(told) << base::to_text(told.error());
    ASSERT_FALSE(told->needs_wider);
    EXPECT_GT(told->cells_refreshed, 0);
    EXPECT_EQ(told->cells_refreshed, all->cells_refreshed);
    EXPECT_EQ(told->cells_changed, all->cells_changed);
    EXPECT_EQ(told->reports_changed, all->reports_changed);
    EXPECT_EQ(told->map.cells, all->map.cells);
    for (std::size_t band = 0; band < all->map.values.size(); ++band) {
      for (std::size_t i = 0; i < all->map.cells.size(); ++i) {
        ASSERT_NEAR(told->map.values[band][i], all->map.values[band][i], 1e-5 + 1e-4 * all->map.values[band][i])
            << band << ", cell " << all->map.cells[i];
      }
    }
    EXPECT_NEAR(told->totals.items_mean, all->totals.items_mean, 1e-6 * all->totals.items_mean);
    EXPECT_NEAR(told->totals.items_p95, all->totals.items_p95, 1e-6 * all->totals.items_p95);
    EXPECT_NEAR(told->shift_beyond, all->shift_beyond, 1e-6);
    ASSERT_EQ(told->kinds.size(), all->kinds.size());
    for (std::size_t k = 0; k < all->kinds.size(); ++k) {
      EXPECT_EQ(told->kinds[k].stated, all->kinds[k].stated);
      for (std::size_t j = 0; j < all->kinds[k].kinds.size(); ++j) {
        const double items = all->kinds[k].kinds[j].totals.items_mean;
        EXPECT_NEAR(told->kinds[k].kinds[j].totals.items_mean, items, 1e-5 * items);
      }
    }
    expect_polygons_alike(*told, *all);
  }
  static void expect_polygons_alike(const EstimateUpdate& told, const EstimateUpdate& all) {
    ASSERT_EQ(told.polygons.size(), all.polygons.size());
    EXPECT_EQ(told.reasons_stay, all.reasons_stay);
    for (std::size_t k = 0; k < all.polygons.size(); ++k) {
      const auto& [place, polygon] = all.polygons[k];
      EXPECT_EQ(told.polygons[k].first, place);
      EXPECT_EQ(told.polygons[k].second.id, polygon.id);
      EXPECT_NEAR(told.polygons[k].second.items_mean, polygon.items_mean, 1e-5 * polygon.items_mean);
      EXPECT_NEAR(told.polygons[k].second.probability_none, polygon.probability_none, 1e-5);
      EXPECT_EQ(told.polygons[k].second.reasons.size(), polygon.reasons.size());
    }
  }

  static inline std::int32_t together_ = 0;
  static inline evidence::Observations before_;
  static inline StateBytes bytes_;
  static inline EstimateState state_;
  static inline const std::vector<PolygonCells> all_polygons_ =
      polygons_of({50, 40, 1'000, kColumns, kRows}, {0, 0, kColumns, kRows});
};

TEST_P(StatePart, TellsWhatTheWholeDoes) {
  {
    SCOPED_TRACE("a find");
    expect_alike(with_find(before_, cell_at(254, 203)), 254, 203, 150);
  }
  {
    SCOPED_TRACE("what people met");
    expect_alike(with_report(before_, cell_at(268, 197)), 268, 197, 150);
  }
  {
    SCOPED_TRACE("a release");
    expect_alike(with_release(before_, 265, 195), 265, 195, 190);
  }
  {
    SCOPED_TRACE("a find at the country's corner");
    expect_alike(with_find(before_, cell_at(3, 2)), 3, 2, 150);
  }
}

TEST_P(StatePart, SaysWhereItIsTooSmall) {
  const evidence::Observations now = with_find(before_, cell_at(254, 203));
  const auto needs_wider = [&](std::int32_t cells, std::size_t beyond) {
    const evidence::Region part = part_round(state_, {254, 203, 6, 6}, cells);
    std::vector<PolygonCells> polygons = polygons_of(before_.grid, part);
    polygons[0].beyond += beyond;
    const auto told = update_estimate(state_of(part), seen_in(now, part), touching(polygons));
    EXPECT_TRUE(told) << base::to_text(told.error());
    return told->needs_wider;
  };
  EXPECT_FALSE(needs_wider(150, 0));
  EXPECT_TRUE(needs_wider(40, 0)) << "the fit would look beyond";
  EXPECT_TRUE(needs_wider(150, 3)) << "a polygon told whole reaches out";
}

/// A CHA is weighed as a whole, and may lie in pieces.
TEST_P(StatePart, SaysWhereAConfirmedAreaHasCellsBeyond) {
  const evidence::Region part = part_round(state_, {254, 203, 6, 6}, 150);
  const evidence::Observations now = seen_in(with_find(before_, cell_at(254, 203)), part);
  EstimateState of_part = state_of(part);
  const evidence::CovariateField& said = now.covariates.back();
  const std::uint32_t near = *evidence::cell_in(part, before_.grid, cell_at(266, 190));
  const auto cell = std::find_if(said.confirmed->begin(), said.confirmed->end(),
                                 [&](const evidence::ConfirmedCell& one) { return one.cell == near; });
  ASSERT_NE(cell, said.confirmed->end());
  ++of_part.confirmed[cell->area];
  const auto told = update_estimate(of_part, now, touching(polygons_of(before_.grid, part)));
  ASSERT_TRUE(told) << base::to_text(told.error());
  EXPECT_TRUE(told->needs_wider);
}

INSTANTIATE_TEST_SUITE_P(CellsOfTheMap, StatePart, testing::Values(1, 2));

}  // namespace
}  // namespace firmground::estimate
