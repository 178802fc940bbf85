#include "register/sqlite/sqlite_dialect.h"

#include <fmt/format.h>

#include "mineaction/code_lists.h"
#include "register/sqlite/packed_rtree.h"

namespace firmground::registry {

using base::Result;
using mineaction::Field;
using mineaction::FieldType;

namespace {

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

std::string geometry_type_name(BlobType type) {
  switch (type) {
    case BlobType::point: return "POINT";
    case BlobType::multi_line: return "MULTILINESTRING";
    case BlobType::multi_polygon: return "MULTIPOLYGON";
    case BlobType::any: return "GEOMETRY";
  }
  FG_CHECK(false);
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
      constraint = sql_literal(field.code_list);
    } else if (field.minimum && field.maximum) {
      const std::string range = layer.kind.table + "_" + field.name;
      sql += fmt::format("INSERT INTO gpkg_data_column_constraints VALUES ({},'range',NULL,{},1,{},1,{});\n",
                         sql_literal(range), *field.minimum, *field.maximum, sql_literal(field.help));
      constraint = sql_literal(range);
    }
    sql +=
        fmt::format("INSERT INTO gpkg_data_columns VALUES ({},{},{},NULL,{},NULL,{});\n", sql_literal(layer.kind.table),
                    sql_literal(field.name), sql_literal(field.name), sql_literal(field.help), constraint);
  }
  return sql;
}

std::string code_lists() {
  std::string sql;
  for (const mineaction::CodeList& list : mineaction::code_lists()) {
    for (const mineaction::CodeValue& value : list.values) {
      sql += fmt::format("INSERT INTO gpkg_data_column_constraints VALUES ({},'enum',{},NULL,NULL,NULL,NULL,{});\n",
                         sql_literal(list.name), sql_literal(value.value), sql_literal(value.title));
    }
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
        sql_literal(
            fmt::format("{} shows the approved state of the register and is not edited; enter a new version with "
                        "'firmground import' instead",
                        layer.kind.table)));
  }
  return sql;
}

std::string geopackage_table(const Layer& layer) {
  const std::string& table = layer.kind.table;
  std::string sql = fmt::format(
      "CREATE TABLE {} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{}, version_number INTEGER);\n"
      "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES ({}, '{}', {}, {}, "
      "{});\n"
      "INSERT INTO gpkg_ogr_contents VALUES ({}, 0);\n",
      sql_name(table), layer.column_definitions(geometry_type_name(layer.blob_type())), sql_literal(table),
      layer.has_geometry() ? "features" : "attributes", sql_literal(table), sql_literal(layer.kind.help),
      layer.has_geometry() ? "4326" : "0", sql_literal(table));
  if (layer.has_geometry()) {
    sql += fmt::format(
        "INSERT INTO gpkg_geometry_columns VALUES ({}, 'geom', '{}', 4326, 0, 0);\n"
        "INSERT INTO gpkg_extensions VALUES ({}, 'geom', 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec140/#extension_rtree', 'write-only');\n",
        sql_literal(table), geometry_type_name(layer.blob_type()), sql_literal(table));
    sql += spatial_index(table);
  }
  return sql + gated(layer) + data_columns(layer);
}

/// The words are read by whoever tries, in any program.
std::string refusing_trigger(const std::string& table, const char* action, const std::string& what) {
  return fmt::format(
      "CREATE TRIGGER {} BEFORE {} ON {} BEGIN SELECT RAISE(ABORT, {}); END;\n",
      sql_name(fmt::format("{}_no_{}", table, action)), action, sql_name(table),
      sql_literal(fmt::format("{} is never changed or deleted; enter a new version instead ({})", what, table)));
}

Result<std::vector<std::string>> names(const Database& database, std::string_view sql, const std::string& argument) {
  std::vector<std::string> found;
  FG_TRY(auto statement, database.prepare(sql));
  statement.bind(1, argument);
  for (;;) {
    FG_TRY(const bool row, statement.step());
    if (!row) {
      return found;
    }
    found.emplace_back(statement.text(0));
  }
}

