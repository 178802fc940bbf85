#include "exchange/ogr_layer.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <mutex>

namespace firmground::exchange {

using mineaction::Field;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Record;

namespace {

struct DestroyFeature {
  void operator()(void* feature) const { OGR_F_Destroy(static_cast<OGRFeatureH>(feature)); }
};
struct DestroySrs {
  void operator()(void* srs) const { OSRRelease(static_cast<OGRSpatialReferenceH>(srs)); }
};
using Feature = std::unique_ptr<void, DestroyFeature>;
using Srs = std::unique_ptr<void, DestroySrs>;

void start_gdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    CPLSetErrorHandler(CPLQuietErrorHandler);  // libraries never print
    RegisterOGRGeoPackage();
    RegisterOGRShape();
    RegisterOGRFlatGeobuf();
  });
}

OGRwkbGeometryType type_of(LayerForm form) {
  switch (form) {
    case LayerForm::none: return wkbNone;
    case LayerForm::point: return wkbPoint;
    case LayerForm::multi_point: return wkbMultiPoint;
    case LayerForm::multi_line: return wkbMultiLineString;
    case LayerForm::multi_polygon: return wkbMultiPolygon;
    case LayerForm::any: break;
  }
  return wkbUnknown;
}

bool all_days(std::span<const Record* const> records, std::size_t column) {
  return std::all_of(records.begin(), records.end(), [&](const Record* record) {
    const auto* date = std::get_if<std::string>(&record->values[column]);
    return date == nullptr || date->size() == 10;
  });
}

OGRGeometryH ring_of(const std::vector<geo::Xy>& positions) {
  OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
  for (const geo::Xy& p : positions) {
    OGR_G_AddPoint_2D(ring, p.x, p.y);
  }
  OGR_G_AddPoint_2D(ring, positions.front().x, positions.front().y);
  return ring;
}

OGRGeometryH polygon_of(const geo::PlanarPolygon& part) {
  OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
  OGR_G_AddGeometryDirectly(polygon, ring_of(part.outer));
  for (const auto& hole : part.holes) {
    OGR_G_AddGeometryDirectly(polygon, ring_of(hole));
  }
  return polygon;
}

OGRGeometryH line_of(const std::vector<geo::Xy>& positions) {
  OGRGeometryH line = OGR_G_CreateGeometry(wkbLineString);
  for (const geo::Xy& p : positions) {
    OGR_G_AddPoint_2D(line, p.x, p.y);
  }
  return line;
}

OGRGeometryH point_of(const geo::Xy& p) {
  OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
  OGR_G_SetPoint_2D(point, 0, p.x, p.y);
  return point;
}

/// A point alone stays a point unless the layer is of several; lines and polygons are always multi-part, as the layer's
/// type says; a mixture becomes a collection.
OGRGeometryH geometry_of(const geo::PlanarGeometry& geometry, LayerForm form) {
  const bool mixed = !geometry.points.empty() + !geometry.lines.empty() + !geometry.polygons.empty() > 1;
  if (!mixed && geometry.points.size() == 1 && form != LayerForm::multi_point) {
    return point_of(geometry.points.front());
  }
  const OGRwkbGeometryType type = mixed                      ? wkbGeometryCollection
                                  : !geometry.points.empty() ? wkbMultiPoint
                                  : !geometry.lines.empty()  ? wkbMultiLineString
                                                             : wkbMultiPolygon;
  OGRGeometryH parts = OGR_G_CreateGeometry(type);
  for (const geo::Xy& p : geometry.points) {
    OGR_G_AddGeometryDirectly(parts, point_of(p));
  }
  for (const auto& line : geometry.lines) {
    OGR_G_AddGeometryDirectly(parts, line_of(line));
  }
  for (const geo::PlanarPolygon& polygon : geometry.polygons) {
    OGR_G_AddGeometryDirectly(parts, polygon_of(polygon));
  }
  return parts;
}

bool add_column(OGRLayerH layer, const Column& column) {
  OGRFieldType type = OFTString;
  switch (column.type) {
    case ColumnType::text: break;
    case ColumnType::integer: type = OFTInteger64; break;
    case ColumnType::real: type = OFTReal; break;
    case ColumnType::boolean: type = OFTInteger; break;
    case ColumnType::day: type = OFTDate; break;
  }
  OGRFieldDefnH definition = OGR_Fld_Create(column.name.c_str(), type);
  if (column.type == ColumnType::boolean) {
    OGR_Fld_SetSubType(definition, OFSTBoolean);
  }
  if (column.width > 0) {
    OGR_Fld_SetWidth(definition, column.width);
    OGR_Fld_SetPrecision(definition, column.precision);
  }
  const bool created = OGR_L_CreateField(layer, definition, 0) == OGRERR_NONE;
  OGR_Fld_Destroy(definition);
  return created;
}

