#include "register/layer_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <utility>

#include "base/hash.h"
#include "base/ids.h"
#include "register/asked_values.h"

namespace firmground::registry {

using base::Result;
using mineaction::Field;
using mineaction::FieldType;
using mineaction::Record;
using mineaction::Value;

namespace {

template <typename Target>  // a Statement or a BulkInsert
void bind_value(Target& statement, int index, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    statement.bind(index, *text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    statement.bind(index, *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    statement.bind(index, *real);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    statement.bind(index, static_cast<std::int64_t>(*truth));
  } else {
    statement.bind_null(index);
  }
}

template <typename T>
void append_bytes(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof bytes);
}

void append_text(std::string& out, std::string_view text) {
  append_bytes(out, static_cast<std::uint64_t>(text.size()));
  out += text;
}

void append_value(std::string& out, const Value& value) {
  out += static_cast<char>('0' + value.index());
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_text(out, *text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    append_bytes(out, *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    append_bytes(out, *real);
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? '1' : '0';
  }
}

std::string from_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned value = 0;
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, value, 16);
    bytes[i] = static_cast<char>(value);
  }
  return bytes;
}

Value read_value(const Field& field, const Statement& row, int column) {
  if (row.is_null(column)) {
    return std::monostate();
  }
  switch (field.type) {
    case FieldType::integer: return row.integer(column);
    case FieldType::real: return row.real(column);
    case FieldType::boolean: return row.integer(column) != 0;
    case FieldType::text:
    case FieldType::date:
    case FieldType::code: return std::string(row.text(column));
  }
  FG_CHECK(false);
}

/// Well below what a BulkInsert sends by itself (a megabyte), so that the writer decides when.
constexpr std::size_t kSendAt = 1 << 18;

/// Not less than the bytes of the values on their way to a store.
std::size_t size_of(const std::vector<Value>& values) {
  std::size_t size = 256;
  for (const Value& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    size += 16 + (text != nullptr ? text->size() : 0);
  }
  return size;
}

constexpr int kFirstContentColumn = 8;  // of the columns below, counted from 1

std::vector<std::string> version_columns(const Layer& layer) {
  std::vector<std::string> columns = {"version_record", "version_number", "version_information_date",
                                      "version_batch",  "version_row",    "version_state",
                                      "version_hash"};
  for (const Field& field : layer.kind.fields) {
    columns.push_back(field.name);
  }
  if (layer.has_geometry()) {
    columns.emplace_back("geom");
  }
  return columns;
}

std::string insert_version_sql(const Layer& layer) {
  std::string names, places;
  for (const std::string& column : version_columns(layer)) {
    names += (names.empty() ? "" : ", ") + sql_name(column);
    places += places.empty() ? "?" : ",?";
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", sql_name(layer.versions()), names, places);
}

constexpr int kFirstLookedUp = 3;  // parameter of the first local id

/// Of the records with these local ids the columns of LayerWriter::Known. Written so that a server goes through the
/// indexes even where it has no statistics yet of what was entered just now: LIMIT and the questions within the list of
/// columns keep it from joining whole tables.
std::string look_up_sql(const Layer& layer, std::size_t ids) {
  const std::string records = fmt::format(
      "SELECT asked.column1 AS local_id, (SELECT r.record_id FROM firmground_record r WHERE r.layer_id = ?1 AND "
      "r.local_id = asked.column1) AS record_id FROM (VALUES {}) asked LIMIT {}",
      value_rows(kFirstLookedUp, ids), ids);
  const std::string numbered = fmt::format(
      "SELECT i.local_id, i.record_id, (SELECT max(v.version_number) FROM {} v WHERE v.version_record = i.record_id) "
      "AS last_number FROM ({}) i WHERE i.record_id IS NOT NULL LIMIT {}",
      sql_name(layer.versions()), records, ids);
  return fmt::format(
      "SELECT k.local_id, k.record_id, k.last_number, "
      "(SELECT v.version_hash FROM {} v WHERE v.version_record = k.record_id AND v.version_number = k.last_number AND "
      "v.version_state = ?2 AND NOT {}), (SELECT c.version_number FROM {} c WHERE c.fid = k.record_id) FROM ({}) k",
      sql_name(layer.versions()), is_revoked("v"), sql_name(layer.kind.table), numbered);
}

}  // namespace

