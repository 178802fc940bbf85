#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/ids.h"
#include "register/register.h"
#include "register/store_testing.h"

namespace firmground::registry {
namespace {

/// A programme on the invented island, and files to import into it.
class ImportTest : public OnBothStores {
 protected:
  void SetUp() override {
    OnBothStores::SetUp();
    if (!IsSkipped()) {
      path_ = store_.place("island");
      programme_.emplace(std::move(Register::create(path_, "invented-country", "Island").value()));
    }
  }

  ImportOutcome import(const std::string& name, const std::string& text, const ImportOptions& options = {}) {
    folder_.write(name, text);
    return import_again(name, options);
  }
  ImportOutcome import_again(const std::string& name, const ImportOptions& options = {}) {
    auto outcome = programme_->import_file(folder_ / name, kind_of_file(name, true), options);
    EXPECT_TRUE(outcome) << base::to_text(outcome.error());
    return outcome ? *outcome : ImportOutcome{};
  }
  mineaction::Snapshot now() const { return programme_->snapshot().value(); }

  /// What the store itself says, on a connection of its own.
  std::string sql(const std::string& statement) const { return sql_of(path_, statement); }

  const TestFolder& folder_ = store_.folder();
  std::string path_;
  std::optional<Register> programme_;
};

/// How a GeoPackage keeps its R-tree; PostGIS has its own index.
class GeoPackageImportTest : public ImportTest {};

constexpr const char* kFindsHeader = "find_id,release_id,found_on,device,count,longitude,latitude\n";

std::string find(const std::string& id, const std::string& date, const std::string& count = "1") {
  return fmt::format("{},,{},AP mine,{},51.1,41.1\n", id, date, count);
}

std::string square(const std::string& properties, double west, double south, double side = 0.01) {
  return fmt::format(
      R"({{"type":"Feature","properties":{{{0}}},"geometry":{{"type":"Polygon","coordinates":[[[{1},{2}],[{3},{2}],[{3},{4}],[{1},{4}],[{1},{2}]]]}}}})",
      properties, west, south, west + side, south + side);
}

std::string collection(const std::string& features) {
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}

TEST_P(ImportTest, AFileEntersAndEnteringItAgainChangesNothing) {
  const std::string text = kFindsHeader + find("F-1", "2022-05-01") + find("F-2", "2022-05");
  const auto first = import("finds.csv", text);
  EXPECT_EQ(first.rows, 2);
  EXPECT_EQ(first.accepted, 2);
  const std::string hash = now().hash;
  const std::string counts =
      "SELECT (SELECT count(*) FROM firmground_batch) || ' ' || (SELECT count(*) FROM firmground_record) || ' ' || "
      "(SELECT count(*) FROM finds_version) || ' ' || (SELECT max(version_id) FROM finds_version)";
  const std::string before = sql(counts);
  const auto second = import_again("finds.csv");
  EXPECT_EQ(second.accepted, 0);
  EXPECT_EQ(second.unchanged, 2);
  EXPECT_EQ(now().hash, hash);
  EXPECT_EQ(sql(counts), before);
}

TEST_P(ImportTest, NewContentIsANewVersionAndTheOldOneStays) {
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-01", "1"));
  const auto corrected = import("finds.csv", kFindsHeader + find("F-1", "2022-05-01", "3"));
  EXPECT_EQ(corrected.accepted, 1);
  ASSERT_EQ(now().finds.size(), 1U);
  EXPECT_EQ(now().finds[0].count, 3);
  const auto history = programme_->history("finds", "F-1");
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].version, 2);
  EXPECT_EQ((*history)[1].record.values[5], mineaction::Value(std::int64_t{1}));
  EXPECT_EQ((*history)[1].source, "finds.csv row 1");
}

