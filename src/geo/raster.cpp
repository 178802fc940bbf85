#include "geo/raster.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <gdal_frmts.h>
#include <ogr_srs_api.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>

#include "base/check.h"
#include "base/parallel.h"
#include "geo/raster_classes.h"
#include "geo/raster_unit.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

constexpr float kNoData = std::numeric_limits<float>::quiet_NaN();
// 20 GB of one band: more is a unit mistake (degrees read as metres), not a country.
constexpr double kMostCells = 5e9;

void start_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    CPLSetErrorHandler(CPLQuietErrorHandler);  // also for threads that GDAL starts itself: libraries never print
    // Not GDALAllRegister(), which would also search the machine for plugins.
    GDALRegister_MEM();
    GDALRegister_GTiff();
    GDALRegister_COG();
  });
}

// Collects what GDAL complains about in this thread while it lives.
class GdalErrors {
 public:
  GdalErrors() { CPLPushErrorHandlerEx(&GdalErrors::remember, this); }
  GdalErrors(const GdalErrors&) = delete;
  GdalErrors& operator=(const GdalErrors&) = delete;
  ~GdalErrors() { CPLPopErrorHandler(); }

  bool failed() const { return failed_; }
  std::string reason() const { return first_.empty() ? "it is not a GeoTIFF that can be read" : first_; }

 private:
  static void CPL_STDCALL remember(CPLErr severity, CPLErrorNum, const char* message) {
    auto* self = static_cast<GdalErrors*>(CPLGetErrorHandlerUserData());
    if (severity >= CE_Failure) {
      self->failed_ = true;
      if (self->first_.empty()) {
        self->first_ = message;
      }
    }
  }
  bool failed_ = false;
  std::string first_;
};

struct DatasetClose {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<void, DatasetClose>;

struct SrsRelease {
  void operator()(void* srs) const { OSRDestroySpatialReference(srs); }
};
using Srs = std::unique_ptr<void, SrsRelease>;

struct TransformationDestroy {
  void operator()(void* transformation) const { OCTDestroyCoordinateTransformation(transformation); }
};
using Transformation = std::unique_ptr<void, TransformationDestroy>;

// A name in GDAL's memory file system, gone with its bytes when this goes.
class MemoryFile {
 public:
  MemoryFile() {
    static std::atomic<std::uint64_t> next{0};
    name_ = "/vsimem/firmground/" + std::to_string(next++) + ".tif";
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { VSIUnlink(name_.c_str()); }
  const char* name() const { return name_.c_str(); }

 private:
  std::string name_;
};

class Options {
 public:
  void set(const char* key, const std::string& value) { list_ = CSLSetNameValue(list_, key, value.c_str()); }
  Options() = default;
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  ~Options() { CSLDestroy(list_); }
  char** get() const { return list_; }

