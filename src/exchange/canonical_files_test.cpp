#include "exchange/canonical_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "exchange/export_files.h"

namespace firmground::exchange {
namespace {

using mineaction::find_kind;
using mineaction::Kind;
using mineaction::Record;

class CanonicalFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() / (std::string("firmground-exchange-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string text_of(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::filesystem::path folder_;
};

base::Result<std::vector<Note>> write_records(const std::string& path, Format format, const Kind& kind,
                                              std::span<const Record> records) {
  const Table table = table_to_export(kind, Origin::kind, records);
  return write_tables(path, format, {&table, 1}, {});
}

Record find_record(const std::string& id, const std::string& model) {
  const Kind& kind = *find_kind("finds");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = id;
  record.values[kind.field_index("device")] = std::string("AP mine");
  record.values[kind.field_index("model")] = model;
  record.values[kind.field_index("depth_cm")] = 12.5;
  record.geometry.points = {{51.123456789, 41.5}};
  return record;
}

TEST_F(CanonicalFiles, AFindIsOneLineOfCsv) {
  ASSERT_TRUE(
      write_records(path("finds.csv"), Format::csv, *find_kind("finds"), std::vector{find_record("F-1", "PMN, old")}));
  EXPECT_EQ(text_of("finds.csv"),
            "find_id,release_id,found_on,device,model,count,depth_cm,longitude,latitude\n"
            "F-1,,,AP mine,\"PMN, old\",,12.5,51.123456789,41.5\n");
}

TEST_F(CanonicalFiles, ACellThatASpreadsheetWouldRunIsGuarded) {
  const std::vector records = {find_record("=F1", "+cmd|' /C calc'!A0"), find_record("-2", "'=x")};
  ASSERT_TRUE(write_records(path("finds.csv"), Format::csv, *find_kind("finds"), records));
  const std::string text = text_of("finds.csv");
  EXPECT_NE(text.find("\n'=F1,"), std::string::npos);
  EXPECT_NE(text.find(",'+cmd|"), std::string::npos);
  EXPECT_NE(text.find("\n'-2,"), std::string::npos);
  EXPECT_NE(text.find(",''=x,"), std::string::npos);
}

TEST_F(CanonicalFiles, GeoJsonIsReadableByAnyParserAndClosesItsRings) {
  const Kind& kind = *find_kind("hazards");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = std::string("HA \"1\"\n");
  record.geometry.polygons = {{{{51, 41}, {51.1, 41}, {51, 41.1}}, {{{51.01, 41.01}, {51.01, 41.02}, {51.02, 41.01}}}}};
  ASSERT_TRUE(write_records(path("hazards.geojson"), Format::geojson, kind, std::vector{record}));
  const auto json = nlohmann::json::parse(text_of("hazards.geojson"));
  const auto& feature = json["features"][0];
  EXPECT_EQ(feature["properties"]["hazard_id"], "HA \"1\"\n");
  EXPECT_TRUE(feature["properties"]["declared_area"].is_null());  // not known is null, never 0
  EXPECT_EQ(feature["geometry"]["type"], "Polygon");
  EXPECT_EQ(feature["geometry"]["coordinates"].size(), 2U);
  EXPECT_EQ(feature["geometry"]["coordinates"][0].size(), 4U);
  EXPECT_EQ(feature["geometry"]["coordinates"][0][0], feature["geometry"]["coordinates"][0][3]);
}

TEST_F(CanonicalFiles, AnAreaStandsInCsvAsWellKnownText) {
  const Kind& kind = *find_kind("hazards");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = std::string("HA-1");
  record.geometry.polygons = {{{{51, 41}, {51.1, 41}, {51, 41.1}}, {{{51.01, 41.01}, {51.01, 41.02}, {51.02, 41.01}}}},
                              {{{52, 41}, {52.1, 41}, {52, 41.1}}, {}}};
  ASSERT_TRUE(write_records(path("hazards.csv"), Format::csv, kind, std::vector{record}));
  EXPECT_NE(
      text_of("hazards.csv")
          .find("\"MULTIPOLYGON (((51 41, 51.1 41, 51 41.1, 51 41), (51.01 41.01, 51.01 41.02, 51.02 41.01, 51.01 "
                "41.01)), ((52 41, 52.1 41, 52 41.1, 52 41)))\""),
      std::string::npos)
      << text_of("hazards.csv");
}

TEST_F(CanonicalFiles, GpxRefusesAreasInWordsAndLeavesNoFile) {
  const Kind& kind = *find_kind("hazards");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = std::string("HA-1");
  record.geometry.polygons = {{{{51, 41}, {51.1, 41}, {51, 41.1}}, {}}};
  const auto result = write_records(path("hazards.gpx"), Format::gpx, kind, std::vector{record});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "exchange.format_cannot_carry");
  EXPECT_NE(result.error().message.find("HA-1"), std::string::npos);
  EXPECT_EQ(files(), 0U);
}

TEST_F(CanonicalFiles, WhatIsAboutAPersonNeverLeaves) {
  const Kind& kind = *find_kind("victims");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[0] = std::string("V-1");
  record.values[kind.field_index("person_key")] = std::string("secret-key");
  const Table table = table_to_export(kind, Origin::kind, {&record, 1});
  for (const FormatInfo& format : formats()) {
    const std::string file = "victims" + std::string(format.ending);
    const auto notes = write_tables(path(file), format.format, {&table, 1}, {});
    if (!notes) {
      EXPECT_EQ(notes.error().id, "exchange.format_cannot_carry") << file;
      continue;
    }
    EXPECT_TRUE(std::any_of(notes->begin(), notes->end(), [](const Note& n) { return n.code == "EX-0201"; })) << file;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    const std::string text = text_of(entry.path().filename().string());
    EXPECT_EQ(text.find("secret-key"), std::string::npos) << entry.path();
    EXPECT_EQ(text.find("person_key"), std::string::npos) << entry.path();
  }
}

TEST_F(CanonicalFiles, TheSameRecordsGiveTheSameBytesInEveryFormat) {
  const std::vector records = {find_record("F-1", "Ağdərə"), find_record("F-2", "PMN")};
  for (const FormatInfo& format : formats()) {
    for (const char* name : {"one", "two"}) {
      ASSERT_TRUE(write_records(path(name + std::string(format.ending)), format.format, *find_kind("finds"), records));
    }
    EXPECT_EQ(text_of("one" + std::string(format.ending)), text_of("two" + std::string(format.ending))) << format.name;
  }
  EXPECT_EQ(text_of("one.dbf"), text_of("two.dbf"));
}

TEST_F(CanonicalFiles, AFolderThatCannotBeWrittenIsSaid) {
  const auto result = write_records(path("missing/finds.csv"), Format::csv, *find_kind("finds"), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "base.file_unwritable");
}

TEST_F(CanonicalFiles, AFolderHoldsOneFileAKindNamedByIt) {
  mineaction::Snapshot snapshot;
  snapshot.crs = *geo::Crs::from_epsg(32639);
  mineaction::HazardousArea& hazard = snapshot.hazards.emplace_back();
  hazard.hazard_id = "HA-1";
  hazard.geometry.polygons = {{{{4e5, 46e5}, {4.1e5, 46e5}, {4e5, 46.1e5}}, {}}};
  mineaction::Find& find = snapshot.finds.emplace_back();
  find.find_id = "F-1";
  find.device = mineaction::Device::ap_mine;
  find.position = {4e5, 46e5};
  snapshot.baselines.push_back({"national", base::Date(2024, 1, 1), 10, ""});
  snapshot.reference_features.push_back({"roads", "M1", {{}, {{{4e5, 46e5}, {4.1e5, 46e5}}}, {}}});
  snapshot.covariates.push_back(
      {"dem", {{50, 8000, 92000, 4, 4}, 32639, {"elevation_m"}, {std::vector<float>(16, 12.F)}, {}}});
  ASSERT_TRUE(write_folder(path("out"), snapshot));
  for (const char* name : {"hazards.geojson", "finds.csv", "baselines.csv", "roads.geojson", "dem.tif"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "out" / name)) << name;
  }
  EXPECT_EQ(text_of("out/baselines.csv"), "name,estimated_on,area_ha,source\nnational,2024-01-01,10,\n");
}

TEST(Numbers, AreWrittenWithoutLossAndWithoutNoise) {
  const auto shown = [](double value, int decimals) {
    std::string text;
    append_coordinate(text, value, decimals);
    return text;
  };
  EXPECT_EQ(shown(-1e-12, 8), "0");
  EXPECT_EQ(shown(120, 8), "120");
  EXPECT_EQ(shown(51.123456789, Coordinates::kExact), "51.123456789");
  EXPECT_EQ(shown(1e-7, Coordinates::kExact), "0.0000001");
  std::string text;
  append_number(text, 0.1);
  EXPECT_EQ(text, "0.1");
}

}  // namespace
}  // namespace firmground::exchange
