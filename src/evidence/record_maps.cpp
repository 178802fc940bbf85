#include "evidence/record_maps.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/parallel.h"
#include "base/random.h"
#include "geo/overlay.h"

namespace firmground::evidence {

namespace {

constexpr double kRowReach_m = 30;    ///< of a field round a row
constexpr double kPointReach_m = 60;  ///< of a field round a point
constexpr double kRing_m = 40;
constexpr std::int32_t kStepCells = static_cast<std::int32_t>(PlaceMap::kStep_m / SearchImage::kCell_m);
static_assert(kStepCells == 2);  // Neighbourhood's lanes lie two cells apart
constexpr int kReach = 25;       ///< of a map: 500 m each way
constexpr int kFarthest = (static_cast<int>(Neighbourhood::kLanes) - 1) / 2;
constexpr int kTurnedReach = 18;
constexpr int kDecoyReach = 6;
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

GroundContexts quartiles(std::vector<double> distances) {
  std::sort(distances.begin(), distances.end());
  GroundContexts result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = distances.empty() ? 0 : distances[(i + 1) * distances.size() / FindCounts::kContexts];
  }
  return result;
}

std::uint8_t context_of(const GroundContexts& thresholds, double distance_m) {
  std::uint8_t context = 0;
  for (const double threshold : thresholds) {
    context = static_cast<std::uint8_t>(context + (distance_m > threshold ? 1 : 0));
  }
  return context;
}

Laid laid_of(mineaction::Device device) {
  return device == mineaction::Device::av_mine   ? Laid::av
         : device == mineaction::Device::ap_mine ? Laid::ap
                                                 : Laid::any;
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
  const double reach_m = !geometry.polygons.empty() ? 0.0 : !geometry.lines.empty() ? kRowReach_m : kPointReach_m;
  if (reach_m + grown_m == 0 && geometry.lines.empty() && geometry.points.empty()) {
    return geometry;
  }
  auto grown = geo::buffer(geometry, reach_m + grown_m);
  return grown ? *grown : geometry;
}

geo::PlanarGeometry moved(geo::PlanarGeometry geometry, geo::Xy by) {
  return with_vertices(std::move(geometry), [&](geo::Xy p) { return geo::Xy{p.x + by.x, p.y + by.y}; });
}

GroundContexts contexts_of(const std::vector<RecordGround>& grounds) {
  std::vector<double> distances;
  distances.reserve(grounds.size());
  for (const RecordGround& ground : grounds) {
    if (std::isfinite(ground.to_contact_m)) {
      distances.push_back(ground.to_contact_m);
    }
  }
  return quartiles(std::move(distances));
}

std::vector<geo::Box> windows_of(const RecordGround& ground) {
  std::vector<geo::Box> windows;
  for (const Candidate& candidate : ground.candidates) {
    const int reach = candidate.place == Candidate::Place::turned ? kTurnedReach : kReach;
    windows.push_back(geo::bounds(candidate.geometry)
                          .grown(reach * PlaceMap::kStep_m + kRing_m + kPointReach_m + SearchImage::kCell_m));
  }
  return windows;
}

std::vector<RecordGround> grounds_of(const mineaction::Snapshot& snapshot, const SearchImage& image,
                                     std::span<const Hypothesis> hypotheses, const WrittenPositions& written,
                                     std::span<const std::size_t> only, const GroundContexts* contexts) {
  const geo::Box reach = reach_of(snapshot, image);
  const double usual = usual_mines(snapshot);
  const mineaction::LegsByRecord legs = mineaction::legs_by_record(snapshot.minefield_record_legs);
  std::vector<RecordGround> grounds(snapshot.minefield_records.size());
  constexpr std::size_t kGrain = 32;
  base::parallel_for(grounds.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (!only.empty() && !std::binary_search(only.begin(), only.end(), i)) {
        continue;
      }
      const mineaction::MinefieldRecord& record = snapshot.minefield_records[i];
      const auto its_legs = legs.find(record.record_id);
      const std::span<const mineaction::MinefieldRecordLeg> span =
          its_legs != legs.end() ? std::span<const mineaction::MinefieldRecordLeg>(its_legs->second)
                                 : std::span<const mineaction::MinefieldRecordLeg>();
      RecordGround& ground = grounds[i];
      ground.record = i;
      ground.drawn = !record.geometry.empty();
      ground.laid = laid_of(record.device);
      ground.mines =
          record.mines_recorded && *record.mines_recorded > 0 ? static_cast<double>(*record.mines_recorded) : usual;
      ground.candidates = candidates_of(record, span, *snapshot.crs, reach, hypotheses, written);
      if (!ground.candidates.empty()) {
        ground.recorded = geo::centroid(ground.drawn ? record.geometry : ground.candidates.front().geometry);
      }
    }
  });
  base::parallel_for(grounds.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      grounds[i].to_contact_m = to_contact_m(snapshot, grounds[i].recorded);
    }
  });
  const GroundContexts thresholds = contexts != nullptr ? *contexts : contexts_of(grounds);
  for (RecordGround& ground : grounds) {
    ground.context = ground.candidates.empty() ? std::uint8_t{0} : context_of(thresholds, ground.to_contact_m);
  }
  return grounds;
}

