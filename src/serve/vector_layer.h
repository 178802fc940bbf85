#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "geo/overlay.h"
#include "serve/web_mercator.h"

/// One layer of the map, prepared once so that any of its tiles can be cut in milliseconds.
namespace firmground::serve {

/// A vertex and how much it matters: the zoom-independent distance (in world shares) by which the line would be off
/// without it (Douglas & Peucker 1973); infinite for the vertices that always stay.
struct Vertex {
  double x = 0;
  double y = 0;
  double importance = 0;
};

enum class PartKind : std::uint8_t { line, outer_ring, hole };

/// A run of vertices of a shape.  Rings are open, outer rings are followed by their holes.
struct Part {
  PartKind kind = PartKind::line;
  std::uint32_t first_vertex = 0;
  std::uint32_t vertices = 0;
};

/// Key and value of a feature, as positions in the layer's pools.
struct Tag {
  std::uint32_t key = 0;
  std::uint32_t value = 0;
};

/// One feature: a point, or a shape of lines and rings.
struct Feature {
  std::uint64_t number = 0;  ///< stable across editions: hash of its local id, 53 bits so that JavaScript holds it
  std::uint32_t first_tag = 0;
  std::uint32_t tags = 0;
  std::uint32_t first_part = 0;
  std::uint32_t parts = 0;   ///< 0: a point at box.min
  std::uint32_t record = 0;  ///< position of the record in the snapshot's list of this kind
  std::uint32_t style = 0;   ///< value of the style attribute; features of different style never stand for each other
  WorldBox box;
};

/// A point shown at some zoom, standing for `count` points of its style that would fall within four pixels of each
/// other.
struct ShownPoint {
  std::uint64_t tile = 0;  ///< y * 2^z + x of its tile
  std::uint32_t feature = 0;
  std::uint32_t count = 1;
};

/// At zooms below this points are thinned, from here on every point is in the tile.
inline constexpr int kAllPointsZoom = 15;

class VectorLayer {
 public:
  /// style_key: the attribute that decides a feature's colour ("device"), "" when there is none.
  VectorLayer(std::string name, std::string title, std::string style_key);

  /// Starts a feature; its geometry and attributes follow.  Ids need not be unique (a point of each part may share
  /// one).
  void begin(std::string_view id, std::uint32_t record);
  void attribute(std::string_view key, std::string_view text);  ///< an empty text is not known: left out
  void attribute(std::string_view key, double number);
  void attribute(std::string_view key, std::int64_t number);
  void point(WorldXy p);
  void part(PartKind kind, const std::vector<WorldXy>& line);
  /// Ends the feature; one without geometry is not kept.
  void end();
  /// Sorts, thins and indexes.  Call once, after the last feature; the layer does not change afterwards.
  void finish();

  const std::string& name() const { return name_; }
  const std::string& title() const { return title_; }
  /// "point", "line", "polygon" or "mixed".
  std::string geometry() const;
  const WorldBox& bounds() const { return bounds_; }
  const std::vector<Feature>& features() const { return features_; }
  const std::vector<Part>& parts() const { return parts_; }
  const std::vector<Vertex>& vertices() const { return vertices_; }
  const std::vector<Tag>& tags() const { return tags_; }
  const std::vector<std::string>& keys() const { return keys_; }
  /// Values as encoded MVT Value messages (vector tile specification 2.1, 4.4).
  const std::vector<std::string>& values() const { return values_; }

  /// Positions of features whose box meets the box, ascending.
  std::vector<std::uint32_t> shapes_in(const WorldBox& box) const;
  std::vector<std::uint32_t> points_in(const WorldBox& box) const;
  /// Points to show in a tile and around it, thinned for `detail_zoom` (normally the tile's zoom; less to thin more).
  std::vector<ShownPoint> shown_points(const WorldBox& box, int detail_zoom) const;

 private:
  std::uint32_t key_of(std::string_view key);
  void add_value(std::string_view key, std::string encoded);
  void index_points();

  std::string name_, title_, style_key_;
  std::vector<Feature> features_;
  std::vector<Part> parts_;
  std::vector<Vertex> vertices_;
  std::vector<Tag> tags_;
  std::vector<std::string> keys_;
  std::vector<std::string> values_;
  std::unordered_map<std::string, std::uint32_t> value_positions_;
  WorldBox bounds_;
  std::vector<std::uint32_t> shape_features_;
  std::vector<std::vector<ShownPoint>> levels_;  ///< by zoom, 0..kAllPointsZoom, each sorted by tile
  std::unique_ptr<geo::BoxIndex> shape_index_;
};

}  // namespace firmground::serve
