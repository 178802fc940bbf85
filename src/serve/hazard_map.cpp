#include "serve/hazard_map.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "estimate/hazard_estimate.h"
#include "report/hazard_scale.h"

namespace firmground::serve {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kNotEstimated = std::numeric_limits<float>::quiet_NaN();

/// Code of a cell: class number from 1, 0 when it has none; this bit when it is hatched.
constexpr std::uint8_t kHatched = 0x80;

/// Diagonal lines; the period divides the tile, so that they meet across tiles.
constexpr int kHatchPeriod = 8;
constexpr Rgba kHatchColour{70, 70, 70, 190};
static_assert(kRasterTile % kHatchPeriod == 0);

/// A grid for the hatching of a country without an estimate has about this many cells across.
constexpr double kCellsWithoutEstimate = 1500;

enum Shown : std::size_t { kProbability, kItems, kEvidence };

/// The map in the browser and the one in the report show probabilities in the same classes and colours.
std::vector<ShownBand::Class> probability_classes() {
  std::vector<ShownBand::Class> classes;
  for (const report::HazardClass& c : report::hazard_classes()) {
    classes.push_back({c.from, c.to, fmt::format("#{:06x}", c.rgb), c.label});
  }
  return classes;
}

std::vector<ShownBand> make_bands() {
  return {{"probability_any", "probability that at least one item remains in the cell", "the highest cell in the pixel",
           probability_classes()},
          {"expected_items",
           "items expected to remain per square kilometre",
           "the mean of the cells in the pixel",
           {{0, 1, "#eef1f6", "below 1"},
            {1, 3, "#d3dcec", "1-3"},
            {3, 10, "#b0bfe0", "3-10"},
            {10, 30, "#8d97cf", "10-30"},
            {30, 100, "#7668b6", "30-100"},
            {100, 300, "#6a3493", "100-300"},
            {300, kInfinity, "#3d0a4f", "above 300"}}},
          {"evidence",
           "share of what is said here that comes from data, 0 to 1",
           "the mean of the cells in the pixel",
           {{0, 0.1, "#ececec", "below 0.1: mostly extrapolated"},
            {0.1, 0.25, "#cfe3dc", "0.1-0.25"},
            {0.25, 0.5, "#93c4b4", "0.25-0.5"},
            {0.5, 0.75, "#4d9482", "0.5-0.75"},
            {0.75, kInfinity, "#155a4b", "above 0.75"}}}};
}

std::uint8_t class_of(const ShownBand& band, float value) {
  if (std::isnan(value)) {
    return 0;
  }
  for (std::size_t i = 0; i < band.classes.size(); ++i) {
    if (value < band.classes[i].to) {
      return static_cast<std::uint8_t>(i + 1);
    }
  }
  return static_cast<std::uint8_t>(band.classes.size());
}

std::vector<std::uint8_t> inside_any(const geo::Grid& grid, const std::vector<geo::PlanarGeometry>& areas) {
  std::vector<std::uint8_t> inside(grid.size(), 0);
  for (const geo::PlanarGeometry& area : areas) {
    const std::vector<std::uint8_t> one = geo::centres_inside(grid, area);
    for (std::size_t i = 0; i < inside.size(); ++i) {
      inside[i] |= one[i];
    }
  }
  return inside;
}

}  // namespace

const std::vector<ShownBand>& shown_bands() {
  static const std::vector<ShownBand> bands = make_bands();
  return bands;
}

