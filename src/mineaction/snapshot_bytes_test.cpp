#include "mineaction/snapshot_bytes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "mineaction/random_record_testing.h"
#include "mineaction/record_conversion.h"
#include "mineaction/record_fields.h"

namespace firmground::mineaction {
namespace {

geo::Raster elevation() {
  geo::Raster raster;
  raster.grid = {30, -7, 152000, 3, 2};
  raster.epsg = 32639;
  raster.band_names = {"elevation"};
  raster.bands = {{1.5F, -0.0F, std::numeric_limits<float>::quiet_NaN(), 3e38F, 4, 5}};
  raster.metadata = {{"FIRMGROUND_UNIT", "m"}, {"AREA_OR_POINT", "Area"}};
  return raster;
}

/// Records of every kind that a snapshot holds, so many of each.
Snapshot country(int each) {
  Snapshot snapshot;
  snapshot.programme = {"Invented country", "invented-country", *Date::parse("2020-11"), "the war", "USD", "Island"};
  snapshot.crs = *geo::Crs::from_epsg(32639);
  snapshot.as_of = Date(2024, 12, 31);
  base::Random random(11);
  for (const Kind& kind : kinds()) {
    for (int i = 0; is_in_snapshot(kind) && i < each; ++i) {
      append_record(kind, random_record(kind, random), snapshot);
    }
  }
  HazardousArea& hazard = snapshot.hazards.front();
  hazard.hazard_id = "0";  // stays the first
  hazard.geometry.polygons.front().holes = {{{1, 2}, {3, 4}, {5, 7}}, {{9, 9}, {8, 8}, {7, 9}}};
  hazard.geometry.points = {{-0.0, 1e-300}};
  snapshot.covariates.push_back({"dem", elevation()});
  snapshot.covariates.push_back({"empty", {}});
  finish_snapshot(snapshot);
  return snapshot;
}

TEST(SnapshotBytes, EveryRecordOfEveryKindComesBackAsItWas) {
  const Snapshot given = country(40);
  for_each_list(given, [](std::string_view kind, const auto& list) { EXPECT_EQ(list.size(), 40U) << kind; });
  const std::string bytes = to_bytes(given);
  const auto back = parse_snapshot(bytes);
  ASSERT_TRUE(back) << base::to_text(back.error());
  EXPECT_EQ(to_bytes(*back), bytes);
  EXPECT_EQ(content_hash_of(*back), given.hash) << "the hash walks the fields with a visitor of its own";
  EXPECT_EQ(back->hash, given.hash);
  EXPECT_EQ(back->as_of, given.as_of);
  EXPECT_EQ(back->crs->epsg(), 32639);
  EXPECT_EQ(back->programme.since_date, given.programme.since_date);
  EXPECT_EQ(back->programme.country, "Island");
  EXPECT_EQ(back->hazards.front().geometry, given.hazards.front().geometry);
  EXPECT_TRUE(std::signbit(back->hazards.front().geometry.points.front().x));
  EXPECT_EQ(back->tasks.back().planned_to, given.tasks.back().planned_to);
}

TEST(SnapshotBytes, ARasterKeepsEveryBitAndWhatItSaysOfItself) {
  const auto back = parse_snapshot(to_bytes(country(1)));
  ASSERT_TRUE(back) << base::to_text(back.error());
  ASSERT_EQ(back->covariates.size(), 2U);
  const geo::Raster given = elevation();
  const geo::Raster& raster = back->covariates.front().raster;
  EXPECT_EQ(back->covariates.front().name, "dem");
  EXPECT_EQ(raster.grid, given.grid);
  EXPECT_EQ(raster.epsg, given.epsg);
  EXPECT_EQ(raster.band_names, given.band_names);
  EXPECT_EQ(raster.metadata, given.metadata);
  ASSERT_EQ(raster.bands.size(), 1U);
  ASSERT_EQ(raster.bands[0].size(), given.bands[0].size());
  EXPECT_EQ(std::memcmp(raster.bands[0].data(), given.bands[0].data(), given.bands[0].size() * sizeof(float)), 0);
}

TEST(SnapshotBytes, ASnapshotOfNothingIsOneToo) {
  const auto back = parse_snapshot(to_bytes(Snapshot()));
  ASSERT_TRUE(back) << base::to_text(back.error());
  EXPECT_FALSE(back->crs);
  EXPECT_EQ(content_hash_of(*back), content_hash_of(Snapshot()));
}

TEST(SnapshotBytes, BytesThatAreCutShortAreRefusedWhereverTheyEnd) {
  const std::string bytes = to_bytes(country(1));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto parsed = parse_snapshot(bytes.substr(0, size));
    ASSERT_FALSE(parsed) << size;
    ASSERT_EQ(parsed.error().id, "mineaction.snapshot_unreadable");
  }
  EXPECT_FALSE(parse_snapshot(bytes + '\0')) << "nothing may follow";
}

TEST(SnapshotBytes, NoBitMayBeAnother) {
  const std::string bytes = to_bytes(country(1));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int bit : {0, 7}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      ASSERT_FALSE(parse_snapshot(damaged)) << "byte " << at << ", bit " << bit;
    }
  }
}

TEST(SnapshotBytes, ANumberOfRecordsThatTheBytesCannotHoldTakesNoMemory) {
  const std::string bytes = to_bytes(country(1));
  for (std::size_t at = 16; at + 8 <= bytes.size(); ++at) {
    std::string damaged = bytes;
    const std::uint64_t many = std::uint64_t{1} << 50U;
    std::memcpy(damaged.data() + at, &many, sizeof many);
    if (damaged == bytes) {
      continue;
    }
    const auto parsed = parse_snapshot(damaged);
    ASSERT_FALSE(parsed) << at;
    ASSERT_EQ(parsed.error().message.find("::"), std::string::npos) << "the memory was asked for: " << at;
  }
}

TEST(SnapshotBytes, BytesOfAnotherEditionAreNotGuessedAt) {
  std::string bytes = to_bytes(country(1));
  bytes[3] = static_cast<char>(bytes[3] + 1);
  const auto parsed = parse_snapshot(bytes);
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find("another version of the program"), std::string::npos);
}

}  // namespace
}  // namespace firmground::mineaction
