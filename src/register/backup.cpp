#include "register/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/ids.h"
#include "register/attachment.h"
#include "register/copy.h"
#include "register/database.h"
#include "register/dialect.h"
#include "register/register.h"
#include "register/vault.h"
#include "register/verify.h"

namespace firmground::registry {

using base::fail;
using base::Progress;
using base::Result;
namespace fs = std::filesystem;

namespace {

/// The files that together are a programme; of one in a database `file` is the address.
struct Places {
  explicit Places(const std::string& location)
      : file(location), attachments(attachment_folder(location)), vault(vault_path(location)) {}
  std::string file, attachments, vault;
};

/// Beside the final name, so that moving it there is one rename.
Places with_suffix(const std::string& path, const std::string& suffix) {
  const fs::path whole(path);
  return Places((whole.parent_path() / (whole.stem().string() + suffix + whole.extension().string())).string());
}

void remove_all(const Places& places) {
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm", "-journal"}) {
    fs::remove(places.file + end, ignored);
  }
  fs::remove_all(places.attachments, ignored);
  fs::remove(places.vault, ignored);
}

/// Taken away again unless kept.
class Draft {
 public:
  explicit Draft(Places places) : places_(std::move(places)) { remove_all(places_); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!kept_) {
      remove_all(places_);
    }
  }
  const Places& places() const { return places_; }
  void keep() { kept_ = true; }

 private:
  Places places_;
  bool kept_ = false;
};

/// Gone with what is in it when the work ends.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::string path = (fs::temp_directory_path() / "firmground-restore-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) {
      return fail("base.file_unwritable", {{"file", path}, {"reason", std::generic_category().message(errno)}});
    }
    return TemporaryFolder(path);
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, fs::path())) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

tl::unexpected<base::Error> unwritable(const std::string& path, const std::error_code& problem) {
  return fail("base.file_unwritable", {{"file", path}, {"reason", problem.message()}});
}

/// What was written is on the disk when this returns.
Result<void> sync(const std::string& path) {
  const int handle = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = handle >= 0 && fsync(handle) == 0;
  const std::error_code problem(errno, std::generic_category());
  if (handle >= 0) {
    close(handle);
  }
  return synced ? Result<void>() : unwritable(path, problem);
}

Result<void> expect_file(const std::string& path) {
  return is_server_address(path) ? fail("registry.backup_needs_file", {{"file", name_for_people(path)}})
                                 : Result<void>();
}

/// Of work that is followed by more.
Progress part_of(const Progress& progress, double begin, double end) {
  return [&progress, begin, end](std::string_view step, double share) {
    return progress(step, begin + (end - begin) * share);
  };
}

/// VACUUM INTO reads one state of the register, whatever others write meanwhile.
Result<void> copy_state(const std::string& from, const std::string& to) {
  FG_TRY(auto database, Database::open(from, Database::Mode::read_write, std::chrono::seconds(30)));
  return database.execute("VACUUM INTO " + sql_literal(to));
}

/// A backup lies on a medium that may be read-only, and nobody writes into it.
Result<void> copy_resting(const std::string& from, const std::string& to) {
  std::error_code problem;
  if (fs::exists(from + "-wal", problem) && fs::file_size(from + "-wal", problem) > 0) {
    return copy_state(from, to);
  }
  if (!fs::is_regular_file(from)) {
    return fail("base.file_unreadable", {{"file", from}, {"reason", "there is no such file"}});
  }
  fs::copy_file(from, to, problem);
  return problem ? unwritable(to, problem) : Result<void>();
}

/// copy_programme reads one state of the database, and copies the attachments.
Result<void> copy_from_server(const std::string& from, const std::string& to, const Progress& progress) {
  FG_TRY(const auto report, copy_programme(from, to, progress));
  if (report.attachments > 0 && attachment_folder(from).empty()) {
    return fail("registry.attachments_need_folder", {{"file", name_for_people(from)}});
  }
  return {};
}

