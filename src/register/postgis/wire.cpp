#include "register/postgis/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "register/geometry_blob.h"

namespace firmground::registry::wire {

namespace {

constexpr std::uint32_t kSridFlag = 0x20000000;
constexpr std::uint32_t kSrid = 4326;
constexpr std::size_t kBlobHeader = 8;
constexpr std::size_t kEnvelope = 32;

std::uint64_t unsigned_of(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) {
    value = value << 8 | static_cast<unsigned char>(c);
  }
  return value;
}

std::int64_t signed_of(std::string_view bytes) {
  const int unused = 64 - 8 * static_cast<int>(bytes.size());
  return static_cast<std::int64_t>(unsigned_of(bytes) << unused) >> unused;
}

/// NUMERIC: count of base-10000 digits, weight of the first, sign, scale, digits. Sums of integers arrive as such.
double numeric_of(std::string_view bytes) {
  if (bytes.size() < 8) {
    return 0;
  }
  const auto count = static_cast<std::size_t>(signed_of(bytes.substr(0, 2)));
  const auto weight = static_cast<int>(signed_of(bytes.substr(2, 2)));
  const std::uint64_t sign = unsigned_of(bytes.substr(4, 2));
  double value = 0;
  for (std::size_t i = 0; i < count && 8 + 2 * i + 2 <= bytes.size(); ++i) {
    value +=
        static_cast<double>(unsigned_of(bytes.substr(8 + 2 * i, 2))) * std::pow(10000.0, weight - static_cast<int>(i));
  }
  return sign == 0x4000 ? -value : value;
}

void put_little_endian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(value >> shift);
  }
}

void put_double(std::string& out, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) {
    out += static_cast<char>(bits >> shift);
  }
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

struct Box {
  double min_x = 1e300, max_x = -1e300, min_y = 1e300, max_y = -1e300;
  void add(const geo::LonLat& p) {
    min_x = std::min(min_x, p.lon);
    max_x = std::max(max_x, p.lon);
    min_y = std::min(min_y, p.lat);
    max_y = std::max(max_y, p.lat);
  }
};

Box box_of(const geo::GeographicGeometry& geometry) {
  Box box;
  for (const auto& point : geometry.points) {
    box.add(point);
  }
  for (const auto& line : geometry.lines) {
    std::for_each(line.begin(), line.end(), [&](const auto& p) { box.add(p); });
  }
  for (const auto& polygon : geometry.polygons) {
    std::for_each(polygon.outer.begin(), polygon.outer.end(), [&](const auto& p) { box.add(p); });
  }
  return box;
}

}  // namespace

bool is_text(std::uint32_t type) {
  return type == kText || type == kVarchar || type == kName || type == kUnknown;
}

void put_integer(std::string& out, std::int64_t value, int bytes) {
  for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift);
  }
}

void put_real(std::string& out, double value) {
  put_integer(out, std::bit_cast<std::int64_t>(value), 8);
}

std::int64_t integer_of(std::uint32_t type, std::string_view bytes) {
  switch (type) {
    case kBoolean:
    case kInteger2:
    case kInteger4:
    case kInteger8: return signed_of(bytes);
    case kOid: return static_cast<std::int64_t>(unsigned_of(bytes));
    case kReal4:
    case kReal8:
    case kNumeric: return std::llround(real_of(type, bytes));
    default: {
      std::int64_t value = 0;
      std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
      return value;
    }
  }
}

double real_of(std::uint32_t type, std::string_view bytes) {
  switch (type) {
    case kReal4: return std::bit_cast<float>(static_cast<std::uint32_t>(unsigned_of(bytes)));
    case kReal8: return std::bit_cast<double>(unsigned_of(bytes));
    case kNumeric: return numeric_of(bytes);
    default: return static_cast<double>(integer_of(type, bytes));
  }
}

std::string text_of(std::uint32_t type, std::string_view bytes) {
  switch (type) {
    case kBoolean:
    case kInteger2:
    case kInteger4:
    case kInteger8:
    case kOid: return std::to_string(integer_of(type, bytes));
    case kReal4:
    case kReal8: return fmt::format("{}", real_of(type, bytes));
    case kNumeric: return fmt::format("{:.17g}", real_of(type, bytes));
    default: return std::string(bytes);
  }
}

std::string ewkb_of_blob(std::string_view blob) {
  FG_CHECK(blob.size() > kBlobHeader + 5);
  const bool has_envelope = (static_cast<unsigned char>(blob[3]) & 0x0e) != 0;
  const std::string_view wkb = blob.substr(kBlobHeader + (has_envelope ? kEnvelope : 0));
  std::string ewkb(wkb.substr(0, 1));
  put_little_endian(ewkb, little_endian(wkb.substr(1)) | kSridFlag);
  put_little_endian(ewkb, kSrid);
  ewkb += wkb.substr(5);
  return ewkb;
}

base::Result<std::string> blob_of_ewkb(std::string_view ewkb) {
  if (ewkb.size() < 9 || ewkb[0] != 1) {
    return base::fail("registry.damaged", {{"file", "geometry"}, {"reason", "it is not little-endian EWKB"}});
  }
  const std::uint32_t type = little_endian(ewkb.substr(1));
  std::string wkb(1, '\1');
  put_little_endian(wkb, type & ~kSridFlag);
  wkb += ewkb.substr((type & kSridFlag) != 0 ? 9 : 5);

  std::string blob("GP\0\1", 4);
  put_little_endian(blob, kSrid);
  FG_TRY(const auto geometry, decode_blob(blob + wkb));
  constexpr std::uint32_t kPoint = 1;
  if ((type & ~kSridFlag) != kPoint && !geometry.empty()) {
    blob[3] = 3;  // little endian, envelope of x and y
    const Box box = box_of(geometry);
    for (const double side : {box.min_x, box.max_x, box.min_y, box.max_y}) {
      put_double(blob, side);
    }
  }
  return blob + wkb;
}

}  // namespace firmground::registry::wire
