#include "simulate/country.h"

#include "mineaction/record_conversion.h"
#include "simulate/casualties.h"
#include "simulate/parameters.h"
#include "simulate/records.h"
#include "simulate/scattered.h"
#include "simulate/search.h"

namespace firmground::simulate {

namespace {

constexpr int kEpsg = 32639;

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

}  // namespace

base::Result<Country> simulate(const SimulateOptions& options, const base::Progress& progress) {
  FG_TRY(const Parameters parameters, parameters_for(options));
  FG_TRY(const geo::Crs crs, geo::Crs::from_epsg(kEpsg));
  const auto go_on = [&](std::string_view step, double share) { return progress(step, share); };
  const std::uint64_t seed = options.seed;

  if (!go_on("land, settlements, roads, the front", 0.0)) {
    return base::fail("base.cancelled");
  }
  const World world = make_world(parameters, seed, crs);
  if (!go_on("laying mines, shelling", 0.15)) {
    return base::fail("base.cancelled");
  }
  Country country;
  country.truth.parameters_json = to_json(parameters, options);
  std::vector<TrueItem>& items = country.truth.items;
  items = lay_everything(parameters, seed, world);
  country.truth.fields = true_fields(world.fields, items);
  const ItemsByParcel by_parcel = items_by_parcel(items, world.ground.parcels);
  if (!go_on("survey", 0.35)) {
    return base::fail("base.cancelled");
  }
  const Hazards hazards = survey_hazards(parameters, seed, world.ground, world.terrain, world.settlements, world.line,
                                         world.fields, by_parcel, crs);
  if (!go_on("land release", 0.5)) {
    return base::fail("base.cancelled");
  }
  const Operations operations = release_land(parameters, seed, world.ground, hazards, by_parcel, crs);
  country.known.finds = search_releases(parameters, seed, world.ground, operations, by_parcel, items);
  if (!go_on("accidents, records, money", 0.8)) {
    return base::fail("base.cancelled");
  }
  Casualties casualties = suffer_accidents(parameters, seed, world.ground, by_parcel, items);

  mineaction::Snapshot& known = country.known;
  describe_programme(crs, known);
  describe_land(world, known);
  for (const SurveyedHazard& hazard : hazards.all) {
    known.hazards.push_back(hazard.record);
  }
  for (const Release& release : operations.releases) {
    known.land_releases.push_back(release.record);
  }
  known.accidents = std::move(casualties.accidents);
  known.victims = std::move(casualties.victims);
  mineaction::finish_snapshot(known);
  go_on("done", 1.0);
  return country;
}

}  // namespace firmground::simulate
