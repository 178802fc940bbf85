#include "register/attachment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/hash.h"
#include "geo/raster.h"
#include "register/open_entry.h"
#include "register/register_state.h"
#include "register/version_info.h"

namespace firmground::registry {

using base::fail;
using base::Result;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kMediaTypes = {
    {{".pdf", "application/pdf"},
     {".jpg", "image/jpeg"},
     {".jpeg", "image/jpeg"},
     {".png", "image/png"},
     {".tif", "image/tiff"},
     {".tiff", "image/tiff"},
     {".txt", "text/plain"},
     {".csv", "text/csv"},
     {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
     {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}}};

std::string media_type_of(const std::string& file) {
  std::string extension = std::filesystem::path(file).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found =
      std::find_if(kMediaTypes.begin(), kMediaTypes.end(), [&](const auto& pair) { return pair.first == extension; });
  return found == kMediaTypes.end() ? "application/octet-stream" : std::string(found->second);
}

std::string path_of(const std::string& folder, const std::string& hash) {
  return folder.empty() ? "" : folder + "/" + hash.substr(0, 2) + "/" + hash;
}

/// Under another name first: a killed copy never looks like the attachment.
Result<void> keep(const std::string& path, const std::string& bytes) {
  if (std::filesystem::exists(path)) {
    return {};
  }
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
  if (problem) {
    return fail("base.file_unwritable", {{"file", path}, {"reason", problem.message()}});
  }
  FG_TRY_VOID(geo::write_file(path + ".new", bytes));
  std::filesystem::rename(path + ".new", path, problem);
  return problem ? fail("base.file_unwritable", {{"file", path}, {"reason", problem.message()}}) : Result<void>();
}

Result<std::int64_t> record_number(const Database& database, const AttachRequest& request) {
  FG_TRY(const Layer layer, find_layer(database, request.kind));
  FG_TRY(auto select,
         database.prepare("SELECT record_id FROM firmground_record WHERE layer_id = ?1 AND local_id = ?2"));
  select.bind(1, layer.id).bind(2, request.id);
  FG_TRY(const bool known, select.step());
  if (!known) {
    return fail("registry.no_such_record", {{"kind", request.kind}, {"value", request.id}});
  }
  return select.integer(0);
}

Result<void> note(Database& database, const AttachRequest& request, const Attachment& attachment) {
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
  FG_TRY(const std::int64_t record, record_number(database, request));
  FG_TRY(auto entry,
         OpenEntry::begin(database, {request.author, request.reason, attachment.file_name, "approved", "attach"}));
  FG_TRY(auto insert, database.prepare("INSERT INTO firmground_attachment (record_id, content_hash, file_name, "
                                       "media_type, byte_count, caption, batch_id) VALUES (?1,?2,?3,?4,?5,?6,?7) "
                                       "ON CONFLICT (record_id, content_hash) DO NOTHING"));
  insert.bind(1, record).bind(2, attachment.content_hash).bind(3, attachment.file_name).bind(4, attachment.media_type);
  FG_TRY_VOID(insert.bind(5, attachment.byte_count).bind(6, attachment.caption).bind(7, entry.batch()).run());
  if (database.changes() == 0) {
    return {};
  }
  entry.note_side_row();
  FG_TRY_VOID(entry.close(request.kind, request.kind + " " + request.id, 1));
  return transaction.commit();
}

Attachment read_row(const Statement& row, const std::string& folder) {
  Attachment attachment;
  attachment.kind = row.text(0);
  attachment.id = row.text(1);
  attachment.content_hash = row.text(2);
  attachment.file_name = row.text(3);
  attachment.media_type = row.text(4);
  attachment.byte_count = row.integer(5);
  attachment.caption = row.text(6);
  attachment.batch = row.integer(7);
  attachment.path = path_of(folder, attachment.content_hash);
  return attachment;
}

constexpr const char* kSelect =
    "SELECT l.kind, r.local_id, a.content_hash, a.file_name, a.media_type, a.byte_count, a.caption, a.batch_id FROM "
    "firmground_attachment a JOIN firmground_record r ON r.record_id = a.record_id JOIN firmground_layer l ON "
    "l.layer_id = r.layer_id ";

Result<std::vector<Attachment>> read_rows(Statement& select, const std::string& folder) {
  std::vector<Attachment> attachments;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return attachments;
    }
    attachments.push_back(read_row(select, folder));
  }
}

}  // namespace

std::string attachment_folder(const std::string& location) {
  if (!location.starts_with("postgres")) {
    return std::filesystem::path(location).replace_extension(".attachments").string();
  }
  const char* folder = std::getenv("FIRMGROUND_ATTACHMENTS");
  return folder != nullptr ? folder : "";
}

Result<Attachment> attach(Register& programme, const AttachRequest& request) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY_VOID(record_number(opened.database, request));
  const std::string folder = attachment_folder(opened.database.path());
  if (folder.empty()) {
    return fail("registry.attachments_need_folder", {{"file", opened.database.path()}});
  }
  FG_TRY(const std::string bytes, geo::read_file(request.file));
  Attachment attachment;
  attachment.kind = request.kind;
  attachment.id = request.id;
  attachment.content_hash = base::content_hash(bytes);
  attachment.file_name = std::filesystem::path(request.file).filename().string();
  attachment.media_type = media_type_of(request.file);
  attachment.byte_count = static_cast<std::int64_t>(bytes.size());
  attachment.caption = request.caption;
  attachment.path = path_of(folder, attachment.content_hash);
  FG_TRY_VOID(keep(attachment.path, bytes));
  FG_TRY_VOID(note(opened.database, request, attachment));
  return attachment;
}

Result<std::vector<Attachment>> attachments_of(const Register& programme, const std::string& kind,
                                               const std::string& id) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  const std::string folder = attachment_folder(opened.database.path());
  FG_TRY(auto select, opened.database.prepare(
                          std::string(kSelect) +
                          "WHERE l.kind = ?1 AND r.local_id = ?2 AND NOT EXISTS (SELECT 1 FROM firmground_undo u WHERE "
                          "u.batch_id = a.batch_id) ORDER BY a.batch_id, a.content_hash"));
  select.bind(1, kind).bind(2, id);
  return read_rows(select, folder);
}

Result<std::vector<Attachment>> read_attachments(const Database& database, const std::string& folder) {
  FG_TRY(auto select, database.prepare(std::string(kSelect) + "ORDER BY a.batch_id, a.content_hash"));
  return read_rows(select, folder);
}

std::string content_problem(const Attachment& attachment) {
  if (attachment.path.empty()) {
    return "cannot be looked at: FIRMGROUND_ATTACHMENTS names no folder";
  }
  const auto bytes = geo::read_file(attachment.path);
  if (!bytes) {
    return "is missing: " + attachment.path;
  }
  return base::content_hash(*bytes) == attachment.content_hash ? "" : "was changed: " + attachment.path;
}

}  // namespace firmground::registry
