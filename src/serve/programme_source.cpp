#include "serve/programme_source.h"

#include <mutex>
#include <utility>

#include "register/change_mark.h"

namespace firmground::serve {
namespace {

/// A programme in either store.  One connection, used by one thread at a time, and one that asks whether anything
/// changed.
class RegisterSource final : public ProgrammeSource {
 public:
  RegisterSource(registry::Register opened, std::unique_ptr<registry::ChangeMark> mark)
      : register_(std::move(opened)), mark_(std::move(mark)), path_(register_.path()) {}

  std::string name() const override { return path_; }

  std::string mark() override { return mark_->now(); }

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
  std::unique_ptr<registry::ChangeMark> mark_;
  std::string path_;
};

}  // namespace

base::Result<std::unique_ptr<ProgrammeSource>> open_programme(const std::string& path) {
  FG_TRY(registry::Register opened, registry::Register::open(path));
  FG_TRY(auto mark, registry::ChangeMark::open(path));
  return std::make_unique<RegisterSource>(std::move(opened), std::move(mark));
}

}  // namespace firmground::serve
