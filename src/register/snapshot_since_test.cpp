#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mineaction/record_conversion.h"
#include "mineaction/snapshot_bytes.h"
#include "register/entered_island_testing.h"
#include "register/merge.h"
#include "register/undo.h"
#include "register/workflow.h"

namespace firmground::registry {
namespace {

constexpr const char* kFindsHeader = "find_id,found_on,device,count,longitude,latitude\n";

/// A register of a few records, of which the find F-9 is the latest, and what was kept of it.
class SnapshotSinceTest : public EnteredIslandOnBothStores {
 protected:
  struct Kept {
    mineaction::Snapshot snapshot;
    std::int64_t last_entry = 0;
  };
  enum class Reading { part, whole };

  void SetUp() override {
    EnteredIslandOnBothStores::SetUp();
    if (!IsSkipped()) {
      enter_district();
    }
  }
  void enter_some() {
    enter_one("hazards", hazard("HA-1"));
    enter_one("land-release", release("LR-1", "HA-1"));
    import("finds.csv",
           kFindsHeader + find_row("F-1", "2022-05-01") + find_row("F-3", "2022-05") + find_row("F-9", "2023-01-01"));
  }
  void enter_district() {
    mineaction::Record district = blank("districts", "D-1");
    set("districts", district, "name", std::string("North"));
    district.geometry = square(51.0, 0.5);
    enter_one("districts", district);
  }
  static std::string find_row(const std::string& id, const std::string& date) {
    return fmt::format("{},{},AP mine,1,51.1,41.1\n", id, date);
  }
  std::int64_t import(const std::string& name, const std::string& text, const ImportOptions& options = {}) {
    folder().write(name, text);
    const auto outcome = programme_->import_file(folder() / name, kind_of_file(name, true), options);
    EXPECT_TRUE(outcome) << base::to_text(outcome.error());
    return outcome ? outcome->batch : 0;
  }
  std::int64_t import_dem(float metres, const ImportOptions& options = {}) {
    geo::Raster dem;
    dem.grid = {30, 10000, 150000, 2, 2};
    dem.epsg = programme_->crs().epsg();
    dem.band_names = {"dem"};
    dem.bands = {{metres, 2, 3, 4}};
    return import("dem.tif", geo::to_cog(dem).value(), options);
  }
  void decide_on(Decision decision, const std::string& kind, const std::string& id) {
    const RecordName name{kind, id, {}};
    const auto decided = decide(*programme_, decision, std::span(&name, 1), {"Orkhan", "looked at again"});
    EXPECT_TRUE(decided) << base::to_text(decided.error());
  }
  void undo(std::int64_t batch) {
    const auto undone = undo_import(*programme_, batch, "Leyla", "wrong datum");
    EXPECT_TRUE(undone) << base::to_text(undone.error());
  }

