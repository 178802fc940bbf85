#include "geo/arrangement.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

__extension__ using Wide = __int128;

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr double kStepsPerMetre = 1 / kPrecision_m;

// Where the grid coordinates of one arrangement count from, so that they stay small.
class LocalGrid {
 public:
  static Result<LocalGrid> about(const Box& box) {
    // A double holds whole numbers exactly up to 2^53.
    constexpr double kFurthest_m = 9e15 / kStepsPerMetre;
    const double reach = std::max(box.max_x - box.min_x, box.max_y - box.min_y) * kStepsPerMetre;
    const double furthest = std::max({-box.min_x, -box.min_y, box.max_x, box.max_y});
    if (!(reach < static_cast<double>(kLargestGridCoordinate)) || !(furthest < kFurthest_m)) {
      return fail("geo.overlay_failed", {{"reason", "the coordinates are further apart than the earth is wide"}});
    }
    LocalGrid grid;
    grid.origin_ = {steps(box.min_x), steps(box.min_y)};
    return grid;
  }
  GridPoint at(Xy p) const { return {steps(p.x) - origin_.x, steps(p.y) - origin_.y}; }
  Xy metres(GridPoint p) const {
    return {static_cast<double>(p.x + origin_.x) / kStepsPerMetre,
            static_cast<double>(p.y + origin_.y) / kStepsPerMetre};
  }

 private:
  static std::int64_t steps(double metres) {
    return static_cast<std::int64_t>(std::floor(metres * kStepsPerMetre + 0.5));
  }
  GridPoint origin_;
};

// Half-edge 2e runs edge e from its smaller vertex to the larger one, 2e + 1 back; each has one face on its left.
class FaceTracer {
 public:
  FaceTracer(const NodedLinework& linework, const LocalGrid& grid) : lines_(linework) {
    edges_.resize(lines_.edges.size() - 1);
    std::iota(edges_.begin(), edges_.end(), 0U);
    metres_.reserve(lines_.vertices.size());
    for (const GridPoint& p : lines_.vertices) {
      metres_.push_back(grid.metres(p));
    }
  }

  std::vector<ArrangedFace> faces() {
    trace();
    if (drop_bridges()) {
      trace();
    }
    find_components();
    nest_components();
    wind();
    return polygons();
  }

 private:
  // --- half-edges

  const NodedLinework::Edge& edge(std::uint32_t half) const { return lines_.edges[edges_[half / 2]]; }
  std::uint32_t origin(std::uint32_t half) const { return half % 2 == 0 ? edge(half).from : edge(half).to; }
  std::uint32_t head(std::uint32_t half) const { return half % 2 == 0 ? edge(half).to : edge(half).from; }
  // The rim on the left of an edge that is run from its smaller vertex to the larger one, and on its right.
  std::uint32_t left_of(std::uint32_t e) const { return cycle_[std::size_t{2} * e]; }
  std::uint32_t right_of(std::uint32_t e) const { return cycle_[std::size_t{2} * e + 1]; }
  static std::uint32_t twin(std::uint32_t half) { return half ^ 1U; }
  const GridPoint& point(std::uint32_t vertex) const { return lines_.vertices[vertex]; }

  // Counter-clockwise from due east; no two half-edges leave a vertex in the same direction.
  bool turns_before(std::uint32_t a, std::uint32_t b) const {
    const GridPoint& centre = point(origin(a));
    const GridPoint& to_a = point(head(a));
    const GridPoint& to_b = point(head(b));
    const auto lower = [&](const GridPoint& p) { return p.y < centre.y || (p.y == centre.y && p.x < centre.x); };
    if (lower(to_a) != lower(to_b)) {
      return lower(to_b);
    }
    return side_of(centre, to_a, to_b) > 0;
  }

