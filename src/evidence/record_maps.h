#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "evidence/find_counts.h"
#include "evidence/hypotheses.h"
#include "evidence/offset_map.h"
#include "evidence/search_image.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// A record with the ground that each hypothesis gives it.
struct RecordGround {
  std::size_t record = 0;  ///< index in the snapshot
  bool own_place = true;   ///< false: from legs alone
  std::uint8_t context = 0;
  double mines = 0;  ///< recorded, or what records usually say
  std::vector<Candidate> candidates;
  geo::Xy recorded;  ///< centroid as recorded; of the first candidate when the record has no ground of its own
};

/// Ground of every record, in the order of the snapshot; records of which no hypothesis gives any have no candidates.
std::vector<RecordGround> grounds_of(const mineaction::Snapshot& snapshot, const SearchImage& image,
                                     std::span<const Hypothesis> hypotheses);

/// What templates of records hold when they are dropped on searched ground at random.
std::vector<Drop> random_drops(const mineaction::Snapshot& snapshot, const std::vector<RecordGround>& grounds,
                               const SearchImage& image, std::uint64_t seed);

using OwnClaims = std::unordered_map<std::uint64_t, float>;

/// The likelihood maps of one record.
RecordMaps maps_of(const RecordGround& ground, const SearchImage& image, const FindCounts& counts, const Claims* claims,
                   const OwnClaims& own);

/// The polygon that stands for recorded ground: outlines grown by the accuracy of finds, rows and points by the reach
/// of a field round them.
geo::PlanarGeometry outline_ground(const geo::PlanarGeometry& geometry, double grown_m);

}  // namespace firmground::evidence
