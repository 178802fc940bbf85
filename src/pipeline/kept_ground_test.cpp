#include "pipeline/kept_ground.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "evidence/record_fields.h"
#include "simulate/country.h"

namespace firmground::pipeline {
namespace {

evidence::RecordFields some_records() {
  return {{{"A-1", "Hand-over", 0.5, 0.4, 1.0, evidence::ItemKind::av_mines}, {"A-2", "Hand-over", 0.5, 0.4, 1.0}},
          {{7, 0, 0.25F}, {9, 0, 0.5F}},
          "abc"};
}

TEST(KeptGround, IsTheSameFromBytes) {
  const std::string bytes = to_bytes(KeptGround{"hash", 50, some_records(), {}});
  const auto read = parse_kept_ground(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(to_bytes(*read), bytes);
  EXPECT_EQ(read->records->records[0].kind, evidence::ItemKind::av_mines);
  EXPECT_EQ(read->records->records[1].kind, std::nullopt);
  for (const std::size_t size : {bytes.size() / 2, bytes.size() - 1, std::size_t{3}}) {
    EXPECT_FALSE(parse_kept_ground(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(parse_kept_ground(bytes + "x").has_value());
}

/// At least three by three tiles, the last ones smaller.
std::vector<evidence::Region> tiles_of(const geo::Grid& country) {
  const std::int32_t side = (std::min(country.columns, country.rows) * 2 + 4) / 5;
  std::vector<evidence::Region> tiles;
  for (std::int32_t row = 0; row < country.rows; row += side) {
    for (std::int32_t column = 0; column < country.columns; column += side) {
      tiles.push_back({column, row, std::min(side, country.columns - column), std::min(side, country.rows - row)});
    }
  }
  return tiles;
}

/// What tiles say of a part of the country that is made of them.
base::Result<KeptGround> read_back(const KeptGround& ground, const geo::Grid& country,
                                   const std::vector<evidence::Region>& tiles, const evidence::Region& part,
                                   void (*damage)(std::string&) = nullptr) {
  FG_TRY(KeptGround read, parse_kept_ground(to_bytes(ground)));
  std::vector<std::string> bytes;
  bytes.reserve(tiles.size());
  for (const evidence::Region& tile : tiles) {
    bytes.push_back(tile_to_bytes(ground, country, tile));
  }
  if (damage != nullptr) {
    damage(bytes.front());
  }
  std::vector<std::pair<evidence::Region, std::string_view>> of;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    of.emplace_back(tiles[t], bytes[t]);
  }
  FG_TRY_VOID(put_tiles(of, country, part, read));
  return read;
}

TEST(KeptGround, RefusesTilesThatSayWhatNothingSays) {
  const geo::Grid country{50, 0, 4, 5, 4};
  const std::vector<evidence::Region> whole = {{0, 0, 5, 4}};
  KeptGround ground{"hash", 50, some_records(), {}};
  EXPECT_TRUE(read_back(ground, country, whole, whole[0]).has_value());
  EXPECT_FALSE(read_back(ground, country, whole, whole[0], [](std::string& bytes) { bytes.pop_back(); }));
  EXPECT_FALSE(read_back(ground, country, whole, whole[0], [](std::string& bytes) { bytes += "x"; }));
  EXPECT_FALSE(read_back(ground, country, {{0, 0, 3, 3}}, {0, 0, 3, 3}, [](std::string& bytes) {
    bytes[sizeof(std::uint64_t)] = 9;  // the first cell
  })) << "the tile has no such cell";
  ground.records->shares.back().record = 2;
  EXPECT_FALSE(read_back(ground, country, whole, whole[0])) << "there are two records";
}

/// The small invented country on coarse cells, as a whole estimate keeps it.
class KeptCountry : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto country = simulate::simulate({});
    ASSERT_TRUE(country.has_value()) << to_text(country.error());
    snapshot_ = new mineaction::Snapshot(std::move(country->known));
    evidence::Observations observations = measured(*snapshot_);
    kept_ = new KeptGround{"", 250, std::move(observations.records), std::move(observations.covariates)};
  }
  static void TearDownTestSuite() {
    delete snapshot_;
    delete kept_;
  }
  static evidence::ObserveOptions options() {
    evidence::ObserveOptions options;
    options.cell_m = 250;
    return options;
  }
  static evidence::Observations measured(const mineaction::Snapshot& snapshot) {
    auto observations = evidence::observe(snapshot, options());
    EXPECT_TRUE(observations.has_value()) << to_text(observations.error());
    evidence::RecordFields records = some_records();
    records.shares = {{static_cast<std::uint32_t>(observations->grid.size() / 2), 0, 0.9F}};
    evidence::use_records(std::move(records), *observations);
    return std::move(*observations);
  }
  static KeptGround from_bytes() {
    const geo::Grid country = measured(*snapshot_).grid;
    auto ground = read_back(*kept_, country, tiles_of(country), {0, 0, country.columns, country.rows});
    EXPECT_TRUE(ground.has_value()) << to_text(ground.error());
    return std::move(*ground);
  }
  static void expect_as_measured(const mineaction::Snapshot& now) {
    expect_as_measured(now, from_bytes());
    expect_as_measured(now, {"", 250, kept_->records, {}});
  }
  static void expect_as_measured(const mineaction::Snapshot& now, const KeptGround& kept) {
    const evidence::Observations anew = measured(now);
    auto seen = observe_now(now, options());
    ASSERT_TRUE(seen.has_value()) << to_text(seen.error());
    const evidence::Observations since = on_kept_ground(std::move(*seen), kept, now, options());
    ASSERT_EQ(since.covariates.size(), anew.covariates.size());
    for (std::size_t k = 0; k < anew.covariates.size(); ++k) {
      const evidence::CovariateField& a = since.covariates[k];
      const evidence::CovariateField& b = anew.covariates[k];
      EXPECT_EQ(a.name, b.name);
      EXPECT_EQ(
          std::tie(a.unit, a.categories, a.labels, a.tells_effort, a.use, a.from, a.tells_people, a.tells_outcome),
          std::tie(b.unit, b.categories, b.labels, b.tells_effort, b.use, b.from, b.tells_people, b.tells_outcome))
          << a.name;
      EXPECT_EQ(a.statements != nullptr, b.statements != nullptr) << a.name;
      ASSERT_EQ(a.value.size(), b.value.size()) << a.name;
      EXPECT_EQ(std::memcmp(a.value.data(), b.value.data(), a.value.size() * sizeof(float)), 0) << a.name;
    }
    EXPECT_EQ(since.records->shares.size(), anew.records->shares.size());
    EXPECT_EQ(since.processed, anew.processed);
  }
  /// The first hazardous area that is confirmed, all of it cleared until that day.
  static mineaction::LandRelease clearance(const mineaction::Date& until) {
    mineaction::LandRelease release = snapshot_->land_releases.front();
    release.release_id = "NEW-1";
    release.outcome = mineaction::Outcome::cleared;
    release.method = mineaction::Method::manual;
    release.completed_on = until;
    release.geometry = std::find_if(snapshot_->hazards.begin(), snapshot_->hazards.end(), [](const auto& hazard) {
                         return hazard.type == mineaction::HazardType::confirmed;
                       })->geometry;
    return release;
  }

  static inline mineaction::Snapshot* snapshot_ = nullptr;
  static inline KeptGround* kept_ = nullptr;
};

TEST_F(KeptCountry, NothingCameInAndNothingDiffers) {
  expect_as_measured(*snapshot_);
}

TEST_F(KeptCountry, ASearchChangesWhatItWouldChangeMeasuredAnew) {
  mineaction::Snapshot now = *snapshot_;
  now.land_releases.push_back(clearance(mineaction::Date(2024, 6, 1)));
  now.finds.pop_back();
  expect_as_measured(now);
}

TEST_F(KeptCountry, SoDoesOneBeforeAnAreaWasConfirmed) {
  mineaction::Snapshot now = *snapshot_;
  now.land_releases.push_back(clearance(mineaction::Date(1996, 6, 1)));
  expect_as_measured(now);
}

TEST_F(KeptCountry, WithoutSearchesNoCovariateTellsOfThem) {
  mineaction::Snapshot now = *snapshot_;
  now.land_releases.clear();
  expect_as_measured(now);
}

TEST_F(KeptCountry, WhatWasSeenOfAPartIsWhatTheWholeHasThere) {
  const evidence::Observations all = measured(*snapshot_);
  const KeptGround ground = kept_ground(*snapshot_, all);
  std::vector<evidence::Region> tiles = tiles_of(all.grid);
  const evidence::Region part{tiles[1].first_column, 0, all.grid.columns - tiles[1].first_column, tiles[1].rows};
  std::erase_if(tiles, [&](const evidence::Region& tile) { return !part.has(tile.first_column, tile.first_row); });
  ASSERT_GE(tiles.size(), 2U);
  const auto read = read_back(ground, all.grid, tiles, part);
  ASSERT_TRUE(read.has_value()) << to_text(read.error());
  ASSERT_TRUE(read->seen);
  EXPECT_EQ(read->seen->grid, all.grid);
  EXPECT_EQ(read->seen->inside, evidence::values_in(all.inside, all.grid, part));
  EXPECT_EQ(read->seen->kinds[0].stated, all.kinds[0].stated);
  EXPECT_EQ(read->seen->kinds[0].cells.size(), all.kinds[0].cells.size());
  EXPECT_GT(read->seen->said, 0U);
  EXPECT_GT(read->seen->released.searched, read->seen->released.cleared);
  for (std::size_t k = 0; k < 2; ++k) {
    const std::vector<evidence::Report> reports = evidence::entries_in(all.reports[k], all.grid, part);
    ASSERT_EQ(read->seen->reports[k].size(), reports.size());
    for (std::size_t i = 0; i < reports.size(); ++i) {
      EXPECT_EQ(read->seen->reports[k][i].cell, reports[i].cell);
      EXPECT_EQ(read->seen->reports[k][i].year, reports[i].year);
    }
  }
  EXPECT_EQ(read->records->shares.size(), evidence::entries_in(all.records->shares, all.grid, part).size());
  ASSERT_EQ(read->covariates.size(), all.covariates.size());
  for (std::size_t k = 0; k < all.covariates.size(); ++k) {
    const evidence::CovariateField& field = read->covariates[k];
    if (!field.statements && !field.tells_outcome) {  // those are the state's
      const std::vector<float> values = evidence::values_in(all.covariates[k].value, all.grid, part);
      ASSERT_EQ(field.value.size(), values.size()) << field.name;
      EXPECT_EQ(std::memcmp(field.value.data(), values.data(), values.size() * sizeof(float)), 0) << field.name;
    }
    if (field.confirmed) {
      EXPECT_EQ(field.confirmed->size(), evidence::entries_in(*all.covariates[k].confirmed, all.grid, part).size());
    }
    if (field.searched_before) {
      EXPECT_EQ(field.searched_before->latest, all.covariates[k].searched_before->latest);
    }
  }
}

TEST_F(KeptCountry, CellsOfAnotherGridAreUnreadable) {
  const KeptGround ground = kept_ground(*snapshot_, measured(*snapshot_));
  KeptGround other = ground;
  other.seen->kinds[0].cells.back().cell = static_cast<std::uint32_t>(ground.seen->grid.size());
  EXPECT_FALSE(parse_kept_ground(to_bytes(other)).has_value()) << "there is no such cell";
  geo::Grid grid = ground.seen->grid;
  --grid.rows;
  EXPECT_FALSE(read_back(ground, grid, tiles_of(grid), {0, 0, grid.columns, grid.rows}).has_value());
}

}  // namespace
}  // namespace firmground::pipeline
