#include "intake/source_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

namespace firmground::intake {
namespace {

using mineaction::find_kind;
using mineaction::Kind;
using mineaction::Record;
using mineaction::Value;

const std::string kData = "tests/data/intake/";

ReadOptions options() {
  ReadOptions result;
  result.today = *base::Date::parse("2026-11-23");
  result.extent = {{51, 41, 52, 42}};
  return result;
}

base::Result<ReadResult> read(const std::string& file, const char* kind, const ReadOptions& with = options()) {
  return read_file(kData + file, *find_kind(kind), with, base::no_progress);
}

ReadResult csv(const char* kind, const std::string& text, const ReadOptions& with = options()) {
  auto result = read_csv(text, "test.csv", *find_kind(kind), with, base::no_progress);
  EXPECT_TRUE(result) << (result ? "" : base::to_text(result.error()));
  return result ? std::move(*result) : ReadResult();
}

std::string csv_error(const char* kind, const std::string& text, const ReadOptions& with = options()) {
  const auto result = read_csv(text, "test.csv", *find_kind(kind), with, base::no_progress);
  return result ? "none" : result.error().id;
}

/// One find with the given cells: find_id, found_on, device, count, depth_cm, longitude, latitude.
ReadResult find(const std::string& cells, const ReadOptions& with = options()) {
  return csv("finds", "find_id,found_on,device,count,depth_cm,longitude,latitude\n" + cells + "\n", with);
}

ReadResult geojson(const char* kind, const std::string& properties, const std::string& geometry,
                   const ReadOptions& with = options()) {
  const std::string text = R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{)" + properties +
                           R"(},"geometry":)" + geometry + "}]}";
  auto result = read_geojson(text, "test.geojson", *find_kind(kind), with, base::no_progress);
  EXPECT_TRUE(result) << (result ? "" : base::to_text(result.error()));
  return result ? std::move(*result) : ReadResult();
}

ReadResult hazard(const std::string& ring, const ReadOptions& with = options()) {
  return geojson("hazards", R"("hazard_id":"HA-1")", R"({"type":"Polygon","coordinates":[)" + ring + "]}", with);
}

/// The catalogue's id of the first issue, and whether it refused: "date_in_future refused".
std::string first_issue(const ReadResult& result) {
  if (result.issues.empty()) {
    return "none";
  }
  const Issue& issue = result.issues.front();
  for (const char* id : {"missing_value",
                         "text_for_number",
                         "number_with_comma",
                         "number_with_unit",
                         "not_whole",
                         "out_of_bounds",
                         "not_a_date",
                         "date_in_future",
                         "date_too_old",
                         "not_yes_or_no",
                         "unknown_device",
                         "unknown_outcome",
                         "unknown_method",
                         "unknown_unit",
                         "unknown_word",
                         "area_without_unit",
                         "word_for_unknown",
                         "trimmed",
                         "dates_reversed",
                         "geometry_missing",
                         "geometry_absent",
                         "geometry_kind",
                         "geometry_broken",
                         "ring_too_short",
                         "ring_crosses_itself",
                         "ring_not_closed",
                         "points_repeated",
                         "line_too_short",
                         "half_position",
                         "position_zero",
                         "coordinates_out_of_range",
                         "wrong_crs",
                         "zone_unclear",
                         "swapped_axes",
                         "sign_lost",
                         "far_outside",
                         "outside_country",
                         "outlier",
                         "row_short",
                         "row_long",
                         "row_empty",
                         "duplicate_id",
                         "repeated_row",
                         "no_final_newline",
                         "columns_ignored",
                         "rows_left_out",
                         "no_position_columns"}) {
    if (base::make_error(std::string("intake.") + id).code == issue.code) {
      return std::string(id) + (issue.refused ? " refused" : " noted");
    }
  }
  return issue.code;
}

const Value& value(const ReadResult& result, const char* kind, const char* field, std::size_t at = 0) {
  return result.records.at(at).record.values[find_kind(kind)->field_index(field)];
}

// --- samples ---

TEST(ReadCsv, FindsOfASampleFileAreReadAsWritten) {
  const auto result = read("finds.csv", "finds");
  ASSERT_TRUE(result);
  ASSERT_EQ(result->records.size(), 3U);
  EXPECT_TRUE(result->issues.empty());
  EXPECT_EQ(value(*result, "finds", "device", 1), Value(std::string("AV mine")));
  EXPECT_EQ(value(*result, "finds", "model", 1), Value(std::string("TM-62M, with \"МВЧ\"")));
  EXPECT_EQ(value(*result, "finds", "count", 1), Value(std::int64_t{2}));
  EXPECT_EQ(value(*result, "finds", "depth_cm", 1), Value(12.5));
  EXPECT_EQ(value(*result, "finds", "found_on", 2), Value(std::string("2019")));  // the year is all that is known
  EXPECT_EQ(value(*result, "finds", "count", 2), Value());
  EXPECT_EQ(result->records[0].record.geometry.points.front(), (geo::LonLat{51.2011, 41.2003}));
}

TEST(ReadCsv, AnAccidentWithoutPositionEntersAndIsNoted) {
  const auto result = read("accidents.csv", "accidents");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->records.size(), 2U);
  EXPECT_EQ(first_issue(*result), "geometry_absent noted");
  EXPECT_EQ(value(*result, "accidents", "killed", 1), Value());
}

TEST(ReadCsv, LegsKeepTheirUnitsAsWrittenAndGetAnId) {
  const auto result = read("legs.csv", "minefield-record-legs");
  ASSERT_TRUE(result);
  ASSERT_EQ(result->records.size(), 2U);
  EXPECT_TRUE(result->issues.empty());
  EXPECT_EQ(value(*result, "minefield-record-legs", "id"), Value(std::string("R-1-1")));
  EXPECT_EQ(value(*result, "minefield-record-legs", "bearing"), Value(1200.0));
  EXPECT_EQ(value(*result, "minefield-record-legs", "distance_unit", 1), Value(std::string("paces")));
}

TEST(ReadGeoJson, HazardsOfASampleFileAreReadAsWritten) {
  const auto result = read("hazards.geojson", "hazards");
  ASSERT_TRUE(result);
  ASSERT_EQ(result->records.size(), 3U);
  EXPECT_TRUE(result->issues.empty());
  const auto& polygon = result->records[0].record.geometry.polygons.at(0);
  EXPECT_EQ(polygon.outer.size(), 4U);  // open
  EXPECT_EQ(polygon.holes.size(), 1U);
  EXPECT_EQ(result->records[1].record.geometry.polygons.size(), 2U);
  EXPECT_EQ(result->records[2].record.geometry.points.size(), 1U);
  EXPECT_EQ(value(*result, "hazards", "type", 2), Value(std::string("SHA")));
  EXPECT_EQ(value(*result, "hazards", "declared_area", 0), Value(60.5));
  EXPECT_EQ(value(*result, "hazards", "declared_area_unit", 0), Value(std::string("ha")));
}

TEST(ReadGeoJson, LandReleaseWordsOfOperatorsAreUnderstood) {
  const auto result = read("land-release.geojson", "land-release");
  ASSERT_TRUE(result);
  ASSERT_EQ(result->records.size(), 2U);
  EXPECT_EQ(value(*result, "land-release", "outcome", 1), Value(std::string("cancelled")));
  EXPECT_EQ(value(*result, "land-release", "method", 1), Value(std::string("nts")));
}

TEST(Mapping, AForeignEventRegisterBecomesAccidentsWithTheirYear) {
  ReadOptions with = options();
  const auto mapping = Mapping::read(kData + "foreign-events.mapping.toml");
  ASSERT_TRUE(mapping) << base::to_text(mapping.error());
  with.mapping = *mapping;
  const auto result = read("foreign-events.csv", "accidents", with);
  ASSERT_TRUE(result) << base::to_text(result.error());
  ASSERT_EQ(result->records.size(), 3U);
  EXPECT_EQ(value(*result, "accidents", "occurred_on"), Value(std::string("1990")));
  EXPECT_EQ(value(*result, "accidents", "device", 1), Value(std::string("UXO")));
  EXPECT_EQ(value(*result, "accidents", "killed"), Value());
  EXPECT_EQ(result->issues.size(), 2U);  // columns not taken, and one row left out: both are said
}

TEST(Mapping, ZeroOfAForeignListCanMeanNotKnown) {
  ReadOptions with = options();
  with.mapping = *Mapping::parse("[values.population]\n0 = \"\"", "m.toml");
  const ReadResult result = csv("places", "name,population,longitude,latitude\nA,0,51.5,41.5\nB,12,51.6,41.5\n", with);
  EXPECT_EQ(value(result, "places", "population", 0), Value());
  EXPECT_EQ(value(result, "places", "population", 1), Value(std::int64_t{12}));
}

TEST(Mapping, EveryExampleInTheDocumentsIsAMappingThatReads) {
  for (const auto& entry : std::filesystem::directory_iterator("docs/examples")) {
    if (!entry.path().string().ends_with(".mapping.toml")) {
      continue;
    }
    const auto mapping = Mapping::read(entry.path().string());
    EXPECT_TRUE(mapping) << base::to_text(mapping.error());
  }
}

TEST(Mapping, AMappingThatContradictsItselfIsRefused) {
  for (const char* text : {"columns = 3", "[columns]\ndevice = [1]", "[colums]\na = \"b\"", "[only]\nx = 1", "[columns",
                           "[values]\ndevice = 1", "[columns]\ndevice = \"a\"\n[constants]\ndevice = \"UXO\""}) {
    const auto mapping = Mapping::parse(text, "m.toml");
    ASSERT_FALSE(mapping) << text;
    EXPECT_EQ(mapping.error().id, "intake.mapping_invalid");
  }
}

TEST(Mapping, AFieldTheKindDoesNotHaveIsRefusedNotIgnored) {
  ReadOptions with = options();
  with.mapping = *Mapping::parse("[columns]\ndevise = \"type\"", "m.toml");
  EXPECT_EQ(csv_error("finds", "find_id,device,type,longitude,latitude\nF,UXO,x,51.5,41.5\n", with),
            "intake.mapping_invalid");
  with.mapping = *Mapping::parse("[columns]\ndevice = \"typo\"", "m.toml");
  EXPECT_EQ(csv_error("finds", "find_id,type,longitude,latitude\nF,UXO,51.5,41.5\n", with), "intake.missing_column");
}

TEST(Mapping, ConstantsFillWhatTheFileDoesNotSay) {
  ReadOptions with = options();
  with.mapping = *Mapping::parse("[constants]\ndevice = \"submunition\"\nfound_on = 2021-05-01", "m.toml");
  const ReadResult result = csv("finds", "find_id,longitude,latitude\nF-1,51.5,41.5\n", with);
  EXPECT_EQ(value(result, "finds", "device"), Value(std::string("submunition")));
  EXPECT_EQ(value(result, "finds", "found_on"), Value(std::string("2021-05-01")));
}

TEST(OtherFormats, FindsFromSpreadsheetsHandheldsAndGisAreTheSameFinds) {
  for (const char* file : {"finds.xlsx", "finds.fgb", "finds.shp", "finds.kml"}) {
    SCOPED_TRACE(file);
    const auto result = read(std::string("other-formats/") + file, "finds");
    ASSERT_TRUE(result) << base::to_text(result.error());
    ASSERT_GE(result->records.size(), 2U);
    const auto second = std::find_if(result->records.begin(), result->records.end(), [](const ReadRecord& r) {
      return r.record.values.front() == Value(std::string("F-2"));
    });
    ASSERT_NE(second, result->records.end());
    const Kind& kind = *find_kind("finds");
    EXPECT_EQ(second->record.values[kind.field_index("device")], Value(std::string("AV mine")));
    EXPECT_EQ(second->record.values[kind.field_index("model")], Value(std::string("TM-62M, with \"МВЧ\"")));
    EXPECT_NEAR(second->record.geometry.points.at(0).lon, 51.2022, 1e-9);
    EXPECT_NEAR(second->record.geometry.points.at(0).lat, 41.2004, 1e-9);
    EXPECT_TRUE(std::none_of(result->issues.begin(), result->issues.end(), [](const Issue& i) { return i.refused; }));
  }
}

TEST(OtherFormats, WaypointsOfAHandheldBecomePlaces) {
  const auto result = read("other-formats/places.gpx", "places");
  ASSERT_TRUE(result) << base::to_text(result.error());
  ASSERT_EQ(result->records.size(), 2U);
  EXPECT_EQ(value(*result, "places", "name"), Value(std::string("Çaylı")));
  EXPECT_EQ(result->records[1].record.geometry.points[0], (geo::LonLat{51.6, 41.5}));
}

// --- whole files ---

TEST(WholeFile, AMissingColumnIsNamedWithThoseThatAreThere) {
  const auto result =
      read_csv("find_id,kind,lon,lat\nF-1,UXO,51.5,41.5\n", "f.csv", *find_kind("finds"), options(), base::no_progress);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "intake.missing_column");
  EXPECT_NE(result.error().message.find("device"), std::string::npos);
  EXPECT_NE(result.error().message.find("find_id, kind, lon, lat"), std::string::npos);
  EXPECT_NE(result.error().remedy.find("--mapping"), std::string::npos);
}