 private:
  char** list_ = nullptr;
};

Srs srs_of_epsg(int epsg) {
  Srs srs(OSRNewSpatialReference(nullptr));
  if (OSRImportFromEPSG(srs.get(), epsg) != OGRERR_NONE) {
    return nullptr;
  }
  OSRSetAxisMappingStrategy(srs.get(), OAMS_TRADITIONAL_GIS_ORDER);
  return srs;
}

void add_bands(void* dataset, const Raster& raster) {
  for (std::size_t i = 0; i < raster.bands.size(); ++i) {
    FG_CHECK(raster.bands[i].size() == raster.grid.size());
    char pointer[64];
    const int length = CPLPrintPointer(pointer, const_cast<float*>(raster.bands[i].data()), sizeof pointer - 1);
    pointer[length] = '\0';
    Options options;
    options.set("DATAPOINTER", pointer);
    FG_CHECK(GDALAddBand(dataset, GDT_Float32, options.get()) == CE_None);
    const GDALRasterBandH band = GDALGetRasterBand(dataset, static_cast<int>(i) + 1);
    GDALSetRasterNoDataValue(band, std::numeric_limits<double>::quiet_NaN());
    GDALSetDescription(band, raster.band_names[i].c_str());
  }
}

// The raster as GDAL sees it, its cells not copied.  The raster must outlive it.
Dataset in_memory(const Raster& raster) {
  Dataset dataset(
      GDALCreate(GDALGetDriverByName("MEM"), "", raster.grid.columns, raster.grid.rows, 0, GDT_Float32, nullptr));
  FG_CHECK(dataset != nullptr);
  add_bands(dataset.get(), raster);
  double to_programme[6] = {raster.grid.west_m(), raster.grid.cell_m, 0, raster.grid.north_m(), 0, -raster.grid.cell_m};
  GDALSetGeoTransform(dataset.get(), to_programme);
  if (const Srs srs = srs_of_epsg(raster.epsg)) {
    GDALSetSpatialRef(dataset.get(), srs.get());
  }
  for (const auto& [key, value] : raster.metadata) {
    GDALSetMetadataItem(dataset.get(), key.c_str(), value.c_str(), nullptr);
  }
  return dataset;
}

// Where the cells of a file lie: column, row -> file CRS, and back.
struct Placement {
  double forward[6];
  double inverse[6];
};

bool lies_on_programme_grid(const Placement& placement, void* srs, int epsg, Grid& grid) {
  const double* t = placement.forward;
  const Srs programme = srs_of_epsg(epsg);
  if (!programme || OSRIsSame(srs, programme.get()) == 0 || t[2] != 0 || t[4] != 0 || !(t[1] > 0) ||
      std::abs(t[1] + t[5]) > 1e-9 * t[1]) {
    return false;
  }
  const double west = t[0] / t[1];
  const double north = t[3] / t[1];
  // A thousandth of a cell: writers keep the origin in double precision, but some round the cell size to ten digits.
  if (std::abs(west - std::round(west)) > 1e-3 || std::abs(north - std::round(north)) > 1e-3) {
    return false;
  }
  grid.cell_m = t[1];
  grid.west = static_cast<std::int64_t>(std::llround(west));
  grid.north = static_cast<std::int64_t>(std::llround(north));
  return true;
}

Result<std::vector<float>> read_band(GDALRasterBandH band, int columns, int rows, const std::string& file) {
  const GdalErrors errors;
  std::vector<float> values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  if (GDALRasterIO(band, GF_Read, 0, 0, columns, rows, values.data(), columns, rows, GDT_Float32, 0, 0) != CE_None) {
    return fail("geo.raster_failed", {{"file", file}, {"reason", errors.reason()}});
  }
  if (GDALGetMaskFlags(band) != GMF_ALL_VALID) {
    std::vector<std::uint8_t> valid(values.size());
    if (GDALRasterIO(GDALGetMaskBand(band), GF_Read, 0, 0, columns, rows, valid.data(), columns, rows, GDT_Byte, 0,
                     0) != CE_None) {
      return fail("geo.raster_failed", {{"file", file}, {"reason", errors.reason()}});
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = valid[i] != 0 ? values[i] : kNoData;
    }
  }
  const double scale = GDALGetRasterScale(band, nullptr);
  const double offset = GDALGetRasterOffset(band, nullptr);
  if (scale != 1 || offset != 0) {
    for (float& value : values) {
      value = static_cast<float>(value * scale + offset);
    }
  }
  return values;
}

// Bilinear in cell coordinates (cell centres at .5); a neighbour without data or outside counts as no data, unless its
// weight is 0.
float bilinear(const std::vector<float>& values, int columns, int rows, double column, double row) {
  const double left = std::floor(column - 0.5);
  const double top = std::floor(row - 0.5);
  if (!(left >= -1 && top >= -1 && left < columns && top < rows)) {
    return kNoData;
  }
  const double across = column - 0.5 - left;
  const double down = row - 0.5 - top;
  const double weights[4] = {(1 - across) * (1 - down), across * (1 - down), (1 - across) * down, across * down};
  double sum = 0;
  for (int k = 0; k < 4; ++k) {
    if (weights[k] == 0) {
      continue;
    }
    const int c = static_cast<int>(left) + k % 2;
    const int r = static_cast<int>(top) + k / 2;
    if (c < 0 || r < 0 || c >= columns || r >= rows) {
      return kNoData;
    }
    sum += weights[k] *
           static_cast<double>(
               values[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c)]);
  }
  return static_cast<float>(sum);
}

float nearest_value(const std::vector<float>& values, int columns, int rows, double column, double row) {
  if (!(column >= 0 && row >= 0 && column < columns && row < rows)) {
    return kNoData;
  }
  return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column)];
}

