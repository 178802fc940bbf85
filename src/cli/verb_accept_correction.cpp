#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/author.h"
#include "cli/hypotheses_file.h"
#include "cli/verbs.h"
#include "pipeline/accept_correction.h"

namespace firmground::cli {

namespace {

using Json = nlohmann::ordered_json;

struct AcceptVerb {
  std::string programme, hypotheses;
  pipeline::AcceptRequest request;
};

Json to_json(const pipeline::AcceptOutcome& outcome) {
  Json accepted = Json::array();
  for (const auto& record : outcome.accepted) {
    accepted.push_back({{"id", record.id},
                        {"version", record.version},
                        {"read_as", record.hypothesis},
                        {"probability_exists", record.probability_exists},
                        {"moved_m", record.drawn ? Json(record.moved_m) : Json()},
                        {"bearing_deg", record.drawn ? Json(record.bearing_deg) : Json()}});
  }
  Json obstacles = Json::array();
  for (const base::Error& error : outcome.obstacles) {
    obstacles.push_back({{"code", error.code}, {"message", error.message}, {"remedy", error.remedy}});
  }
  return {{"batch", outcome.batch == 0 ? Json() : Json(outcome.batch)},
          {"accepted", std::move(accepted)},
          {"obstacles", std::move(obstacles)}};
}

void print(const pipeline::AcceptOutcome& outcome, bool dry_run) {
  for (const auto& record : outcome.accepted) {
    const std::string move = record.drawn ? fmt::format("{:.0f} m at {:.0f} deg from where it was recorded",
                                                        record.moved_m, record.bearing_deg)
                                          : std::string("it was drawn nowhere before");
    fmt::print("{}: read as {}; {}; version {}\n", record.id, record.hypothesis, move, record.version);
  }
  for (const base::Error& error : outcome.obstacles) {
    fmt::print("\n{}\n  {}\n", error.message, error.remedy);
  }
  if (dry_run) {
    fmt::print("{} corrections could be accepted. Nothing was entered.\n", outcome.accepted.size());
  } else if (outcome.batch > 0) {
    fmt::print(
        "{} corrections accepted as batch {}. What was recorded stays in the history of each record; 'undo-import' of "
        "the batch shows it again.\n",
        outcome.accepted.size(), outcome.batch);
  } else {
    fmt::print("Nothing was entered.\n");
  }
}

int run(AcceptVerb& verb, const Common& common) {
  auto hypotheses = all_hypotheses(verb.hypotheses);
  if (!hypotheses) {
    return refuse(hypotheses.error(), common);
  }
  verb.request.hypotheses = std::move(*hypotheses);
  auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto outcome = pipeline::accept_corrections(*programme, verb.request, progress_on_terminal(common));
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", to_json(*outcome).dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(*outcome, verb.request.dry_run);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_accept_correction(CLI::App& app) {
  auto made = std::make_shared<AcceptVerb>();
  made->request.author = author_name();
  pipeline::AcceptRequest& request = made->request;
  CLI::App* verb = app.add_subcommand(
      "accept-correction",
      "Take over what 'reconcile' found out about minefield records: each gets a new version whose outline lies where "
      "its field does, with the reading that explains it; what was recorded stays in the history");
  verb->add_option("PROGRAMME", made->programme, kProgrammeHelp)->required();
  auto* ids = verb->add_option("RECORD", request.record_ids, "Local ids of minefield records");
  auto* sources = verb->add_option("--source", request.sources,
                                   "All records of this source (batch, hand-over); may be given several times");
  auto* sheets =
      verb->add_option("--sheet", request.sheets, "All records of this map sheet; may be given several times");
  for (CLI::Option* option : {sources, sheets}) {
    option->allow_extra_args(false);
  }
  verb->add_option("--hypothesis", request.hypothesis,
                   "Settle that they were misread so (id of schema/hypotheses.toml): they are reconciled under it "
                   "alone, now and in every later run (default: the likeliest of each, as last reconciled)");
  verb->add_option("--hypotheses", made->hypotheses,
                   "TOML file with more hypotheses, written as in schema/hypotheses.toml");
  verb->add_option("--reason", request.reason, "Why; kept with the records for ever")->required();
  verb->add_flag("--keep-good", request.keep_good,
                 "Accept the records that allow it and list the others (default: all or none)");
  verb->add_flag("--dry-run", request.dry_run, "Say what would be entered, enter nothing");
  verb->add_option("--author", request.author, kAuthorHelp);
  auto common = add_common_options(*verb);
  return [made, common, ids, sources, sheets] {
    if (ids->count() == 0 && sources->count() == 0 && sheets->count() == 0) {
      fmt::print(stderr, "firmground: say on which records: RECORD..., --source NAME or --sheet NAME\n");
      return static_cast<int>(kWrongUse);
    }
    return run(*made, *common);
  };
}

}  // namespace firmground::cli