namespace {

using Lanes = Neighbourhood::Lanes;

Outline outline_of(const geo::PlanarGeometry& geometry, const SearchImage& image) {
  Outline outline{template_of(image.grid(), outline_ground(geometry, 0)), {}};
  if (outline.inner.cells > 0) {
    outline.parts = in_parts(outline.inner, kRing_m);
  }
  return outline;
}

/// An outline with everything round it that displacements may bring under it.
struct Surroundings {
  Surroundings(const Outline& of, const SearchImage& image, int reach, std::int32_t right, std::int32_t down,
               const Claims* claims, const OwnClaims& own)
      : outline(of),
        near(image, of.parts.column + right - reach * kStepCells, of.parts.row + down - reach * kStepCells,
             of.parts.columns + 2 * reach * kStepCells, of.parts.rows + 2 * reach * kStepCells, claims, own) {}

  /// What lies inside the outline moved by `down` cells and, lane by lane, two cells east; whether any was searched.
  bool add_inside(std::int32_t down, std::size_t lanes, Lanes& finds, Lanes& effort) const {
    const std::int32_t row = outline.inner.row - outline.parts.row + down;
    const std::int32_t column = outline.inner.column - outline.parts.column;
    bool searched = false;
    for (const Template::Run& run : outline.inner.runs) {
      if (near.searched(run.row + row)) {
        searched = true;
        near.add_run(Neighbourhood::kEffort, run.row + row, run.from + column, run.to + column, lanes, effort);
        if (near.found(run.row + row)) {
          near.add_run(Neighbourhood::kFinds, run.row + row, run.from + column, run.to + column, lanes, finds);
        }
      }
    }
    return searched;
  }

  /// What lies in each part of it, for lanes from `first` on.
  struct Parts {
    std::array<Lanes, kParts> finds{};
    std::array<Lanes, kParts> effort{};
    Lanes av_finds{};
    FoundUnder at(std::size_t lane) const {
      FoundUnder found;
      for (std::size_t p = 0; p < kParts; ++p) {
        found.finds[p] = finds[p][lane];
        found.effort[p] = effort[p][lane];
      }
      found.av_finds = av_finds[lane];
      return found;
    }
  };
  void add_parts(std::int32_t down, std::size_t first, std::size_t lanes, Parts& parts) const {
    const auto right = static_cast<std::int32_t>(first) * kStepCells;
    for (const Template::Run& run : outline.parts.runs) {
      const std::int32_t row = run.row + down;
      if (near.searched(row)) {
        const std::int32_t from = run.from + right;
        const std::int32_t to = run.to + right;
        near.add_run(Neighbourhood::kEffort, row, from, to, lanes, parts.effort[run.part]);
        if (!near.found(row)) {
          continue;
        }
        near.add_run(Neighbourhood::kFinds, row, from, to, lanes, parts.finds[run.part]);
        if (run.part < kInnerParts) {
          near.add_run(Neighbourhood::kAvFinds, row, from, to, lanes, parts.av_finds);
        }
      }
    }
  }