TEST_P(ImportTest, OfManyRowsThatComeAgainOnlyTheChangedOnesEnter) {
  constexpr int kRows = 1200;  // several times what is looked up at once, and a rest
  const auto file = [](const std::string& count_of_last) {
    std::string text = kFindsHeader;
    for (int i = 1; i < kRows; ++i) {
      text += find(fmt::format("F-{}", i), "2022-05-01");
    }
    return text + find(std::string("F-last"), "2022-05-01", count_of_last);
  };
  EXPECT_EQ(import("finds.csv", file("1")).accepted, kRows);
  const auto second = import("finds.csv", file("2") + find("F-new", "2022-05-01"));
  EXPECT_EQ(second.unchanged, kRows - 1);
  EXPECT_EQ(second.accepted, 2);
  const auto third = import("finds.csv", file("3"));
  EXPECT_EQ(third.accepted, 1);
  EXPECT_EQ(programme_->history("finds", "F-last")->size(), 3U);
  EXPECT_EQ(programme_->history("finds", "F-1")->size(), 1U);
  const auto first_again = import("finds.csv", file("1"));
  EXPECT_EQ(first_again.unchanged, kRows);
  ASSERT_EQ(first_again.issues.size(), 1U) << "what was replaced since is told of";
  EXPECT_EQ(first_again.issues.front().id, "F-last");
}

TEST_P(ImportTest, LateNewsOfAnOlderDateStaysHistory) {
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-10", "5"));
  const auto late = import("finds.csv", kFindsHeader + find("F-1", "2022-05-01", "1"));
  EXPECT_EQ(late.accepted, 1);
  EXPECT_EQ(now().finds[0].count, 5);
  EXPECT_EQ(programme_->snapshot(mineaction::Date(2022, 5, 4))->finds[0].count, 1);
}

TEST_P(ImportTest, AReplacedVersionThatArrivesAgainIsSaidAndChangesNothing) {
  const std::string wrong = kFindsHeader + find("F-1", "2022-05-01", "9");
  import("finds.csv", wrong);
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-01", "1"));
  const auto again = import("finds.csv", wrong);
  EXPECT_EQ(again.unchanged, 1);
  ASSERT_EQ(again.issues.size(), 1U);
  EXPECT_EQ(again.issues[0].code, base::make_error("registry.superseded_content").code);
  EXPECT_EQ(now().finds[0].count, 1);
}

TEST_P(ImportTest, AWithdrawnRecordLeavesTheCurrentStateAndKeepsItsHistory) {
  const std::string text = kFindsHeader + find("F-1", "2022-05-01");
  import("finds.csv", text);
  ImportOptions withdraw;
  withdraw.state = "withdrawn";
  import("finds.csv", text, withdraw);
  EXPECT_TRUE(now().finds.empty());
  EXPECT_EQ(sql("SELECT count(*) FROM finds"), "0");
  EXPECT_EQ(programme_->history("finds", "F-1")->size(), 2U);
}

TEST_P(ImportTest, ADraftIsNoApprovedStateUntilItIsApproved) {
  const std::string text = kFindsHeader + find("F-1", "2022-05-01");
  ImportOptions draft;
  draft.state = "draft";
  import("finds.csv", text, draft);
  EXPECT_TRUE(now().finds.empty());
  EXPECT_EQ(import_again("finds.csv").accepted, 1);
  EXPECT_EQ(now().finds.size(), 1U);
}

TEST_P(ImportTest, AStateThatDoesNotExistIsRefused) {
  folder_.write("finds.csv", kFindsHeader + find("F-1", "2022-05-01"));
  ImportOptions options;
  options.state = "aproved";
  const auto outcome = programme_->import_file(folder_ / "finds.csv", "finds", options);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().id, "registry.state_unknown");
}

TEST_P(ImportTest, OneRefusedRowRefusesTheFile) {
  const auto outcome =
      import("finds.csv", kFindsHeader + find("F-1", "2022-05-01") + "F-2,,2022-05-01,teapot,1,51.1,41.1\n");
  EXPECT_EQ(outcome.refused, 1);
  EXPECT_EQ(outcome.accepted, 0);
  EXPECT_FALSE(outcome.committed);
  EXPECT_TRUE(now().finds.empty());
}

