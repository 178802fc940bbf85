#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "register/copy.h"

namespace firmground::cli {

namespace {

struct CopyOptions {
  std::string from, to;
};

int run_copy(const CopyOptions& options, const Common& common) {
  const auto report = registry::copy_programme(options.from, options.to, progress_on_terminal(common));
  if (!report) {
    return refuse(report.error(), common);
  }
  std::int64_t rows = 0;
  nlohmann::ordered_json tables = nlohmann::ordered_json::object();
  for (const auto& table : report->tables) {
    rows += table.rows;
    tables[table.name] = table.rows;
  }
  if (common.json) {
    const nlohmann::ordered_json json = {{"from", report->from},
                                         {"to", report->to},
                                         {"rows", rows},
                                         {"tables", std::move(tables)},
                                         {"snapshot", report->snapshot}};
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("{} rows in {} tables copied from {} to {}.\nEvery table was compared; the snapshot of both is {}.\n",
               rows, report->tables.size(), report->from, report->to, report->snapshot);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_copy(CLI::App& app) {
  auto options = std::make_shared<CopyOptions>();
  CLI::App* verb = app.add_subcommand(
      "copy",
      "Copy a programme whole into a new one, from file to server, back, or from file to file, and compare them");
  verb->add_option("FROM", options->from, kProgrammeHelp)->required();
  verb->add_option("TO", options->to,
                   "The new programme: a path where no file is, or postgresql://user@host/database of a database "
                   "without one")
      ->required();
  auto common = add_common_options(*verb);
  return [options, common] { return run_copy(*options, *common); };
}

}  // namespace firmground::cli
