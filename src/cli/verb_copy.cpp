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
                                         {"attachments", report->attachments},
                                         {"attachments_missing", report->attachments_missing},
                                         {"snapshot", report->snapshot},
                                         {"audit_head", report->head},
                                         {"findings", report->findings}};
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print(
        "{} rows in {} tables and {} attachments copied from {} to {}.\nEvery table was compared; the snapshot of both "
        "is {}, the head of the audit chain {}.\n",
        rows, report->tables.size(), report->attachments - report->attachments_missing, report->from, report->to,
        report->snapshot, report->head);
    if (report->attachments_missing > 0) {
      fmt::print("{} attachments are not at the source, or were changed there, and were not copied.\n",
                 report->attachments_missing);
    }
    if (report->findings > 0) {
      fmt::print("{} things did not fit in the source already; 'firmground verify {}' names them.\n", report->findings,
                 report->to);
    }
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
