#include "serve/hazard_map.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <limits>
#include <set>

#include "serve/hillshade.h"
#include "serve/invented_programme.h"

namespace firmground::serve {
namespace {

const float kNaN = std::numeric_limits<float>::quiet_NaN();

std::uint32_t number_at(const std::string& png, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8U | static_cast<unsigned char>(png.at(at + i));
  }
  return value;
}

/// Palette indices of a PNG that to_png() made.
std::vector<std::uint8_t> pixels_of(const std::string& png) {
  std::string compressed;
  for (std::size_t at = 8; at < png.size(); at += 12 + number_at(png, at)) {
    const std::uint32_t size = number_at(png, at);
    const std::string body = png.substr(at + 4, 4 + size);
    EXPECT_EQ(number_at(png, at + 8 + size),
              crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
    if (body.starts_with("IDAT")) {
      compressed += body.substr(4);
    }
  }
  std::string rows((kRasterTile + 1) * kRasterTile, '\0');
  uLongf size = rows.size();
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(rows.data()), &size, reinterpret_cast<const Bytef*>(compressed.data()),
                       compressed.size()),
            Z_OK);
  std::vector<std::uint8_t> pixels;
  for (int row = 0; row < kRasterTile; ++row) {
    for (int column = 0; column < kRasterTile; ++column) {
      pixels.push_back(
          static_cast<std::uint8_t>(rows.at(static_cast<std::size_t>(row * (kRasterTile + 1) + column + 1))));
    }
  }
  return pixels;
}

/// 100 x 100 cells of 200 m over the invented country, with the same value everywhere.
geo::Raster raster_of(float probability, float items, float evidence) {
  geo::Raster raster;
  raster.grid = geo::Grid::covering({kCorner.x, kCorner.y, kCorner.x + 20'000, kCorner.y + 20'000}, 200);
  raster.epsg = 32639;
  for (const float value : {probability, items, items, items, evidence}) {
    raster.bands.emplace_back(raster.grid.size(), value);
  }
  return raster;
}