  // next_[h]: the half-edge that follows h around the face on its left.
  void link() {
    const auto halves = static_cast<std::uint32_t>(2 * edges_.size());
    std::vector<std::uint32_t> begin(lines_.vertices.size() + 1, 0);
    for (std::uint32_t h = 0; h < halves; ++h) {
      ++begin[origin(h) + 1];
    }
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<std::uint32_t> leaving(halves);
    std::vector<std::uint32_t> end(begin.begin(), begin.end() - 1);
    for (std::uint32_t h = 0; h < halves; ++h) {
      leaving[end[origin(h)]++] = h;
    }
    next_.resize(halves);
    for (std::size_t v = 0; v + 1 < begin.size(); ++v) {
      const auto first = leaving.begin() + begin[v];
      const auto last = leaving.begin() + begin[v + 1];
      if (last - first > 2) {
        std::sort(first, last, [this](std::uint32_t a, std::uint32_t b) { return turns_before(a, b); });
      }
      for (auto h = first; h != last; ++h) {
        next_[twin(*h)] = h == first ? *(last - 1) : *(h - 1);
      }
    }
  }

  // --- cycles of half-edges: the rims of faces

  void trace() {
    link();
    cycle_.assign(next_.size(), kNone);
    start_.clear();
    outer_.clear();
    for (std::uint32_t h = 0; h < next_.size(); ++h) {
      if (cycle_[h] != kNone) {
        continue;
      }
      Wide area = 0;
      const GridPoint& base = point(origin(h));
      std::uint32_t at = h;
      do {
        cycle_[at] = static_cast<std::uint32_t>(start_.size());
        const GridPoint& p = point(origin(at));
        const GridPoint& q = point(head(at));
        area += Wide{p.x - base.x} * (q.y - base.y) - Wide{p.y - base.y} * (q.x - base.x);
        at = next_[at];
      } while (at != h);
      start_.push_back(h);
      outer_.push_back(area > 0);
    }
  }

  // An edge with the same rim on both sides bounds nothing.
  bool drop_bridges() {
    std::vector<std::uint32_t> kept;
    for (std::uint32_t e = 0; e < edges_.size(); ++e) {
      if (left_of(e) != right_of(e)) {
        kept.push_back(edges_[e]);
      }
    }
    const bool dropped = kept.size() < edges_.size();
    edges_ = std::move(kept);
    return dropped;
  }

  // --- components of connected linework; each has one rim that looks outwards

  struct Component {
    std::uint32_t first_vertex = kNone;  // the smallest: westernmost, then southernmost
    std::uint32_t outside = kNone;       // the rim that looks outwards
    std::uint32_t within = kNone;        // the rim of the face that holds the component; kNone: the unbounded face
  };

  std::uint32_t root(std::uint32_t cycle) {
    while (parent_[cycle] != cycle) {
      parent_[cycle] = parent_[parent_[cycle]];
      cycle = parent_[cycle];
    }
    return cycle;
  }

  void find_components() {
    parent_.resize(start_.size());
    std::iota(parent_.begin(), parent_.end(), 0U);
    for (std::uint32_t e = 0; e < edges_.size(); ++e) {
      const std::uint32_t a = root(left_of(e));
      const std::uint32_t b = root(right_of(e));
      parent_[std::max(a, b)] = std::min(a, b);
    }
    component_.assign(start_.size(), kNone);
    // Edges ascend by their smaller vertex: the first of a component holds its smallest vertex.
    for (std::uint32_t e = 0; e < edges_.size(); ++e) {
      std::uint32_t& own = component_[root(left_of(e))];
      if (own == kNone) {
        own = static_cast<std::uint32_t>(components_.size());
        components_.push_back({.first_vertex = edge(2 * e).from});
      }
    }
    for (std::uint32_t c = 0; c < start_.size(); ++c) {
      component_[c] = component_[root(c)];
      if (!outer_[c]) {
        FG_CHECK(components_[component_[c]].outside == kNone);
        components_[component_[c]].outside = c;
      }
    }
  }

