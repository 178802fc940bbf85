#include "exchange/geopackage_writer.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>

#include "exchange/text_formats.h"

namespace firmground::exchange {

using mineaction::Field;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Kind;
using mineaction::Record;

namespace {

struct CloseDataset {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
struct DestroyFeature {
  void operator()(void* feature) const { OGR_F_Destroy(static_cast<OGRFeatureH>(feature)); }
};
struct DestroySrs {
  void operator()(void* srs) const { OSRRelease(static_cast<OGRSpatialReferenceH>(srs)); }
};
using Dataset = std::unique_ptr<void, CloseDataset>;
using Feature = std::unique_ptr<void, DestroyFeature>;
using Srs = std::unique_ptr<void, DestroySrs>;

GDALDriverH geopackage_driver() {
  static std::once_flag once;
  std::call_once(once, [] {
    CPLSetErrorHandler(CPLQuietErrorHandler);  // libraries never print
    RegisterOGRGeoPackage();
  });
  return GDALGetDriverByName("GPKG");
}

base::Result<void> failed(const std::string& path) {
  const std::string reason = CPLGetLastErrorMsg();
  return base::fail("exchange.geopackage_failed",
                    {{"file", path}, {"reason", reason.empty() ? "the disk refused" : reason}});
}

OGRwkbGeometryType layer_type(GeometryRule rule) {
  switch (rule) {
    case GeometryRule::none: return wkbNone;
    case GeometryRule::point: return wkbPoint;
    case GeometryRule::line: return wkbMultiLineString;
    case GeometryRule::polygon: return wkbMultiPolygon;
    case GeometryRule::polygon_or_point:
    case GeometryRule::any: break;
  }
  return wkbUnknown;
}

bool all_days(std::span<const Record> records, std::size_t column) {
  return std::all_of(records.begin(), records.end(), [&](const Record& record) {
    const auto* date = std::get_if<std::string>(&record.values[column]);
    return date == nullptr || date->size() == 10;
  });
}

bool add_column(OGRLayerH layer, const Field& field, bool days) {
  OGRFieldType type = OFTString;
  switch (field.type) {
    case FieldType::integer: type = OFTInteger64; break;
    case FieldType::real: type = OFTReal; break;
    case FieldType::boolean: type = OFTInteger; break;
    case FieldType::date: type = days ? OFTDate : OFTString; break;
    case FieldType::text:
    case FieldType::code: break;
  }
  OGRFieldDefnH definition = OGR_Fld_Create(field.name.c_str(), type);
  if (field.type == FieldType::boolean) {
    OGR_Fld_SetSubType(definition, OFSTBoolean);
  }
  const bool created = OGR_L_CreateField(layer, definition, 0) == OGRERR_NONE;
  OGR_Fld_Destroy(definition);
  return created;
}

OGRGeometryH ring_of(const std::vector<geo::LonLat>& positions) {
  OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
  for (const geo::LonLat& p : positions) {
    OGR_G_AddPoint_2D(ring, p.lon, p.lat);
  }
  OGR_G_AddPoint_2D(ring, positions.front().lon, positions.front().lat);
  return ring;
}

OGRGeometryH polygon_of(const geo::BasicPolygon<geo::LonLat>& part) {
  OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
  OGR_G_AddGeometryDirectly(polygon, ring_of(part.outer));
  for (const auto& hole : part.holes) {
    OGR_G_AddGeometryDirectly(polygon, ring_of(hole));
  }
  return polygon;
}

OGRGeometryH line_of(const std::vector<geo::LonLat>& positions) {
  OGRGeometryH line = OGR_G_CreateGeometry(wkbLineString);
  for (const geo::LonLat& p : positions) {
    OGR_G_AddPoint_2D(line, p.lon, p.lat);
  }
  return line;
}

OGRGeometryH point_of(const geo::LonLat& p) {
  OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
  OGR_G_SetPoint_2D(point, 0, p.lon, p.lat);
  return point;
}

/// Points alone stay a point; lines and polygons are always multi-part, as the layer's type says; a mixture becomes a
/// collection.
OGRGeometryH geometry_of(const geo::GeographicGeometry& geometry) {
  const bool mixed = !geometry.points.empty() + !geometry.lines.empty() + !geometry.polygons.empty() > 1;
  if (!mixed && geometry.points.size() == 1) {
    return point_of(geometry.points.front());
  }
  const OGRwkbGeometryType type = mixed                      ? wkbGeometryCollection
                                  : !geometry.points.empty() ? wkbMultiPoint
                                  : !geometry.lines.empty()  ? wkbMultiLineString
                                                             : wkbMultiPolygon;
  OGRGeometryH parts = OGR_G_CreateGeometry(type);
  for (const geo::LonLat& p : geometry.points) {
    OGR_G_AddGeometryDirectly(parts, point_of(p));
  }
  for (const auto& line : geometry.lines) {
    OGR_G_AddGeometryDirectly(parts, line_of(line));
  }
  for (const auto& polygon : geometry.polygons) {
    OGR_G_AddGeometryDirectly(parts, polygon_of(polygon));
  }
  return parts;
}

void set_value(OGRFeatureH feature, int at, const mineaction::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    OGR_F_SetFieldString(feature, at, text->c_str());
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    OGR_F_SetFieldInteger64(feature, at, *whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    OGR_F_SetFieldDouble(feature, at, *real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    OGR_F_SetFieldInteger(feature, at, *flag ? 1 : 0);
  } else {
    OGR_F_SetFieldNull(feature, at);
  }
}

bool write_features(OGRLayerH layer, std::span<const Record> records, const std::vector<std::size_t>& columns) {
  for (const Record& record : records) {
    const Feature feature(OGR_F_Create(OGR_L_GetLayerDefn(layer)));
    auto* handle = static_cast<OGRFeatureH>(feature.get());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      set_value(handle, static_cast<int>(i), record.values[columns[i]]);
    }
    if (!record.geometry.empty()) {
      OGR_F_SetGeometryDirectly(handle, geometry_of(record.geometry));
    }
    if (OGR_L_CreateFeature(layer, handle) != OGRERR_NONE) {
      return false;
    }
  }
  return true;
}

bool write_layer(GDALDatasetH dataset, const Kind& kind, std::span<const Record> records) {
  const Srs srs(OSRNewSpatialReference(nullptr));
  OSRImportFromEPSG(static_cast<OGRSpatialReferenceH>(srs.get()), 4326);
  OSRSetAxisMappingStrategy(static_cast<OGRSpatialReferenceH>(srs.get()), OAMS_TRADITIONAL_GIS_ORDER);
  OGRLayerH layer = GDALDatasetCreateLayer(dataset, kind.table.c_str(), static_cast<OGRSpatialReferenceH>(srs.get()),
                                           layer_type(kind.geometry), nullptr);
  if (layer == nullptr) {
    return false;
  }
  const std::vector<std::size_t> columns = columns_to_write(kind, records);
  for (const std::size_t column : columns) {
    if (!add_column(layer, kind.fields[column], all_days(records, column))) {
      return false;
    }
  }
  const bool written =
      GDALDatasetStartTransaction(dataset, 0) == OGRERR_NONE && write_features(layer, records, columns);
  return written && GDALDatasetCommitTransaction(dataset) == OGRERR_NONE;
}

}  // namespace

base::Result<void> write_geopackage(const std::string& path, const Kind& kind, std::span<const Record> records) {
  const std::string part = path + ".part.gpkg";  // renamed at the end: a reader never sees half a file
  std::remove(part.c_str());
  CPLErrorReset();
  Dataset dataset(GDALCreate(geopackage_driver(), part.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  const bool written = dataset != nullptr && write_layer(dataset.get(), kind, records);
  if (!written) {
    const auto failure = failed(path);
    dataset.reset();
    std::remove(part.c_str());
    return failure;
  }
  CPLErrorReset();
  dataset.reset();
  if (CPLGetLastErrorType() >= CE_Failure || std::rename(part.c_str(), path.c_str()) != 0) {
    std::remove(part.c_str());
    return failed(path);
  }
  return {};
}

}  // namespace firmground::exchange
