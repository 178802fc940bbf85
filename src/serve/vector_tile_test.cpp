#include "serve/vector_tile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <set>

#include "base/random.h"

namespace firmground::serve {
namespace {

/// A feature as a client reads it: rings and lines in tile steps, attributes as text.
struct ReadFeature {
  std::uint64_t number = 0;
  std::uint32_t type = 0;
  std::vector<std::vector<std::pair<int, int>>> paths;
  std::map<std::string, std::string> attributes;
};

std::string value_text(protozero::pbf_reader value) {
  while (value.next()) {
    switch (value.tag()) {
      case 1: return value.get_string();
      case 3: return std::to_string(value.get_double());
      case 6: return std::to_string(value.get_sint64());
      default: value.skip();
    }
  }
  return "?";
}

std::vector<std::vector<std::pair<int, int>>> paths_of(const std::vector<std::uint32_t>& words) {
  std::vector<std::vector<std::pair<int, int>>> paths;
  int x = 0;
  int y = 0;
  for (std::size_t i = 0; i < words.size();) {
    const std::uint32_t command = words[i] & 7U;
    const std::uint32_t count = words[i] >> 3U;
    ++i;
    for (std::uint32_t k = 0; command != 7 && k < count; ++k, i += 2) {
      x += protozero::decode_zigzag32(words[i]);
      y += protozero::decode_zigzag32(words[i + 1]);
      if (command == 1) {
        paths.emplace_back();
      }
      paths.back().emplace_back(x, y);
    }
  }
  return paths;
}

std::vector<ReadFeature> read_tile(const std::string& tile) {
  std::vector<ReadFeature> features;
  std::vector<std::vector<std::uint32_t>> tags;
  std::vector<std::string> keys;
  std::vector<std::string> values;
  protozero::pbf_reader layers(tile);
  while (layers.next(3)) {
    protozero::pbf_reader layer = layers.get_message();
    while (layer.next()) {
      if (layer.tag() == 2) {
        protozero::pbf_reader f = layer.get_message();
        ReadFeature& feature = features.emplace_back();
        tags.emplace_back();
        while (f.next()) {
          if (f.tag() == 1) {
            feature.number = f.get_uint64();
          } else if (f.tag() == 2) {
            for (const auto t : f.get_packed_uint32())
              tags.back().push_back(t);
          } else if (f.tag() == 3) {
            feature.type = static_cast<std::uint32_t>(f.get_enum());
          } else if (f.tag() == 4) {
            std::vector<std::uint32_t> words;
            for (const auto w : f.get_packed_uint32())
              words.push_back(w);
            feature.paths = paths_of(words);
          } else {
            f.skip();
          }
        }
      } else if (layer.tag() == 3) {
        keys.push_back(layer.get_string());
      } else if (layer.tag() == 4) {
        values.push_back(value_text(layer.get_message()));
      } else {
        layer.skip();
      }
    }
  }
  for (std::size_t i = 0; i < features.size(); ++i) {
    for (std::size_t k = 0; k + 1 < tags[i].size(); k += 2) {
      features[i].attributes[keys.at(tags[i][k])] = values.at(tags[i][k + 1]);
    }
  }
  return features;
}

double signed_area(const std::vector<std::pair<int, int>>& ring) {
  double sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const auto [ax, ay] = ring[i];
    const auto [bx, by] = ring[(i + 1) % ring.size()];
    sum += static_cast<double>(ax) * by - static_cast<double>(bx) * ay;
  }
  return sum / 2;
}

/// Even-odd over all rings of a feature.
bool covers(const ReadFeature& feature, double x, double y) {
  bool inside = false;
  for (const auto& ring : feature.paths) {
    for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      const auto [ax, ay] = ring[i];
      const auto [bx, by] = ring[j];
      if ((ay > y) != (by > y) && x < (bx - ax) * (y - ay) / static_cast<double>(by - ay) + ax) {
        inside = !inside;
      }
    }
  }
  return inside;
}

std::vector<WorldXy> ring_around(WorldXy middle, double radius, int corners, double wobble) {
  std::vector<WorldXy> ring;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * M_PI * i / corners;
    const double r = radius * (1 + wobble * std::sin(7 * angle));
    ring.push_back({middle.x + r * std::cos(angle), middle.y + r * std::sin(angle)});
  }
  return ring;
}

