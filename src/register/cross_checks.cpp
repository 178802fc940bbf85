#include "register/cross_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_set>

#include "base/parallel.h"
#include "register/asked_values.h"
#include "register/checks/declared_area.h"
#include "register/checks/districts.h"
#include "register/layer_writer.h"

namespace firmground::registry {

using base::Result;
using intake::Issue;
using intake::ReadRecord;
using mineaction::Kind;
using mineaction::Record;

namespace {

const std::string* text_of(const Kind& kind, const Record& record, std::string_view field) {
  const auto found =
      std::find_if(kind.fields.begin(), kind.fields.end(), [&](const auto& f) { return f.name == field; });
  if (found == kind.fields.end()) {
    return nullptr;
  }
  const auto* text = std::get_if<std::string>(&record.values[static_cast<std::size_t>(found - kind.fields.begin())]);
  return text != nullptr && !text->empty() ? text : nullptr;
}

Issue issue_of(const ReadRecord& read, std::string_view field, const std::string& value, std::string_view error_id,
               base::ErrorArguments arguments) {
  const base::Error error = base::make_error(error_id, arguments);
  const auto* id = std::get_if<std::string>(&read.record.values.front());
  return {read.row, id != nullptr ? *id : "", std::string(field), value, error.message, error.remedy, error.code,
          false};
}

const Layer* layer_named(const std::vector<Layer>& layers, std::string_view kind) {
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const Layer& l) { return l.kind.name == kind; });
  return found == layers.end() ? nullptr : &*found;
}

/// Runs `rule(record)` for all records on several threads and gathers the issues in file order; holds no more than
/// there are.
template <typename Rule>
void for_all(const std::vector<ReadRecord>& records, std::vector<Issue>& issues, const Rule& rule) {
  constexpr std::size_t kGrain = 256;
  std::vector<std::vector<Issue>> found((records.size() + kGrain - 1) / kGrain);
  base::parallel_for(records.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (auto issue = rule(records[i])) {
        found[begin / kGrain].push_back(std::move(*issue));
      }
    }
  });
  for (auto& block : found) {
    issues.insert(issues.end(), std::make_move_iterator(block.begin()), std::make_move_iterator(block.end()));
  }
}

/// The current records of a kind, of which the rules look at `fields` only.
Result<std::vector<checks::EnteredRecord>> read_current(const Database& database, const Layer& layer,
                                                        const std::vector<std::string>& fields) {
  std::string columns;
  for (const std::string& field : fields) {
    columns += sql_name(field) + ", ";
  }
  FG_TRY(auto select, database.prepare(fmt::format("SELECT {}geom FROM {}", columns, sql_name(layer.kind.table))));
  std::vector<checks::EnteredRecord> records;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return records;
    }
    Record record;
    record.values.resize(layer.kind.fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      record.values[layer.kind.field_index(fields[i])] = std::string(select.text(static_cast<int>(i)));
    }
    FG_TRY(record.geometry, decode_blob(select.blob(static_cast<int>(fields.size()))));
    records.push_back({std::move(record)});
  }
}

}  // namespace

Result<CrossChecks> CrossChecks::make(const Database& database, const std::vector<Layer>& layers, const geo::Crs& crs,
                                      const Profile& profile) {
  FG_TRY(auto rules, checks::rules_of_profile(profile.text));
  return CrossChecks(database, layers, crs, std::move(rules));
}

Result<const checks::KindRecords*> CrossChecks::current(const char* kind, const std::vector<std::string>& fields) {
  if (const checks::KindRecords* known = targets_.of(kind)) {
    return known;
  }
  const Layer* layer = layer_named(*layers_, kind);
  FG_CHECK(layer != nullptr);
  FG_TRY(auto records, read_current(*database_, *layer, fields));
  targets_.add(layer->kind, std::move(records));
  return targets_.of(kind);
}

std::optional<double> CrossChecks::tolerance(std::string_view rule_id, const char* parameter, const Kind& kind) const {
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const auto& r) { return r.id == rule_id; });
  FG_CHECK(rule != rules_.end());
  return rule->off || !rule->looks_at(kind.name) ? std::nullopt : std::optional(rule->parameter(parameter));
}

Result<std::vector<Issue>> CrossChecks::check(const Kind& kind, const std::vector<ReadRecord>& records) {
  std::vector<Issue> issues;
  check_areas(kind, records, issues);
  FG_TRY_VOID(check_finds(kind, records, issues));
  FG_TRY_VOID(check_districts(kind, records, issues));
  return issues;
}

void CrossChecks::check_areas(const Kind& kind, const std::vector<ReadRecord>& records,
                              std::vector<Issue>& issues) const {
  const auto tolerated = tolerance("declared-area-differs", "tolerance", kind);
  if (!tolerated || kind.field("declared_area") == nullptr) {
    return;
  }
  for_all(records, issues, [&](const ReadRecord& read) -> std::optional<Issue> {
    const auto areas = checks::declared_area(kind, read.record, crs_->to_programme(read.record.geometry), *crs_);
    if (!areas || areas->fits(*tolerated)) {
      return std::nullopt;
    }
    return issue_of(read, "declared_area", areas->as_written(), "registry.declared_area_differs",
                    {{"declared", fmt::format("{:.0f}", areas->declared_m2())},
                     {"measured", fmt::format("{:.0f}", areas->measured_m2)},
                     {"difference", areas->difference_percent()}});
  });
}

