#include "evidence/record_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/parallel.h"
#include "evidence/record_maps.h"
#include "geo/arrangement.h"
#include "geo/overlay.h"
#include "mineaction/code_lists.h"

namespace firmground::evidence {

namespace {

using geo::Box;
using geo::PlanarGeometry;
using geo::Xy;

constexpr double kBelongsWithin_m = 30;
constexpr double kClusterGap_m = 60;
constexpr std::size_t kLeastOfCluster = 3;
/// A hull or an axis of fewer finds is that of chance.
constexpr std::size_t kLeastOfFit = 10;
/// Where less was searched, the hull of the finds is the hull of the search.
constexpr double kSearchedForShape = 0.5;
/// Outlines rounder than this have no axis.
constexpr double kLongEnough = 1.6;

Box box_of(Xy p) {
  return {p.x, p.y, p.x, p.y};
}

/// Outlines stay as drawn; rows and points take the reach of a field.
PlanarGeometry ground_of(const PlanarGeometry& geometry) {
  return geometry.empty() || !geometry.polygons.empty() ? geometry : outline_ground(geometry, 0);
}

double area_of(const PlanarGeometry& geometry) {
  double area = 0;
  for (const auto& polygon : geometry.polygons) {
    area += std::abs(geo::planar_ring_area(polygon.outer));
    for (const auto& hole : polygon.holes) {
      area -= std::abs(geo::planar_ring_area(hole));
    }
  }
  return area;
}

/// Andrew's monotone chain.
std::vector<Xy> convex_hull(std::vector<Xy> points) {
  std::sort(points.begin(), points.end(), [](Xy a, Xy b) { return std::pair(a.x, a.y) < std::pair(b.x, b.y); });
  points.erase(std::unique(points.begin(), points.end()), points.end());
  if (points.size() < 3) {
    return {};
  }
  std::vector<Xy> hull;
  const auto turns_left = [](Xy a, Xy b, Xy c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0; };
  const auto half = [&](const auto& first, const auto& last) {
    const std::size_t start = hull.size();
    for (auto p = first; p != last; ++p) {
      while (hull.size() >= start + 2 && !turns_left(hull[hull.size() - 2], hull.back(), *p)) {
        hull.pop_back();
      }
      hull.push_back(*p);
    }
    hull.pop_back();
  };
  half(points.begin(), points.end());
  half(points.rbegin(), points.rend());
  return hull.size() < 3 ? std::vector<Xy>() : hull;
}

std::optional<double> overlap_with(const PlanarGeometry& ground, const std::vector<Xy>& hull) {
  if (ground.polygons.empty() || hull.empty()) {
    return std::nullopt;
  }
  const PlanarGeometry found{{}, {}, {{hull, {}}}};
  const auto shared_m2 = geo::shared_area_m2(ground, found);
  const double both_m2 = shared_m2 ? area_of(ground) + area_of(found) - *shared_m2 : 0;
  return both_m2 > 0 ? std::optional(*shared_m2 / both_m2) : std::nullopt;
}

/// Weighted points: where they lie, how far they spread, along which axis.
struct Moments {
  Xy middle;
  double along = 0;  ///< standard deviation along the axis
  double across = 0;
  double axis_rad = 0;
  bool is_long() const { return along >= kLongEnough * across; }
};

class MomentSum {
 public:
  void add(Xy p, double weight) {
    if (weight_ == 0) {
      from_ = p;
    }
    const double x = p.x - from_.x;
    const double y = p.y - from_.y;
    weight_ += weight;
    x_ += weight * x;
    y_ += weight * y;
    xx_ += weight * x * x;
    xy_ += weight * x * y;
    yy_ += weight * y * y;
  }
  double weight() const { return weight_; }
  Moments result() const {
    const double mx = x_ / weight_;
    const double my = y_ / weight_;
    const double xx = xx_ / weight_ - mx * mx;
    const double yy = yy_ / weight_ - my * my;
    const double xy = xy_ / weight_ - mx * my;
    const double half = std::hypot((xx - yy) / 2, xy);
    const double mean = (xx + yy) / 2;
    return {{from_.x + mx, from_.y + my},
            std::sqrt(std::max(0.0, mean + half)),
            std::sqrt(std::max(0.0, mean - half)),
            0.5 * std::atan2(2 * xy, xx - yy)};
  }

