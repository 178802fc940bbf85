#include "report/map_picture.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/check.h"
#include "estimate/hazard_estimate.h"
#include "report/charts.h"
#include "report/exhibits.h"
#include "report/hazard_scale.h"
#include "report/map_frame.h"
#include "report/map_furniture.h"
#include "report/wording.h"

namespace firmground::report {

namespace {

using mineaction::Snapshot;

constexpr double kLegendHeight = 50;

/// The area of interest decides; without one, everything that has a place.
geo::Box extent_of(const Snapshot& snapshot) {
  geo::Box box;
  for (const auto& area : snapshot.areas_of_interest) {
    box.include(geo::bounds(area.geometry));
  }
  if (box.empty()) {
    const auto include_all = [&](const auto& records) {
      for (const auto& record : records) {
        box.include(geo::bounds(record.geometry));
      }
    };
    include_all(snapshot.districts);
    include_all(snapshot.hazards);
    include_all(snapshot.land_releases);
    include_all(snapshot.minefield_records);
    for (const auto& find : snapshot.finds) {
      box.include(find.position);
    }
  }
  const double size = std::max(box.max_x - box.min_x, box.max_y - box.min_y);
  return box.empty() ? box : box.grown(std::max(200.0, 0.02 * size));
}

/// Labels that do not lie on each other: first come, first served.
class LabelBoard {
 public:
  bool place(const Label& label, const MapFrame& frame) {
    const double wide = text_width(label.text, label.size) + 2;
    const double left = label.at.x - (label.anchor == Anchor::middle ? wide / 2 : 0);
    const geo::Box box{left, label.at.y - label.size, left + wide, label.at.y + 2};
    const bool inside =
        box.min_x >= 2 && box.max_x <= frame.width() - 2 && box.min_y >= 2 && box.max_y <= frame.height() - 2;
    if (!inside ||
        std::any_of(taken_.begin(), taken_.end(), [&](const geo::Box& other) { return other.intersects(box); })) {
      return false;
    }
    taken_.push_back(box);
    return true;
  }

 private:
  std::vector<geo::Box> taken_;
};

/// Size of an outline on paper.
double size_of(const std::vector<Point>& outline) {
  geo::Box box;
  for (const Point& p : outline) {
    box.include(geo::Xy{p.x, p.y});
  }
  return std::max(box.max_x - box.min_x, box.max_y - box.min_y);
}

/// North is up on the ground and y grows downwards on paper: an outer ring runs the other way round there.
bool is_hole(const std::vector<Point>& outline) {
  double twice_area = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point& a = outline[i];
    const Point& b = outline[(i + 1) % outline.size()];
    twice_area += a.x * b.y - b.x * a.y;
  }
  return twice_area > 0;
}

/// Takes what is too small for hatching and rim out of a shape: it is drawn by its fill alone, a little stronger.
/// A hole goes with the ring before it.
Shape take_small(Shape& shape) {
  constexpr double kShowsHatch = 4;
  Shape small{.fill = shape.fill, .fill_opacity = std::min(1.0, shape.fill_opacity + 0.35)};
  std::vector<std::vector<Point>> large;
  bool goes_to_small = false;
  for (auto& outline : shape.outlines) {
    if (!is_hole(outline)) {
      goes_to_small = size_of(outline) < kShowsHatch;
    }
    (goes_to_small ? small.outlines : large).push_back(std::move(outline));
  }
  shape.outlines = std::move(large);
  return small;
}

/// A map being drawn: the frame, the picture and what its legend must explain.
struct MapDrawing {
  MapFrame frame;
  Picture picture;
  LabelBoard board;
  std::vector<LegendEntry> legend;

  void add(Shape shape, const std::string& legend_text, LegendEntry::Sign sign = LegendEntry::Sign::area) {
    if (shape.outlines.empty()) {
      return;
    }
    if (!legend_text.empty()) {
      Shape swatch = shape;
      swatch.outlines.clear();
      legend.push_back({legend_text, std::move(swatch), sign});
    }
    picture.add(std::move(shape));
  }