TEST_P(ImportTest, GoodRowsMayEnterAndTheRefusedOnesAreKeptWithTheirReasons) {
  ImportOptions keep;
  keep.keep_good = true;
  const auto outcome = import(
      "finds.csv", kFindsHeader + find("F-1", "2022-05-01") + "F-2,,2022-05-01,\"tea, \"\"pot\",1,51.1,41.1\n", keep);
  EXPECT_EQ(outcome.accepted, 1);
  EXPECT_EQ(outcome.refused, 1);
  EXPECT_EQ(now().finds.size(), 1U);
  EXPECT_EQ(outcome.refused_path, folder_ / "finds.csv.refused.csv");
  std::stringstream refused;
  refused << std::ifstream(outcome.refused_path).rdbuf();
  EXPECT_NE(refused.str().find(R"("F-2","","2022-05-01","tea, ""pot","1")"), std::string::npos) << refused.str();
  EXPECT_NE(refused.str().find("refused_because"), std::string::npos);
  // Corrected, the file of refused rows can be imported as it stands.
  std::string corrected = refused.str();
  corrected.replace(corrected.find(R"("tea, ""pot")"), 12, "\"UXO\"");
  EXPECT_EQ(programme_->import_file(folder_.write("corrected.csv", corrected), "finds", {})->accepted, 1);
}

TEST_P(ImportTest, ADryRunTellsTheSameAndChangesNothing) {
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-01"));
  const std::string before = now().hash;
  ImportOptions dry;
  dry.dry_run = true;
  const std::string text =
      kFindsHeader + find("F-1", "2022-05-01", "2") + find("F-2", "2022-06-01") + find("F-3", "2022-06-01");
  const auto told = import("finds.csv", text, dry);
  EXPECT_FALSE(told.committed);
  EXPECT_EQ(now().hash, before);
  EXPECT_EQ(sql("SELECT count(*) FROM finds_version"), "1");
  const auto done = import_again("finds.csv");
  EXPECT_EQ(told.accepted, done.accepted);
  EXPECT_EQ(told.unchanged, done.unchanged);
  EXPECT_EQ(told.issues.size(), done.issues.size());
}

TEST_P(ImportTest, TheOrderOfEntryChangesNoSnapshot) {
  const std::string hazards =
      collection(square(R"("hazard_id":"HA-1","type":"CHA","reported_on":"2021-01-01")", 51.1, 41.1));
  const std::string releases = collection(square(
      R"("release_id":"LR-1","hazard_id":"HA-1","outcome":"cleared","method":"manual","completed_on":"2022-01-01")",
      51.1, 41.1));
  const std::string finds = kFindsHeader + find("F-2", "2022-05-01") + find("F-1", "2022-05-02");
  import("hazards.geojson", hazards);
  import("land-release.geojson", releases);
  import("finds.csv", finds);
  const auto forwards = now();
  programme_.emplace(std::move(Register::create(store_.place("other"), "invented-country", "Island").value()));
  import_again("finds.csv");
  import_again("land-release.geojson");
  import_again("hazards.geojson");
  EXPECT_EQ(now().hash, forwards.hash);
  EXPECT_EQ(now().as_of.to_string(), "2022-05-02");
}

TEST_P(ImportTest, APastSnapshotStaysTheSameWhateverIsEnteredLater) {
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-01"));
  const std::string entered = programme_->history("finds", "F-1")->front().entered_at;
  const std::string hash = programme_->snapshot({}, entered)->hash;
  EXPECT_EQ(hash, now().hash);
  while (base::utc_timestamp(base::now_unix_milliseconds()) <= entered) {
  }
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-01", "7") + find("F-0", "2020-01-01"));
  EXPECT_NE(now().hash, hash);
  EXPECT_EQ(programme_->snapshot({}, entered)->hash, hash);
}

TEST_P(ImportTest, AnUndatedFindIsInEverySnapshot) {
  import("finds.csv", kFindsHeader + find("F-1", "") + find("F-2", "2022-05-01"));
  EXPECT_EQ(programme_->snapshot(mineaction::Date(2000, 1, 1))->finds.size(), 1U);
}