/// Tile 10/641/390 and the world share of one of its steps.
constexpr TileId kTile{10, 641, 390};
const double kStep = kTile.size() / kTileExtent;
WorldXy in_tile(double x, double y) {
  return {kTile.box().min_x + x * kStep, kTile.box().min_y + y * kStep};
}

TEST(VectorTile, AHazardousAreaIsDrawnWithinAPixelOfItsSurvey) {
  VectorLayer layer("hazards", "Hazardous areas", "type");
  layer.begin("HA-1", 0);
  layer.attribute("type", "CHA");
  layer.attribute("depth_cm", 20.0);
  layer.part(PartKind::outer_ring, ring_around(in_tile(2000, 2000), 900 * kStep, 400, 0.2));
  layer.part(PartKind::hole, ring_around(in_tile(2000, 2000), 200 * kStep, 50, 0));
  layer.end();
  layer.finish();
  const auto features = read_tile(vector_tile(layer, kTile));
  ASSERT_EQ(features.size(), 1U);
  EXPECT_EQ(features[0].attributes.at("id"), "HA-1");
  EXPECT_EQ(features[0].attributes.at("type"), "CHA");
  EXPECT_FALSE(features[0].attributes.contains("n"));
  ASSERT_EQ(features[0].paths.size(), 2U);
  EXPECT_GT(signed_area(features[0].paths[0]), 0);  // MVT 2.1, 4.3.3.3: outer positive, hole negative
  EXPECT_LT(signed_area(features[0].paths[1]), 0);
  EXPECT_LT(features[0].paths[0].size(), 200U);
  int checked = 0;
  base::Random random(1);
  for (int i = 0; i < 5000; ++i) {
    const double x = random.uniform(800, 3200);
    const double y = random.uniform(800, 3200);
    const double angle = std::atan2(y - 2000, x - 2000);
    const double distance = std::hypot(x - 2000, y - 2000);
    const double edge = 900 * (1 + 0.2 * std::sin(7 * angle));
    // Only where the answer is certain: further than a pixel (8 steps) and the wobble's slope from either edge.
    if (std::abs(distance - edge) > 16 && std::abs(distance - 200) > 10) {
      EXPECT_EQ(covers(features[0], x, y), distance < edge && distance > 200) << x << " " << y;
      ++checked;
    }
  }
  EXPECT_GT(checked, 4000);
}

TEST(VectorTile, AnAreaAcrossTheEdgeIsCutAtTheBufferAndAgreesInBothTiles) {
  VectorLayer layer("hazards", "Hazardous areas", "type");
  layer.begin("HA-1", 0);
  layer.part(PartKind::outer_ring, ring_around(in_tile(4096, 1000), 500 * kStep, 60, 0));
  layer.end();
  layer.finish();
  const auto west = read_tile(vector_tile(layer, kTile));
  const auto east = read_tile(vector_tile(layer, {kTile.z, kTile.x + 1, kTile.y}));
  ASSERT_EQ(west.size(), 1U);
  ASSERT_EQ(east.size(), 1U);
  EXPECT_EQ(west[0].number, east[0].number);
  for (const auto& [x, y] : west[0].paths[0]) {
    EXPECT_LE(x, kTileExtent + kTileBuffer);
  }
  for (int y = 0; y < 2000; y += 50) {
    EXPECT_EQ(covers(west[0], 4095.5, y), covers(east[0], -0.5, y)) << y;
  }
}

TEST(VectorTile, AHazardousAreaSmallerThanAPixelNeverVanishesAtAnyZoom) {
  VectorLayer layer("hazards", "Hazardous areas", "type");
  layer.begin("HA-1", 0);
  layer.attribute("type", "SHA");
  const WorldXy middle{0.6431, 0.3801};
  layer.part(PartKind::outer_ring, ring_around(middle, 1e-7, 4, 0));
  layer.end();
  layer.finish();
  for (int z = 0; z <= 20; ++z) {
    const double tiles = std::ldexp(1.0, z);
    const TileId tile{z, static_cast<std::uint32_t>(middle.x * tiles), static_cast<std::uint32_t>(middle.y * tiles)};
    const auto features = read_tile(vector_tile(layer, tile));
    ASSERT_EQ(features.size(), 1U) << z;
    EXPECT_EQ(features[0].type, 3U);
    EXPECT_GT(signed_area(features[0].paths.at(0)), 0) << z;
  }
}