  void add_areas(Shape shape, const std::string& legend_text) {
    Shape swatch = shape;
    Shape small = take_small(shape);
    swatch.outlines.clear();
    if (!shape.outlines.empty() || !small.outlines.empty()) {
      legend.push_back({legend_text, std::move(swatch)});
    }
    add(std::move(shape), "");
    add(std::move(small), "");
  }
};

MapDrawing begin_map(std::string id, std::string title, std::string description, const geo::Box& extent, double width,
                     double height) {
  MapDrawing map{MapFrame(extent, width, height - kLegendHeight),
                 {std::move(id), std::move(title), std::move(description), width, height, {}},
                 {},
                 {}};
  map.picture.add(Shape{.outlines = {rectangle(0, 0, width, height - kLegendHeight)}, .fill = colours::kCard});
  return map;
}

void draw_country(const Snapshot& snapshot, const std::optional<Shape>& filling, MapDrawing& map) {
  Shape land = filling.value_or(Shape{.fill = colours::kLand, .stroke = colours::kQuiet, .stroke_width = 0.8});
  for (const auto& area : snapshot.areas_of_interest) {
    map.frame.add_polygons(area.geometry, land);
  }
  map.add(std::move(land), filling ? "not estimated" : "");
}

void draw_districts(const Snapshot& snapshot, MapDrawing& map) {
  Shape lines{.closed = false, .stroke = colours::kDistrict, .stroke_width = 0.5, .dashes = {3, 1.5}};
  for (const auto& district : snapshot.districts) {
    map.frame.add_lines(district.geometry, lines);
  }
  map.add(std::move(lines), "district boundary", LegendEntry::Sign::line);
}

void draw_hazards(const Snapshot& snapshot, const base::Date& as_of, MapDrawing& map) {
  Shape suspected{.fill = colours::kSuspected,
                  .fill_opacity = 0.5,
                  .hatch = Hatch::diagonal,
                  .hatch_colour = colours::kSuspectedInk,
                  .stroke = colours::kSuspectedInk,
                  .stroke_width = 0.5};
  Shape confirmed{.fill = colours::kConfirmed,
                  .fill_opacity = 0.5,
                  .hatch = Hatch::cross,
                  .hatch_colour = colours::kConfirmedInk,
                  .stroke = colours::kConfirmedInk,
                  .stroke_width = 0.5};
  for (const auto& hazard : snapshot.hazards) {
    if (!hazard.reported_on || hazard.reported_on->first_day() <= as_of.last_day()) {
      map.frame.add_polygons(hazard.geometry, hazard.type == mineaction::HazardType::confirmed ? confirmed : suspected);
    }
  }
  map.add_areas(std::move(suspected), "suspected hazardous area (SHA)");
  map.add_areas(std::move(confirmed), "confirmed hazardous area (CHA)");
}

void draw_releases(const Snapshot& snapshot, const base::Date& as_of, MapDrawing& map) {
  Shape cancelled{.fill = colours::kCancelled, .stroke = colours::kQuiet, .stroke_width = 0.3, .dashes = {0.8, 0.8}};
  Shape reduced{.fill = colours::kReduced,
                .hatch = Hatch::dots,
                .hatch_colour = colours::kCleared,
                .stroke = colours::kCleared,
                .stroke_width = 0.2};
  Shape cleared{.fill = colours::kCleared};
  for (const auto& release : snapshot.land_releases) {
    if (release.completed_on.first_day() <= as_of.last_day()) {
      map.frame.add_polygons(release.geometry, release.outcome == mineaction::Outcome::cleared   ? cleared
                                               : release.outcome == mineaction::Outcome::reduced ? reduced
                                                                                                 : cancelled);
    }
  }
  // Weakest first: where releases overlap, the strongest outcome is seen, as the account counts it.
  const std::string date = " by " + as_of.to_string();
  map.add_areas(std::move(cancelled), "cancelled (non-technical survey)" + date);
  map.add_areas(std::move(reduced), "reduced (technical survey)" + date);
  map.add_areas(std::move(cleared), "cleared" + date);
}

void draw_lines(const Snapshot& snapshot, MapDrawing& map) {
  Shape roads{.closed = false, .stroke = colours::kRoad, .stroke_width = 0.7};
  Shape contact{.closed = false, .stroke = colours::kContactLine, .stroke_width = 1.1, .dashes = {4, 2}};
  for (const auto& feature : snapshot.reference_features) {
    if (feature.layer == "roads") {
      map.frame.add_lines(feature.geometry, roads);
    } else if (feature.layer == "contact-line") {
      map.frame.add_lines(feature.geometry, contact);
    }
  }
  map.add(std::move(roads), "road", LegendEntry::Sign::line);
  map.add(std::move(contact), "former line of contact", LegendEntry::Sign::line);
}

void label_districts(const Snapshot& snapshot, MapDrawing& map) {
  for (const auto& district : snapshot.districts) {
    if (district.geometry.empty() || !map.frame.shows(geo::centroid(district.geometry))) {
      continue;
    }
    const Label label{.at = map.frame.at(geo::centroid(district.geometry)),
                      .text = district.name,
                      .size = 7.5,
                      .colour = colours::kQuiet,
                      .anchor = Anchor::middle,
                      .bold = true,
                      .halo = true};
    if (map.board.place(label, map.frame)) {
      map.picture.add(label);
    }
  }
}

bool is_settlement(const mineaction::Place& place) {
  return place.population.has_value() || place.kind == "city" || place.kind == "town" || place.kind == "village" ||
         place.kind == "settlement" || place.kind == "capital";
}

/// The most populous places that find room.
void label_places(const Snapshot& snapshot, MapDrawing& map) {
  constexpr std::size_t kMost = 22;
  std::vector<const mineaction::Place*> places;
  for (const auto& place : snapshot.places) {
    if (is_settlement(place) && map.frame.shows(place.position)) {
      places.push_back(&place);
    }
  }
  std::stable_sort(places.begin(), places.end(), [](const auto* a, const auto* b) {
    return a->population.value_or(-1) > b->population.value_or(-1);
  });
  Shape dots{.fill = colours::kText, .stroke = colours::kPaper, .stroke_width = 0.5};
  std::size_t shown = 0;
  for (const auto* place : places) {
    const Point p = map.frame.at(place->position);
    const Label label{.at = {p.x + 3.5, p.y + 2.5}, .text = place->name, .size = 7, .halo = true};
    if (shown < kMost && map.board.place(label, map.frame)) {
      dots.outlines.push_back(rectangle(p.x - 1.4, p.y - 1.4, 2.8, 2.8));
      map.picture.add(label);
      ++shown;
    }
  }
  map.add(std::move(dots), "settlement", LegendEntry::Sign::dot);
}

void draw_border(MapDrawing& map) {
  map.picture.add(Shape{.outlines = {rectangle(0, 0, map.frame.width(), map.frame.height())},
                        .stroke = colours::kQuiet,
                        .stroke_width = 0.6});
}

void add_datum(const Snapshot& snapshot, const std::string& more, MapDrawing& map) {
  const std::string crs = snapshot.crs ? fmt::format("Datum WGS 84, EPSG:{}, grid north. ", snapshot.crs->epsg()) : "";
  map.picture.add(Label{.at = {0, map.picture.height - 2}, .text = crs + more, .size = 6.5, .colour = colours::kQuiet});
}

Picture without_places(std::string id, std::string title, double width) {
  Picture picture{std::move(id), std::move(title), "No record of the register has a position.", width, 60, {}};
  picture.add(Label{.at = {width / 2, 32},
                    .text = picture.description,
                    .size = 8,
                    .colour = colours::kQuiet,
                    .anchor = Anchor::middle});
  return picture;
}

constexpr std::uint32_t kOpaque = 0xff000000U;
constexpr std::uint32_t kHatchPixel = 0xff4a4a4aU;

/// What the cells under one pixel say together.
struct PixelSum {
  float highest = -1;
  std::uint32_t estimated = 0;
  std::uint32_t without_evidence = 0;
};

std::uint32_t pixel_colour(const PixelSum& sum, int column, int row) {
  if (sum.estimated == 0) {
    return 0;
  }
  constexpr int kHatchPeriod = 5;
  if (2 * sum.without_evidence >= sum.estimated && (column + row) % kHatchPeriod == 0) {
    return kHatchPixel;
  }
  const auto classes = hazard_classes();
  const auto found = std::find_if(classes.begin(), classes.end(),
                                  [&](const HazardClass& c) { return static_cast<double>(sum.highest) < c.to; });
  return kOpaque | (found == classes.end() ? classes.back() : *found).rgb;
}

Image hazard_image(const geo::Raster& hazard, const MapFrame& frame) {
  constexpr int kMostPixels = 640;
  const auto& probability = hazard.bands[static_cast<std::size_t>(estimate::HazardBand::probability_any)];
  const auto& evidence = hazard.bands[static_cast<std::size_t>(estimate::HazardBand::evidence)];
  const geo::Grid& grid = hazard.grid;
  const int block = std::max(1, (std::max(grid.columns, grid.rows) + kMostPixels - 1) / kMostPixels);
  Image image;
  image.columns = (grid.columns + block - 1) / block;
  image.rows = (grid.rows + block - 1) / block;
  image.at = frame.at({grid.west_m(), grid.north_m()});
  image.width = image.columns * block * grid.cell_m * frame.points_per_metre();
  image.height = image.rows * block * grid.cell_m * frame.points_per_metre();
  std::vector<PixelSum> line(static_cast<std::size_t>(image.columns));
  for (int row = 0; row < image.rows; ++row) {
    std::fill(line.begin(), line.end(), PixelSum{});
    for (int cell_row = row * block; cell_row < std::min((row + 1) * block, grid.rows); ++cell_row) {
      for (int column = 0; column < grid.columns; ++column) {
        const std::size_t cell = grid.index(column, cell_row);
        if (!std::isnan(probability[cell])) {
          PixelSum& sum = line[static_cast<std::size_t>(column / block)];
          sum.highest = std::max(sum.highest, probability[cell]);
          ++sum.estimated;
          sum.without_evidence += !(evidence[cell] >= kHatchBelowEvidence);
        }
      }
    }
    for (int column = 0; column < image.columns; ++column) {
      image.pixels.push_back(pixel_colour(line[static_cast<std::size_t>(column)], column, row));
    }
  }
  return image;
}

}  // namespace

