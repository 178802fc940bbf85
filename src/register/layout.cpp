#include "register/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "register/dialect.h"
#include "register/leg_ground.h"
#include "register/trail_layout.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using mineaction::Field;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Kind;

namespace {

constexpr const char* kReferenceKind = "reference-layer";
/// PostgreSQL cuts names at 63 bytes, and the register adds "_version" and "_geom_index".
constexpr std::size_t kLongestTableName = 50;

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

std::string version_tables(const Dialect& dialect, const Layer& layer) {
  const std::string definition = fmt::format(
      "CREATE TABLE {} (version_id INTEGER PRIMARY KEY, version_record INTEGER NOT NULL REFERENCES "
      "firmground_record(record_id), version_number INTEGER NOT NULL, version_information_date TEXT, "
      "version_batch INTEGER "
      "NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED, version_row INTEGER NOT "
      "NULL, version_state TEXT NOT NULL CHECK "
      "(version_state IN ('draft','submitted','approved','rejected','withdrawn')), version_hash BLOB NOT "
      "NULL{}, "
      "UNIQUE (version_record, version_number));\n",
      sql_name(layer.versions()), layer.column_definitions(dialect.geometry_type(layer)));
  return dialect.spelled(definition) + dialect.append_only(layer.versions(), "A version");
}

Result<void> create_layer(Database& database, Layer& layer) {
  FG_TRY_VOID(database.execute(
      fmt::format("INSERT INTO firmground_layer (kind, table_name, reference) VALUES ({}, {}, {})",
                  sql_literal(layer.kind.name), sql_literal(layer.kind.table), layer.reference ? 1 : 0)));
  layer.id = database.last_insert_rowid();
  return create_layer_tables(database, layer);
}

Kind reference_kind(const std::string& name, const std::string& table) {
  Kind kind = *mineaction::find_kind(kReferenceKind);
  kind.name = name;
  kind.table = table;
  kind.title = name;
  return kind;
}

Result<void> add_missing_fields(Database& database, const Layer& layer) {
  FG_TRY(const auto there, database.dialect().columns(database, layer.versions()));
  for (const Field& field : layer.kind.fields) {
    if (std::none_of(there.begin(), there.end(), [&](const Column& column) { return column.name == field.name; })) {
      for (const std::string& table : {layer.versions(), layer.kind.table}) {
        FG_TRY_VOID(database.execute(database.dialect().spelled(fmt::format(
            "ALTER TABLE {} ADD COLUMN {} {}", sql_name(table), sql_name(field.name), sql_type(field.type)))));
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

std::string Layer::column_definitions(const std::string& geometry_type) const {
  std::string definitions;
  for (const Field& field : kind.fields) {
    definitions += fmt::format(", {} {}", sql_name(field.name), sql_type(field.type));
  }
  return definitions + (has_geometry() ? ", geom " + geometry_type : "");
}

Result<void> create_layer_tables(Database& database, const Layer& layer) {
  const Dialect& dialect = database.dialect();
  return database.execute(version_tables(dialect, layer) + dialect.current_table(layer));
}

Result<void> create_layout(Database& database, const geo::Crs& crs) {
  FG_TRY_VOID(create_tables(database, crs));
  return extend_layout(database);
}

Result<void> create_tables(Database& database, const geo::Crs& crs) {
  const Dialect& dialect = database.dialect();
  FG_TRY_VOID(dialect.create_system_tables(database, crs));
  FG_TRY_VOID(database.execute(dialect.spelled(kOwnTables)));
  FG_TRY_VOID(database.execute(dialect.append_only("firmground_record", "A record's identity") +
                               dialect.append_only("firmground_batch", "An entry") +
                               dialect.append_only("firmground_issue", "An issue") +
                               dialect.append_only("firmground_covariate", "A version of a raster") +
                               dialect.append_only("firmground_setting", "A setting")));
  return create_trail(database);
}

Result<void> extend_layout(Database& database) {
  FG_TRY_VOID(create_trail(database));
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
  for (const Layer& layer : layers) {
    if (layer.reference) {
      FG_TRY_VOID(add_missing_fields(database, layer));
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

namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Result<Layer> create_reference_layer(Database& database, const std::string& name) {
  std::string table = name;
  std::replace(table.begin(), table.end(), '-', '_');
  const bool spelled =
      !table.empty() && std::isalpha(static_cast<unsigned char>(table.front())) != 0 &&
      table.size() <= kLongestTableName &&
      std::all_of(table.begin(), table.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (!spelled) {
    return fail("registry.layer_name_taken", {{"name", name}, {"reason", "it is not a plain word"}});
  }
  FG_TRY(const auto tables, database.dialect().tables(database));
  const bool taken = std::any_of(tables.begin(), tables.end(), [&](const std::string& other) {
    return lower_case(other) == lower_case(table) || lower_case(other) == lower_case(table) + "_version";
  });
  if (taken) {
    return fail("registry.layer_name_taken", {{"name", name}, {"reason", "the programme has a table of that name"}});
  }
  for (const char* reserved : {"firmground_", "gpkg_", "sqlite_", "rtree_", "pg_"}) {
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

std::string current_rows(const Layer& layer, const std::string& touched, const std::string& geometry) {
  std::string columns = "v.version_record";
  for (const Field& field : layer.kind.fields) {
    columns += ", v." + sql_name(field.name);
  }
  return fmt::format("SELECT {}{}, v.version_number FROM {} v WHERE v.version_record IN {} AND {}", columns,
                     layer.has_geometry() ? ", " + geometry : "", sql_name(layer.versions()), touched,
                     is_current(layer));
}

Result<void> show_versions(Database& database, const Layer& layer, std::int64_t after, const std::string& changed_at) {
  return show_records(
      database, layer,
      fmt::format("(SELECT version_record FROM {} WHERE version_id > {})", sql_name(layer.versions()), after),
      changed_at);
}

Result<void> show_records(Database& database, const Layer& layer, const std::string& touched,
                          const std::string& changed_at) {
  FG_TRY_VOID(set_gate(database, Gate::open));
  FG_TRY_VOID(database.dialect().rewrite_current(database, layer, touched));
  FG_TRY_VOID(show_leg_grounds(database, layer, touched, changed_at));
  FG_TRY_VOID(set_gate(database, Gate::closed));
  return database.dialect().refresh_contents(database, layer, changed_at);
}

std::string is_revoked(const std::string& v, const std::string& last_batch) {
  return fmt::format(
      "EXISTS (SELECT 1 FROM firmground_revocation x WHERE x.record_id = {0}.version_record AND x.version_number = "
      "{0}.version_number AND x.batch_id <= {1})",
      v, last_batch);
}

std::string is_current(const Layer& layer, const std::string& as_of, const std::string& last_batch) {
  const std::string day = "coalesce(" + as_of + ", '9999-12-31')";
  const auto looked_at = [&](const char* v) {
    return fmt::format(
        "{0}.version_state IN ('approved','withdrawn') AND {0}.version_batch <= {2} AND "
        "({0}.version_information_date IS NULL OR {0}.version_information_date <= {1}) AND NOT {3}",
        v, day, last_batch, is_revoked(v, last_batch));
  };
  return fmt::format(
      "v.version_state = 'approved' AND {} AND NOT EXISTS (SELECT 1 FROM {} w WHERE w.version_record = "
      "v.version_record AND {} AND "
      "(coalesce(w.version_information_date, ''), w.version_id) > (coalesce(v.version_information_date, ''), "
      "v.version_id))",
      looked_at("v"), sql_name(layer.versions()), looked_at("w"));
}

}  // namespace firmground::registry
