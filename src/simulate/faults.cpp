#include "simulate/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "simulate/noise.h"

namespace firmground::simulate {

namespace {

// Rates of domain.md 5.6.
constexpr double kWrongDistrict = 0.22;  ///< in one dataset: hazards
constexpr double kNoGeometry = 0.002;
constexpr double kDuplicateId = 0.01;
constexpr double kTrailingSpaces = 0.02;
constexpr double kSelfCrossing = 0.01;
constexpr double kRepeatedPoint = 0.05;
constexpr double kOverlap = 0.03;
constexpr double kFutureDate = 0.005;
constexpr double kUnitMix = 0.005;
constexpr double kUnknownAsText = 0.02;
constexpr double kVictimTwice = 0.05;
constexpr double kSumMismatch = 0.01;

const base::Date kFuture{2062, 4, 1};

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

  std::uint64_t seed_;
  mineaction::Snapshot& known_;
  std::vector<InjectedFault> faults_;
};

/// Two corners in the wrong order, or the last corner entered twice.
bool Injector::spoil_ring(base::Random& random, const char* table, const std::string& id,
                          geo::PlanarGeometry& geometry) {
  if (geometry.polygons.empty()) {
    return false;
  }
  auto& ring = geometry.polygons[0].outer;
  const double u = random.uniform();
  if (u < kSelfCrossing && ring.size() >= 5) {
    std::swap(ring[1], ring[2]);
    note("self-crossing", table, id, "geometry");
    return true;
  }
  if (u < kSelfCrossing + kRepeatedPoint && !ring.empty()) {
    ring.push_back(ring.back());
    note("repeated-point", table, id, "geometry");
    return true;
  }
  return false;
}

void Injector::into_hazards() {
  base::Random random = stream(seed_, Stream::faults, 1);
  for (mineaction::HazardousArea& hazard : known_.hazards) {
    if (random.chance(kWrongDistrict) && known_.districts.size() > 1) {
      const std::string& other = known_.districts[random.index(known_.districts.size())].name;
      if (other != hazard.district) {
        hazard.district = other;
        note("wrong-district", "hazards", hazard.hazard_id, "district");
      }
    }
    if (random.chance(kTrailingSpaces)) {
      hazard.evidence += "  ";
      note("trailing-spaces", "hazards", hazard.hazard_id, "evidence");
    } else if (random.chance(kUnknownAsText)) {
      hazard.evidence = "unknown";
      note("unknown-as-text", "hazards", hazard.hazard_id, "evidence");
    }
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
  for (mineaction::LandRelease& release : known_.land_releases) {
    if (random.chance(kFutureDate)) {
      release.completed_on = kFuture;
      note("future-date", "land-release", release.release_id, "completed_on");
    }
    if (random.chance(kTrailingSpaces)) {
      release.organisation += " ";
      note("trailing-spaces", "land-release", release.release_id, "organisation");
    }
    if (random.chance(kUnitMix) && release.declared_area_m2) {
      *release.declared_area_m2 /= 1e4;
      note("unit-mix", "land-release", release.release_id, "declared_area");
    }
    const bool spoiled = spoil_ring(random, "land-release", release.release_id, release.geometry);
    if (!spoiled && random.chance(kOverlap) && !release.geometry.polygons.empty()) {
      // Drawn again from other turning points: 6 % larger, so that it runs into its neighbours.
      const geo::Xy middle = geo::centroid(release.geometry);
      for (geo::Xy& p : release.geometry.polygons[0].outer) {
        p = {middle.x + 1.06 * (p.x - middle.x), middle.y + 1.06 * (p.y - middle.y)};
      }
      note("overlap", "land-release", release.release_id, "geometry");
    }
    if (random.chance(kDuplicateId)) {
      doubles.push_back(release);
      doubles.back().completed_on = base::Date(release.completed_on.first_day() + std::chrono::days(1));
      note("duplicate-id", "land-release", release.release_id, "release_id");
    }
  }
  known_.land_releases.insert(known_.land_releases.end(), doubles.begin(), doubles.end());
}

void Injector::into_finds() {
  base::Random random = stream(seed_, Stream::faults, 3);
  std::vector<mineaction::Find> doubles;
  for (mineaction::Find& find : known_.finds) {
    if (random.chance(kFutureDate)) {
      find.found_on = kFuture;
      note("future-date", "finds", find.find_id, "found_on");
    }
    if (random.chance(kTrailingSpaces)) {
      find.model += " ";
      note("trailing-spaces", "finds", find.find_id, "model");
    } else if (random.chance(kUnknownAsText)) {
      find.model = "unknown";
      note("unknown-as-text", "finds", find.find_id, "model");
    }
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
