#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "register/database.h"
#include "register/layout.h"

/// In what the two stores differ. Everything else is SQL that both understand (Database::prepare).
namespace firmground::registry {

enum class ColumnType { integer, real, text, blob };

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
};

class Dialect {
 public:
  virtual ~Dialect() = default;

  /// A table definition in the store's own types. It is written with INTEGER (64 bits), DOUBLE, TEXT, BLOB and INTEGER
  /// PRIMARY KEY, which numbers the rows itself when no number is given.
  virtual std::string spelled(std::string_view definition) const = 0;
  /// Triggers that refuse UPDATE and DELETE of a table in words. `what` begins the sentence: "A version".
  virtual std::string append_only(const std::string& table, const std::string& what) const = 0;
  /// Takes them away again: only a migration may, and puts them back.
  virtual std::string drop_append_only(const std::string& table) const = 0;
  /// Type of the column `geom` in the versions of a layer: the blob as it was entered, byte for byte.
  virtual std::string geometry_type(const Layer& layer) const = 0;
  /// What makes the column `geom` of a current table of such a blob (an SQL expression).
  virtual std::string shown_geometry(const std::string& blob) const = 0;
  /// The table of a layer's current state with its spatial index, what GIS programs are told of it, and the triggers
  /// that refuse writing while the gate is closed.
  virtual std::string current_table(const Layer& layer) const = 0;

  /// What is there before any table of ours: system tables, the CRS of the programme, code lists.
  virtual base::Result<void> create_system_tables(Database& database, const geo::Crs& crs) const = 0;
  /// Tables of the programme by name, those of the store itself left out, sorted.
  virtual base::Result<std::vector<std::string>> tables(const Database& database) const = 0;
  /// Columns in the order of the table.
  virtual base::Result<std::vector<Column>> columns(const Database& database, const std::string& table) const = 0;

  /// Fills the current table of a layer with the versions that `rows` selects: the columns of current_rows(), to be
  /// made into current ones. `touched` is an SQL list of records whose rows are replaced.  REQUIRES: the gate is open.
  virtual base::Result<void> rewrite_current(Database& database, const Layer& layer,
                                             const std::string& touched) const = 0;
  /// Extent, number of features and time of the last change, as GIS programs read them.
  virtual base::Result<void> refresh_contents(Database& database, const Layer& layer,
                                              const std::string& changed_at) const = 0;
};

}  // namespace firmground::registry