struct FileRaster {
  int columns = 0;
  int rows = 0;
  Placement placement{};
  Srs srs;
  std::vector<std::vector<float>> bands;
};

Xy from_cell(const double* t, double column, double row) {
  return {t[0] + column * t[1] + row * t[2], t[3] + column * t[4] + row * t[5]};
}

// Box and cell size, in the programme CRS, of a raster that lies elsewhere.
bool placed_in_programme(const FileRaster& file, void* to_programme, Box& box, double& cell_m) {
  constexpr int kSteps = 32;  // edges bend between two CRS: 33 points a side
  for (int i = 0; i <= kSteps; ++i) {
    for (int j = 0; j <= kSteps; ++j) {
      Xy p = from_cell(file.placement.forward, file.columns * i / double{kSteps}, file.rows * j / double{kSteps});
      if (OCTTransform(to_programme, 1, &p.x, &p.y, nullptr) != 0 && std::isfinite(p.x) && std::isfinite(p.y)) {
        box.include(p);
      }
    }
  }
  Xy corners[3] = {from_cell(file.placement.forward, file.columns / 2.0, file.rows / 2.0),
                   from_cell(file.placement.forward, file.columns / 2.0 + 1, file.rows / 2.0),
                   from_cell(file.placement.forward, file.columns / 2.0, file.rows / 2.0 + 1)};
  for (Xy& p : corners) {
    if (OCTTransform(to_programme, 1, &p.x, &p.y, nullptr) == 0) {
      return false;
    }
  }
  const double area = std::abs((corners[1].x - corners[0].x) * (corners[2].y - corners[0].y) -
                               (corners[2].x - corners[0].x) * (corners[1].y - corners[0].y));
  // Three digits of cell size, so that a raster of 0.00027 degrees becomes 27.3 m and not a number nobody can name.
  const double size = std::sqrt(area);
  const double unit = std::pow(10.0, std::floor(std::log10(size)) - 2);
  cell_m = std::round(size / unit) * unit;
  return !box.empty() && std::isfinite(cell_m) && cell_m > 0;
}

void resample_rows(const FileRaster& file, const Crs& crs, Raster& out, std::size_t begin, std::size_t end) {
  const Srs programme = srs_of_epsg(crs.epsg());
  const Transformation to_file(
      OCTNewCoordinateTransformation(programme.get(), file.srs.get()));  // GDAL's are not shared by threads
  const double* t = file.placement.inverse;
  std::vector<double> x(static_cast<std::size_t>(out.grid.columns));
  std::vector<double> y(x.size());
  std::vector<int> good(x.size());
  const auto value_at = out.metadata.contains(kRasterClasses) ? nearest_value : bilinear;
  for (std::size_t row = begin; row < end; ++row) {
    for (std::size_t column = 0; column < x.size(); ++column) {
      const Xy centre = out.grid.centre(static_cast<std::int32_t>(column), static_cast<std::int32_t>(row));
      x[column] = centre.x;
      y[column] = centre.y;
    }
    OCTTransformEx(to_file.get(), out.grid.columns, x.data(), y.data(), nullptr, good.data());
    for (std::size_t column = 0; column < x.size(); ++column) {
      if (good[column] == 0) {
        continue;
      }
      const Xy cell = from_cell(t, x[column], y[column]);
      const std::size_t target = out.grid.index(static_cast<std::int32_t>(column), static_cast<std::int32_t>(row));
      for (std::size_t band = 0; band < file.bands.size(); ++band) {
        out.bands[band][target] = value_at(file.bands[band], file.columns, file.rows, cell.x, cell.y);
      }
    }
  }
}