std::string record_hash(const mineaction::Kind& kind, const Record& record, const std::string& blob) {
  std::string content;
  content.reserve(256 + blob.size());
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    if (record.values[i].index() != 0) {
      append_text(content, kind.fields[i].name);
      append_value(content, record.values[i]);
    }
  }
  content += blob;
  return from_hex(base::Hasher().bytes(content.data(), content.size()).hex());
}

Result<Record> read_record(const Layer& layer, const Statement& row, int first) {
  Record record;
  const auto& fields = layer.kind.fields;
  record.values.reserve(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    record.values.push_back(read_value(fields[i], row, first + static_cast<int>(i)));
  }
  if (layer.has_geometry()) {
    FG_TRY(record.geometry, decode_blob(row.blob(first + static_cast<int>(fields.size()))));
  }
  return record;
}

LayerWriter::LayerWriter(Database& database, const Layer& layer, Batch batch, Statements statements,
                         std::int64_t versions_before, bool had_records)
    : database_(&database),
      layer_(&layer),
      batch_(std::move(batch)),
      statements_(std::move(statements)),
      versions_before_(versions_before),
      had_records_(had_records) {
  if (!layer.kind.information_date.empty()) {
    information_date_ = layer.kind.field_index(layer.kind.information_date);
  }
}

Result<LayerWriter> LayerWriter::make(Database& database, const Layer& layer, const Batch& batch) {
  const std::string versions = sql_name(layer.versions());
  FG_TRY(auto insert_record, database.prepare("INSERT INTO firmground_record (uuid, layer_id, local_id) VALUES (?,?,?) "
                                              "ON CONFLICT (layer_id, local_id) DO NOTHING"));
  FG_TRY(auto find_record,
         database.prepare("SELECT record_id FROM firmground_record WHERE layer_id = ? AND local_id = ?"));
  FG_TRY(
      auto find_same,
      database.prepare(fmt::format(
          "SELECT v.version_number, v.version_state = 'approved' AND (s.version_id IS NULL OR "
          "(s.version_id != v.version_id AND "
          "s.version_information_date IS NOT DISTINCT FROM v.version_information_date)) FROM {0} v LEFT JOIN {1} c ON "
          "c.fid = v.version_record "
          "LEFT JOIN {0} s ON s.version_record = c.fid AND s.version_number = c.version_number "
          "WHERE v.version_record = ? AND v.version_state = ? AND v.version_hash = ? AND NOT {2}",
          versions, sql_name(layer.kind.table), is_revoked("v"))));
  FG_TRY(auto find_latest,
         database.prepare(fmt::format("SELECT version_number, CASE WHEN version_state = ?2 AND version_hash = ?3 AND "
                                      "NOT {1} THEN 1 ELSE 0 END FROM {0} v "
                                      "WHERE version_record = ?1 ORDER BY version_number DESC LIMIT 1",
                                      versions, is_revoked("v"))));
  FG_TRY(auto insert_version, database.prepare(insert_version_sql(layer)));
  FG_TRY(const auto before, database.integer(fmt::format("SELECT max(version_id) FROM {}", versions)));
  FG_TRY(auto any, database.prepare("SELECT 1 FROM firmground_record WHERE layer_id = ?1 LIMIT 1"));
  any.bind(1, layer.id);
  FG_TRY(const bool had_records, any.step());
  return LayerWriter(database, layer, batch,
                     Statements{std::move(insert_record), std::move(find_record), std::move(find_same),
                                std::move(find_latest), std::move(insert_version)},
                     before.value_or(0), had_records);
}

Result<void> LayerWriter::look_up(const std::vector<std::string_view>& local_ids) {
  known_.clear();
  return had_records_ ? ask(local_ids) : Result<void>();
}

Result<void> LayerWriter::ask(const std::vector<std::string_view>& local_ids) {
  FG_TRY(auto select, database_->prepare(look_up_sql(*layer_, places_for(local_ids.size()))));
  select.bind(1, layer_->id).bind(2, batch_.state);
  bind_values(select, kFirstLookedUp, local_ids);
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return {};
    }
    known_[std::string(select.text(0))] = {select.integer(1), select.integer(2), std::string(select.blob(3)),
                                           select.integer(4)};
  }
}