TEST_P(ImportTest, ALinkToNoRecordIsAnIssueAndNotALoss) {
  const auto outcome = import("finds.csv", std::string(kFindsHeader) + "F-1,LR-404,2022-05-01,UXO,1,51.1,41.1\n");
  EXPECT_EQ(outcome.accepted, 1);
  ASSERT_EQ(outcome.issues.size(), 1U);
  EXPECT_EQ(outcome.issues[0].field, "release_id");
  EXPECT_EQ(outcome.issues[0].value, "LR-404");
  EXPECT_FALSE(outcome.issues[0].refused);
  EXPECT_EQ(sql("SELECT value FROM firmground_issue"), "LR-404");
}

TEST_P(ImportTest, AFindFarOutsideItsReleaseIsAnIssue) {
  import("land-release.geojson",
         collection(square(R"("release_id":"LR-1","outcome":"cleared","method":"manual","completed_on":"2022-01-01")",
                           51.1, 41.1)));
  // 0.0001 degrees of longitude are 8 m here: tolerated; 0.001 degrees are 84 m.
  const auto outcome =
      import("finds.csv", std::string(kFindsHeader) +
                              "F-1,LR-1,2022-01-01,UXO,1,51.105,41.105\nF-2,LR-1,2022-01-01,UXO,1,51.1101,41.105\n"
                              "F-3,LR-1,2022-01-01,UXO,1,51.111,41.105\n");
  ASSERT_EQ(outcome.issues.size(), 1U);
  EXPECT_EQ(outcome.issues[0].id, "F-3");
  EXPECT_NE(outcome.issues[0].error.find("84 m"), std::string::npos) << outcome.issues[0].error;
}

TEST_P(ImportTest, ADeclaredAreaInTheWrongUnitIsAnIssue) {
  // 0.01 x 0.01 degrees at 41.1 N measure 93.3 ha.
  const auto outcome = import(
      "hazards.geojson",
      collection(
          square(R"("hazard_id":"HA-1","type":"SHA","declared_area":94,"declared_area_unit":"ha")", 51.1, 41.1) + "," +
          square(R"("hazard_id":"HA-2","type":"SHA","declared_area":94,"declared_area_unit":"m2")", 51.2, 41.1)));
  ASSERT_EQ(outcome.issues.size(), 1U);
  EXPECT_EQ(outcome.issues[0].id, "HA-2");
  EXPECT_EQ(outcome.issues[0].field, "declared_area");
}

TEST_P(ImportTest, ARecordInAnotherDistrictThanItSaysIsAnIssue) {
  import("districts.geojson", collection(square(R"("district_id":"D1","name":"North")", 51.1, 41.2, 0.1) + "," +
                                         square(R"("district_id":"D2","name":"South")", 51.1, 41.1, 0.1)));
  const auto outcome = import(
      "hazards.geojson", collection(square(R"("hazard_id":"HA-1","type":"SHA","district":"south")", 51.15, 41.15) +
                                    "," + square(R"("hazard_id":"HA-2","type":"SHA","district":"D1")", 51.15, 41.15) +
                                    "," + square(R"("hazard_id":"HA-3","type":"SHA","district":"D1")", 51.15, 41.193)));
  ASSERT_EQ(outcome.issues.size(), 1U) << outcome.issues.back().error;
  EXPECT_EQ(outcome.issues[0].id, "HA-2");
  EXPECT_NE(outcome.issues[0].error.find("South"), std::string::npos);
}

TEST_P(ImportTest, ADistrictWrittenInOtherLettersIsTheSameDistrict) {
  import("districts.geojson", collection(square(R"("district_id":"D1","name":"Ağdam")", 51.1, 41.1, 0.1)));
  const auto outcome =
      import("hazards.geojson",
             collection(square(R"("hazard_id":"HA-1","type":"SHA","district":"АГДАМ")", 51.15, 41.15) + "," +
                        square(R"("hazard_id":"HA-2","type":"SHA","district":"Agdam")", 51.15, 41.17)));
  EXPECT_EQ(outcome.accepted, 2);
  EXPECT_TRUE(outcome.issues.empty()) << outcome.issues.front().error;
}

