#include "pipeline/update_estimate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/estimate_programme.h"
#include "simulate/country.h"

namespace firmground::pipeline {
namespace {

/// The small invented country on coarse cells, estimated once and kept.
class UpdateEstimateProgramme : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto country = simulate::simulate({});
    ASSERT_TRUE(country.has_value()) << to_text(country.error());
    snapshot_ = new mineaction::Snapshot(std::move(country->known));
    snapshot_->hash = mineaction::content_hash_of(*snapshot_);
    std::filesystem::remove_all(kept_folder());
    std::filesystem::create_directories(kept_folder());
    auto programme = registry::Register::create((kept_folder() / "kept.gpkg").string(), "invented-country", "test");
    ASSERT_TRUE(programme.has_value());
    EstimateRequest request;
    request.observe.cell_m = 500;
    request.estimate.draws = 20;
    request.estimate.kinds = estimate::KindUse::map;
    const auto outcome = estimate_programme(*programme, *snapshot_, request);
    ASSERT_TRUE(outcome.has_value()) << to_text(outcome.error());
    whole_ = new StoredEstimate(outcome->stored);
  }
  static void TearDownTestSuite() {
    std::filesystem::remove_all(kept_folder());
    delete snapshot_;
    delete whole_;
  }
  static std::filesystem::path kept_folder() {
    return std::filesystem::path(testing::TempDir()) /
           ("firmground_update_estimate_kept_" + std::to_string(getpid()));  // tests run beside each other
  }

  UpdateEstimateProgramme() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::filesystem::copy_file(kept_folder() / "kept.gpkg", folder_ / "test.gpkg");
    programme_ = registry::Register::open((folder_ / "test.gpkg").string());
  }
  ~UpdateEstimateProgramme() override {
    programme_ = base::fail("base.cancelled");  // closes the file before its folder goes
    std::filesystem::remove_all(folder_);
  }

  EstimateUpdateOutcome updated(const mineaction::Snapshot& snapshot) {
    auto outcome = update_estimate_programme(*programme_, snapshot);
    EXPECT_TRUE(outcome.has_value()) << to_text(outcome.error());
    return outcome ? std::move(*outcome) : EstimateUpdateOutcome{};
  }
  geo::Raster raster() const {
    auto raster = latest_hazard_raster(*programme_, *snapshot_->crs);
    EXPECT_TRUE(raster.has_value() && raster->has_value());
    return std::move(**raster);
  }
  std::string refusal(const mineaction::Snapshot& snapshot) {
    const auto outcome = update_estimate_programme(*programme_, snapshot);
    EXPECT_FALSE(outcome.has_value());
    return outcome ? "" : outcome.error().id;
  }
  /// The same country with five mines more where one was found.
  static mineaction::Snapshot with_find() {
    mineaction::Snapshot now = *snapshot_;
    auto find = *std::find_if(now.finds.begin(), now.finds.end(),
                              [](const auto& f) { return f.device == mineaction::Device::ap_mine; });
    find.find_id = "NEW-1";
    find.count = 5;
    now.finds.push_back(find);
    now.hash = mineaction::content_hash_of(now);
    return now;
  }

  static inline mineaction::Snapshot* snapshot_ = nullptr;
  static inline const StoredEstimate* whole_ = nullptr;
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("firmground_update_estimate_") + testing::UnitTest::GetInstance()->current_test_info()->name());
  base::Result<registry::Register> programme_ = base::fail("base.cancelled");
};

TEST_F(UpdateEstimateProgramme, NeedsAWholeEstimateFirst) {
  auto empty = registry::Register::create((folder_ / "empty.gpkg").string(), "invented-country", "test");
  ASSERT_TRUE(empty.has_value());
  const auto outcome = update_estimate_programme(*empty, *snapshot_);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().id, "pipeline.no_estimate_to_update");
}

