#include "mineaction/land_ledger.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace firmground::mineaction {

namespace {

using base::Result;
using std::chrono::sys_days;

constexpr std::size_t kNamesInANote = 10;

// Parts without ground are named by the validity check; a coordinate that is not a number cannot be measured at all.
bool has_ground(const geo::PlanarGeometry& geometry) {
  const auto finite = [](const std::vector<geo::Xy>& ring) {
    return std::all_of(ring.begin(), ring.end(), [](geo::Xy p) { return std::isfinite(p.x) && std::isfinite(p.y); });
  };
  const auto measurable = [&](const geo::PlanarPolygon& polygon) {
    return finite(polygon.outer) && std::all_of(polygon.holes.begin(), polygon.holes.end(), finite);
  };
  return std::all_of(geometry.polygons.begin(), geometry.polygons.end(), measurable) &&
         std::any_of(geometry.polygons.begin(), geometry.polygons.end(),
                     [](const geo::PlanarPolygon& polygon) { return polygon.outer.size() >= 3; });
}

sys_days known_from(const HazardousArea& hazard) {
  return hazard.reported_on ? hazard.reported_on->first_day() : sys_days::min();
}

bool goes_before(const HazardousArea& a, const HazardousArea& b) {
  if (a.type != b.type) {
    return a.type == HazardType::confirmed;
  }
  return a.hazard_id < b.hazard_id;
}

bool goes_before(const LandRelease& a, const LandRelease& b) {
  if (a.outcome != b.outcome) {
    return a.outcome > b.outcome;
  }
  if (a.completed_on != b.completed_on) {
    return a.completed_on < b.completed_on;
  }
  return a.release_id < b.release_id;
}

std::string names(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kNamesInANote); ++i) {
    text += (i == 0 ? "" : ", ") + all[i];
  }
  return all.size() > kNamesInANote ? fmt::format("{} and {} more", text, all.size() - kNamesInANote) : text;
}

const char* plural(std::size_t count, const char* one, const char* many) {
  return count == 1 ? one : many;
}

Result<std::int32_t> wanted_district(const Snapshot& snapshot, const DistrictMap& map, const std::string& wanted) {
  const std::int32_t found = map.find(wanted);
  if (found < 0) {
    std::vector<std::string> known;
    known.reserve(snapshot.districts.size());
    for (const District& district : snapshot.districts) {
      known.push_back(district.name.empty() ? district.district_id : district.name);
    }
    return base::fail("account.district_unknown",
                      {{"district", wanted}, {"districts", known.empty() ? "none is recorded" : names(known)}});
  }
  return found;
}

// A name that no record has would give an account of nothing: more likely it is misspelt.
template <typename Record>
Result<void> expect_known(const std::optional<std::string>& wanted, const char* field,
                          const std::vector<Record>& records, std::string Record::* member) {
  if (!wanted) {
    return {};
  }
  std::set<std::string> known;
  for (const Record& record : records) {
    if (record.*member == *wanted) {
      return {};
    }
    if (!(record.*member).empty()) {
      known.insert(record.*member);
    }
  }
  return base::fail("account.value_unknown",
                    {{"field", field},
                     {"value", *wanted},
                     {"known", known.empty() ? "none is recorded" : names({known.begin(), known.end()})}});
}

}  // namespace

Date last_day_of(const Snapshot& snapshot, const AccountOptions& options) {
  return options.until.value_or(snapshot.as_of);
}

Result<AccountScope> AccountScope::of(const Snapshot& snapshot, const AccountOptions& options,
                                      const DistrictMap& districts) {
  FG_TRY_VOID(expect_known(options.organisation, "organisation", snapshot.land_releases, &LandRelease::organisation));
  FG_TRY_VOID(expect_known(options.donor, "donor", snapshot.land_releases, &LandRelease::donor));
  FG_TRY_VOID(expect_known(options.hazard, "hazard", snapshot.hazards, &HazardousArea::hazard_id));
  AccountScope scope;
  scope.box = {-HUGE_VAL, -HUGE_VAL, HUGE_VAL, HUGE_VAL};
  if (options.district) {
    FG_TRY(scope.district, wanted_district(snapshot, districts, *options.district));
    scope.box = geo::bounds(snapshot.districts[static_cast<std::size_t>(scope.district)].geometry);
  }
  // A snapshot without a date holds what it holds: there is nothing to leave out.
  if (options.until || snapshot.as_of != Date()) {
    scope.last = last_day_of(snapshot, options).last_day();
  }
  if (options.from) {
    scope.from = options.from->first_day();
  }
  return scope;
}

LandLedger::LandLedger(const Snapshot& snapshot, const AccountScope& scope, const DistrictMap& districts)
    : snapshot_(snapshot), scope_(scope), districts_(districts) {}

void LandLedger::enter_all() {
  claims_.reserve(snapshot_.hazards.size() + snapshot_.land_releases.size());
  for (std::size_t i = 0; i < snapshot_.hazards.size(); ++i) {
    enter_hazard(i);
  }
  for (std::size_t i = 0; i < snapshot_.land_releases.size(); ++i) {
    enter_release(i);
  }
}

