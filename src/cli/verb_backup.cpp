#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/counted.h"
#include "cli/verbs.h"
#include "register/backup.h"

/// backup and restore: two verbs, one of which undoes the other.
namespace firmground::cli {

namespace {

struct BackupVerb {
  std::string from, to;
  bool force = false;
};

int tell(const base::Result<registry::BackupOutcome>& outcome, const char* done, const Common& common) {
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  if (common.json) {
    nlohmann::ordered_json json = {{"file", outcome->file},         {"bytes", outcome->bytes},
                                   {"head", outcome->head},         {"links", outcome->links},
                                   {"versions", outcome->versions}, {"attachments", outcome->attachments},
                                   {"vault", outcome->vault},       {"replaced", nullptr}};
    if (!outcome->replaced.empty()) {
      json["replaced"] = outcome->replaced;
    }
    fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return kDone;
  }
  fmt::print("{} {} and verified it: {}, {}, {}{}.\nHead of the chain: {}\n", done, outcome->file,
             counted(outcome->links, "entry", "entries"), counted(outcome->versions, "version", "versions"),
             counted(outcome->attachments, "attachment", "attachments"),
             outcome->vault ? ", and the vault (still locked)" : "", outcome->head);
  if (!outcome->replaced.empty()) {
    fmt::print("What was there before lies in {}\n", outcome->replaced);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_backup(CLI::App& app) {
  auto backup = std::make_shared<BackupVerb>();
  CLI::App* verb =
      app.add_subcommand("backup",
                         "Write the programme as it stands now to a file, also while others write, with its "
                         "attachments and vault, and verify the copy");
  verb->add_option("PROGRAMME", backup->from, kProgrammeHelp)->required();
  verb->add_option("FILE", backup->to, "The backup, a GeoPackage file that must not exist yet")->required();
  auto common = add_common_options(*verb);
  return [backup, common] {
    return tell(registry::backup(backup->from, backup->to, progress_on_terminal(*common)), "Wrote", *common);
  };
}

std::function<int()> verb_restore(CLI::App& app) {
  auto restore = std::make_shared<BackupVerb>();
  CLI::App* verb = app.add_subcommand(
      "restore", "Make a programme from a backup after verifying it; nothing is overwritten without --force");
  verb->add_option("FILE", restore->from, "The backup")->required();
  verb->add_option("PROGRAMME", restore->to,
                   "The programme to be made: a path, or postgresql://user@host/database of a database without one")
      ->required();
  verb->add_flag("--force", restore->force,
                 "Put it in the place of a file that exists; that one is kept beside it under another name. Stop "
                 "'firmground serve' first");
  auto common = add_common_options(*verb);
  return [restore, common] {
    const auto existing = restore->force ? registry::Existing::set_aside : registry::Existing::refuse;
    return tell(registry::restore(restore->from, restore->to, existing, progress_on_terminal(*common)), "Made",
                *common);
  };
}

}  // namespace firmground::cli
