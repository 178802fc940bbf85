#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/author.h"
#include "cli/verbs.h"
#include "register/undo.h"

namespace firmground::cli {

namespace {

struct UndoVerb {
  std::string programme, author, reason, second_person;
  std::int64_t batch = 0;
};

int run(const UndoVerb& verb, const Common& common) {
  auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto outcome = registry::undo_import(*programme, verb.batch, verb.author, verb.reason, verb.second_person);
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  if (common.json) {
    const nlohmann::ordered_json json = {{"undone", verb.batch},          {"batch", outcome->batch},
                                         {"versions", outcome->versions}, {"gone", outcome->gone},
                                         {"restored", outcome->restored}, {"later", outcome->later},
                                         {"orphans", outcome->orphans}};
    fmt::print("{}\n", json.dump());
    return kDone;
  }
  fmt::print("Batch {} is taken back by batch {}: {} versions.\n", verb.batch, outcome->batch, outcome->versions);
  fmt::print("  {} records are no longer shown, {} show what was approved before, {} were changed since and stay.\n",
             outcome->gone, outcome->restored, outcome->later);
  if (outcome->orphans > 0) {
    fmt::print("  {} approved records name a record that is gone; 'firmground verify' lists them.\n", outcome->orphans);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_undo_import(CLI::App& app) {
  auto undo = std::make_shared<UndoVerb>();
  undo->author = author_name();
  CLI::App* verb = app.add_subcommand(
      "undo-import",
      "Take a whole batch back: what was current before is current again, the batch and who took it back stay in the "
      "history");
  verb->add_option("PROGRAMME", undo->programme, kProgrammeHelp)->required();
  verb->add_option("BATCH", undo->batch, "Number of the batch; 'firmground history PROGRAMME' lists them")
      ->required()
      ->check(CLI::PositiveNumber);
  verb->add_option("--reason", undo->reason, "Why; kept for ever")->required();
  verb->add_option("--second-person", undo->second_person, kSecondPersonHelp);
  verb->add_option("--author", undo->author, kAuthorHelp);
  auto common = add_common_options(*verb);
  return [undo, common] { return run(*undo, *common); };
}

}  // namespace firmground::cli