template <typename Record>
std::int32_t LandLedger::enter(const Record& record, bool hazard, std::size_t index, sys_days day,
                               std::int32_t before) {
  if (scope_.last && day > *scope_.last) {
    return kOutOfScope;
  }
  if (!has_ground(record.geometry)) {
    // A record that is nowhere could be anywhere: it is told of in every account.
    const bool here = scope_.district < 0 || geo::bounds(record.geometry).empty() ||
                      districts_.district_of(geo::centroid(record.geometry)) == scope_.district;
    return here ? kUnmeasured : kOutOfScope;
  }
  if (!scope_.box.intersects(geo::bounds(record.geometry))) {
    return kOutOfScope;
  }
  if (before >= 0) {
    claims_[static_cast<std::size_t>(before)] = Claim(record.geometry, hazard);
    day_[static_cast<std::size_t>(before)] = day;
    return before;
  }
  claims_.emplace_back(record.geometry, hazard);
  record_.push_back(static_cast<std::int32_t>(index));
  day_.push_back(day);
  return static_cast<std::int32_t>(claims_.size()) - 1;
}

void LandLedger::enter_hazard(std::size_t index) {
  hazard_entry_.resize(std::max(hazard_entry_.size(), index + 1), kOutOfScope);
  const HazardousArea& hazard = snapshot_.hazards[index];
  hazard_entry_[index] = enter(hazard, true, index, known_from(hazard), hazard_entry_[index]);
}

void LandLedger::enter_release(std::size_t index) {
  release_entry_.resize(std::max(release_entry_.size(), index + 1), kOutOfScope);
  const LandRelease& release = snapshot_.land_releases[index];
  // A day that a date can mean first: a year alone counts from its first day, as everywhere in Firmground.
  release_entry_[index] = enter(release, false, index, release.completed_on.first_day(), release_entry_[index]);
}

void LandLedger::point_again() {
  for (std::size_t claim = 0; claim < claims_.size(); ++claim) {
    const auto index = static_cast<std::size_t>(record_[claim]);
    claims_[claim].geometry =
        claims_[claim].hazard ? &snapshot_.hazards[index].geometry : &snapshot_.land_releases[index].geometry;
  }
}

bool LandLedger::decides(std::uint32_t a, std::uint32_t b) const {
  const auto first = static_cast<std::size_t>(record_[a]);
  const auto second = static_cast<std::size_t>(record_[b]);
  return claims_[a].hazard ? goes_before(snapshot_.hazards[first], snapshot_.hazards[second])
                           : goes_before(snapshot_.land_releases[first], snapshot_.land_releases[second]);
}

void LandLedger::note(LandAccount& account) const {
  note_unmeasured(account);
  note_invalid(account);
}

void LandLedger::note_unmeasured(LandAccount& account) const {
  std::vector<std::string> hazards;
  for (std::size_t i = 0; i < hazard_entry_.size(); ++i) {
    if (hazard_entry_[i] == kUnmeasured) {
      hazards.push_back(snapshot_.hazards[i].hazard_id);
      account.declared_without_polygon_m2 += snapshot_.hazards[i].declared_area_m2.value_or(0);
    }
  }
  std::vector<std::string> releases;
  for (std::size_t i = 0; i < release_entry_.size(); ++i) {
    if (release_entry_[i] == kUnmeasured) {
      releases.push_back(snapshot_.land_releases[i].release_id);
    }
  }
  account.hazards_without_polygon = static_cast<std::int64_t>(hazards.size());
  account.releases_without_polygon = static_cast<std::int64_t>(releases.size());
  // By name, as in a snapshot: records that came later stand last in a ledger.
  std::sort(hazards.begin(), hazards.end());
  std::sort(releases.begin(), releases.end());
  if (!hazards.empty()) {
    account.notes.push_back(fmt::format("{} hazardous {} no polygon and so no measured area; {} in no sum: {}.",
                                        hazards.size(), plural(hazards.size(), "area has", "areas have"),
                                        plural(hazards.size(), "it is", "they are"), names(hazards)));
  }
  if (!releases.empty()) {
    account.notes.push_back(fmt::format("{} land {} no polygon and released no measured ground: {}.", releases.size(),
                                        plural(releases.size(), "release has", "releases have"), names(releases)));
  }
}

void LandLedger::note_invalid(LandAccount& account) const {
  std::vector<std::pair<std::string, std::string>> hazards;
  std::vector<std::pair<std::string, std::string>> releases;
  for (std::size_t i = 0; i < hazard_entry_.size(); ++i) {
    if (hazard_entry_[i] >= 0 && !problem_of(hazard_entry_[i]).empty()) {
      hazards.emplace_back(snapshot_.hazards[i].hazard_id, problem_of(hazard_entry_[i]));
    }
  }
  for (std::size_t i = 0; i < release_entry_.size(); ++i) {
    if (release_entry_[i] >= 0 && !problem_of(release_entry_[i]).empty()) {
      releases.emplace_back(snapshot_.land_releases[i].release_id, problem_of(release_entry_[i]));
    }
  }
  const auto tell = [&](auto& records, const char* kind, const char* counted) {
    std::sort(records.begin(), records.end());
    for (const auto& [id, problem] : records) {
      account.notes.push_back(fmt::format("The polygon of {} {} is invalid ({}); counted is {}. Correct the record.",
                                          kind, id, problem, counted));
    }
  };
  tell(hazards, "hazardous area", "all ground that its line runs around");
  tell(releases, "land release", "the ground inside its line by the even-odd rule");
}

}  // namespace firmground::mineaction
