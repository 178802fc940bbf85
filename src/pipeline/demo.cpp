#include "pipeline/demo.h"

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "base/ids.h"
#include "base/stamp.h"
#include "exchange/canonical_files.h"
#include "mineaction/snapshot.h"
#include "pipeline/estimate_programme.h"
#include "pipeline/stored_estimate.h"

namespace firmground::pipeline {
namespace {

namespace fs = std::filesystem;
using registry::Register;

/// Marks a programme that demo_programme() made, and from what.
constexpr const char* kDemoMark = "demo";
constexpr const char* kProfile = "invented-country";

const char* to_string(simulate::Size size) {
  return size == simulate::Size::small ? "small" : "national";
}

base::Stamp demo_stamp(const DemoOptions& options) {
  const nlohmann::ordered_json settings = {{"size", to_string(options.size)}};
  return {.product = "demo",
          .snapshot_hash = "",
          .version = base::version(),
          .settings = settings.dump(),
          .seed = options.seed};
}

/// Import files, register, rasters and the write-ahead log at their largest, measured, with a half on top.
std::uintmax_t bytes_needed(simulate::Size size) {
  constexpr std::uintmax_t kMegabyte = 1'000'000;
  return size == simulate::Size::small ? 300 * kMegabyte : 3'000 * kMegabyte;
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

base::Result<void> require_space(const fs::path& path, simulate::Size size) {
  std::error_code error;
  const fs::space_info space = fs::space(folder_of(path), error);
  if (error) {
    return base::fail("pipeline.demo_unwritable", {{"file", path.string()}, {"reason", error.message()}});
  }
  const std::uintmax_t needed = bytes_needed(size);
  if (space.available < needed) {
    return base::fail("pipeline.disk_full", {{"file", path.string()},
                                             {"free_mb", std::to_string(space.available / 1'000'000)},
                                             {"needed_mb", std::to_string(needed / 1'000'000)}});
  }
  return {};
}

/// The finished demo at `path`; nothing when the country is to be made.
base::Result<std::optional<Register>> find_demo(const std::string& path, const DemoOptions& options) {
  if (!fs::exists(path)) {
    return std::nullopt;
  }
  auto programme = Register::open(path);
  if (!programme) {
    return base::fail("pipeline.not_a_demo", {{"file", path}});
  }
  FG_TRY(const std::optional<registry::StoredResult> mark, programme->load(kDemoMark));
  if (!mark) {
    return base::fail("pipeline.not_a_demo", {{"file", path}});
  }
  if (options.force) {
    return std::nullopt;
  }
  const base::Stamp made = base::parse_stamp(mark->stamp);
  const base::Stamp wanted = demo_stamp(options);
  if (made.settings != wanted.settings || made.seed != wanted.seed) {
    const auto settings = nlohmann::json::parse(made.settings, nullptr, false);
    return base::fail("pipeline.other_demo", {{"file", path},
                                              {"size", settings.is_object() ? settings.value("size", "?") : "?"},
                                              {"seed", std::to_string(made.seed)}});
  }
  return std::optional<Register>(std::move(*programme));
}

/// Where the register grows until it is complete, and the import files it is filled from.
struct Unfinished {
  fs::path programme, files;

  explicit Unfinished(const fs::path& path)
      : programme(path.parent_path() / (path.stem().string() + ".unfinished.gpkg")),
        files(path.parent_path() / (path.stem().string() + ".unfinished.files")) {}

  /// What an interrupted demo left behind is worth nothing: the simulation gives the same country again.
  base::Result<void> clear() const {
    FG_TRY_VOID(remove(files));
    FG_TRY_VOID(remove(programme));
    return remove_log(programme);
  }

  static base::Result<void> remove(const fs::path& path) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) {
      return base::fail("pipeline.demo_unwritable", {{"file", path.string()}, {"reason", error.message()}});
    }
    return {};
  }

  /// SQLite would play a write-ahead log that is left lying into whatever file next bears the name.
  static base::Result<void> remove_log(const fs::path& programme) {
    FG_TRY_VOID(remove(programme.string() + "-wal"));
    return remove(programme.string() + "-shm");
  }
};

base::Progress under(const base::Progress& progress, std::string stage) {
  return [progress, stage = std::move(stage)](std::string_view step, double share) {
    return progress(step.empty() ? stage : fmt::format("{}: {}", stage, step), share);
  };
}

base::Result<void> write_import_files(const fs::path& folder, const DemoOptions& options,
                                      const base::Progress& progress) {
  FG_TRY(const simulate::Country country,
         simulate::simulate({.size = options.size, .seed = options.seed, .vary = false, .dirty = false},
                            under(progress, "Inventing a country")));
  progress("Writing its import files", 0);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return base::fail("pipeline.demo_unwritable", {{"file", folder.string()}, {"reason", error.message()}});
  }
  return exchange::write_folder(folder.string(), country.known);
}

