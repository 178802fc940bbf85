#include "cli/truth_files.h"

#include <fmt/format.h>

#include <limits>

#include "base/parallel.h"
#include "geo/raster.h"
#include "mineaction/code_lists.h"

namespace firmground::cli {

namespace {

constexpr double kCell_m = 50;
constexpr std::size_t kItemsPerBlock = 16384;

const char* to_string(simulate::TrueItem::Fate fate) {
  using Fate = simulate::TrueItem::Fate;
  switch (fate) {
    case Fate::remains: return "remains";
    case Fate::found: return "found";
    case Fate::lifted_or_decayed: return "lifted or decayed";
    case Fate::detonated: return "detonated";
  }
  return "";
}

std::string items_csv(const simulate::Country& country) {
  const auto& items = country.truth.items;
  const auto& finds = country.known.finds;
  std::vector<std::string> blocks((items.size() + kItemsPerBlock - 1) / kItemsPerBlock);
  base::parallel_for(items.size(), kItemsPerBlock, [&](std::size_t begin, std::size_t end) {
    std::string& text = blocks[begin / kItemsPerBlock];
    for (std::size_t i = begin; i < end; ++i) {
      const simulate::TrueItem& item = items[i];
      const geo::LonLat place = country.known.crs->to_lon_lat(item.position);
      const std::string& field =
          item.field < 0 ? std::string() : country.truth.fields[static_cast<std::size_t>(item.field)].field_id;
      const std::string& find = item.find < 0 ? std::string() : finds[static_cast<std::size_t>(item.find)].find_id;
      fmt::format_to(std::back_inserter(text), "{:.7f},{:.7f},{},{},{},{},{:.2f},{:.2f}\n", place.lon, place.lat,
                     mineaction::to_string(item.device), field, to_string(item.fate), find, item.position.x,
                     item.position.y);
    }
  });
  std::string text = "longitude,latitude,device,field,fate,find,x,y\n";
  for (const std::string& block : blocks) {
    text += block;
  }
  return text;
}

std::string ring_json(const std::vector<geo::Xy>& ring, const geo::Crs& crs) {
  std::string text = "[";
  for (std::size_t i = 0; i <= ring.size(); ++i) {
    const geo::LonLat p = crs.to_lon_lat(ring[i % ring.size()]);
    fmt::format_to(std::back_inserter(text), "{}[{:.8f},{:.8f}]", i == 0 ? "" : ",", p.lon, p.lat);
  }
  return text + "]";
}

std::string fields_geojson(const simulate::Country& country) {
  std::string text = "{\"type\":\"FeatureCollection\",\"features\":[";
  const char* before = "\n";
  for (const simulate::TrueField& field : country.truth.fields) {
    fmt::format_to(
        std::back_inserter(text),
        "{}{{\"type\":\"Feature\",\"properties\":{{\"field_id\":\"{}\",\"device\":\"{}\",\"mines_laid\":{}}},"
        "\"geometry\":{{\"type\":\"MultiPolygon\",\"coordinates\":[",
        before, field.field_id, mineaction::to_string(field.device), field.mines_laid);
    before = ",\n";
    for (std::size_t i = 0; i < field.outline.polygons.size(); ++i) {
      const geo::PlanarPolygon& polygon = field.outline.polygons[i];
      text += i == 0 ? "[" : ",[";
      text += ring_json(polygon.outer, *country.known.crs);
      for (const auto& hole : polygon.holes) {
        text += "," + ring_json(hole, *country.known.crs);
      }
      text += "]";
    }
    text += "]}}";
  }
  return text + "\n]}\n";
}

std::string records_csv(const simulate::Truth& truth) {
  std::string text = "record_id,field,blunder,shift_x_m,shift_y_m\n";
  for (const simulate::TrueRecord& record : truth.records) {
    const std::string& field =
        record.field < 0 ? std::string() : truth.fields[static_cast<std::size_t>(record.field)].field_id;
    fmt::format_to(std::back_inserter(text), "{},{},{},{:.2f},{:.2f}\n", record.record_id, field, record.blunder,
                   record.shift_x_m, record.shift_y_m);
  }
  return text;
}

std::string faults_csv(const simulate::Truth& truth) {
  std::string text = "kind,table,id,field\n";
  for (const simulate::InjectedFault& fault : truth.faults) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{}\n", fault.kind, fault.table, fault.id, fault.field);
  }
  return text;
}

base::Result<std::string> remaining_tif(const simulate::Country& country) {
  geo::Box box;
  geo::PlanarGeometry land;
  for (const auto& area : country.known.areas_of_interest) {
    box.include(geo::bounds(area.geometry));
    land.polygons.insert(land.polygons.end(), area.geometry.polygons.begin(), area.geometry.polygons.end());
  }
  geo::Raster raster;
  raster.grid = geo::Grid::covering(box, kCell_m);
  raster.epsg = country.known.crs->epsg();
  raster.band_names = {"items_remaining"};
  std::vector<float> count(raster.grid.size(), std::numeric_limits<float>::quiet_NaN());
  const std::vector<std::uint8_t> inside = geo::centres_inside(raster.grid, land);
  for (std::size_t cell = 0; cell < count.size(); ++cell) {
    count[cell] = inside[cell] != 0 ? 0.0F : count[cell];
  }
  for (const simulate::TrueItem& item : country.truth.items) {
    const std::int64_t cell = raster.grid.cell_of(item.position);
    if (item.fate == simulate::TrueItem::Fate::remains && cell >= 0) {
      count[static_cast<std::size_t>(cell)] += 1;
    }
  }
  raster.bands.push_back(std::move(count));
  return geo::to_cog(raster);
}

}  // namespace

base::Result<void> write_truth(const std::string& folder, const simulate::Country& country) {
  FG_TRY_VOID(geo::write_file(folder + "/items.csv", items_csv(country)));
  FG_TRY_VOID(geo::write_file(folder + "/fields.geojson", fields_geojson(country)));
  FG_TRY_VOID(geo::write_file(folder + "/records.csv", records_csv(country.truth)));
  FG_TRY_VOID(geo::write_file(folder + "/faults.csv", faults_csv(country.truth)));
  FG_TRY_VOID(geo::write_file(folder + "/parameters.json", country.truth.parameters_json));
  FG_TRY(const std::string remaining, remaining_tif(country));
  return geo::write_file(folder + "/remaining.tif", remaining);
}

}  // namespace firmground::cli