TEST(WholeFile, PointsNeedBothCoordinatesAndPolygonsAGeometry) {
  EXPECT_EQ(csv_error("finds", "find_id,device\nF-1,UXO\n"), "intake.missing_column");
  EXPECT_EQ(csv_error("finds", "find_id,device,longitude\nF-1,UXO,51.5\n"), "intake.missing_column");
  EXPECT_EQ(csv_error("finds", "find_id,device,x,y\nF-1,UXO,51.5,41.5\n"),
            "intake.metres_without_crs");  // x and y of what?
  EXPECT_EQ(csv_error("hazards", "hazard_id\nHA-1\n"), "intake.missing_column");
}

TEST(WholeFile, AnEmptyFileIsSaidToBeEmpty) {
  EXPECT_EQ(csv_error("finds", ""), "intake.empty_file");
  EXPECT_EQ(csv_error("finds", "\n\n"), "intake.empty_file");
  EXPECT_EQ(csv_error("finds", "find_id,device,longitude,latitude\n"), "intake.empty_file");
  for (const char* text : {"", "  \n", R"({"type":"FeatureCollection","features":[]})"}) {
    const auto result = read_geojson(text, "f.geojson", *find_kind("hazards"), options(), base::no_progress);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().id, "intake.empty_file");
  }
}

