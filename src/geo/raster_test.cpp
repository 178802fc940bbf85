#include "geo/raster.h"

#include <cpl_vsi.h>
#include <gdal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_srs_api.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/parallel.h"
#include "base/random.h"
#include "geo/raster_unit.h"

namespace firmground::geo {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Raster hazard_like(std::int32_t columns, std::int32_t rows) {
  Raster raster;
  raster.grid = Grid::covering({512'000, 4'401'000, 512'000 + 50.0 * columns, 4'401'000 + 50.0 * rows}, 50);
  raster.epsg = 32639;
  raster.band_names = {"probability_any", "expected_items", "evidence"};
  raster.metadata = {{"FIRMGROUND_STAMP", R"({"product":"hazard-estimate","id":"00ff"})"}};
  base::Random random(3);
  for (int band = 0; band < 3; ++band) {
    auto& values = raster.bands.emplace_back(raster.grid.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = i % 7 == 0 ? kNaN : static_cast<float>(random.uniform());
    }
  }
  return raster;
}

bool same_cells(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
           return x == y || (std::isnan(x) && std::isnan(y));
         });
}

std::string folder_for_test() {
  const std::string folder = testing::TempDir() + "firmground_raster_" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  return folder;
}

// GeoTIFF bytes made by GDAL itself, as another programme would hand them over.
std::string foreign_geotiff(int epsg, const double (&placement)[6], int columns, int rows, double nodata,
                            const std::vector<std::int16_t>& heights) {
  (void)to_cog(hazard_like(2, 2));  // registers the drivers
  const char* name = "/vsimem/foreign.tif";
  GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), name, columns, rows, 1, GDT_Int16, nullptr);
  double copy[6];
  std::copy(placement, placement + 6, copy);
  GDALSetGeoTransform(dataset, copy);
  if (epsg != 0) {
    OGRSpatialReferenceH srs = OSRNewSpatialReference(nullptr);
    OSRImportFromEPSG(srs, epsg);
    GDALSetSpatialRef(dataset, srs);
    OSRDestroySpatialReference(srs);
  }
  GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
  GDALSetRasterNoDataValue(band, nodata);
  GDALSetRasterUnitType(band, "m");
  auto* data = const_cast<std::int16_t*>(heights.data());
  EXPECT_EQ(GDALRasterIO(band, GF_Write, 0, 0, columns, rows, data, columns, rows, GDT_Int16, 0, 0), CE_None);
  GDALClose(dataset);
  vsi_l_offset size = 0;
  const GByte* bytes = VSIGetMemFileBuffer(name, &size, FALSE);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  VSIUnlink(name);
  return out;
}

TEST(Cog, AHazardRasterComesBackAsItWasWritten) {
  const Raster raster = hazard_like(130, 70);
  const auto bytes = to_cog(raster);
  ASSERT_TRUE(bytes.has_value());
  const auto back = from_geotiff(*bytes, Crs::from_epsg(32639).value());
  ASSERT_TRUE(back.has_value()) << base::to_text(back.error());
  EXPECT_EQ(back->grid, raster.grid);
  EXPECT_EQ(back->epsg, 32639);
  EXPECT_EQ(back->band_names, raster.band_names);
  EXPECT_EQ(back->metadata, raster.metadata);
  for (std::size_t band = 0; band < raster.bands.size(); ++band) {
    EXPECT_TRUE(same_cells(back->bands[band], raster.bands[band]));
  }
}

