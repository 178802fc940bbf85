#include "evidence/record_maps.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/random.h"
#include "geo/overlay.h"

namespace firmground::evidence {

namespace {

constexpr double kGrown_m =
    0;  ///< outlines are drawn along the outer rows: an empty margin would pull them to where nobody searched
constexpr double kRowReach_m = 30;    ///< of a field round a row
constexpr double kPointReach_m = 60;  ///< of a field round a point
constexpr double kRing_m = 40;
constexpr std::int32_t kStepCells = static_cast<std::int32_t>(OffsetLattice::kStep_m / SearchImage::kCell_m);
constexpr std::int32_t kReachCells = OffsetLattice::kReach * kStepCells;
constexpr double kHectaresPerCell = SearchImage::kCell_m * SearchImage::kCell_m / 1e4;
constexpr double kUsualMines = 60;  ///< where no record says how many

double usual_mines(const mineaction::Snapshot& snapshot) {
  std::vector<double> recorded;
  for (const auto& record : snapshot.minefield_records) {
    if (record.mines_recorded && *record.mines_recorded > 0) {
      recorded.push_back(static_cast<double>(*record.mines_recorded));
    }
  }
  if (recorded.empty()) {
    return kUsualMines;
  }
  const auto middle = recorded.begin() + static_cast<std::ptrdiff_t>(recorded.size() / 2);
  std::nth_element(recorded.begin(), middle, recorded.end());
  return *middle;
}

/// Distance to the former line of contact, where a layer of that name is known; infinite else.
double to_contact_m(const mineaction::Snapshot& snapshot, geo::Xy p) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const auto& feature : snapshot.reference_features) {
    if (feature.layer == "contact-line" || feature.layer == "line-of-contact") {
      nearest = std::min(nearest, geo::distance(feature.geometry, p));
    }
  }
  return nearest;
}

using Thresholds = std::array<double, FindCounts::kContexts - 1>;

Thresholds quartiles(std::vector<double> distances) {
  std::sort(distances.begin(), distances.end());
  Thresholds result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = distances.empty() ? 0 : distances[(i + 1) * distances.size() / FindCounts::kContexts];
  }
  return result;
}

std::uint8_t context_of(const Thresholds& thresholds, double distance_m) {
  std::uint8_t context = 0;
  for (const double threshold : thresholds) {
    context = static_cast<std::uint8_t>(context + (distance_m > threshold ? 1 : 0));
  }
  return context;
}

Thresholds thresholds_of(const mineaction::Snapshot& snapshot, const std::vector<RecordGround>& grounds) {
  std::vector<double> distances(grounds.size(), std::numeric_limits<double>::infinity());
  constexpr std::size_t kGrain = 64;
  base::parallel_for(grounds.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      distances[i] = to_contact_m(snapshot, grounds[i].recorded);
    }
  });
  std::erase_if(distances, [](double d) { return !std::isfinite(d); });
  return quartiles(std::move(distances));
}

Neighbourhood::Sums under(const Template& shape, const Neighbourhood& near, std::int32_t down, std::int32_t right) {
  Neighbourhood::Sums total;
  for (const Template::Run& run : shape.runs) {
    const auto sums = near.run(run.row + down, run.from + right, run.to + right);
    total.finds += sums.finds;
    total.effort += sums.effort;
  }
  return total;
}

constexpr std::size_t kAlong = FindCounts::kBlocks / 2;

struct Blocks {
  std::array<float, FindCounts::kBlocks> finds{};
  std::array<float, FindCounts::kBlocks> effort{};
  float all_finds = 0;
  float all_effort = 0;
};

Blocks blocks_under(const Template& shape, const Neighbourhood& near, std::int32_t down, std::int32_t right) {
  Blocks total;
  for (const Template::Run& run : shape.runs) {
    const auto sums = near.run(run.row + down, run.from + right, run.to + right);
    total.finds[run.block] += sums.finds;
    total.effort[run.block] += sums.effort;
    total.all_finds += sums.finds;
    total.all_effort += sums.effort;
  }
  return total;
}

