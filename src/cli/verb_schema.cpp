#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "mineaction/kind.h"
#include "mineaction/kind_schema.h"

namespace firmground::cli {

namespace {

using mineaction::Kind;

void print_kinds(bool json) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Kind& kind : mineaction::kinds()) {
    if (json) {
      list.push_back({{"kind", kind.name}, {"title", kind.title}, {"help", kind.help}});
    } else {
      fmt::print("{:<24} {}\n", kind.name, kind.help);
    }
  }
  if (json) {
    const nlohmann::ordered_json all = {{"kinds", std::move(list)}};
    fmt::print("{}\n", all.dump());
  }
}

void print_columns(const Kind& kind) {
  fmt::print("{}: {}\n", kind.name, kind.help);
  for (const mineaction::Field& field : kind.fields) {
    fmt::print(
        "\n  {}{}\n    {}\n    {}{}{}\n", field.name, field.required ? " (needed)" : "",
        mineaction::type_in_words(field), field.help,
        field.link_kind.empty() ? "" : fmt::format(" Names a record of {}.", field.link_kind),
        field.privacy == mineaction::Privacy::personal ? " Personal: never leaves through serve or export." : "");
    if (!field.aliases.empty()) {
      fmt::print("    also read as: {}\n", fmt::join(field.aliases, ", "));
    }
  }
}

int run(const std::string& name, const Common& common) {
  if (name.empty()) {
    print_kinds(common.json);
    return kDone;
  }
  const Kind* kind = mineaction::find_kind(name);
  if (kind == nullptr) {
    return refuse(
        base::make_error("registry.no_such_layer", {{"kind", name}, {"nearest", mineaction::nearest_kind(name)}}),
        common);
  }
  if (common.json) {
    fmt::print("{}\n", mineaction::json_schema(*kind));
  } else {
    print_columns(*kind);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_schema(CLI::App& app) {
  auto kind = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand(
      "schema", "Say which kinds of records there are and what their columns hold; with --json as JSON Schema");
  verb->add_option("KIND", *kind, "Kind whose columns are told (default: list the kinds)");
  auto common = add_common_options(*verb);
  return [kind, common] { return run(*kind, *common); };
}

}  // namespace firmground::cli
