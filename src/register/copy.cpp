#include "register/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include "base/hash.h"
#include "geo/crs.h"
#include "geo/raster.h"
#include "register/attachment.h"
#include "register/database.h"
#include "register/dialect.h"
#include "register/layout.h"
#include "register/migrations.h"
#include "register/register.h"
#include "register/verify.h"

namespace firmground::registry {

using base::fail;
using base::Progress;
using base::Result;

namespace {

/// What others refer to comes first; the rest has no order that matters.
constexpr std::array<std::string_view, 3> kFirst = {"firmground_layer", "firmground_batch", "firmground_record"};
/// The gate is closed in every register, and of each its own.
constexpr std::string_view kGate = "firmground_gate";

/// Number of rows and what is in them, whatever their order.
struct Content {
  std::int64_t rows = 0;
  std::uint64_t low = 0, high = 0;
  friend bool operator==(const Content&, const Content&) = default;
};

class RowHash {
 public:
  void add_null() { hasher_.add('n'); }
  void add(std::int64_t value) { hasher_.add('i').add(value); }
  void add(double value) { hasher_.add('r').add(value); }
  void add_bytes(std::string_view bytes) { hasher_.add('b').add(bytes); }
  void into(Content& content) const {
    const std::string digest = hasher_.digest();
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), digest.data(), sizeof words);
    content.low += words[0];
    content.high += words[1];
    ++content.rows;
  }

 private:
  base::Hasher hasher_;
};

Result<Statement> select_all(const Database& database, const std::string& table, const std::vector<Column>& columns) {
  std::string names;
  for (const Column& column : columns) {
    names += (names.empty() ? "" : ", ") + sql_name(column.name);
  }
  return database.prepare(fmt::format("SELECT {} FROM {}", names, sql_name(table)));
}

/// Hashes column `i` of the row, and binds it to `insert` where one is given.
void take_value(const Statement& row, ColumnType type, int i, RowHash& hash, BulkInsert* insert) {
  if (row.is_null(i)) {
    hash.add_null();
    insert != nullptr ? void(insert->bind_null(i + 1)) : void();
    return;
  }
  switch (type) {
    case ColumnType::integer:
      hash.add(row.integer(i));
      insert != nullptr ? void(insert->bind(i + 1, row.integer(i))) : void();
      return;
    case ColumnType::real:
      hash.add(row.real(i));
      insert != nullptr ? void(insert->bind(i + 1, row.real(i))) : void();
      return;
    case ColumnType::text:
      hash.add_bytes(row.text(i));
      insert != nullptr ? void(insert->bind(i + 1, row.text(i))) : void();
      return;
    case ColumnType::blob:
      hash.add_bytes(row.blob(i));
      insert != nullptr ? void(insert->bind_blob(i + 1, row.blob(i))) : void();
  }
}

/// Reads a table, into `insert` where one is given.
Result<Content> read_table(const Database& database, const std::string& table, const std::vector<Column>& columns,
                           BulkInsert* insert) {
  FG_TRY(auto select, select_all(database, table, columns));
  Content content;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return content;
    }
    RowHash hash;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      take_value(select, columns[i].type, static_cast<int>(i), hash, insert);
    }
    hash.into(content);
    if (insert != nullptr) {
      FG_TRY_VOID(insert->row());
    }
  }
}

/// The source's columns; refused unless the target has the same ones, in whatever order.
Result<std::vector<Column>> shared_columns(const Database& source, const Database& target, const std::string& table) {
  FG_TRY(auto columns, source.dialect().columns(source, table));
  FG_TRY(const auto theirs, target.dialect().columns(target, table));
  const bool same =
      columns.size() == theirs.size() && std::all_of(columns.begin(), columns.end(), [&](const Column& column) {
        return std::any_of(theirs.begin(), theirs.end(),
                           [&](const Column& other) { return other.name == column.name && other.type == column.type; });
      });
  if (!same) {
    return fail("registry.copy_table_unknown", {{"file", source.path()}, {"table", table}});
  }
  return columns;
}

Result<std::int64_t> copy_table(const Database& source, Database& target, const std::string& table) {
  FG_TRY(const auto columns, shared_columns(source, target, table));
  std::vector<std::string> names;
  for (const Column& column : columns) {
    names.push_back(column.name);
  }
  FG_TRY(auto insert, BulkInsert::into(target, table, names));
  FG_TRY(const Content sent, read_table(source, table, columns, &insert));
  FG_TRY_VOID(insert.finish());
  FG_TRY(const Content arrived, read_table(target, table, columns, nullptr));
  if (!(sent == arrived)) {
    return fail("registry.copy_differs", {{"file", target.path()}, {"what", "the table " + table}});
  }
  return sent.rows;
}

/// Tables that are copied: all but the current layers, which follow from the versions, and the gate.
Result<std::vector<std::string>> tables_to_copy(const Database& source, const std::vector<Layer>& layers) {
  FG_TRY(auto tables, source.dialect().tables(source));
  std::erase_if(tables, [&](const std::string& table) {
    return table == kGate ||
           std::any_of(layers.begin(), layers.end(), [&](const Layer& l) { return l.kind.table == table; });
  });
  std::stable_partition(tables.begin(), tables.end(), [](const std::string& table) {
    return std::find(kFirst.begin(), kFirst.end(), table) != kFirst.end();
  });
  return tables;
}

