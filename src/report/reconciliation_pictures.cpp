#include "report/reconciliation_pictures.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "report/map_frame.h"
#include "report/map_furniture.h"
#include "report/markup.h"

namespace firmground::report {

namespace {

using geo::Xy;

constexpr std::size_t kBearings = 16;
constexpr std::array kDistances_m = {50.0, 100.0, 200.0};
/// From light to dark, readable in grey.
constexpr std::array kTones = {Colour{"near", 0xbccbd9}, Colour{"mid", 0x8fb3d4}, Colour{"far", 0x4d84b8},
                               Colour{"farthest", 0x1f3f66}};
constexpr Colour kRecorded{"recorded", 0x8f5a00};
constexpr Colour kReconciled{"reconciled", 0x3d2b56};
constexpr Colour kSearched{"searched", 0x6a9bc8};

using Petals = std::array<std::array<double, kTones.size()>, kBearings>;

struct Rose {
  Petals petals{};
  double records = 0;
  Xy mean;
};

Rose rose_of(const evidence::Reconciliation& result, const evidence::RecordAccuracy& accuracy,
             const std::vector<std::size_t>& members) {
  Rose rose;
  constexpr double kFarOff_m = 500;  // as in evidence/record_accuracy.cpp
  double weights = 0;
  for (const std::size_t i : members) {
    const evidence::RecordVerdict& verdict = result.records[i];
    if (accuracy.records[i].found == 0 || accuracy.records[i].drawn.empty()) {
      continue;
    }
    const Xy move{-verdict.dx_m, -verdict.dy_m};
    const double away_m = std::hypot(move.x, move.y);
    const double sector = std::atan2(move.x, move.y) / (2 * std::numbers::pi) * kBearings;
    const auto bearing = static_cast<std::size_t>(std::lround(sector) + static_cast<long>(kBearings)) % kBearings;
    const auto tone = static_cast<std::size_t>(std::upper_bound(kDistances_m.begin(), kDistances_m.end(), away_m) -
                                               kDistances_m.begin());
    rose.petals[bearing][tone] += verdict.probability_exists;
    rose.records += 1;
    if (away_m < kFarOff_m) {
      rose.mean = {rose.mean.x + verdict.probability_exists * move.x,
                   rose.mean.y + verdict.probability_exists * move.y};
      weights += verdict.probability_exists;
    }
  }
  rose.mean = weights > 0 ? Xy{rose.mean.x / weights, rose.mean.y / weights} : Xy{};
  return rose;
}

Point on_rose(Point centre, double radius, double bearing_rad) {
  return {centre.x + radius * std::sin(bearing_rad), centre.y - radius * std::cos(bearing_rad)};
}

std::vector<Point> petal(Point centre, double inner, double outer, std::size_t bearing) {
  constexpr int kSteps = 6;
  const double width = 2 * std::numbers::pi / kBearings * 0.86;
  const double middle = 2 * std::numbers::pi * static_cast<double>(bearing) / kBearings;
  std::vector<Point> outline;
  for (int k = 0; k <= kSteps; ++k) {
    outline.push_back(on_rose(centre, outer, middle - width / 2 + width * k / kSteps));
  }
  for (int k = kSteps; k >= 0; --k) {
    outline.push_back(on_rose(centre, inner, middle - width / 2 + width * k / kSteps));
  }
  return outline;
}

std::vector<Point> circle(Point centre, double radius) {
  constexpr int kCorners = 64;
  std::vector<Point> outline;
  outline.reserve(kCorners);
  for (int k = 0; k < kCorners; ++k) {
    outline.push_back(on_rose(centre, radius, 2 * std::numbers::pi * k / kCorners));
  }
  return outline;
}

void draw_petals(const Rose& rose, Point centre, double radius, double longest, Picture& picture) {
  for (std::size_t tone = 0; tone < kTones.size(); ++tone) {
    Shape shape{.fill = kTones[tone], .stroke = colours::kPaper, .stroke_width = 0.4};
    for (std::size_t b = 0; b < kBearings; ++b) {
      double inner = 0;
      for (std::size_t k = 0; k < tone; ++k) {
        inner += rose.petals[b][k];
      }
      if (rose.petals[b][tone] > 0) {
        shape.outlines.push_back(
            petal(centre, radius * inner / longest, radius * (inner + rose.petals[b][tone]) / longest, b));
      }
    }
    picture.add(std::move(shape));
  }
}

void draw_mean(const Rose& rose, Point centre, double radius, Picture& picture) {
  const double away_m = std::hypot(rose.mean.x, rose.mean.y);
  if (away_m < 1) {
    return;
  }
  const double bearing = std::atan2(rose.mean.x, rose.mean.y);
  const Point tip = on_rose(centre, radius, bearing);
  const Point left = on_rose(tip, 6, bearing + 2.7);
  const Point right = on_rose(tip, 6, bearing - 2.7);
  picture.add(Shape{.outlines = {{centre, tip}}, .closed = false, .stroke = kRecorded, .stroke_width = 1.2});
  picture.add(Shape{.outlines = {{tip, left, right}}, .fill = kRecorded});
}

/// Ground that both sides show: as recorded and as reconciled, with room round it; what lies far off is left outside.
geo::Box extent_of(const evidence::RecordVerdict& verdict, const evidence::RecordEvidence& evidence) {
  constexpr double kTogether_m = 3000;
  geo::Box box = geo::bounds(evidence.ground);
  if (!evidence.drawn.empty() && std::hypot(verdict.dx_m, verdict.dy_m) < kTogether_m) {
    box.include(geo::bounds(evidence.drawn));
  }
  const double size = std::max(box.max_x - box.min_x, box.max_y - box.min_y);
  return box.grown(std::max(100.0, 0.25 * size));
}

void draw_ground(const mineaction::Snapshot& snapshot, const geo::Box& shown, const MapFrame& frame, Picture& picture) {
  Shape searched{.fill = kSearched, .fill_opacity = 0.28, .stroke = kSearched, .stroke_width = 0.3};
  for (const auto& release : snapshot.land_releases) {
    if (release.outcome != mineaction::Outcome::cancelled && geo::bounds(release.geometry).intersects(shown)) {
      frame.add_polygons(release.geometry, searched);
    }
  }
  picture.add(std::move(searched));
  Shape roads{.closed = false, .stroke = colours::kRoad, .stroke_width = 0.7};
  for (const auto& feature : snapshot.reference_features) {
    if (feature.layer == "roads" && geo::bounds(feature.geometry).intersects(shown)) {
      frame.add_lines(feature.geometry, roads);
    }
  }
  picture.add(std::move(roads));
}

void draw_mines(const mineaction::Snapshot& snapshot, const geo::Box& shown, const MapFrame& frame, Picture& picture) {
  Shape ap{.fill = colours::kApMine, .stroke = colours::kPaper, .stroke_width = 0.25};
  Shape av{.fill = colours::kAvMine, .stroke = colours::kText, .stroke_width = 0.35};
  for (const auto& find : snapshot.finds) {
    if (!mineaction::is_mine(find.device) || !shown.contains(find.position) || !frame.shows(find.position)) {
      continue;
    }
    const Point p = frame.at(find.position);
    if (find.device == mineaction::Device::ap_mine) {
      ap.outlines.push_back(rectangle(p.x - 1.3, p.y - 1.3, 2.6, 2.6));
    } else {
      av.outlines.push_back({{p.x, p.y - 2.2}, {p.x - 2, p.y + 1.4}, {p.x + 2, p.y + 1.4}});
    }
  }
  picture.add(std::move(av));
  picture.add(std::move(ap));
}

Shape recorded_line() {
  return {.closed = true, .stroke = kRecorded, .stroke_width = 1.4, .dashes = {5, 2.5}};
}

Shape reconciled_line() {
  return {.fill = kReconciled, .fill_opacity = 0.10, .stroke = kReconciled, .stroke_width = 1.6};
}

Shape region_line(bool inner) {
  return {.closed = true,
          .stroke = kReconciled,
          .stroke_width = 0.9,
          .dashes = inner ? std::vector<double>{} : std::vector<double>{1.5, 2}};
}

void draw_region(const evidence::RecordVerdict& verdict, const evidence::RecordEvidence& evidence,
                 const MapFrame& frame, Picture& picture) {
  const Point middle = frame.at(geo::centroid(evidence.ground));
  const double across = std::hypot(frame.width(), frame.height());
  for (const bool inner : {true, false}) {
    const double radius = (inner ? verdict.radius50_m : verdict.radius90_m) * frame.points_per_metre();
    if (radius < across) {  // a larger one lies outside the picture, which cuts what passes its edge
      Shape ring = region_line(inner);
      ring.outlines = {circle(middle, radius)};
      picture.add(std::move(ring));
    }
  }
  picture.add(Shape{.outlines = {rectangle(middle.x - 1.5, middle.y - 1.5, 3, 3)}, .fill = kReconciled});
}

}  // namespace

Picture displacement_rose(const std::string& id, const std::string& title, const evidence::Reconciliation& result,
                          const evidence::RecordAccuracy& accuracy, const std::vector<std::size_t>& members,
                          double size) {
  constexpr double kLegend = 44;
  const Rose rose = rose_of(result, accuracy, members);
  Picture picture{
      id,
      title,
      fmt::format("Rose of the directions in which {} records must move from where they were drawn to where "
                  "their field lies.",
                  rose.records),
      size,
      size + kLegend,
      {}};
  const Point centre{size / 2, size / 2 + 4};
  const double radius = size / 2 - 18;
  double longest = 0;
  for (const auto& of_bearing : rose.petals) {
    double sum = 0;
    for (const double weight : of_bearing) {
      sum += weight;
    }
    longest = std::max(longest, sum);
  }
  if (longest == 0) {
    picture.add(Label{.at = {size / 2, size / 2},
                      .text = "no record with finds",
                      .size = 8,
                      .colour = colours::kQuiet,
                      .anchor = Anchor::middle});
    return picture;
  }
  for (const double share : {0.5, 1.0}) {
    picture.add(Shape{.outlines = {circle(centre, radius * share)}, .stroke = colours::kRule, .stroke_width = 0.6});
  }
  constexpr const char* kNames[] = {"N", "E", "S", "W"};
  for (std::size_t k = 0; k < 4; ++k) {
    const Point at = on_rose(centre, radius + 8, std::numbers::pi / 2 * static_cast<double>(k));
    picture.add(Label{.at = {at.x, at.y + 3}, .text = kNames[k], .size = 8, .anchor = Anchor::middle, .bold = true});
  }
  draw_petals(rose, centre, radius, longest, picture);
  draw_mean(rose, centre, radius, picture);
  const std::string outer = fmt::format("outer ring: {} records", short_number(std::round(longest * 10) / 10));
  picture.add(Label{.at = {0, size + 8}, .text = outer, .size = 6.8, .colour = colours::kQuiet});
  std::vector<LegendEntry> legend;
  legend.reserve(kTones.size() + 1);
  constexpr const char* kWords[] = {"below 50 m", "to 100 m", "to 200 m", "farther"};
  for (std::size_t k = 0; k < kTones.size(); ++k) {
    legend.push_back({kWords[k], Shape{.fill = kTones[k]}});
  }
  legend.push_back({fmt::format("mean move, {:.0f} m", std::hypot(rose.mean.x, rose.mean.y)),
                    Shape{.closed = false, .stroke = kRecorded, .stroke_width = 1.2}, LegendEntry::Sign::line});
  draw_legend(legend, size + 20, picture);
  return picture;
}

Picture record_map(const std::string& id, const mineaction::Snapshot& snapshot, const evidence::RecordVerdict& verdict,
                   const evidence::RecordEvidence& evidence, MapSide side, double width, double height) {
  const bool reconciled = side == MapSide::as_reconciled;
  Picture picture{id,
                  verdict.record_id + (reconciled ? ", as reconciled" : ", as recorded"),
                  fmt::format("Map of searched ground, mines found and the outline of {} {}.", verdict.record_id,
                              reconciled ? "as recorded and as reconciled" : "as recorded"),
                  width,
                  height,
                  {}};
  const geo::Box extent = extent_of(verdict, evidence);
  const MapFrame frame(extent, width, height);
  const double margin_m = std::max(width, height) / frame.points_per_metre();
  const geo::Box shown = extent.grown(margin_m);
  picture.add(Shape{.outlines = {rectangle(0, 0, width, height)}, .fill = colours::kLand});
  draw_ground(snapshot, shown, frame, picture);
  if (reconciled) {
    Shape placed = reconciled_line();
    frame.add_polygons(evidence.ground, placed);
    picture.add(std::move(placed));
    draw_region(verdict, evidence, frame, picture);
  }
  Shape drawn = recorded_line();
  frame.add_polygons(evidence.drawn, drawn);
  picture.add(std::move(drawn));
  draw_mines(snapshot, shown, frame, picture);
  draw_scale_and_north(frame, picture);
  picture.add(Label{
      .at = {6, 12}, .text = reconciled ? "as reconciled" : "as recorded", .size = 8, .bold = true, .halo = true});
  picture.add(Shape{.outlines = {rectangle(0, 0, width, height)}, .stroke = colours::kQuiet, .stroke_width = 0.6});
  return picture;
}

Picture record_map_legend(double width) {
  Picture picture{"record-map-legend", "Legend of the maps", "What the signs of the maps mean.", width, 28, {}};
  using Sign = LegendEntry::Sign;
  Shape recorded = recorded_line();
  recorded.closed = false;
  Shape inner = region_line(true);
  Shape outer = region_line(false);
  inner.closed = outer.closed = false;
  draw_legend({{"searched ground", Shape{.fill = kSearched, .fill_opacity = 0.28, .stroke = kSearched}},
               {"AP mine found", Shape{.fill = colours::kApMine}, Sign::dot},
               {"AV mine found", Shape{.fill = colours::kAvMine, .stroke = colours::kText, .stroke_width = 0.35},
                Sign::triangle},
               {"outline as recorded", recorded, Sign::line},
               {"outline as reconciled", reconciled_line()},
               {"its middle lies within, 50 %", inner, Sign::line},
               {"90 %", outer, Sign::line},
               {"road", Shape{.closed = false, .stroke = colours::kRoad, .stroke_width = 0.7}, Sign::line}},
              10, picture);
  return picture;
}

}  // namespace firmground::report
