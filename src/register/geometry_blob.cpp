#include "register/geometry_blob.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace firmground::registry {

using geo::GeographicGeometry;
using geo::LonLat;

namespace {

static_assert(std::endian::native == std::endian::little, "blobs are written as the machine holds numbers");

enum WkbType : std::uint32_t {
  kPoint = 1,
  kLineString = 2,
  kPolygon = 3,
  kMultiPoint = 4,
  kMultiLineString = 5,
  kMultiPolygon = 6,
  kCollection = 7
};
constexpr std::int32_t kWgs84 = 4326;
constexpr std::size_t kHeaderSize = 8;

class Writer {
 public:
  template <typename T>
  void put(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  void begin(WkbType type) {
    put(std::uint8_t{1});
    put(static_cast<std::uint32_t>(type));
  }
  void count(std::size_t n) { put(static_cast<std::uint32_t>(n)); }
  void position(LonLat p) {
    put(p.lon);
    put(p.lat);
  }
  void point(LonLat p) {
    begin(kPoint);
    position(p);
  }
  void line(const std::vector<LonLat>& line) {
    begin(kLineString);
    count(line.size());
    std::for_each(line.begin(), line.end(), [this](LonLat p) { position(p); });
  }
  /// Rings are open in memory and closed in WKB.
  void ring(const std::vector<LonLat>& ring) {
    FG_CHECK(ring.size() >= 3);
    count(ring.size() + 1);
    std::for_each(ring.begin(), ring.end(), [this](LonLat p) { position(p); });
    position(ring.front());
  }
  void polygon(const geo::BasicPolygon<LonLat>& polygon) {
    begin(kPolygon);
    count(1 + polygon.holes.size());
    ring(polygon.outer);
    for (const auto& hole : polygon.holes) {
      ring(hole);
    }
  }
  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

LonLatBox box_of(const GeographicGeometry& geometry) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  LonLatBox box{kInfinity, -kInfinity, kInfinity, -kInfinity};
  const auto include = [&box](const std::vector<LonLat>& positions) {
    for (const LonLat p : positions) {
      box.min_lon = std::min(box.min_lon, p.lon);
      box.max_lon = std::max(box.max_lon, p.lon);
      box.min_lat = std::min(box.min_lat, p.lat);
      box.max_lat = std::max(box.max_lat, p.lat);
    }
  };
  include(geometry.points);
  std::for_each(geometry.lines.begin(), geometry.lines.end(), include);
  for (const auto& polygon : geometry.polygons) {
    include(polygon.outer);
  }
  return box;
}

void write_header(Writer& out, const std::optional<LonLatBox>& box) {
  out.put('G');
  out.put('P');
  out.put(std::uint8_t{0});
  out.put(static_cast<std::uint8_t>(box ? 0b011 : 0b001));  // little endian; envelope kind 1 = xy
  out.put(kWgs84);
  if (box) {
    out.put(box->min_lon);
    out.put(box->max_lon);
    out.put(box->min_lat);
    out.put(box->max_lat);
  }
}

void write_points(Writer& out, const std::vector<LonLat>& points, bool multi) {
  if (multi) {
    out.begin(kMultiPoint);
    out.count(points.size());
  }
  std::for_each(points.begin(), points.end(), [&out](LonLat p) { out.point(p); });
}

void write_lines(Writer& out, const GeographicGeometry& geometry, bool multi) {
  if (multi) {
    out.begin(kMultiLineString);
    out.count(geometry.lines.size());
  }
  for (const auto& line : geometry.lines) {
    out.line(line);
  }
}

void write_polygons(Writer& out, const GeographicGeometry& geometry, bool multi) {
  if (multi) {
    out.begin(kMultiPolygon);
    out.count(geometry.polygons.size());
  }
  for (const auto& polygon : geometry.polygons) {
    out.polygon(polygon);
  }
}

void write_any(Writer& out, const GeographicGeometry& geometry) {
  const std::size_t sorts =
      std::size_t{!geometry.points.empty()} + !geometry.lines.empty() + !geometry.polygons.empty();
  if (sorts > 1) {
    out.begin(kCollection);
    out.count(sorts);
  }
  if (!geometry.points.empty()) {
    write_points(out, geometry.points, geometry.points.size() > 1);
  }
  if (!geometry.lines.empty()) {
    write_lines(out, geometry, geometry.lines.size() > 1);
  }
  if (!geometry.polygons.empty()) {
    write_polygons(out, geometry, geometry.polygons.size() > 1);
  }
}

/// Reads WKB with a cursor that never passes the end: ok() tells whether everything asked for was there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }

