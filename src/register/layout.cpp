#include "register/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/ids.h"
#include "mineaction/code_lists.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using mineaction::Field;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Kind;

namespace {

constexpr const char* kReferenceKind = "reference-layer";

/// GeoPackage 1.4, annex C (table definitions) and clause 1.1.1 (application_id "GPKG", user_version 10400).
constexpr const char* kSystemTables = R"sql(
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10400;
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326,
   'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],'
   || 'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
   || 'AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]',
   'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec140/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec140/#extension_schema', 'read-write');
)sql";

/// Firmground's own tables. None is in gpkg_contents: GIS programs list what people work with, not how it is kept.
constexpr const char* kOwnTables = R"sql(
CREATE TABLE firmground_setting (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE firmground_layer (
  layer_id INTEGER PRIMARY KEY, kind TEXT NOT NULL UNIQUE, table_name TEXT NOT NULL UNIQUE, reference INTEGER NOT NULL);
CREATE TABLE firmground_record (
  record_id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, layer_id INTEGER NOT NULL REFERENCES firmground_layer(layer_id),
  local_id TEXT NOT NULL, UNIQUE (layer_id, local_id));
CREATE TABLE firmground_batch (
  batch_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, file_name TEXT NOT NULL, file_hash TEXT NOT NULL, entered_at TEXT NOT NULL,
  author TEXT NOT NULL, state TEXT NOT NULL, row_count INTEGER NOT NULL, accepted INTEGER NOT NULL, unchanged INTEGER NOT NULL,
  refused INTEGER NOT NULL);
CREATE TABLE firmground_issue (
  issue_id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED,
  source_row INTEGER NOT NULL,
  local_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, code TEXT NOT NULL, error TEXT NOT NULL, remedy TEXT NOT NULL,
  refused INTEGER NOT NULL);
CREATE TABLE firmground_covariate (
  covariate_id INTEGER PRIMARY KEY, name TEXT NOT NULL, version_number INTEGER NOT NULL,
  version_batch INTEGER NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED,
  version_state TEXT NOT NULL, version_hash BLOB NOT NULL,
  bytes BLOB NOT NULL, UNIQUE (name, version_number));
CREATE TABLE firmground_result (name TEXT NOT NULL PRIMARY KEY, stamp TEXT NOT NULL, made_at TEXT NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE firmground_gate (gate_id INTEGER PRIMARY KEY CHECK (gate_id = 1), is_open INTEGER NOT NULL);
INSERT INTO firmground_gate VALUES (1, 0);
)sql";

std::string sql_type(FieldType type) {
  switch (type) {
    case FieldType::integer: return "INTEGER";
    case FieldType::real: return "DOUBLE";
    case FieldType::boolean: return "BOOLEAN";
    // A date may be known to the month or year only ("2024-05"), which the type DATE of GeoPackage cannot hold.
    case FieldType::date:
    case FieldType::code:
    case FieldType::text: return "TEXT";
  }
  FG_CHECK(false);
}

std::string geometry_type_name(BlobType type) {
  switch (type) {
    case BlobType::point: return "POINT";
    case BlobType::multi_line: return "MULTILINESTRING";
    case BlobType::multi_polygon: return "MULTIPOLYGON";
    case BlobType::any: return "GEOMETRY";
  }
  FG_CHECK(false);
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') {
      out += c;
    }
  }
  return out + "'";
}

std::string typed_columns(const Layer& layer) {
  std::string sql;
  for (const Field& field : layer.kind.fields) {
    sql += fmt::format(", {} {}", sql_name(field.name), sql_type(field.type));
  }
  if (layer.has_geometry()) {
    sql += fmt::format(", geom {}", geometry_type_name(layer.blob_type()));
  }
  return sql;
}