  // Which face holds each component: that above the first edge straight below its smallest vertex. No edge of the
  // component itself lies there. Components come in the order of their smallest vertices, and what lies below one
  // begins further west or south: its own place is known.
  void nest_components() {
    if (components_.size() < 2) {
      return;
    }
    const EdgeColumns columns(*this);
    for (Component& component : components_) {
      const std::uint32_t below = columns.edge_below(component.first_vertex);
      if (below != kNone) {
        const std::uint32_t rim = left_of(below);
        component.within = outer_[rim] ? rim : components_[component_[rim]].within;
      }
    }
  }

  // Edges by the vertical strips that they run through.
  class EdgeColumns {
   public:
    explicit EdgeColumns(const FaceTracer& tracer) : tracer_(tracer) {
      const auto& points = tracer.lines_.vertices;
      west_ = points.front().x;
      constexpr std::size_t kEdgesPerColumn = 8;
      constexpr std::size_t kMostColumns = 8192;
      const std::size_t count = std::clamp<std::size_t>(tracer.edges_.size() / kEdgesPerColumn, 1, kMostColumns);
      width_ = (points.back().x - west_) / static_cast<std::int64_t>(count) + 1;
      columns_.resize(count);
      for (std::uint32_t e = 0; e < tracer.edges_.size(); ++e) {
        const auto& [from, to, use] = tracer.edge(2 * e);
        if (tracer.point(from).x < tracer.point(to).x) {
          for (std::size_t c = column(tracer.point(from).x); c <= column(tracer.point(to).x); ++c) {
            columns_[c].push_back(e);
          }
        }
      }
    }

    // The highest edge that lies below the vertex, looked at a hair to the east of it; kNone without one.
    std::uint32_t edge_below(std::uint32_t vertex) const {
      const GridPoint& v = tracer_.point(vertex);
      std::uint32_t best = kNone;
      for (const std::uint32_t e : columns_[column(v.x)]) {
        const GridPoint& a = tracer_.point(tracer_.edge(2 * e).from);
        const GridPoint& b = tracer_.point(tracer_.edge(2 * e).to);
        if (a.x <= v.x && v.x < b.x && side_of(a, b, v) > 0 && (best == kNone || is_above(e, best, v.x))) {
          best = e;
        }
      }
      return best;
    }

   private:
    std::size_t column(std::int64_t x) const { return static_cast<std::size_t>((x - west_) / width_); }

    bool is_above(std::uint32_t e, std::uint32_t other, std::int64_t x) const {
      const auto [rise, run, height] = line(e, x);
      const auto [other_rise, other_run, other_height] = line(other, x);
      const Wide here = height * other_run;
      const Wide there = other_height * run;
      return here != there ? here > there : Wide{rise} * other_run > Wide{other_rise} * run;
    }

    struct Rational {
      std::int64_t rise;
      std::int64_t run;  // > 0
      Wide height;       // ordinate times run
    };
    Rational line(std::uint32_t e, std::int64_t x) const {
      const GridPoint& a = tracer_.point(tracer_.edge(2 * e).from);
      const GridPoint& b = tracer_.point(tracer_.edge(2 * e).to);
      return {b.y - a.y, b.x - a.x, Wide{a.y} * (b.x - a.x) + Wide{b.y - a.y} * (x - a.x)};
    }

    const FaceTracer& tracer_;
    std::int64_t west_ = 0;
    std::int64_t width_ = 1;
    std::vector<std::vector<std::uint32_t>> columns_;
  };

  // --- windings: what winds round the face of each rim