TEST(WholeFile, BytesThatAreNotUtf8AreFoundWithTheirPlace) {
  const auto result = read_csv("find_id,device,longitude,latitude\nF-1,UXO,51,41\nF-\xE9,UXO,51,41\n", "f.csv",
                               *find_kind("finds"), options(), base::no_progress);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "intake.not_utf8");
  EXPECT_NE(result.error().message.find("byte 50 (data row 2)"), std::string::npos) << result.error().message;
  EXPECT_EQ(csv_error("finds", std::string("\xFF\xFE"
                                           "f\0i\0",
                                           6)),
            "intake.not_utf8");  // UTF-16
}

TEST(WholeFile, ACutFileIsRefusedWhole) {
  const std::string header = "find_id,device,longitude,latitude\n";
  EXPECT_EQ(csv_error("finds", header + "F-1,UXO,51.5,41.5\nF-2,UX"), "intake.truncated");
  EXPECT_EQ(csv_error("finds", header + "F-1,\"UXO,51.5,41.5\nF-2,UXO,51.5,41.5\n"), "intake.truncated");
  std::string text =
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"A"},"geometry":null}]})";
  for (std::size_t length = 1; length < text.size(); ++length) {
    const auto result = read_geojson(std::string_view(text).substr(0, length), "f.geojson", *find_kind("districts"),
                                     options(), base::no_progress);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().id, "intake.truncated") << length;
  }
}