TEST(Cog, ReadersFindTilesOverviewsNodataAndNoMaskBand) {
  const Raster raster = hazard_like(1300, 1100);
  const auto bytes = to_cog(raster);
  ASSERT_TRUE(bytes.has_value());
  const std::string path = folder_for_test() + "/hazard.tif";
  ASSERT_TRUE(write_file(path, *bytes).has_value());
  GDALDatasetH dataset = GDALOpen(path.c_str(), GA_ReadOnly);
  ASSERT_NE(dataset, nullptr);
  GDALRasterBandH band = GDALGetRasterBand(dataset, 2);
  int block_x = 0;
  int block_y = 0;
  GDALGetBlockSize(band, &block_x, &block_y);
  EXPECT_EQ(block_x, 512);
  EXPECT_EQ(block_y, 512);
  EXPECT_EQ(GDALGetOverviewCount(band), 2);
  EXPECT_EQ(GDALGetMaskFlags(band), GMF_NODATA);
  int has_nodata = 0;
  EXPECT_TRUE(std::isnan(GDALGetRasterNoDataValue(band, &has_nodata)));
  EXPECT_EQ(has_nodata, 1);
  EXPECT_STREQ(GDALGetMetadataItem(dataset, "LAYOUT", "IMAGE_STRUCTURE"), "COG");
  EXPECT_STREQ(GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE");
  EXPECT_STREQ(GDALGetMetadataItem(dataset, "PREDICTOR", "IMAGE_STRUCTURE"), "3");
  GDALClose(dataset);
  std::filesystem::remove_all(folder_for_test());
}

TEST(Cog, NoDataIsLeftOutOfOverviewsAndNeverCountsAsZero) {
  Raster raster = hazard_like(1024, 1024);
  for (float& value : raster.bands[0]) {
    value = std::isnan(value) ? kNaN : 0.5F;
  }
  const auto bytes = to_cog(raster);
  ASSERT_TRUE(bytes.has_value());
  const std::string path = folder_for_test() + "/overview.tif";
  ASSERT_TRUE(write_file(path, *bytes).has_value());
  GDALDatasetH dataset = GDALOpen(path.c_str(), GA_ReadOnly);
  GDALRasterBandH overview = GDALGetOverview(GDALGetRasterBand(dataset, 1), 0);
  std::vector<float> values(std::size_t{512} * 512);
  ASSERT_EQ(GDALRasterIO(overview, GF_Read, 0, 0, 512, 512, values.data(), 512, 512, GDT_Float32, 0, 0), CE_None);
  for (const float value : values) {
    ASSERT_EQ(value, 0.5F);
  }
  GDALClose(dataset);
  std::filesystem::remove_all(folder_for_test());
}

TEST(Cog, TheSameRasterGivesTheSameBytesOnAnyThreadCount) {
  const Raster raster = hazard_like(1500, 1300);
  base::set_thread_count(1);
  const auto one = to_cog(raster);
  const auto again = to_cog(raster);
  base::set_thread_count(2);
  const auto two = to_cog(raster);
  base::set_thread_count(0);
  ASSERT_TRUE(one && again && two);
  EXPECT_TRUE(*one == *again);
  EXPECT_TRUE(*one == *two);
}

TEST(Cog, ARasterWithoutCellsIsRefused) {
  EXPECT_EQ(to_cog(Raster{}).error().id, "geo.raster_failed");
}

TEST(FromGeoTiff, ADemInDegreesIsLaidOnProgrammeCellsWithItsHeights) {
  // Heights rise one metre per cell eastwards: 0.0005 degrees, so that every point's height can be told from its
  // longitude.
  constexpr int kColumns = 200;
  constexpr int kRows = 160;
  std::vector<std::int16_t> heights;
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      heights.push_back(static_cast<std::int16_t>(row < 4 ? -9999 : column));
    }
  }
  const double placement[6] = {51.0, 0.0005, 0, 40.08, 0, -0.0005};
  const std::string bytes = foreign_geotiff(4326, placement, kColumns, kRows, -9999, heights);
  const Crs crs = Crs::from_epsg(32639).value();
  const auto dem = from_geotiff(bytes, crs);
  ASSERT_TRUE(dem.has_value()) << base::to_text(dem.error());
  EXPECT_EQ(dem->metadata.at(kRasterUnit), "m");
  EXPECT_NEAR(dem->grid.cell_m, 48.7, 0.5);  // sqrt(0.0005 deg x 0.0005 deg) at 40 degrees north
  for (const LonLat p : {LonLat{51.03, 40.02}, LonLat{51.07, 40.05}}) {
    EXPECT_NEAR(dem->sample(0, crs.to_programme(p)), (p.lon - 51) / 0.0005 - 0.5, 0.02);
  }
  EXPECT_TRUE(std::isnan(dem->sample(0, crs.to_programme({51.05, 40.0795}))));  // rows of no data
  EXPECT_TRUE(std::isnan(dem->sample(0, crs.to_programme({51.2, 40.02}))));     // outside
}

