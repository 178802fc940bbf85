#include "pipeline/asked_polygons.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/check.h"
#include "base/parallel.h"
#include "geo/area.h"

namespace firmground::pipeline {

namespace {

constexpr std::size_t kAtOnce = 64;

template <typename Record>
void add_kind(const std::string& kind, const std::vector<Record>& records, std::string Record::* id,
              DrawnPolygons& drawn) {
  const std::size_t first = drawn.all.size();
  for (const Record& record : records) {
    if (!record.geometry.polygons.empty()) {
      drawn.all.push_back({&(record.*id), &record.geometry});
    }
  }
  drawn.kinds.emplace_back(kind, drawn.all.size() - first);
}

estimate::PolygonCells laid_out(const DrawnPolygons::One& drawn, const geo::Crs& crs, const geo::Grid& grid) {
  return {.id = *drawn.id,
          .area_m2 = geo::ellipsoidal_area_m2(*drawn.geometry, crs),
          .cells = geo::cover(grid, *drawn.geometry)};
}

/// The same by the cells of a part of the country; how many cells lie beyond is counted where it reaches out.
estimate::PolygonCells laid_out(const DrawnPolygons::One& drawn, const geo::Crs& crs, const geo::Grid& part,
                                const geo::Grid& country) {
  estimate::PolygonCells polygon = laid_out(drawn, crs, part);
  const geo::Box box = geo::bounds(*drawn.geometry);
  const bool within = part.has(part.column_of(box.min_x), part.row_of(box.min_y)) &&
                      part.has(part.column_of(box.max_x), part.row_of(box.max_y));
  if (!within && !(part == country)) {
    polygon.beyond = geo::cover(country, *drawn.geometry).size() - polygon.cells.size();
  }
  return polygon;
}

/// Which squares of cells hold flagged ones.
class FlaggedSquares {
 public:
  FlaggedSquares(const geo::Grid& grid, const std::vector<std::uint8_t>& flags)
      : grid_(grid), columns_(static_cast<std::size_t>(grid.columns / kSide) + 1) {
    squares_.assign(columns_ * (static_cast<std::size_t>(grid.rows / kSide) + 1), 0);
    for (std::int32_t row = 0; row < grid.rows; ++row) {
      const std::uint8_t* of_row = flags.data() + grid.index(0, row);
      for (std::int32_t column = 0; column < grid.columns; ++column) {
        squares_[at(column, row)] |= of_row[column];
      }
    }
  }
  bool any_in(const geo::Box& box) const {
    if (box.empty()) {
      return false;
    }
    const std::int32_t first = std::max(0, grid_.column_of(box.min_x));
    const std::int32_t last = std::min(grid_.columns - 1, grid_.column_of(box.max_x));
    const std::int32_t south = std::min(grid_.rows - 1, grid_.row_of(box.min_y));
    for (std::int32_t row = std::max(0, grid_.row_of(box.max_y)) / kSide; first <= last && row <= south / kSide;
         ++row) {
      const auto begin = squares_.begin() + static_cast<std::ptrdiff_t>(at(first, row * kSide));
      if (std::find(begin, begin + last / kSide - first / kSide + 1, 1) != begin + last / kSide - first / kSide + 1) {
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr std::int32_t kSide = 16;
  std::size_t at(std::int32_t column, std::int32_t row) const {
    return static_cast<std::size_t>(row / kSide) * columns_ + static_cast<std::size_t>(column / kSide);
  }
  const geo::Grid& grid_;
  std::size_t columns_;
  std::vector<std::uint8_t> squares_;
};

}  // namespace

estimate::PolygonRange AskedPolygons::of(const std::string& kind) const {
  std::size_t first = 0;
  for (const auto& [name, count] : kinds) {
    if (name == kind) {
      return {first, count};
    }
    first += count;
  }
  return {};
}

DrawnPolygons drawn_polygons(const mineaction::Snapshot& snapshot) {
  DrawnPolygons drawn;
  add_kind("hazards", snapshot.hazards, &mineaction::HazardousArea::hazard_id, drawn);
  add_kind("minefield-records", snapshot.minefield_records, &mineaction::MinefieldRecord::record_id, drawn);
  add_kind("land-release", snapshot.land_releases, &mineaction::LandRelease::release_id, drawn);
  add_kind("districts", snapshot.districts, &mineaction::District::district_id, drawn);
  add_kind("projects", snapshot.projects, &mineaction::Project::project_id, drawn);
  add_kind("tasks", snapshot.tasks, &mineaction::Task::task_id, drawn);
  return drawn;
}

AskedPolygons polygons_of(const mineaction::Snapshot& snapshot, const geo::Grid& grid) {
  FG_CHECK(snapshot.crs.has_value());
  DrawnPolygons drawn = drawn_polygons(snapshot);
  AskedPolygons asked{.polygons = std::vector<estimate::PolygonCells>(drawn.all.size()),
                      .kinds = std::move(drawn.kinds)};
  base::parallel_for(drawn.all.size(), kAtOnce, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      asked.polygons[i] = laid_out(drawn.all[i], *snapshot.crs, grid);
    }
  });
  return asked;
}

estimate::PolygonsTouching polygons_touching(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                             const geo::Grid& country) {
  FG_CHECK(snapshot.crs.has_value());
  return [&](const std::vector<std::uint8_t>& flags) {
    const DrawnPolygons drawn = drawn_polygons(snapshot);
    const FlaggedSquares squares(grid, flags);
    std::vector<std::pair<std::size_t, estimate::PolygonCells>> near;
    for (std::size_t i = 0; i < drawn.all.size(); ++i) {
      if (squares.any_in(geo::bounds(*drawn.all[i].geometry))) {
        near.emplace_back(i, estimate::PolygonCells{});
      }
    }
    base::parallel_for(near.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        near[i].second = laid_out(drawn.all[near[i].first], *snapshot.crs, grid, country);
      }
    });
    return near;
  };
}

}  // namespace firmground::pipeline
