#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

#include "base/stamp.h"
#include "cli/verbs.h"

int main(int argc, char** argv) {
  using namespace firmground;
  CLI::App app{"Firmground: information and decision system of a national mine action programme"};
  app.require_subcommand(1);
  app.set_version_flag("--version", base::version());
  app.get_formatter()->column_width(38);

  std::vector<std::pair<CLI::App*, std::function<int()>>> chosen;
  for (const cli::Verb verb : cli::verbs()) {
    auto run = verb(app);
    chosen.emplace_back(app.get_subcommands({}).back(), std::move(run));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::kDone : cli::kWrongUse;
  }
  for (const auto& [subcommand, run] : chosen) {
    if (subcommand->parsed()) {
      return run();
    }
  }
  return cli::kWrongUse;
}
