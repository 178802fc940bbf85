#include "mineaction/land_account_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace firmground::mineaction {
namespace {

using Json = nlohmann::json;

LandAccount small_account() {
  LandAccount account;
  account.as_of = Date(2026, 1, 1);
  account.new_m2 = 30'000;
  account.cleared_m2 = 12'500;
  account.remaining_suspected_m2 = 17'500;
  account.by_year_m2[2024]["cleared"] = 12'500;
  account.by_district_m2["Şəki"]["cleared"] = 12'500;
  account.notes = {"One note."};
  return account;
}

TEST(LandAccountJson, AreasComeInHectaresOrInSquareMetresAndTheKeySaysWhich) {
  const Json ha = Json::parse(account_json(small_account()));
  EXPECT_EQ(ha["as_of"], "2026-01-01");
  EXPECT_EQ(ha["cleared_ha"], 1.25);
  EXPECT_EQ(ha["by_year_ha"]["2024"]["cleared"], 1.25);
  EXPECT_EQ(ha["by_district_ha"]["Şəki"]["cleared"], 1.25);
  EXPECT_TRUE(ha["stamp"].is_null());
  const Json m2 = Json::parse(account_json(small_account(), AreaUnit::square_metre));
  EXPECT_EQ(m2["cleared_m2"], 12'500);
  EXPECT_FALSE(m2.contains("cleared_ha"));
}

TEST(LandAccountJson, TheKeysThatOthersReadAreAllThere) {
  const Json json = Json::parse(account_json(small_account()));
  for (const char* key : {"opening_ha", "new_ha", "cancelled_ha", "reduced_ha", "cleared_ha", "remaining_suspected_ha",
                          "remaining_confirmed_ha", "cleared_outside_ha", "double_claimed_ha"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
}

TEST(LandAccountJson, APieceCarriesItsEvidenceAndAnUnknownDepthIsNull) {
  Snapshot snapshot;
  snapshot.crs = geo::Crs::from_epsg(32639).value();
  snapshot.land_releases.emplace_back();
  snapshot.land_releases[0].release_id = "T-7";
  snapshot.land_releases[0].outcome = Outcome::cleared;
  snapshot.land_releases[0].completed_on = Date(2024, 5, 2);
  LandAccount account = small_account();
  LandPiece piece;
  piece.state = LandState::cleared;
  piece.inside_hazard = false;
  piece.release = 0;
  piece.geometry.polygons = {{{{500'000, 4'401'000}, {500'100, 4'401'000}, {500'000, 4'401'100}}, {}}};
  account.pieces = {piece};
  const Json collection = Json::parse(pieces_geojson(snapshot, account));
  ASSERT_EQ(collection["features"].size(), 1U);
  const Json& feature = collection["features"][0];
  EXPECT_EQ(feature["properties"]["state"], "cleared");
  EXPECT_EQ(feature["properties"]["release_id"], "T-7");
  EXPECT_EQ(feature["properties"]["completed_on"], "2024-05-02");
  EXPECT_TRUE(feature["properties"]["depth_cm"].is_null());
  EXPECT_TRUE(feature["properties"]["hazard_id"].is_null());
  const Json& ring = feature["geometry"]["coordinates"][0][0];
  ASSERT_EQ(ring.size(), 4U);
  EXPECT_EQ(ring.front(), ring.back());
  EXPECT_NEAR(ring[0][0].get<double>(), 51, 1e-6);
}

}  // namespace
}  // namespace firmground::mineaction
