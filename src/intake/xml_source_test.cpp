#include <gtest/gtest.h>

#include "intake/source_file.h"

namespace firmground::intake {
namespace {

using mineaction::find_kind;

base::Result<ReadResult> kml(const std::string& placemarks, const char* kind) {
  return read_kml("<kml xmlns='http://www.opengis.net/kml/2.2'><Document>" + placemarks + "</Document></kml>",
                  "their.kml", *find_kind(kind), {}, base::no_progress);
}
base::Result<ReadResult> gpx(const std::string& features, const char* kind) {
  return read_gpx("<gpx version='1.1' xmlns:x='urn:x'>" + features + "</gpx>", "their.gpx", *find_kind(kind), {},
                  base::no_progress);
}
std::string text(const ReadResult& read, std::size_t row, const char* kind, const char* field) {
  const auto* value = std::get_if<std::string>(&read.records[row].record.values[find_kind(kind)->field_index(field)]);
  return value != nullptr ? *value : "";
}

const std::string kFind =
    "<ExtendedData><Data name='find_id'><value>F-1</value></Data><Data name='device'><value>UXO</value></Data>"
    "</ExtendedData>";

TEST(Kml, APlacemarkInNestedFoldersIsARow) {
  const auto read = kml(
      "<Folder><name>Aghdara</name><Folder><Placemark><name>Gate</name><ExtendedData><SchemaData><SimpleData "
      "name='find_id'>F &amp; 1</SimpleData><SimpleData name='device'>AP mine</SimpleData></SchemaData></ExtendedData>"
      "<Point><coordinates> 51.5,41.25,120 </coordinates></Point></Placemark></Folder></Folder>",
      "finds");
  ASSERT_TRUE(read) << base::to_text(read.error());
  ASSERT_EQ(read->records.size(), 1U);
  EXPECT_EQ(text(*read, 0, "finds", "find_id"), "F & 1");
  EXPECT_EQ(read->records[0].record.geometry.points.front(), (geo::LonLat{51.5, 41.25}));
}

TEST(Kml, APlacemarksNameIsTheNameOfAPlaceThatHasNoOther) {
  const auto read =
      kml("<Placemark><name>Tartar</name><Point><coordinates>51,41</coordinates></Point></Placemark>", "places");
  ASSERT_TRUE(read) << base::to_text(read.error());
  EXPECT_EQ(text(*read, 0, "places", "name"), "Tartar");
}

TEST(Kml, AnAreaKeepsItsHolesAndParts) {
  const std::string ring = "<LinearRing><coordinates>51,41 51.1,41 51.1,41.1 51,41</coordinates></LinearRing>";
  const std::string hole =
      "<LinearRing><coordinates>51.05,41.01 51.06,41.03 51.07,41.03 51.05,41.01</coordinates></LinearRing>";
  const std::string part = "<Polygon><outerBoundaryIs>" + ring + "</outerBoundaryIs><innerBoundaryIs>" + hole +
                           "</innerBoundaryIs></Polygon>";
  const auto read =
      kml("<Placemark><name>Island</name><MultiGeometry>" + part + part + "</MultiGeometry></Placemark>", "districts");
  ASSERT_FALSE(read) << "a district needs its id";
  const auto named = kml(
      "<Placemark><ExtendedData><Data name='name'><value>Island</value></Data></ExtendedData>" + part + "</Placemark>",
      "area-of-interest");
  ASSERT_TRUE(named) << base::to_text(named.error());
  EXPECT_EQ(named->records.at(0).record.geometry.polygons.front().holes.size(), 1U);
}

TEST(Kml, WithoutCoordinatesTheRowIsRefusedByName) {
  for (const char* point :
       {"<Point/>", "<Point><coordinates>  </coordinates></Point>", "<Point><coordinates>51.1</coordinates></Point>",
        "<Point><coordinates>east,north</coordinates></Point>", "<Track/>"}) {
    const auto read = kml("<Placemark>" + kFind + point + "</Placemark>", "finds");
    ASSERT_TRUE(read) << point;
    ASSERT_EQ(read->issues.size(), 1U) << point;
    EXPECT_TRUE(read->issues[0].refused);
    EXPECT_EQ(read->issues[0].id, "F-1");
    EXPECT_EQ(read->issues[0].row, 1);
    EXPECT_EQ(read->issues[0].code, "IN-0404") << read->issues[0].error;
  }
}

TEST(Kml, ADocumentTypeIsRefusedAndNoEntityIsExpanded) {
  const auto read =
      read_kml("<!DOCTYPE kml [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><kml><Placemark>&e;</Placemark></kml>",
               "their.kml", *find_kind("finds"), {}, base::no_progress);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().id, "intake.broken");
  EXPECT_NE(read.error().message.find("their.kml"), std::string::npos);
}

TEST(Kml, AFileThatIsCutOffIsRefused) {
  const auto read = read_kml("<kml><Document><Placemark>" + kFind + "<Point><coordinates>51,4", "their.kml",
                             *find_kind("finds"), {}, base::no_progress);
  ASSERT_FALSE(read);
  EXPECT_TRUE(read.error().id == "intake.truncated" || read.error().id == "intake.broken") << read.error().id;
}

TEST(Gpx, AnIdOfDigitsStaysAsItWasWritten) {
  const auto read =
      gpx("<wpt lat='41.5' lon='51.25'><name>0012</name><extensions><x:find_id>0012</x:find_id><x:device>UXO</x:device>"
          "</extensions></wpt>",
          "finds");
  ASSERT_TRUE(read) << base::to_text(read.error());
  EXPECT_EQ(text(*read, 0, "finds", "find_id"), "0012");
  EXPECT_EQ(read->records[0].record.geometry.points.front(), (geo::LonLat{51.25, 41.5}));
}

TEST(Gpx, WaypointsAndTracksOfOneReceiverGoToTheirKinds) {
  const std::string both =
      "<wpt lat='41.5' lon='51.25'><name>Gate</name></wpt><trk><name>Way in</name><trkseg><trkpt lat='41' "
      "lon='51'/><trkpt "
      "lat='41.1' lon='51.1'/></trkseg><trkseg><trkpt lat='41.2' lon='51.2'/><trkpt lat='41.3' "
      "lon='51.2'/></trkseg></trk>";
  const auto places = gpx(both, "places");
  ASSERT_TRUE(places) << base::to_text(places.error());
  ASSERT_EQ(places->records.size(), 1U);
  EXPECT_EQ(text(*places, 0, "places", "name"), "Gate");
  EXPECT_EQ(places->issues.at(0).code, "IN-0207") << "and it is told that a track was left out";
}

TEST(Gpx, AWaypointWithoutItsLongitudeIsRefusedByRow) {
  const auto read = gpx("<wpt lat='41.5'><name>Gate</name></wpt>", "places");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->issues.size(), 1U);
  EXPECT_EQ(read->issues[0].code, "IN-0404");
  EXPECT_EQ(read->issues[0].row, 1);
}

}  // namespace
}  // namespace firmground::intake