TEST(WholeFile, ACsvCutInsideItsLastNumberIsRefusedAndOneWithoutFinalLineBreakIsNoted) {
  std::string text = "find_id,device,longitude,latitude\n";
  for (int i = 0; i < 20; ++i) {
    text += fmt::format("F-{},UXO,51.12345,41.{:05}\n", i, 10'000 + 7 * i);
  }
  text.pop_back();
  EXPECT_EQ(first_issue(csv("finds", text)), "no_final_newline noted");
  for (int cut = 1; cut < 8; ++cut) {
    text.pop_back();
    EXPECT_EQ(csv_error("finds", text), "intake.truncated") << text.substr(text.size() - 10);
  }
}

TEST(WholeFile, BrokenJsonIsNamedWithItsPlace) {
  const auto result =
      read_geojson(R"({"features":[{"a":,}]})", "f.geojson", *find_kind("districts"), options(), base::no_progress);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "intake.broken");
  EXPECT_NE(result.error().message.find("byte 19"), std::string::npos) << result.error().message;
}

TEST(WholeFile, AFileThatIsNotThereOrOfAnUnknownFormatIsRefused) {
  EXPECT_EQ(read("missing.csv", "finds").error().id, "base.file_unreadable");
  std::ofstream("/tmp/firmground-intake.dwg") << "x";
  EXPECT_EQ(read_file("/tmp/firmground-intake.dwg", *find_kind("finds"), options(), base::no_progress).error().id,
            "intake.format_unknown");
  std::remove("/tmp/firmground-intake.dwg");
}

TEST(WholeFile, WorkThatIsCancelledStops) {
  const auto stop = [](std::string_view, double) { return false; };
  const auto result = read_file(kData + "finds.csv", *find_kind("finds"), options(), stop);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "base.cancelled");
}

TEST(WholeFile, UnknownColumnsAreSaidNotLostSilently) {
  const ReadResult result = csv("finds", "find_id,device,longitude,latitude,team\nF-1,UXO,51.5,41.5,T-1\n");
  EXPECT_EQ(first_issue(result), "columns_ignored noted");
  EXPECT_NE(result.issues.front().error.find("team"), std::string::npos);
}

TEST(WholeFile, HeadersInTheHandwritingOfSpreadsheetsAreRecognised) {
  const ReadResult result = csv("finds",
                                "\xEF\xBB\xBF"
                                "Find ID;DEVICE;Depth-cm;Lon;Lat\r\nF-1;UXO;12.5;51.5;41.5\r\n");
  ASSERT_EQ(result.records.size(), 1U);
  EXPECT_TRUE(result.issues.empty());
  EXPECT_EQ(value(result, "finds", "depth_cm"), Value(12.5));
  EXPECT_EQ(csv_error("finds", "find_id,Find ID,device,longitude,latitude\nF,G,UXO,51.5,41.5\n"),
            "none");  // the exact name counts
  EXPECT_EQ(csv_error("finds", "FIND_ID,Find ID,device,longitude,latitude\nF,G,UXO,51.5,41.5\n"),
            "intake.ambiguous_column");
}

// --- values ---