TEST_F(UpdateEstimateProgramme, AFindRefreshesTheMapRoundItAndIsKept) {
  const geo::Raster before = raster();
  const mineaction::Snapshot now = with_find();
  EXPECT_TRUE((*latest_estimate(*programme_, now))->stale);
  const EstimateUpdateOutcome outcome = updated(now);
  EXPECT_EQ(outcome.cells_changed, 1);
  EXPECT_GT(outcome.cells_refreshed, 0);
  const auto kept = latest_estimate(*programme_, now);
  ASSERT_TRUE(kept.has_value() && kept->has_value());
  EXPECT_FALSE((*kept)->stale);
  EXPECT_EQ(to_json(**kept), to_json(outcome.stored));
  EXPECT_EQ(nlohmann::json::parse((*kept)->stamp.settings).at("updated_from"), whole_->stamp.id());
  EXPECT_EQ((*kept)->polygons.at("hazards").size(), whole_->polygons.at("hazards").size());
  EXPECT_EQ(to_bytes((*kept)->polygons), to_bytes(outcome.stored.polygons));
  EXPECT_EQ(to_json(**latest_whole_summary(*programme_)), to_json(*whole_)) << "it stays as it was made";
  const geo::Raster after = raster();
  const auto geotiff = latest_hazard_geotiff(*programme_, *snapshot_->crs);
  ASSERT_TRUE(geotiff.has_value() && geotiff->has_value());
  EXPECT_EQ(after.metadata.at("FIRMGROUND_STAMP"), (*kept)->stamp.to_json());
  const std::int64_t cell = after.grid.cell_of(now.finds.back().position);
  EXPECT_EQ(geo::from_geotiff(**geotiff, *snapshot_->crs)->bands[1][static_cast<std::size_t>(cell)],
            after.bands[1][static_cast<std::size_t>(cell)]);
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < after.grid.size(); ++i) {
    moved += std::abs(after.bands[1][i] - before.bands[1][i]) > 1e-4F ? 1 : 0;
  }
  EXPECT_GT(moved, 0);
  EXPECT_LE(moved, outcome.cells_refreshed) << "the rest of the map is as it was";
  EXPECT_GT(std::abs(after.bands[1][static_cast<std::size_t>(cell)] - before.bands[1][static_cast<std::size_t>(cell)]),
            0.01F);
}

TEST_F(UpdateEstimateProgramme, AnAccidentWhereNobodySearchedRaisesTheMapRoundItUntilItIsWithdrawn) {
  const geo::Raster before = raster();
  std::size_t vaguest = before.grid.size();
  for (std::size_t i = 0; i < before.grid.size(); ++i) {
    if (!std::isnan(before.bands[4][i]) &&
        (vaguest == before.grid.size() || before.bands[4][i] < before.bands[4][vaguest])) {
      vaguest = i;
    }
  }
  mineaction::Snapshot now = *snapshot_;
  mineaction::Accident accident = now.accidents.front();
  accident.accident_id = "NEW-1";
  accident.device = mineaction::Device::ap_mine;
  accident.position = before.grid.centre(vaguest);
  accident.precision_m = 50;
  now.accidents.push_back(accident);
  now.hash = mineaction::content_hash_of(now);
  const EstimateUpdateOutcome outcome = updated(now);
  EXPECT_EQ(outcome.cells_changed, 0);
  EXPECT_EQ(outcome.reports_changed, 1);
  EXPECT_EQ(outcome.reports_aside, 0);
  EXPECT_GT(raster().bands[0][vaguest], 1.1F * before.bands[0][vaguest]);
  const EstimateUpdateOutcome back = updated(*snapshot_);
  EXPECT_EQ(back.reports_changed, 0);
  EXPECT_NEAR(raster().bands[0][vaguest], before.bands[0][vaguest], 0.005);
}

/// Expected items by kind, of the nation.
std::map<evidence::ItemKind, double> items_by_kind(const StoredEstimate& estimate) {
  std::map<evidence::ItemKind, double> items;
  for (const estimate::ClassKinds& of_class : estimate.kinds) {
    for (const estimate::KindTotals& kind : of_class.kinds) {
      items[kind.kind] = kind.totals.items_mean;
    }
  }
  return items;
}