/// A table that only grows. The words are read by whoever tries, in any program.
std::string append_only(const std::string& table, const std::string& what) {
  std::string sql;
  for (const char* action : {"UPDATE", "DELETE"}) {
    sql += fmt::format(
        "CREATE TRIGGER {} BEFORE {} ON {} BEGIN SELECT RAISE(ABORT, {}); END;\n",
        sql_name(fmt::format("{}_no_{}", table, action)), action, sql_name(table),
        literal(fmt::format("{} is never changed or deleted; enter a new version instead ({})", what, table)));
  }
  return sql;
}

std::string gated(const Layer& layer) {
  std::string sql;
  for (const char* action : {"INSERT", "UPDATE", "DELETE"}) {
    sql += fmt::format(
        "CREATE TRIGGER {} BEFORE {} ON {} WHEN (SELECT is_open FROM firmground_gate) = 0 BEGIN SELECT RAISE(ABORT, "
        "{}); END;\n",
        sql_name(fmt::format("{}_gate_{}", layer.kind.table, action)), action, sql_name(layer.kind.table),
        literal(fmt::format("{} shows the approved state of the register and is not edited; enter a new version with "
                            "'firmground import' instead",
                            layer.kind.table)));
  }
  return sql;
}

std::string version_tables(const Layer& layer) {
  return fmt::format(
             "CREATE TABLE {} (version_id INTEGER PRIMARY KEY, version_record INTEGER NOT NULL REFERENCES "
             "firmground_record(record_id), version_number INTEGER NOT NULL, version_information_date TEXT, "
             "version_batch INTEGER "
             "NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED, version_row INTEGER NOT "
             "NULL, version_state TEXT NOT NULL CHECK "
             "(version_state IN ('draft','submitted','approved','rejected','withdrawn')), version_hash BLOB NOT "
             "NULL{}, "
             "UNIQUE (version_record, version_number));\n",
             sql_name(layer.versions()), typed_columns(layer)) +
         append_only(layer.versions(), "A version");
}

/// The trigger "insert" of GeoPackage 1.4, clause F.3.
std::string index_insert_trigger(const std::string& table) {
  return fmt::format(
      "CREATE TRIGGER {0} AFTER INSERT ON {1} WHEN (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom)) BEGIN INSERT OR "
      "REPLACE INTO {2} "
      "VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END;\n",
      sql_name("rtree_" + table + "_geom_insert"), sql_name(table), sql_name("rtree_" + table + "_geom"));
}

/// GeoPackage 1.4, clause F.3 (R-tree spatial indexes): the virtual table and its seven triggers; update1 and update3
/// of older editions fail with UPSERT and are gone.
std::string spatial_index(const std::string& table) {
  const std::string rtree = sql_name("rtree_" + table + "_geom");
  constexpr const char* kInsert =
      "(NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom))";
  constexpr const char* kNewThere = "(NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))";
  constexpr const char* kNewGone = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))";
  constexpr const char* kOldThere = "(OLD.geom NOTNULL AND NOT ST_IsEmpty(OLD.geom))";
  constexpr const char* kOldGone = "(OLD.geom ISNULL OR ST_IsEmpty(OLD.geom))";
  const auto trigger = [&](const char* name, const std::string& when, const std::string& body) {
    return fmt::format("CREATE TRIGGER {} {} BEGIN {}; END;\n", sql_name(fmt::format("rtree_{}_geom_{}", table, name)),
                       when, body);
  };
  const std::string on = " ON " + sql_name(table) + " WHEN ";
  const std::string same = "AFTER UPDATE OF geom" + on + "OLD.fid = NEW.fid AND ";
  const std::string moved = "AFTER UPDATE" + on + "OLD.fid != NEW.fid AND ";
  const std::string remove = "DELETE FROM " + rtree + " WHERE id = OLD.fid";
  const std::string insert = "INSERT OR REPLACE INTO " + rtree + " VALUES " + kInsert;
  return "CREATE VIRTUAL TABLE " + rtree + " USING rtree(id, minx, maxx, miny, maxy);\n" + index_insert_trigger(table) +
         trigger("update2", same + kNewGone, remove) +
         trigger("update4", moved + kNewGone, "DELETE FROM " + rtree + " WHERE id IN (OLD.fid, NEW.fid)") +
         trigger("update5", moved + kNewThere, remove + "; " + insert) +
         trigger("update6", same + kNewThere + " AND " + kOldThere,
                 "UPDATE " + rtree +
                     " SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom), miny = ST_MinY(NEW.geom), maxy = "
                     "ST_MaxY(NEW.geom) "
                     "WHERE id = NEW.fid") +
         trigger("update7", same + kNewThere + " AND " + kOldGone, "INSERT INTO " + rtree + " VALUES " + kInsert) +
         trigger("delete", "AFTER DELETE" + on + "OLD.geom NOT NULL", remove);
}