  template <typename T>
  T get(bool little) {
    T value{};
    if (bytes_.size() < sizeof value) {
      ok_ = false;
      bytes_ = {};
      return value;
    }
    char raw[sizeof value];
    std::memcpy(raw, bytes_.data(), sizeof value);
    if (!little) {
      std::reverse(raw, raw + sizeof value);
    }
    std::memcpy(&value, raw, sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }

  void geometry(GeographicGeometry& into, int depth = 0) {
    little_ = get<std::uint8_t>(true) == 1;
    const auto type = get<std::uint32_t>(little_);
    extra_ = static_cast<std::size_t>(type / 1000 == 0 ? 0 : type / 1000 == 3 ? 2 : 1);  // Z, M, ZM: ISO WKB adds 1000s
    switch (type % 1000) {
      case kPoint: into.points.push_back(position()); break;
      case kLineString: into.lines.push_back(positions()); break;
      case kPolygon: polygon(into); break;
      case kMultiPoint:
      case kMultiLineString:
      case kMultiPolygon:
      case kCollection: parts(into, depth); break;
      default: ok_ = false;
    }
  }

 private:
  LonLat position() {
    LonLat p;
    p.lon = get<double>(little_);
    p.lat = get<double>(little_);
    for (std::size_t i = 0; i < extra_; ++i) {
      get<double>(little_);
    }
    return p;
  }
  std::vector<LonLat> positions() {
    const auto n = get<std::uint32_t>(little_);
    std::vector<LonLat> list;
    if (n > bytes_.size() / sizeof(LonLat)) {  // before anything is reserved for a count that a damaged file claims
      ok_ = false;
      return list;
    }
    list.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      list.push_back(position());
    }
    return list;
  }
  void polygon(GeographicGeometry& into) {
    const auto rings = get<std::uint32_t>(little_);
    geo::BasicPolygon<LonLat> polygon;
    for (std::uint32_t i = 0; i < rings && ok_; ++i) {
      auto ring = positions();
      if (ring.size() > 1 && ring.front() == ring.back()) {
        ring.pop_back();
      }
      i == 0 ? polygon.outer = std::move(ring) : polygon.holes.emplace_back(std::move(ring));
    }
    into.polygons.push_back(std::move(polygon));
  }
  void parts(GeographicGeometry& into, int depth) {
    const auto n = get<std::uint32_t>(little_);
    ok_ = ok_ && depth < 8;
    for (std::uint32_t i = 0; i < n && ok_; ++i) {
      geometry(into, depth + 1);
    }
  }

  std::string_view bytes_;
  bool ok_ = true;
  bool little_ = true;
  std::size_t extra_ = 0;
};

/// Length of the header with its envelope; nothing when this is no GeoPackage geometry.
std::optional<std::size_t> header_size(std::string_view blob) {
  constexpr std::size_t kEnvelopeDoubles[] = {0, 4, 6, 6, 8};
  if (blob.size() < kHeaderSize || blob.substr(0, 2) != "GP") {
    return std::nullopt;
  }
  const auto envelope = static_cast<std::size_t>(static_cast<unsigned char>(blob[3]) >> 1 & 7);
  if (envelope >= std::size(kEnvelopeDoubles)) {
    return std::nullopt;
  }
  const std::size_t size = kHeaderSize + kEnvelopeDoubles[envelope] * sizeof(double);
  return size <= blob.size() ? std::optional(size) : std::nullopt;
}

}  // namespace

std::string encode_blob(const GeographicGeometry& geometry, BlobType type) {
  if (geometry.empty()) {
    return {};
  }
  Writer out;
  const bool one_point = geometry.points.size() == 1 && geometry.lines.empty() && geometry.polygons.empty();
  out.reserve(one_point ? 29 : 256);
  write_header(out, one_point ? std::nullopt : std::optional(box_of(geometry)));
  switch (type) {
    case BlobType::point:
      FG_CHECK(one_point);
      out.point(geometry.points.front());
      break;
    case BlobType::multi_line:
      FG_CHECK(geometry.points.empty() && geometry.polygons.empty());
      write_lines(out, geometry, true);
      break;
    case BlobType::multi_polygon:
      FG_CHECK(geometry.points.empty() && geometry.lines.empty());
      write_polygons(out, geometry, true);
      break;
    case BlobType::any: write_any(out, geometry); break;
  }
  return out.take();
}

base::Result<GeographicGeometry> decode_blob(std::string_view blob) {
  GeographicGeometry geometry;
  if (blob.empty()) {
    return geometry;
  }
  const auto header = header_size(blob);
  if (!header) {
    return base::fail("registry.damaged",
                      {{"file", "The programme"}, {"reason", "a geometry has no GeoPackage header"}});
  }
  Reader reader(blob.substr(*header));
  reader.geometry(geometry);
  if (!reader.ok()) {
    return base::fail("registry.damaged", {{"file", "The programme"}, {"reason", "a geometry is cut short"}});
  }
  return geometry;
}

std::optional<LonLatBox> blob_envelope(std::string_view blob) {
  const auto header = header_size(blob);
  if (!header || (static_cast<unsigned char>(blob[3]) & 0b00010000) != 0) {
    return std::nullopt;
  }
  const bool little = (blob[3] & 1) != 0;
  if (*header > kHeaderSize) {
    Reader envelope(blob.substr(kHeaderSize));
    const double min_lon = envelope.get<double>(little);
    const double max_lon = envelope.get<double>(little);
    const double min_lat = envelope.get<double>(little);
    return LonLatBox{min_lon, max_lon, min_lat, envelope.get<double>(little)};
  }
  // No envelope: a point (5 bytes of WKB header, then x and y), or a foreign blob that has to be read.
  if (blob.size() == kHeaderSize + 21 && blob[kHeaderSize] == 1) {
    double position[2];
    std::memcpy(position, blob.data() + kHeaderSize + 5, sizeof position);
    return std::isnan(position[0]) ? std::nullopt
                                   : std::optional(LonLatBox{position[0], position[0], position[1], position[1]});
  }
  const auto geometry = decode_blob(blob);
  return geometry && !geometry->empty() ? std::optional(box_of(*geometry)) : std::nullopt;
}

}  // namespace firmground::registry
