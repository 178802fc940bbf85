#include "serve/vector_tile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <unordered_map>

namespace firmground::serve {
namespace {

/// MVT 4.3.1: commands and geometry types.
enum Command : std::uint32_t { kMoveTo = 1, kLineTo = 2, kClosePath = 7 };
enum GeometryType : std::uint32_t { kPoint = 1, kLine = 2, kPolygon = 3 };

constexpr double kPixel = kTileExtent / 512.0;
constexpr int kMaxCoarsening = 6;

struct GridXy {
  std::int32_t x = 0;
  std::int32_t y = 0;
  friend bool operator==(const GridXy&, const GridXy&) = default;
};

struct TileXy {
  double x = 0;
  double y = 0;
};

/// The commands of one feature; the cursor carries across its parts.
class Commands {
 public:
  void path(const std::vector<GridXy>& path, bool close) {
    add(kMoveTo, 1);
    to(path.front());
    add(kLineTo, static_cast<std::uint32_t>(path.size() - 1));
    for (std::size_t i = 1; i < path.size(); ++i) {
      to(path[i]);
    }
    if (close) {
      add(kClosePath, 1);
    }
  }
  void point(GridXy p) {
    add(kMoveTo, 1);
    to(p);
  }
  const std::vector<std::uint32_t>& words() const { return words_; }

 private:
  void add(Command command, std::uint32_t count) { words_.push_back(command | count << 3U); }
  void to(GridXy p) {
    words_.push_back(protozero::encode_zigzag32(p.x - cursor_.x));
    words_.push_back(protozero::encode_zigzag32(p.y - cursor_.y));
    cursor_ = p;
  }
  GridXy cursor_;
  std::vector<std::uint32_t> words_;
};

/// Twice the signed area, positive when it runs clockwise on the screen (y down): an outer ring of MVT 4.3.3.3.
std::int64_t winding(const std::vector<GridXy>& ring) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const GridXy a = ring[i];
    const GridXy b = ring[(i + 1) % ring.size()];
    sum += std::int64_t{a.x} * b.y - std::int64_t{b.x} * a.y;
  }
  return sum;
}

std::vector<GridXy> snapped(const std::vector<TileXy>& path, bool closed) {
  std::vector<GridXy> out;
  out.reserve(path.size());
  for (const TileXy p : path) {
    const GridXy g{static_cast<std::int32_t>(std::lround(p.x)), static_cast<std::int32_t>(std::lround(p.y))};
    if (out.empty() || g != out.back()) {
      out.push_back(g);
    }
  }
  while (closed && out.size() > 1 && out.front() == out.back()) {
    out.pop_back();
  }
  return out;
}

constexpr double kLow = -kTileBuffer;
constexpr double kHigh = kTileExtent + kTileBuffer;

/// Sutherland & Hodgman 1974 against one side; inside(p) and the crossing are the caller's.
template <typename Inside, typename Crossing>
void clip_side(std::vector<TileXy>& ring, std::vector<TileXy>& spare, Inside inside, Crossing crossing) {
  spare.clear();
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const TileXy a = ring[i == 0 ? ring.size() - 1 : i - 1];
    const TileXy b = ring[i];
    if (inside(a) != inside(b)) {
      spare.push_back(crossing(a, b));
    }
    if (inside(b)) {
      spare.push_back(b);
    }
  }
  ring.swap(spare);
}

TileXy at_x(TileXy a, TileXy b, double x) {
  return {x, a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x)};
}
TileXy at_y(TileXy a, TileXy b, double y) {
  return {a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), y};
}

void clip_ring(std::vector<TileXy>& ring) {
  std::vector<TileXy> spare;
  clip_side(ring, spare, [](TileXy p) { return p.x >= kLow; }, [](TileXy a, TileXy b) { return at_x(a, b, kLow); });
  clip_side(ring, spare, [](TileXy p) { return p.x <= kHigh; }, [](TileXy a, TileXy b) { return at_x(a, b, kHigh); });
  clip_side(ring, spare, [](TileXy p) { return p.y >= kLow; }, [](TileXy a, TileXy b) { return at_y(a, b, kLow); });
  clip_side(ring, spare, [](TileXy p) { return p.y <= kHigh; }, [](TileXy a, TileXy b) { return at_y(a, b, kHigh); });
}

/// Liang & Barsky 1984: the share [from, to] of a-b inside the buffered tile; false when none.
bool clip_segment(TileXy a, TileXy b, double& from, double& to) {
  from = 0;
  to = 1;
  const double p[] = {a.x - b.x, b.x - a.x, a.y - b.y, b.y - a.y};
  const double q[] = {a.x - kLow, kHigh - a.x, a.y - kLow, kHigh - a.y};
  for (int side = 0; side < 4; ++side) {
    if (p[side] == 0) {
      if (q[side] < 0) {
        return false;
      }
      continue;
    }
    const double t = q[side] / p[side];
    if (p[side] < 0) {
      from = std::max(from, t);
    } else {
      to = std::min(to, t);
    }
  }
  return from <= to;
}