  const Outline& outline;
  Neighbourhood near;
};

PlaceMap map_of(const RecordGround& ground, std::uint8_t context, const Surroundings& around, int reach,
                const FindCounts& counts) {
  PlaceMap map;
  map.reach = reach;
  if (around.outline.inner.cells == 0 || !around.near.searched()) {
    return map;
  }
  const auto side = static_cast<std::size_t>(map.side());
  const auto cells = static_cast<double>(around.outline.inner.cells);
  std::vector<float> log_ratio(side * side, 0.0F);
  float top = 0;
  bool any = false;
  for (std::size_t iy = 0; iy < side; ++iy) {
    // The true place is the candidate's less the displacement; rows run south.
    const auto down = static_cast<std::int32_t>(iy) * kStepCells;
    float* line = &log_ratio[iy * side];
    Lanes finds{};
    Lanes effort{};
    if (!around.add_inside(down, side, finds, effort)) {
      continue;
    }
    std::size_t first = side;
    std::size_t last = 0;
    for (std::size_t lane = 0; lane < side; ++lane) {
      if (effort[lane] > 0) {
        any = true;
        if (FindCounts::counts_as_found(finds[lane])) {
          first = std::min(first, lane);
          last = lane;
        } else {
          line[side - 1 - lane] =
              static_cast<float>(counts.log_ratio_of_nothing(effort[lane], ground.mines / cells, context));
        }
      }
    }
    if (first < side) {
      Surroundings::Parts parts;
      around.add_parts(down, first, last - first + 1, parts);
      for (std::size_t lane = first; lane <= last; ++lane) {
        if (effort[lane] > 0 && FindCounts::counts_as_found(finds[lane])) {
          line[side - 1 - lane] =
              static_cast<float>(counts.log_ratio(parts.at(lane - first), ground.mines, cells, context, ground.laid));
        }
      }
    }
    top = std::max(top, *std::max_element(line, line + side));
  }
  if (any) {
    map.log_scale = static_cast<double>(top);
    map.ratio.resize(log_ratio.size());
    for (std::size_t k = 0; k < log_ratio.size(); ++k) {
      map.ratio[k] = std::exp(log_ratio[k] - top);
    }
  }
  return map;
}

/// Whether two grounds differ by a shift alone, so that a map of one holds the other.
bool is_shifted(const geo::PlanarGeometry& a, const geo::PlanarGeometry& b) {
  constexpr double kSame_m = 2;
  const geo::Box p = geo::bounds(a);
  const geo::Box q = geo::bounds(b);
  return std::abs((p.max_x - p.min_x) - (q.max_x - q.min_x)) < kSame_m &&
         std::abs((p.max_y - p.min_y) - (q.max_y - q.min_y)) < kSame_m;
}

/// Share of an outline moved by whole cells that was effectively searched.
double effort_share(const Outline& outline, const SearchImage& image, std::int32_t right, std::int32_t down) {
  double effort = 0;
  for (const Template::Run& run : outline.inner.runs) {
    for (std::int32_t c = run.from; c < run.to; ++c) {
      effort +=
          static_cast<double>(image.at(outline.inner.column + c + right, outline.inner.row + run.row + down).effort);
    }
  }
  return effort / std::max<double>(1, static_cast<double>(outline.inner.cells));
}

/// Steps that the map of ground by legs reaches: as far as its law.
int leg_reach(const Candidate& candidate) {
  constexpr double kDeviations = 3.5;
  const double far_m = kDeviations * std::hypot(Candidate::kLegSpread_m, candidate.turned_m);
  return std::min(kReach, 1 + static_cast<int>(std::ceil(far_m / PlaceMap::kStep_m)));
}

}  // namespace

void draw_first(std::vector<RecordGround>& grounds, const SearchImage& image) {
  constexpr std::size_t kGrain = 32;
  base::parallel_for(grounds.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (!grounds[i].candidates.empty()) {
        grounds[i].first = outline_of(grounds[i].candidates.front().geometry, image);
      }
    }
  });
}

RecordMaps maps_of(const RecordGround& ground, const SearchImage& image, const FindCounts& counts, bool with_turned,
                   const Claims* claims, const OwnClaims& own) {
  RecordMaps maps;
  maps.record = ground.record;
  const auto is_turned_one = [](const Candidate& c) { return c.place == Candidate::Place::turned; };
  // A person may have settled that it was turned.
  const bool only_turned = std::all_of(ground.candidates.begin(), ground.candidates.end(), is_turned_one);
  std::vector<std::size_t> first_on_map;  ///< candidate that each map was drawn for
  std::vector<double> farthest_m;
  for (std::size_t c = 0; c < ground.candidates.size(); ++c) {
    const Candidate& candidate = ground.candidates[c];
    if (is_turned_one(candidate) && !with_turned && !only_turned) {
      continue;
    }
    const geo::Xy middle = geo::centroid(candidate.geometry);
    Reading reading{c, first_on_map.size(), {ground.recorded.x - middle.x, ground.recorded.y - middle.y}, {}};
    for (std::size_t m = 0; m < first_on_map.size() && candidate.place == Candidate::Place::drawn; ++m) {
      const Candidate& other = ground.candidates[first_on_map[m]];
      const geo::Xy its = geo::centroid(other.geometry);
      const geo::Xy apart{its.x - middle.x, its.y - middle.y};
      const double far_m = std::max(std::abs(apart.x), std::abs(apart.y));
      if (other.place == Candidate::Place::drawn && far_m <= (kFarthest - kReach) * PlaceMap::kStep_m &&
          is_shifted(candidate.geometry, other.geometry)) {
        reading.map = m;
        reading.on_map = apart;
        farthest_m[m] = std::max(farthest_m[m], far_m);
        break;
      }
    }
    if (reading.map == first_on_map.size()) {
      first_on_map.push_back(c);
      farthest_m.push_back(0);
    }
    maps.readings.push_back(reading);
  }
  bool found_anything = false;
  for (std::size_t m = 0; m < first_on_map.size(); ++m) {
    const Candidate& candidate = ground.candidates[first_on_map[m]];
    const bool is_turned = is_turned_one(candidate);
    const int reach = is_turned ? kTurnedReach
                      : candidate.place == Candidate::Place::legs
                          ? leg_reach(candidate)
                          : kReach + static_cast<int>(std::ceil(farthest_m[m] / PlaceMap::kStep_m));
    if (is_turned && !found_anything && !only_turned) {
      maps.maps.push_back({reach, 0, {}});
      continue;
    }
    const Outline its_own = first_on_map[m] == 0 ? Outline{} : outline_of(candidate.geometry, image);
    const Surroundings around(first_on_map[m] == 0 ? ground.first : its_own, image, reach, 0, 0, claims, own);
    found_anything = found_anything || around.near.found();
    maps.maps.push_back(map_of(ground, ground.context, around, reach, counts));
    maps.informative = maps.informative || maps.maps.back().informative();
    if (m == 0 && maps.informative) {
      maps.effort = effort_share(around.outline, image, 0, 0);
    }
  }
  if (!found_anything && maps.informative && !only_turned) {
    // Where nothing was found no turn says more than none, and what was searched in vain speaks against all alike.
    std::erase_if(maps.readings,
                  [&](const Reading& reading) { return is_turned_one(ground.candidates[reading.candidate]); });
  }
  return maps;
}

