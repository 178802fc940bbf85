#include "serve/vector_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <protozero/pbf_writer.hpp>

namespace firmground::serve {
namespace {

constexpr double kAlways = std::numeric_limits<double>::infinity();
/// Points closer than this at some zoom are shown as one: four pixels of a tile drawn 512 pixels wide.
constexpr double kThinningCellsPerTile = 128;

/// FNV-1a, cut to the 53 bits that a JavaScript number holds exactly.
std::uint64_t number_of(std::string_view id) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const char c : id) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return hash & ((1ULL << 53) - 1);
}

/// A place whose coordinates do not transform is not drawn; its record stays in the lists.
bool is_on_map(WorldXy p) {
  return p.x >= 0 && p.x <= 1 && p.y >= 0 && p.y <= 1;
}

double distance_to_segment(const Vertex& p, const Vertex& a, const Vertex& b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  const double t = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/// Douglas-Peucker without a tolerance: gives every vertex between two kept ones the distance at which it would be
/// dropped.
void weigh_between(std::vector<Vertex>& v, std::size_t first, std::size_t last) {
  struct Span {
    std::size_t first, last;
    double at_most;  // a vertex never matters more than the one whose split made its span: nested levels stay nested
  };
  std::vector<Span> open{{first, last, kAlways}};
  while (!open.empty()) {
    const Span span = open.back();
    open.pop_back();
    double furthest = -1;
    std::size_t split = 0;
    for (std::size_t i = span.first + 1; i < span.last; ++i) {
      const double d = distance_to_segment(v[i], v[span.first], v[span.last]);
      if (d > furthest) {
        furthest = d;
        split = i;
      }
    }
    if (furthest < 0) {
      continue;
    }
    v[split].importance = std::min(furthest, span.at_most);
    open.push_back({span.first, split, v[split].importance});
    open.push_back({split, span.last, v[split].importance});
  }
}

std::size_t furthest_from(const std::vector<Vertex>& v, std::size_t count, std::size_t a, std::size_t b) {
  double best = -1;
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double d = i == a || i == b ? -1 : distance_to_segment(v[i], v[a], v[b]);
    if (d > best) {
      best = d;
      at = i;
    }
  }
  return at;
}

void weigh_line(std::vector<Vertex>& v) {
  v.front().importance = v.back().importance = kAlways;
  weigh_between(v, 0, v.size() - 1);
}

/// A ring keeps three vertices whatever the tolerance: its first, the one furthest from it, and the one furthest from
/// both.
void weigh_ring(std::vector<Vertex>& v) {
  const std::size_t count = v.size();
  const std::size_t opposite = furthest_from(v, count, 0, 0);
  const std::size_t third = furthest_from(v, count, 0, opposite);
  std::size_t anchors[] = {0, opposite, third};
  std::sort(std::begin(anchors), std::end(anchors));
  v.push_back(v.front());  // closes the ring for the last span
  weigh_between(v, anchors[0], anchors[1]);
  weigh_between(v, anchors[1], anchors[2]);
  weigh_between(v, anchors[2], count);
  v.pop_back();
  for (const std::size_t anchor : anchors) {
    v[anchor].importance = kAlways;
  }
}

geo::Box bare_box(const WorldBox& b) {
  return {b.min_x, b.min_y, b.max_x, b.max_y};
}

std::uint64_t tile_key(WorldXy p, int zoom) {
  const double tiles = std::ldexp(1.0, zoom);
  const auto index = [tiles](double share) {
    return static_cast<std::uint64_t>(std::clamp(std::floor(share * tiles), 0.0, tiles - 1));
  };
  return (index(p.y) << zoom) + index(p.x);
}