Result<void> copy_into(const Database& source, Database& target, const std::string& last_entry, CopyReport& report,
                       const Progress& progress) {
  FG_TRY(const auto epsg, source.text("SELECT value FROM firmground_setting WHERE name = 'epsg'"));
  FG_TRY(const auto crs, geo::Crs::from_epsg(std::atoi(epsg.c_str())));
  FG_TRY_VOID(create_tables(target, crs));
  FG_TRY_VOID(create_migration_table(target));
  FG_TRY(const auto layers, read_layers(source));
  for (const Layer& layer : layers) {
    FG_TRY_VOID(create_layer_tables(target, layer));
  }
  FG_TRY(const auto tables, tables_to_copy(source, layers));
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (!progress("copying " + tables[i], 0.8 * static_cast<double>(i) / static_cast<double>(tables.size()))) {
      return fail("base.cancelled");
    }
    FG_TRY(const std::int64_t rows, copy_table(source, target, tables[i]));
    report.tables.push_back({tables[i], rows});
  }
  for (const Layer& layer : layers) {
    if (!progress("showing " + layer.kind.table, 0.85)) {
      return fail("base.cancelled");
    }
    FG_TRY_VOID(show_versions(target, layer, 0, last_entry));
  }
  return {};
}

/// Papers and pictures lie beside the register under their content hash. One that is missing at the source is missing
/// in the copy, and counted; nothing else is.
Result<void> copy_attachments(const Database& source, const std::string& from, const std::string& to,
                              CopyReport& report) {
  const std::string source_folder = attachment_folder(from);
  const std::string target_folder = attachment_folder(to);
  FG_TRY(const auto attachments, read_attachments(source, source_folder));
  if (!attachments.empty() && target_folder.empty()) {
    return fail("registry.attachments_need_folder", {{"file", name_for_people(to)}});
  }
  for (const Attachment& attachment : attachments) {
    ++report.attachments;
    if (!content_problem(attachment).empty()) {
      ++report.attachments_missing;
      continue;
    }
    const std::filesystem::path path =
        std::filesystem::path(target_folder) / std::filesystem::relative(attachment.path, source_folder);
    if (!std::filesystem::exists(path)) {
      std::error_code problem;
      std::filesystem::create_directories(path.parent_path(), problem);
      FG_TRY(const std::string bytes, geo::read_file(attachment.path));
      FG_TRY_VOID(geo::write_file(path.string(), bytes));
    }
  }
  return {};
}

/// Snapshot as entered until the last entry that was copied: someone may have written to the source meanwhile.
Result<std::string> snapshot_hash(const std::string& location, const std::string& until) {
  FG_TRY(const auto programme, Register::open(location));
  FG_TRY(const auto snapshot, programme.snapshot({}, until));
  return snapshot.hash;
}

/// What does not fit in the copy must not have fitted in the source either.
Result<void> verify_copy(const std::string& from, const std::string& to, CopyReport& report) {
  FG_TRY(const auto copied, Register::open(to));
  FG_TRY(const Verification verification, verify(copied, "", base::no_progress, Vault::elsewhere));
  report.head = verification.head;
  report.findings = verification.finding_count;
  if (report.findings == 0) {
    return {};
  }
  FG_TRY(const auto source, Register::open(from));
  FG_TRY(const Verification theirs, verify(source, "", base::no_progress, Vault::elsewhere));
  if (theirs.finding_count != report.findings) {
    return fail("registry.copy_differs", {{"file", report.to}, {"what", "the audit chain"}});
  }
  return {};
}

}  // namespace

Result<CopyReport> copy_programme(const std::string& from, const std::string& to, const Progress& progress) {
  FG_TRY_VOID(Register::open(from));  // brings an older layout up to this one, and refuses what is no programme
  FG_TRY(auto source, Database::open(from, Database::Mode::read_write, std::chrono::seconds(5)));
  FG_TRY(auto reading, Transaction::begin(source, Transaction::Kind::read));
  FG_TRY(const std::string last_entry, source.text("SELECT coalesce(max(entered_at), '') FROM firmground_batch"));
  CopyReport report;
  report.from = source.path();
  report.to = name_for_people(to);
  FG_TRY_VOID(create_store(to, [&](Database& target) -> Result<void> {
    FG_TRY_VOID(copy_into(source, target, last_entry, report, progress));
    return copy_attachments(source, from, to, report);
  }));
  FG_TRY_VOID(reading.commit());
  progress("comparing the snapshots", 0.9);
  FG_TRY(report.snapshot, snapshot_hash(to, last_entry));
  FG_TRY(const std::string theirs, snapshot_hash(from, last_entry));
  if (report.snapshot != theirs) {
    return fail("registry.copy_differs", {{"file", report.to}, {"what", "the snapshot"}});
  }
  FG_TRY_VOID(verify_copy(from, to, report));
  progress("done", 1);
  return report;
}

}  // namespace firmground::registry
