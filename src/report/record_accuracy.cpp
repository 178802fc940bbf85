#include "report/record_accuracy.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/parallel.h"
#include "geo/arrangement.h"
#include "geo/overlay.h"
#include "report/interval.h"
#include "report/wording.h"

namespace firmground::report {

namespace {

using geo::Box;
using geo::PlanarGeometry;
using geo::Xy;

double planar_area_m2(const PlanarGeometry& geometry) {
  double area = 0;
  for (const geo::PlanarPolygon& polygon : geometry.polygons) {
    area += std::abs(geo::planar_ring_area(polygon.outer));
    for (const auto& hole : polygon.holes) {
      area -= std::abs(geo::planar_ring_area(hole));
    }
  }
  return area;
}

/// Released ground and found mines, findable by place.
struct Searched {
  std::vector<const PlanarGeometry*> released;
  std::vector<Xy> mines;
  geo::BoxIndex released_index;
  geo::BoxIndex mine_index;
};

Searched searched_ground(const mineaction::Snapshot& snapshot, const std::vector<mineaction::LandPiece>& pieces,
                         const Window& window) {
  std::vector<const PlanarGeometry*> released;
  std::vector<Box> released_boxes;
  for (const mineaction::LandPiece& piece : pieces) {
    if (piece.release >= 0) {
      released.push_back(&piece.geometry);
      released_boxes.push_back(geo::bounds(piece.geometry));
    }
  }
  std::vector<Xy> mines;
  std::vector<Box> mine_boxes;
  for (const mineaction::Find& find : snapshot.finds) {
    if (mineaction::is_mine(find.device) && (!find.found_on || window.until_now(*find.found_on))) {
      mines.push_back(find.position);
      mine_boxes.push_back({find.position.x, find.position.y, find.position.x, find.position.y});
    }
  }
  return {std::move(released), std::move(mines), geo::BoxIndex(released_boxes), geo::BoxIndex(mine_boxes)};
}

/// A released piece and the most that it can cover of an outline: its own area, or what their boxes share.
struct Candidate {
  const PlanarGeometry* piece;
  double most_m2;
};

std::vector<Candidate> candidates_for(const Box& box, const Searched& ground) {
  std::vector<Candidate> candidates;
  for (const std::uint32_t i : ground.released_index.query(box)) {
    const Box other = geo::bounds(*ground.released[i]);
    const double wide_m = std::min(box.max_x, other.max_x) - std::max(box.min_x, other.min_x);
    const double high_m = std::min(box.max_y, other.max_y) - std::max(box.min_y, other.min_y);
    candidates.push_back({ground.released[i], std::min(wide_m * high_m, planar_area_m2(*ground.released[i]))});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.most_m2 > b.most_m2; });
  return candidates;
}

double most_covered_m2(const std::vector<Candidate>& candidates) {
  double most = 0;
  for (const Candidate& candidate : candidates) {
    most += candidate.most_m2;
  }
  return most;
}

/// At least kSearchedShare of the outline grown by kConfirmedWithin_m is released. Pieces do not overlap, so their
/// shares add up; the largest come first, and what can no longer change the answer is not overlaid.
base::Result<bool> is_searched(const PlanarGeometry& outline, const Searched& ground) {
  const std::vector<Candidate> candidates = candidates_for(geo::bounds(outline).grown(kConfirmedWithin_m), ground);
  double open_m2 = most_covered_m2(candidates);
  if (open_m2 < kSearchedShare * planar_area_m2(outline)) {
    return false;  // most records lie where nobody has worked yet: spare them the growing
  }
  FG_TRY(const auto grown, geo::buffer(outline, kConfirmedWithin_m));
  // The overlay snaps to 0.1 mm: a millionth of the ground needed is far above what that can move.
  const double needed_m2 = kSearchedShare * planar_area_m2(grown) * (1 - 1e-6);
  double covered_m2 = 0;
  for (const Candidate& candidate : candidates) {
    if (covered_m2 + open_m2 < needed_m2) {
      return false;
    }
    FG_TRY(const double shared_m2, geo::shared_area_m2(grown, *candidate.piece));
    covered_m2 += shared_m2;
    open_m2 -= candidate.most_m2;
    if (covered_m2 >= needed_m2) {
      return true;
    }
  }
  return false;
}

/// Outlines walked or drawn by hand may cross themselves; then everything that their lines enclose is meant.
base::Result<PlanarGeometry> ground_of(const PlanarGeometry& outline) {
  if (geo::validity_problem(outline).empty()) {
    return outline;
  }
  const PlanarGeometry* const one[] = {&outline};
  FG_TRY(const auto faces, geo::faces_of(one));
  std::vector<PlanarGeometry> parts;
  std::vector<const PlanarGeometry*> pointers;
  pointers.reserve(faces.size());
  for (const geo::PlanarPolygon& face : faces) {
    parts.push_back({{}, {}, {face}});
  }
  for (const PlanarGeometry& part : parts) {
    pointers.push_back(&part);
  }
  FG_TRY(PlanarGeometry united, geo::union_all(pointers));
  united.points = outline.points;
  united.lines = outline.lines;
  return united;
}

bool is_confirmed(const PlanarGeometry& outline, const Searched& ground) {
  for (const std::uint32_t mine : ground.mine_index.query(geo::bounds(outline).grown(kConfirmedWithin_m))) {
    if (geo::distance(outline, ground.mines[mine]) <= kConfirmedWithin_m) {
      return true;
    }
  }
  return false;
}

enum class Verdict : std::uint8_t { without_place, not_searched, empty, confirmed };

base::Result<Verdict> judge(const mineaction::MinefieldRecord& record, const Searched& ground) {
  if (record.geometry.empty()) {
    return Verdict::without_place;
  }
  FG_TRY(const auto outline, ground_of(record.geometry));
  FG_TRY(const bool searched, is_searched(outline, ground));
  if (!searched) {
    return Verdict::not_searched;
  }
  return is_confirmed(outline, ground) ? Verdict::confirmed : Verdict::empty;
}

void tally(Verdict verdict, RecordAccuracy& sum) {
  ++sum.records;
  sum.searched += verdict == Verdict::empty || verdict == Verdict::confirmed;
  sum.confirmed += verdict == Verdict::confirmed;
}

}  // namespace

