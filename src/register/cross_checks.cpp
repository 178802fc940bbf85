#include "register/cross_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/parallel.h"
#include "geo/area.h"
#include "mineaction/code_lists.h"
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

/// Names are compared as people write them: letter case and blanks at the ends do not matter.
std::string folded(std::string_view text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  while (!text.empty() && text.back() == ' ') {
    text.remove_suffix(1);
  }
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

const Layer* layer_named(const std::vector<Layer>& layers, std::string_view kind) {
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const Layer& l) { return l.kind.name == kind; });
  return found == layers.end() ? nullptr : &*found;
}

/// Runs `rule(index)` for all records on several threads and gathers the issues in file order.
template <typename Rule>
void for_all(const std::vector<ReadRecord>& records, std::vector<Issue>& issues, const Rule& rule) {
  std::vector<std::optional<Issue>> found(records.size());
  base::parallel_for(records.size(), 256, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      found[i] = rule(records[i]);
    }
  });
  for (auto& issue : found) {
    if (issue) {
      issues.push_back(std::move(*issue));
    }
  }
}

std::optional<Issue> declared_area_rule(const Kind& kind, const ReadRecord& read, const geo::Crs& crs,
                                        double tolerance) {
  const std::string* unit = text_of(kind, read.record, "declared_area_unit");
  const auto* declared = std::get_if<double>(&read.record.values[kind.field_index("declared_area")]);
  if (declared == nullptr || unit == nullptr || read.record.geometry.polygons.empty()) {
    return std::nullopt;
  }
  const double declared_m2 = *declared * mineaction::square_metres_per(*unit);
  const double measured_m2 = geo::ellipsoidal_area_m2(crs.to_programme(read.record.geometry), crs);
  if (std::abs(declared_m2 - measured_m2) <= tolerance * measured_m2) {
    return std::nullopt;
  }
  return issue_of(read, "declared_area", fmt::format("{} {}", *declared, *unit), "registry.declared_area_differs",
                  {{"declared", fmt::format("{:.0f}", declared_m2)},
                   {"measured", fmt::format("{:.0f}", measured_m2)},
                   {"difference", fmt::format("{:+.0f}", 100 * (declared_m2 / measured_m2 - 1))}});
}

}  // namespace

Result<void> CrossChecks::read_districts() {
  districts_.emplace();
  const Layer* layer = layer_named(*layers_, "districts");
  FG_CHECK(layer != nullptr);
  FG_TRY(auto select,
         database_->prepare(fmt::format("SELECT district_id, name, geom FROM {}", sql_name(layer->kind.table))));
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return {};
    }
    FG_TRY(const auto geometry, decode_blob(select.blob(2)));
    districts_->push_back({std::string(select.text(0)), std::string(select.text(1)), crs_->to_programme(geometry)});
  }
}

Result<void> CrossChecks::read_releases() {
  releases_.emplace();
  const Layer* layer = layer_named(*layers_, "land-release");
  FG_CHECK(layer != nullptr);
  FG_TRY(auto select, database_->prepare(fmt::format("SELECT release_id, geom FROM {}", sql_name(layer->kind.table))));
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return {};
    }
    FG_TRY(const auto geometry, decode_blob(select.blob(1)));
    releases_->emplace(select.text(0), crs_->to_programme(geometry));
  }
}

Result<std::vector<Issue>> CrossChecks::check(const Kind& kind, const std::vector<ReadRecord>& records) {
  std::vector<Issue> issues;
  if (kind.field("declared_area") != nullptr && kind.field("declared_area_unit") != nullptr) {
    for_all(records, issues, [&](const ReadRecord& read) {
      return declared_area_rule(kind, read, *crs_, profile_->declared_area_tolerance);
    });
  }
  if (kind.name == "finds") {
    FG_TRY_VOID(read_releases());
    for_all(records, issues, [&](const ReadRecord& read) -> std::optional<Issue> {
      const std::string* release = text_of(kind, read.record, "release_id");
      const auto found = release != nullptr ? releases_->find(*release) : releases_->end();
      if (found == releases_->end() || read.record.geometry.points.empty()) {
        return std::nullopt;
      }
      const double metres = geo::distance(found->second, crs_->to_programme(read.record.geometry.points.front()));
      if (metres <= profile_->find_tolerance_m) {
        return std::nullopt;
      }
      return issue_of(read, "release_id", *release, "registry.find_outside_release",
                      {{"distance", fmt::format("{:.0f}", metres)},
                       {"release", *release},
                       {"tolerance", fmt::format("{:g}", profile_->find_tolerance_m)}});
    });
  }
  if (kind.name != "districts" && kind.field("district") != nullptr) {
    FG_TRY_VOID(read_districts());
    for_all(records, issues, [&](const ReadRecord& read) -> std::optional<Issue> {
      const std::string* district = text_of(kind, read.record, "district");
      if (district == nullptr || districts_->empty() || read.record.geometry.empty()) {
        return std::nullopt;
      }
      const geo::PlanarGeometry geometry = crs_->to_programme(read.record.geometry);
      const geo::Xy middle = geo::centroid(geometry);
      const std::string named = folded(*district);
      std::string actual = "no district";
      for (const District& candidate : *districts_) {
        const bool is_named = folded(candidate.id) == named || folded(candidate.name) == named;
        const bool holds_middle = geo::contains(candidate.geometry, middle);
        // A polygon across a boundary may bear the name of either district: any of its corners will do.
        if (is_named &&
            (holds_middle || std::any_of(geometry.polygons.begin(), geometry.polygons.end(), [&](const auto& p) {
               return std::any_of(p.outer.begin(), p.outer.end(),
                                  [&](geo::Xy v) { return geo::contains(candidate.geometry, v); });
             }))) {
          return std::nullopt;
        }
        actual = holds_middle ? candidate.name : actual;
      }
      return issue_of(read, "district", *district, "registry.wrong_district",
                      {{"value", *district}, {"actual", actual}});
    });
  }
  return issues;
}

Result<std::vector<Issue>> missing_links(const Database& database, const std::vector<Layer>& layers, const Kind& kind,
                                         const std::vector<ReadRecord>& records) {
  std::vector<Issue> issues;
  FG_TRY(auto find, database.prepare("SELECT 1 FROM firmground_record WHERE layer_id = ? AND local_id = ?"));
  for (std::size_t f = 0; f < kind.fields.size(); ++f) {
    const Layer* target = layer_named(layers, kind.fields[f].link_kind);
    if (target == nullptr) {
      continue;
    }
    std::unordered_map<std::string_view, bool> known;
    for (const ReadRecord& read : records) {
      const auto* link = std::get_if<std::string>(&read.record.values[f]);
      if (link == nullptr || link->empty()) {
        continue;
      }
      const auto [entry, first_time] = known.try_emplace(*link, false);
      if (first_time) {
        find.bind(1, target->id).bind(2, *link);
        FG_TRY(entry->second, find.step());
        find.reset();
      }
      if (!entry->second) {
        issues.push_back(issue_of(read, kind.fields[f].name, *link, "registry.link_missing",
                                  {{"value", *link}, {"kind", kind.fields[f].link_kind}}));
      }
    }
  }
  return issues;
}

}  // namespace firmground::registry