void set_value(OGRFeatureH feature, int at, ColumnType type, const mineaction::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    OGR_F_SetFieldString(feature, at, text->c_str());
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    OGR_F_SetFieldInteger64(feature, at, *whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    OGR_F_SetFieldDouble(feature, at, *real);
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    type == ColumnType::text ? OGR_F_SetFieldString(feature, at, *flag ? "true" : "false")
                             : OGR_F_SetFieldInteger(feature, at, *flag ? 1 : 0);
  } else {
    OGR_F_SetFieldNull(feature, at);
  }
}

bool write_features(OGRLayerH layer, const LayerPlan& plan, const Coordinates& coordinates) {
  for (const Record* record : plan.records) {
    const Feature feature(OGR_F_Create(OGR_L_GetLayerDefn(layer)));
    auto* handle = static_cast<OGRFeatureH>(feature.get());
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
      set_value(handle, static_cast<int>(i), plan.columns[i].type, record->values[plan.columns[i].field]);
    }
    if (!record->geometry.empty() && plan.form != LayerForm::none) {
      OGR_F_SetGeometryDirectly(handle, geometry_of(coordinates.of(record->geometry), plan.form));
    }
    if (OGR_L_CreateFeature(layer, handle) != OGRERR_NONE) {
      return false;
    }
  }
  return true;
}

}  // namespace

void close_dataset(void* dataset) {
  GDALClose(dataset);
}

LayerForm layer_form(GeometryRule rule) {
  switch (rule) {
    case GeometryRule::none: return LayerForm::none;
    case GeometryRule::point: return LayerForm::point;
    case GeometryRule::line: return LayerForm::multi_line;
    case GeometryRule::polygon: return LayerForm::multi_polygon;
    case GeometryRule::polygon_or_point:
    case GeometryRule::any: break;
  }
  return LayerForm::any;
}

std::vector<const Record*> pointers_to(std::span<const Record> records) {
  std::vector<const Record*> pointers;
  pointers.reserve(records.size());
  for (const Record& record : records) {
    pointers.push_back(&record);
  }
  return pointers;
}

std::vector<Column> columns_of(const Table& table, std::span<const Record* const> records, Days days) {
  std::vector<Column> columns;
  for (const std::size_t field : table.columns) {
    const Field& its = table.kind->fields[field];
    Column column{field, its.name};
    switch (its.type) {
      case FieldType::integer: column.type = ColumnType::integer; break;
      case FieldType::real: column.type = ColumnType::real; break;
      case FieldType::boolean: column.type = ColumnType::boolean; break;
      case FieldType::date:
        column.type = days == Days::as_dates && all_days(records, field) ? ColumnType::day : ColumnType::text;
        break;
      case FieldType::text:
      case FieldType::code: break;
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

Dataset create_dataset(const char* driver, const std::string& path) {
  start_gdal();
  CPLErrorReset();
  return Dataset(GDALCreate(GDALGetDriverByName(driver), path.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
}

bool write_layer(void* dataset, const LayerPlan& plan, const Coordinates& coordinates) {
  const Srs srs(OSRNewSpatialReference(nullptr));
  auto* handle = static_cast<OGRSpatialReferenceH>(srs.get());
  OSRImportFromEPSG(handle, coordinates.crs ? coordinates.crs->epsg() : 4326);
  OSRSetAxisMappingStrategy(handle, OAMS_TRADITIONAL_GIS_ORDER);
  CPLStringList options;
  for (const std::string& option : plan.options) {
    options.AddString(option.c_str());
  }
  OGRLayerH layer = GDALDatasetCreateLayer(dataset, plan.name.c_str(), plan.form == LayerForm::none ? nullptr : handle,
                                           type_of(plan.form), options.List());
  if (layer == nullptr) {
    return false;
  }
  const bool columns = std::all_of(plan.columns.begin(), plan.columns.end(),
                                   [&](const Column& column) { return add_column(layer, column); });
  const bool transaction = GDALDatasetTestCapability(dataset, ODsCTransactions) != 0;
  return columns && (!transaction || GDALDatasetStartTransaction(dataset, 0) == OGRERR_NONE) &&
         write_features(layer, plan, coordinates) &&
         (!transaction || GDALDatasetCommitTransaction(dataset) == OGRERR_NONE);
}

bool finish_dataset(Dataset dataset) {
  dataset.reset();
  return CPLGetLastErrorType() < CE_Failure;
}

tl::unexpected<base::Error> not_written(const std::string& path, const std::string& format) {
  const std::string reason = CPLGetLastErrorMsg();
  return base::fail("exchange.not_written",
                    {{"file", path}, {"format", format}, {"reason", reason.empty() ? "the disk refused" : reason}});
}

}  // namespace firmground::exchange
