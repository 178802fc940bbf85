#include "estimate/map_cells.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "estimate/draw_quantiles.h"
#include "estimate/estimate.h"

namespace firmground::estimate {
namespace {

TEST(MapCells, HoldTheModelledCellsWhoseCentresLieInThem) {
  const geo::Grid modelled{50, -6, 9, 11, 10};
  const MapCells cells(modelled, 4);
  EXPECT_EQ(cells.grid(), (geo::Grid{200, -2, 3, 4, 4}));
  for (std::uint32_t cell = 0; cell < modelled.size(); ++cell) {
    EXPECT_EQ(static_cast<std::int64_t>(cells.of(cell)), cells.grid().cell_of(modelled.centre(cell)));
  }
}

TEST(MapCells, RunsOfRowsEndWhereRowsOfTheMapDo) {
  const MapCells cells({50, 0, 9, 5, 30}, 4);
  const std::vector<std::size_t> runs = cells.runs(8);
  EXPECT_EQ(runs, (std::vector<std::size_t>{0, 5, 13, 21, 29, 30}));
  for (std::size_t k = 1; k + 1 < runs.size(); ++k) {
    EXPECT_TRUE(cells.ends_row(runs[k] - 1));
  }
  EXPECT_EQ(MapCells({50, 0, 9, 5, 20}, 1).runs(8), (std::vector<std::size_t>{0, 8, 16, 20}));
}

TEST(MapCells, FlagWholeCells) {
  const MapCells cells({50, 1, 8, 6, 4}, 3);
  std::vector<std::uint8_t> flags(24, 0);
  flags[2] = 1;  // x 3, in the cell of x 3 to 5
  cells.flag_whole(flags);
  EXPECT_EQ(std::vector<std::uint8_t>(flags.begin(), flags.begin() + 12),
            (std::vector<std::uint8_t>{0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0}));
}

constexpr std::int32_t kColumns = 80;
constexpr std::int32_t kRows = 60;

/// A belt of mines across the middle, half of the ground searched, and ERW here and there; grid lines of the map lie
/// between those of the modelled cells' first and last.
evidence::Observations belt() {
  evidence::Observations o;
  o.grid = {50, 2, 61, kColumns, kRows};
  o.inside.assign(o.grid.size(), 1);
  o.processed.assign(o.grid.size(), 0);
  o.mode = "effort";
  o.snapshot_hash = "drawn";
  evidence::CovariateField road{"distance to roads", "m", {}, false, {}};
  base::Random random(5);
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    const std::uint32_t column = cell % kColumns;
    const std::uint32_t row = cell / kColumns;
    road.value.push_back(static_cast<float>(std::abs(static_cast<int>(row) - 30)) * 50);
    if (column < 60 && column % 10 < 6) {
      o.processed[cell] = 1;
      const bool in_belt = row >= 27 && row < 33;
      const std::uint32_t mines = in_belt && random.chance(0.5) ? 1 + static_cast<std::uint32_t>(random.poisson(2)) : 0;
      o.searched[0].push_back({cell, 1.0F, 0.9F, mines});
      o.searched[1].push_back({cell, 1.0F, 0.9F, random.chance(0.02) ? 1U : 0U});
      if (mines > 0) {
        o.kinds[0].cells.push_back({cell, {row % 2 == 0 ? mines : 0, row % 2 == 0 ? 0 : mines, 0}});
        o.kinds[0].stated += mines;
      }
    }
  }
  o.covariates.push_back(road);
  o.inside[0] = 0;
  for (std::uint32_t row = 0; row < 3; ++row) {  // the whole of a cell of the map
    std::fill_n(o.inside.begin() + (row * kColumns + 78), 2, std::uint8_t{0});
  }
  return o;
}

EstimateOptions in_cells(std::int32_t together) {
  EstimateOptions options;
  options.kinds = KindUse::map;
  options.together = together;
  return options;
}

double sum_of(const std::vector<float>& band) {
  return std::accumulate(band.begin(), band.end(), 0.0, [](double sum, float value) {
    return sum + (std::isnan(value) ? 0.0 : static_cast<double>(value));
  });
}

/// Each cell of the map as a polygon of modelled cells.
std::vector<PolygonCells> as_polygons(const evidence::Observations& o, const MapCells& cells) {
  std::vector<PolygonCells> polygons(cells.grid().size());
  for (std::uint32_t cell = 0; cell < o.grid.size(); ++cell) {
    if (o.inside[cell] != 0) {
      polygons[cells.of(cell)].cells.push_back({cell, 1.0F});
    }
  }
  return polygons;
}

class CellsTogether : public testing::Test {
 protected:
  static constexpr std::int32_t kTogether = 4;
  void SetUp() override {
    auto of_modelled = estimate(ground_, in_cells(1), as_polygons(ground_, cells_));
    auto of_map = estimate(ground_, in_cells(kTogether), as_polygons(ground_, cells_));
    ASSERT_TRUE(of_modelled && of_map);
    modelled_ = std::move(*of_modelled);
    map_ = std::move(*of_map);
  }
  const evidence::Observations ground_ = belt();
  const MapCells cells_{ground_.grid, kTogether};
  EstimateResult modelled_;
  EstimateResult map_;
};

TEST_F(CellsTogether, TellTheSameInAllAndOfPolygons) {
  EXPECT_EQ(map_.hazard.raster.grid, cells_.grid());
  EXPECT_EQ(map_.hazard.cells, 21 * 16 - 1) << "one lies outside the area of interest";
  EXPECT_NEAR(map_.hazard.totals.items_mean, modelled_.hazard.totals.items_mean,
              1e-9 * modelled_.hazard.totals.items_mean);
  EXPECT_NEAR(map_.hazard.totals.items_p95, modelled_.hazard.totals.items_p95, 0.01);
  for (std::size_t p = 0; p < map_.polygons.size(); ++p) {
    EXPECT_EQ(std::isnan(map_.polygons[p].items_mean), std::isnan(modelled_.polygons[p].items_mean));
    if (!std::isnan(map_.polygons[p].items_mean)) {
      EXPECT_NEAR(map_.polygons[p].items_mean, modelled_.polygons[p].items_mean, 1e-5);
      EXPECT_NEAR(map_.polygons[p].probability_none, modelled_.polygons[p].probability_none, 1e-5);
    }
  }
}

TEST_F(CellsTogether, HoldWhatTheirModelledCellsHold) {
  const auto& bands = map_.hazard.raster.bands;
  EXPECT_NEAR(sum_of(bands[1]), sum_of(modelled_.hazard.raster.bands[1]), 1e-3);
  double off = 0;
  int told = 0;
  for (std::size_t cell = 0; cell < cells_.grid().size(); ++cell) {
    const PolygonEstimate& polygon = map_.polygons[cell];
    ASSERT_EQ(std::isnan(bands[0][cell]), std::isnan(polygon.items_mean)) << "unknown is never zero";
    if (std::isnan(bands[0][cell])) {
      continue;
    }
    const auto probability = static_cast<double>(bands[0][cell]);
    ASSERT_LE(probability, 1);
    ASSERT_LE(bands[0][cell], bands[1][cell]);
    ASSERT_LE(bands[2][cell], bands[3][cell]);
    ASSERT_GE(bands[4][cell], 0);
    ASSERT_LE(bands[4][cell], 1);
    EXPECT_NEAR(static_cast<double>(bands[1][cell]), polygon.items_mean, 1e-4 * (1 + polygon.items_mean));
    off = std::max(off, std::abs(probability - (1 - polygon.probability_none)));
    ++told;
  }
  EXPECT_EQ(told, map_.hazard.cells);
  EXPECT_LT(off, 0.1) << "P(any) is that of a polygon, but for the noise of a hundred draws";
}

TEST_F(CellsTogether, AreLikelyToHoldNoMoreThanIndependentCellsWould) {
  std::vector<double> none(cells_.grid().size(), 1);
  std::vector<double> most(cells_.grid().size(), 0);
  const auto& modelled = modelled_.hazard.raster.bands[0];
  for (std::uint32_t cell = 0; cell < modelled.size(); ++cell) {
    if (!std::isnan(modelled[cell])) {
      none[cells_.of(cell)] *= 1 - static_cast<double>(modelled[cell]);
      most[cells_.of(cell)] = std::max(most[cells_.of(cell)], static_cast<double>(modelled[cell]));
    }
  }
  int fewer = 0;
  for (std::size_t cell = 0; cell < none.size(); ++cell) {
    if (!std::isnan(map_.hazard.raster.bands[0][cell])) {
      const auto probability = static_cast<double>(map_.hazard.raster.bands[0][cell]);
      ASSERT_LE(probability, 1 - none[cell] + 1e-5);
      ASSERT_GE(probability, most[cell] - 1e-6);
      fewer += probability < 0.95 * (1 - none[cell]) ? 1 : 0;
    }
  }
  EXPECT_GT(fewer, 20) << "what is not known of a place its cells have in common";
}

TEST_F(CellsTogether, TellKindsThatAddUpToTheirClass) {
  ASSERT_TRUE(map_.kind_raster.has_value());
  const geo::Raster& kinds = *map_.kind_raster;
  EXPECT_EQ(kinds.grid, cells_.grid());
  EXPECT_EQ(kinds.band_names, modelled_.kind_raster->band_names);
  for (std::size_t band = 1; band < kinds.bands.size(); band += 2) {
    EXPECT_NEAR(sum_of(kinds.bands[band]), sum_of(modelled_.kind_raster->bands[band]),
                1e-5 * sum_of(kinds.bands[band]));
  }
  for (std::size_t cell = 0; cell < kinds.grid.size(); ++cell) {
    for (const std::size_t kind : {4U, 6U}) {  // AP mines, AV mines
      if (!std::isnan(kinds.bands[kind][cell])) {
        ASSERT_LE(kinds.bands[kind][cell], kinds.bands[0][cell] * (1 + 1e-5F)) << "no more than any mine";
        ASSERT_LE(kinds.bands[kind][cell], kinds.bands[kind + 1][cell] * (1 + 1e-5F));
      }
    }
  }
}

TEST_F(CellsTogether, OneByOneAreTheModelledCells) {
  const MapCells one(ground_.grid, 1);
  EXPECT_EQ(one.grid(), ground_.grid);
  EXPECT_EQ(one.of(1234), 1234U);
  EXPECT_EQ(modelled_.hazard.raster.grid, ground_.grid);
}

TEST(DrawQuantiles, AreThoseOfTheSortedDraws) {
  base::Random random(8);
  for (const std::size_t count : {1U, 2U, 20U, 100U, 333U}) {
    for (int kind = 0; kind < 4; ++kind) {
      std::vector<float> draws;
      for (std::size_t m = 0; m < count; ++m) {
        const double draw = std::exp(8 * random.normal());  // over many powers of ten
        draws.push_back(kind == 0   ? static_cast<float>(draw)
                        : kind == 1 ? static_cast<float>(random.index(3))  // ties, zeros among them
                        : kind == 2 ? 0.0F
                                    : static_cast<float>(1 + 1e-7 * random.uniform()));  // neighbouring floats
      }
      std::vector<float> sorted = draws;
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t rank = 0; rank < count; ++rank) {
        ASSERT_EQ(ranked(draws, rank), sorted[rank]) << count << " of kind " << kind;
      }
    }
  }
}

}  // namespace
}  // namespace firmground::estimate