  Kept keep() const {
    const std::int64_t last = *programme_->last_entry();
    return {now(), last};
  }
  mineaction::Snapshot since(const Kept& kept) const {
    auto then = mineaction::parse_snapshot(mineaction::to_bytes(kept.snapshot));
    EXPECT_TRUE(then);
    auto made = programme_->snapshot_since(std::move(*then), kept.last_entry);
    EXPECT_TRUE(made) << base::to_text(made.error());
    if (!made) {
      return {};
    }
    expect_undone(*made, kept.snapshot);
    made->now.hash = mineaction::content_hash_of(made->now);
    return std::move(made->now);
  }
  /// The change, undone, leaves what was.
  static void expect_undone(const SnapshotSince& made, const mineaction::Snapshot& then) {
    mineaction::Snapshot undone = made.now;
    mineaction::replace_records(undone, mineaction::ids_in(made.change.come), made.change.gone);
    if (!made.change.gone.covariates.empty() || !made.change.come.covariates.empty()) {
      undone.covariates = made.change.gone.covariates;
    }
    undone.as_of = then.as_of;
    EXPECT_EQ(mineaction::content_hash_of(undone), mineaction::content_hash_of(then));
  }
  void expect_same(const Kept& kept, Reading expected = Reading::part) const {
    const auto anew = now();
    const auto made = since(kept);
    EXPECT_EQ(made.hash, anew.hash);
    EXPECT_EQ(made.as_of, anew.as_of);
    EXPECT_EQ(mineaction::to_bytes(made), mineaction::to_bytes(anew));
    // The district is never entered again: only reading everything finds out that its name was kept wrongly.
    Kept wrong = kept;
    wrong.snapshot.districts.front().name = "kept wrongly";
    EXPECT_EQ(since(wrong).districts.front().name, expected == Reading::part ? "kept wrongly" : "North");
  }
};

TEST_P(SnapshotSinceTest, NothingIsReadOfARegisterInWhichNothingWasEntered) {
  enter_some();
  expect_same(keep());
}

TEST_P(SnapshotSinceTest, NewFindsStandWhereTheirIdsBelong) {
  enter_some();
  const Kept kept = keep();
  import("finds.csv", kFindsHeader + find_row("F-2", "2021-01-01") + find_row("F-0", "") + find_row("F-99", "2022-01"));
  expect_same(kept);
  ASSERT_EQ(since(kept).finds.size(), 6U);
  EXPECT_EQ(since(kept).finds.front().find_id, "F-0");
}

TEST_P(SnapshotSinceTest, ACorrectedRecordTakesThePlaceOfItsOldSelf) {
  enter_some();
  const Kept kept = keep();
  enter_one("finds", find("F-1", 7, "2022-06-01"));
  enter_one("hazards", hazard("HA-1", 51.2));
  expect_same(kept);
  EXPECT_EQ(since(kept).finds.front().count, 7);
}

TEST_P(SnapshotSinceTest, OlderNewsOfARecordChangesNothing) {
  enter_some();
  const Kept kept = keep();
  enter_one("finds", find("F-9", 7, "2019-06-01"));
  expect_same(kept);
  EXPECT_EQ(since(kept).hash, kept.snapshot.hash);
}

TEST_P(SnapshotSinceTest, WhatIsWithdrawnIsGoneAndComesBackWithItsApproval) {
  enter_some();
  const Kept kept = keep();
  decide_on(Decision::withdraw, "finds", "F-1");
  expect_same(kept);
  EXPECT_EQ(since(kept).finds.size(), 2U);
  const Kept without = keep();
  decide_on(Decision::approve, "finds", "F-1");
  expect_same(without);
  expect_same(kept);
}

TEST_P(SnapshotSinceTest, ADraftIsReadWithItsApproval) {
  enter_some();
  const Kept kept = keep();
  enter_one("finds", find("F-2", 3, "2024-08-01"), "draft");
  expect_same(kept);
  const Kept with_draft = keep();
  decide_on(Decision::submit, "finds", "F-2");
  decide_on(Decision::approve, "finds", "F-2");
  expect_same(kept);
  expect_same(with_draft);
  EXPECT_EQ(since(with_draft).as_of, mineaction::Date(2024, 8, 1));
}

TEST_P(SnapshotSinceTest, AnApprovalThatIsTakenBackShowsWhatWasApprovedBefore) {
  enter_some();
  enter_one("finds", find("F-1", 5, "2022-09-01"));
  const Kept kept = keep();
  decide_on(Decision::reject, "finds", "F-1");
  expect_same(kept);
  EXPECT_EQ(since(kept).finds.front().count, 1);
}

TEST_P(SnapshotSinceTest, TakingAnImportBackIsFollowedWheneverItWasEntered) {
  enter_some();
  const std::int64_t before =
      import("finds.csv", kFindsHeader + find_row("F-2", "2022-01") + find_row("F-1", "2022-07"));
  const Kept kept = keep();
  const std::int64_t after = import("finds.csv", kFindsHeader + find_row("F-4", "2022-02-02"));
  undo(after);
  expect_same(kept);
  EXPECT_EQ(since(kept).hash, kept.snapshot.hash);
  undo(before);
  expect_same(kept);
  EXPECT_EQ(since(kept).finds.size(), 3U);
}

TEST_P(SnapshotSinceTest, MergedDuplicatesAreOne) {
  enter_some();
  enter_one("hazards", hazard("HA-0"));
  const Kept kept = keep();
  ASSERT_TRUE(merge(*programme_, {"hazards", "HA-1", "HA-0", "Orkhan", "surveyed twice"}));
  expect_same(kept);
  EXPECT_EQ(since(kept).land_releases.front().hazard_id, "HA-0");
}

TEST_P(SnapshotSinceTest, TheLatestDateMovesWithTheRecordThatHasIt) {
  enter_some();
  const Kept kept = keep();
  ASSERT_EQ(kept.snapshot.as_of, mineaction::Date(2023, 1, 1));
  enter_one("finds", find("F-9", 2, "2023-01-01"));
  expect_same(kept);
  enter_one("finds", find("F-9", 2, "2023-04"));
  expect_same(kept);
  EXPECT_EQ(since(kept).as_of, mineaction::Date(2023, 4, 1));
  const Kept later = keep();
  decide_on(Decision::withdraw, "finds", "F-9");
  expect_same(later, Reading::whole);
  EXPECT_EQ(since(later).as_of, mineaction::Date(2022, 6, 1)) << "the release is the latest that is left";
  expect_same(kept, Reading::whole);
}

TEST_P(SnapshotSinceTest, WithoutAnyDateThereIsNoneThatCouldMove) {
  enter_one("finds", find("F-1", 1, ""));
  const Kept undated = keep();
  enter_one("finds", find("F-2", 1, "1965"));
  expect_same(undated, Reading::whole);
  const Kept old = keep();
  enter_one("finds", find("F-3", 1, ""));
  expect_same(old);
  EXPECT_EQ(since(old).as_of, mineaction::Date(1965, 1, 1));
}

TEST_P(SnapshotSinceTest, RastersAreReadAgainWhenAnyIsNew) {
  enter_some();
  const Kept without = keep();
  import_dem(1);
  expect_same(without);
  const Kept with_first = keep();
  const std::int64_t second = import_dem(7);
  expect_same(with_first);
  EXPECT_EQ(since(with_first).covariates.front().raster.bands.front().front(), 7);
  const Kept with_second = keep();
  undo(second);
  expect_same(with_second);
  EXPECT_EQ(since(with_second).covariates.front().raster.bands.front().front(), 1);
  ImportOptions withdrawn;
  withdrawn.state = "withdrawn";
  import_dem(9, withdrawn);
  expect_same(with_second);
  EXPECT_TRUE(since(with_second).covariates.empty());
}

TEST_P(SnapshotSinceTest, RastersThatNobodyTouchedAreKeptAsTheyAre) {
  enter_some();
  import_dem(1);
  Kept kept = keep();
  enter_one("finds", find("F-2", 1, "2022-01-01"));
  expect_same(kept);
  kept.snapshot.covariates.front().raster.bands.front().front() = 55;
  EXPECT_EQ(since(kept).covariates.front().raster.bands.front().front(), 55);
}

std::string line(const std::string& id, const std::string& name, double west) {
  return fmt::format(R"({{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{{}"name":"{}"}},)"
                     R"("geometry":{{"type":"LineString","coordinates":[[{},41.0],[51.4,41.2]]}}}}]}})",
                     id.empty() ? "" : R"("id":")" + id + "\",", name, west);
}

TEST_P(SnapshotSinceTest, FeaturesOfTwoReferenceLayersMayShareAnId) {
  enter_some();
  import("roads.geojson", line("1", "M-1", 51.0));
  import("water.geojson", line("1", "Kura", 51.1));
  import("paths.geojson", line("", "to the well", 51.2));
  const Kept kept = keep();
  ASSERT_EQ(kept.snapshot.reference_features.size(), 3U);
  import("water.geojson", line("1", "Kura, low", 51.15));
  expect_same(kept);
  import("fences.geojson", line("1", "of the airfield", 51.3));
  expect_same(kept);
  decide_on(Decision::withdraw, "roads", "1");
  expect_same(kept);
  const auto features = since(kept).reference_features;
  ASSERT_EQ(features.size(), 3U);
  EXPECT_EQ(features[0].name, "Kura, low");
  EXPECT_EQ(features[1].name, "of the airfield");
}

TEST_P(SnapshotSinceTest, APlaceWithoutAnIdIsFoundByTheOneItWasGiven) {
  enter_some();
  const std::string header = "name,kind,population,longitude,latitude\n";
  import("places.csv", header + "Agh,village,120,51.1,41.1\nZar,town,5000,51.2,41.2\n");
  import("baselines.csv", "name,estimated_on,area_ha\nnational,2021-05-01,800000\n");
  const Kept kept = keep();
  import("places.csv", header + "Agh,village,0,51.1,41.1\nMil,village,30,51.3,41.3\n");
  import("baselines.csv", "name,estimated_on,area_ha\nnational,2021-05-01,700000\nnational,2022-05-01,650000\n");
  expect_same(kept);
  ASSERT_EQ(since(kept).places.size(), 3U);
  EXPECT_EQ(since(kept).places.front().population, 0);
  EXPECT_EQ(since(kept).baselines.size(), 2U);
}

TEST_P(SnapshotSinceTest, WhatWasReadLaterThanTheEntryItIsReadFromStaysRight) {
  enter_some();
  const std::int64_t last = *programme_->last_entry();
  const std::int64_t batch = import("finds.csv", kFindsHeader + find_row("F-2", "2024-05-01"));
  enter_one("finds", find("F-1", 8, "2022-06-01"));
  import_dem(3);
  const Kept kept{now(), last};
  expect_same(kept);
  decide_on(Decision::withdraw, "finds", "F-1");
  expect_same(kept);
  undo(batch);
  expect_same(kept, Reading::whole);
  EXPECT_EQ(since(kept).as_of, mineaction::Date(2023, 1, 1));
}

TEST_P(SnapshotSinceTest, AnImportAsLargeAsTheRegisterIsReadWithIt) {
  enter_some();
  const Kept kept = keep();
  std::string many = kFindsHeader;
  for (int i = 0; i < 1100; ++i) {
    many += find_row(fmt::format("G-{}", i), "2022-03-03");
  }
  import("finds.csv", many);
  expect_same(kept, Reading::whole);
}

TEST_P(SnapshotSinceTest, SeveralHundredRecordsAreReadInSeveralQuestions) {
  enter_some();
  const Kept kept = keep();
  std::string many = kFindsHeader;
  for (int i = 0; i < 700; ++i) {
    many += find_row(fmt::format("E-{}", i), "2022-03-03");
  }
  import("finds.csv", many);
  expect_same(kept);
}

TEST_P(SnapshotSinceTest, ARegisterThatWentBackIsReadWhole) {
  enter_some();
  Kept kept = keep();
  ++kept.last_entry;
  expect_same(kept, Reading::whole);
}

TEST_P(SnapshotSinceTest, AnEntryThatNoLinkTellsOfIsNotOverlooked) {
  enter_some();
  const Kept kept = keep();
  EXPECT_EQ(sql_of(path_,
                   "INSERT INTO firmground_batch SELECT batch_id + 1, kind, file_name, file_hash, entered_at, "
                   "author, state, row_count, accepted, unchanged, refused FROM firmground_batch ORDER BY "
                   "batch_id DESC LIMIT 1"),
            "");
  expect_same(kept, Reading::whole);
}

FIRMGROUND_ON_BOTH_STORES(SnapshotSinceTest);

}  // namespace
}  // namespace firmground::registry
