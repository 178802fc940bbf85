#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "register/batch.h"
#include "register/database.h"
#include "register/entry.h"
#include "register/layer_writer.h"
#include "register/layout.h"

namespace firmground::registry {

/// An entry being made inside a transaction that the caller holds: versions of any kinds, versions taken back, then one
/// link of the audit chain. Dropped without close() it leaves nothing when the transaction is undone.
class OpenEntry {
 public:
  /// REQUIRES: `database` outlives it.  Errors: registry.state_unknown.
  static base::Result<OpenEntry> begin(Database& database, const EntryNote& note);

  /// One version in `state`.  Errors: registry.conflict, registry.no_such_layer.  REQUIRES: one state per kind.
  base::Result<EnteredVersion> decide(const std::string& kind, const mineaction::Record& record,
                                      const std::string& state, std::optional<std::int64_t> expected_version);
  /// From now on the version counts as never approved; it stays in the history.
  base::Result<void> take_back(const Layer& layer, std::int64_t record_id, std::int64_t version_number);
  /// All versions of a batch, rasters too. The number of versions.
  base::Result<std::int64_t> take_back_batch(std::int64_t batch);

  /// The caller wrote a row beside the versions (an attachment, a merger) with batch(): the entry is one even without
  /// versions.
  void note_side_row() { has_rows_ = true; }

  /// Brings the current layers up to date, writes the batch and its link. Nothing when nothing was entered.
  /// `rows`: how many records were looked at.  `subject`: what the link says the entry is about.
  base::Result<void> close(const std::string& kind, const std::string& subject, std::int64_t rows);

  std::int64_t batch() const { return entry_.batch; }
  std::int64_t accepted() const { return accepted_; }
  const std::vector<Layer>& layers() const { return layers_; }
  /// Errors: registry.no_such_layer (names the nearest).
  base::Result<const Layer*> layer(const std::string& kind) const;

 private:
  OpenEntry(Database& database, EntryNote note, Entry entry, std::vector<Layer> layers);
  struct Open {
    std::string state;
    LayerWriter writer;
    std::int64_t versions_before;
  };
  base::Result<Open*> writer_for(const Layer& layer, const std::string& state);
  base::Result<void> show(const Layer& layer);

  Database* database_;
  EntryNote note_;
  Entry entry_;
  std::vector<Layer> layers_;  ///< never changed after begin(): writers point into it
  std::map<std::int64_t, Open> writers_;
  std::int64_t accepted_ = 0;
  bool has_rows_ = false;
};

}  // namespace firmground::registry