class HazardMapTest : public testing::Test {
 protected:
  geo::Crs crs_ = *geo::Crs::from_epsg(32639);
  std::vector<geo::PlanarGeometry> area_ = {{{}, {}, {square_at(kCorner.x, kCorner.y, 20'000)}}};

  TileId tile_at(geo::Xy p, int z) const {
    const WorldXy world = to_world(crs_.to_lon_lat(p));
    return {z, static_cast<std::uint32_t>(std::ldexp(world.x, z)), static_cast<std::uint32_t>(std::ldexp(world.y, z))};
  }
  /// The pixel of a place in its tile.
  std::uint8_t shown_at(const HazardMap& map, geo::Xy p, int z, std::size_t band = 0) const {
    const TileId tile = tile_at(p, z);
    const WorldXy world = to_world(crs_.to_lon_lat(p));
    const auto column = static_cast<std::size_t>((world.x - tile.box().min_x) / tile.size() * kRasterTile);
    const auto row = static_cast<std::size_t>((world.y - tile.box().min_y) / tile.size() * kRasterTile);
    return pixels_of(map.tile(band, tile)).at(row * kRasterTile + column);
  }
};

const auto kHatch = static_cast<std::uint8_t>(8);  // after seven classes of probability

TEST_F(HazardMapTest, OneDangerousCellIsSeenAtEveryZoom) {
  geo::Raster raster = raster_of(0.0005F, 0.0005F, 0.9F);
  const geo::Xy spot{kCorner.x + 7'100, kCorner.y + 13'300};
  raster.bands[0][static_cast<std::size_t>(raster.grid.cell_of(spot))] = 0.9F;
  const HazardMap map(raster, area_, crs_);
  for (int z = 5; z <= 14; ++z) {
    const auto pixels = pixels_of(map.tile(0, tile_at(spot, z)));
    EXPECT_TRUE(std::set<std::uint8_t>(pixels.begin(), pixels.end()).contains(7)) << "zoom " << z;
  }
  EXPECT_EQ(shown_at(map, spot, 14), 7);
  EXPECT_EQ(shown_at(map, {spot.x + 300, spot.y}, 14), 1) << "the lowest class has a colour too: low is not none";
}

TEST_F(HazardMapTest, GroundOfLittleEvidenceIsHatchedAndLinesMeetAcrossTiles) {
  const HazardMap map(raster_of(0.2F, 0.5F, 0.05F), area_, crs_);
  const TileId west = tile_at({kCorner.x + 10'000, kCorner.y + 10'000}, 14);
  const auto left = pixels_of(map.tile(0, west));
  const auto right = pixels_of(map.tile(0, {west.z, west.x + 1, west.y}));
  EXPECT_EQ(std::set<std::uint8_t>(left.begin(), left.end()), (std::set<std::uint8_t>{6, kHatch}));
  for (std::size_t row = 0; row + 1 < kRasterTile; ++row) {
    // A diagonal goes on from the last column of the row below to the first column of this row in the next tile.
    EXPECT_EQ(left[(row + 1) * kRasterTile + kRasterTile - 1] == kHatch, right[row * kRasterTile] == kHatch) << row;
  }
}

TEST_F(HazardMapTest, WhatIsNotEstimatedIsHatchedInsideTheAreaAndClearOutside) {
  geo::Raster raster = raster_of(0.2F, 0.5F, 0.9F);
  for (auto& band : raster.bands) {
    std::fill(band.begin(), band.begin() + 5000, kNaN);  // the northern half
  }
  const HazardMap map(raster, area_, crs_);
  const auto north = pixels_of(map.tile(0, tile_at({kCorner.x + 10'000, kCorner.y + 16'000}, 14)));
  EXPECT_EQ(std::set<std::uint8_t>(north.begin(), north.end()), (std::set<std::uint8_t>{0, kHatch}));
  EXPECT_EQ(shown_at(map, {kCorner.x + 10'000, kCorner.y + 4'000}, 14), 6);
  const auto outside = pixels_of(map.tile(0, tile_at({kCorner.x + 60'000, kCorner.y + 4'000}, 14)));
  EXPECT_EQ(std::set<std::uint8_t>(outside.begin(), outside.end()), std::set<std::uint8_t>{0});
}

TEST_F(HazardMapTest, ACountryWithoutAnEstimateIsHatchedNotBlank) {
  const HazardMap map(area_, crs_);
  const auto pixels = pixels_of(map.tile(0, tile_at({kCorner.x + 10'000, kCorner.y + 10'000}, 13)));
  EXPECT_EQ(std::set<std::uint8_t>(pixels.begin(), pixels.end()), (std::set<std::uint8_t>{0, kHatch}));
}

TEST_F(HazardMapTest, ExpectedItemsAreShownPerSquareKilometre) {
  const HazardMap map(raster_of(0.2F, 0.8F, 0.9F), area_, crs_);  // 0.8 in 200 m x 200 m = 20 per km2
  for (const int z : {7, 10, 14}) {
    EXPECT_EQ(shown_at(map, {kCorner.x + 10'000, kCorner.y + 10'000}, z, 1), 4) << z;  // 10-30
  }
}

TEST_F(HazardMapTest, PixelsLieWhereTheProjectionPutsThem) {
  for (const int z : {3, 6, 9, 14}) {
    const TileId tile = tile_at({kCorner.x + 10'000, kCorner.y + 10'000}, z);
    const TileGround ground(tile, crs_);
    for (int i = 0; i < kRasterTile; i += 51) {
      const WorldXy world{tile.box().min_x + (i + 0.5) / kRasterTile * tile.size(),
                          tile.box().min_y + (255 - i + 0.5) / kRasterTile * tile.size()};
      const geo::Xy truth = crs_.to_programme(to_lon_lat(world));
      const geo::Xy got = ground.at(i, 255 - i);
      if (std::abs(to_lon_lat(world).lon - 51) < 10) {
        EXPECT_LT(std::hypot(got.x - truth.x, got.y - truth.y), 0.05 * ground.pixel_m()) << z << " " << i;
      }
    }
  }
}

TEST_F(HazardMapTest, FlatGroundCastsNoShadowAndASlopeDoes) {
  geo::Raster terrain;
  terrain.grid = geo::Grid::covering({kCorner.x, kCorner.y, kCorner.x + 20'000, kCorner.y + 20'000}, 200);
  terrain.bands.emplace_back(terrain.grid.size(), 100.0F);
  const TileId tile = tile_at({kCorner.x + 10'000, kCorner.y + 10'000}, 13);
  const auto flat = pixels_of(Hillshade(terrain, crs_).tile(tile));
  const std::set<std::uint8_t> flat_shades(flat.begin(), flat.end());
  EXPECT_EQ(flat_shades.size(), 1U);
  for (std::size_t i = 0; i < terrain.bands[0].size(); ++i) {
    const geo::Xy p = terrain.grid.centre(i);
    // Falls to the north-west, where the light comes from.
    terrain.bands[0][i] = static_cast<float>(0.2 * (p.x - kCorner.x) - 0.2 * (p.y - kCorner.y));
  }
  const auto lit = pixels_of(Hillshade(terrain, crs_).tile(tile));
  for (std::size_t i = 0; i < terrain.bands[0].size(); ++i) {
    terrain.bands[0][i] *= -1;  // falls to the south-east, away from it
  }
  const auto shaded = pixels_of(Hillshade(terrain, crs_).tile(tile));
  EXPECT_GT(lit[128 * 256 + 128], *flat_shades.begin());
  EXPECT_LT(shaded[128 * 256 + 128], *flat_shades.begin());
}

}  // namespace
}  // namespace firmground::serve
