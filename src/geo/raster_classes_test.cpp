#include "geo/raster_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace firmground::geo {
namespace {

TEST(RasterClasses, AreReadInAnyOrderAndWrittenInOne) {
  const auto classes = parse_raster_classes(" 3 = built-up, 1=forest;2= orchard of olives ");
  ASSERT_TRUE(classes) << base::to_text(classes.error());
  EXPECT_EQ(*classes, (std::vector<RasterClass>{{1, "forest"}, {2, "orchard of olives"}, {3, "built-up"}}));
  EXPECT_EQ(to_text(*classes), "1=forest;2=orchard of olives;3=built-up");
  EXPECT_EQ(*parse_raster_classes(to_text(*classes)), *classes);
}

TEST(RasterClasses, ThatCannotBeReadAreRefusedWithTheReason) {
  for (const auto& [text, reason] :
       {std::pair("1=forest", "fewer than two"), std::pair("", "fewer than two"),
        std::pair("1=forest,1=field", "1 is named twice"), std::pair("1=forest,x=field", "'x=field'"),
        std::pair("1=forest,2", "'2'"), std::pair("1=forest,2=", "2 has no name")}) {
    const auto classes = parse_raster_classes(text);
    ASSERT_FALSE(classes) << text;
    EXPECT_EQ(classes.error().id, "geo.classes_unreadable");
    EXPECT_THAT(classes.error().message, testing::HasSubstr(reason));
  }
}

Raster of_values(std::vector<float> values, const std::string& classes) {
  Raster raster;
  raster.grid = {50, 10'000, 88'000, static_cast<std::int32_t>(values.size()) / 2, 2};
  raster.epsg = 32639;
  raster.band_names = {"cover"};
  raster.bands = {std::move(values)};
  raster.metadata[kRasterClasses] = classes;
  return raster;
}

TEST(RasterClasses, NameEveryValueThatTheRasterHolds) {
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(check_classes(of_values({1, 2, unknown, 1}, "1=forest;2=field"), "cover.tif"));
  const auto missing = check_classes(of_values({1, 7, 7, 2.5F, 2, 1}, "1=forest;2=field"), "cover.tif");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().id, "geo.class_unnamed");
  EXPECT_THAT(missing.error().message, testing::AllOf(testing::HasSubstr("cover.tif holds 2.5 in 1 cells"),
                                                      testing::HasSubstr("2 of its values")));
}

TEST(RasterClasses, AreNeverMixedWhenARasterIsLaidOnProgrammeCells) {
  Raster cover = of_values(std::vector<float>(std::size_t{60} * 2), "1=forest;3=field");
  for (std::size_t cell = 0; cell < cover.bands[0].size(); ++cell) {
    cover.bands[0][cell] = cell % 60 < 30 ? 1.0F : 3.0F;
  }
  const auto bytes = to_cog(cover);
  ASSERT_TRUE(bytes);
  const auto laid = from_geotiff(*bytes, Crs::from_epsg(32638).value());  // the next zone: resampled
  ASSERT_TRUE(laid) << base::to_text(laid.error());
  EXPECT_EQ(laid->metadata.at(kRasterClasses), "1=forest;3=field");
  int known = 0;
  for (const float value : laid->bands[0]) {
    EXPECT_TRUE(std::isnan(value) || value == 1 || value == 3) << value;
    known += std::isnan(value) ? 0 : 1;
  }
  EXPECT_GT(known, 60);
  EXPECT_EQ(cover.nearest(0, cover.grid.centre(std::size_t{29})), 1);
  EXPECT_EQ(cover.nearest(0, cover.grid.centre(std::size_t{30})), 3);
  EXPECT_TRUE(std::isnan(cover.nearest(0, {0, 0})));
}

TEST(RasterClasses, AreWhatTheCallerSays) {
  Raster cover = of_values({1, 2, 1, 2}, "1=forest;2=field");
  cover.metadata.clear();
  const auto named = from_geotiff(*to_cog(cover), Crs::from_epsg(32639).value(), "cover.tif", "1=a;2=b");
  ASSERT_TRUE(named);
  EXPECT_EQ(classes_of(*named)->at(1).name, "b");
  EXPECT_TRUE(classes_of(cover)->empty()) << "quantities have none";
}

}  // namespace
}  // namespace firmground::geo