TEST(VectorTile, SmallAreasOfOnePixelAreCountedTogetherButNeverAcrossTypes) {
  VectorLayer layer("hazards", "Hazardous areas", "type");
  for (int i = 0; i < 5; ++i) {
    layer.begin("HA-" + std::to_string(i), static_cast<std::uint32_t>(i));
    layer.attribute("type", i < 3 ? "SHA" : "CHA");
    layer.part(PartKind::outer_ring, ring_around(in_tile(1002.0 + 0.3 * i, 1004), 0.1 * kStep, 4, 0));
    layer.end();
  }
  layer.finish();
  std::map<std::string, std::string> count_by_type;
  for (const ReadFeature& f : read_tile(vector_tile(layer, kTile))) {
    EXPECT_FALSE(f.attributes.contains("id")) << "a square for several areas is none of them";
    count_by_type[f.attributes.at("type")] = f.attributes.at("n");
  }
  EXPECT_EQ(count_by_type, (std::map<std::string, std::string>{{"SHA", "3"}, {"CHA", "2"}}));
}

TEST(VectorTile, ThinnedFindsStandForAllThatWereFound) {
  VectorLayer layer("finds", "Ordnance found", "device");
  base::Random random(7);
  constexpr int kFinds = 20'000;
  for (int i = 0; i < kFinds; ++i) {
    layer.begin("F-" + std::to_string(i), static_cast<std::uint32_t>(i));
    layer.attribute("device", i % 3 == 0 ? "UXO" : "AP mine");
    layer.point(in_tile(random.uniform(0, 4096), random.uniform(0, 4096)));
    layer.end();
  }
  layer.finish();
  for (const int z : {4, 8, 10}) {
    const TileId tile{z, kTile.x >> (10 - z), kTile.y >> (10 - z)};
    const std::string bytes = vector_tile(layer, tile);
    EXPECT_LE(bytes.size(), kTileLimit_bytes + 1000);
    std::int64_t found = 0;
    for (const ReadFeature& f : read_tile(bytes)) {
      found += f.attributes.contains("n") ? std::stoll(f.attributes.at("n")) : 1;
    }
    EXPECT_EQ(found, kFinds) << z;
  }
}

TEST(VectorTile, EveryFindIsInItsTileWhenZoomedIn) {
  VectorLayer layer("finds", "Ordnance found", "device");
  for (int i = 0; i < 100; ++i) {
    layer.begin("F-" + std::to_string(i), static_cast<std::uint32_t>(i));
    layer.point(in_tile(2000 + 0.01 * i, 2000));
    layer.end();
  }
  layer.finish();
  const WorldXy at = in_tile(2000, 2000);
  const double tiles = std::ldexp(1.0, 15);
  const TileId tile{15, static_cast<std::uint32_t>(at.x * tiles), static_cast<std::uint32_t>(at.y * tiles)};
  std::set<std::string> ids;
  for (const ReadFeature& f : read_tile(vector_tile(layer, tile))) {
    ids.insert(f.attributes.at("id"));
  }
  EXPECT_EQ(ids.size(), 100U);
}

TEST(VectorTile, ARoadIsCutWhereItLeavesTheTile) {
  VectorLayer layer("roads", "Roads", "");
  layer.begin("1", 0);
  layer.part(PartKind::line, {in_tile(-5000, 2000), in_tile(9000, 2000), in_tile(9000, 3000), in_tile(-5000, 3000)});
  layer.end();
  layer.finish();
  const auto features = read_tile(vector_tile(layer, kTile));
  ASSERT_EQ(features.size(), 1U);
  EXPECT_EQ(features[0].type, 2U);
  ASSERT_EQ(features[0].paths.size(), 2U);
  EXPECT_EQ(features[0].paths[0].front(), std::pair(-kTileBuffer, 2000));
  EXPECT_EQ(features[0].paths[0].back(), std::pair(kTileExtent + kTileBuffer, 2000));
}

TEST(VectorTile, EmptyGroundGivesAnEmptyTile) {
  VectorLayer layer("finds", "Ordnance found", "device");
  layer.begin("F-1", 0);
  layer.point(in_tile(2000, 2000));
  layer.end();
  layer.finish();
  EXPECT_TRUE(vector_tile(layer, {10, 1, 1}).empty());
}

TEST(VectorLayer, APlaceThatDoesNotTransformIsLeftOutInsteadOfDrawnElsewhere) {
  VectorLayer layer("finds", "Ordnance found", "device");
  layer.begin("F-1", 0);
  layer.point({std::nan(""), 0.5});
  layer.end();
  layer.finish();
  EXPECT_TRUE(layer.features().empty());
}

}  // namespace
}  // namespace firmground::serve
