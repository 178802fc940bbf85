#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/author.h"
#include "cli/verbs.h"
#include "register/workflow.h"

/// submit, approve, reject and withdraw: one verb each, one way to make them.
namespace firmground::cli {

namespace {

using registry::Decision;
using Json = nlohmann::ordered_json;

struct DecideVerb {
  Decision decision = Decision::submit;
  std::string name, done;
  std::string programme, kind;
  std::vector<std::string> ids;
  std::int64_t batch = 0;
  std::int64_t expected = -1;
  registry::DecisionOptions options;
};

Json to_json(const DecideVerb& verb, const registry::DecisionOutcome& outcome) {
  Json obstacles = Json::array();
  for (const auto& obstacle : outcome.obstacles) {
    obstacles.push_back({{"kind", obstacle.record.kind},
                         {"id", obstacle.record.id},
                         {"error", obstacle.error.message},
                         {"remedy", obstacle.error.remedy},
                         {"code", obstacle.error.code}});
  }
  Json json = {{"verb", verb.name},
               {"decided", outcome.decided},
               {"unchanged", outcome.unchanged},
               {"obstacles", std::move(obstacles)}};
  json["batch"] = outcome.batch == 0 ? Json() : Json(outcome.batch);
  return json;
}

void print(const DecideVerb& verb, const registry::DecisionOutcome& outcome) {
  fmt::print("{} {}, {} were so already", outcome.decided, verb.done, outcome.unchanged);
  fmt::print("{}\n", outcome.batch == 0 ? "" : fmt::format("; entered as batch {}", outcome.batch));
  for (const auto& obstacle : outcome.obstacles) {
    fmt::print("\n{}\n  {}\n", obstacle.error.message, obstacle.error.remedy);
  }
}

base::Result<std::vector<registry::RecordName>> names_of(const registry::Register& programme, const DecideVerb& verb) {
  if (verb.batch > 0) {
    return registry::records_of_batch(programme, verb.batch);
  }
  std::vector<registry::RecordName> names;
  for (const std::string& id : verb.ids) {
    names.push_back({verb.kind, id, verb.expected < 0 ? std::nullopt : std::optional(verb.expected)});
  }
  return names;
}

int run(const DecideVerb& verb, const Common& common) {
  auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto names = names_of(*programme, verb);
  if (!names) {
    return refuse(names.error(), common);
  }
  const auto outcome = registry::decide(*programme, verb.decision, *names, verb.options);
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", to_json(verb, *outcome).dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(verb, *outcome);
  }
  return kDone;
}

std::function<int()> make(CLI::App& app, Decision decision, const std::string& name, const std::string& done,
                          const std::string& help, bool reason_needed) {
  auto made = std::make_shared<DecideVerb>();
  made->decision = decision;
  made->name = name;
  made->done = done;
  made->options.author = author_name();
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("PROGRAMME", made->programme, kProgrammeHelp)->required();
  auto* kind = verb->add_option("KIND", made->kind, "Kind of the records, for example hazards");
  auto* ids = verb->add_option("ID", made->ids, "Local ids of the records")->needs(kind);
  auto* batch = verb->add_option("--batch", made->batch,
                                 "All records whose latest version this batch entered ('firmground history PROGRAMME' "
                                 "lists batches)")
                    ->check(CLI::PositiveNumber)
                    ->excludes(kind);
  auto* reason = verb->add_option("--reason", made->options.reason,
                                  reason_needed ? "Why; kept with the records for ever"
                                                : "Why; kept with the records (needed to take an approval back)");
  verb->add_option("--expect", made->expected,
                   "Number of the latest version that you looked at: refused when somebody entered one since")
      ->needs(ids)
      ->check(CLI::NonNegativeNumber);
  verb->add_flag("--keep-good", made->options.keep_good,
                 "Decide on the records that allow it and list the others (default: all or none)");
  if (decision != Decision::approve) {
    verb->add_option("--second-person", made->options.second_person, kSecondPersonHelp);
  }
  verb->add_option("--author", made->options.author, kAuthorHelp);
  if (reason_needed) {
    reason->required();
  }
  auto common = add_common_options(*verb);
  return [made, common, ids, batch] {
    if (ids->count() == 0 && batch->count() == 0) {
      fmt::print(stderr, "firmground: say on which records: KIND ID..., or --batch N\n");
      return static_cast<int>(kWrongUse);
    }
    return run(*made, *common);
  };
}

}  // namespace

std::function<int()> verb_submit(CLI::App& app) {
  return make(app, Decision::submit, "submit", "submitted",
              "Hand records over for review; an approved one is un-approved, and what was approved before it is shown",
              false);
}

std::function<int()> verb_approve(CLI::App& app) {
  return make(app, Decision::approve, "approve", "approved",
              "Approve records: maps, accounts and estimates read approved versions only", false);
}

std::function<int()> verb_reject(CLI::App& app) {
  return make(app, Decision::reject, "reject", "rejected",
              "Send records back to their author with a reason; an approved one is un-approved", true);
}

std::function<int()> verb_withdraw(CLI::App& app) {
  return make(app, Decision::withdraw, "withdraw", "withdrawn",
              "Take records out of the current view with a reason; their history stays", true);
}

}  // namespace firmground::cli