void set_interval(RecordAccuracy& accuracy) {
  if (accuracy.searched == 0) {
    return;
  }
  const Interval interval = jeffreys_interval(accuracy.confirmed, accuracy.searched);
  accuracy.accuracy = static_cast<double>(accuracy.confirmed) / static_cast<double>(accuracy.searched);
  accuracy.p05 = interval.p05;
  accuracy.p95 = interval.p95;
}

base::Result<AccuracyFigures> record_accuracy(const mineaction::Snapshot& snapshot,
                                              const std::vector<mineaction::LandPiece>& pieces, const Window& window) {
  const Searched ground = searched_ground(snapshot, pieces, window);
  const auto& records = snapshot.minefield_records;
  std::vector<std::optional<base::Result<Verdict>>> verdicts(records.size());
  base::parallel_for(records.size(), 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      if (!records[i].recorded_on || window.until_now(*records[i].recorded_on)) {
        verdicts[i] = judge(records[i], ground);
      }
    }
  });

  AccuracyFigures figures;
  std::map<std::string, RecordAccuracy> sources;
  std::int64_t without_place = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!verdicts[i]) {
      continue;
    }
    FG_TRY(const Verdict verdict, *verdicts[i]);
    tally(verdict, figures.all);
    tally(verdict, sources[records[i].source]);
    without_place += verdict == Verdict::without_place;
  }
  set_interval(figures.all);
  for (auto& [source, accuracy] : sources) {
    accuracy.source = source.empty() ? "source not recorded" : source;
    set_interval(accuracy);
    figures.by_source.push_back(accuracy);
  }
  if (without_place > 0) {
    figures.notes.push_back(
        fmt::format("Minefield records without a position: {}. They cannot be compared with searched ground.",
                    grouped(without_place)));
  }
  return figures;
}

}  // namespace firmground::report
