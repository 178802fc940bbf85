#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/author.h"
#include "cli/verbs.h"
#include "register/merge.h"

namespace firmground::cli {

namespace {

int run(const std::string& path, const registry::MergeRequest& request, const Common& common) {
  auto programme = registry::Register::open(path);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto outcome = registry::merge(*programme, request);
  if (!outcome) {
    return refuse(outcome.error(), common);
  }
  if (common.json) {
    const nlohmann::ordered_json json = {{"kind", request.kind},
                                         {"merged", request.duplicate},
                                         {"into", request.survivor},
                                         {"links", outcome->links},
                                         {"batch", outcome->batch}};
    fmt::print("{}\n", json.dump());
  } else {
    fmt::print("{} {} stands for {} from now on; {} records that named it follow. Entered as batch {}.\n", request.kind,
               request.survivor, request.duplicate, outcome->links, outcome->batch);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_merge(CLI::App& app) {
  auto path = std::make_shared<std::string>();
  auto request = std::make_shared<registry::MergeRequest>();
  request->author = author_name();
  CLI::App* verb = app.add_subcommand("merge",
                                      "Let one record stand for its duplicate: links follow, both histories stay, and "
                                      "undo-import of the batch takes it back");
  verb->add_option("PROGRAMME", *path, kProgrammeHelp)->required();
  verb->add_option("KIND", request->kind, "Kind of both records, for example hazards")->required();
  verb->add_option("DUPLICATE", request->duplicate, "Local id of the record that is withdrawn")->required();
  verb->add_option("--into", request->survivor, "Local id of the record that stays")->required();
  verb->add_option("--reason", request->reason, "Why they are one; kept with the records for ever")->required();
  verb->add_option("--author", request->author, kAuthorHelp);
  auto common = add_common_options(*verb);
  return [path, request, common] { return run(*path, *request, *common); };
}

}  // namespace firmground::cli
