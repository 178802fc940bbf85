#include <fmt/core.h>
#include <mpi.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "base/stamp.h"
#include "cli/closer_look.h"
#include "cli/estimate_arguments.h"
#include "cli/verbs.h"
#include "mpi/team_of_processes.h"
#include "pipeline/estimate_regions.h"

/// firmground-mpi: the estimate by several processes, a region of the country each.
namespace firmground::mpi {

namespace {

struct Arguments {
  cli::EstimateArguments estimate;
  cli::CloserLookArguments closer;
  double overlap_m = pipeline::kDefaultOverlap_m;
};

/// Processes that share a machine share its processors too.
void share_processors(const TeamOfProcesses& team, unsigned asked) {
  const std::size_t here = team.on_this_machine();
  base::set_thread_count(0);
  base::set_thread_count(asked > 0 ? asked : std::max(1U, base::thread_count() / static_cast<unsigned>(here)));
}

/// Most memory that each process has held, in the first one.
std::vector<double> peaks_mb(TeamOfProcesses& team) {
  std::vector<double> peaks(team.size(), 0.0);
  peaks[team.rank()] = cli::peak_mb();
  team.sum(peaks);
  return peaks;
}

base::Result<pipeline::EstimateOutcome> make_estimate(TeamOfProcesses& team, const Arguments& asked,
                                                      const base::Progress& progress) {
  // Wrong dates are wrong in every process: nobody waits for another.
  FG_TRY(pipeline::EstimateRequest request, cli::request_of(asked.estimate));
  request.overlap_m = asked.overlap_m;
  cli::ask_closer_look(asked.closer, asked.estimate.polygons, request);
  FG_TRY(pipeline::EstimateOutcome outcome,
         pipeline::estimate_programme_in_regions(team, asked.estimate.programme, request, progress));
  base::Result<void> written;
  if (team.first()) {
    FG_TRY(const registry::Register programme, registry::Register::open(asked.estimate.programme));
    written = cli::write_files(asked.estimate, programme, outcome.stored, outcome.kind_map,
                               cli::closer_look_columns(asked.closer, outcome.stored));
  }
  FG_TRY_VOID(estimate::agreed(team, std::move(written)));
  return outcome;
}

int run(TeamOfProcesses& team, const Arguments& asked, const cli::Common& common) {
  const auto started = std::chrono::steady_clock::now();
  share_processors(team, common.threads);
  const auto outcome = make_estimate(team, asked, team.first() ? cli::progress_on_terminal(common) : base::no_progress);
  if (!outcome) {
    return team.first() ? cli::refuse(outcome.error(), common) : static_cast<int>(cli::kRefused);
  }
  const std::vector<double> peaks = peaks_mb(team);
  if (team.first()) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    nlohmann::ordered_json also = {{"regions", team.size()}, {"peak_mb_by_process", peaks}};
    also.update(cli::kinds_told(asked.estimate, outcome->stored));
    also.update(
        nlohmann::ordered_json::parse(cli::closer_look_json(asked.closer, asked.estimate.polygons, outcome->stored)));
    cli::print_outcome(*outcome, seconds, common, also.dump());
    if (!common.json) {
      cli::print_closer_look(asked.closer, asked.estimate.polygons, outcome->stored);
    }
  }
  return cli::kDone;
}

int main_of(TeamOfProcesses& team, int argc, char** argv) {
  CLI::App app{
      "Firmground by several processes, a region of the country each: mpirun -n N firmground-mpi estimate ..."};
  app.require_subcommand(1);
  app.set_version_flag("--version", base::version());
  app.get_formatter()->column_width(38);
  Arguments asked;
  CLI::App* verb = app.add_subcommand(
      "estimate", "What 'firmground estimate' does, by one process for each region, and keep it in the programme");
  cli::add_estimate_options(*verb, asked.estimate);
  cli::add_closer_look_options(*verb, asked.closer);
  verb->add_option("--overlap", asked.overlap_m,
                   "Metres by which each process looks beyond its own region: several ranges of the short field")
      ->check(cli::within(1000, 1000000))
      ->capture_default_str();
  const auto common = cli::add_common_options(*verb);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Said once, not by every process.
    const int status = team.first() ? app.exit(error) : error.get_exit_code();
    return status == 0 ? cli::kDone : cli::kWrongUse;
  }
  return run(team, asked, *common);
}

}  // namespace

}  // namespace firmground::mpi

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int status = firmground::cli::kRefused;
  {
    firmground::mpi::TeamOfProcesses team;
    try {
      status = firmground::mpi::main_of(team, argc, argv);
    } catch (const std::exception& error) {
      // Out of memory, most of all: the others must not wait for this one.
      fmt::print(stderr, "firmground-mpi: process {} of {} failed: {}\n", team.rank(), team.size(), error.what());
      MPI_Abort(MPI_COMM_WORLD, firmground::cli::kRefused);
    }
  }
  MPI_Finalize();
  return status;
}
