#include "register/trail_layout.h"

#include <algorithm>

#include "register/dialect.h"

namespace firmground::registry {

using base::Result;

namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS firmground_audit (
  link_id INTEGER PRIMARY KEY, batch_id INTEGER REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED,
  action TEXT NOT NULL, entered_at TEXT NOT NULL, author TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
  leaves BLOB NOT NULL, link_hash BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS firmground_audit_batch ON firmground_audit (batch_id);
CREATE TABLE IF NOT EXISTS firmground_revocation (
  record_id INTEGER NOT NULL REFERENCES firmground_record(record_id), version_number INTEGER NOT NULL,
  batch_id INTEGER NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (record_id, version_number));
CREATE TABLE IF NOT EXISTS firmground_undo (
  batch_id INTEGER PRIMARY KEY REFERENCES firmground_batch(batch_id),
  undone_by INTEGER NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE IF NOT EXISTS firmground_merge (
  record_id INTEGER NOT NULL REFERENCES firmground_record(record_id),
  survivor_id INTEGER NOT NULL REFERENCES firmground_record(record_id) CHECK (survivor_id <> record_id),
  batch_id INTEGER NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (record_id, batch_id));
CREATE TABLE IF NOT EXISTS firmground_attachment (
  record_id INTEGER NOT NULL REFERENCES firmground_record(record_id), content_hash TEXT NOT NULL,
  file_name TEXT NOT NULL, media_type TEXT NOT NULL, byte_count INTEGER NOT NULL, caption TEXT NOT NULL,
  batch_id INTEGER NOT NULL REFERENCES firmground_batch(batch_id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (record_id, content_hash));
CREATE INDEX IF NOT EXISTS firmground_issue_batch ON firmground_issue (batch_id);
)sql";

}  // namespace

Result<void> create_trail(Database& database) {
  const Dialect& dialect = database.dialect();
  FG_TRY(const auto tables, dialect.tables(database));
  if (std::find(tables.begin(), tables.end(), "firmground_undo") != tables.end()) {
    return {};
  }
  return database.execute(dialect.spelled(kTables) +
                          dialect.append_only("firmground_audit", "A link of the audit chain") +
                          dialect.append_only("firmground_revocation", "What was taken back") +
                          dialect.append_only("firmground_undo", "The taking back of a batch") +
                          dialect.append_only("firmground_merge", "A merger of duplicates") +
                          dialect.append_only("firmground_attachment", "An attachment"));
}

}  // namespace firmground::registry
