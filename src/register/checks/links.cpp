#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "geo/overlay.h"
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

/// Whether two pieces of ground come within `metres` of each other, by their corners and by what they share.
bool close_to(const geo::PlanarGeometry& a, const geo::PlanarGeometry& b, double metres) {
  if (a.empty() || b.empty() || !geo::bounds(a).grown(metres).intersects(geo::bounds(b))) {
    return false;
  }
  const auto corner_near = [metres](const geo::PlanarGeometry& from, const geo::PlanarGeometry& to) {
    const auto near = [&](geo::Xy p) { return geo::distance(to, p) <= metres; };
    const auto any_near = [&](const auto& line) { return std::any_of(line.begin(), line.end(), near); };
    return any_near(from.points) || std::any_of(from.lines.begin(), from.lines.end(), any_near) ||
           std::any_of(from.polygons.begin(), from.polygons.end(),
                       [&](const auto& polygon) { return any_near(polygon.outer); });
  };
  // Two outlines may cross without a corner of one near the other; then they share ground.
  if (corner_near(a, b) || corner_near(b, a)) {
    return true;
  }
  const auto both = geo::overlay(a, b, geo::Operation::intersection);
  return !both || !both->polygons.empty();
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

/// Districts by the ids and names that people write, in any script.
class Districts {
 public:
  explicit Districts(const KindRecords& districts) : districts_(&districts) {
    const auto name = districts.field("name");
    for (std::size_t i = 0; i < districts.size(); ++i) {
      named_.emplace(folded_name(districts.id(i)), i);
      if (const std::string* said = districts.text(i, name)) {
        named_.emplace(folded_name(*said), i);
        label_.push_back(*said);
      } else {
        label_.push_back(districts.id(i));
      }
    }
  }

  /// Several districts may share a name: all of them.
  std::vector<std::size_t> named(const std::string& word) const {
    std::vector<std::size_t> found;
    const auto [begin, end] = named_.equal_range(folded_name(word));
    for (auto each = begin; each != end; ++each) {
      found.push_back(each->second);
    }
    return found;
  }
  std::optional<std::size_t> holding(geo::Xy place) const {
    for (const std::uint32_t i : districts_->near({place.x, place.y, place.x, place.y})) {
      if (geo::contains((*districts_)[i].planar, place)) {
        return i;
      }
    }
    return std::nullopt;
  }
  const geo::PlanarGeometry& ground(std::size_t index) const { return (*districts_)[index].planar; }
  const std::string& label(std::size_t index) const { return label_[index]; }
  const std::string& id(std::size_t index) const { return districts_->id(index); }

 private:
  const KindRecords* districts_;
  std::unordered_multimap<std::string, std::size_t> named_;
  std::vector<std::string> label_;
};

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
    // Ground across a border may bear the name of either district; a name that is no district has a rule of its own.
    if (named.empty() || std::any_of(named.begin(), named.end(), [&](std::size_t district) {
          return geo::contains(districts.ground(district), middle) ||
                 close_to(list[i].planar, districts.ground(district), tolerance_m);
        })) {
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