/// Those that the copied register names; one that is missing or changed is found by verify.
Result<void> copy_attachments(const Places& from, const Places& to) {
  FG_TRY(const auto database, Database::open(to.file, Database::Mode::read_write, std::chrono::seconds(5)));
  FG_TRY(const auto attachments, read_attachments(database, to.attachments));
  for (const Attachment& attachment : attachments) {
    const fs::path source = from.attachments / fs::relative(attachment.path, to.attachments);
    std::error_code problem;
    if (!fs::exists(source) || fs::exists(attachment.path)) {
      continue;
    }
    fs::create_directories(fs::path(attachment.path).parent_path(), problem);
    if (!problem) {
      fs::copy_file(source, attachment.path, problem);
    }
    if (problem) {
      return unwritable(attachment.path, problem);
    }
    FG_TRY_VOID(sync(attachment.path));
  }
  return {};
}

Result<void> copy_vault(const Places& from, const Places& to) {
  std::error_code problem;
  if (!fs::exists(from.vault)) {
    return {};
  }
  fs::copy_file(from.vault, to.vault, problem);
  return problem ? unwritable(to.vault, problem) : sync(to.vault);
}

Result<BackupOutcome> verified(const Places& places, const Progress& progress) {
  FG_TRY(const auto programme, Register::open(places.file));
  FG_TRY(const auto verification, verify(programme, "", progress));
  if (!verification.whole()) {
    return fail("registry.backup_not_whole", {{"count", std::to_string(verification.finding_count)},
                                              {"finding", verification.findings.front().what}});
  }
  BackupOutcome outcome;
  outcome.head = verification.head;
  outcome.links = verification.links;
  outcome.versions = verification.versions;
  outcome.attachments = verification.attachments;
  outcome.vault = fs::exists(places.vault);
  return outcome;
}

Result<void> move_into_place(const Places& from, const Places& to) {
  std::error_code problem;
  for (const auto& [source, target] :
       {std::pair(from.attachments, to.attachments), std::pair(from.vault, to.vault), std::pair(from.file, to.file),
        std::pair(from.file + "-wal", to.file + "-wal"), std::pair(from.file + "-shm", to.file + "-shm")}) {
    if (fs::exists(source)) {
      fs::rename(source, target, problem);
    }
    if (problem) {
      return unwritable(target, problem);
    }
  }
  const std::string folder = fs::path(to.file).parent_path().string();
  return sync(folder.empty() ? "." : folder);
}

/// The first of the places that is taken, "" when all are free.
std::string taken(const Places& places) {
  for (const std::string& path : {places.file, places.attachments, places.vault}) {
    if (fs::exists(path)) {
      return path;
    }
  }
  return "";
}

/// Nobody writes into the programme that is about to be set aside. One that cannot be opened any more has no writer.
Result<void> expect_idle(const std::string& path) {
  auto database = Database::open(path, Database::Mode::read_write, std::chrono::seconds(2));
  if (!database) {
    return {};
  }
  const auto transaction = Transaction::begin(*database, Transaction::Kind::write);
  return !transaction && transaction.error().id == "registry.busy" ? tl::unexpected(transaction.error())
                                                                   : Result<void>();
}

Result<std::string> set_aside(const Places& places) {
  FG_TRY_VOID(expect_idle(places.file));
  std::string time = base::utc_timestamp(base::now_unix_milliseconds());
  std::erase_if(time, [](char c) { return c == ':' || c == '-' || c == '.'; });
  const Places aside = with_suffix(places.file, "-replaced-" + time);
  FG_TRY_VOID(move_into_place(places, aside));
  return aside.file;
}

Result<void> use_write_ahead_log(const std::string& path) {
  FG_TRY(auto database, Database::open(path, Database::Mode::read_write, std::chrono::seconds(5)));
  return database.execute("PRAGMA journal_mode = WAL");
}

void note_file(BackupOutcome& outcome, const std::string& path) {
  std::error_code ignored;
  outcome.file = path;
  outcome.bytes = static_cast<std::int64_t>(fs::file_size(path, ignored));
}