TEST(Values, WhatIsWrongWithAValueIsSaid) {
  EXPECT_EQ(first_issue(find("F-1,2023-01-01,UXO,1,5,51.5,41.5")), "none");
  EXPECT_EQ(first_issue(find(",2023-01-01,UXO,1,5,51.5,41.5")), "missing_value refused");
  EXPECT_EQ(first_issue(find("F-1,2023-01-01,,1,5,51.5,41.5")), "missing_value refused");
  EXPECT_EQ(first_issue(find("F-1,2023-01-01,UX0,1,5,51.5,41.5")), "unknown_device refused");
  EXPECT_EQ(first_issue(find("F-1,02.05.2023,UXO,1,5,51.5,41.5")), "not_a_date refused");
  EXPECT_EQ(first_issue(find("F-1,2023-02-30,UXO,1,5,51.5,41.5")), "not_a_date refused");
  EXPECT_EQ(first_issue(find("F-1,2031-01-01,UXO,1,5,51.5,41.5")), "date_in_future refused");
  EXPECT_EQ(first_issue(find("F-1,2026-11-23,UXO,1,5,51.5,41.5")), "none");
  EXPECT_EQ(first_issue(find("F-1,0024-05-02,UXO,1,5,51.5,41.5")), "date_too_old refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1.5,5,51.5,41.5")), "not_whole refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,-1,5,51.5,41.5")), "out_of_bounds refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,\"12,5\",51.5,41.5")), "number_with_comma refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,12 cm,51.5,41.5")), "number_with_unit refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,deep,51.5,41.5")), "text_for_number refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,1e999,51.5,41.5")), "number_with_unit refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,unknown,51.5,41.5")), "word_for_unknown noted");
  EXPECT_EQ(first_issue(find("F-1,n/a,UXO,1,5,51.5,41.5")), "word_for_unknown noted");
  EXPECT_EQ(first_issue(find("F-1 ,2023,UXO,1,5,51.5,41.5")), "trimmed noted");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,51.5")), "row_short refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,51,5,41.5")), "row_long refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,51.5,41.5\n,,,,,,")), "row_empty noted");
}

TEST(Values, ARefusedRowDoesNotEnterAndANotedOneDoes) {
  EXPECT_TRUE(find("F-1,2031-01-01,UXO,1,5,51.5,41.5").records.empty());
  const ReadResult noted = find("F-1 ,-,UXO,1,-,51.5,41.5");
  ASSERT_EQ(noted.records.size(), 1U);
  EXPECT_EQ(noted.issues.size(), 3U);
  EXPECT_EQ(value(noted, "finds", "find_id"), Value(std::string("F-1")));
  EXPECT_EQ(value(noted, "finds", "depth_cm"), Value());  // unknown is never zero
}

TEST(Values, AMisspelledWordIsToldItsNeighbourAndNeverTaken) {
  const ReadResult result = find("F-1,2023,AP mien,1,5,51.5,41.5");
  ASSERT_EQ(result.issues.size(), 1U);
  const Issue& issue = result.issues.front();
  EXPECT_EQ(issue.row, 1);
  EXPECT_EQ(issue.id, "F-1");
  EXPECT_EQ(issue.field, "device");
  EXPECT_EQ(issue.value, "AP mien");
  EXPECT_EQ(issue.error, "'AP mien' is no category of explosive ordnance; the nearest is 'AP mine'.");
  EXPECT_NE(issue.remedy.find("[values.device] \"AP mien\""), std::string::npos) << issue.remedy;
}

TEST(Values, EveryFaultOfARowIsToldAtOnce) {
  const ReadResult result = find("F-1,soon,rocket,0,-5,51.5,41.5");
  EXPECT_EQ(result.issues.size(), 4U);
}

TEST(Values, OutcomeMethodAndUnitHaveTheirOwnWords) {
  const std::string square = R"({"type":"Polygon","coordinates":[[[51.2,41.2],[51.3,41.2],[51.3,41.3],[51.2,41.2]]]})";
  const auto release = [&](const std::string& more) {
    return first_issue(geojson("land-release", R"("release_id":"LR","completed_on":"2024-01-02",)" + more, square));
  };
  EXPECT_EQ(release(R"("outcome":"cleared","method":"manual")"), "none");
  EXPECT_EQ(release(R"("outcome":"done","method":"manual")"), "unknown_outcome refused");
  EXPECT_EQ(release(R"("outcome":"cleared","method":"manuel")"), "unknown_method refused");
  EXPECT_EQ(release(R"("outcome":"cleared","method":null)"), "missing_value refused");
  EXPECT_EQ(release(R"("outcome":"cleared","method":"manual","coverage":1.5)"), "out_of_bounds refused");
  EXPECT_EQ(release(R"("outcome":"cleared","method":"manual","declared_area":5)"), "area_without_unit refused");
  EXPECT_EQ(release(R"("outcome":"cleared","method":"manual","declared_area":5,"declared_area_unit":"acre")"),
            "unknown_unit refused");
  EXPECT_EQ(release(R"("outcome":"cleared","method":"manual","declared_area":5,"declared_area_unit":"Hectares")"),
            "none");
}