TEST_P(ImportTest, AFolderIsEnteredInTheOrderThatLinksNeedWholeOrNotAtAll) {
  std::filesystem::create_directory(folder_ / "in");
  std::filesystem::create_directory(folder_ / "in/truth");
  folder_.write("in/truth/secret.csv", "not looked at");
  folder_.write("in/finds.csv", std::string(kFindsHeader) + "F-1,LR-1,2022-01-01,UXO,1,51.105,41.105\n");
  folder_.write(
      "in/land-release.geojson",
      collection(square(R"("release_id":"LR-1","outcome":"cleared","method":"manual","completed_on":"2022-01-01")",
                        51.1, 41.1)));
  folder_.write("in/accidents.csv",
                "accident_id,occurred_on,device,longitude,latitude\nA-1,2022-13-01,UXO,51.1,41.1\n");
  const auto refused = programme_->import_folder(folder_ / "in", false, {});
  ASSERT_TRUE(refused) << base::to_text(refused.error());
  EXPECT_TRUE(now().finds.empty());
  folder_.write("in/accidents.csv",
                "accident_id,occurred_on,device,longitude,latitude\nA-1,2022-12-01,UXO,51.1,41.1\n");
  const auto entered = programme_->import_folder(folder_ / "in", false, {});
  ASSERT_TRUE(entered) << base::to_text(entered.error());
  ASSERT_EQ(entered->size(), 3U);
  EXPECT_EQ((*entered)[0].kind, "land-release");
  EXPECT_EQ((*entered)[1].kind, "finds");
  EXPECT_TRUE((*entered)[1].issues.empty());
  EXPECT_EQ(now().finds.size(), 1U);
  EXPECT_EQ(now().accidents.size(), 1U);
}

TEST_P(ImportTest, AFileOfNoKindIsRefusedNamingTheNearest) {
  std::filesystem::create_directory(folder_ / "in");
  folder_.write("in/findz.csv", kFindsHeader + find("F-1", "2022-05-01"));
  const auto refused = programme_->import_folder(folder_ / "in", false, {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().remedy.find("'finds'"), std::string::npos) << refused.error().remedy;
}

TEST_P(ImportTest, AReferenceLayerHasItsOwnNameInTheFile) {
  const std::string line = R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"1994"},)"
                           R"("geometry":{"type":"LineString","coordinates":[[51.1,41.1],[51.2,41.2]]}}]})";
  EXPECT_EQ(import("contact-line.geojson", line).kind, "contact-line");
  EXPECT_EQ(import_again("contact-line.geojson").unchanged, 1);
  ASSERT_EQ(now().reference_features.size(), 1U);
  EXPECT_EQ(now().reference_features[0].layer, "contact-line");
  EXPECT_EQ(sql("SELECT count(*) FROM contact_line"), "1");
  EXPECT_EQ(programme_->layers().back().kind, "contact-line");
  ImportOptions taken;
  taken.layer_name = "finds";
  const auto refused = programme_->import_file(folder_ / "contact-line.geojson", "reference-layer", taken);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.layer_name_taken");
}

TEST_P(ImportTest, ARasterIsKeptAndComesBackWithTheSnapshot) {
  const auto crs = geo::Crs::from_epsg(32639).value();
  geo::Raster dem;
  dem.grid = {50.0, 10000, 91000, 40, 30};
  dem.epsg = 32639;
  dem.band_names = {"height"};
  dem.bands = {std::vector<float>(1200, 12.5F)};
  ASSERT_TRUE(geo::write_file(folder_ / "dem.tif", geo::to_cog(dem).value()));
  EXPECT_EQ(import_again("dem.tif").accepted, 1);
  EXPECT_EQ(import_again("dem.tif").unchanged, 1);
  ASSERT_EQ(now().covariates.size(), 1U);
  EXPECT_EQ(now().covariates[0].name, "dem");
  EXPECT_EQ(now().covariates[0].raster.bands, dem.bands);
}