TEST_F(UpdateEstimateProgramme, AnUpdateTellsKindsThatAddUp) {
  const EstimateUpdateOutcome outcome = updated(with_find());
  EXPECT_GT(items_by_kind(outcome.stored)[evidence::ItemKind::ap_mines],
            items_by_kind(*whole_)[evidence::ItemKind::ap_mines])
      << "AP mines were found";
  EXPECT_EQ(outcome.stored.kinds[0].stated, whole_->kinds[0].stated + 5);
  double items = 0;
  for (const auto& [kind, of_kind] : items_by_kind(outcome.stored)) {
    items += of_kind;
  }
  EXPECT_NEAR(items, outcome.stored.totals.items_mean, 1e-3 * items);
  std::size_t told = 0;
  std::size_t changed = 0;
  for (std::size_t p = 0; p < outcome.stored.polygons.at("hazards").size(); ++p) {
    const estimate::PolygonEstimate& polygon = outcome.stored.polygons.at("hazards")[p];
    const estimate::PolygonEstimate& before = whole_->polygons.at("hazards")[p];
    ASSERT_EQ(polygon.kinds.size(), before.kinds.size()) << polygon.id;
    double of_kinds = 0;
    for (const estimate::KindOfPolygon& kind : polygon.kinds) {
      of_kinds += kind.items_mean;
    }
    if (!polygon.kinds.empty()) {
      ++told;
      EXPECT_NEAR(of_kinds, polygon.items_mean, 1e-3 * polygon.items_mean) << polygon.id;
      changed += polygon.kinds[0].items_mean != before.kinds[0].items_mean ? 1 : 0;
    }
  }
  EXPECT_GT(changed, 0U);
  EXPECT_LT(changed, told) << "those far away are as they were";
}

TEST_F(UpdateEstimateProgramme, TheMapOfKindsOfAnUpdateDependsOnTheRegisterAlone) {
  const auto map_after = [&](const mineaction::Snapshot& snapshot) {
    const auto outcome = update_estimate_programme(*programme_, snapshot, {.kind_map = true});
    EXPECT_TRUE(outcome.has_value()) << to_text(outcome.error());
    return *geo::from_geotiff(outcome->kind_map.value(), *snapshot_->crs);
  };
  const geo::Raster with = map_after(with_find());
  const geo::Raster back = map_after(*snapshot_);
  const geo::Raster again = map_after(with_find());
  EXPECT_EQ(with.band_names.at(4), "probability_ap_mines");
  float moved = 0;
  for (std::size_t i = 0; i < with.grid.size(); ++i) {
    if (!std::isnan(with.bands[5][i])) {
      ASSERT_NEAR(with.bands[5][i], again.bands[5][i], 1e-4F) << i;
      moved = std::max(moved, with.bands[5][i] - back.bands[5][i]);
    }
  }
  EXPECT_GT(moved, 0.01F) << "AP mines where five were found";
  ASSERT_TRUE(programme_->store({.name = kEstimateKinds, .stamp = "", .made_at = "", .bytes = ""}).has_value());
  const auto refused = update_estimate_programme(*programme_, with_find(), {.kind_map = true});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "pipeline.no_kinds_to_update");
}

TEST_F(UpdateEstimateProgramme, WhatWasTakenBackLeadsBack) {
  const geo::Raster before = raster();
  updated(with_find());
  const EstimateUpdateOutcome outcome = updated(*snapshot_);
  EXPECT_EQ(outcome.cells_changed, 0);
  EXPECT_NEAR(outcome.stored.totals.items_mean, whole_->totals.items_mean, 1e-9 * whole_->totals.items_mean);
  EXPECT_EQ(to_bytes(outcome.stored.polygons), to_bytes(whole_->polygons)) << "as the whole estimate told them";
  const geo::Raster after = raster();
  for (std::size_t i = 0; i < after.grid.size(); ++i) {
    if (!std::isnan(before.bands[0][i])) {
      ASSERT_EQ(after.bands[0][i], before.bands[0][i]) << i;
    }
  }
}