std::optional<std::size_t> find_shown_band(std::string_view name) {
  for (std::size_t i = 0; i < shown_bands().size(); ++i) {
    if (shown_bands()[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

/// Cells of one level on the way up the pyramid.
struct HazardMap::Values {
  geo::Grid grid;
  std::vector<float> weight;   ///< cells of the raster inside the area of interest
  std::vector<float> hatched;  ///< of these, not estimated or with little evidence
  std::array<std::vector<float>, 3> shown;

  explicit Values(const geo::Grid& g) : grid(g), weight(g.size(), 0), hatched(g.size(), 0) {
    shown.fill(std::vector<float>(g.size(), kNotEstimated));
  }

  /// Adds cell `from` of the finer level to cell `to` of this one: the highest probability, the mean of the others.
  void take(const Values& finer, std::size_t from, std::size_t to) {
    if (finer.weight[from] == 0) {
      return;
    }
    const float before = weight[to];
    weight[to] += finer.weight[from];
    hatched[to] += finer.hatched[from];
    if (std::isnan(finer.shown[kProbability][from])) {
      return;
    }
    const bool first = std::isnan(shown[kProbability][to]);
    shown[kProbability][to] =
        first ? finer.shown[kProbability][from] : std::max(shown[kProbability][to], finer.shown[kProbability][from]);
    for (const Shown band : {kItems, kEvidence}) {
      float& mean = shown[band][to];
      mean =
          first ? finer.shown[band][from] : (mean * before + finer.shown[band][from] * finer.weight[from]) / weight[to];
    }
  }
};

HazardMap::HazardMap(const geo::Raster& raster, const std::vector<geo::PlanarGeometry>& areas_of_interest,
                     const geo::Crs& crs)
    : crs_(crs) {
  FG_CHECK(raster.bands.size() >= 5);
  const auto band = [&](estimate::HazardBand b) -> const std::vector<float>& {
    return raster.bands[static_cast<std::size_t>(b)];
  };
  const std::vector<float>& probability = band(estimate::HazardBand::probability_any);
  const std::vector<float>& items = band(estimate::HazardBand::expected_items);
  const std::vector<float>& evidence = band(estimate::HazardBand::evidence);
  const std::vector<std::uint8_t> inside = inside_any(raster.grid, areas_of_interest);
  const auto per_km2 = static_cast<float>(1e6 / (raster.grid.cell_m * raster.grid.cell_m));
  Values values(raster.grid);
  for (std::size_t i = 0; i < values.weight.size(); ++i) {
    const bool estimated = !std::isnan(probability[i]);
    values.weight[i] = estimated || inside[i] != 0 ? 1.0F : 0.0F;
    values.hatched[i] =
        values.weight[i] > 0 && !(estimated && evidence[i] >= report::kHatchBelowEvidence) ? 1.0F : 0.0F;
    values.shown[kProbability][i] = probability[i];
    values.shown[kItems][i] = items[i] * per_km2;
    values.shown[kEvidence][i] = evidence[i];
  }
  build(std::move(values));
}

HazardMap::HazardMap(const std::vector<geo::PlanarGeometry>& areas_of_interest, const geo::Crs& crs) : crs_(crs) {
  geo::Box box;
  for (const geo::PlanarGeometry& area : areas_of_interest) {
    box.include(geo::bounds(area));
  }
  if (box.empty()) {
    return;
  }
  const double longest = std::max(box.max_x - box.min_x, box.max_y - box.min_y);
  Values values(geo::Grid::covering(box, std::max(10.0, std::ceil(longest / kCellsWithoutEstimate))));
  const std::vector<std::uint8_t> inside = inside_any(values.grid, areas_of_interest);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    values.weight[i] = values.hatched[i] = inside[i] != 0 ? 1.0F : 0.0F;
  }
  build(std::move(values));
}

void HazardMap::build(Values values) {
  add_level(values);
  // A country that straddles a line of blocks ends as 2 x 2 blocks, not as one.
  while (values.grid.columns > 2 || values.grid.rows > 2) {
    const geo::Grid& finer = values.grid;
    const geo::Box box{finer.west_m(), finer.north_m() - finer.rows * finer.cell_m,
                       finer.west_m() + finer.columns * finer.cell_m, finer.north_m()};
    Values coarser(geo::Grid::covering(box, 2 * finer.cell_m));
    for (std::size_t i = 0; i < finer.size(); ++i) {
      const std::int64_t to = coarser.grid.cell_of(finer.centre(i));
      FG_CHECK(to >= 0);
      coarser.take(values, i, static_cast<std::size_t>(to));
    }
    values = std::move(coarser);
    add_level(values);
  }
}

void HazardMap::add_level(const Values& values) {
  Level level{values.grid, {}};
  for (std::size_t band = 0; band < level.codes.size(); ++band) {
    std::vector<std::uint8_t>& codes = level.codes[band];
    codes.resize(values.weight.size(), 0);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (values.weight[i] > 0) {
        const bool hatched = 2 * values.hatched[i] >= values.weight[i];
        codes[i] =
            static_cast<std::uint8_t>(class_of(shown_bands()[band], values.shown[band][i]) | (hatched ? kHatched : 0));
      }
    }
  }
  levels_.push_back(std::move(level));
}

std::string HazardMap::tile(std::size_t band, TileId tile) const {
  const ShownBand& shown = shown_bands()[band];
  std::vector<Rgba> palette{Rgba{}};
  for (const ShownBand::Class& c : shown.classes) {
    palette.push_back(from_hex(c.colour.c_str()));
  }
  const auto hatch = static_cast<std::uint8_t>(palette.size());
  palette.push_back(kHatchColour);
  std::vector<std::uint8_t> pixels(std::size_t{kRasterTile} * kRasterTile, 0);
  if (levels_.empty()) {
    return to_png(kRasterTile, kRasterTile, pixels, palette);
  }
  const TileGround ground(tile, crs_);
  // The finest level whose cells are not smaller than a pixel (with 5 % for the turn between the grids): none is
  // skipped.
  const double step = std::ceil(std::log2(1.05 * ground.pixel_m() / levels_.front().grid.cell_m));
  const Level& level =
      levels_[static_cast<std::size_t>(std::clamp(step, 0.0, static_cast<double>(levels_.size() - 1)))];
  for (int row = 0; row < kRasterTile; ++row) {
    for (int column = 0; column < kRasterTile; ++column) {
      const geo::Xy p = ground.at(column, row);
      const std::int64_t cell = std::isfinite(p.x) && std::isfinite(p.y) ? level.grid.cell_of(p) : -1;
      if (cell < 0) {
        continue;
      }
      const std::uint8_t code = level.codes[band][static_cast<std::size_t>(cell)];
      const bool on_line = (code & kHatched) != 0 && (column + row) % kHatchPeriod < 2;
      pixels[static_cast<std::size_t>(row) * kRasterTile + static_cast<std::size_t>(column)] =
          on_line ? hatch : code & static_cast<std::uint8_t>(~kHatched);
    }
  }
  return to_png(kRasterTile, kRasterTile, pixels, palette);
}

}  // namespace firmground::serve