TEST(Values, ADeadlineMayLieInTheFutureADateOfInformationMayNot) {
  const std::string point = R"({"type":"Point","coordinates":[51.5,41.5]})";
  EXPECT_EQ(first_issue(geojson("projects", R"("project_id":"P","needed_by":"2030-01-01")", point)), "none");
  EXPECT_EQ(first_issue(geojson("hazards", R"("hazard_id":"H","reported_on":"2030-01-01")", point)),
            "date_in_future refused");
  EXPECT_EQ(first_issue(csv("tasks",
                            "task_id,planned_from,planned_to,wkt\nT,2027-05-01,2027-04-01,\"POLYGON((51.2 41.2,51.3 "
                            "41.2,51.3 41.3,51.2 41.2))\"\n")),
            "dates_reversed noted");
}

TEST(Values, ABearingMayNotGoPastItsCircle) {
  const std::string header = "record_id,leg,bearing,bearing_unit\n";
  EXPECT_EQ(first_issue(csv("minefield-record-legs", header + "R-1,1,370,deg\n")), "out_of_bounds refused");
  EXPECT_EQ(first_issue(csv("minefield-record-legs", header + "R-1,1,6200,mil6400\n")), "none");
  EXPECT_EQ(first_issue(csv("minefield-record-legs", header + "R-1,1,6200,mil6000\n")), "out_of_bounds refused");
}

TEST(Values, YesAndNoAreReadAndNothingElse) {
  const std::string header = "victim_id,civilian,age\n";
  EXPECT_EQ(value(csv("victims", header + "V-1,Y,12\n"), "victims", "civilian"), Value(true));
  EXPECT_EQ(value(csv("victims", header + "V-1,no,12\n"), "victims", "civilian"), Value(false));
  EXPECT_EQ(value(csv("victims", header + "V-1,,12\n"), "victims", "civilian"), Value());
  EXPECT_EQ(first_issue(csv("victims", header + "V-1,perhaps,12\n")), "not_yes_or_no refused");
  EXPECT_EQ(first_issue(csv("victims", header + "V-1,y,child\n")), "text_for_number refused");
}

// --- geometry ---

TEST(Geometry, ACrossedRingIsRefusedWithItsPlace) {
  const ReadResult result = hazard("[[51.2,41.2],[51.3,41.3],[51.3,41.2],[51.2,41.3],[51.2,41.2]]");
  ASSERT_EQ(first_issue(result), "ring_crosses_itself refused");
  EXPECT_NE(result.issues.front().error.find("51.25"), std::string::npos) << result.issues.front().error;
  EXPECT_TRUE(result.records.empty());
}

TEST(Geometry, ARingWithTwoCornersEnclosesNothing) {
  EXPECT_EQ(first_issue(hazard("[[51.2,41.2],[51.3,41.3],[51.2,41.2]]")), "ring_too_short refused");
  EXPECT_EQ(first_issue(hazard("[]")), "ring_too_short refused");
}

TEST(Geometry, AnOpenRingIsClosedAndNoted) {
  const ReadResult result = hazard("[[51.2,41.2],[51.3,41.2],[51.3,41.3]]");
  EXPECT_EQ(first_issue(result), "ring_not_closed noted");
  EXPECT_EQ(result.records.size(), 1U);
}

TEST(Geometry, RepeatedCornersAreLeftOutAndNoted) {
  for (const char* ring : {"[[51.2,41.2],[51.3,41.2],[51.3,41.2],[51.3,41.3],[51.2,41.2]]",
                           "[[51.2,41.2],[51.3,41.2],[51.3,41.3],[51.2,41.2],[51.2,41.2]]",
                           "[[51.2,41.2],[51.3,41.2],[51.3,41.3],[51.2,41.2],[51.3,41.2]]"}) {
    const ReadResult result = hazard(ring);
    EXPECT_EQ(first_issue(result), "points_repeated noted") << ring;
    ASSERT_EQ(result.records.size(), 1U) << ring;
    EXPECT_EQ(result.records[0].record.geometry.polygons[0].outer.size(), 3U) << ring;
  }
}

TEST(Geometry, RingsAreTurnedToOneDirection) {
  const ReadResult result = hazard("[[51.2,41.2],[51.3,41.3],[51.3,41.2],[51.2,41.2]]");
  ASSERT_EQ(result.records.size(), 1U);
  EXPECT_TRUE(result.issues.empty());
  const auto& outer = result.records[0].record.geometry.polygons[0].outer;
  EXPECT_EQ(outer[1], (geo::LonLat{51.3, 41.2}));
}