/// Everything else in a table of ours is kept as bytes: BLOB and the names of geometry types.
ColumnType column_type(std::string_view declared) {
  return declared == "INTEGER" || declared == "BOOLEAN" ? ColumnType::integer
         : declared == "DOUBLE" || declared == "REAL"   ? ColumnType::real
         : declared == "TEXT"                           ? ColumnType::text
                                                        : ColumnType::blob;
}

class SqliteDialect final : public Dialect {
 public:
  std::string spelled(std::string_view definition) const override { return std::string(definition); }

  std::string append_only(const std::string& table, const std::string& what) const override {
    return refusing_trigger(table, "UPDATE", what) + refusing_trigger(table, "DELETE", what);
  }

  std::string drop_append_only(const std::string& table) const override {
    return fmt::format("DROP TRIGGER {}; DROP TRIGGER {};", sql_name(table + "_no_UPDATE"),
                       sql_name(table + "_no_DELETE"));
  }

  std::string geometry_type(const Layer& layer) const override { return geometry_type_name(layer.blob_type()); }

  std::string shown_geometry(const std::string& blob) const override { return blob; }

  std::string current_table(const Layer& layer) const override { return geopackage_table(layer); }

  Result<void> create_system_tables(Database& database, const geo::Crs& crs) const override {
    FG_TRY_VOID(database.execute(kSystemTables));
    return database.execute(
        fmt::format("INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES ({}, {}, 'EPSG', {}, {}, {});",
                    sql_literal(crs.name()), crs.epsg(), crs.epsg(), sql_literal(crs.wkt()),
                    sql_literal("CRS in which the programme measures and calculates")) +
        code_lists());
  }

  Result<std::vector<std::string>> tables(const Database& database) const override {
    return names(database,
                 "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE ?1 || '%' AND name NOT LIKE "
                 "'gpkg_%' AND name NOT LIKE 'rtree_%' ORDER BY name",
                 "sqlite_");
  }

  Result<std::vector<Column>> columns(const Database& database, const std::string& table) const override {
    std::vector<Column> columns;
    FG_TRY(auto statement, database.prepare("SELECT name, type FROM pragma_table_info(?1)"));
    statement.bind(1, table);
    for (;;) {
      FG_TRY(const bool row, statement.step());
      if (!row) {
        return columns;
      }
      columns.push_back({std::string(statement.text(0)), column_type(statement.text(1))});
    }
  }

  Result<void> rewrite_current(Database& database, const Layer& layer, const std::string& touched) const override {
    const std::string table = sql_name(layer.kind.table);
    FG_TRY(const auto shown_before, database.integer(fmt::format("SELECT 1 FROM {} LIMIT 1", table)));
    const std::string refill =
        fmt::format("DELETE FROM {0} WHERE fid IN {1};\nINSERT INTO {0} (fid, {2}, version_number) {3};\n", table,
                    touched, layer.column_list(), current_rows(layer, touched));
    if (shown_before || !layer.has_geometry()) {
      return database.execute(refill);
    }
    // The trigger that puts each new row into the R-tree is taken away while the R-tree is filled in one go.
    FG_TRY_VOID(
        database.execute("DROP TRIGGER " + sql_name("rtree_" + layer.kind.table + "_geom_insert") + ";\n" + refill));
    FG_TRY_VOID(pack_rtree(database, layer.kind.table));
    return database.execute(index_insert_trigger(layer.kind.table));
  }

  Result<void> refresh_contents(Database& database, const Layer& layer, const std::string& changed_at) const override {
    const std::string table = sql_name(layer.kind.table);
    const std::string name = sql_literal(layer.kind.table);
    std::string sql = fmt::format(
        "UPDATE gpkg_ogr_contents SET feature_count = (SELECT count(*) FROM {}) WHERE table_name = {};\n", table, name);
    sql += fmt::format("UPDATE gpkg_contents SET last_change = {} WHERE table_name = {};\n", sql_literal(changed_at),
                       name);
    if (layer.has_geometry()) {
      sql += fmt::format(
          "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) = (SELECT min(minx), min(miny), max(maxx), max(maxy) "
          "FROM {}) "
          "WHERE table_name = {};\n",
          sql_name("rtree_" + layer.kind.table + "_geom"), name);
    }
    return database.execute(sql);
  }
};

}  // namespace

const Dialect& sqlite_dialect() {
  static const SqliteDialect dialect;
  return dialect;
}

}  // namespace firmground::registry
