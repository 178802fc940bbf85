#include "register/postgis/postgis_dialect.h"

#include <fmt/format.h>

#include "register/postgis/placeholders.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using mineaction::Field;

namespace {

/// The functions behind the triggers, and the geometry inside a GeoPackage blob (GeoPackage 1.4, clause 2.1.3: header
/// of 8 bytes, or of 40 with the envelope that every geometry of ours but a point has).
constexpr const char* kFunctions = R"sql(
CREATE FUNCTION firmground_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0];
END $$;
CREATE FUNCTION firmground_check_gate() RETURNS trigger LANGUAGE plpgsql SET search_path = firmground, public AS $$
BEGIN
  IF (SELECT is_open FROM firmground_gate) = 0 THEN
    RAISE EXCEPTION '%', TG_ARGV[0];
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION firmground_geometry(blob BYTEA) RETURNS geometry LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT ST_GeomFromWKB(substr(blob, CASE WHEN get_byte(blob, 3) & 14 = 0 THEN 9 ELSE 41 END), 4326)
$$;
)sql";

std::string geometry_type_name(BlobType type) {
  switch (type) {
    case BlobType::point: return "geometry(Point, 4326)";
    case BlobType::multi_line: return "geometry(MultiLineString, 4326)";
    case BlobType::multi_polygon: return "geometry(MultiPolygon, 4326)";
    case BlobType::any: return "geometry(Geometry, 4326)";
  }
  FG_CHECK(false);
}

std::string index_name(const Layer& layer) {
  return sql_name(layer.kind.table + "_geom_index");
}

std::string index_definition(const Layer& layer) {
  return fmt::format("CREATE INDEX {} ON {} USING gist (geom);\n", index_name(layer), sql_name(layer.kind.table));
}

/// What QGIS shows of a layer and its columns.
std::string comments(const Layer& layer) {
  const std::string table = sql_name(layer.kind.table);
  std::string sql = fmt::format("COMMENT ON TABLE {} IS {};\n", table, sql_literal(layer.kind.help));
  for (const Field& field : layer.kind.fields) {
    sql += fmt::format("COMMENT ON COLUMN {}.{} IS {};\n", table, sql_name(field.name), sql_literal(field.help));
  }
  return sql;
}

Result<std::vector<std::string>> names(Statement statement) {
  std::vector<std::string> found;
  for (;;) {
    FG_TRY(const bool row, statement.step());
    if (!row) {
      return found;
    }
    found.emplace_back(statement.text(0));
  }
}

/// Everything else in a table of ours is kept as bytes: bytea and geometry.
ColumnType column_type(std::string_view type) {
  return type == "bigint" || type == "smallint" || type == "integer" ? ColumnType::integer
         : type == "double precision"                                ? ColumnType::real
         : type == "text"                                            ? ColumnType::text
                                                                     : ColumnType::blob;
}

class PostgisDialect final : public Dialect {
 public:
  std::string spelled(std::string_view definition) const override { return translate_definition(definition); }

  std::string append_only(const std::string& table, const std::string& what) const override {
    const std::string words =
        sql_literal(fmt::format("{} is never changed or deleted; enter a new version instead ({})", what, table));
    return fmt::format(
        "CREATE TRIGGER firmground_no_change BEFORE UPDATE OR DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION "
        "firmground_refuse({1});\n"
        "CREATE TRIGGER firmground_no_truncate BEFORE TRUNCATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION "
        "firmground_refuse({1});\n",
        sql_name(table), words);
  }

  std::string drop_append_only(const std::string& table) const override {
    return fmt::format("DROP TRIGGER firmground_no_change ON {0}; DROP TRIGGER firmground_no_truncate ON {0};",
                       sql_name(table));
  }

  std::string geometry_type(const Layer&) const override { return "BLOB"; }

  std::string shown_geometry(const std::string& blob) const override { return "firmground_geometry(" + blob + ")"; }

  std::string current_table(const Layer& layer) const override {
    const std::string& table = layer.kind.table;
    const std::string words = sql_literal(
        fmt::format("{} shows the approved state of the register and is not edited; enter a new version with "
                    "'firmground import' instead",
                    table));
    return translate_definition(
               fmt::format("CREATE TABLE {} (fid INTEGER NOT NULL PRIMARY KEY{}, version_number INTEGER);\n",
                           sql_name(table), layer.column_definitions(geometry_type_name(layer.blob_type())))) +
           (layer.has_geometry() ? index_definition(layer) : "") + comments(layer) +
           fmt::format(
               "CREATE TRIGGER firmground_gate BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {} FOR EACH STATEMENT "
               "EXECUTE FUNCTION firmground_check_gate({});\n",
               sql_name(table), words);
  }

  Result<void> create_system_tables(Database& database, const geo::Crs&) const override {
    FG_TRY_VOID(database.execute("CREATE SCHEMA IF NOT EXISTS firmground"));
    FG_TRY(const auto there, database.integer("SELECT 1 FROM pg_extension WHERE extname = 'postgis'"));
    if (!there && !database.execute("CREATE EXTENSION postgis SCHEMA public")) {
      return fail("registry.postgis_needed", {{"file", database.path()}});
    }
    return database.execute(kFunctions);
  }

  Result<std::vector<std::string>> tables(const Database& database) const override {
    FG_TRY(auto select, database.prepare("SELECT tablename FROM pg_tables WHERE schemaname = 'firmground' ORDER BY "
                                         "tablename COLLATE \"C\""));
    return names(std::move(select));
  }

  Result<std::vector<Column>> columns(const Database& database, const std::string& table) const override {
    std::vector<Column> columns;
    FG_TRY(auto select,
           database.prepare("SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = "
                            "'firmground' AND table_name = ?1 ORDER BY ordinal_position"));
    select.bind(1, table);
    for (;;) {
      FG_TRY(const bool row, select.step());
      if (!row) {
        return columns;
      }
      columns.push_back({std::string(select.text(0)), column_type(select.text(1))});
    }
  }

  Result<void> rewrite_current(Database& database, const Layer& layer, const std::string& touched) const override {
    const std::string table = sql_name(layer.kind.table);
    FG_TRY(const auto shown_before, database.integer(fmt::format("SELECT 1 FROM {} LIMIT 1", table)));
    // An index over rows that are there is packed, and made in a fraction of the time; only the owner may make one.
    FG_TRY(const auto owned, database.integer(fmt::format(
                                 "SELECT CASE WHEN pg_has_role(tableowner, 'USAGE') THEN 1 ELSE 0 END FROM pg_tables "
                                 "WHERE schemaname = 'firmground' AND tablename = {}",
                                 sql_literal(layer.kind.table))));
    const bool fresh = !shown_before && layer.has_geometry() && owned == 1;
    return database.execute(
        (fresh ? "DROP INDEX " + index_name(layer) + ";\n" : "") +
        fmt::format("DELETE FROM {0} WHERE fid IN {1};\nINSERT INTO {0} (fid, {2}, version_number) {3};\n", table,
                    touched, layer.column_list(), current_rows(layer, touched, shown_geometry("v.geom"))) +
        (fresh ? index_definition(layer) : ""));
  }

  /// PostGIS computes extents and counts from the tables themselves.
  Result<void> refresh_contents(Database&, const Layer&, const std::string&) const override { return {}; }
};

}  // namespace

const Dialect& postgis_dialect() {
  static const PostgisDialect dialect;
  return dialect;
}

}  // namespace firmground::registry
