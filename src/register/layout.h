#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "mineaction/kind.h"
#include "register/database.h"
#include "register/geometry_blob.h"

/// How a programme lies in its store (docs/formats/programme-file.md): system tables, and two tables per kind.
///   <table>_version  every version ever entered, append-only; triggers refuse UPDATE and DELETE in words
///   <table>          the approved current state, what QGIS and GDAL see; rewritten by the register in the same
///                    transaction as the versions it shows, refused to everyone else (docs/adr: current layers are
///                    tables, not views)
namespace firmground::registry {

/// Layout that this binary reads and writes; in firmground_setting 'layout'. Migrations go forward only.
inline constexpr int kLayout = 3;

/// One kind or reference layer in the file.
struct Layer {
  std::int64_t id = 0;  ///< firmground_layer.layer_id
  mineaction::Kind
      kind;  ///< a reference layer has its own name and table, fields and geometry of the kind "reference-layer"
  bool reference = false;

  std::string versions() const { return kind.table + "_version"; }
  bool has_geometry() const { return kind.geometry != mineaction::GeometryRule::none; }
  BlobType blob_type() const;
  /// `"find_id", "release_id", …` with `prefix` before each name.
  std::string column_list(const std::string& prefix = "") const;
  /// `, "find_id" TEXT, …, geom POINT` for a table definition (Dialect::spelled).
  std::string column_definitions(const std::string& geometry_type) const;
};

/// The store's system tables, Firmground's own tables, and the layers of all kinds.
base::Result<void> create_layout(Database& database, const geo::Crs& crs);

/// The same without the layers, and the tables of one layer that firmground_layer lists: for a register that is copied.
base::Result<void> create_tables(Database& database, const geo::Crs& crs);
base::Result<void> create_layer_tables(Database& database, const Layer& layer);

/// Adds what the file lacks of the kinds this binary knows (a new kind, a new field of a kind). Nothing to do on most
/// files.
base::Result<void> extend_layout(Database& database);

/// All layers, kinds first in link order, then reference layers by name.
base::Result<std::vector<Layer>> read_layers(const Database& database);

/// A new reference layer.  Errors: registry.layer_name_taken.
base::Result<Layer> create_reference_layer(Database& database, const std::string& name);

/// Allows or refuses writing to the current tables for the rest of the transaction.
enum class Gate { closed, open };
base::Result<void> set_gate(Database& database, Gate gate);

/// Brings the current table of a layer up to its versions with a version_id above `after`, inside a transaction that
/// the caller holds.  `changed_at`: UTC time of the entry.
base::Result<void> show_versions(Database& database, const Layer& layer, std::int64_t after,
                                 const std::string& changed_at);

/// The same for the records in the SQL list `touched`.
base::Result<void> show_records(Database& database, const Layer& layer, const std::string& touched,
                                const std::string& changed_at);

/// SELECT of a layer's current rows among the records in the SQL list `touched`: fid, the columns of the kind,
/// `geometry` (an expression on v.geom) where the kind has one, version_number.
std::string current_rows(const Layer& layer, const std::string& touched, const std::string& geometry = "v.geom");

/// Condition on a row `v` of a versions table: its entry was taken back (undo.h) by a batch up to `last_batch`.
std::string is_revoked(const std::string& v, const std::string& last_batch = "9223372036854775807");

/// Condition on a row `v` of the versions table: it is the approved state of its record, that is the latest decision
/// (approved or withdrawn, and not taken back) by date of information, then by entry, and not a withdrawal. A version
/// without a date of information counts as the oldest: what is undated never claims to be newer. `as_of` (a day, or
/// NULL) and `last_batch` are SQL expressions that limit which versions are looked at; undated ones are looked at
/// whatever the day.
std::string is_current(const Layer& layer, const std::string& as_of = "NULL",
                       const std::string& last_batch = "9223372036854775807");

}  // namespace firmground::registry
