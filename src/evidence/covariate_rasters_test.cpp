#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "evidence/covariates.h"
#include "geo/raster_classes.h"

namespace firmground::evidence {
namespace {

constexpr geo::Grid kGrid{50, 0, 20, 20, 20};

/// Rasters that somebody added, and what is said of them.
class CovariateRasters : public testing::Test {
 protected:
  void add(const std::string& name, const std::function<float(std::size_t)>& value, const std::string& classes = "") {
    mineaction::Covariate covariate{name, {}};
    covariate.raster.grid = kGrid;
    covariate.raster.band_names = {name};
    covariate.raster.bands.emplace_back();
    for (std::size_t cell = 0; cell < kGrid.size(); ++cell) {
      covariate.raster.bands[0].push_back(value(cell));
    }
    if (!classes.empty()) {
      covariate.raster.metadata[geo::kRasterClasses] = classes;
    }
    snapshot_.covariates.push_back(std::move(covariate));
  }
  CovariateField field() {
    return covariate_fields(snapshot_, kGrid, std::vector<std::uint8_t>(kGrid.size(), 1),
                            std::vector<std::uint8_t>(kGrid.size(), 0), {}, notes_)
        .front();
  }
  mineaction::Snapshot snapshot_;
  std::vector<std::string> notes_;
  static constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
};

TEST_F(CovariateRasters, OfQuantitiesAreTakenAsTheyAre) {
  add("soil", [](std::size_t cell) { return static_cast<float>(cell % 20); });
  const CovariateField soil = field();
  EXPECT_FALSE(soil.categories);
  EXPECT_EQ(soil.value[21], 1);
  EXPECT_TRUE(notes_.empty());
}

TEST_F(CovariateRasters, OfClassesTellTheirPlaceAmongThem) {
  add(
      "cover", [](std::size_t cell) { return cell % 20 < 10   ? 4.0F
                                             : cell % 20 < 15 ? 9.0F
                                                              : kUnknown; },
      "4=forest;9=orchard");
  const CovariateField cover = field();
  EXPECT_TRUE(cover.categories);
  EXPECT_EQ(cover.labels, (std::vector<std::string>{"forest", "orchard"}));
  EXPECT_EQ(cover.value[9], 0) << "not mixed with its neighbour";
  EXPECT_EQ(cover.value[10], 1);
  EXPECT_TRUE(std::isnan(cover.value[19]));
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0], testing::HasSubstr("'cover' has values on 75 % of the ground"));
}

TEST_F(CovariateRasters, ThatTellNothingAreNamed) {
  add("nothing known", [](std::size_t) { return kUnknown; });
  add("flat", [](std::size_t) { return 3.0F; });
  field();
  ASSERT_EQ(notes_.size(), 2U);
  EXPECT_THAT(notes_[0], testing::HasSubstr("'nothing known' has no value inside the area of interest"));
  EXPECT_THAT(notes_[1], testing::HasSubstr("'flat' has the same value on all ground"));
}

}  // namespace
}  // namespace firmground::evidence
