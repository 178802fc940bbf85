#include "register/change_mark.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <mutex>
#include <utility>

#include "register/database.h"

namespace firmground::registry {

using base::Result;

namespace {

/// Size and time of a file as text; "-" when it is not there.
std::string mark_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    return "-";
  }
  return fmt::format("{}.{}.{}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

class FileMark final : public ChangeMark {
 public:
  explicit FileMark(std::string path) : path_(std::move(path)) {}
  /// A commit changes the file or its write-ahead log.
  std::string now() override { return mark_of(path_) + "/" + mark_of(path_ + "-wal"); }

 private:
  std::string path_;
};

class ServerMark final : public ChangeMark {
 public:
  explicit ServerMark(Database database) : database_(std::move(database)) {}
  /// Every transaction that changes what the current tables show opens and closes the gate, which gives its row another
  /// xmin; entries that are not shown yet have a batch.
  std::string now() override {
    const std::lock_guard lock(mutex_);
    auto mark = database_.text(
        "SELECT (SELECT xmin::text FROM firmground_gate) || '/' || (SELECT coalesce(max(batch_id), 0) FROM "
        "firmground_batch) || '/' || (SELECT coalesce(max(made_at), '') FROM firmground_result)");
    last_ = mark ? std::move(*mark) : last_;
    return last_;
  }

 private:
  std::mutex mutex_;
  Database database_;
  std::string last_;
};

}  // namespace

Result<std::unique_ptr<ChangeMark>> ChangeMark::open(const std::string& location) {
  if (!is_server_address(location)) {
    return std::make_unique<FileMark>(location);
  }
  FG_TRY(auto database, Database::open(location, Database::Mode::read_write, std::chrono::seconds(1)));
  return std::make_unique<ServerMark>(std::move(database));
}

}  // namespace firmground::registry