std::vector<std::vector<TileXy>> clip_line(const std::vector<TileXy>& line) {
  std::vector<std::vector<TileXy>> pieces;
  bool goes_on = false;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const TileXy a = line[i - 1];
    const TileXy b = line[i];
    double from = 0;
    double to = 0;
    if (!clip_segment(a, b, from, to)) {
      goes_on = false;
      continue;
    }
    if (!goes_on || from > 0) {
      pieces.push_back({{a.x + (b.x - a.x) * from, a.y + (b.y - a.y) * from}});
    }
    pieces.back().push_back({a.x + (b.x - a.x) * to, a.y + (b.y - a.y) * to});
    goes_on = to == 1;
  }
  return pieces;
}

/// Writes the one layer of a tile; values are numbered as they are met.
class LayerWriter {
 public:
  explicit LayerWriter(const VectorLayer& layer) : layer_(layer), local_(layer.values().size(), kUnused) {}

  /// count > 1: the feature stands for that many records and carries `n` instead of an id.
  void add(const Feature& feature, GeometryType type, const Commands& commands, std::uint32_t count) {
    std::string message;
    protozero::pbf_writer writer(message);
    if (count == 1) {
      writer.add_uint64(1, feature.number);
    }
    words_.clear();
    for (std::uint32_t i = feature.first_tag; i < feature.first_tag + feature.tags; ++i) {
      const Tag tag = layer_.tags()[i];
      if (count > 1 && tag.key == kIdKey) {
        continue;
      }
      words_.push_back(tag.key);
      words_.push_back(number_of(tag.value));
    }
    if (count > 1) {
      words_.push_back(static_cast<std::uint32_t>(layer_.keys().size()));
      words_.push_back(number_of_count(count));
    }
    writer.add_packed_uint32(2, words_.begin(), words_.end());
    writer.add_enum(3, type);
    writer.add_packed_uint32(4, commands.words().begin(), commands.words().end());
    protozero::pbf_writer(features_).add_message(2, message);
  }

  bool empty() const { return features_.empty(); }
  std::size_t size() const { return features_.size() + values_.size(); }

  std::string tile() const {
    std::string body;
    protozero::pbf_writer writer(body);
    writer.add_uint32(15, 2);
    writer.add_string(1, layer_.name());
    body += features_;
    for (const std::string& key : layer_.keys()) {
      writer.add_string(3, key);
    }
    writer.add_string(3, "n");
    body += values_;
    writer.add_uint32(5, kTileExtent);
    std::string tile;
    protozero::pbf_writer(tile).add_message(3, body);
    return tile;
  }

 private:
  static constexpr std::uint32_t kUnused = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kIdKey = 0;  // VectorLayer::begin() adds it first

  std::uint32_t append(const std::string& encoded) {
    protozero::pbf_writer(values_).add_message(4, encoded);
    return next_value_++;
  }
  std::uint32_t number_of(std::uint32_t value) {
    if (local_[value] == kUnused) {
      local_[value] = append(layer_.values()[value]);
    }
    return local_[value];
  }
  std::uint32_t number_of_count(std::uint32_t count) {
    const auto [at, is_new] = counts_.try_emplace(count, next_value_);
    if (is_new) {
      std::string encoded;
      protozero::pbf_writer(encoded).add_sint64(6, count);
      append(encoded);
    }
    return at->second;
  }

  const VectorLayer& layer_;
  std::string features_;
  std::string values_;
  std::vector<std::uint32_t> local_;
  std::unordered_map<std::uint32_t, std::uint32_t> counts_;
  std::uint32_t next_value_ = 0;
  std::vector<std::uint32_t> words_;
};

/// Draws one layer into one tile at one coarseness (1 = finest; doubled until the tile fits).
class Drawing {
 public:
  Drawing(const VectorLayer& layer, TileId tile, int coarsening)
      : layer_(layer),
        tile_(tile),
        box_(tile.box()),
        scale_(kTileExtent / tile.size()),
        coarsening_(coarsening),
        pixel_(std::ldexp(kPixel, coarsening)),
        writer_(layer) {}

  const LayerWriter& draw() {
    const WorldBox around = box_.grown(tile_.size() * kTileBuffer / kTileExtent);
    for (const std::uint32_t i : layer_.shapes_in(around)) {
      shape(layer_.features()[i], around.contains(layer_.features()[i].box));
    }
    for (const auto& [cell, dust] : dust_) {
      square(dust);
    }
    for (const ShownPoint& shown : layer_.shown_points(around, tile_.z - coarsening_)) {
      const Feature& feature = layer_.features()[shown.feature];
      Commands commands;
      commands.point(snap({feature.box.min_x, feature.box.min_y}));
      writer_.add(feature, kPoint, commands, shown.count);
    }
    return writer_;
  }

 private:
  struct Dust {
    std::uint32_t feature = 0;
    std::uint32_t count = 0;
    GridXy corner;
  };

