#include "register/geometry_blob.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace firmground::registry {
namespace {

using geo::GeographicGeometry;
using geo::LonLat;

GeographicGeometry field_with_a_hole() {
  GeographicGeometry geometry;
  geometry.polygons.push_back(
      {{{51, 41}, {51.2, 41}, {51.2, 41.1}, {51, 41.1}}, {{{51.05, 41.02}, {51.05, 41.05}, {51.1, 41.05}}}});
  geometry.polygons.push_back({{{52, 42}, {52.1, 42}, {52.1, 42.1}}, {}});
  return geometry;
}

TEST(GeometryBlob, AHazardousAreaComesBackWithItsHolesAndParts) {
  const auto geometry = field_with_a_hole();
  for (const BlobType type : {BlobType::multi_polygon, BlobType::any}) {
    const auto back = decode_blob(encode_blob(geometry, type));
    ASSERT_TRUE(back) << base::to_text(back.error());
    EXPECT_EQ(*back, geometry);
  }
}

TEST(GeometryBlob, AnAreaKnownAsPointLineAndPolygonComesBackWhole) {
  GeographicGeometry geometry = field_with_a_hole();
  geometry.points = {{51.5, 41.5}, {51.6, 41.6}};
  geometry.lines = {{{51, 41}, {51.1, 41.2}, {51.3, 41.2}}};
  const auto back = decode_blob(encode_blob(geometry, BlobType::any));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, geometry);
}

TEST(GeometryBlob, AFindIsWrittenAsTheStandardSays) {
  GeographicGeometry geometry;
  geometry.points = {{51.25, 41.5}};
  const std::string blob = encode_blob(geometry, BlobType::point);
  // GeoPackage 1.4, table 6: 'G' 'P' 0 flags(little endian, no envelope) srs_id 4326; then WKB point 51.25 41.5.
  const std::string expected(
      "GP\x00\x01\xE6\x10\x00\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\xA0\x49\x40\x00\x00\x00\x00\x00\xC0\x44\x40",
      29);
  EXPECT_EQ(blob, expected);
  const auto box = blob_envelope(blob);
  ASSERT_TRUE(box);
  EXPECT_EQ(box->min_lon, 51.25);
  EXPECT_EQ(box->max_lat, 41.5);
}

TEST(GeometryBlob, TheEnvelopeHoldsEveryPart) {
  const auto box = blob_envelope(encode_blob(field_with_a_hole(), BlobType::multi_polygon));
  ASSERT_TRUE(box);
  EXPECT_EQ(box->min_lon, 51);
  EXPECT_EQ(box->max_lon, 52.1);
  EXPECT_EQ(box->min_lat, 41);
  EXPECT_EQ(box->max_lat, 42.1);
}

TEST(GeometryBlob, UnknownGeometryIsNothingNotAPointAtZero) {
  EXPECT_EQ(encode_blob({}, BlobType::any), "");
  EXPECT_FALSE(blob_envelope(""));
}

TEST(GeometryBlob, DamagedBytesAreRefusedWhateverTheyAre) {
  const std::string whole = encode_blob(field_with_a_hole(), BlobType::multi_polygon);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_blob(whole.substr(0, size))) << size;
  }
  base::Random random(7);
  for (int round = 0; round < 2000; ++round) {  // must neither crash nor take memory that the bytes only claim
    std::string damaged = whole;
    damaged[40 + random.index(damaged.size() - 40)] = static_cast<char>(random.bits());
    static_cast<void>(decode_blob(damaged));
    static_cast<void>(blob_envelope(damaged));
  }
}

}  // namespace
}  // namespace firmground::registry
