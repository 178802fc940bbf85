#include "simulate/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "geo/overlay.h"
#include "simulate/noise.h"

namespace firmground::simulate {

namespace {

// Rates of domain.md 5.6.
constexpr double kWrongDistrict = 0.22;  ///< in one dataset: hazards
constexpr double kNoGeometry = 0.002;
constexpr double kDuplicateId = 0.01;
constexpr double kTrailingSpaces = 0.02;
constexpr double kSelfCrossing = 0.005;  ///< with the unclosed ones 1 % of outlines
constexpr double kUnclosed = 0.005;
constexpr double kRepeatedPoint = 0.05;
constexpr double kOverlap = 0.03;
constexpr double kFutureDate = 0.005;
constexpr double kUnitMix = 0.005;
constexpr double kUnknownAsText = 0.02;
constexpr double kVictimTwice = 0.05;
constexpr double kSumMismatch = 0.01;

const base::Date kFuture{2062, 4, 1};

// What makes a fault one that the data can tell.
constexpr double kFromDistrict_m = 200;  ///< ground this near a district may well bear its name
constexpr double kOverlapShare = 0.02;   ///< of the smaller outline; less is drawing tolerance
constexpr double kOverlap_m2 = 200;

class Injector {
 public:
  Injector(std::uint64_t seed, mineaction::Snapshot& known) : seed_(seed), known_(known) {}
  std::vector<InjectedFault> run();

 private:
  void into_hazards();
  void into_releases();
  void into_finds();
  void into_people();
  void note(const char* kind, const char* table, const std::string& id, const char* field) {
    faults_.push_back({kind, table, id, field});
  }
  bool spoil_ring(base::Random& random, const char* table, const std::string& id, geo::PlanarGeometry& geometry);
  void add_blanks(base::Random& random, const char* table, const std::string& id, const char* field, std::string& text,
                  const char* blanks);
  void put_in_wrong_district(base::Random& random, mineaction::HazardousArea& hazard);
  void overlap_neighbours(const std::vector<std::size_t>& chosen);