/// With one find more, another moved, an accident, one release withdrawn and another that grew.
mineaction::Snapshot with_much(const mineaction::Snapshot& before, const mineaction::Snapshot& with_find) {
  mineaction::Snapshot now = with_find;
  now.finds.front().position.x += 700;
  mineaction::Accident accident = now.accidents.front();
  accident.accident_id = "NEW-1";
  accident.position = before.hazards.back().geometry.polygons.front().outer.front();
  accident.precision_m = 50;
  now.accidents.push_back(accident);
  const auto late = std::find_if(now.land_releases.rbegin(), now.land_releases.rend(), [](const auto& release) {
    return release.method == mineaction::Method::manual && release.completed_on.year() >= 2020;
  });
  late->geometry.polygons.front().outer.front().x += 400;
  now.tasks.erase(now.tasks.begin());
  now.hash = mineaction::content_hash_of(now);
  return now;
}

TEST_F(UpdateEstimateProgramme, WhatWasKeptOfTheGroundOnlySavesObservingItAgain) {
  const mineaction::Snapshot now = with_much(*snapshot_, with_find());
  const EstimateUpdateOutcome since = updated(now);
  EXPECT_GT(since.cells_changed, 2);
  const geo::Raster map = raster();
  ASSERT_TRUE(programme_->store({.name = kEstimateSnapshot, .stamp = "", .made_at = "", .bytes = ""}).has_value());
  const EstimateUpdateOutcome anew = updated(now);
  EXPECT_EQ(since.cells_changed, anew.cells_changed);
  EXPECT_EQ(since.reports_changed, anew.reports_changed);
  EXPECT_EQ(since.cells_refreshed, anew.cells_refreshed);
  EXPECT_EQ(since.polygons_refreshed, anew.polygons_refreshed);
  EXPECT_NEAR(since.stored.totals.items_mean, anew.stored.totals.items_mean, 1e-5 * anew.stored.totals.items_mean);
  const geo::Raster map_anew = raster();
  for (std::size_t i = 0; i < map.grid.size(); ++i) {
    ASSERT_EQ(std::isnan(map.bands[0][i]), std::isnan(map_anew.bands[0][i])) << i;
    if (!std::isnan(map.bands[0][i])) {
      ASSERT_NEAR(map.bands[0][i], map_anew.bands[0][i], 1e-5) << i;
    }
  }
  for (const auto& [kind, polygons] : anew.stored.polygons) {
    ASSERT_EQ(since.stored.polygons.at(kind).size(), polygons.size()) << kind;
    for (std::size_t p = 0; p < polygons.size(); ++p) {
      const estimate::PolygonEstimate& one = since.stored.polygons.at(kind)[p];
      EXPECT_EQ(one.id, polygons[p].id);
      EXPECT_EQ(one.area_m2, polygons[p].area_m2) << one.id;
      if (!std::isnan(polygons[p].items_mean)) {
        EXPECT_NEAR(one.items_mean, polygons[p].items_mean, 1e-4 + 1e-5 * polygons[p].items_mean) << one.id;
      }
    }
  }
}

TEST_F(UpdateEstimateProgramme, RefusesDamagedTiles) {
  const auto kept = programme_->load(kEstimateTile + std::string("0"));
  ASSERT_TRUE(kept.has_value() && kept->has_value());
  registry::StoredResult less = **kept;
  less.bytes.resize(less.bytes.size() - sizeof(float));
  ASSERT_TRUE(programme_->store(less).has_value());
  EXPECT_EQ(refusal(with_find()), "estimate.state_unreadable");
  less.stamp = "of another estimate";
  ASSERT_TRUE(programme_->store(less).has_value());
  EXPECT_EQ(refusal(with_find()), "estimate.update_needs_all");
}

