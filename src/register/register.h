#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "base/stamp.h"
#include "intake/source_file.h"
#include "mineaction/kind.h"
#include "mineaction/snapshot_change.h"

/// The versioned register of a programme: one GeoPackage 1.4 file, or a PostgreSQL database. The only SQL.
namespace firmground::registry {

/// Names of the profiles that create() knows.
std::vector<std::string> profile_names();

/// What a file is entered as when nobody says it: by its stem ("land-release", "roads"), by its extension
/// ("covariate"), as a reference layer when `reference` allows it; else the stem itself, which import_file then refuses
/// naming the nearest kind.
std::string kind_of_file(const std::string& path, bool reference);

struct ImportOptions {
  bool dry_run = false;
  bool keep_good = false;  ///< good rows enter, refused ones go to refused_path
  std::string state = "approved";
  std::string author;
  std::string reason;  ///< why, kept with the entry
  std::optional<intake::Mapping> mapping;
  std::string crs;
  std::string layer_name;  ///< reference layers, covariates
  std::string classes;     ///< covariates: what its whole numbers stand for (geo/raster_classes.h); "" = as it says
};

struct ImportOutcome {
  std::string kind;  ///< name of the kind, of the reference layer, or "covariate"
  std::string file;  ///< name without folder
  std::int64_t rows = 0;
  std::int64_t accepted = 0;   ///< new records and new versions
  std::int64_t unchanged = 0;  ///< the same content is already there
  std::int64_t refused = 0;
  std::vector<intake::Issue> issues;
  std::string refused_path;  ///< where refused rows with their reasons were written, "" when none
  bool committed = false;
  std::int64_t batch = 0;  ///< number of the entry, for undo_import(); 0: nothing was entered
};

/// A derived result kept in the programme: can be deleted and made again at any time.
struct StoredResult {
  std::string name;     ///< "hazard-estimate", "hazard-raster", "situation"
  std::string stamp;    ///< JSON of base::Stamp
  std::string made_at;  ///< UTC time, for "age"; not part of the stamp
  std::string bytes;    ///< JSON text or COG bytes
};

struct VersionInfo {
  std::int64_t version = 0;
  std::string information_date;
  std::string entered_at;
  std::string author;
  std::string source;  ///< file and row, or form
  std::string state;
  mineaction::Record record;
  std::int64_t batch = 0;  ///< entry that it belongs to
  std::string action;      ///< "import", "enter", "approve" ..., "" where the entry is older than the audit chain
  std::string reason;      ///< why, as the author gave it
  std::int64_t taken_back_by = 0;  ///< batch that took it back, 0: it counts
  bool shown = false;              ///< the approved state that maps and reports show
};

struct LayerInfo {
  std::string kind;  ///< kind name, or reference layer name
  std::string table;
  std::string title;
  std::string geometry;  ///< "point", "line", "polygon", "none"
  std::int64_t count = 0;
};

/// A snapshot brought up to date; its hash may be empty where anything changed (content_hash_of() gives it).
struct SnapshotSince {
  mineaction::Snapshot now;
  mineaction::SnapshotChange change;  ///< since then
};

class Register {
 public:
  /// Makes a new programme file, whole or not at all. `name` "" = the file's stem; `epsg` 0 = the profile's CRS.
  /// Errors: registry.exists, registry.profile_unknown, registry.crs_needed, geo.crs_unknown, geo.crs_not_projected,
  /// base.file_unwritable.
  static base::Result<Register> create(const std::string& path, const std::string& profile, const std::string& name,
                                       int epsg = 0);
  /// `busy_timeout`: how long a writer waits for another one before it gives up with registry.busy.
  /// Errors: registry.not_a_programme, registry.newer_version, registry.damaged, base.file_unreadable.
  static base::Result<Register> open(const std::string& path,
                                     std::chrono::milliseconds busy_timeout = std::chrono::seconds(5));
  /// The same register over a connection of its own: each gives one answer at a time.  Errors: as open().
  base::Result<Register> beside() const;
  Register(Register&&) noexcept;
  Register& operator=(Register&&) noexcept;
  ~Register();

