#include "register/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "base/ids.h"
#include "register/layer_writer.h"
#include "register/layout.h"

namespace firmground::registry {

using base::Hasher;
using base::Result;

namespace {

constexpr std::size_t kDigestBytes = 16;

/// Rows of one table that belong to batches: batch, record (0 for none), and the columns that the leaf covers, a letter
/// each: i integer, t text, b bytes.
struct SideTable {
  Section section;
  const char* select;
  std::string_view columns;
  bool one_leaf_per_batch;
};

constexpr SideTable kSideTables[] = {
    {Section::batch,
     "SELECT batch_id, 0, kind, file_name, file_hash, entered_at, author, state, row_count, accepted, unchanged, "
     "refused "
     "FROM firmground_batch WHERE ?1 IS NULL OR batch_id = ?1 ORDER BY batch_id",
     "ttttttiiii", true},
    {Section::issues,
     "SELECT batch_id, 0, source_row, local_id, field, value, code, error, remedy, refused FROM firmground_issue "
     "WHERE ?1 IS NULL OR batch_id = ?1 ORDER BY batch_id, issue_id",
     "itttttti", true},
    {Section::covariate,
     "SELECT version_batch, 0, name, version_number, version_state, version_hash, bytes FROM firmground_covariate "
     "WHERE ?1 IS NULL OR version_batch = ?1 ORDER BY version_batch, covariate_id",
     "titbb", false},
    {Section::revocation,
     "SELECT batch_id, record_id, version_number FROM firmground_revocation "
     "WHERE ?1 IS NULL OR batch_id = ?1 ORDER BY batch_id, record_id, version_number",
     "i", false},
    {Section::undo,
     "SELECT undone_by, 0, batch_id FROM firmground_undo WHERE ?1 IS NULL OR undone_by = ?1 ORDER BY undone_by", "i",
     false},
    {Section::merge,
     "SELECT batch_id, record_id, survivor_id FROM firmground_merge "
     "WHERE ?1 IS NULL OR batch_id = ?1 ORDER BY batch_id, record_id",
     "i", false},
    {Section::attachment,
     "SELECT batch_id, record_id, content_hash, file_name, media_type, byte_count, caption FROM firmground_attachment "
     "WHERE ?1 IS NULL OR batch_id = ?1 ORDER BY batch_id, record_id, content_hash",
     "tttit", false}};

void add_columns(Hasher& hasher, const Statement& row, int first, std::string_view columns) {
  for (const char type : columns) {
    hasher.add(static_cast<std::uint8_t>(row.is_null(first) ? 0 : 1));
    type == 'i'   ? hasher.add(row.integer(first))
    : type == 't' ? hasher.add(row.text(first))
                  : hasher.add(row.blob(first));
    ++first;
  }
}

Result<void> add_side_table(const Database& database, const SideTable& table, std::optional<std::int64_t> batch,
                            std::map<std::int64_t, Leaves>& leaves) {
  FG_TRY(auto select, database.prepare(table.select));
  batch ? select.bind(1, *batch) : select.bind_null(1);
  std::optional<std::pair<std::int64_t, Hasher>> open;
  const auto close = [&] {
    if (open) {
      leaves[open->first].add(table.section, 0, open->second.digest());
      open.reset();
    }
  };
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      close();
      return {};
    }
    const std::int64_t id = select.integer(0);
    if (!table.one_leaf_per_batch) {
      Hasher hasher;
      add_columns(hasher, select, 2, table.columns);
      leaves[id].add(table.section, select.integer(1), hasher.digest());
      continue;
    }
    if (!open || open->first != id) {
      close();
      open.emplace(id, Hasher());
    }
    add_columns(open->second, select, 2, table.columns);
  }
}

Result<void> insert_link(Database& database, AuditLink link) {
  FG_TRY(auto last, database.prepare("SELECT link_id, link_hash FROM firmground_audit ORDER BY link_id DESC LIMIT 1"));
  FG_TRY(const bool any, last.step());
  link.number = any ? last.integer(0) + 1 : 1;
  const std::string hash = link_hash(link, any ? last.blob(1) : std::string_view());
  FG_TRY(
      auto insert,
      database.prepare("INSERT INTO firmground_audit (link_id, batch_id, action, entered_at, author, subject, reason, "
                       "leaves, link_hash) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)"));
  insert.bind(1, link.number);
  link.batch ? insert.bind(2, *link.batch) : insert.bind_null(2);
  insert.bind(3, link.action).bind(4, link.entered_at).bind(5, link.author).bind(6, link.subject).bind(7, link.reason);
  return insert.bind_blob(8, link.leaves.bytes()).bind_blob(9, hash).run();
}

}  // namespace

void Leaves::add(Section section, std::int64_t record_id, std::string_view digest) {
  char bytes[kLeafBytes];
  bytes[0] = static_cast<char>(section);
  std::memcpy(bytes + 1, &record_id, sizeof record_id);
  std::memcpy(bytes + 9, digest.data(), kDigestBytes);
  bytes_.append(bytes, sizeof bytes);
}

void Leaves::add_version(const VersionFacts& version) {
  Hasher hasher;
  hasher.add(version.kind).add(version.local_id).add(version.uuid).add(version.number).add(version.information_date);
  hasher.add(version.source_row).add(version.state).add(version.hash);
  add(Section::version, version.record_id, hasher.digest());
}

