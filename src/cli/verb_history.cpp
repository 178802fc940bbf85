#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "mineaction/kind.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

using registry::VersionInfo;
using Json = nlohmann::ordered_json;

struct HistoryOptions {
  std::string programme, kind, id;
};

Json to_json(const mineaction::Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return held;
        }
      },
      value);
}

/// Reference layers share the fields of one kind.
const mineaction::Kind& kind_of(const std::string& name) {
  const mineaction::Kind* kind = mineaction::find_kind(name);
  return kind != nullptr ? *kind : *mineaction::find_kind("reference-layer");
}

Json to_json(const mineaction::Kind& kind, const std::vector<VersionInfo>& versions) {
  Json list = Json::array();
  for (const VersionInfo& version : versions) {
    Json values = Json::object();
    for (std::size_t i = 0; i < kind.fields.size(); ++i) {
      values[kind.fields[i].name] = to_json(version.record.values[i]);
    }
    list.push_back({{"version", version.version},
                    {"information_date", version.information_date},
                    {"entered_at", version.entered_at},
                    {"author", version.author},
                    {"source", version.source},
                    {"state", version.state},
                    {"values", std::move(values)}});
  }
  return list;
}

/// What a version says that the one before it did not.
std::string changes(const mineaction::Kind& kind, const VersionInfo& version, const VersionInfo* before) {
  std::string text;
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    const Json now = to_json(version.record.values[i]);
    const Json then = before != nullptr ? to_json(before->record.values[i]) : Json();
    if (now != then) {
      text +=
          fmt::format("    {}: {}{}\n", kind.fields[i].name, before != nullptr ? then.dump() + " -> " : "", now.dump());
    }
  }
  if (before != nullptr && !(version.record.geometry == before->record.geometry)) {
    text += "    geometry changed\n";
  }
  return text;
}

int run_history(const HistoryOptions& options, const Common& common) {
  const auto programme = registry::Register::open(options.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto versions = programme->history(options.kind, options.id);
  if (!versions) {
    return refuse(versions.error(), common);
  }
  if (versions->empty()) {
    return refuse(base::make_error("registry.no_such_record", {{"kind", options.kind}, {"value", options.id}}), common);
  }
  const mineaction::Kind& kind = kind_of(options.kind);
  if (common.json) {
    const Json json = {{"kind", options.kind}, {"id", options.id}, {"versions", to_json(kind, *versions)}};
    fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
    return kDone;
  }
  for (std::size_t i = 0; i < versions->size(); ++i) {
    const VersionInfo& version = (*versions)[i];
    fmt::print("{} {}, version {}: {}\n  information of {}, entered {} by {} from {}\n{}", options.kind, options.id,
               version.version, version.state,
               version.information_date.empty() ? "unknown date" : version.information_date, version.entered_at,
               version.author.empty() ? "unknown" : version.author, version.source,
               changes(kind, version, i + 1 < versions->size() ? &(*versions)[i + 1] : nullptr));
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_history(CLI::App& app) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* verb = app.add_subcommand(
      "history", "Show every version of a record: when, by whom, from which file and row, in which state");
  verb->add_option("PROGRAMME", options->programme, kProgrammeHelp)->required();
  verb->add_option("KIND", options->kind, "Kind of the record, for example hazards")->required();
  verb->add_option("ID", options->id, "Local id of the record")->required();
  auto common = add_common_options(*verb);
  return [options, common] { return run_history(*options, *common); };
}

}  // namespace firmground::cli
