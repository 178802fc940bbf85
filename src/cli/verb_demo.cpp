#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/serving.h"
#include "cli/verbs.h"
#include "pipeline/demo.h"
#include "report/situation.h"
#include "report/wording.h"

namespace firmground::cli {
namespace {

struct DemoArguments {
  std::string into = "demo.gpkg";
  std::string size = "small";
  std::uint64_t seed = 1;
  bool force = false;
  bool serve = false;
  int port = 8080;
};

double hectares(double square_metres) {
  return square_metres / 10'000;
}

void print_json(const DemoArguments& arguments, const pipeline::DemoOutcome& outcome) {
  const nlohmann::ordered_json json = {
      {"programme", arguments.into},
      {"size", arguments.size},
      {"seed", arguments.seed},
      {"country_reused", outcome.country_reused},
      {"estimate_reused", outcome.estimate_reused},
      {"rows", outcome.rows},
      {"issues", outcome.issues},
      {"situation", nlohmann::ordered_json::parse(report::to_json(outcome.situation))}};
  fmt::print("{}\n", json.dump());
}

void print_land(const mineaction::LandAccount& account) {
  using report::grouped;
  const double remaining_m2 = account.remaining_suspected_m2 + account.remaining_confirmed_m2;
  fmt::print("  land       {} ha recorded as hazardous: {} cancelled, {} reduced, {} cleared, {} remaining\n",
             grouped(hectares(account.opening_m2 + account.new_m2)), grouped(hectares(account.cancelled_m2)),
             grouped(hectares(account.reduced_m2)), grouped(hectares(account.cleared_m2)),
             grouped(hectares(remaining_m2)));
}

/// Unknown is said, never shown as zero.
std::string counted(const std::optional<std::int64_t>& count) {
  return count ? report::grouped(*count) : report::kNotKnown;
}

void print_situation(const report::Situation& situation) {
  using report::grouped;
  fmt::print("  found      {} mines, {} explosive remnants of war\n", counted(situation.mines_found),
             counted(situation.erw_found));
  const auto total = [](const std::optional<report::Casualties>& casualties) {
    return counted(casualties ? std::optional(casualties->total) : std::nullopt);
  };
  fmt::print("  casualties {} in all, {} since {}\n", total(situation.all), total(situation.since),
             situation.since_name);
  if (situation.records.accuracy) {
    fmt::print("  records    {:.0f} % of {} minefield records in searched land are confirmed by a mine found\n",
               100 * *situation.records.accuracy, grouped(situation.records.searched));
  }
  if (situation.estimate) {
    const auto& totals = situation.estimate->totals;
    fmt::print("  remaining  {} items estimated, between {} and {} with 90 % probability\n", grouped(totals.items_mean),
               grouped(totals.items_p05), grouped(totals.items_p95));
  } else {
    fmt::print("  remaining  not estimated: {}\n", situation.estimate_missing_reason);
  }
}

void print_summary(const DemoArguments& arguments, const pipeline::DemoOutcome& outcome) {
  fmt::print("\nAn invented country is in {}{}.\n", arguments.into,
             outcome.country_reused ? " (it was there already)" : "");
  if (!outcome.country_reused) {
    fmt::print("  register   {} records entered, {} issues noted\n", report::grouped(outcome.rows),
               report::grouped(outcome.issues));
  }
  print_land(outcome.account);
  print_situation(outcome.situation);
  fmt::print(
      "\nNext:\n"
      "  firmground serve {0}                                     the map in a browser\n"
      "  firmground report {0} situation --out situation.pdf      the page for the ministry\n"
      "  firmground validate {0}                                  how far the estimate can be trusted\n",
      arguments.into);
}

int run_demo(const DemoArguments& arguments, const Common& common) {
  const pipeline::DemoOptions options{
      .size = arguments.size == "small" ? simulate::Size::small : simulate::Size::national,
      .seed = arguments.seed,
      .force = arguments.force};
  const auto outcome = pipeline::demo_programme(arguments.into, options, progress_on_terminal(common));
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  if (common.json) {
    print_json(arguments, *outcome);
  } else {
    print_summary(arguments, *outcome);
  }
  std::fflush(stdout);
  if (arguments.serve) {
    serve::ServerOptions served;
    served.port = arguments.port;
    return serve_until_stopped(arguments.into, served, common);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_demo(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("demo", "Run every stage on an invented country and show the result");
  auto arguments = std::make_shared<DemoArguments>();
  auto common = add_common_options(*verb);
  verb->add_option("--into", arguments->into, "Programme file to make, or to use when it is a demo")
      ->capture_default_str();
  verb->add_option("--size", arguments->size, "small (30 x 30 km) or national")
      ->check(CLI::IsMember({"small", "national"}))
      ->capture_default_str();
  verb->add_option("--seed", arguments->seed, "Another seed, another country")->capture_default_str();
  verb->add_flag("--force", arguments->force,
                 "Make the country again; the old one stays until the new one is complete");
  verb->add_flag("--serve", arguments->serve, "Then serve the map until Ctrl-C")
      ->excludes("--json");  // one object on standard output, and the server prints its own
  verb->add_option("--port", arguments->port, "Port of --serve on this machine")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  return [arguments, common] { return run_demo(*arguments, *common); };
}

}  // namespace firmground::cli