TEST_P(ImportTest, HistoryIsNeverChangedOrDeletedNotEvenByAnotherProgram) {
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-01"));
  EXPECT_NE(sql("UPDATE finds_version SET device = 'UXO'").find("never changed"), std::string::npos);
  EXPECT_NE(sql("DELETE FROM finds_version").find("never changed"), std::string::npos);
  EXPECT_NE(sql("DELETE FROM firmground_record").find("never changed"), std::string::npos);
  EXPECT_NE(sql("UPDATE finds SET device = 'UXO'").find("firmground import"), std::string::npos);
  EXPECT_NE(sql("DELETE FROM finds").find("not edited"), std::string::npos);
  EXPECT_EQ(sql("SELECT device FROM finds"), "AP mine");
}

TEST_P(GeoPackageImportTest, TheSpatialIndexIsWholeAfterManyFindsAndAfterLaterOnes) {
  std::string text = kFindsHeader;
  for (int i = 0; i < 5000; ++i) {
    text += fmt::format("F-{},,2022-05-01,UXO,1,{},{}\n", i, 50.7 + 1.8 * ((i * 7919) % 5000) / 5000,
                        41 + 1.5 * ((i * 104729) % 5003) / 5003);
  }
  import("finds.csv", text);
  import("finds.csv", kFindsHeader + find("F-17", "2022-05-02") + find("F-9999", "2022-05-02"));
  EXPECT_EQ(sql("SELECT rtreecheck('rtree_finds_geom')"), "ok");
  EXPECT_EQ(sql("SELECT count(*) FROM rtree_finds_geom"), "5001");
  EXPECT_EQ(sql("SELECT count(*) FROM rtree_finds_geom r JOIN finds f ON f.fid = r.id WHERE minx <= ST_MinX(geom) AND "
                "maxx >= ST_MaxX(geom) "
                "AND miny <= ST_MinY(geom) AND maxy >= ST_MaxY(geom) AND maxx - minx < 1e-5"),
            "5001");
  EXPECT_EQ(sql("SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'finds'"), "5001");
  EXPECT_EQ(sql("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(sql("SELECT count(*) FROM pragma_foreign_key_check"), "0");
}

TEST_P(ImportTest, TheCurrentLayerIsTheSnapshotWithoutADate) {
  import("finds.csv", kFindsHeader + find("F-1", "2022-05-10", "5") + find("F-2", "") + find("F-3", "2022"));
  import("finds.csv",
         kFindsHeader + find("F-1", "2022-05-01", "4") + find("F-2", "2021-01-01", "2") + find("F-4", "2021"));
  std::string listed;
  for (const auto& f : now().finds) {
    listed += fmt::format("{}:{} ", f.find_id, f.count);
  }
  EXPECT_EQ(listed, "F-1:5 F-2:2 F-3:1 F-4:1 ");
  EXPECT_EQ(rows_of(path_, "SELECT find_id || ':' || count FROM finds ORDER BY find_id"), listed);
}

TEST_P(ImportTest, AFileLargerThanWhatIsSentAtOnceEntersWhole) {
  std::string text = kFindsHeader;
  for (int i = 0; i < 12000; ++i) {
    text += find(fmt::format("F-{}", i), "2022-05-01");
  }
  EXPECT_EQ(import("finds.csv", text).accepted, 12000);
  EXPECT_EQ(sql("SELECT count(*) FROM finds"), "12000");
  EXPECT_EQ(programme_->history("finds", "F-11999")->size(), 1U);
}

FIRMGROUND_ON_BOTH_STORES(ImportTest);
INSTANTIATE_TEST_SUITE_P(Stores, GeoPackageImportTest, testing::Values(StoreKind::geopackage), store_name);

}  // namespace
}  // namespace firmground::registry
