#include <fmt/format.h>

#include <algorithm>

#include "register/checks/districts.h"
#include "register/checks/evaluators.h"
#include "register/checks/folded_name.h"

// What a record says of another record, or of a place, against what is there.
namespace firmground::registry::checks {

namespace {

bool any_kind(const KindRecords&) {
  return true;
}

void link_missing(const Rule&, const Records& records, Findings& findings) {
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    for (std::size_t f = 0; f < list.kind().fields.size(); ++f) {
      const mineaction::Field& field = list.kind().fields[f];
      const std::string* link = field.link_kind.empty() ? nullptr : list.text(i, f);
      if (link == nullptr) {
        continue;
      }
      const KindRecords* target = records.of(field.link_kind);
      if (target == nullptr || !target->find(*link)) {
        out.add(list, i, field.name, *link, {{"field", field.name}, {"value", *link}, {"kind", field.link_kind}});
      }
    }
  });
}

void find_outside_its_release(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* releases = records.of("land-release");
  if (releases == nullptr) {
    return;
  }
  const double tolerance_m = rule.parameter("tolerance_m");
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const std::string* release = list.text(i, list.field("release_id"));
    const auto r = release != nullptr ? releases->find(*release) : std::nullopt;
    if (!r || list[i].planar.points.empty() || (*releases)[*r].planar.empty()) {
      return;
    }
    const double metres = geo::distance((*releases)[*r].planar, list[i].planar.points.front());
    if (metres > tolerance_m) {
      out.add(list, i, "release_id", *release,
              {{"distance", fmt::format("{:.0f}", metres)},
               {"release", *release},
               {"tolerance", fmt::format("{:g}", tolerance_m)}})
          .others = {{"land-release", *release}};
    }
  });
}

void release_outside_hazards(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* hazards = records.of("hazards");
  if (hazards == nullptr || hazards->size() == 0) {
    return;
  }
  const double tolerance_m = rule.parameter("tolerance_m");
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const geo::PlanarGeometry& ground = list[i].planar;
    if (ground.polygons.empty()) {
      return;
    }
    const auto near = hazards->near(list.boxes()[i].grown(tolerance_m));
    if (std::none_of(near.begin(), near.end(),
                     [&](std::uint32_t h) { return close_to(ground, (*hazards)[h].planar, tolerance_m); })) {
      out.add(list, i, "geometry", "", {{"tolerance", fmt::format("{:g}", tolerance_m)}});
    }
  });
}

void work_away_from_its_hazard(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* hazards = records.of("hazards");
  if (hazards == nullptr) {
    return;
  }
  const double tolerance_m = rule.parameter("tolerance_m");
  for_each_record(records, findings, any_kind, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const std::string* id = list.text(i, list.field("hazard_id"));
    const auto hazard = id != nullptr ? hazards->find(*id) : std::nullopt;
    if (!hazard || list[i].planar.empty() || (*hazards)[*hazard].planar.empty() ||
        close_to(list[i].planar, (*hazards)[*hazard].planar, tolerance_m)) {
      return;
    }
    out.add(list, i, "hazard_id", *id, {{"hazard", *id}, {"tolerance", fmt::format("{:g}", tolerance_m)}}).others = {
        {"hazards", *id}};
  });
}

bool names_district(const KindRecords& list) {
  return list.kind().name != "districts" && list.field("district").has_value();
}

void wrong_district(const Rule& rule, const Records& records, Findings& findings) {
  const KindRecords* list_of_districts = records.of("districts");
  if (list_of_districts == nullptr || list_of_districts->size() == 0) {
    return;
  }
  const Districts districts(*list_of_districts);
  const double tolerance_m = rule.parameter("tolerance_m");
  for_each_record(records, findings, names_district, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const std::string* said = list.text(i, list.field("district"));
    if (said == nullptr || list[i].planar.empty()) {
      return;
    }
    const geo::Xy middle = geo::centroid(list[i].planar);
    const auto named = districts.named(*said);
    // A name that is no district has a rule of its own.
    if (named.empty() || districts.hold(named, list[i].planar, middle, tolerance_m)) {
      return;
    }
    const auto actual = districts.holding(middle);
    Finding& finding = out.add(list, i, "district", *said,
                               {{"value", *said}, {"actual", actual ? districts.label(*actual) : "no district"}});
    if (actual) {
      finding.others = {{"districts", districts.id(*actual)}};
    }
  });
}

void district_unknown(const Rule&, const Records& records, Findings& findings) {
  const KindRecords* list_of_districts = records.of("districts");
  if (list_of_districts == nullptr || list_of_districts->size() == 0) {
    return;
  }
  const Districts districts(*list_of_districts);
  for_each_record(records, findings, names_district, [&](const KindRecords& list, std::size_t i, Findings& out) {
    const std::string* said = list.text(i, list.field("district"));
    if (said == nullptr || !districts.named(*said).empty()) {
      return;
    }
    const std::string word = folded_name(*said);
    std::size_t nearest = 0;
    std::size_t least = ~std::size_t{0};
    for (std::size_t d = 0; d < list_of_districts->size(); ++d) {
      const std::size_t edits = edits_between(word, folded_name(districts.label(d)), 64);
      nearest = edits < least ? d : nearest;
      least = std::min(least, edits);
    }
    out.add(list, i, "district", *said, {{"value", *said}, {"nearest", districts.label(nearest)}});
  });
}

constexpr Evaluator kEvaluators[] = {
    {"link-missing", link_missing},
    {"find-outside-its-release", find_outside_its_release},
    {"release-outside-hazards", release_outside_hazards},
    {"work-away-from-its-hazard", work_away_from_its_hazard},
    {"wrong-district", wrong_district},
    {"district-unknown", district_unknown},
};

}  // namespace

std::span<const Evaluator> link_evaluators() {
  return kEvaluators;
}

}  // namespace firmground::registry::checks
