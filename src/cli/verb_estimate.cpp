#include <chrono>
#include <memory>

#include "cli/estimate_arguments.h"
#include "cli/verbs.h"
#include "pipeline/estimate_programme.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

base::Result<pipeline::EstimateOutcome> make_estimate(const EstimateArguments& asked, const base::Progress& progress) {
  FG_TRY(registry::Register programme, registry::Register::open(asked.programme));
  progress("Reading the register", 0);
  FG_TRY(const mineaction::Snapshot snapshot, programme.snapshot());
  FG_TRY(const pipeline::EstimateRequest request, request_of(asked));
  FG_TRY(pipeline::EstimateOutcome outcome, pipeline::estimate_programme(programme, snapshot, request, progress));
  FG_TRY_VOID(write_files(asked, programme, outcome));
  return outcome;
}

int run_estimate(const EstimateArguments& asked, const Common& common) {
  const auto started = std::chrono::steady_clock::now();
  const auto outcome = make_estimate(asked, progress_on_terminal(common));
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  print_outcome(*outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(), common);
  return kDone;
}

}  // namespace

std::function<int()> verb_estimate(CLI::App& app) {
  auto asked = std::make_shared<EstimateArguments>();
  CLI::App* verb = app.add_subcommand(
      "estimate", "Estimate where ordnance remains, with its uncertainty, and keep it in the programme");
  add_estimate_options(*verb, *asked);
  auto common = add_common_options(*verb);
  return [asked, common] { return run_estimate(*asked, *common); };
}

}  // namespace firmground::cli
