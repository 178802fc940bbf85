#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "evidence/find_counts.h"
#include "evidence/hypotheses.h"
#include "evidence/search_image.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// Distances to the line of contact, metres, that part the classes of ground.
using GroundContexts = std::array<double, FindCounts::kContexts - 1>;

/// An outline on the cells of the search image: itself, and cut into parts with the ring round it.
struct Outline {
  Template inner;
  Template parts;
};

/// A record with the ground that each hypothesis gives it.
struct RecordGround {
  std::size_t record = 0;   ///< index in the snapshot
  bool drawn = false;       ///< it has ground of its own; false: from legs alone
  double to_contact_m = 0;  ///< from where it was recorded to the former line of contact; infinite: not known
  std::uint8_t context = 0;
  Laid laid = Laid::any;
  double mines = 0;  ///< recorded, or what records usually say
  std::vector<Candidate> candidates;
  Outline first;     ///< of the first candidate, by draw_first()
  geo::Xy recorded;  ///< centroid as recorded; of the first candidate when the record has no ground of its own
};

/// Ground of records, in the order of the snapshot, each in the class of ground where it was recorded by `contexts` or,
/// without, by those that the records themselves give. Records of which no hypothesis gives any ground, and those whose
/// index is not among `only` (ascending; empty = all), have no candidates.
std::vector<RecordGround> grounds_of(const mineaction::Snapshot& snapshot, const SearchImage& image,
                                     std::span<const Hypothesis> hypotheses, const WrittenPositions& written = {},
                                     std::span<const std::size_t> only = {}, const GroundContexts* contexts = nullptr);
GroundContexts contexts_of(const std::vector<RecordGround>& grounds);
/// Every vertex of a geometry put to where `place` has it.
template <typename Place>
geo::PlanarGeometry with_vertices(geo::PlanarGeometry geometry, Place place) {
  const auto all = [&](std::vector<geo::Xy>& path) { std::transform(path.begin(), path.end(), path.begin(), place); };
  all(geometry.points);
  std::for_each(geometry.lines.begin(), geometry.lines.end(), all);
  for (auto& polygon : geometry.polygons) {
    all(polygon.outer);
    std::for_each(polygon.holes.begin(), polygon.holes.end(), all);
  }
  return geometry;
}

/// Where a record's field, moved as its maps move it, can come to lie: a box for each candidate.
std::vector<geo::Box> windows_of(const RecordGround& ground);

/// Draws the outline of every record's first candidate, which records and decoys are compared by again and again.
void draw_first(std::vector<RecordGround>& grounds, const SearchImage& image);

/// The likelihood ratio, field there over not there, for every displacement (recorded minus true, metres) on a lattice
/// of 20 m round the ground of one candidate.
struct PlaceMap {
  static constexpr double kStep_m = 20;
  int reach = 0;             ///< steps each way
  double log_scale = 0;      ///< ratio = likelihood ratio x exp(-log_scale)
  std::vector<float> ratio;  ///< (2 reach + 1) squared, row (dy) by row; empty = nothing searched, all are 1
  bool informative() const { return !ratio.empty(); }
  int side() const { return 2 * reach + 1; }
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(side()) + static_cast<std::size_t>(x);
  }
  double at(int step) const { return (step - reach) * kStep_m; }
};

/// One candidate as a place on a map: displacements that are one apart by a shift share a map.
struct Reading {
  std::size_t candidate = 0;  ///< of the record's ground
  std::size_t map = 0;
  geo::Xy explained;  ///< recorded minus candidate, at the centroid: what the hypothesis itself moves
  geo::Xy on_map;     ///< the same, from the zero of the map
};

/// One record with all its readings.
struct RecordMaps {
  std::size_t record = 0;  ///< index in the snapshot
  std::vector<PlaceMap> maps;
  std::vector<Reading> readings;
  bool informative = false;
  double effort = 0;  ///< share of the ground as first read that was effectively searched
};

using OwnClaims = std::unordered_map<std::uint64_t, float>;

/// The likelihood maps of one record, those of turned outlines when wanted.
/// Cost: a millisecond for each map where its neighbourhood was searched.
RecordMaps maps_of(const RecordGround& ground, const SearchImage& image, const FindCounts& counts, bool with_turned,
                   const Claims* claims, const OwnClaims& own);

/// A record's outline dropped at random on searched ground: what a record of no field looks like.
struct Decoy {
  std::size_t ground = 0;  ///< whose outline
  std::int32_t right = 0;  ///< cells east of it
  std::int32_t down = 0;   ///< cells south
  std::uint8_t context = 0;
  double effort = 0;  ///< share of it that was effectively searched
};
std::vector<Decoy> decoys_of(const mineaction::Snapshot& snapshot, const std::vector<RecordGround>& grounds,
                             const SearchImage& image, std::uint64_t seed);
/// What decoys see of the finds that records leave; `claims` by record, null = all of them.
std::vector<Drop> drops_of(const std::vector<Decoy>& decoys, const std::vector<RecordGround>& grounds,
                           const SearchImage& image, const std::function<const Claims*(std::size_t)>& claims);

/// The map of a decoy, a few steps each way, as if it were a record of the ground where it fell.
PlaceMap map_of(const Decoy& decoy, const std::vector<RecordGround>& grounds, const SearchImage& image,
                const FindCounts& counts, const Claims* claims);

/// The polygon that stands for recorded ground: rows and points grown by the reach of a field round them.
geo::PlanarGeometry outline_ground(const geo::PlanarGeometry& geometry, double grown_m);

geo::PlanarGeometry moved(geo::PlanarGeometry geometry, geo::Xy by);

}  // namespace firmground::evidence
