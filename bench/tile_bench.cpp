// Tiles of a nation: 160,000 finds and 36,000 polygons (design.md section 8: warm < 2 ms, cold < 20 ms, medians).
//   bench_tile [--tiny] [finds] [polygons]
// Cuts every tile of some zooms that a reader of the whole country, of a province and of a village asks for:
// compressed, as served. Prints the median and the largest of each, and a hash of all tiles.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "serve/gzip.h"
#include "serve/snapshot_layers.h"
#include "serve/tile_cache.h"
#include "serve/vector_tile.h"

namespace {

using namespace firmground;
using Clock = std::chrono::steady_clock;

constexpr double kWest = 420'000;
constexpr double kSouth = 4'450'000;
constexpr double kSide_m = 110'000;  // about 12,000 km2

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Along three belts of a former front, where records and finds pile up.
geo::Xy along_a_belt(base::Random& random) {
  const double along = random.uniform(0, kSide_m);
  const auto belt = static_cast<double>(random.index(3));
  return {kWest + along, kSouth + 20'000 + 30'000 * belt + 4000 * std::sin(along / 15'000) + random.normal(0, 1500)};
}

geo::PlanarGeometry outline(base::Random& random) {
  const geo::Xy centre = along_a_belt(random);
  const double radius = random.uniform(40, 400);
  geo::PlanarGeometry geometry;
  auto& ring = geometry.polygons.emplace_back().outer;
  const std::size_t corners = 5 + random.index(26);
  for (std::size_t i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(corners);
    const double r = radius * random.uniform(0.6, 1);
    ring.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return geometry;
}

mineaction::Snapshot nation(std::size_t finds, std::size_t polygons) {
  base::Random random(1);
  mineaction::Snapshot s;
  s.crs = *geo::Crs::from_epsg(32639);
  for (std::size_t i = 0; i < polygons; ++i) {
    if (i % 2 == 0) {
      auto& hazard = s.hazards.emplace_back();
      hazard.hazard_id = fmt::format("HA-{:06}", i);
      hazard.type = random.chance(0.3) ? mineaction::HazardType::confirmed : mineaction::HazardType::suspected;
      hazard.geometry = outline(random);
    } else {
      auto& release = s.land_releases.emplace_back();
      release.release_id = fmt::format("LR-{:06}", i);
      release.outcome = static_cast<mineaction::Outcome>(random.index(3));
      release.completed_on = base::Date(2020 + static_cast<int>(random.index(6)), 5, 2);
      release.geometry = outline(random);
    }
  }
  for (std::size_t i = 0; i < finds; ++i) {
    auto& find = s.finds.emplace_back();
    find.find_id = fmt::format("F-{:06}", i);
    find.device = static_cast<mineaction::Device>(1 + random.index(4));
    find.found_on =
        base::Date(2020 + static_cast<int>(random.index(6)), 1 + static_cast<unsigned>(random.index(12)), 7);
    find.position = along_a_belt(random);
  }
  return s;
}

struct Times {
  std::vector<double> cold_ms, warm_ms;
  std::size_t largest_bytes = 0;
};

/// Every tile of a zoom that meets the layer, at most `most` of them spread over the country.
std::vector<serve::TileId> tiles_of(const serve::WorldBox& box, int z, std::size_t most) {
  std::vector<serve::TileId> all;
  const double n = std::ldexp(1.0, z);
  for (auto y = static_cast<std::uint32_t>(box.min_y * n); y <= static_cast<std::uint32_t>(box.max_y * n); ++y) {
    for (auto x = static_cast<std::uint32_t>(box.min_x * n); x <= static_cast<std::uint32_t>(box.max_x * n); ++x) {
      all.push_back({z, x, y});
    }
  }
  std::vector<serve::TileId> some;
  const std::size_t step = std::max<std::size_t>(1, all.size() / most);
  for (std::size_t i = 0; i < all.size(); i += step) {
    some.push_back(all[i]);
  }
  return some;
}

void measure(const serve::VectorLayer& layer, int z, Times& times, base::Hasher& hash) {
  serve::TileCache cache(256UL << 20);
  for (const serve::TileId tile : tiles_of(layer.bounds(), z, 60)) {
    const std::string key = fmt::format("{}/{}/{}/{}", layer.name(), tile.z, tile.x, tile.y);
    const auto start = Clock::now();
    const std::string drawn = serve::vector_tile(layer, tile);
    if (drawn.empty()) {
      continue;
    }
    const auto packed = std::make_shared<const std::string>(serve::gzip(drawn, 3));
    times.cold_ms.push_back(ms_since(start));
    times.largest_bytes = std::max(times.largest_bytes, drawn.size());
    cache.keep(key, packed);
    const auto again = Clock::now();
    hash.add(*cache.find(key));
    times.warm_ms.push_back(ms_since(again));
  }
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = argc > 1 && std::strcmp(argv[1], "--tiny") == 0;
  const auto number = [&](int i, std::size_t otherwise) {
    return !tiny && argc > i ? static_cast<std::size_t>(std::atoll(argv[i])) : otherwise;
  };
  const mineaction::Snapshot snapshot = nation(number(1, tiny ? 2000 : 160'000), number(2, tiny ? 500 : 36'000));
  const auto start = Clock::now();
  const std::vector<serve::VectorLayer> layers = serve::layers_of(snapshot);
  fmt::print("layers prepared in {:.0f} ms\n{:<14} {:>4} {:>6} {:>10} {:>10} {:>10} {:>10}\n", ms_since(start), "layer",
             "zoom", "tiles", "cold ms", "worst ms", "warm ms", "largest kB");
  base::Hasher hash;
  Times all;
  for (const serve::VectorLayer& layer : layers) {
    for (const int z : {6, 7, 8, 9, 10, 11, 12, 13, 14, 16}) {
      Times times;
      measure(layer, z, times, hash);
      fmt::print("{:<14} {:>4} {:>6} {:>10.2f} {:>10.2f} {:>10.4f} {:>10.0f}\n", layer.name(), z, times.cold_ms.size(),
                 median(times.cold_ms), *std::max_element(times.cold_ms.begin(), times.cold_ms.end()),
                 median(times.warm_ms), static_cast<double>(times.largest_bytes) / 1000);
      all.cold_ms.insert(all.cold_ms.end(), times.cold_ms.begin(), times.cold_ms.end());
      all.warm_ms.insert(all.warm_ms.end(), times.warm_ms.begin(), times.warm_ms.end());
    }
  }
  fmt::print("median cold {:.2f} ms (budget 20), warm {:.4f} ms (budget 2)\nhash {}\n", median(all.cold_ms),
             median(all.warm_ms), hash.hex().substr(0, 16));
  return 0;
}