/// The points to show at one zoom, thinned per style and cell; the first of a cell in record order stands for the
/// others.
std::vector<ShownPoint> thinned(const std::vector<Feature>& features, const std::vector<std::uint32_t>& points,
                                int zoom) {
  struct Entry {
    std::uint64_t cell;
    std::uint32_t style, feature;
  };
  const double cells = std::ldexp(kThinningCellsPerTile, zoom);
  std::vector<Entry> entries;
  entries.reserve(points.size());
  for (const std::uint32_t i : points) {
    const WorldBox& box = features[i].box;
    const auto column = static_cast<std::uint64_t>(box.min_x * cells);
    const auto row = static_cast<std::uint64_t>(box.min_y * cells);
    entries.push_back({(row << 32) + column, features[i].style, i});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.cell, a.style, a.feature) < std::tie(b.cell, b.style, b.feature);
  });
  std::vector<ShownPoint> shown;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0 && entries[i].cell == entries[i - 1].cell && entries[i].style == entries[i - 1].style) {
      ++shown.back().count;
    } else {
      const WorldBox& box = features[entries[i].feature].box;
      shown.push_back({tile_key({box.min_x, box.min_y}, zoom), entries[i].feature, 1});
    }
  }
  return shown;
}

bool by_tile(const ShownPoint& a, const ShownPoint& b) {
  return std::tie(a.tile, a.feature) < std::tie(b.tile, b.feature);
}

}  // namespace

VectorLayer::VectorLayer(std::string name, std::string title, std::string style_key)
    : name_(std::move(name)), title_(std::move(title)), style_key_(std::move(style_key)) {}

void VectorLayer::begin(std::string_view id, std::uint32_t record) {
  Feature feature;
  feature.number = number_of(id);
  feature.record = record;
  feature.first_tag = static_cast<std::uint32_t>(tags_.size());
  feature.first_part = static_cast<std::uint32_t>(parts_.size());
  features_.push_back(feature);
  attribute("id", id);
}

std::uint32_t VectorLayer::key_of(std::string_view key) {
  const auto at = std::find(keys_.begin(), keys_.end(), key);
  if (at != keys_.end()) {
    return static_cast<std::uint32_t>(at - keys_.begin());
  }
  keys_.emplace_back(key);
  return static_cast<std::uint32_t>(keys_.size() - 1);
}

void VectorLayer::add_value(std::string_view key, std::string encoded) {
  const auto [at, is_new] = value_positions_.try_emplace(encoded, static_cast<std::uint32_t>(values_.size()));
  if (is_new) {
    values_.push_back(std::move(encoded));
  }
  tags_.push_back({key_of(key), at->second});
  if (key == style_key_) {
    features_.back().style = at->second + 1;
  }
}

void VectorLayer::attribute(std::string_view key, std::string_view text) {
  if (text.empty()) {
    return;
  }
  std::string encoded;
  protozero::pbf_writer(encoded).add_string(1, text.data(), text.size());
  add_value(key, std::move(encoded));
}

void VectorLayer::attribute(std::string_view key, double number) {
  std::string encoded;
  protozero::pbf_writer(encoded).add_double(3, number);
  add_value(key, std::move(encoded));
}

void VectorLayer::attribute(std::string_view key, std::int64_t number) {
  std::string encoded;
  protozero::pbf_writer(encoded).add_sint64(6, number);
  add_value(key, std::move(encoded));
}

void VectorLayer::point(WorldXy p) {
  if (is_on_map(p)) {
    features_.back().box.include(p);
  }
}

void VectorLayer::part(PartKind kind, const std::vector<WorldXy>& line) {
  const std::size_t least = kind == PartKind::line ? 2 : 3;
  if (line.size() < least || !std::all_of(line.begin(), line.end(), is_on_map)) {
    return;
  }
  std::vector<Vertex> weighed;
  weighed.reserve(line.size() + 1);
  for (const WorldXy p : line) {
    weighed.push_back({p.x, p.y, 0});
    features_.back().box.include(p);
  }
  if (kind == PartKind::line) {
    weigh_line(weighed);
  } else {
    weigh_ring(weighed);
  }
  parts_.push_back({kind, static_cast<std::uint32_t>(vertices_.size()), static_cast<std::uint32_t>(weighed.size())});
  vertices_.insert(vertices_.end(), weighed.begin(), weighed.end());
}