/// What QGIS shows of a column: its meaning, and a drop-down where the values are a code list.
std::string data_columns(const Layer& layer) {
  std::string sql;
  for (const Field& field : layer.kind.fields) {
    std::string constraint = "NULL";
    if (field.type == FieldType::code) {
      constraint = literal(field.code_list);
    } else if (field.minimum && field.maximum) {
      const std::string range = layer.kind.table + "_" + field.name;
      sql += fmt::format("INSERT INTO gpkg_data_column_constraints VALUES ({},'range',NULL,{},1,{},1,{});\n",
                         literal(range), *field.minimum, *field.maximum, literal(field.help));
      constraint = literal(range);
    }
    sql += fmt::format("INSERT INTO gpkg_data_columns VALUES ({},{},{},NULL,{},NULL,{});\n", literal(layer.kind.table),
                       literal(field.name), literal(field.name), literal(field.help), constraint);
  }
  return sql;
}

std::string current_table(const Layer& layer) {
  const std::string& table = layer.kind.table;
  std::string sql = fmt::format(
      "CREATE TABLE {} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{}, version_number INTEGER);\n"
      "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ({}, '{}', {}, {}, "
      "{});\n"
      "INSERT INTO gpkg_ogr_contents VALUES ({}, 0);\n",
      sql_name(table), typed_columns(layer), literal(table), layer.has_geometry() ? "features" : "attributes",
      literal(table), literal(layer.kind.help), layer.has_geometry() ? "4326" : "0", literal(table));
  if (layer.has_geometry()) {
    sql += fmt::format(
        "INSERT INTO gpkg_geometry_columns VALUES ({}, 'geom', '{}', 4326, 0, 0);\n"
        "INSERT INTO gpkg_extensions VALUES ({}, 'geom', 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec140/#extension_rtree', 'write-only');\n",
        literal(table), geometry_type_name(layer.blob_type()), literal(table));
    sql += spatial_index(table);
  }
  return sql + gated(layer) + data_columns(layer);
}

Result<void> create_layer(Database& database, Layer& layer) {
  FG_TRY_VOID(
      database.execute(fmt::format("INSERT INTO firmground_layer (kind, table_name, reference) VALUES ({}, {}, {})",
                                   literal(layer.kind.name), literal(layer.kind.table), layer.reference ? 1 : 0)));
  layer.id = database.last_insert_rowid();
  return database.execute(version_tables(layer) + current_table(layer));
}

Kind reference_kind(const std::string& name, const std::string& table) {
  Kind kind = *mineaction::find_kind(kReferenceKind);
  kind.name = name;
  kind.table = table;
  kind.title = name;
  return kind;
}

std::string code_lists() {
  std::string sql;
  for (const mineaction::CodeList& list : mineaction::code_lists()) {
    for (const mineaction::CodeValue& value : list.values) {
      sql += fmt::format("INSERT INTO gpkg_data_column_constraints VALUES ({},'enum',{},NULL,NULL,NULL,NULL,{});\n",
                         literal(list.name), literal(value.value), literal(value.title));
    }
  }
  return sql;
}

