#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mineaction/record_conversion.h"
#include "serve/programme_source.h"

/// A small programme of known ground, for the tests of this folder.
namespace firmground::serve {

/// Axis-parallel square in programme metres.
inline geo::PlanarPolygon square_at(double x, double y, double side_m) {
  return {{{x, y}, {x + side_m, y}, {x + side_m, y + side_m}, {x, y + side_m}}, {}};
}

/// South-west corner of the country, EPSG:32639: all records lie within 20 km of it.
inline constexpr geo::Xy kCorner{500'000, 4'600'000};

inline mineaction::Snapshot invented_snapshot() {
  mineaction::Snapshot s;
  s.crs = *geo::Crs::from_epsg(32639);
  s.programme = {.name = "Test programme",
                 .profile = "generic",
                 .since_date = {},
                 .since_name = {},
                 .default_currency = "EUR",
                 .country = "Testland"};
  s.as_of = base::Date(2026, 1, 1);
  s.areas_of_interest.push_back({"Testland", {{}, {}, {square_at(kCorner.x, kCorner.y, 20'000)}}});
  mineaction::HazardousArea hazard;
  hazard.hazard_id = "HA-1";
  hazard.type = mineaction::HazardType::confirmed;
  hazard.geometry.polygons.push_back(square_at(kCorner.x + 5000, kCorner.y + 5000, 1000));
  hazard.geometry.polygons[0].holes.push_back({{kCorner.x + 5400, kCorner.y + 5400},
                                               {kCorner.x + 5400, kCorner.y + 5600},
                                               {kCorner.x + 5600, kCorner.y + 5600},
                                               {kCorner.x + 5600, kCorner.y + 5400}});
  s.hazards.push_back(hazard);
  mineaction::LandRelease release;
  release.release_id = "LR-1";
  release.hazard_id = "HA-1";
  release.outcome = mineaction::Outcome::cleared;
  release.method = mineaction::Method::manual;
  release.completed_on = base::Date(2025, 5, 2);
  release.depth_cm = 20;
  release.geometry.polygons.push_back(square_at(kCorner.x + 5000, kCorner.y + 5000, 300));
  s.land_releases.push_back(release);
  mineaction::Find find;
  find.find_id = "F-1";
  find.release_id = "LR-1";
  find.found_on = base::Date(2025, 4, 30);
  find.device = mineaction::Device::ap_mine;
  find.position = {kCorner.x + 5100, kCorner.y + 5100};
  s.finds.push_back(find);
  mineaction::Victim victim;
  victim.victim_id = "V-SECRET";
  victim.accident_id = "A-1";
  victim.activity = "herding";
  victim.person_key = "person-key-secret";
  s.victims.push_back(victim);
  mineaction::Accident accident;
  accident.accident_id = "A-1";
  accident.occurred_on = base::Date(2021, 3, 4);
  accident.position = geo::Xy{kCorner.x + 6000, kCorner.y + 6000};
  s.accidents.push_back(accident);
  mineaction::Place place;
  place.name = "Ağdam";
  place.kind = "town";
  place.position = {kCorner.x + 10'000, kCorner.y + 10'000};
  s.places.push_back(place);
  mineaction::finish_snapshot(s);
  return s;
}

/// A source whose content a test can exchange.
class HeldSource final : public ProgrammeSource {
 public:
  explicit HeldSource(ProgrammeContent content) : content_(std::move(content)) {}
  std::string name() const override { return "test.gpkg"; }
  std::string mark() override { return mark_; }
  base::Result<ProgrammeContent> load(const base::Progress&) override { return content_; }
  base::Result<std::vector<registry::VersionInfo>> history(const std::string&, const std::string&) override {
    registry::VersionInfo version;
    version.version = 1;
    version.source = "finds.csv, row 2";
    version.state = "approved";
    return std::vector{version};
  }
  void exchange(ProgrammeContent content, std::string mark) {
    content_ = std::move(content);
    mark_ = std::move(mark);
  }

 private:
  ProgrammeContent content_;
  std::string mark_ = "1";
};

}  // namespace firmground::serve