Result<void> resample(const FileRaster& from, const Crs& crs, const std::string& file, Raster& out) {
  const GdalErrors errors;
  const Srs programme = srs_of_epsg(crs.epsg());
  const Transformation to_programme(OCTNewCoordinateTransformation(from.srs.get(), programme.get()));
  Box box;
  double cell_m = 0;
  if (!to_programme || !placed_in_programme(from, to_programme.get(), box, cell_m)) {
    return fail("geo.raster_failed", {{"file", file}, {"reason", "it cannot be placed in " + crs.name()}});
  }
  if ((box.max_x - box.min_x) / cell_m * ((box.max_y - box.min_y) / cell_m) > kMostCells) {
    return fail("geo.raster_failed",
                {{"file", file}, {"reason", "it would have more than 5,000 million cells in " + crs.name()}});
  }
  out.grid = Grid::covering(box, cell_m);
  out.bands.assign(from.bands.size(), std::vector<float>(out.grid.size(), kNoData));
  constexpr std::size_t kRowsPerBlock = 64;
  base::parallel_for(static_cast<std::size_t>(out.grid.rows), kRowsPerBlock,
                     [&](std::size_t begin, std::size_t end) { resample_rows(from, crs, out, begin, end); });
  return {};
}

void copy_names(void* dataset, Raster& raster) {
  for (int i = 1; i <= GDALGetRasterCount(dataset); ++i) {
    raster.band_names.emplace_back(GDALGetDescription(GDALGetRasterBand(dataset, i)));
  }
  char** items = GDALGetMetadata(dataset, nullptr);
  for (int i = 0; i < CSLCount(items); ++i) {
    char* key = nullptr;
    const char* value = CPLParseNameValue(items[i], &key);
    if (key != nullptr && value != nullptr && std::string(key) != "AREA_OR_POINT") {
      raster.metadata[key] = value;
    }
    CPLFree(key);
  }
  const GDALRasterBandH first = GDALGetRasterBand(dataset, 1);
  if (GDALGetRasterColorTable(first) != nullptr || CSLCount(GDALGetRasterCategoryNames(first)) > 0) {
    raster.metadata[kRasterPalette] = "yes";
  }
  const std::string unit = GDALGetRasterUnitType(first);
  if (!unit.empty()) {
    raster.metadata.emplace(kRasterUnit, unit);
  }
}

Result<FileRaster> read_file_raster(void* dataset, const std::string& file) {
  FileRaster raster;
  raster.columns = GDALGetRasterXSize(dataset);
  raster.rows = GDALGetRasterYSize(dataset);
  if (static_cast<double>(raster.columns) * raster.rows > kMostCells || GDALGetRasterCount(dataset) < 1) {
    return fail("geo.raster_failed", {{"file", file}, {"reason", "it has no band, or more than 5,000 million cells"}});
  }
  const OGRSpatialReferenceH srs = GDALGetSpatialRef(dataset);
  if (srs == nullptr) {
    return fail("geo.raster_without_crs", {{"file", file}});
  }
  raster.srs.reset(OSRClone(srs));
  OSRSetAxisMappingStrategy(raster.srs.get(), OAMS_TRADITIONAL_GIS_ORDER);
  if (GDALGetGeoTransform(dataset, raster.placement.forward) != CE_None ||
      GDALInvGeoTransform(raster.placement.forward, raster.placement.inverse) == 0) {
    return fail("geo.raster_failed", {{"file", file}, {"reason", "it does not say where its cells lie"}});
  }
  for (int i = 1; i <= GDALGetRasterCount(dataset); ++i) {
    FG_TRY(auto values, read_band(GDALGetRasterBand(dataset, i), raster.columns, raster.rows, file));
    raster.bands.push_back(std::move(values));
  }
  return raster;
}

}  // namespace