namespace {

/// Searched ground in the country round a record but beyond its own surroundings; anywhere when there is none.
geo::Xy elsewhere(geo::Xy from, const SearchImage& image, base::Random& random) {
  constexpr double kNear_m = 600;
  constexpr double kFar_m = 2500;
  constexpr int kTries = 30;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    const double away_m = random.uniform(kNear_m, kFar_m);
    const geo::Xy to{from.x + away_m * std::cos(angle), from.y + away_m * std::sin(angle)};
    if (image.at(image.grid().column_of(to.x), image.grid().row_of(to.y)).effort > 0) {
      return to;
    }
  }
  return image.centre(image.searched_cell(random.index(image.searched_cells())));
}

}  // namespace

std::vector<Decoy> decoys_of(const mineaction::Snapshot& snapshot, const std::vector<RecordGround>& grounds,
                             const SearchImage& image, std::uint64_t seed) {
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < grounds.size(); ++i) {
    if (!grounds[i].candidates.empty()) {
      usable.push_back(i);
    }
  }
  const std::size_t count =
      usable.empty() || image.searched_cells() == 0 ? 0 : std::clamp<std::size_t>(4 * usable.size(), 2000, 6000);
  const GroundContexts thresholds = contexts_of(grounds);
  std::vector<Decoy> decoys(count);
  constexpr std::size_t kGrain = 64;
  base::parallel_for(count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      base::Random random(seed, i);
      Decoy& decoy = decoys[i];
      decoy.ground = usable[random.index(usable.size())];
      const RecordGround& ground = grounds[decoy.ground];
      const geo::Xy middle = geo::centroid(ground.candidates.front().geometry);
      const geo::Xy target = elsewhere(middle, image, random);
      decoy.right = static_cast<std::int32_t>(std::lround((target.x - middle.x) / SearchImage::kCell_m));
      decoy.down = static_cast<std::int32_t>(std::lround((middle.y - target.y) / SearchImage::kCell_m));
      decoy.context = context_of(thresholds, to_contact_m(snapshot, target));
      decoy.effort = effort_share(ground.first, image, decoy.right, decoy.down);
    }
  });
  return decoys;
}

std::vector<Drop> drops_of(const std::vector<Decoy>& decoys, const std::vector<RecordGround>& grounds,
                           const SearchImage& image, const std::function<const Claims*(std::size_t)>& claims) {
  std::vector<Drop> drops(decoys.size());
  constexpr std::size_t kGrain = 64;
  base::parallel_for(decoys.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Decoy& decoy = decoys[i];
      const Surroundings around(grounds[decoy.ground].first, image, 0, decoy.right, decoy.down, claims(decoy.ground),
                                {});
      Surroundings::Parts parts;
      around.add_parts(0, 0, 1, parts);
      drops[i] = {parts.at(0), decoy.context};
    }
  });
  return drops;
}

PlaceMap map_of(const Decoy& decoy, const std::vector<RecordGround>& grounds, const SearchImage& image,
                const FindCounts& counts, const Claims* claims) {
  const RecordGround& ground = grounds[decoy.ground];
  const Surroundings around(ground.first, image, kDecoyReach, decoy.right, decoy.down, claims, {});
  return map_of(ground, decoy.context, around, kDecoyReach, counts);
}

}  // namespace firmground::evidence