Leaf Leaves::operator[](std::size_t index) const {
  const char* bytes = bytes_.data() + index * kLeafBytes;
  Leaf leaf{static_cast<Section>(bytes[0]), 0, std::string(bytes + 9, kDigestBytes)};
  std::memcpy(&leaf.record_id, bytes + 1, sizeof leaf.record_id);
  return leaf;
}

std::string link_hash(const AuditLink& link, std::string_view previous) {
  Hasher hasher;
  hasher.add(previous).add(link.number).add(link.batch.value_or(0)).add(link.action).add(link.entered_at);
  hasher.add(link.author).add(link.subject).add(link.reason).add(link.leaves.bytes());
  return hasher.digest();
}

Result<std::map<std::int64_t, Leaves>> side_leaves(const Database& database, std::optional<std::int64_t> batch) {
  std::map<std::int64_t, Leaves> leaves;
  for (const SideTable& table : kSideTables) {
    FG_TRY_VOID(add_side_table(database, table, batch, leaves));
  }
  return leaves;
}

Result<Leaves> setting_leaves(const Database& database) {
  Leaves leaves;
  FG_TRY(auto select,
         database.prepare("SELECT name, value FROM firmground_setting WHERE name <> 'layout' ORDER BY name"));
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return leaves;
    }
    Hasher hasher;
    add_columns(hasher, select, 0, "tt");
    leaves.add(Section::setting, 0, hasher.digest());
  }
}

Result<void> append_link(Database& database, AuditLink link, const Leaves& version_leaves) {
  link.leaves = version_leaves;
  if (link.batch) {
    FG_TRY(auto side, side_leaves(database, link.batch));
    link.leaves.append(side[*link.batch]);
  }
  return insert_link(database, std::move(link));
}

Result<void> begin_chain(Database& database) {
  FG_TRY(const auto begun, database.integer("SELECT 1 FROM firmground_audit LIMIT 1"));
  if (begun) {
    return {};
  }
  AuditLink link;
  link.action = "begin";
  link.entered_at = base::utc_timestamp(base::now_unix_milliseconds());
  FG_TRY(link.batch, database.integer("SELECT max(batch_id) FROM firmground_batch"));
  FG_TRY(link.leaves, setting_leaves(database));
  std::map<std::int64_t, Leaves> versions;
  FG_TRY_VOID(for_each_stored_version(database, [&](const StoredVersion& version) -> Result<void> {
    versions[version.batch].add_version(version.facts);
    return {};
  }));
  FG_TRY(auto side, side_leaves(database, std::nullopt));
  for (const auto& [batch, leaves] : side) {
    link.leaves.append(versions[batch]);
    link.leaves.append(leaves);
  }
  return insert_link(database, std::move(link));
}

Result<std::vector<AuditLink>> read_links(const Database& database) {
  std::vector<AuditLink> links;
  FG_TRY(auto select, database.prepare("SELECT link_id, batch_id, action, entered_at, author, subject, reason, leaves, "
                                       "link_hash FROM firmground_audit ORDER BY link_id"));
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return links;
    }
    AuditLink link;
    link.number = select.integer(0);
    if (!select.is_null(1)) {
      link.batch = select.integer(1);
    }
    link.action = select.text(2);
    link.entered_at = select.text(3);
    link.author = select.text(4);
    link.subject = select.text(5);
    link.reason = select.text(6);
    link.leaves = Leaves(std::string(select.blob(7)));
    link.hash = select.blob(8);
    links.push_back(std::move(link));
  }
}

Result<void> for_each_stored_version(const Database& database, const TakeVersion& take) {
  FG_TRY(auto layers, read_layers(database));
  std::sort(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) { return a.id < b.id; });
  for (const Layer& layer : layers) {
    FG_TRY(auto select,
           database.prepare(fmt::format(
               "SELECT v.version_batch, coalesce(r.local_id, ''), coalesce(r.uuid, ''), v.version_record, "
               "v.version_number, coalesce(v.version_information_date, ''), v.version_row, v.version_state, "
               "v.version_hash, {} FROM {} v LEFT JOIN firmground_record r ON r.record_id = v.version_record "
               "ORDER BY v.version_id",
               layer.column_list("v."), sql_name(layer.versions()))));
    const int geometry_column = 9 + static_cast<int>(layer.kind.fields.size());
    for (;;) {
      FG_TRY(const bool row, select.step());
      if (!row) {
        break;
      }
      const std::string blob = layer.has_geometry() ? std::string(select.blob(geometry_column)) : std::string();
      // A geometry that cannot be read any more has no hash; verify then names the record instead of giving up.
      const auto record = read_record(layer, select, 9);
      const std::string content = record ? record_hash(layer.kind, *record, blob) : std::string();
      const std::int64_t number = select.integer(4);
      FG_TRY_VOID(take({select.integer(0),
                        {layer.kind.name, select.text(1), select.integer(3), number, select.text(5), select.integer(6),
                         select.text(7), select.blob(8), number == 1 ? select.text(2) : std::string_view()},
                        content}));
    }
  }
  return {};
}

}  // namespace firmground::registry
