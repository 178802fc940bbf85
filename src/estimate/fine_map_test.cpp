#include "estimate/fine_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "base/parallel.h"
#include "base/random.h"
#include "estimate/prediction.h"
#include "estimate/update_estimate.h"

namespace firmground::estimate {
namespace {

geo::PlanarGeometry rectangle(double west, double south, double east, double north) {
  geo::PlanarGeometry made;
  made.polygons.push_back({{{west, south}, {east, south}, {east, north}, {west, north}}, {}});
  return made;
}

constexpr double kWest = 600'000;
constexpr double kSouth = 4'430'000;

/// 4 x 4 km with eight belts of two rows each from west to east, 12 m apart. Four stripes from south to north were
/// searched; the first ends in the middle of a cell, and west of it nothing was.
mineaction::Snapshot ground() {
  mineaction::Snapshot s;
  s.crs = geo::Crs::from_epsg(32638).value();
  s.areas_of_interest.push_back({"all", rectangle(kWest, kSouth, kWest + 4000, kSouth + 4000)});
  base::Random random(5);
  for (int stripe = 0; stripe < 4; ++stripe) {
    const double west = kWest + 525 + stripe * 900;
    mineaction::LandRelease release;
    release.release_id = "R-" + std::to_string(stripe);
    release.outcome = mineaction::Outcome::cleared;
    release.method = mineaction::Method::manual;
    release.completed_on = mineaction::Date(2020, 6, 1);
    release.geometry = rectangle(west, kSouth, west + 500, kSouth + 4000);
    s.land_releases.push_back(release);
    for (int belt = 0; belt < 8; ++belt) {
      for (int mine = 0; mine < 80; ++mine) {
        mineaction::Find find;
        find.find_id = "F-" + std::to_string(s.finds.size());
        find.device = mineaction::Device::ap_mine;
        find.found_on = release.completed_on;
        find.position = {west + random.uniform(0, 500), kSouth + 219 + belt * 450 + (mine % 2) * 12.0};
        s.finds.push_back(find);
      }
    }
  }
  s.hash = "drawn";
  return s;
}

/// The belts, estimated once; the window is 600 m wide, over the western edge of the first stripe.
class FineMapOfBelts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    snapshot_ = new mineaction::Snapshot(ground());
    observations_ = new evidence::Observations(evidence::observe(*snapshot_).value());
    EstimateOptions options;
    options.keep = true;
    options.draws = 40;
    result_ = new EstimateResult(estimate(*observations_, options).value());
    const geo::Grid around =
        geo::Grid::covering({kWest + 300, kSouth + 100, kWest + 900, kSouth + 800}, observations_->grid.cell_m);
    window_ = new geo::Grid{10, around.west * 5, around.north * 5, around.columns * 5, around.rows * 5};
    posterior_ = new WindowPosteriors(
        posteriors_near(*result_->state, *observations_, coarse_cells_under(*window_, observations_->grid)).value());
    const evidence::FineSearch search(*snapshot_, {});
    terms_ = new std::vector<FineTerms>();
    for (const evidence::OrdnanceClass k : evidence::kOrdnanceClasses) {
      terms_->push_back(learn_fine_terms(*observations_, search, k, {}));
    }
  }
  static void TearDownTestSuite() {
    delete terms_;
    delete posterior_;
    delete window_;
    delete result_;
    delete observations_;
    delete snapshot_;
  }

  static FineMap drawn() {
    const evidence::FineSearch search(*snapshot_, {});
    EstimateOptions options;
    options.draws = 40;
    const FineQuestion question{
        *window_, geo::cover(*window_, rectangle(kWest + 310, kSouth + 120, kWest + 905, kSouth + 790)), nullptr};
    return fine_map(*observations_, posterior_->posteriors, options, search, *terms_, question);
  }
  /// Expected mines in the box.
  static double mines(const FineMap& map, const geo::Box& box) {
    double sum = 0;
    for (std::size_t i = 0; i < window_->size(); ++i) {
      sum += box.contains(window_->centre(i)) ? static_cast<double>(map.classes[0].items[i]) : 0.0;
    }
    return sum;
  }

  static inline mineaction::Snapshot* snapshot_ = nullptr;
  static inline evidence::Observations* observations_ = nullptr;
  static inline EstimateResult* result_ = nullptr;
  static inline geo::Grid* window_ = nullptr;
  static inline WindowPosteriors* posterior_ = nullptr;
  static inline std::vector<FineTerms>* terms_ = nullptr;
};

