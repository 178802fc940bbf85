#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/progress.h"

/// A verb of the command line: one file verb_<name>.cpp each, listed in verbs.cpp in river order.
namespace firmground::cli {

/// Exit status: 0 done (issues included), 1 refused or failed and nothing changed, 2 wrong use.
enum ExitStatus : int { kDone = 0, kRefused = 1, kWrongUse = 2 };

/// Help of the option PROGRAMME, the same in every verb.
inline constexpr const char* kProgrammeHelp =
    "The programme: path of its GeoPackage file, or postgresql://user@host/database";

/// Options that every verb has; bound on each subcommand by add_common_options().
struct Common {
  bool json = false;     ///< one JSON object on standard output, everything else to standard error
  bool quiet = false;    ///< no progress
  unsigned threads = 0;  ///< 0 = all
};

/// Adds --json, --quiet, --threads to the subcommand.
std::shared_ptr<Common> add_common_options(CLI::App& verb);

/// As CLI::Range, of finite numbers: NaN lies within no range.
CLI::Validator within(double least, double most);

/// A progress bar on standard error when it is a terminal, a line per step otherwise, nothing when quiet.
base::Progress progress_on_terminal(const Common& common);

/// Prints the error (as JSON {"error":{"code","id","message","remedy"}} with --json) and gives kRefused.
int refuse(const base::Error& error, const Common& common);

/// What a verb gives to the registry: makes its subcommand and returns what runs when it was chosen.
using Verb = std::function<int()> (*)(CLI::App& app);

/// All verbs in river order.
const std::vector<Verb>& verbs();

}  // namespace firmground::cli
