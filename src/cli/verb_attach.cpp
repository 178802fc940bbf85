#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/author.h"
#include "cli/verbs.h"
#include "register/attachment.h"

namespace firmground::cli {

namespace {

int run(const std::string& path, const registry::AttachRequest& request, const Common& common) {
  auto programme = registry::Register::open(path);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto attached = registry::attach(*programme, request);
  if (!attached) {
    return refuse(attached.error(), common);
  }
  if (common.json) {
    const nlohmann::ordered_json json = {{"kind", attached->kind},
                                         {"id", attached->id},
                                         {"file", attached->file_name},
                                         {"content_hash", attached->content_hash},
                                         {"media_type", attached->media_type},
                                         {"bytes", attached->byte_count},
                                         {"path", attached->path}};
    fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{} belongs to {} {} and lies in {}\n", attached->file_name, attached->kind, attached->id,
               attached->path);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_attach(CLI::App& app) {
  auto path = std::make_shared<std::string>();
  auto request = std::make_shared<registry::AttachRequest>();
  request->author = author_name();
  CLI::App* verb = app.add_subcommand(
      "attach", "Keep a paper, sketch or picture with a record, under the hash of its content beside the programme");
  verb->add_option("PROGRAMME", *path, kProgrammeHelp)->required();
  verb->add_option("KIND", request->kind, "Kind of the record, for example minefield-records")->required();
  verb->add_option("ID", request->id, "Local id of the record")->required();
  verb->add_option("FILE", request->file, "The file; it is copied and stays where it is")->required();
  verb->add_option("--caption", request->caption, "What it shows");
  verb->add_option("--reason", request->reason, "Why; kept with the entry");
  verb->add_option("--author", request->author, kAuthorHelp);
  auto common = add_common_options(*verb);
  return [path, request, common] { return run(*path, *request, *common); };
}

}  // namespace firmground::cli
