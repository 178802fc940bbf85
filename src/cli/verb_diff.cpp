#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/record_arguments.h"
#include "cli/verbs.h"
#include "mineaction/record_check.h"
#include "mineaction/record_difference.h"

namespace firmground::cli {

namespace {

using mineaction::RecordDifference;
using registry::VersionInfo;
using Json = nlohmann::ordered_json;

struct DiffVerb {
  std::string programme;
  std::vector<std::string> record;
  std::int64_t from = 0, to = 0;  ///< 0: the latest and the one before it
};

struct Compared {
  NamedRecord name;
  const VersionInfo* from = nullptr;
  const VersionInfo* to = nullptr;
};

base::Result<Compared> choose(const NamedRecord& name, const std::vector<VersionInfo>& versions, const DiffVerb& verb) {
  if (versions.empty()) {
    return base::fail("registry.no_such_record", {{"kind", name.kind}, {"value", name.id}});
  }
  const std::int64_t to = verb.to > 0 ? verb.to : versions.front().version;
  const std::int64_t from = verb.from > 0 ? verb.from : to - 1;
  Compared compared{name, nullptr, nullptr};
  for (const VersionInfo& version : versions) {
    compared.from = version.version == from ? &version : compared.from;
    compared.to = version.version == to ? &version : compared.to;
  }
  if (compared.from == nullptr || compared.to == nullptr) {
    return base::fail("registry.no_such_version", {{"kind", name.kind},
                                                   {"id", name.id},
                                                   {"version", std::to_string(compared.to == nullptr ? to : from)},
                                                   {"count", std::to_string(versions.size())}});
  }
  return compared;
}

Json version_json(const VersionInfo& version) {
  return {
      {"version", version.version},       {"state", version.state},   {"information_date", version.information_date},
      {"entered_at", version.entered_at}, {"author", version.author}, {"source", version.source},
      {"reason", version.reason}};
}

Json to_json(const Compared& compared, const RecordDifference& difference) {
  const mineaction::Kind& kind = kind_of(compared.name.kind);
  Json fields = Json::array();
  for (const mineaction::FieldChange& change : difference.fields) {
    const mineaction::Field& field = *kind.field(change.field);
    fields.push_back(
        {{"field", change.field}, {"before", shown(field, change.before)}, {"after", shown(field, change.after)}});
  }
  Json json = {{"kind", compared.name.kind},           {"id", compared.name.id},
               {"from", version_json(*compared.from)}, {"to", version_json(*compared.to)},
               {"fields", std::move(fields)},          {"geometry", nullptr}};
  if (difference.geometry_changed) {
    json["geometry"] = {{"before", difference.geometry_before}, {"after", difference.geometry_after}};
    if (difference.geometry_before && difference.geometry_after) {
      const mineaction::GeometryChange& change = difference.geometry;
      json["geometry"].update({{"area_before_m2", change.area_before_m2},
                               {"area_after_m2", change.area_after_m2},
                               {"gained_m2", change.gained_m2},
                               {"lost_m2", change.lost_m2},
                               {"moved_m", change.moved_m},
                               {"east_m", change.east_m},
                               {"north_m", change.north_m}});
    }
  }
  return json;
}

void print_geometry(const RecordDifference& difference) {
  if (!difference.geometry_changed) {
    return;
  }
  if (!difference.geometry_before || !difference.geometry_after) {
    fmt::print("  geometry: {}\n", difference.geometry_after ? "drawn, there was none" : "taken away");
    return;
  }
  const mineaction::GeometryChange& change = difference.geometry;
  fmt::print("  geometry: moved by {:.1f} m ({:+.1f} m east, {:+.1f} m north)\n", change.moved_m, change.east_m,
             change.north_m);
  if (change.area_before_m2 > 0 || change.area_after_m2 > 0) {
    fmt::print("    area {:.0f} m2 -> {:.0f} m2: {:.0f} m2 gained, {:.0f} m2 lost\n", change.area_before_m2,
               change.area_after_m2, change.gained_m2, change.lost_m2);
  }
}

void print(const Compared& compared, const RecordDifference& difference) {
  const mineaction::Kind& kind = kind_of(compared.name.kind);
  fmt::print("{} {}\n", compared.name.kind, compared.name.id);
  for (const VersionInfo* version : {compared.from, compared.to}) {
    fmt::print("  version {}: {}, information of {}, entered {} by {} from {}\n", version->version, version->state,
               version->information_date.empty() ? "unknown date" : version->information_date, version->entered_at,
               version->author.empty() ? "unknown" : version->author, version->source);
  }
  for (const mineaction::FieldChange& change : difference.fields) {
    const mineaction::Field& field = *kind.field(change.field);
    fmt::print("  {}: {} -> {}\n", change.field, shown(field, change.before), shown(field, change.after));
  }
  print_geometry(difference);
  if (difference.empty()) {
    fmt::print("  The content is the same.\n");
  }
}

int run(const DiffVerb& verb, const Common& common) {
  const auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto name = named_record(*programme, verb.record);
  if (!name) {
    return refuse(name.error(), common);
  }
  const auto versions = programme->history(name->kind, name->id);
  if (!versions) {
    return refuse(versions.error(), common);
  }
  const auto compared = choose(*name, *versions, verb);
  if (!compared) {
    return refuse(compared.error(), common);
  }
  const auto difference =
      mineaction::difference(kind_of(name->kind), compared->from->record, compared->to->record, programme->crs());
  if (!difference) {
    return refuse(difference.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", to_json(*compared, *difference).dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(*compared, *difference);
  }
  return kDone;
}

}  // namespace

std::function<int()> verb_diff(CLI::App& app) {
  auto diff = std::make_shared<DiffVerb>();
  CLI::App* verb = app.add_subcommand(
      "diff", "Show what two versions of a record say differently: field by field, area gained and lost, metres moved");
  verb->add_option("PROGRAMME", diff->programme, kProgrammeHelp)->required();
  verb->add_option("RECORD", diff->record, "[KIND] ID: local id of the record, its kind where several have that id")
      ->required()
      ->expected(1, 2);
  verb->add_option("--from", diff->from, "Version that is compared (default: the one before --to)")
      ->check(CLI::PositiveNumber);
  verb->add_option("--to", diff->to, "Version that it is compared with (default: the latest)")
      ->check(CLI::PositiveNumber);
  auto common = add_common_options(*verb);
  return [diff, common] { return run(*diff, *common); };
}

}  // namespace firmground::cli
