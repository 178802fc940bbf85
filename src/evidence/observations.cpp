#include "evidence/observations.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "evidence/covariates.h"
#include "evidence/effort.h"

namespace firmground::evidence {

std::string_view to_string(OrdnanceClass ordnance_class) {
  return ordnance_class == OrdnanceClass::mines ? "mines" : "ERW";
}

OrdnanceClass class_of(mineaction::Device device) {
  using mineaction::Device;
  switch (device) {
    case Device::ap_mine:
    case Device::av_mine:
    case Device::ied:
    case Device::booby_trap: return OrdnanceClass::mines;
    case Device::unknown:
    case Device::submunition:
    case Device::uxo:
    case Device::axo:
    case Device::erw:
    case Device::other: break;
  }
  return OrdnanceClass::erw;
}

namespace {

geo::Box box_of_records(const mineaction::Snapshot& snapshot) {
  geo::Box box;
  for (const auto& find : snapshot.finds) {
    box.include(find.position);
  }
  for (const auto& accident : snapshot.accidents) {
    if (accident.position) {
      box.include(*accident.position);
    }
  }
  for (const auto& release : snapshot.land_releases) {
    box.include(geo::bounds(release.geometry));
  }
  for (const auto& hazard : snapshot.hazards) {
    box.include(geo::bounds(hazard.geometry));
  }
  for (const auto& record : snapshot.minefield_records) {
    box.include(geo::bounds(record.geometry));
  }
  return box;
}

/// Cells near any record, where nobody drew the country.
std::vector<std::uint8_t> near_records(const mineaction::Snapshot& snapshot, const geo::Grid& grid, double reach_m) {
  std::vector<std::uint8_t> mask(grid.size(), 0);
  geo::PlanarGeometry points;
  for (const auto& find : snapshot.finds) {
    points.points.push_back(find.position);
  }
  for (const auto& accident : snapshot.accidents) {
    if (accident.position) {
      points.points.push_back(*accident.position);
    }
  }
  geo::burn_lines(grid, points, mask);
  for (const auto& release : snapshot.land_releases) {
    geo::burn_lines(grid, release.geometry, mask);
  }
  for (const auto& hazard : snapshot.hazards) {
    geo::burn_lines(grid, hazard.geometry, mask);
  }
  const std::vector<float> away = geo::distance_transform(grid, mask);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask[i] = away[i] <= reach_m ? 1 : 0;
  }
  return mask;
}

base::Result<geo::Grid> grid_over(const geo::Box& box, double cell_m) {
  const double cells =
      std::ceil((box.max_x - box.min_x) / cell_m + 1) * std::ceil((box.max_y - box.min_y) / cell_m + 1);
  if (cells > std::numeric_limits<std::int32_t>::max()) {
    return base::fail("evidence.grid_too_large",
                      {{"cell", fmt::format("{:g}", cell_m)}, {"cells", fmt::format("{:.3g}", cells)}});
  }
  return geo::Grid::covering(box, cell_m);
}

/// The country as somebody drew it.
struct DrawnGround {
  geo::PlanarGeometry polygons;  ///< none: nobody did
  bool by_districts = false;
};

DrawnGround drawn_ground(const mineaction::Snapshot& snapshot) {
  DrawnGround ground;
  auto& polygons = ground.polygons.polygons;
  for (const auto& area : snapshot.areas_of_interest) {
    polygons.insert(polygons.end(), area.geometry.polygons.begin(), area.geometry.polygons.end());
  }
  ground.by_districts = polygons.empty();
  if (ground.by_districts) {
    for (const auto& district : snapshot.districts) {
      polygons.insert(polygons.end(), district.geometry.polygons.begin(), district.geometry.polygons.end());
    }
  }
  return ground;
}

base::Result<void> check_cell(double cell_m) {
  if (!(cell_m >= 1 && cell_m <= 100'000)) {
    return base::fail("evidence.cell_invalid", {{"cell", fmt::format("{:g}", cell_m)}});
  }
  return {};
}

/// The grid and which of its cells belong to the country.
base::Result<void> lay_grid(const mineaction::Snapshot& snapshot, double cell_m, Observations& result) {
  const auto [ground, by_districts] = drawn_ground(snapshot);
  if (!ground.polygons.empty()) {
    FG_TRY(result.grid, grid_over(geo::bounds(ground), cell_m));
    result.inside.assign(result.grid.size(), 0);
    // Polygon by polygon: several areas may overlap, which an even-odd rule over all rings would cut out.
    for (const geo::PlanarPolygon& polygon : ground.polygons) {
      geo::PlanarGeometry one;
      one.polygons.push_back(polygon);
      const std::vector<std::uint8_t> inside = geo::centres_inside(result.grid, one);
      for (std::size_t i = 0; i < inside.size(); ++i) {
        result.inside[i] |= inside[i];
      }
    }
    if (by_districts) {
      result.notes.push_back("No area of interest is recorded; the districts stand in for it.");
    }
    return {};
  }
  const geo::Box box = box_of_records(snapshot);
  if (box.empty()) {
    return base::fail("evidence.no_ground");
  }
  const double reach_m = std::max(10'000.0, 10 * cell_m);
  FG_TRY(result.grid, grid_over(box.grown(reach_m), cell_m));
  result.inside = near_records(snapshot, result.grid, reach_m);
  result.notes.push_back(
      fmt::format("No area of interest or district is recorded; ground within {:g} km of a record stands in for it.",
                  reach_m / 1000));
  return {};
}

}  // namespace

base::Result<ModelledCells> modelled_cells(const mineaction::Snapshot& snapshot, const ObserveOptions& options) {
  FG_TRY_VOID(check_cell(options.cell_m));
  if (options.mode == Mode::presence_only || (options.mode == Mode::automatic && !any_search(snapshot, options))) {
    return ModelledCells{.cell_m = options.cell_m, .note = {}};
  }
  const geo::PlanarGeometry drawn = drawn_ground(snapshot).polygons;
  const geo::Box box = drawn.polygons.empty() ? box_of_records(snapshot) : geo::bounds(drawn);
  if (box.empty()) {
    return base::fail("evidence.no_ground");
  }
  constexpr double kMost = 5e7;
  const double area = (box.max_x - box.min_x) * (box.max_y - box.min_y);
  const auto wanted = std::max(1, static_cast<std::int32_t>(std::lround(options.cell_m / kModelled_m)));
  const auto most = static_cast<std::int32_t>(options.cell_m * std::sqrt(kMost / std::max(area, 1.0)));
  ModelledCells cells;
  cells.together = std::max(1, std::min(wanted, most));
  cells.cell_m = options.cell_m / cells.together;
  if (cells.together < wanted) {
    cells.note = fmt::format(
        "The ground has {:.0f} million cells of {:g} m and is modelled in cells of {:g} m: totals may differ by some "
        "per cent for each doubling from what smaller cells would say.",
        area / (kModelled_m * kModelled_m) / 1e6, kModelled_m, cells.cell_m);
  } else if (std::abs(cells.cell_m - kModelled_m) > 1e-6) {
    cells.note = fmt::format(
        "The ground is modelled in cells of {:g} m: totals may differ by some per cent from those of {:g} m and its "
        "multiples, which all agree.",
        cells.cell_m, kModelled_m);
  }
  return cells;
}

float CovariateField::at(std::uint32_t cell) const {
  if (!cells) {
    return value[cell];
  }
  const auto found = std::lower_bound(cells->begin(), cells->end(), cell);
  FG_CHECK(found != cells->end() && *found == cell);
  return value[static_cast<std::size_t>(found - cells->begin())];
}

base::Result<Observations> observe_effort(const mineaction::Snapshot& snapshot, const ObserveOptions& options,
                                          const base::Progress& progress) {
  FG_CHECK(snapshot.crs.has_value());
  FG_TRY_VOID(check_cell(options.cell_m));
  if (options.from && options.until && options.until->last_day() < options.from->first_day()) {
    return base::fail("evidence.no_days_between",
                      {{"from", options.from->to_string()}, {"until", options.until->to_string()}});
  }
  Observations result;
  result.epsg = snapshot.crs->epsg();
  result.snapshot_hash = snapshot.hash;
  result.from = options.from ? options.from->to_string() : "";
  result.until = options.until ? options.until->to_string() : "";
  if (!progress("Laying the grid", 0)) {
    return base::fail("base.cancelled");
  }
  FG_TRY_VOID(lay_grid(snapshot, options.cell_m, result));
  if (!progress("Placing search effort and finds on the grid", 0.1)) {
    return base::fail("base.cancelled");
  }
  place_effort(snapshot, options, result);
  if (options.from && result.mode == "effort") {
    return base::fail("evidence.from_with_searches", {{"from", result.from}});
  }
  if (auto line = std::make_shared<const LineDirection>(snapshot, result.grid); !line->empty()) {
    result.line = std::move(line);
  }
  return result;
}

base::Result<Observations> observe(const mineaction::Snapshot& snapshot, const ObserveOptions& options,
                                   const base::Progress& progress) {
  FG_TRY(Observations result, observe_effort(snapshot, options, progress));
  if (!progress("Measuring covariates", 0.3)) {
    return base::fail("base.cancelled");
  }
  result.covariates =
      covariate_fields(snapshot, result.grid, result.inside, result.processed, options.until, result.notes);
  progress("Observations ready", 1);
  return result;
}

}  // namespace firmground::evidence