/// Columns of a table as they stand in the file.
Result<std::vector<std::string>> columns_of(const Database& database, const std::string& table) {
  std::vector<std::string> names;
  FG_TRY(auto statement, database.prepare("SELECT name FROM pragma_table_info(?)"));
  statement.bind(1, table);
  for (;;) {
    FG_TRY(const bool row, statement.step());
    if (!row) {
      return names;
    }
    names.emplace_back(statement.text(0));
  }
}

Result<void> add_missing_fields(Database& database, const Layer& layer) {
  FG_TRY(const auto there, columns_of(database, layer.versions()));
  for (const Field& field : layer.kind.fields) {
    if (std::find(there.begin(), there.end(), field.name) == there.end()) {
      for (const std::string& table : {layer.versions(), layer.kind.table}) {
        FG_TRY_VOID(database.execute(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", sql_name(table),
                                                 sql_name(field.name), sql_type(field.type))));
      }
    }
  }
  return {};
}

}  // namespace

BlobType Layer::blob_type() const {
  switch (kind.geometry) {
    case GeometryRule::point: return BlobType::point;
    case GeometryRule::line: return BlobType::multi_line;
    case GeometryRule::polygon: return BlobType::multi_polygon;
    case GeometryRule::none:
    case GeometryRule::polygon_or_point:
    case GeometryRule::any: return BlobType::any;
  }
  FG_CHECK(false);
}

std::string Layer::column_list(const std::string& prefix) const {
  std::string list;
  for (const Field& field : kind.fields) {
    list += (list.empty() ? "" : ", ") + prefix + sql_name(field.name);
  }
  return list + (has_geometry() ? ", " + prefix + "geom" : "");
}

Result<void> create_layout(Database& database, const geo::Crs& crs) {
  FG_TRY_VOID(database.execute(kSystemTables));
  FG_TRY_VOID(database.execute(fmt::format(
      "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES ({}, {}, 'EPSG', {}, {}, {})", literal(crs.name()), crs.epsg(),
      crs.epsg(), literal(crs.wkt()), literal("CRS in which the programme measures and calculates"))));
  FG_TRY_VOID(database.execute(kOwnTables));
  FG_TRY_VOID(database.execute(
      append_only("firmground_record", "A record's identity") + append_only("firmground_batch", "An entry") +
      append_only("firmground_issue", "An issue") + append_only("firmground_covariate", "A version of a raster") +
      append_only("firmground_setting", "A setting") + code_lists()));
  return extend_layout(database);
}

Result<void> extend_layout(Database& database) {
  FG_TRY(const auto layers, read_layers(database));
  for (const Kind& kind : mineaction::kinds()) {
    if (kind.name == kReferenceKind) {
      continue;
    }
    const auto layer =
        std::find_if(layers.begin(), layers.end(), [&](const Layer& l) { return l.kind.name == kind.name; });
    if (layer == layers.end()) {
      Layer added{0, kind, false};
      FG_TRY_VOID(create_layer(database, added));
    } else {
      FG_TRY_VOID(add_missing_fields(database, *layer));
    }
  }
  return {};
}

Result<std::vector<Layer>> read_layers(const Database& database) {
  std::vector<Layer> references;
  std::vector<std::pair<std::string, std::int64_t>> ids;
  FG_TRY(auto statement,
         database.prepare("SELECT layer_id, kind, table_name, reference FROM firmground_layer ORDER BY kind"));
  for (;;) {
    FG_TRY(const bool row, statement.step());
    if (!row) {
      break;
    }
    if (statement.integer(3) != 0) {
      references.push_back(
          {statement.integer(0), reference_kind(std::string(statement.text(1)), std::string(statement.text(2))), true});
    } else {
      ids.emplace_back(statement.text(1), statement.integer(0));
    }
  }
  std::vector<Layer> layers;
  for (const Kind& kind : mineaction::kinds()) {
    const auto id = std::find_if(ids.begin(), ids.end(), [&](const auto& pair) { return pair.first == kind.name; });
    if (id != ids.end()) {
      layers.push_back({id->second, kind, false});
    }
  }
  layers.insert(layers.end(), references.begin(), references.end());
  return layers;
}