/// Of a backup, which may lie on a medium that cannot be written to.
Result<BackupOutcome> verified_copy(const std::string& from, const Places& to, const Progress& progress) {
  FG_TRY_VOID(copy_resting(from, to.file));
  FG_TRY_VOID(use_write_ahead_log(to.file));
  FG_TRY_VOID(copy_attachments(Places(from), to));
  FG_TRY_VOID(copy_vault(Places(from), to));
  return verified(to, progress);
}

Result<void> expect_empty_database(const std::string& address) {
  FG_TRY(auto database, Database::open(address, Database::Mode::create, std::chrono::seconds(5)));
  FG_TRY(const auto tables, database.dialect().tables(database));
  return tables.empty() ? Result<void>() : fail("registry.restore_needs_empty_database", {{"file", database.path()}});
}

/// The vault of a programme in a database is a file that the environment names.
Result<void> expect_place_for_vault(const Places& from, const Places& to) {
  if (!fs::exists(from.vault)) {
    return {};
  }
  if (to.vault.empty()) {
    return fail("registry.vault_needs_file", {{"file", name_for_people(to.file)}});
  }
  return fs::exists(to.vault) ? fail("registry.restore_exists", {{"file", to.vault}}) : Result<void>();
}

Result<BackupOutcome> restore_to_server(const std::string& from, const std::string& to, const Progress& progress) {
  const Places target(to);
  FG_TRY_VOID(expect_empty_database(to));
  FG_TRY_VOID(expect_place_for_vault(Places(from), target));
  FG_TRY(const TemporaryFolder folder, TemporaryFolder::make());
  const Places draft((folder.path() / "backup.gpkg").string());
  FG_TRY_VOID(verified_copy(from, draft, part_of(progress, 0, 0.3)));
  FG_TRY_VOID(copy_programme(draft.file, to, part_of(progress, 0.3, 0.8)));
  FG_TRY_VOID(copy_vault(draft, target));
  FG_TRY(auto outcome, verified(target, part_of(progress, 0.8, 1)));
  note_file(outcome, draft.file);
  outcome.file = name_for_people(to);
  return outcome;
}

}  // namespace

Result<BackupOutcome> backup(const std::string& from, const std::string& to, const Progress& progress) {
  FG_TRY_VOID(expect_file(to));
  const Places target(to);
  if (const std::string there = taken(target); !there.empty()) {
    return fail("registry.exists", {{"file", there}});
  }
  FG_TRY_VOID(Register::open(from));  // refuses what is no programme, in words
  Draft draft(with_suffix(to, "-unverified"));
  const double copied = is_server_address(from) ? 0.6 : 0;
  if (is_server_address(from)) {
    FG_TRY_VOID(copy_from_server(from, draft.places().file, part_of(progress, 0, copied)));
  } else {
    FG_TRY_VOID(copy_state(from, draft.places().file));
    FG_TRY_VOID(copy_attachments(Places(from), draft.places()));
  }
  FG_TRY_VOID(sync(draft.places().file));
  FG_TRY_VOID(copy_vault(Places(from), draft.places()));
  FG_TRY(auto outcome, verified(draft.places(), part_of(progress, copied, 1)));
  FG_TRY_VOID(move_into_place(draft.places(), target));
  draft.keep();
  note_file(outcome, to);
  return outcome;
}

Result<BackupOutcome> restore(const std::string& from, const std::string& to, Existing existing,
                              const Progress& progress) {
  FG_TRY_VOID(expect_file(from));
  if (is_server_address(to)) {
    return restore_to_server(from, to, progress);
  }
  const Places target(to);
  const std::string there = taken(target);
  if (!there.empty() && existing == Existing::refuse) {
    return fail("registry.restore_exists", {{"file", there}});
  }
  Draft draft(with_suffix(to, "-unverified"));
  FG_TRY(auto outcome, verified_copy(from, draft.places(), progress));
  FG_TRY_VOID(sync(draft.places().file));
  if (!there.empty()) {
    FG_TRY(outcome.replaced, set_aside(target));
  }
  FG_TRY_VOID(move_into_place(draft.places(), target));
  draft.keep();
  note_file(outcome, to);
  return outcome;
}

}  // namespace firmground::registry
