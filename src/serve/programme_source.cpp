#include "serve/programme_source.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <mutex>

namespace firmground::serve {
namespace {

/// Size and time of a file as text; "-" when it is not there.
std::string mark_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    return "-";
  }
  return fmt::format("{}.{}.{}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

/// A programme in a GeoPackage file.  One connection, used by one thread at a time.
class FileSource final : public ProgrammeSource {
 public:
  explicit FileSource(registry::Register opened) : register_(std::move(opened)), path_(register_.path()) {}

  std::string name() const override { return path_; }

  /// A commit changes the file or its write-ahead log.
  std::string mark() override { return mark_of(path_) + "/" + mark_of(path_ + "-wal"); }

  base::Result<ProgrammeContent> load(const base::Progress& progress) override {
    const std::lock_guard lock(mutex_);
    progress("Reading the register", 0);
    ProgrammeContent content;
    FG_TRY(content.snapshot, register_.snapshot());
    progress("Reading the estimate", 0.8);
    FG_TRY(content.estimate, pipeline::latest_estimate(register_, content.snapshot));
    if (content.estimate && content.snapshot.crs) {
      FG_TRY(content.hazard, pipeline::latest_hazard_raster(register_, *content.snapshot.crs));
    }
    progress("Reading the estimate", 1);
    return content;
  }

  base::Result<std::vector<registry::VersionInfo>> history(const std::string& kind, const std::string& id) override {
    const std::lock_guard lock(mutex_);
    return register_.history(kind, id);
  }

 private:
  std::mutex mutex_;
  registry::Register register_;
  std::string path_;
};

}  // namespace

base::Result<std::unique_ptr<ProgrammeSource>> open_programme(const std::string& path) {
  FG_TRY(registry::Register opened, registry::Register::open(path));
  return std::make_unique<FileSource>(std::move(opened));
}

}  // namespace firmground::serve