  std::uint64_t seed_;
  mineaction::Snapshot& known_;
  std::vector<InjectedFault> faults_;
};

/// Exchanges two neighbouring corners so that the outline crosses itself.  False: no exchange does that.
bool cross(geo::PlanarGeometry& geometry) {
  auto& ring = geometry.polygons[0].outer;
  for (std::size_t i = 0; ring.size() >= 4 && i + 1 < ring.size(); ++i) {
    std::swap(ring[i], ring[i + 1]);
    if (!geo::validity_problem(geometry).empty()) {
      return true;
    }
    std::swap(ring[i], ring[i + 1]);
  }
  return false;
}

/// Two corners in the wrong order, the first corner not repeated at the end (whoever writes the file leaves it out), or
/// the last corner entered twice.
bool Injector::spoil_ring(base::Random& random, const char* table, const std::string& id,
                          geo::PlanarGeometry& geometry) {
  if (geometry.polygons.empty()) {
    return false;
  }
  const double u = random.uniform();
  if (u < kSelfCrossing) {
    if (!cross(geometry)) {
      return false;
    }
    note("self-crossing", table, id, "geometry");
    return true;
  }
  if (u < kSelfCrossing + kUnclosed) {
    note("unclosed", table, id, "geometry");
    return true;
  }
  auto& ring = geometry.polygons[0].outer;
  if (u < kSelfCrossing + kUnclosed + kRepeatedPoint && !ring.empty()) {
    ring.push_back(ring.back());
    note("repeated-point", table, id, "geometry");
    return true;
  }
  return false;
}

/// Only behind a word: blanks alone are an empty cell.
void Injector::add_blanks(base::Random& random, const char* table, const std::string& id, const char* field,
                          std::string& text, const char* blanks) {
  if (random.chance(kTrailingSpaces) && !text.empty()) {
    text += blanks;
    note("trailing-spaces", table, id, field);
  }
}

/// The name of a district that the ground does not come near.
void Injector::put_in_wrong_district(base::Random& random, mineaction::HazardousArea& hazard) {
  if (!random.chance(kWrongDistrict) || known_.districts.empty()) {
    return;
  }
  const auto touches = [&](const mineaction::District& district) {
    const auto near = [&](geo::Xy p) { return geo::distance(district.geometry, p) < kFromDistrict_m; };
    return std::any_of(hazard.geometry.points.begin(), hazard.geometry.points.end(), near) ||
           std::any_of(hazard.geometry.polygons.begin(), hazard.geometry.polygons.end(),
                       [&](const auto& p) { return std::any_of(p.outer.begin(), p.outer.end(), near); });
  };
  constexpr int kTries = 8;
  for (int attempt = 0; attempt < kTries && !hazard.geometry.empty(); ++attempt) {
    const mineaction::District& other = known_.districts[random.index(known_.districts.size())];
    if (other.name != hazard.district && !touches(other)) {
      hazard.district = other.name;
      note("wrong-district", "hazards", hazard.hazard_id, "district");
      return;
    }
  }
}

void Injector::into_hazards() {
  base::Random random = stream(seed_, Stream::faults, 1);
  for (mineaction::HazardousArea& hazard : known_.hazards) {
    put_in_wrong_district(random, hazard);
    if (random.chance(kUnknownAsText)) {
      hazard.evidence = "unknown";
      note("unknown-as-text", "hazards", hazard.hazard_id, "evidence");
    }
    add_blanks(random, "hazards", hazard.hazard_id, "evidence", hazard.evidence, "  ");
    if (random.chance(kUnitMix) && hazard.declared_area_m2) {
      *hazard.declared_area_m2 /= 1e4;  // hectares entered as square metres
      note("unit-mix", "hazards", hazard.hazard_id, "declared_area");
    }
    if (random.chance(kNoGeometry)) {
      hazard.geometry = {};
      note("missing-geometry", "hazards", hazard.hazard_id, "geometry");
    } else {
      spoil_ring(random, "hazards", hazard.hazard_id, hazard.geometry);
    }
  }
}

void Injector::into_releases() {
  base::Random random = stream(seed_, Stream::faults, 2);
  std::vector<mineaction::LandRelease> doubles;
  std::vector<std::size_t> to_overlap;
  for (std::size_t i = 0; i < known_.land_releases.size(); ++i) {
    mineaction::LandRelease& release = known_.land_releases[i];
    if (random.chance(kFutureDate)) {
      release.completed_on = kFuture;
      note("future-date", "land-release", release.release_id, "completed_on");
    }
    add_blanks(random, "land-release", release.release_id, "organisation", release.organisation, " ");
    if (random.chance(kUnitMix) && release.declared_area_m2) {
      *release.declared_area_m2 /= 1e4;
      note("unit-mix", "land-release", release.release_id, "declared_area");
    }
    const bool spoiled = spoil_ring(random, "land-release", release.release_id, release.geometry);
    if (!spoiled && random.chance(kOverlap) && release.geometry.polygons.size() == 1) {
      to_overlap.push_back(i);
    }
    if (random.chance(kDuplicateId)) {
      doubles.push_back(release);
      doubles.back().completed_on = base::Date(release.completed_on.first_day() + std::chrono::days(1));
      note("duplicate-id", "land-release", release.release_id, "release_id");
    }
  }
  overlap_neighbours(to_overlap);
  known_.land_releases.insert(known_.land_releases.end(), doubles.begin(), doubles.end());
}

/// Area of the common ground and its share of the smaller of the two; zeros when there is none, or one is not valid.
std::pair<double, double> common_ground(const geo::PlanarGeometry& a, const geo::PlanarGeometry& b) {
  const auto area = [](const geo::PlanarGeometry& geometry) {
    double m2 = 0;
    for (const auto& polygon : geometry.polygons) {
      m2 += geo::planar_ring_area(polygon.outer);
      for (const auto& hole : polygon.holes) {
        m2 -= std::abs(geo::planar_ring_area(hole));
      }
    }
    return m2;
  };
  const auto both = geo::overlay(a, b, geo::Operation::intersection);
  const double m2 = both ? area(*both) : 0;
  return {m2, m2 > 0 ? m2 / std::min(std::abs(area(a)), std::abs(area(b))) : 0};
}

/// The chosen releases are drawn again from other turning points, up to a third larger, until they run into a
/// neighbour; one that has no neighbour so near stays as it is.
void Injector::overlap_neighbours(const std::vector<std::size_t>& chosen) {
  auto& releases = known_.land_releases;
  std::vector<geo::Box> boxes;
  boxes.reserve(releases.size());
  for (const auto& release : releases) {
    boxes.push_back(geo::bounds(release.geometry));
  }
  const geo::BoxIndex index(boxes);
  for (const std::size_t i : chosen) {
    const geo::Xy middle = geo::centroid(releases[i].geometry);
    for (const double larger : {1.06, 1.15, 1.33}) {
      geo::PlanarGeometry grown = releases[i].geometry;
      for (geo::Xy& p : grown.polygons[0].outer) {
        p = {middle.x + larger * (p.x - middle.x), middle.y + larger * (p.y - middle.y)};
      }
      const auto near = index.query(geo::bounds(grown));
      const bool overlaps = std::any_of(near.begin(), near.end(), [&](std::uint32_t other) {
        const auto [m2, share] = other == i ? std::pair(0.0, 0.0) : common_ground(grown, releases[other].geometry);
        return m2 >= kOverlap_m2 && share >= kOverlapShare;
      });
      if (overlaps && geo::validity_problem(grown).empty()) {
        releases[i].geometry = grown;
        note("overlap", "land-release", releases[i].release_id, "geometry");
        break;
      }
    }
  }
}

void Injector::into_finds() {
  base::Random random = stream(seed_, Stream::faults, 3);
  std::vector<mineaction::Find> doubles;
  for (mineaction::Find& find : known_.finds) {
    if (random.chance(kFutureDate)) {
      find.found_on = kFuture;
      note("future-date", "finds", find.find_id, "found_on");
    }
    if (random.chance(kUnknownAsText)) {
      find.model = "unknown";
      note("unknown-as-text", "finds", find.find_id, "model");
    }
    add_blanks(random, "finds", find.find_id, "model", find.model, " ");
    if (random.chance(kDuplicateId)) {
      doubles.push_back(find);
      doubles.back().count += 1;
      note("duplicate-id", "finds", find.find_id, "find_id");
    }
  }
  known_.finds.insert(known_.finds.end(), doubles.begin(), doubles.end());
}

void Injector::into_people() {
  base::Random random = stream(seed_, Stream::faults, 4);
  for (mineaction::Accident& accident : known_.accidents) {
    if (random.chance(kSumMismatch) && accident.injured) {
      ++*accident.injured;
      note("sum-mismatch", "accidents", accident.accident_id, "injured");
    }
  }
  std::vector<mineaction::Victim> doubles;
  for (const mineaction::Victim& victim : known_.victims) {
    if (random.chance(kVictimTwice)) {
      doubles.push_back(victim);  // once by the police, once by the hospital
      doubles.back().victim_id = fmt::format("VH-{:05}", doubles.size());
      note("victim-twice", "victims", doubles.back().victim_id, "person_key");
    }
  }
  known_.victims.insert(known_.victims.end(), doubles.begin(), doubles.end());
}

std::vector<InjectedFault> Injector::run() {
  into_hazards();
  into_releases();
  into_finds();
  into_people();
  return std::move(faults_);
}

}  // namespace

std::vector<InjectedFault> inject_faults(std::uint64_t seed, mineaction::Snapshot& known) {
  return Injector(seed, known).run();
}

}  // namespace firmground::simulate