/// An invented country without dirt must enter whole: a refused row is a fault of ours, and half a country would show
/// less hazard.
base::Result<void> require_all_entered(const registry::ImportOutcome& file) {
  if (file.refused == 0) {
    return {};
  }
  for (const intake::Issue& issue : file.issues) {
    if (issue.refused) {
      return base::fail("pipeline.import_refused",
                        {{"file", file.file}, {"row", std::to_string(issue.row)}, {"reason", issue.error}});
    }
  }
  return base::fail("pipeline.import_refused", {{"file", file.file}, {"row", "?"}, {"reason", "no reason was given"}});
}

base::Result<void> fill_register(const Unfinished& unfinished, const DemoOptions& options,
                                 const base::Progress& progress, DemoOutcome& outcome) {
  FG_TRY(Register programme, Register::create(unfinished.programme.string(), kProfile, "Invented country"));
  registry::ImportOptions import;
  import.author = "firmground demo";
  FG_TRY(const std::vector<registry::ImportOutcome> files,
         programme.import_folder(unfinished.files.string(), true, import, under(progress, "Importing")));
  for (const registry::ImportOutcome& file : files) {
    FG_TRY_VOID(require_all_entered(file));
    outcome.rows += file.rows;
    outcome.issues += static_cast<std::int64_t>(file.issues.size());
  }
  return programme.store({.name = kDemoMark,
                          .stamp = demo_stamp(options).to_json(),
                          .made_at = base::utc_timestamp(base::now_unix_milliseconds()),
                          .bytes = "{}"});
}

/// Files, register, then one rename: there is a complete country at `path`, or what was there before.
base::Result<void> make_country(const std::string& path, const DemoOptions& options, const base::Progress& progress,
                                DemoOutcome& outcome) {
  FG_TRY_VOID(require_space(path, options.size));
  const Unfinished unfinished(path);
  FG_TRY_VOID(unfinished.clear());
  FG_TRY_VOID(write_import_files(unfinished.files, options, progress));
  FG_TRY_VOID(fill_register(unfinished, options, progress, outcome));
  FG_TRY_VOID(Unfinished::remove_log(path));
  std::error_code error;
  fs::rename(unfinished.programme, path, error);
  if (error) {
    return base::fail("pipeline.demo_unwritable", {{"file", path}, {"reason", error.message()}});
  }
  return unfinished.clear();
}

base::Result<void> account_estimate_report(Register& programme, const DemoOptions& options,
                                           const base::Progress& progress, DemoOutcome& outcome) {
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot());
  progress("Accounting for the land", 0);
  FG_TRY(outcome.account, mineaction::account(snapshot));
  EstimateRequest request;
  request.reuse = true;
  if (options.size == simulate::Size::small) {  // of a nation it would take longer than a newcomer waits
    request.estimate.closer.without_evidence = true;
    request.estimate.closer.surveys.emplace();
  }
  FG_TRY(const EstimateOutcome estimated,
         estimate_programme(programme, snapshot, request, under(progress, "Estimating what remains")));
  outcome.estimate_reused = estimated.reused;
  progress("Reporting the situation", 0);
  FG_TRY(outcome.situation,
         report::situation_from_account(snapshot, outcome.account, summary_for_report(estimated.stored)));
  progress("Reporting the situation", 1);
  return {};
}

}  // namespace

base::Result<DemoOutcome> demo_programme(const std::string& path, const DemoOptions& options,
                                         const base::Progress& progress) {
  DemoOutcome outcome;
  FG_TRY(std::optional<Register> programme, find_demo(path, options));
  outcome.country_reused = programme.has_value();
  if (!programme) {
    FG_TRY_VOID(make_country(path, options, progress, outcome));
    FG_TRY(programme, Register::open(path));
  }
  FG_TRY_VOID(account_estimate_report(*programme, options, progress, outcome));
  return outcome;
}

}  // namespace firmground::pipeline