  void wind() {
    windings_.resize(start_.size());
    std::vector<bool> known(start_.size(), false);
    std::vector<std::uint32_t> open;
    for (const Component& component : components_) {
      if (component.within != kNone) {
        windings_[component.outside] = windings_[component.within];
      }
      known[component.outside] = true;
      open.push_back(component.outside);
      while (!open.empty()) {
        const std::uint32_t cycle = open.back();
        open.pop_back();
        std::uint32_t h = start_[cycle];
        do {
          const std::uint32_t beyond = cycle_[twin(h)];
          if (!known[beyond]) {
            known[beyond] = true;
            windings_[beyond] = across(windings_[cycle], h);
            open.push_back(beyond);
          }
          h = next_[h];
        } while (h != start_[cycle]);
      }
    }
  }

  // From the left of a half-edge to its right: what runs along it is left behind.
  std::vector<ContourCount> across(const std::vector<ContourCount>& left, std::uint32_t half) const {
    const int along = half % 2 == 0 ? -1 : 1;
    std::vector<ContourCount> right;
    right.reserve(left.size() + 2);
    auto stay = left.begin();
    const std::uint32_t e = edges_[half / 2];
    for (std::uint32_t use = lines_.edges[e].first_use; use < lines_.edges[e + 1].first_use; ++use) {
      const auto [contour, count] = lines_.uses[use];
      if (contour == kCut) {
        continue;
      }
      for (; stay != left.end() && stay->contour < contour; ++stay) {
        right.push_back(*stay);
      }
      std::int32_t sum = along * count;
      if (stay != left.end() && stay->contour == contour) {
        sum += stay->count;
        ++stay;
      }
      if (sum != 0) {
        right.push_back({contour, sum});
      }
    }
    right.insert(right.end(), stay, left.end());
    return right;
  }

  // --- polygons

  // A rim that passes a vertex again is divided there into rings that pass each vertex once: one outer ring at most,
  // and holes that touch it or each other. Each ring begins at its smallest vertex.
  template <typename Take>
  void rings_of(std::uint32_t cycle, const Take& take) {
    path_.clear();
    std::uint32_t h = start_[cycle];
    do {
      const std::uint32_t v = origin(h);
      if (place_[v] != kNone) {
        close_ring(place_[v], take);
      }
      place_[v] = static_cast<std::uint32_t>(path_.size());
      path_.push_back(v);
      h = next_[h];
    } while (h != start_[cycle]);
    close_ring(0, take);
  }

  template <typename Take>
  void close_ring(std::size_t begin, const Take& take) {
    const auto first = path_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::for_each(first, path_.end(), [this](std::uint32_t v) { place_[v] = kNone; });
    std::rotate(first, std::min_element(first, path_.end()), path_.end());
    std::vector<Xy> ring;
    ring.reserve(static_cast<std::size_t>(path_.end() - first));
    std::for_each(first, path_.end(), [&](std::uint32_t v) { ring.push_back(metres_[v]); });
    const bool counter_clockwise = is_counter_clockwise(first, path_.end());
    path_.erase(first, path_.end());
    take(std::move(ring), counter_clockwise);
  }

  // By the turn at the smallest vertex, which no ring of whole area passes straight.
  template <typename Iterator>
  bool is_counter_clockwise(Iterator first, Iterator last) const {
    return side_of(point(*(last - 1)), point(*first), point(*(first + 1))) > 0;
  }

