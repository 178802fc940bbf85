#pragma once
#include <compare>
#include <cstdint>
#include <limits>
#include <vector>

namespace firmground::geo {

/// A point of the grid of kPrecision_m, in grid steps from some origin.
struct GridPoint {
  std::int64_t x = 0;
  std::int64_t y = 0;
  friend auto operator<=>(const GridPoint&, const GridPoint&) = default;
};

/// The contour of linework that only cuts: it has no sides, and is kept wherever it runs.
inline constexpr std::uint32_t kCut = std::numeric_limits<std::uint32_t>::max();

/// A straight piece of the linework of a contour.
struct GridSegment {
  GridPoint from;
  GridPoint to;
  std::uint32_t contour = kCut;
};

/// How often a contour runs along something, or round it (counter-clockwise positive).
struct ContourCount {
  std::uint32_t contour = kCut;
  std::int32_t count = 0;
  friend bool operator==(const ContourCount&, const ContourCount&) = default;
};

/// Linework whose edges meet at vertices only.
struct NodedLinework {
  struct Edge {
    std::uint32_t from;  ///< indices into vertices, from < to
    std::uint32_t to;
    std::uint32_t first_use;  ///< into uses; the last one of an edge is where those of the next begin
  };
  std::vector<GridPoint> vertices;  ///< ascending
  std::vector<Edge> edges;          ///< ascending; one more at the end, as sentinel
  std::vector<ContourCount> uses;   ///< of each edge, ascending by contour: runs from → to less runs to → from, never 0
};

/// Coordinates that snap_round() can compute with exactly: 55,000 km about the origin.
inline constexpr std::int64_t kLargestGridCoordinate = std::int64_t{1} << 39;

/// Snap rounding (Hobby 1999; Guibas and Marimont 1998): every end and every crossing of segments marks the grid cell
/// about it, and each segment runs through the centre of each marked cell that it meets. No segment moves by more than
/// half a cell's diagonal, none crosses another but at vertices. All predicates are exact, in whole numbers of up to
/// 128 bits. Pieces that a contour runs along as often one way as the other bound nothing for it and are dropped.
/// REQUIRES: |x|, |y| <= kLargestGridCoordinate.  Cost: O(n log n) for segments of bounded crossing.
NodedLinework snap_round(const std::vector<GridSegment>& segments);

/// Positive when `c` lies left of the line from a to b, 0 when on it; the sign of an exact value.
int side_of(const GridPoint& a, const GridPoint& b, const GridPoint& c);

}  // namespace firmground::geo