Result<Layer> create_reference_layer(Database& database, const std::string& name) {
  std::string table = name;
  std::replace(table.begin(), table.end(), '-', '_');
  const bool spelled =
      !table.empty() && std::isalpha(static_cast<unsigned char>(table.front())) != 0 && table.size() <= 60 &&
      std::all_of(table.begin(), table.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (!spelled) {
    return fail("registry.layer_name_taken", {{"name", name}, {"reason", "it is not a plain word"}});
  }
  FG_TRY(
      auto taken,
      database.prepare("SELECT count(*) FROM sqlite_master WHERE lower(name) IN (lower(?1), lower(?1) || '_version')"));
  taken.bind(1, table);
  FG_TRY(const bool row, taken.step());
  if (row && taken.integer(0) != 0) {
    return fail("registry.layer_name_taken", {{"name", name}, {"reason", "the programme has a table of that name"}});
  }
  for (const char* reserved : {"firmground_", "gpkg_", "sqlite_", "rtree_"}) {
    if (table.starts_with(reserved)) {
      return fail("registry.layer_name_taken",
                  {{"name", name}, {"reason", "names that begin so are kept for the file itself"}});
    }
  }
  Layer layer{0, reference_kind(name, table), true};
  FG_TRY_VOID(create_layer(database, layer));
  return layer;
}

Result<void> set_gate(Database& database, Gate gate) {
  return database.execute(fmt::format("UPDATE firmground_gate SET is_open = {}", gate == Gate::open ? 1 : 0));
}

Result<void> set_index_trigger(Database& database, const Layer& layer, IndexTrigger trigger) {
  return database.execute(trigger == IndexTrigger::in_place
                              ? index_insert_trigger(layer.kind.table)
                              : "DROP TRIGGER " + sql_name("rtree_" + layer.kind.table + "_geom_insert"));
}

Result<void> refresh_contents(Database& database, const Layer& layer, const std::string& changed_at) {
  const std::string table = sql_name(layer.kind.table);
  const std::string name = literal(layer.kind.table);
  std::string sql = fmt::format(
      "UPDATE gpkg_ogr_contents SET feature_count = (SELECT count(*) FROM {}) WHERE table_name = {};\n", table, name);
  sql += fmt::format("UPDATE gpkg_contents SET last_change = {} WHERE table_name = {};\n", literal(changed_at), name);
  if (layer.has_geometry()) {
    sql += fmt::format(
        "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = (SELECT min(minx), min(miny), max(maxx), max(maxy) "
        "FROM {}) "
        "WHERE table_name = {};\n",
        sql_name("rtree_" + layer.kind.table + "_geom"), name);
  }
  return database.execute(sql);
}

std::string is_current(const Layer& layer, const std::string& as_of, const std::string& last_batch) {
  const auto looked_at = [&](const char* v) {
    return fmt::format(
        "{0}.version_state IN ('approved','withdrawn') AND {0}.version_batch <= {2} AND "
        "({1} IS NULL OR {0}.version_information_date IS NULL OR {0}.version_information_date <= {1})",
        v, as_of, last_batch);
  };
  return fmt::format(
      "v.version_state = 'approved' AND {} AND NOT EXISTS (SELECT 1 FROM {} w WHERE w.version_record = "
      "v.version_record AND {} AND "
      "(ifnull(w.version_information_date, ''), w.version_id) > (ifnull(v.version_information_date, ''), "
      "v.version_id))",
      looked_at("v"), sql_name(layer.versions()), looked_at("w"));
}

}  // namespace firmground::registry