geo::Box reach_of(const mineaction::Snapshot& snapshot, const SearchImage& image) {
  constexpr double kBeyond_m = 2000;
  geo::Box box;
  for (const auto& area : snapshot.areas_of_interest) {
    box.include(geo::bounds(area.geometry));
  }
  for (const auto& release : snapshot.land_releases) {
    box.include(geo::bounds(release.geometry));
  }
  if (box.empty()) {
    box.include(image.grid().centre(0, 0));
  }
  return box.grown(kBeyond_m);
}

}  // namespace

geo::PlanarGeometry outline_ground(const geo::PlanarGeometry& geometry, double grown_m) {
  const double reach_m = !geometry.polygons.empty() ? kGrown_m : !geometry.lines.empty() ? kRowReach_m : kPointReach_m;
  auto grown = geo::buffer(geometry, reach_m + grown_m);
  return grown ? std::move(*grown) : geometry;
}

std::vector<RecordGround> grounds_of(const mineaction::Snapshot& snapshot, const SearchImage& image,
                                     std::span<const Hypothesis> hypotheses) {
  const geo::Box reach = reach_of(snapshot, image);
  const double usual = usual_mines(snapshot);
  const mineaction::LegsByRecord legs = mineaction::legs_by_record(snapshot.minefield_record_legs);
  std::vector<RecordGround> grounds(snapshot.minefield_records.size());
  constexpr std::size_t kGrain = 32;
  base::parallel_for(grounds.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const mineaction::MinefieldRecord& record = snapshot.minefield_records[i];
      const auto its_legs = legs.find(record.record_id);
      const std::span<const mineaction::MinefieldRecordLeg> span =
          its_legs != legs.end() ? std::span<const mineaction::MinefieldRecordLeg>(its_legs->second)
                                 : std::span<const mineaction::MinefieldRecordLeg>();
      RecordGround& ground = grounds[i];
      ground.record = i;
      ground.own_place = !record.geometry.empty();
      ground.mines =
          record.mines_recorded && *record.mines_recorded > 0 ? static_cast<double>(*record.mines_recorded) : usual;
      ground.candidates = candidates_of(record, span, *snapshot.crs, reach, hypotheses);
      if (!ground.candidates.empty()) {
        ground.recorded = geo::centroid(ground.candidates.front().geometry);
      }
    }
  });
  const Thresholds thresholds = thresholds_of(snapshot, grounds);
  base::parallel_for(grounds.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      grounds[i].context = context_of(thresholds, to_contact_m(snapshot, grounds[i].recorded));
    }
  });
  return grounds;
}

std::vector<Drop> random_drops(const mineaction::Snapshot& snapshot, const std::vector<RecordGround>& grounds,
                               const SearchImage& image, std::uint64_t seed) {
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < grounds.size(); ++i) {
    if (!grounds[i].candidates.empty()) {
      usable.push_back(i);
    }
  }
  const std::size_t count =
      usable.empty() || image.searched_cells() == 0 ? 0 : std::clamp<std::size_t>(4 * usable.size(), 2000, 12000);
  const Thresholds thresholds = thresholds_of(snapshot, grounds);
  std::vector<Drop> drops(count);
  constexpr std::size_t kGrain = 64;
  base::parallel_for(count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      base::Random random(seed, i);
      const RecordGround& ground = grounds[usable[random.index(usable.size())]];
      const geo::Xy target = image.centre(image.searched_cell(random.index(image.searched_cells())));
      const Template shape = template_of(image.grid(), outline_ground(ground.candidates.front().geometry, 0));
      const geo::Xy middle = geo::centroid(ground.candidates.front().geometry);
      const auto right = static_cast<std::int32_t>(std::lround((target.x - middle.x) / SearchImage::kCell_m));
      const auto down = static_cast<std::int32_t>(std::lround((middle.y - target.y) / SearchImage::kCell_m));
      const Neighbourhood near(image, shape.column + right, shape.row + down, shape.columns, shape.rows, nullptr, {});
      Drop& drop = drops[i];
      const Blocks sums = blocks_under(in_blocks(shape, kAlong), near, 0, 0);
      drop.finds = sums.all_finds;
      drop.hectares_searched = sums.all_effort * static_cast<float>(kHectaresPerCell);
      drop.unevenness = static_cast<float>(FindCounts::unevenness(sums.finds, sums.effort));
      drop.context = context_of(thresholds, to_contact_m(snapshot, target));
    }
  });
  return drops;
}