float Raster::sample(std::size_t band, Xy point) const {
  FG_CHECK(band < bands.size());
  return bilinear(bands[band], grid.columns, grid.rows, point.x / grid.cell_m - static_cast<double>(grid.west),
                  static_cast<double>(grid.north) - point.y / grid.cell_m);
}

float Raster::nearest(std::size_t band, Xy point) const {
  FG_CHECK(band < bands.size());
  return nearest_value(bands[band], grid.columns, grid.rows, point.x / grid.cell_m - static_cast<double>(grid.west),
                       static_cast<double>(grid.north) - point.y / grid.cell_m);
}

Result<std::string> to_cog(const Raster& raster) {
  FG_CHECK(raster.bands.size() == raster.band_names.size());
  start_gdal();
  if (raster.grid.size() == 0 || raster.bands.empty()) {
    return fail("geo.raster_failed", {{"file", "to write"}, {"reason", "it has no cells"}});
  }
  const GdalErrors errors;
  const Dataset source = in_memory(raster);
  const MemoryFile target;
  Options options;
  options.set("COMPRESS", "DEFLATE");
  options.set("LEVEL", "1");  // of floats 1 % larger than level 6, in two thirds of the time
  options.set("PREDICTOR", "FLOATING_POINT");
  options.set("OVERVIEW_PREDICTOR", "FLOATING_POINT");
  options.set("BLOCKSIZE", "512");
  options.set("RESAMPLING", raster.metadata.contains(kRasterClasses) ? "MODE" : "AVERAGE");
  options.set("BIGTIFF", "IF_SAFER");
  options.set("NUM_THREADS", std::to_string(base::thread_count()));
  {
    const Dataset written(
        GDALCreateCopy(GDALGetDriverByName("COG"), target.name(), source.get(), 0, options.get(), nullptr, nullptr));
    if (!written || errors.failed()) {
      return fail("geo.raster_failed", {{"file", "to write"}, {"reason", errors.reason()}});
    }
  }
  vsi_l_offset size = 0;
  const GByte* bytes = VSIGetMemFileBuffer(target.name(), &size, FALSE);
  if (bytes == nullptr || errors.failed()) {
    return fail("geo.raster_failed", {{"file", "to write"}, {"reason", errors.reason()}});
  }
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

Result<Raster> from_geotiff(const std::string& bytes, const Crs& crs, const std::string& file,
                            const std::string& classes) {
  start_gdal();
  const GdalErrors errors;
  const MemoryFile source;
  auto* data = reinterpret_cast<GByte*>(const_cast<char*>(bytes.data()));  // opened for reading only
  if (VSILFILE* handle = VSIFileFromMemBuffer(source.name(), data, bytes.size(), FALSE)) {
    VSIFCloseL(handle);
  }
  const char* const kDrivers[] = {"GTiff", nullptr};
  const Dataset dataset(GDALOpenEx(source.name(), GDAL_OF_RASTER | GDAL_OF_READONLY, kDrivers, nullptr, nullptr));
  if (!dataset) {
    return fail("geo.raster_failed", {{"file", file}, {"reason", errors.reason()}});
  }
  FG_TRY(FileRaster from, read_file_raster(dataset.get(), file));
  Raster raster;
  raster.epsg = crs.epsg();
  copy_names(dataset.get(), raster);
  if (!classes.empty()) {
    raster.metadata[kRasterClasses] = classes;
    raster.metadata.erase(kRasterPalette);
  }
  if (lies_on_programme_grid(from.placement, from.srs.get(), crs.epsg(), raster.grid)) {
    raster.grid.columns = from.columns;
    raster.grid.rows = from.rows;
    raster.bands = std::move(from.bands);
  } else {
    FG_TRY_VOID(resample(from, crs, file, raster));
  }
  return raster;
}

}  // namespace firmground::geo