void VectorLayer::end() {
  Feature& feature = features_.back();
  feature.tags = static_cast<std::uint32_t>(tags_.size()) - feature.first_tag;
  feature.parts = static_cast<std::uint32_t>(parts_.size()) - feature.first_part;
  if (feature.box.empty()) {
    tags_.resize(feature.first_tag);
    parts_.resize(feature.first_part);
    features_.pop_back();
    return;
  }
  bounds_.include(feature.box);
}

void VectorLayer::finish() {
  value_positions_ = {};
  std::vector<geo::Box> boxes;
  for (std::uint32_t i = 0; i < features_.size(); ++i) {
    if (features_[i].parts > 0) {
      shape_features_.push_back(i);
      boxes.push_back(bare_box(features_[i].box));
    }
  }
  shape_index_ = std::make_unique<geo::BoxIndex>(boxes);
  index_points();
}

void VectorLayer::index_points() {
  std::vector<std::uint32_t> points;
  for (std::uint32_t i = 0; i < features_.size(); ++i) {
    if (features_[i].parts == 0) {
      points.push_back(i);
    }
  }
  for (int zoom = 0; zoom <= kAllPointsZoom; ++zoom) {
    std::vector<ShownPoint> level;
    if (zoom < kAllPointsZoom) {
      level = thinned(features_, points, zoom);
    } else {
      for (const std::uint32_t i : points) {
        level.push_back({tile_key({features_[i].box.min_x, features_[i].box.min_y}, zoom), i, 1});
      }
    }
    std::sort(level.begin(), level.end(), by_tile);
    level.shrink_to_fit();
    levels_.push_back(std::move(level));
  }
}

std::string VectorLayer::geometry() const {
  bool seen[3] = {false, false, false};
  for (const Feature& feature : features_) {
    const bool is_point = feature.parts == 0;
    seen[is_point ? 0 : parts_[feature.first_part].kind == PartKind::line ? 1 : 2] = true;
  }
  if (seen[0] + seen[1] + seen[2] > 1) {
    return "mixed";
  }
  return seen[2] ? "polygon" : seen[1] ? "line" : "point";
}

std::vector<std::uint32_t> VectorLayer::shapes_in(const WorldBox& box) const {
  std::vector<std::uint32_t> hits = shape_index_->query(bare_box(box));
  for (std::uint32_t& hit : hits) {
    hit = shape_features_[hit];
  }
  return hits;
}

std::vector<std::uint32_t> VectorLayer::points_in(const WorldBox& box) const {
  std::vector<std::uint32_t> hits;
  for (const ShownPoint& shown : shown_points(box, kAllPointsZoom)) {
    hits.push_back(shown.feature);
  }
  std::sort(hits.begin(), hits.end());
  return hits;
}

std::vector<ShownPoint> VectorLayer::shown_points(const WorldBox& box, int detail_zoom) const {
  const int zoom = std::clamp(detail_zoom, 0, kAllPointsZoom);
  const std::vector<ShownPoint>& level = levels_[static_cast<std::size_t>(zoom)];
  const std::uint64_t low = tile_key({box.min_x, box.min_y}, zoom);
  const std::uint64_t high = tile_key({box.max_x, box.max_y}, zoom);
  const std::uint64_t row = 1ULL << zoom;
  std::vector<ShownPoint> shown;
  // Rows of tiles are runs of keys: one search per row, then the box decides.
  for (std::uint64_t first = low; first <= high; first += row) {
    const std::uint64_t last = first + (high % row) - (low % row);
    auto at = std::lower_bound(level.begin(), level.end(), ShownPoint{first, 0, 0}, by_tile);
    for (; at != level.end() && at->tile <= last; ++at) {
      const WorldBox& p = features_[at->feature].box;
      if (box.contains(WorldXy{p.min_x, p.min_y})) {
        shown.push_back(*at);
      }
    }
  }
  return shown;
}

}  // namespace firmground::serve