Result<std::optional<LayerWriter::Entered>> LayerWriter::same_content(const Known& known, const std::string& hash) {
  if (known.last_hash == hash && (known.shown_number == known.last_number || batch_.state != "approved")) {
    matched_version_ = known.last_number;
    return std::optional(Entered::unchanged);
  }
  if (known.last_number == 1 && known.last_hash != hash) {
    return std::optional<Entered>();
  }
  Statement& find = statements_.find_same;
  find.bind(1, known.record).bind(2, batch_.state).bind_blob(3, hash);
  FG_TRY(const bool found, find.step());
  std::optional<Entered> same;
  if (found) {
    matched_version_ = find.integer(0);
    same = find.integer(1) != 0 ? Entered::unchanged_not_shown : Entered::unchanged;
  }
  find.reset();
  return same;
}

Result<std::int64_t> LayerWriter::record_of(const std::string& local_id, bool& is_new) {
  uuid_ = base::new_uuid(batch_.entered_ms);
  statements_.insert_record.bind(1, uuid_).bind(2, layer_->id).bind(3, local_id);
  FG_TRY_VOID(statements_.insert_record.run());
  is_new = database_->changes() == 1;
  if (is_new) {
    return database_->last_insert_rowid();
  }
  statements_.find_record.bind(1, layer_->id).bind(2, local_id);
  FG_TRY(const bool known, statements_.find_record.step());
  FG_CHECK(known);
  const std::int64_t record_id = statements_.find_record.integer(0);
  statements_.find_record.reset();
  return record_id;
}

Result<LayerWriter::Latest> LayerWriter::latest(std::int64_t record_id, const std::string& hash) {
  Statement& find = statements_.find_latest;
  find.bind(1, record_id).bind(2, batch_.state).bind_blob(3, hash);
  FG_TRY(const bool found, find.step());
  const Latest result = found ? Latest{find.integer(0), find.integer(1) != 0} : Latest{};
  find.reset();
  return result;
}

LayerWriter::Content LayerWriter::content_of(const Record& record, std::int64_t source_row) const {
  const auto* local_id = std::get_if<std::string>(&record.values.front());
  FG_CHECK(local_id != nullptr && !local_id->empty());
  std::string blob = layer_->has_geometry() ? encode_blob(record.geometry, layer_->blob_type()) : std::string();
  std::string hash = record_hash(layer_->kind, record, blob);
  return {&record, source_row, std::move(blob), std::move(hash)};
}

Result<LayerWriter::Bulk*> LayerWriter::bulk() {
  if (!bulk_) {
    auto columns = version_columns(*layer_);
    columns.emplace_back("version_id");
    FG_TRY(const auto last_record, database_->integer("SELECT max(record_id) FROM firmground_record"));
    FG_TRY(const auto last_version,
           database_->integer(fmt::format("SELECT max(version_id) FROM {}", sql_name(layer_->versions()))));
    FG_TRY(auto records,
           BulkInsert::into(*database_, "firmground_record", {"record_id", "uuid", "layer_id", "local_id"}));
    FG_TRY(auto versions, BulkInsert::into(*database_, layer_->versions(), columns));
    bulk_ = Bulk{std::move(records), std::move(versions), last_record.value_or(0) + 1, last_version.value_or(0) + 1};
  }
  return &*bulk_;
}

Result<const LayerWriter::Known*> LayerWriter::known_record(const std::string& local_id) {
  const bool entered_here = !entered_ids_.insert(std::hash<std::string>()(local_id)).second;
  if (entered_here && bulk_) {
    FG_TRY_VOID(bulk_->records.flush());
    FG_TRY_VOID(bulk_->versions.flush());
  }
  if (entered_here) {
    FG_TRY_VOID(ask({local_id}));
  }
  const auto known = known_.find(local_id);
  return known != known_.end() ? &known->second : nullptr;
}