TEST_F(FineMapOfBelts, SmallCellsSumToTheCoarseOnes) {
  const FineMap map = drawn();
  std::map<std::int64_t, double> sum;
  for (std::size_t i = 0; i < window_->size(); ++i) {
    sum[observations_->grid.cell_of(window_->centre(i))] += static_cast<double>(map.raster.bands[1][i]);
  }
  const std::vector<float>& coarse = result_->hazard.raster.bands[1];
  ASSERT_EQ(map.coarse_items.size(), sum.size());
  ASSERT_GT(sum.size(), 100U);
  for (const auto& [cell, items] : map.coarse_items) {
    EXPECT_NEAR(sum.at(cell), items, 1e-4 * items + 1e-7);
    EXPECT_NEAR(items, static_cast<double>(coarse[cell]), 0.02 * items + 1e-6) << "and these to the national map";
  }
}

TEST_F(FineMapOfBelts, ProbabilitiesAreBetweenTheCoarseOneAndTheExpectedItems) {
  const FineMap map = drawn();
  std::map<std::int64_t, double> sum;
  std::map<std::int64_t, double> largest;
  for (std::size_t i = 0; i < window_->size(); ++i) {
    const auto p = static_cast<double>(map.classes[0].probability[i]);
    EXPECT_LE(map.classes[0].probability[i], map.classes[0].items[i]);
    EXPECT_LE(map.raster.bands[0][i], map.raster.bands[1][i]);
    EXPECT_LE(map.raster.bands[2][i], map.raster.bands[3][i]);
    EXPECT_GE(p, 0);
    const std::int64_t cell = observations_->grid.cell_of(window_->centre(i));
    sum[cell] += p;
    largest[cell] = std::max(largest[cell], p);
  }
  ClassPrediction coarse;
  std::vector<std::uint32_t> cells;
  cells.reserve(sum.size());
  for (const auto& [cell, p] : sum) {
    cells.push_back(static_cast<std::uint32_t>(cell));
  }
  EstimateOptions options;
  options.draws = 40;
  CellPredictor(*posterior_->posteriors[0], *observations_, options)
      .predict(cells, std::vector<std::uint8_t>(cells.size(), 1), coarse);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto any = static_cast<double>(coarse.probability[i]);
    EXPECT_GE(sum[cells[i]], any * (1 - 1e-4)) << "an item of the cell lies in one of its small cells";
    EXPECT_LE(largest[cells[i]], any * (1 + 1e-5));
  }
}

TEST_F(FineMapOfBelts, WhatIsLeftOfACellSearchedInPartLiesInItsOtherPart) {
  const FineMap map = drawn();
  // The stripe's edge runs through the middle of the cells from 500 to 550 m; the belt through those from 200 to 250 m.
  const double left = mines(map, {kWest + 500, kSouth + 200, kWest + 525, kSouth + 250});
  const double searched = mines(map, {kWest + 525, kSouth + 200, kWest + 550, kSouth + 250});
  EXPECT_GT(left, 4 * searched);
  EXPECT_GT(searched, 0) << "a search misses items";
}

TEST_F(FineMapOfBelts, RowsGoOnWhereTheirFindsPoint) {
  const FineMap map = drawn();
  // West of the stripe nothing was searched. The rows lie at 219 and 231 m.
  const double along = mines(map, {kWest + 450, kSouth + 210, kWest + 500, kSouth + 240});
  const double beside = mines(map, {kWest + 450, kSouth + 200, kWest + 500, kSouth + 210}) +
                        mines(map, {kWest + 450, kSouth + 240, kWest + 500, kSouth + 250});
  EXPECT_GT(along / 3, 2 * beside / 2) << "per hectare";
}

TEST_F(FineMapOfBelts, ThePolygonTellsWhatItsCellsHold) {
  const FineMap map = drawn();
  double items = 0;
  for (const geo::CellShare& touched :
       geo::cover(*window_, rectangle(kWest + 310, kSouth + 120, kWest + 905, kSouth + 790))) {
    items += static_cast<double>(touched.share * map.raster.bands[1][touched.cell]);
  }
  EXPECT_NEAR(map.polygon.items_mean, items, 1e-3 * items);
  EXPECT_LT(map.polygon.items_p05, map.polygon.items_mean);
  EXPECT_GT(map.polygon.items_p95, map.polygon.items_mean);
  double drawn_mean = 0;
  for (const float n : map.polygon.predicted) {
    drawn_mean += static_cast<double>(n) / static_cast<double>(map.polygon.predicted.size());
  }
  EXPECT_NEAR(drawn_mean, items, 0.2 * items) << "numbers drawn have the mean of the draws";
}