TEST(Geometry, TheFormMustBeThatOfTheKind) {
  EXPECT_EQ(first_issue(geojson("finds", R"("find_id":"F","device":"UXO")",
                                R"({"type":"MultiPoint","coordinates":[[51,41],[51.1,41]]})")),
            "geometry_kind refused");
  EXPECT_EQ(first_issue(
                geojson("hazards", R"("hazard_id":"H")", R"({"type":"LineString","coordinates":[[51,41],[51.1,41]]})")),
            "geometry_kind refused");
  EXPECT_EQ(first_issue(geojson("hazards", R"("hazard_id":"H")", "null")), "geometry_missing refused");
  EXPECT_EQ(first_issue(geojson("minefield-records", R"("record_id":"R")", "null")), "geometry_absent noted");
  EXPECT_EQ(first_issue(geojson("hazards", R"("hazard_id":"H")", R"({"type":"Polygon","coordinates":[[51,41]]})")),
            "geometry_broken refused");
  EXPECT_EQ(first_issue(geojson("hazards", R"("hazard_id":"H")", R"({"type":"Curve","coordinates":[]})")),
            "geometry_broken refused");
  EXPECT_EQ(first_issue(geojson("projects", R"("project_id":"P")", R"({"type":"LineString","coordinates":[[51,41]]})")),
            "line_too_short refused");
}

TEST(Geometry, WellKnownTextInACsvIsReadOrRefused) {
  const std::string header = "hazard_id,wkt\n";
  const ReadResult good = csv("hazards", header + "H,\"MULTIPOLYGON(((51.2 41.2,51.3 41.2,51.3 41.3,51.2 41.2)))\"\n");
  ASSERT_EQ(good.records.size(), 1U);
  EXPECT_EQ(good.records[0].record.geometry.polygons[0].outer.size(), 3U);
  EXPECT_EQ(first_issue(csv("hazards", header + "H,\"POLYGON((51.2 41.2,51.3\"\n")), "geometry_broken refused");
  EXPECT_EQ(first_issue(csv("hazards", header + "H,\n")), "geometry_missing refused");
}

// --- positions ---

TEST(Position, ExchangedAxesAreRecognisedAndNotCorrected) {
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,41.5,51.5")), "swapped_axes refused");
}

TEST(Position, MetresReadAsDegreesAreToldTheirSystem) {
  // 51.5 E 41.5 N: UTM 39N, and Gauss-Krueger zone 9 with its zone prefix and northing first.
  const ReadResult utm = find("F-1,2023,UXO,1,5,541731.45,4594384.88");
  ASSERT_EQ(first_issue(utm), "wrong_crs refused");
  EXPECT_NE(utm.issues[0].remedy.find("--crs EPSG:32639"), std::string::npos) << utm.issues[0].remedy;
  const ReadResult gauss_kruger = find("F-1,2023,UXO,1,5,4596300,9541800");
  ASSERT_EQ(first_issue(gauss_kruger), "wrong_crs refused");
  EXPECT_NE(gauss_kruger.issues[0].error.find("EPSG:28409 with the axes exchanged"), std::string::npos)
      << gauss_kruger.issues[0].error;
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,1e7,1e7")), "coordinates_out_of_range refused");
}

TEST(Position, AGivenReferenceSystemIsUsed) {
  ReadOptions with = options();
  with.crs = "EPSG:32639";
  const ReadResult result = csv("finds", "find_id,device,x,y\nF-1,UXO,541731.45,4594384.88\n", with);
  ASSERT_EQ(result.records.size(), 1U);
  EXPECT_NEAR(result.records[0].record.geometry.points[0].lon, 51.5, 1e-4);
  EXPECT_NEAR(result.records[0].record.geometry.points[0].lat, 41.5, 1e-4);
  with.crs = "EPSG:99999";
  EXPECT_EQ(csv_error("finds", "find_id,device,x,y\nF-1,UXO,1,2\n", with), "intake.crs_unknown");
}

TEST(Position, AGaussKruegerZoneIsReadAsItIsWrittenOnTheRecord) {
  ReadOptions with = options();
  with.crs = "SK-42 zone 9";
  const std::string header = "find_id,device,x,y\n";
  const ReadResult result = csv("finds", header + "F-1,UXO,9541800,4596300\nF-2,UXO,541800,4596300\n", with);
  ASSERT_EQ(result.records.size(), 2U);
  const auto at = [&](std::size_t i) { return result.records[i].record.geometry.points[0]; };
  // The same place with the zone before the easting and without; 4.6 m of the datum operation are some 6e-5 degrees.
  EXPECT_NEAR(at(0).lon, at(1).lon, 1e-9);
  EXPECT_NEAR(at(0).lat, at(1).lat, 1e-9);
  EXPECT_NEAR(at(0).lon, 51.5, 1e-3);
  EXPECT_NEAR(at(0).lat, 41.5, 1e-3);
  EXPECT_EQ(first_issue(csv("finds", header + "F-1,UXO,8541800,4596300\n", with)), "zone_unclear refused");
  with.crs = "UTM 39N";
  EXPECT_EQ(csv_error("finds", header + "F-1,UXO,541731,4594384\n", with), "geo.crs_datum_missing");
  with.crs = "MGRS";
  EXPECT_EQ(csv_error("finds", header + "F-1,UXO,1,2\n", with), "intake.crs_of_text");
}