Result<void> CrossChecks::check_finds(const Kind& kind, const std::vector<ReadRecord>& records,
                                      std::vector<Issue>& issues) {
  const auto tolerated_m = tolerance("find-outside-its-release", "tolerance_m", kind);
  if (!tolerated_m) {
    return {};
  }
  FG_TRY(const checks::KindRecords* releases, current("land-release", {"release_id"}));
  for_all(records, issues, [&](const ReadRecord& read) -> std::optional<Issue> {
    const std::string* release = text_of(kind, read.record, "release_id");
    const auto found = release != nullptr ? releases->find(*release) : std::nullopt;
    if (!found || read.record.geometry.points.empty() || (*releases)[*found].planar.empty()) {
      return std::nullopt;
    }
    const double metres =
        geo::distance((*releases)[*found].planar, crs_->to_programme(read.record.geometry.points.front()));
    if (metres <= *tolerated_m) {
      return std::nullopt;
    }
    return issue_of(read, "release_id", *release, "registry.find_outside_release",
                    {{"distance", fmt::format("{:.0f}", metres)},
                     {"release", *release},
                     {"tolerance", fmt::format("{:g}", *tolerated_m)}});
  });
  return {};
}

Result<void> CrossChecks::check_districts(const Kind& kind, const std::vector<ReadRecord>& records,
                                          std::vector<Issue>& issues) {
  const auto tolerated_m = tolerance("wrong-district", "tolerance_m", kind);
  if (!tolerated_m || kind.name == "districts" || kind.field("district") == nullptr) {
    return {};
  }
  FG_TRY(const checks::KindRecords* list, current("districts", {"district_id", "name"}));
  if (list->size() == 0) {
    return {};
  }
  const checks::Districts districts(*list);
  for_all(records, issues, [&](const ReadRecord& read) -> std::optional<Issue> {
    const std::string* district = text_of(kind, read.record, "district");
    if (district == nullptr || read.record.geometry.empty()) {
      return std::nullopt;
    }
    const geo::PlanarGeometry ground = crs_->to_programme(read.record.geometry);
    const geo::Xy middle = geo::centroid(ground);
    if (districts.hold(districts.named(*district), ground, middle, *tolerated_m)) {
      return std::nullopt;
    }
    const auto actual = districts.holding(middle);
    return issue_of(read, "district", *district, "registry.wrong_district",
                    {{"value", *district}, {"actual", actual ? districts.label(*actual) : "no district"}});
  });
  return {};
}

namespace {

/// Which of these local ids no record of the layer has, whatever its state.
Result<std::unordered_set<std::string_view>> without_record(const Database& database, const Layer& layer,
                                                            const std::vector<std::string_view>& ids) {
  std::unordered_set<std::string_view> missing;
  for (std::size_t begin = 0; begin < ids.size(); begin += kAskedAtOnce) {
    const std::vector<std::string_view> some(
        ids.begin() + static_cast<std::ptrdiff_t>(begin),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), begin + kAskedAtOnce)));
    FG_TRY(auto find, database.prepare(fmt::format(
                          "SELECT asked.column1 FROM (VALUES {}) asked WHERE (SELECT r.record_id FROM "
                          "firmground_record r WHERE r.layer_id = ?1 AND r.local_id = asked.column1) IS NOT NULL",
                          value_rows(2, places_for(some.size())))));
    find.bind(1, layer.id);
    bind_values(find, 2, some);
    missing.insert(some.begin(), some.end());
    for (;;) {
      FG_TRY(const bool row, find.step());
      if (!row) {
        break;
      }
      missing.erase(find.text(0));
    }
  }
  return missing;
}

}  // namespace

Result<std::vector<Issue>> missing_links(const Database& database, const std::vector<Layer>& layers, const Kind& kind,
                                         const std::vector<ReadRecord>& records) {
  std::vector<Issue> issues;
  for (std::size_t f = 0; f < kind.fields.size(); ++f) {
    const Layer* target = layer_named(layers, kind.fields[f].link_kind);
    if (target == nullptr) {
      continue;
    }
    const auto link_of = [f](const ReadRecord& read) {
      const auto* link = std::get_if<std::string>(&read.record.values[f]);
      return link != nullptr ? std::string_view(*link) : std::string_view();
    };
    std::set<std::string_view> links;
    for (const ReadRecord& read : records) {
      links.insert(link_of(read));
    }
    links.erase("");
    FG_TRY(const auto missing, without_record(database, *target, {links.begin(), links.end()}));
    for (const ReadRecord& read : records) {
      const std::string_view link = link_of(read);
      if (missing.contains(link)) {
        issues.push_back(issue_of(read, kind.fields[f].name, std::string(link), "registry.link_missing",
                                  {{"value", std::string(link)}, {"kind", kind.fields[f].link_kind}}));
      }
    }
  }
  return issues;
}

}  // namespace firmground::registry