  std::vector<ArrangedFace> polygons() {
    place_.assign(lines_.vertices.size(), kNone);
    std::vector<ArrangedFace> faces;
    std::vector<std::uint32_t> face_of(start_.size(), kNone);
    for (std::uint32_t c = 0; c < start_.size(); ++c) {
      if (!outer_[c]) {
        continue;
      }
      face_of[c] = static_cast<std::uint32_t>(faces.size());
      ArrangedFace& face = faces.emplace_back();
      face.windings = std::move(windings_[c]);
      rings_of(c, [&](std::vector<Xy>&& ring, bool counter_clockwise) {
        counter_clockwise ? face.polygon.outer = std::move(ring) : face.polygon.holes.emplace_back(std::move(ring));
      });
    }
    for (const Component& component : components_) {
      if (component.within != kNone) {
        auto& holes = faces[face_of[component.within]].polygon.holes;
        rings_of(component.outside, [&](std::vector<Xy>&& ring, bool) { holes.emplace_back(std::move(ring)); });
      }
    }
    const auto before = [](const Xy& a, const Xy& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; };
    const auto ring_before = [&](const std::vector<Xy>& a, const std::vector<Xy>& b) {
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), before);
    };
    for (ArrangedFace& face : faces) {
      std::sort(face.polygon.holes.begin(), face.polygon.holes.end(), ring_before);
    }
    std::sort(faces.begin(), faces.end(), [&](const ArrangedFace& a, const ArrangedFace& b) {
      return ring_before(a.polygon.outer, b.polygon.outer);
    });
    return faces;
  }

  const NodedLinework& lines_;
  std::vector<std::uint32_t> edges_;  // those of the linework that are kept
  std::vector<Xy> metres_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> cycle_;  // of each half-edge
  std::vector<std::uint32_t> start_;  // a half-edge of each cycle
  std::vector<bool> outer_;           // of each cycle: it bounds a face from outside
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> component_;  // of each cycle
  std::vector<Component> components_;
  std::vector<std::vector<ContourCount>> windings_;  // of each cycle
  std::vector<std::uint32_t> place_;                 // of each vertex on the path, kNone elsewhere
  std::vector<std::uint32_t> path_;
};

void append_segment(GridPoint from, GridPoint to, std::uint32_t contour, std::vector<GridSegment>& segments) {
  if (from != to) {
    segments.push_back({from, to, contour});
  }
}

}  // namespace

Result<std::vector<ArrangedFace>> arrange(std::span<const ContourRing> rings, std::span<const Segment> cuts) {
  Box box;
  std::size_t corners = cuts.size();
  for (const ContourRing& r : rings) {
    corners += r.ring->size();
    std::for_each(r.ring->begin(), r.ring->end(), [&](Xy p) { box.include(p); });
  }
  for (const Segment& cut : cuts) {
    box.include(cut.from);
    box.include(cut.to);
  }
  if (box.empty()) {
    return std::vector<ArrangedFace>();
  }
  FG_TRY(const LocalGrid grid, LocalGrid::about(box));
  std::vector<GridSegment> segments;
  segments.reserve(corners);
  for (const ContourRing& r : rings) {
    if (r.ring->size() < 3) {
      continue;
    }
    GridPoint from = grid.at(r.ring->back());
    for (const Xy& p : *r.ring) {
      const GridPoint to = grid.at(p);
      append_segment(from, to, r.contour, segments);
      from = to;
    }
  }
  for (const Segment& cut : cuts) {
    append_segment(grid.at(cut.from), grid.at(cut.to), kCut, segments);
  }
  return FaceTracer(snap_round(segments), grid).faces();
}

Result<double> shared_area_m2(const PlanarGeometry& a, const PlanarGeometry& b) {
  std::vector<ContourRing> rings;
  const auto add = [&](const PlanarGeometry& geometry, std::uint32_t contour) {
    for (const PlanarPolygon& polygon : geometry.polygons) {
      rings.push_back({&polygon.outer, contour});
      for (const auto& hole : polygon.holes) {
        rings.push_back({&hole, contour});
      }
    }
  };
  add(a, 0);
  add(b, 1);
  FG_TRY(const std::vector<ArrangedFace> faces, arrange(rings));
  double area = 0;
  for (const ArrangedFace& face : faces) {
    if (face.windings.size() == 2 && face.windings[0].count % 2 != 0 && face.windings[1].count % 2 != 0) {
      area += planar_ring_area(face.polygon.outer);
      for (const auto& hole : face.polygon.holes) {
        area += planar_ring_area(hole);  // clockwise: negative
      }
    }
  }
  return area;
}

}  // namespace firmground::geo