TEST(FromGeoTiff, AnOddOriginIsBroughtOntoWholeCells) {
  std::vector<std::int16_t> heights(std::size_t{100} * 100);
  for (std::size_t i = 0; i < heights.size(); ++i) {
    heights[i] = static_cast<std::int16_t>(10 * (i % 100));
  }
  const double placement[6] = {512'013, 30, 0, 4'401'017, 0, -30};
  const Crs crs = Crs::from_epsg(32639).value();
  const auto dem = from_geotiff(foreign_geotiff(32639, placement, 100, 100, -1, heights), crs);
  ASSERT_TRUE(dem.has_value());
  EXPECT_EQ(dem->grid.cell_m, 30);
  EXPECT_EQ(std::fmod(dem->grid.west_m(), 30), 0);
  EXPECT_NEAR(dem->sample(0, {513'000, 4'400'000}), 10 * ((513'000 - 512'013) / 30.0 - 0.5), 1e-3);
}

TEST(FromGeoTiff, ARasterWithoutCrsOrThatIsNoneIsRefusedByName) {
  const double placement[6] = {0, 1, 0, 0, 0, -1};
  const std::string bytes = foreign_geotiff(0, placement, 2, 2, -1, {1, 2, 3, 4});
  const Crs crs = Crs::from_epsg(32639).value();
  EXPECT_EQ(from_geotiff(bytes, crs, "dem.tif").error().id, "geo.raster_without_crs");
  EXPECT_THAT(from_geotiff(bytes, crs, "dem.tif").error().message, testing::HasSubstr("dem.tif"));
  EXPECT_EQ(from_geotiff("no raster at all", crs).error().id, "geo.raster_failed");
  EXPECT_EQ(from_geotiff("", crs).error().id, "geo.raster_failed");
  const std::string whole = *to_cog(hazard_like(600, 600));
  EXPECT_EQ(from_geotiff(whole.substr(0, whole.size() / 2), crs).error().id, "geo.raster_failed");
}

TEST(Sample, IsBilinearBetweenCentresAndUnknownBesideNoData) {
  Raster raster = hazard_like(3, 3);
  raster.bands = {{0, 10, 20, 0, 10, 20, 0, 10, kNaN}};
  EXPECT_FLOAT_EQ(raster.sample(0, {512'075, 4'401'075}), 10);
  EXPECT_FLOAT_EQ(raster.sample(0, {512'050, 4'401'100}), 5);
  EXPECT_TRUE(std::isnan(raster.sample(0, {512'100, 4'401'050})));
  EXPECT_TRUE(std::isnan(raster.sample(0, {512'010, 4'401'075})));  // west of the first centre
  EXPECT_TRUE(std::isnan(raster.sample(0, {0, 0})));
}

TEST(Files, AFileIsReplacedWholeOrNotAtAll) {
  const std::string folder = folder_for_test();
  const std::string path = folder + "/file.bin";
  ASSERT_TRUE(write_file(path, "old").has_value());
  ASSERT_TRUE(write_file(path, std::string("new\0bytes", 9)).has_value());
  EXPECT_EQ(*read_file(path), std::string("new\0bytes", 9));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()), 1);
  EXPECT_EQ(write_file(folder + "/missing/file", "x").error().id, "base.file_unwritable");
  EXPECT_EQ(read_file(folder + "/missing").error().id, "base.file_unreadable");
  EXPECT_EQ(read_file(folder).error().id, "base.file_unreadable");
  std::filesystem::remove_all(folder);
}

TEST(Files, AFullDiskIsSaidInWordsAndLeavesTheOldFile) {
  if (!std::filesystem::exists("/dev/full")) {
    GTEST_SKIP() << "this machine has no device that plays a full disk";
  }
  const std::string folder = folder_for_test();
  const std::string path = folder + "/hazard.tif";
  ASSERT_TRUE(write_file(path, "old").has_value());
  // The file beside the target is a link to the device that is always full.
  std::filesystem::create_symlink("/dev/full", path + ".part" + std::to_string(::getpid()));
  const auto refused = write_file(path, "new");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, testing::HasSubstr("No space left on device"));
  EXPECT_EQ(*read_file(path), "old");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace firmground::geo
