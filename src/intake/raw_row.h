#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "geo/geometry.h"

namespace firmground::intake {

/// One value as the file has it: text where the format knows only text. The text lives as long as the reader's current
/// row.
using RawValue = std::variant<std::monostate, std::string_view, std::int64_t, double, bool>;

/// Geometry as the file has it: coordinates in the file's own system (first east, then north), rings with their closing
/// vertex.
struct RawGeometry {
  geo::PlanarGeometry shape;
  std::string problem;  ///< why it cannot be read, "" when it can
};

struct RawRow {
  std::int64_t row = 0;  ///< 1-based data row
  std::span<const RawValue> cells;
  const RawGeometry* geometry = nullptr;  ///< null: the format has no geometry of its own (CSV, XLSX)
};

}  // namespace firmground::intake