namespace {

double expected_mines(const RecordGround& ground, float effort, std::int64_t cells) {
  return ground.mines * static_cast<double>(effort) / static_cast<double>(cells);
}

double log_ratio_of_nothing(const RecordGround& ground, const FindCounts& counts, float effort, std::int64_t cells) {
  return counts.log_ratio(0, static_cast<float>(expected_mines(ground, effort, cells)),
                          effort * static_cast<float>(kHectaresPerCell), ground.context);
}

double log_ratio_of(const RecordGround& ground, const FindCounts& counts, const Blocks& in,
                    const Neighbourhood::Sums& all, std::int64_t cells) {
  return counts.log_ratio(in.all_finds, static_cast<float>(expected_mines(ground, in.all_effort, cells)),
                          in.all_effort * static_cast<float>(kHectaresPerCell), ground.context) +
         counts.log_ring_ratio(in.all_finds, all.finds - in.all_finds, in.all_effort / all.effort) +
         counts.log_spread_ratio(FindCounts::unevenness(in.finds, in.effort), in.all_finds);
}

OffsetMap map_of(const RecordGround& ground, const Candidate& candidate, const SearchImage& image,
                 const FindCounts& counts, const Claims* claims, const OwnClaims& own) {
  OffsetMap map;
  map.hypothesis = candidate.hypothesis;
  const geo::Xy middle = geo::centroid(candidate.geometry);
  map.moved = {ground.recorded.x - middle.x, ground.recorded.y - middle.y};
  const Template inner = template_of(image.grid(), outline_ground(candidate.geometry, 0));
  const Template outer = template_of(image.grid(), outline_ground(candidate.geometry, kRing_m));
  if (inner.cells == 0) {
    return map;
  }
  const Template inner_blocks = in_blocks(inner, kAlong);
  const Neighbourhood near(image, outer.column - kReachCells, outer.row - kReachCells, outer.columns + 2 * kReachCells,
                           outer.rows + 2 * kReachCells, claims, own);
  if (!near.searched()) {
    return map;
  }
  std::vector<float> log_ratio(OffsetLattice::kSize, 0.0F);
  float top = 0;
  bool any = false;
  for (int iy = 0; iy < OffsetLattice::kSide; ++iy) {
    for (int ix = 0; ix < OffsetLattice::kSide; ++ix) {
      // The true place is the candidate's less the offset; rows run south.
      const std::int32_t right = kReachCells - (ix - OffsetLattice::kReach) * kStepCells;
      const std::int32_t down = kReachCells + (iy - OffsetLattice::kReach) * kStepCells;
      const auto all = under(outer, near, down, right);
      if (!(all.effort > 0)) {
        continue;
      }
      const std::int32_t inner_down = down + inner.row - outer.row;
      const std::int32_t inner_right = right + inner.column - outer.column;
      const double value =
          all.finds > 0
              ? log_ratio_of(ground, counts, blocks_under(inner_blocks, near, inner_down, inner_right), all,
                             inner.cells)
              : log_ratio_of_nothing(ground, counts, under(inner, near, inner_down, inner_right).effort, inner.cells);
      log_ratio[static_cast<std::size_t>(iy * OffsetLattice::kSide + ix)] = static_cast<float>(value);
      top = std::max(top, static_cast<float>(value));
      any = true;
    }
  }
  if (!any) {
    return map;
  }
  map.log_scale = top;
  map.ratio.resize(OffsetLattice::kSize);
  for (std::size_t k = 0; k < log_ratio.size(); ++k) {
    map.ratio[k] = std::exp(log_ratio[k] - top);
  }
  return map;
}

}  // namespace

RecordMaps maps_of(const RecordGround& ground, const SearchImage& image, const FindCounts& counts, const Claims* claims,
                   const OwnClaims& own) {
  RecordMaps maps;
  maps.record = ground.record;
  maps.own_place = ground.own_place;
  for (const Candidate& candidate : ground.candidates) {
    maps.candidates.push_back(map_of(ground, candidate, image, counts, claims, own));
    maps.informative = maps.informative || maps.candidates.back().informative();
  }
  return maps;
}

}  // namespace firmground::evidence
