#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

/// PostgreSQL's binary representation of values (its documentation, "Formats and Format Codes"; the type OIDs are those
/// of pg_type.dat and never change), and of geometries between PostGIS (EWKB) and GeoPackage.
namespace firmground::registry::wire {

enum Type : std::uint32_t {
  kUnspecified = 0,
  kBoolean = 16,
  kBytes = 17,
  kName = 19,
  kInteger8 = 20,
  kInteger2 = 21,
  kInteger4 = 23,
  kText = 25,
  kOid = 26,
  kReal4 = 700,
  kReal8 = 701,
  kUnknown = 705,
  kVarchar = 1043,
  kNumeric = 1700
};

bool is_text(std::uint32_t type);

void put_integer(std::string& out, std::int64_t value, int bytes);
void put_real(std::string& out, double value);

/// Values of the types above as an integer (truths are 0 and 1), a real, a text.
std::int64_t integer_of(std::uint32_t type, std::string_view bytes);
double real_of(std::uint32_t type, std::string_view bytes);
std::string text_of(std::uint32_t type, std::string_view bytes);

/// The WKB inside a GeoPackage blob, with SRID 4326.  REQUIRES: a blob of ours, not empty.
std::string ewkb_of_blob(std::string_view blob);
/// A GeoPackage blob with its envelope, as encode_blob writes it.  Errors: registry.damaged.
base::Result<std::string> blob_of_ewkb(std::string_view ewkb);

}  // namespace firmground::registry::wire