Picture situation_map(const Situation& s, const Snapshot& snapshot, double width, double height) {
  const geo::Box extent = extent_of(snapshot);
  const std::string title = "Hazardous areas and released land, " + long_date(s.as_of);
  if (extent.empty()) {
    return without_places("situation-map", title, width);
  }
  MapDrawing map = begin_map(
      "situation-map", title,
      fmt::format(
          "Map of recorded hazardous areas ({} remain) and land released by outcome, with districts, roads and places.",
          hectares_or_unknown(s.remaining_ha)),
      extent, width, height);
  draw_country(snapshot, std::nullopt, map);
  draw_hazards(snapshot, s.as_of, map);
  draw_releases(snapshot, s.as_of, map);
  draw_districts(snapshot, map);
  draw_lines(snapshot, map);
  label_places(snapshot, map);
  label_districts(snapshot, map);
  draw_scale_and_north(map.frame, map.picture);
  draw_border(map);
  draw_legend(map.legend, map.frame.height() + 12, map.picture);
  add_datum(snapshot,
            "Information of " + s.as_of.to_string() +
                ". Not for navigation in or near hazardous areas. Method and depth: see each release.",
            map);
  return map.picture;
}

Picture hazard_map(const Snapshot& snapshot, const geo::Raster& hazard, double width, double height) {
  FG_CHECK(hazard.bands.size() > static_cast<std::size_t>(estimate::HazardBand::evidence));
  geo::Box extent = extent_of(snapshot);
  const geo::Grid& grid = hazard.grid;
  extent.include(geo::Xy{grid.west_m(), grid.north_m()});
  extent.include(geo::Xy{grid.west_m() + grid.columns * grid.cell_m, grid.north_m() - grid.rows * grid.cell_m});
  const std::string title = "Where items are likely to remain";
  MapDrawing map =
      begin_map("hazard-map", title,
                fmt::format("Map of the estimated probability that at least one item remains in a cell of {} m.",
                            grouped(grid.cell_m)),
                extent, width, height);
  draw_country(snapshot,
               Shape{.fill = colours::kPaper,
                     .hatch = Hatch::diagonal,
                     .hatch_colour = colours::kQuiet,
                     .stroke = colours::kQuiet},
               map);
  map.picture.add(hazard_image(hazard, map.frame));
  for (const HazardClass& c : hazard_classes()) {
    map.legend.push_back({c.label, Shape{.fill = Colour{c.role, c.rgb}}});
  }
  draw_districts(snapshot, map);
  draw_scale_and_north(map.frame, map.picture);
  draw_border(map);
  draw_legend(map.legend, map.frame.height() + 12, map.picture);
  add_datum(snapshot,
            fmt::format("Cells of {} m, the highest under each dot; hatched: hardly any data.", grouped(grid.cell_m)),
            map);
  return map.picture;
}

}  // namespace firmground::report
