#include "evidence/searched_ground.h"

#include <algorithm>
#include <cmath>

#include "evidence/observations.h"

namespace firmground::evidence {

double SearchedGround::effective_m2() const {
  double cells = 0;
  for (const float e : effort) {
    cells += static_cast<double>(e);
  }
  return cells * grid.cell_m * grid.cell_m;
}

void SearchedGround::show_finds(const std::vector<geo::Xy>& finds) {
  constexpr float kSearchedWhereFound = 0.5F;
  constexpr double kReach_m = 2;
  const auto reach = static_cast<std::int32_t>(std::ceil(kReach_m / grid.cell_m));
  for (const geo::Xy p : finds) {
    const std::int32_t column = grid.column_of(p.x);
    const std::int32_t row = grid.row_of(p.y);
    for (std::int32_t r = row - reach; r <= row + reach; ++r) {
      for (std::int32_t c = column - reach; c <= column + reach; ++c) {
        const geo::Xy centre = grid.centre(c, r);
        const bool near = std::hypot(centre.x - p.x, centre.y - p.y) <= kReach_m || (r == row && c == column);
        if (grid.has(c, r) && near) {
          float& cell = effort[grid.index(c, r)];
          cell = std::max(cell, kSearchedWhereFound);
        }
      }
    }
  }
}

SearchedGround searched_ground(const mineaction::Snapshot& snapshot, const geo::Box& box, double cell_m) {
  SearchedGround ground{geo::Grid::covering(box, cell_m), {}};
  ground.effort.assign(ground.grid.size(), 0);
  for (const mineaction::LandRelease& release : snapshot.land_releases) {
    const auto detection = static_cast<float>(default_detection(release.method, release.outcome, OrdnanceClass::mines));
    if (detection <= 0 || !geo::bounds(release.geometry).intersects(box)) {
      continue;
    }
    const auto coverage = static_cast<float>(release.coverage.value_or(1.0));
    for (const geo::CellShare& touched : geo::cover(ground.grid, release.geometry)) {
      float& effort = ground.effort[touched.cell];
      effort = 1 - (1 - effort) * (1 - touched.share * coverage * detection);
    }
  }
  return ground;
}

}  // namespace firmground::evidence