 private:
  Xy from_;
  double weight_ = 0, x_ = 0, y_ = 0, xx_ = 0, xy_ = 0, yy_ = 0;
};

enum class Weight : std::uint8_t { even, searched };

MomentSum moments_of(const PlanarGeometry& ground, const SearchImage& image, Weight weight) {
  MomentSum sum;
  const Template shape = template_of(image.grid(), ground);
  for (const Template::Run& run : shape.runs) {
    for (std::int32_t c = run.from; c < run.to; ++c) {
      const std::int32_t column = shape.column + c;
      const std::int32_t row = shape.row + run.row;
      sum.add(image.grid().centre(column, row),
              weight == Weight::even ? 1 : static_cast<double>(image.at(column, row).effort));
    }
  }
  return sum;
}

double effort_under(const PlanarGeometry& ground, const SearchImage& image) {
  const Template shape = template_of(image.grid(), ground);
  return shape.cells == 0 ? 0 : moments_of(ground, image, Weight::searched).weight() / static_cast<double>(shape.cells);
}

/// Axes have no direction: into (-90, 90].
double between_axes_deg(double from_rad, double to_rad) {
  const double turn = std::remainder((to_rad - from_rad) * 180 / std::numbers::pi, 180);
  return turn <= -90 ? turn + 180 : turn;
}

OutlineFit fit_of(const RecordEvidence& record, const std::vector<Xy>& finds, const SearchImage& image) {
  MomentSum found_sum;
  for (const Xy p : finds) {
    found_sum.add(p, 1);
  }
  const Moments found = found_sum.result();
  const Moments searched = moments_of(record.ground, image, Weight::searched).result();
  const bool has_axis = found.is_long() && searched.is_long();
  const double turn_deg = has_axis ? between_axes_deg(searched.axis_rad, found.axis_rad) : 0;
  OutlineFit fit;
  const double spread = std::hypot(searched.along, searched.across);
  fit.scale = spread > 0 ? std::clamp(std::hypot(found.along, found.across) / spread, 0.2, 5.0) : 1;
  const double back = -turn_deg * std::numbers::pi / 180;
  double squares = 0;
  for (const Xy p : finds) {
    const double x = (p.x - found.middle.x) / fit.scale;
    const double y = (p.y - found.middle.y) / fit.scale;
    const double away = geo::distance(record.ground, {searched.middle.x + x * std::cos(back) - y * std::sin(back),
                                                      searched.middle.y + x * std::sin(back) + y * std::cos(back)});
    squares += away * away;
  }
  fit.residual_m = fit.scale * std::sqrt(squares / static_cast<double>(finds.size()));
  if (has_axis && !record.drawn.empty()) {
    const Moments drawn = moments_of(record.drawn, image, Weight::even).result();
    const Moments placed = moments_of(record.ground, image, Weight::even).result();
    fit.rotation_deg = between_axes_deg(drawn.axis_rad, placed.axis_rad + back * -1);
  }
  return fit;
}

/// The mines of the snapshot, findable by place.
struct Mines {
  std::vector<std::size_t> finds;  ///< indices in the snapshot
  std::vector<Xy> places;
  geo::BoxIndex index;
};

Mines mines_of(const mineaction::Snapshot& snapshot) {
  std::vector<std::size_t> finds;
  std::vector<Xy> places;
  std::vector<Box> boxes;
  for (std::size_t f = 0; f < snapshot.finds.size(); ++f) {
    if (mineaction::is_mine(snapshot.finds[f].device)) {
      finds.push_back(f);
      places.push_back(snapshot.finds[f].position);
      boxes.push_back(box_of(places.back()));
    }
  }
  return {std::move(finds), std::move(places), geo::BoxIndex(boxes)};
}

/// Grounds of records that may be asked for what lies near them.
struct Grounds {
  std::vector<const PlanarGeometry*> ground;
  std::vector<std::size_t> record;
  geo::BoxIndex index;
};

enum class Which : std::uint8_t { reconciled, drawn_too };

Grounds grounds_near(const std::vector<RecordEvidence>& records, const Reconciliation& result, Which which,
                     double near_m) {
  std::vector<const PlanarGeometry*> grounds;
  std::vector<std::size_t> owners;
  std::vector<Box> boxes;
  const auto add = [&](const PlanarGeometry& ground, std::size_t record) {
    if (!ground.empty()) {
      grounds.push_back(&ground);
      owners.push_back(record);
      boxes.push_back(geo::bounds(ground).grown(near_m));
    }
  };
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (result.records[i].probability_exists >= 0.5) {
      add(records[i].ground, i);
    }
    if (which == Which::drawn_too) {
      add(records[i].drawn, i);
    }
  }
  return {std::move(grounds), std::move(owners), geo::BoxIndex(boxes)};
}

/// Index of the record that each mine belongs to, -1 for none.
std::vector<std::int64_t> owners_of(const Mines& mines, const std::vector<RecordEvidence>& records,
                                    const Reconciliation& result) {
  const Grounds grounds = grounds_near(records, result, Which::reconciled, kBelongsWithin_m);
  std::vector<std::int64_t> owners(mines.places.size(), -1);
  constexpr std::size_t kGrain = 512;
  base::parallel_for(owners.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t m = begin; m < end; ++m) {
      double nearest_m = kBelongsWithin_m;
      for (const std::uint32_t g : grounds.index.query(box_of(mines.places[m]))) {
        const double away_m = geo::distance(*grounds.ground[g], mines.places[m]);
        if (away_m < nearest_m) {
          nearest_m = away_m;
          owners[m] = static_cast<std::int64_t>(grounds.record[g]);
        }
      }
    }
  });
  return owners;
}