TEST_F(FineMapOfBelts, ThreadsChangeNothing) {
  const FineMap two = drawn();
  base::set_thread_count(1);
  const FineMap one = drawn();
  base::set_thread_count(0);
  for (std::size_t b = 0; b < one.raster.bands.size(); ++b) {
    EXPECT_EQ(std::memcmp(one.raster.bands[b].data(), two.raster.bands[b].data(), window_->size() * sizeof(float)), 0);
  }
  EXPECT_EQ(one.polygon.predicted, two.polygon.predicted);
}

TEST(FineTerms, GroundThatTaughtNothingSpreadsEvenly) {
  mineaction::Snapshot empty = ground();
  empty.finds.clear();
  const evidence::Observations observations = evidence::observe(empty).value();
  const evidence::FineSearch search(empty, {});
  const FineTerms terms = learn_fine_terms(observations, search, evidence::OrdnanceClass::mines, {});
  EXPECT_EQ(terms.cells, 0);
  for (const double c : terms.coefficient) {
    EXPECT_EQ(c, 0);
  }
}

TEST(Occupancy, AgreesWithCountsDrawnAndSpread) {
  // A cell's items drawn from their law, their shares from the Dirichlet, and laid out one by one: in each draw the
  // cell holds an item exactly when one of its parts does.
  const CountLaw law{2.5, 0.6, 0, 0};
  const std::vector<double> share = {0.02, 0.08, 0.3, 0.6};
  constexpr double kClump = 3;
  const Occupancy occupancy(positive_mean(law), law.shape, kClump);
  base::Random random(3);
  std::vector<double> held(share.size(), 0);
  PositiveCounts counts(law);
  constexpr int kDraws = 60'000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const std::int64_t items = counts.draw(random);
    std::vector<double> weight;
    double all = 0;
    for (const double s : share) {
      weight.push_back(random.gamma(kClump * s, 1));
      all += weight.back();
    }
    std::vector<int> in_part(share.size(), 0);
    for (std::int64_t i = 0; i < items; ++i) {
      double u = random.uniform() * all;
      std::size_t part = 0;
      while (part + 1 < share.size() && u >= weight[part]) {
        u -= weight[part++];
      }
      in_part[part] += 1;
    }
    double none = 1;
    for (std::size_t k = 0; k < share.size(); ++k) {
      held[k] += in_part[k] > 0 ? 1 : 0;
      none *= in_part[k] > 0 ? 0 : 1;
    }
    EXPECT_EQ(none, 0);
  }
  for (std::size_t k = 0; k < share.size(); ++k) {
    const double p = held[k] / kDraws;
    EXPECT_NEAR(occupancy.at(share[k]), p, 4 * std::sqrt(p * (1 - p) / kDraws) + 1e-4);
    EXPECT_LE(occupancy.at(share[k]), share[k] * positive_mean(law));
  }
  EXPECT_NEAR(occupancy.at(1), 1, 1e-9);
  EXPECT_EQ(occupancy.at(0), 0);
}

TEST(FineSearch, CellsKnowWhichPartOfTheCountrysCellWasSearched) {
  const mineaction::Snapshot snapshot = ground();
  const evidence::FineSearch search(snapshot, {});
  const geo::Grid grid = geo::Grid::covering({kWest + 500, kSouth, kWest + 550, kSouth + 50}, 5);
  const std::vector<float> effort = search.effort(grid, evidence::OrdnanceClass::mines);
  EXPECT_FLOAT_EQ(effort[static_cast<std::size_t>(grid.cell_of({kWest + 512, kSouth + 22}))], 0);
  EXPECT_FLOAT_EQ(effort[static_cast<std::size_t>(grid.cell_of({kWest + 538, kSouth + 22}))], 0.95F);
  EXPECT_EQ(search.finds(geo::bounds(snapshot.land_releases[0].geometry), evidence::OrdnanceClass::mines).size(), 640U);
}

}  // namespace
}  // namespace firmground::estimate
