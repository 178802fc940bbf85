#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/record_arguments.h"
#include "cli/verbs.h"
#include "mineaction/as_entered.h"
#include "register/attachment.h"
#include "register/leg_ground.h"
#include "register/merge.h"
#include "register/undo.h"

namespace firmground::cli {

namespace {

using registry::VersionInfo;
using Json = nlohmann::ordered_json;

struct HistoryOptions {
  std::string programme;
  std::vector<std::string> record;
};

/// Everything that is told of one record.
struct Told {
  NamedRecord name;
  std::vector<VersionInfo> versions;
  std::optional<std::string> merged_into;
  std::vector<std::string> merged_from;
  std::vector<registry::Attachment> attachments;
  std::optional<mineaction::AsEntered> by_legs;  ///< of a minefield record that has no geometry of its own
};

Json to_json(const mineaction::Field& field, const mineaction::Value& value) {
  if (field.privacy == mineaction::Privacy::personal && !std::holds_alternative<std::monostate>(value)) {
    return shown(field, value);
  }
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

Json to_json(const std::optional<mineaction::AsEntered>& entered) {
  return entered ? Json{{"entered_as", entered->position},
                        {"entered_crs", entered->crs},
                        {"derived_by", entered->derived_by},
                        {"derived_accuracy_m", entered->accuracy_m ? Json(*entered->accuracy_m) : Json()}}
                 : Json();
}

Json version_json(const mineaction::Kind& kind, const VersionInfo& version) {
  Json values = Json::object();
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    if (!mineaction::is_as_entered_field(kind.fields[i].name)) {
      values[kind.fields[i].name] = to_json(kind.fields[i], version.record.values[i]);
    }
  }
  return {{"version", version.version},
          {"information_date", version.information_date},
          {"entered_at", version.entered_at},
          {"author", version.author},
          {"source", version.source},
          {"state", version.state},
          {"batch", version.batch},
          {"action", version.action},
          {"reason", version.reason},
          {"taken_back_by", version.taken_back_by == 0 ? Json() : Json(version.taken_back_by)},
          {"shown", version.shown},
          {"values", std::move(values)},
          {"as_entered", to_json(mineaction::as_entered(kind, version.record))}};
}

Json to_json(const Told& told) {
  const mineaction::Kind& kind = kind_of(told.name.kind);
  Json versions = Json::array();
  for (const VersionInfo& version : told.versions) {
    versions.push_back(version_json(kind, version));
  }
  Json attachments = Json::array();
  for (const registry::Attachment& attachment : told.attachments) {
    attachments.push_back({{"file", attachment.file_name},
                           {"content_hash", attachment.content_hash},
                           {"media_type", attachment.media_type},
                           {"bytes", attachment.byte_count},
                           {"caption", attachment.caption},
                           {"path", attachment.path}});
  }
  return {{"kind", told.name.kind},
          {"id", told.name.id},
          {"merged_into", told.merged_into ? Json(*told.merged_into) : Json()},
          {"merged_from", told.merged_from},
          {"attachments", std::move(attachments)},
          {"by_legs", to_json(told.by_legs)},
          {"versions", std::move(versions)}};
}

/// What a version says that the one before it did not.
std::string changes(const mineaction::Kind& kind, const VersionInfo& version, const VersionInfo* before) {
  std::string text;
  for (std::size_t i = 0; i < kind.fields.size(); ++i) {
    if (mineaction::is_as_entered_field(kind.fields[i].name)) {
      continue;
    }
    const mineaction::Value& now = version.record.values[i];
    const mineaction::Value then = before != nullptr ? before->record.values[i] : mineaction::Value();
    if (now != then) {
      text += fmt::format("    {}: {}{}\n", kind.fields[i].name,
                          before != nullptr ? shown(kind.fields[i], then) + " -> " : "", shown(kind.fields[i], now));
    }
  }
  const auto entered = mineaction::as_entered(kind, version.record);
  if (entered && (before == nullptr || entered != mineaction::as_entered(kind, before->record))) {
    text += "    position " + mineaction::to_text(*entered) + "\n";
  }
  if (before != nullptr && !(version.record.geometry == before->record.geometry)) {
    text += "    geometry changed ('firmground diff' measures it)\n";
  }
  return text;
}

void print(const Told& told) {
  const mineaction::Kind& kind = kind_of(told.name.kind);
  if (told.merged_into) {
    fmt::print("{} {} is a duplicate: {} stands for it.\n", told.name.kind, told.name.id, *told.merged_into);
  }
  for (const std::string& duplicate : told.merged_from) {
    fmt::print("{} {} stands for its duplicate {}.\n", told.name.kind, told.name.id, duplicate);
  }
  if (told.by_legs) {
    fmt::print("{} {} has no geometry of its own; maps show where its legs lead.\n  position {}\n", told.name.kind,
               told.name.id, mineaction::to_text(*told.by_legs));
  }
  for (std::size_t i = 0; i < told.versions.size(); ++i) {
    const VersionInfo& version = told.versions[i];
    fmt::print("{} {}, version {}: {}{}\n  information of {}, entered {} by {} from {} (batch {})\n", told.name.kind,
               told.name.id, version.version, version.state,
               version.taken_back_by == 0 ? "" : fmt::format(", taken back by batch {}", version.taken_back_by),
               version.information_date.empty() ? "unknown date" : version.information_date, version.entered_at,
               version.author.empty() ? "unknown" : version.author, version.source, version.batch);
    if (!version.reason.empty()) {
      fmt::print("  reason: {}\n", version.reason);
    }
    fmt::print("{}", changes(kind, version, i + 1 < told.versions.size() ? &told.versions[i + 1] : nullptr));
  }
  for (const registry::Attachment& attachment : told.attachments) {
    fmt::print("attachment {} ({}, {} bytes){}\n  {}\n", attachment.file_name, attachment.media_type,
               attachment.byte_count, attachment.caption.empty() ? "" : ": " + attachment.caption, attachment.path);
  }
}

base::Result<Told> tell(const registry::Register& programme, const std::vector<std::string>& words) {
  Told told;
  FG_TRY(told.name, named_record(programme, words));
  FG_TRY(told.versions, programme.history(told.name.kind, told.name.id));
  if (told.versions.empty()) {
    return base::fail("registry.no_such_record", {{"kind", told.name.kind}, {"value", told.name.id}});
  }
  FG_TRY(told.merged_into, registry::merged_into(programme, told.name.kind, told.name.id));
  FG_TRY(told.merged_from, registry::merged_from(programme, told.name.kind, told.name.id));
  if (told.name.kind == "minefield-records") {
    FG_TRY(const auto grounds, registry::leg_grounds(programme, told.name.id));
    told.by_legs =
        grounds.empty() ? std::nullopt : mineaction::as_entered(kind_of(told.name.kind), grounds.begin()->second);
  }
  FG_TRY(told.attachments, registry::attachments_of(programme, told.name.kind, told.name.id));
  return told;
}

int list_batches(const registry::Register& programme, const Common& common) {
  const auto batches = registry::batches(programme);
  if (!batches) {
    return refuse(batches.error(), common);
  }
  Json list = Json::array();
  for (const registry::BatchInfo& batch : *batches) {
    if (common.json) {
      list.push_back({{"batch", batch.batch},
                      {"action", batch.action},
                      {"kind", batch.kind},
                      {"source", batch.source},
                      {"entered_at", batch.entered_at},
                      {"author", batch.author},
                      {"state", batch.state},
                      {"reason", batch.reason},
                      {"rows", batch.rows},
                      {"accepted", batch.accepted},
                      {"refused", batch.refused},
                      {"undone_by", batch.undone_by == 0 ? Json() : Json(batch.undone_by)}});
      continue;
    }
    fmt::print("batch {}: {} of {} by {} at {}, {} entered, {}{}{}\n", batch.batch, batch.action,
               batch.source.empty() ? batch.kind : batch.source, batch.author.empty() ? "unknown" : batch.author,
               batch.entered_at, batch.accepted, batch.state,
               batch.undone_by == 0 ? "" : fmt::format(", taken back by batch {}", batch.undone_by),
               batch.reason.empty() ? "" : ": " + batch.reason);
  }
  if (common.json) {
    const Json json = {{"batches", std::move(list)}};
    fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return kDone;
}

int run_history(const HistoryOptions& options, const Common& common) {
  const auto programme = registry::Register::open(options.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  if (options.record.empty()) {
    return list_batches(*programme, common);
  }
  const auto told = tell(*programme, options.record);
  if (!told) {
    return refuse(told.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", to_json(*told).dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(*told);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_history(CLI::App& app) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* verb = app.add_subcommand("history",
                                      "Show every version of a record: when, by whom, from where, in which state, why; "
                                      "without a record, the batches of the programme");
  verb->add_option("PROGRAMME", options->programme, kProgrammeHelp)->required();
  verb->add_option("RECORD", options->record,
                   "[KIND] ID: local id of the record, its kind where several have that id (default: list batches)")
      ->expected(0, 2);
  auto common = add_common_options(*verb);
  return [options, common] { return run_history(*options, *common); };
}

}  // namespace firmground::cli
