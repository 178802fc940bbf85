#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "mineaction/kind.h"
#include "register/audit.h"
#include "register/database.h"
#include "register/layout.h"

namespace firmground::registry {

/// Enters the records of one layer as versions of one batch, inside a transaction that the caller holds.
class LayerWriter {
 public:
  struct Batch {
    std::int64_t id = 0;
    std::string state;            ///< of every version it enters
    std::int64_t entered_ms = 0;  ///< gives the UUIDs of new records their time
  };
  enum class Entered {
    accepted,            ///< a new record, or a new version of one
    unchanged,           ///< the same content was entered before in the same state
    unchanged_not_shown  ///< as unchanged, and a later entry for the same date has replaced it, or withdrew the record
  };

  /// REQUIRES: `layer` and `database` outlive the writer.
  static base::Result<LayerWriter> make(Database& database, const Layer& layer, const Batch& batch);

  /// Asks what the register has of the records that enter() is given next: one question for all of them.
  /// REQUIRES: 1 to kAskedAtOnce (asked_values.h).
  base::Result<void> look_up(const std::vector<std::string_view>& local_ids);

  /// REQUIRES: the record satisfies the kind's schema; its local id is not empty (CHECKed) and among those looked up
  /// last (the store refuses it else). New rows are gathered and sent together: other statements see them after show().
  base::Result<Entered> enter(const mineaction::Record& record, std::int64_t source_row);
  /// As enter(), for what a person or a rule decides: only content and state of the latest version are unchanged
  /// (with its number as matched_version()); earlier content may be returned to.
  base::Result<Entered> decide(const mineaction::Record& record, std::int64_t source_row);
  /// Version number of the last record that was unchanged, or that decide() entered.
  std::int64_t matched_version() const { return matched_version_; }

  /// Brings the current layer up to what was entered.  `changed_at`: UTC time of the entry.
  base::Result<void> show(const std::string& changed_at);

  /// What the audit chain says of the versions entered so far.
  const Leaves& leaves() const { return leaves_; }

 private:
  struct Statements {
    Statement insert_record, find_record, find_same, find_latest, insert_version;
  };
  /// What the register has of a record.
  struct Known {
    std::int64_t record = 0;
    std::int64_t last_number = 0;
    std::string last_hash;          ///< "" where the last version is in another state than this batch, or taken back
    std::int64_t shown_number = 0;  ///< of the version in the current layer, 0: none
  };
  struct Latest {
    std::int64_t number = 0;  ///< 0: the record has no version yet
    bool same = false;        ///< of content and state
  };
  LayerWriter(Database& database, const Layer& layer, Batch batch, Statements statements, std::int64_t versions_before,
              bool had_records);
  struct Content {
    const mineaction::Record* record;
    std::int64_t source_row;
    std::string blob, hash;
  };
  /// Rows on their way to the store: of new records, and of versions.
  struct Bulk {
    BulkInsert records, versions;
    std::int64_t next_record = 0, next_version = 0;
    std::size_t bytes = 0;  ///< of versions since both were sent, not less than they have
  };
  Content content_of(const mineaction::Record& record, std::int64_t source_row) const;
  base::Result<Bulk*> bulk();
  base::Result<void> ask(const std::vector<std::string_view>& local_ids);
  /// What the register and this batch have of the record; null when neither has it.
  base::Result<const Known*> known_record(const std::string& local_id);
  base::Result<std::optional<Entered>> same_content(const Known& known, const std::string& hash);
  /// The number of the record, made when its local id is new.
  base::Result<std::int64_t> record_of(const std::string& local_id, bool& is_new);
  base::Result<Latest> latest(std::int64_t record_id, const std::string& hash);
  template <typename Target>
  void bind_version(Target& target, const Content& content, std::int64_t record_id, std::int64_t number) const;
  void add_leaf(const Content& content, std::int64_t record_id, std::int64_t number);
  base::Result<void> insert_version(const Content& content, std::int64_t record_id, std::int64_t number);
  base::Result<void> gather_version(const Content& content, std::int64_t record_id, std::int64_t number);

  Database* database_;
  const Layer* layer_;
  Batch batch_;
  Statements statements_;
  std::int64_t versions_before_;                  ///< greatest version_id before this batch
  bool had_records_;                              ///< the layer had some before this batch
  std::unordered_map<std::string, Known> known_;  ///< of those looked up last
  std::optional<Bulk> bulk_;
  /// Hashes of the local ids in this batch: one that comes again, or collides, is looked up in the register.
  std::unordered_set<std::size_t> entered_ids_;
  std::int64_t matched_version_ = 0;
  std::string uuid_;  ///< of the record that record_of() made last
  Leaves leaves_;
  std::optional<std::size_t> information_date_;
};

/// Hash over the field names and values that are known, and the geometry blob: a field that a later edition adds
/// changes no old hash. 32 bytes.
std::string record_hash(const mineaction::Kind& kind, const mineaction::Record& record, const std::string& blob);

/// Reads columns [first, …) in the order of Layer::column_list into a record.  Errors: registry.damaged.
base::Result<mineaction::Record> read_record(const Layer& layer, const Statement& row, int first);

}  // namespace firmground::registry