TEST(Position, AnOldCrsMemberOfGeoJsonIsHonoured) {
  const std::string text =
      R"({"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32639"}},"features":[
        {"type":"Feature","properties":{"find_id":"F","device":"UXO"},"geometry":{"type":"Point","coordinates":[541731.45,4594384.88]}}]})";
  const auto result = read_geojson(text, "f.geojson", *find_kind("finds"), options(), base::no_progress);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->records.size(), 1U);
  EXPECT_NEAR(result->records[0].record.geometry.points[0].lon, 51.5, 1e-4);
}

TEST(Position, FarFromTheCountryIsRefusedAndJustOutsideIsNoted) {
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,-51.5,41.5")), "sign_lost refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,10,41.5")), "far_outside refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,52.5,41.5")), "outside_country noted");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,0,0")), "position_zero refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,51.5,")), "half_position refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,\"51,5\",41.5")), "number_with_comma refused");
  EXPECT_EQ(first_issue(find("F-1,2023,UXO,1,5,,")), "geometry_missing refused");
}

TEST(Position, WithoutAKnownExtentTheFileItselfTellsWhatIsFarAway) {
  ReadOptions with = options();
  with.extent.reset();
  std::string text = "accident_id,occurred_on,longitude,latitude\n";
  for (int i = 0; i < 200; ++i) {
    text += fmt::format("A-{},2001,{},{}\n", i, -75 + 0.01 * i, 4 + 0.01 * i);
  }
  const ReadResult lost_sign = csv("accidents", text + "A-200,2001,74.2,4.2\n", with);
  ASSERT_EQ(first_issue(lost_sign), "sign_lost refused");
  EXPECT_EQ(lost_sign.issues[0].id, "A-200");
  EXPECT_EQ(first_issue(csv("accidents", text + "A-200,2001,-40,40\n", with)), "outlier noted");
  EXPECT_EQ(first_issue(csv("accidents", text, with)), "none");
}

// --- ids ---

TEST(Ids, TheSameRowTwiceIsNotedAndTheSameIdWithOtherContentRefused) {
  const ReadResult repeated = find("F-1,2023,UXO,1,5,51.5,41.5\nF-1,2023,UXO,1,5,51.5,41.5");
  EXPECT_EQ(first_issue(repeated), "repeated_row noted");
  const ReadResult conflict = find("F-1,2023,UXO,1,5,51.5,41.5\nF-1,2023,UXO,2,5,51.5,41.5");
  ASSERT_EQ(first_issue(conflict), "duplicate_id refused");
  EXPECT_EQ(conflict.issues[0].row, 2);
  EXPECT_EQ(conflict.records.size(), 1U);
  EXPECT_NE(conflict.issues[0].error.find("Row 1"), std::string::npos);
}

TEST(Ids, AReferenceLayerIsNamedByTheCallerAndItsFeaturesGetIds) {
  ReadOptions with = options();
  with.layer_name = "roads";
  const ReadResult result =
      geojson("reference-layer", R"("name":"M-1")", R"({"type":"LineString","coordinates":[[51,41],[51.1,41]]})", with);
  ASSERT_EQ(result.records.size(), 1U);
  EXPECT_EQ(value(result, "reference-layer", "layer"), Value(std::string("roads")));
  EXPECT_TRUE(std::get<std::string>(value(result, "reference-layer", "id")).starts_with("roads-M-1-"));
}

TEST(Ids, IssuesComeInTheOrderOfRows) {
  const ReadResult result = find("F-1,2023,UXO,1,5,41.5,51.5\nF-2,2031,UXO,1,5,51.5,41.5\nF-3,2023,UXO,1,5,41.5,51.5");
  ASSERT_EQ(result.issues.size(), 3U);
  EXPECT_TRUE(std::is_sorted(result.issues.begin(), result.issues.end(),
                             [](const Issue& a, const Issue& b) { return a.row < b.row; }));
}

// --- speed ---

TEST(Speed, AHundredAndSixtyThousandFindsAreReadAndCheckedInUnderASecond) {
  std::string text = "find_id,release_id,found_on,device,model,count,depth_cm,longitude,latitude\n";
  for (int i = 0; i < 160'000; ++i) {
    text += fmt::format("F-{:07},LR-{},2023-{:02}-{:02},AP mine,PMN-2,1,{},{:.7f},{:.7f}\n", i, i % 1000, i % 12 + 1,
                        i % 28 + 1, i % 20, 51 + 1e-6 * i, 41 + 1e-6 * i);
  }
  const auto started = std::chrono::steady_clock::now();
  const ReadResult result = csv("finds", text);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  EXPECT_EQ(result.records.size(), 160'000U);
  RecordProperty("seconds", std::to_string(seconds));
  EXPECT_LT(seconds, 2.0);  // 0.2 s on an idle machine; the bound leaves room for a busy one
}

}  // namespace
}  // namespace firmground::intake