  TileXy to_tile(double x, double y) const { return {(x - box_.min_x) * scale_, (y - box_.min_y) * scale_}; }
  GridXy snap(WorldXy p) const {
    const TileXy t = to_tile(p.x, p.y);
    return {static_cast<std::int32_t>(std::lround(t.x)), static_cast<std::int32_t>(std::lround(t.y))};
  }

  void shape(const Feature& feature, bool inside) {
    const bool polygon = layer_.parts()[feature.first_part].kind != PartKind::line;
    const double longest =
        std::max(feature.box.max_x - feature.box.min_x, feature.box.max_y - feature.box.min_y) * scale_;
    if (polygon && longest < pixel_) {
      keep_dust(feature);
      return;
    }
    Commands commands;
    bool drop_holes = false;
    for (std::uint32_t i = feature.first_part; i < feature.first_part + feature.parts; ++i) {
      const Part& part = layer_.parts()[i];
      if (part.kind == PartKind::line) {
        line(part, inside, commands);
      } else if (part.kind == PartKind::outer_ring || !drop_holes) {
        const bool drawn = ring(part, inside, commands);
        drop_holes = part.kind == PartKind::outer_ring ? !drawn : drop_holes;
      }
    }
    if (!commands.words().empty()) {
      writer_.add(feature, polygon ? kPolygon : kLine, commands, 1);
    } else if (polygon && meets_tile(feature)) {
      keep_dust(feature);  // a sliver whose ring closed up when snapped
    }
  }

  bool meets_tile(const Feature& feature) const {
    const std::uint32_t last = feature.first_part + feature.parts;
    for (std::uint32_t i = feature.first_part; i < last; ++i) {
      std::vector<TileXy> path = simplified(layer_.parts()[i]);
      clip_ring(path);
      if (!path.empty()) {
        return true;
      }
    }
    return false;
  }

  std::vector<TileXy> simplified(const Part& part) const {
    const double tolerance = 0.5 * pixel_ / scale_;
    std::vector<TileXy> path;
    const Vertex* v = layer_.vertices().data() + part.first_vertex;
    for (const Vertex* end = v + part.vertices; v != end; ++v) {
      if (v->importance >= tolerance) {
        path.push_back(to_tile(v->x, v->y));
      }
    }
    return path;
  }

  void line(const Part& part, bool inside, Commands& commands) const {
    std::vector<TileXy> path = simplified(part);
    const std::vector<std::vector<TileXy>> pieces = inside ? std::vector(1, std::move(path)) : clip_line(path);
    for (const std::vector<TileXy>& piece : pieces) {
      const std::vector<GridXy> grid = snapped(piece, false);
      if (grid.size() >= 2) {
        commands.path(grid, false);
      }
    }
  }

  bool ring(const Part& part, bool inside, Commands& commands) const {
    std::vector<TileXy> path = simplified(part);
    if (!inside) {
      clip_ring(path);
    }
    std::vector<GridXy> grid = snapped(path, true);
    const std::int64_t area = grid.size() < 3 ? 0 : winding(grid);
    if (area == 0) {
      return false;
    }
    if ((area > 0) != (part.kind == PartKind::outer_ring)) {
      std::reverse(grid.begin(), grid.end());
    }
    commands.path(grid, true);
    return true;
  }

  void keep_dust(const Feature& feature) {
    const TileXy middle =
        to_tile((feature.box.min_x + feature.box.max_x) / 2, (feature.box.min_y + feature.box.max_y) / 2);
    const auto column = static_cast<std::int32_t>(std::floor(middle.x / pixel_));
    const auto row = static_cast<std::int32_t>(std::floor(middle.y / pixel_));
    Dust& dust = dust_[{feature.style, row, column}];
    if (dust.count++ == 0) {
      dust.feature = static_cast<std::uint32_t>(&feature - layer_.features().data());
      dust.corner = {static_cast<std::int32_t>(column * pixel_), static_cast<std::int32_t>(row * pixel_)};
    }
  }

  void square(const Dust& dust) {
    const auto side = static_cast<std::int32_t>(pixel_);
    const GridXy c = dust.corner;
    Commands commands;
    commands.path({c, {c.x + side, c.y}, {c.x + side, c.y + side}, {c.x, c.y + side}}, true);
    writer_.add(layer_.features()[dust.feature], kPolygon, commands, dust.count);
  }

  const VectorLayer& layer_;
  TileId tile_;
  WorldBox box_;
  double scale_;  // tile steps per world share
  int coarsening_;
  double pixel_;  // in tile steps
  LayerWriter writer_;
  std::map<std::tuple<std::uint32_t, std::int32_t, std::int32_t>, Dust> dust_;
};

}  // namespace

std::string vector_tile(const VectorLayer& layer, TileId tile) {
  for (int coarsening = 0;; ++coarsening) {
    Drawing drawing(layer, tile, coarsening);
    const LayerWriter& writer = drawing.draw();
    if (writer.empty()) {
      return {};
    }
    if (writer.size() <= kTileLimit_bytes || coarsening == kMaxCoarsening) {
      return writer.tile();
    }
  }
}

}  // namespace firmground::serve
