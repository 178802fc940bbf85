#include "simulate/country.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/check.h"
#include "mineaction/record_conversion.h"
#include "simulate/casualties.h"
#include "simulate/faults.h"
#include "simulate/parameters.h"
#include "simulate/programme.h"
#include "simulate/records.h"
#include "simulate/scattered.h"
#include "simulate/search.h"

namespace firmground::simulate {

namespace {

constexpr int kEpsg = 32639;
constexpr std::chrono::days kFromReportToWork{20};

/// The ground as it is, before anybody wrote anything down.
struct World {
  Terrain terrain;
  Settlements settlements;
  LineOfContact line;
  Ground ground;
  std::vector<Minefield> fields;
};

World make_world(const Parameters& parameters, std::uint64_t seed, const geo::Crs& crs) {
  Terrain terrain = make_terrain(parameters, seed, crs);
  Settlements settlements = settle(parameters, seed, terrain);
  LineOfContact line = draw_line_of_contact(parameters, seed, terrain, settlements);
  Ground ground = survey_ground(seed, terrain, settlements, line);
  std::vector<Minefield> fields = plan_minefields(parameters, seed, terrain, ground, line);
  return {std::move(terrain), std::move(settlements), std::move(line), std::move(ground), std::move(fields)};
}

std::vector<TrueItem> lay_everything(const Parameters& parameters, std::uint64_t seed, const World& world) {
  const double patterned = parameters.mines_laid * (1 - parameters.nuisance_share);
  std::vector<TrueItem> items = lay_minefields(world.fields, patterned, parameters, seed, world.terrain);
  lay_nuisance_mines(parameters, seed, world.terrain, world.settlements, world.line, items);
  shell(parameters, seed, world.terrain, world.settlements, world.line, items);
  return items;
}

void describe_programme(const geo::Crs& crs, mineaction::Snapshot& known) {
  known.programme = {.name = "Orvessa Mine Action Programme",
                     .profile = "invented-country",
                     .since_date = kOperationsBegin,
                     .since_name = "the end of the war",
                     .default_currency = "USD",
                     .country = "Orvessa (invented)"};
  known.crs = crs;
  known.as_of = kAsOf;
}

void describe_land(const World& world, mineaction::Snapshot& known) {
  known.areas_of_interest.push_back({"Orvessa", world.terrain.coast.land()});
  for (const Road& road : world.settlements.roads) {
    mineaction::ReferenceFeature feature{"roads", road.name, {}};
    feature.geometry.lines.push_back(road.line);
    known.reference_features.push_back(std::move(feature));
  }
  for (const River& river : world.terrain.rivers) {
    mineaction::ReferenceFeature feature{"water", river.name, {}};
    feature.geometry.lines.push_back(river.course);
    known.reference_features.push_back(std::move(feature));
  }
  mineaction::ReferenceFeature front{"contact-line", "Former line of contact", {}};
  front.geometry.lines.push_back(world.line.points);
  known.reference_features.push_back(std::move(front));
  geo::Raster dem;
  dem.grid = world.terrain.grid;
  dem.epsg = kEpsg;
  dem.band_names = {"dem"};
  dem.bands = {world.terrain.height_m};
  known.covariates.push_back({"dem", std::move(dem)});
}

/// A hazard is closed when its ground was released, worked on when a part was.
void close_hazards(const Operations& operations, Hazards& hazards, const std::vector<mineaction::District>& districts) {
  for (SurveyedHazard& hazard : hazards.all) {
    const auto released = std::count_if(hazard.parcels.begin(), hazard.parcels.end(),
                                        [&](std::uint32_t parcel) { return operations.of_parcel[parcel] >= 0; });
    for (const std::uint32_t parcel : hazard.parcels) {
      const std::int32_t release = operations.of_parcel[parcel];
      // Work starts on what is on file: the report is older than the first team on the ground.
      if (release >= 0) {
        const base::Date started = operations.releases[static_cast<std::size_t>(release)].started;
        hazard.record.reported_on =
            std::min(*hazard.record.reported_on, base::Date(started.first_day() - kFromReportToWork));
      }
    }
    const bool all = !hazard.parcels.empty() && released == static_cast<std::ptrdiff_t>(hazard.parcels.size());
    hazard.record.status = all ? "Closed" : released > 0 ? "Worked on" : "Open";
    hazard.record.district = district_at(districts, geo::centroid(hazard.record.geometry));
  }
}

/// Sorting and faults may have moved finds: the truth follows their ids.
void point_items_at_finds(const std::vector<std::string>& find_ids, const mineaction::Snapshot& known,
                          std::vector<TrueItem>& items) {
  std::vector<std::int32_t> now_at;
  for (const std::string& id : find_ids) {
    const auto at =
        std::lower_bound(known.finds.begin(), known.finds.end(), id,
                         [](const mineaction::Find& find, const std::string& wanted) { return find.find_id < wanted; });
    FG_CHECK(at != known.finds.end() && at->find_id == id);
    now_at.push_back(static_cast<std::int32_t>(at - known.finds.begin()));
  }
  for (TrueItem& item : items) {
    item.find = item.find < 0 ? -1 : now_at[static_cast<std::size_t>(item.find)];
  }
}

/// Everything that the programme has on file beside the land itself.
base::Result<void> fill_register(const Parameters& parameters, std::uint64_t seed, const World& world, Hazards& hazards,
                                 const Operations& operations, Country& country) {
  mineaction::Snapshot& known = country.known;
  describe_land(world, known);
  FG_TRY(known.districts, divide(parameters, seed, world.terrain));
  close_hazards(operations, hazards, known.districts);
  for (const SurveyedHazard& hazard : hazards.all) {
    known.hazards.push_back(hazard.record);
  }
  for (const Release& release : operations.releases) {
    known.land_releases.push_back(release.record);
  }
  list_places(parameters, seed, world.settlements, world.line, known);
  pay(parameters, seed, known);
  estimate_baselines(parameters, known);
  raise_teams(parameters, seed, world.settlements, known);
  propose_projects(parameters, seed, world.settlements, world.line, known);
  plan_tasks(seed, hazards, operations, known);
  FG_TRY(Records records,
         write_records(parameters, seed, world.fields, country.truth.fields, world.terrain, world.line, *known.crs));
  known.minefield_records = std::move(records.records);
  known.minefield_record_legs = std::move(records.legs);
  country.truth.records = std::move(records.truth);
  return {};
}

}  // namespace

base::Result<Country> simulate(const SimulateOptions& options, const base::Progress& progress) {
  FG_TRY(const Parameters parameters, parameters_for(options));
  FG_TRY(const geo::Crs crs, geo::Crs::from_epsg(kEpsg));
  const std::uint64_t seed = options.seed;
  if (!progress("Land, settlements, roads, the front", 0.0)) {
    return base::fail("base.cancelled");
  }
  const World world = make_world(parameters, seed, crs);
  if (!progress("Mines and shelling", 0.3)) {
    return base::fail("base.cancelled");
  }
  Country country;
  describe_programme(crs, country.known);
  country.truth.parameters_json = to_json(parameters, options);
  std::vector<TrueItem>& items = country.truth.items;
  items = lay_everything(parameters, seed, world);
  country.truth.fields = true_fields(world.fields, items);
  const ItemsByParcel by_parcel = items_by_parcel(items, world.ground.parcels);
  if (!progress("Survey and land release", 0.4)) {
    return base::fail("base.cancelled");
  }
  Hazards hazards = survey_hazards(parameters, seed, world.ground, world.terrain, world.settlements, world.line,
                                   world.fields, by_parcel, crs);
  const Operations operations = release_land(parameters, seed, world.ground, hazards, by_parcel, crs);
  if (!progress("Finds, accidents, records, money", 0.7)) {
    return base::fail("base.cancelled");
  }
  country.known.finds = search_releases(parameters, seed, world.ground, operations, by_parcel, items);
  std::vector<std::string> find_ids;
  for (const mineaction::Find& find : country.known.finds) {
    find_ids.push_back(find.find_id);
  }
  Casualties casualties = suffer_accidents(parameters, seed, world.ground, by_parcel, items);
  country.known.accidents = std::move(casualties.accidents);
  country.known.victims = std::move(casualties.victims);
  FG_TRY_VOID(fill_register(parameters, seed, world, hazards, operations, country));
  if (options.dirty) {
    country.truth.faults = inject_faults(seed, country.known);
  }
  mineaction::finish_snapshot(country.known);
  point_items_at_finds(find_ids, country.known, items);
  progress("Country complete", 1.0);
  return country;
}

}  // namespace firmground::simulate
