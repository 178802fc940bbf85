#include "serve/hillshade.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/parallel.h"
#include "serve/png.h"

namespace firmground::serve {
namespace {

constexpr double kExaggeration = 1.6;  // relief of a whole country would hardly show at its true height
constexpr double kLightHeight_rad = std::numbers::pi / 4;
constexpr double kLightFrom_rad[] = {1.25 * std::numbers::pi, 1.5 * std::numbers::pi, 1.75 * std::numbers::pi,
                                     2 * std::numbers::pi};

/// Shade of flat ground on the scale of 1..255.
const auto kFlat = static_cast<int>(std::lround(1 + 254 * std::sin(kLightHeight_rad)));

/// Horn 1981: slopes eastwards and northwards from the eight neighbours; a missing neighbour counts as level with the
/// cell.
struct Slope {
  double east = 0;
  double north = 0;
};

Slope slope_at(const geo::Grid& grid, const std::vector<float>& height, std::int32_t column, std::int32_t row) {
  const float centre = height[grid.index(column, row)];
  const auto z = [&](int dx, int dy) {
    const std::int32_t c = column + dx;
    const std::int32_t r = row + dy;
    const float value = grid.has(c, r) ? height[grid.index(c, r)] : centre;
    return static_cast<double>(std::isnan(value) ? centre : value);
  };
  const double scale = kExaggeration / (8 * grid.cell_m);
  return {(z(1, -1) + 2 * z(1, 0) + z(1, 1) - z(-1, -1) - 2 * z(-1, 0) - z(-1, 1)) * scale,
          (z(-1, -1) + 2 * z(0, -1) + z(1, -1) - z(-1, 1) - 2 * z(0, 1) - z(1, 1)) * scale};
}

/// Light of the four directions, each weighted by how squarely the slope faces across it (Mark 1992, USGS OFR 92-422).
double light_on(Slope slope) {
  const double steepness = std::hypot(slope.east, slope.north);
  if (steepness == 0) {
    return std::sin(kLightHeight_rad);
  }
  const double cos_slope = 1 / std::sqrt(1 + steepness * steepness);
  const double downhill_rad = std::atan2(-slope.east, -slope.north);
  double sum = 0;
  double weights = 0;
  for (const double from : kLightFrom_rad) {
    const double light = cos_slope * (std::sin(kLightHeight_rad) +
                                      steepness * std::cos(kLightHeight_rad) * std::cos(downhill_rad - from));
    const double across = std::sin(downhill_rad - from);
    const double weight = across * across;
    sum += weight * std::max(0.0, light);
    weights += weight;
  }
  return sum / weights;
}

std::vector<std::uint8_t> shade_of(const geo::Grid& grid, const std::vector<float>& height) {
  std::vector<std::uint8_t> shade(grid.size(), 0);
  base::parallel_for(static_cast<std::size_t>(grid.rows), 64, [&](std::size_t begin, std::size_t end) {
    for (auto row = static_cast<std::int32_t>(begin); row < static_cast<std::int32_t>(end); ++row) {
      for (std::int32_t column = 0; column < grid.columns; ++column) {
        if (!std::isnan(height[grid.index(column, row)])) {
          const double light = light_on(slope_at(grid, height, column, row));
          shade[grid.index(column, row)] = static_cast<std::uint8_t>(std::clamp(1 + 254 * light, 1.0, 255.0));
        }
      }
    }
  });
  return shade;
}

std::vector<Rgba> make_palette() {
  std::vector<Rgba> palette(256);
  for (int i = 1; i < 256; ++i) {
    const double away =
        i < kFlat ? static_cast<double>(kFlat - i) / kFlat : static_cast<double>(i - kFlat) / (255 - kFlat);
    palette[static_cast<std::size_t>(i)] =
        i < kFlat ? Rgba{38, 45, 58, static_cast<std::uint8_t>(std::min(150.0, 300 * away))}
                  : Rgba{255, 252, 242, static_cast<std::uint8_t>(std::min(110.0, 160 * away))};
  }
  return palette;
}

}  // namespace

Hillshade::Hillshade(const geo::Raster& terrain, const geo::Crs& crs) : crs_(crs) {
  levels_.push_back({terrain.grid, shade_of(terrain.grid, terrain.bands.at(0))});
  while (levels_.back().grid.columns > 2 && levels_.back().grid.rows > 2) {
    const Level& finer = levels_.back();
    Level level{geo::Grid{finer.grid.cell_m * 2, 0, 0, (finer.grid.columns + 1) / 2, (finer.grid.rows + 1) / 2}, {}};
    level.shade.resize(level.grid.size(), 0);
    for (std::int32_t row = 0; row < level.grid.rows; ++row) {
      for (std::int32_t column = 0; column < level.grid.columns; ++column) {
        int sum = 0;
        int count = 0;
        for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
          if (finer.grid.has(2 * column + dx, 2 * row + dy)) {
            const std::uint8_t shade = finer.shade[finer.grid.index(2 * column + dx, 2 * row + dy)];
            sum += shade;
            count += shade != 0;
          }
        }
        level.shade[level.grid.index(column, row)] = static_cast<std::uint8_t>(count == 0 ? 0 : sum / count);
      }
    }
    levels_.push_back(std::move(level));
  }
}

float Hillshade::sample(const Level& level, geo::Xy p) const {
  const geo::Grid& first = levels_.front().grid;
  const double x = (p.x - first.west_m()) / level.grid.cell_m - 0.5;
  const double y = (first.north_m() - p.y) / level.grid.cell_m - 0.5;
  const auto column = static_cast<std::int32_t>(std::floor(x));
  const auto row = static_cast<std::int32_t>(std::floor(y));
  const double u = x - column;
  const double v = y - row;
  double sum = 0;
  double weights = 0;
  for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
    const double weight = (dx == 1 ? u : 1 - u) * (dy == 1 ? v : 1 - v);
    const std::uint8_t shade =
        level.grid.has(column + dx, row + dy) ? level.shade[level.grid.index(column + dx, row + dy)] : 0;
    if (shade != 0) {
      sum += weight * shade;
      weights += weight;
    }
  }
  return weights < 0.5 ? 0.0F : static_cast<float>(sum / weights);
}

std::string Hillshade::tile(TileId tile) const {
  static const std::vector<Rgba> palette = make_palette();
  const TileGround ground(tile, crs_);
  const double step = std::round(std::log2(ground.pixel_m() / levels_.front().grid.cell_m));
  const Level& level =
      levels_[static_cast<std::size_t>(std::clamp(step, 0.0, static_cast<double>(levels_.size() - 1)))];
  const geo::Box box{levels_.front().grid.west_m(),
                     levels_.front().grid.north_m() - levels_.front().grid.rows * levels_.front().grid.cell_m,
                     levels_.front().grid.west_m() + levels_.front().grid.columns * levels_.front().grid.cell_m,
                     levels_.front().grid.north_m()};
  std::vector<std::uint8_t> pixels(std::size_t{kRasterTile} * kRasterTile, 0);
  for (int row = 0; row < kRasterTile; ++row) {
    for (int column = 0; column < kRasterTile; ++column) {
      const geo::Xy p = ground.at(column, row);
      if (box.contains(p)) {
        pixels[static_cast<std::size_t>(row * kRasterTile + column)] =
            static_cast<std::uint8_t>(std::lround(sample(level, p)));
      }
    }
  }
  return to_png(kRasterTile, kRasterTile, pixels, palette);
}

}  // namespace firmground::serve