TEST_F(UpdateEstimateProgramme, AWholeEstimateTakesAwayTheTilesOfTheOneBefore) {
  const std::string of_larger = kEstimateTile + std::string("9999");
  ASSERT_TRUE(programme_->store({.name = of_larger, .stamp = "", .made_at = "", .bytes = "x"}).has_value());
  EstimateRequest request;
  request.observe.cell_m = 1000;
  request.estimate.draws = 5;
  ASSERT_TRUE(estimate_programme(*programme_, *snapshot_, request).has_value());
  EXPECT_EQ((*programme_->load(of_larger))->bytes, "");
  EXPECT_TRUE(programme_->load(kEstimateTile + std::string("0"))->has_value());
  updated(with_find());
}

/// In cells of 50 m the small country is larger than what a find bears on.
TEST_F(UpdateEstimateProgramme, APartOfTheCountryTellsWhatTheWholeDoes) {
  EstimateRequest request;
  request.estimate.draws = 20;
  request.estimate.kinds = estimate::KindUse::totals;
  ASSERT_TRUE(estimate_programme(*programme_, *snapshot_, request).has_value());
  const EstimateUpdateOutcome by_part = updated(with_find());
  const geo::Raster map = raster();
  EXPECT_LT(by_part.cells_looked_at, static_cast<std::int64_t>(map.grid.size() / 2));
  // Without the snapshot that the whole estimate read all of the country is looked at.
  ASSERT_TRUE(programme_->store({.name = kEstimateSnapshot, .stamp = "", .made_at = "", .bytes = ""}).has_value());
  const EstimateUpdateOutcome by_all = updated(with_find());
  const geo::Raster map_of_all = raster();
  EXPECT_EQ(by_all.cells_looked_at, static_cast<std::int64_t>(map.grid.size()));
  EXPECT_GT(by_part.cells_refreshed, 0);
  EXPECT_EQ(by_part.cells_refreshed, by_all.cells_refreshed);
  EXPECT_EQ(by_part.polygons_refreshed, by_all.polygons_refreshed);
  EXPECT_EQ(by_part.stored.stamp.id(), by_all.stored.stamp.id());
  EXPECT_NEAR(by_part.shift_beyond, by_all.shift_beyond, 1e-6);
  EXPECT_NEAR(by_part.stored.totals.items_mean, by_all.stored.totals.items_mean,
              1e-6 * by_all.stored.totals.items_mean);
  for (std::size_t i = 0; i < map.grid.size(); ++i) {
    ASSERT_EQ(std::isnan(map.bands[0][i]), std::isnan(map_of_all.bands[0][i])) << i;
    if (!std::isnan(map.bands[0][i])) {
      ASSERT_NEAR(map.bands[0][i], map_of_all.bands[0][i], 1e-5) << i;
    }
  }
  for (const auto& [kind, polygons] : by_all.stored.polygons) {
    for (std::size_t p = 0; p < polygons.size(); ++p) {
      const estimate::PolygonEstimate& one = by_part.stored.polygons.at(kind)[p];
      EXPECT_EQ(one.id, polygons[p].id);
      EXPECT_EQ(one.reasons.size(), polygons[p].reasons.size()) << one.id;
      if (!std::isnan(polygons[p].items_mean)) {
        EXPECT_NEAR(one.items_mean, polygons[p].items_mean, 1e-4 + 1e-5 * polygons[p].items_mean) << one.id;
      }
    }
  }
}

TEST_F(UpdateEstimateProgramme, SaysWhatItCannotFollow) {
  mineaction::Snapshot other = *snapshot_;
  other.minefield_records.pop_back();
  other.hash = mineaction::content_hash_of(other);
  EXPECT_EQ(refusal(other), "estimate.update_needs_all");
  ASSERT_TRUE(programme_->store({.name = kEstimateState, .stamp = "", .made_at = "", .bytes = ""}).has_value());
  EXPECT_EQ(refusal(*snapshot_), "estimate.update_needs_all");
}

}  // namespace
}  // namespace firmground::pipeline