/// All that hang together with the first by steps of kClusterGap_m, marked as taken.
std::vector<std::size_t> linked_to(std::size_t first, const Mines& mines, std::vector<char>& taken) {
  taken[first] = 1;
  std::vector<std::size_t> members = {first};
  for (std::size_t k = 0; k < members.size(); ++k) {
    const Xy p = mines.places[members[k]];
    for (const std::uint32_t m : mines.index.query(box_of(p).grown(kClusterGap_m))) {
      if (taken[m] == 0 && std::hypot(mines.places[m].x - p.x, mines.places[m].y - p.y) <= kClusterGap_m) {
        taken[m] = 1;
        members.push_back(m);
      }
    }
  }
  std::sort(members.begin(), members.end());
  return members;
}

FindCluster cluster_of(const std::vector<std::size_t>& members, const Mines& mines,
                       const mineaction::Snapshot& snapshot, const SearchImage& image, const Grounds& grounds,
                       double near_m) {
  FindCluster cluster;
  const auto count = static_cast<double>(members.size());
  for (const std::size_t m : members) {
    const Xy p = mines.places[m];
    cluster.middle = {cluster.middle.x + p.x / count, cluster.middle.y + p.y / count};
    cluster.mines += snapshot.finds[mines.finds[m]].count;
    cluster.searched = cluster.searched || image.at(image.grid().column_of(p.x), image.grid().row_of(p.y)).share > 0;
    for (const std::uint32_t g : grounds.index.query(box_of(p))) {
      const double away_m = geo::distance(*grounds.ground[g], p);
      if (away_m <= near_m) {
        cluster.away_m = std::min(cluster.away_m.value_or(away_m), away_m);
      }
    }
  }
  return cluster;
}