  /// One file, one transaction: enters whole, or not at all (or its good rows with keep_good). Importing it again
  /// changes nothing: content that is among a record's versions already, in the same state, is never entered twice.
  /// Kind: a name of mineaction::kinds(); "covariate" takes a GeoTIFF; "roads", "contact-line" and "water" are
  /// reference layers, and "reference-layer" is the one named by options.layer_name, else by the file's stem. A find,
  /// release... whose link is missing is entered with an issue.  outcome.committed tells whether anything may have
  /// changed. Errors: those of intake::read_file, registry.kind_unknown, registry.busy, registry.no_room,
  /// registry.layer_name_taken.
  base::Result<ImportOutcome> import_file(const std::string& path, const std::string& kind,
                                          const ImportOptions& options,
                                          const base::Progress& progress = base::no_progress);
  /// Every file of a folder whose stem is a kind, and each .tif as covariate, in the order that links need, in one
  /// transaction: a file that is refused refuses the folder (after all files were read, so that all faults are told at
  /// once). `reference` takes other stems as reference layers. Subfolders and hidden files are passed over. Errors: as
  /// import_file; registry.folder_empty.
  base::Result<std::vector<ImportOutcome>> import_folder(const std::string& folder, bool reference,
                                                         const ImportOptions& options,
                                                         const base::Progress& progress = base::no_progress);

  /// As import_folder, of the layers, sheets or folders of one file that are named like kinds (a GeoPackage, a zipped
  /// Shapefile, KML, KMZ, XLSX); only those of `kind` unless it is "". Empty, and nothing done, when it has none.
  base::Result<std::vector<ImportOutcome>> import_layers(const std::string& path, const std::string& kind,
                                                         const ImportOptions& options,
                                                         const base::Progress& progress = base::no_progress);

  /// Approved current state, by date of information up to `as_of` (default: everything), as entered up to
  /// `entered_until` (UTC time as in VersionInfo; default: now). What has no date of information is in every snapshot:
  /// unknown is never left out. Without `as_of` the snapshot's own as_of is the latest date of information in it. Same
  /// content, same hash, whatever the order and time of entry.  Cost: linear; a national register in about a second.
  base::Result<mineaction::Snapshot> snapshot(std::optional<mineaction::Date> as_of = {},
                                              const std::optional<std::string>& entered_until = {}) const;

  /// snapshot() from an earlier one, equal to the byte but for its hash: only what was entered, decided or taken back
  /// after `last_entry` is read again. All is read anew where that is more than a quarter of the records (and more than
  /// 1,000), where the record that gave then.as_of may have gone, and of a register that has fewer entries than
  /// `last_entry`. REQUIRES: `then` is what snapshot() of this register gave, without limits and in the same version of
  /// the program, at any time after last_entry() gave `last_entry`. A register that was brought back from a backup and
  /// entered into again is another one.  Errors: as snapshot().  Cost: to go through all records of kinds of which any
  /// changed, and what is read again: 0.01 ms a record, and all rasters when one is new.
  base::Result<SnapshotSince> snapshot_since(mineaction::Snapshot then, std::int64_t last_entry) const;

  std::vector<LayerInfo> layers() const;
  /// All versions of a record, newest first; empty when there is none.
  base::Result<std::vector<VersionInfo>> history(const std::string& kind, const std::string& local_id) const;

  base::Result<void> store(const StoredResult& result);
  /// All of them, or none.  `in_place_of`: of other results whose names begin so the bytes go.
  base::Result<void> store(const std::vector<StoredResult>& results, const std::vector<std::string>& in_place_of = {});
  base::Result<std::optional<StoredResult>> load(const std::string& name) const;
  /// load() without a copy of the bytes, which `visit` looks at while the register waits.  False: there is none.
  base::Result<bool> look_at(const std::string& name,
                             const std::function<void(std::string_view stamp, std::string_view bytes)>& visit) const;

  const std::string& path() const;
  /// The projected CRS that the programme measures in.
  const geo::Crs& crs() const;
  /// Number of the latest entry: grows with every change of the records, so that a server knows when its snapshot is
  /// old.
  base::Result<std::int64_t> last_entry() const;

  /// What is open, for the other parts of this module (entry.h, workflow.h, verify.h ...).
  struct Impl;
  Impl& opened() const { return *impl_; }

 private:
  explicit Register(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace firmground::registry