Result<LayerWriter::Entered> LayerWriter::enter(const Record& record, std::int64_t source_row) {
  const Content content = content_of(record, source_row);
  const auto& local_id = std::get<std::string>(record.values.front());
  FG_TRY(const Known* known, known_record(local_id));
  if (known != nullptr) {
    FG_TRY(const auto same, same_content(*known, content.hash));
    if (same) {
      return *same;
    }
    FG_TRY_VOID(gather_version(content, known->record, known->last_number + 1));
    return Entered::accepted;
  }
  FG_TRY(Bulk * bulk, this->bulk());
  const std::int64_t record_id = bulk->next_record++;
  uuid_ = base::new_uuid(batch_.entered_ms);
  FG_TRY_VOID(bulk->records.bind(1, record_id).bind(2, uuid_).bind(3, layer_->id).bind(4, local_id).row());
  FG_TRY_VOID(gather_version(content, record_id, 1));
  return Entered::accepted;
}

Result<LayerWriter::Entered> LayerWriter::decide(const Record& record, std::int64_t source_row) {
  const Content content = content_of(record, source_row);
  bool is_new = false;
  FG_TRY(const std::int64_t record_id, record_of(std::get<std::string>(record.values.front()), is_new));
  FG_TRY(const Latest before, latest(record_id, content.hash));
  matched_version_ = before.number;
  if (before.same) {
    return Entered::unchanged;
  }
  ++matched_version_;
  FG_TRY_VOID(insert_version(content, record_id, matched_version_));
  return Entered::accepted;
}

template <typename Target>
void LayerWriter::bind_version(Target& target, const Content& content, std::int64_t record_id,
                               std::int64_t number) const {
  const Record& record = *content.record;
  target.bind(1, record_id).bind(2, number);
  information_date_ ? bind_value(target, 3, record.values[*information_date_]) : void(target.bind_null(3));
  target.bind(4, batch_.id).bind(5, content.source_row).bind(6, batch_.state).bind_blob(7, content.hash);
  int column = kFirstContentColumn;
  for (const Value& value : record.values) {
    bind_value(target, column++, value);
  }
  if (layer_->has_geometry()) {
    content.blob.empty() ? target.bind_null(column) : target.bind_blob(column, content.blob);
  }
}

void LayerWriter::add_leaf(const Content& content, std::int64_t record_id, std::int64_t number) {
  const Record& record = *content.record;
  const auto* date = information_date_ ? std::get_if<std::string>(&record.values[*information_date_]) : nullptr;
  leaves_.add_version({layer_->kind.name, std::get<std::string>(record.values.front()), record_id, number,
                       date != nullptr ? std::string_view(*date) : std::string_view(), content.source_row, batch_.state,
                       content.hash, number == 1 ? std::string_view(uuid_) : std::string_view()});
}

Result<void> LayerWriter::insert_version(const Content& content, std::int64_t record_id, std::int64_t number) {
  bind_version(statements_.insert_version, content, record_id, number);
  add_leaf(content, record_id, number);
  return statements_.insert_version.run();
}

Result<void> LayerWriter::gather_version(const Content& content, std::int64_t record_id, std::int64_t number) {
  FG_TRY(Bulk * bulk, this->bulk());
  bind_version(bulk->versions, content, record_id, number);
  const auto columns = static_cast<int>(layer_->kind.fields.size()) + (layer_->has_geometry() ? 1 : 0);
  bulk->versions.bind(kFirstContentColumn + columns, bulk->next_version++);
  add_leaf(content, record_id, number);
  bulk->bytes += size_of(content.record->values) + content.blob.size();
  if (bulk->bytes < kSendAt) {
    return bulk->versions.row();
  }
  // A version refers to its record: the records go first, and no version before them.
  bulk->bytes = 0;
  FG_TRY_VOID(bulk->records.flush());
  FG_TRY_VOID(bulk->versions.row());
  return bulk->versions.flush();
}

Result<void> LayerWriter::show(const std::string& changed_at) {
  if (bulk_) {
    FG_TRY_VOID(bulk_->records.finish());
    FG_TRY_VOID(bulk_->versions.finish());
    bulk_.reset();
  }
  return show_versions(*database_, *layer_, versions_before_, changed_at);
}

}  // namespace firmground::registry