void look_round(RecordEvidence& record, const Mines& mines, const SearchImage& image) {
  constexpr double kNearest_m = 1000;
  record.effort = record.ground.empty() ? 0 : effort_under(record.ground, image);
  record.drawn_effort = record.drawn.empty() ? 0 : effort_under(record.drawn, image);
  record.searched_near = record.effort > 0 || record.drawn_effort > 0;
  if (record.drawn.empty()) {
    return;
  }
  double nearest_m = std::numeric_limits<double>::infinity();
  for (const std::uint32_t m : mines.index.query(geo::bounds(record.drawn).grown(kNearest_m))) {
    const double away_m = geo::distance(record.drawn, mines.places[m]);
    nearest_m = std::min(nearest_m, away_m);
    record.mines_in_drawn += away_m == 0 ? 1 : 0;
  }
  if (record.drawn_effort >= kSearchedEnough) {
    record.nearest_m = nearest_m;
  }
}

void measure_shape(RecordEvidence& record, const mineaction::Snapshot& snapshot, const SearchImage& image) {
  std::vector<Xy> places;
  places.reserve(record.mines.size());
  for (const std::size_t f : record.mines) {
    places.push_back(snapshot.finds[f].position);
  }
  record.hull = convex_hull(places);
  if (record.effort < kSearchedForShape || places.size() < kLeastOfFit) {
    return;
  }
  record.iou = overlap_with(record.ground, record.hull);
  record.iou_drawn = overlap_with(record.drawn, record.hull);
  record.fit = fit_of(record, places, image);
}

}  // namespace

std::vector<RecordEvidence> evidence_of(const mineaction::Snapshot& snapshot, const Reconciliation& result,
                                        const SearchImage& image) {
  std::vector<RecordEvidence> records(result.records.size());
  std::size_t at = 0;  // verdicts and snapshot both stand in the order of record_id
  for (std::size_t i = 0; i < records.size(); ++i) {
    while (snapshot.minefield_records[at].record_id != result.records[i].record_id) {
      ++at;
    }
    records[i].record = at++;
  }
  const Mines mines = mines_of(snapshot);
  constexpr std::size_t kGrain = 16;
  base::parallel_for(records.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      records[i].drawn = ground_of(snapshot.minefield_records[records[i].record].geometry);
      records[i].ground = ground_of(result.records[i].corrected);
      look_round(records[i], mines, image);
    }
  });
  const std::vector<std::int64_t> owners = owners_of(mines, records, result);
  for (std::size_t m = 0; m < owners.size(); ++m) {
    if (owners[m] >= 0) {
      RecordEvidence& record = records[static_cast<std::size_t>(owners[m])];
      const mineaction::Find& find = snapshot.finds[mines.finds[m]];
      record.mines.push_back(mines.finds[m]);
      record.found += find.count;
      record.found_of_type += find.device == snapshot.minefield_records[record.record].device ? find.count : 0;
    }
  }
  base::parallel_for(records.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      measure_shape(records[i], snapshot, image);
    }
  });
  return records;
}

std::vector<FindCluster> clusters_of(const mineaction::Snapshot& snapshot, const SearchImage& image,
                                     const std::vector<RecordEvidence>& records, const Reconciliation& result,
                                     double near_m) {
  const Mines mines = mines_of(snapshot);
  const Grounds grounds = grounds_near(records, result, Which::drawn_too, near_m);
  std::vector<std::size_t> order(mines.places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(mines.places[a].x, a) < std::pair(mines.places[b].x, b);
  });
  std::vector<char> taken(mines.places.size(), 0);
  std::vector<FindCluster> clusters;
  for (const std::size_t first : order) {
    if (taken[first] == 0) {
      const auto members = linked_to(first, mines, taken);
      if (members.size() >= kLeastOfCluster) {
        clusters.push_back(cluster_of(members, mines, snapshot, image, grounds, near_m));
      }
    }
  }
  return clusters;
}

}  // namespace firmground::evidence
