#include <nlohmann/json.hpp>

#include "serve/call.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::ordered_json;

/// West, south, east, north: the area of interest, else everything there is; null without any geometry.
Json bounds_of(const Edition& edition) {
  WorldBox box;
  if (const VectorLayer* area = edition.find_layer("area-of-interest")) {
    box = area->bounds();
  } else {
    for (const VectorLayer& layer : edition.layers()) {
      box.include(layer.bounds());
    }
  }
  if (box.empty()) {
    return nullptr;
  }
  const geo::LonLat north_west = to_lon_lat({box.min_x, box.min_y});
  const geo::LonLat south_east = to_lon_lat({box.max_x, box.max_y});
  return {north_west.lon, south_east.lat, south_east.lon, north_west.lat};
}

/// Records with geometry, whatever the number of parts.
std::size_t records_in(const VectorLayer& layer) {
  std::size_t count = 0;
  std::uint32_t last = static_cast<std::uint32_t>(-1);
  for (const Feature& feature : layer.features()) {
    count += feature.record != last;
    last = feature.record;
  }
  return count;
}

Json layers_of(const Edition& edition) {
  Json layers = Json::array();
  for (const VectorLayer& layer : edition.layers()) {
    layers.push_back({{"name", layer.name()},
                      {"title", layer.title()},
                      {"geometry", layer.geometry()},
                      {"count", records_in(layer)},
                      {"attributes", layer.keys()},
                      {"tiles", "/tiles/" + layer.name() + "/{z}/{x}/{y}.mvt"}});
  }
  return layers;
}

Json hazard_raster_of(const Edition& edition) {
  const geo::Raster* raster = edition.hazard_raster();
  Json bands = Json::array();
  for (const ShownBand& band : shown_bands()) {
    bands.push_back(band.name);
  }
  Json json = {{"available", raster != nullptr},
               {"cell_m", nullptr},
               {"made_at", nullptr},
               {"stale", nullptr},
               {"tiles", "/tiles/hazard/{band}/{z}/{x}/{y}.png"},
               {"bands", bands}};
  if (raster != nullptr) {
    json["cell_m"] = raster->grid.cell_m;
  }
  if (edition.estimate() != nullptr) {
    json["made_at"] = edition.estimate()->made_at;
    json["stale"] = edition.estimate()->stale;
  }
  return json;
}

}  // namespace

base::Result<Response> get_programme(const Call& call) {
  const Edition& edition = call.edition;
  const mineaction::Programme& programme = edition.snapshot().programme;
  const Json json = {{"name", programme.name},
                     {"country", programme.country},
                     {"profile", programme.profile},
                     {"crs", edition.crs().name()},
                     {"epsg", edition.crs().epsg()},
                     {"bounds", bounds_of(edition)},
                     {"as_of", edition.snapshot().as_of.to_string()},
                     {"since", {{"date", programme.since_date.to_string()}, {"name", programme.since_name}}},
                     {"layers", layers_of(edition)},
                     {"hazard_raster", hazard_raster_of(edition)},
                     {"basemap", {{"hillshade", edition.hillshade() != nullptr}}}};
  return json_response(json.dump());
}

}  // namespace firmground::serve
