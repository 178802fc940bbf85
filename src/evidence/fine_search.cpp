#include "evidence/fine_search.h"

#include <algorithm>

namespace firmground::evidence {

namespace {

bool until(const std::optional<mineaction::Date>& date, const ObserveOptions& options) {
  return !options.until || (date && date->last_day() <= options.until->last_day());
}

bool from(const std::optional<mineaction::Date>& date, const ObserveOptions& options) {
  return !options.from || (date && date->first_day() >= options.from->first_day());
}

}  // namespace

geo::Box box_of(const geo::Grid& grid) {
  return {grid.west_m(), grid.north_m() - grid.rows * grid.cell_m, grid.west_m() + grid.columns * grid.cell_m,
          grid.north_m()};
}

FineSearch::FineSearch(const mineaction::Snapshot& snapshot, const ObserveOptions& options) {
  std::vector<geo::Box> boxes;
  for (const mineaction::LandRelease& release : snapshot.land_releases) {
    const bool searched = std::any_of(kOrdnanceClasses.begin(), kOrdnanceClasses.end(), [&](OrdnanceClass k) {
      return default_detection(release.method, release.outcome, k) > 0;
    });
    if (searched && !release.geometry.polygons.empty() && until(release.completed_on, options)) {
      releases_.push_back(&release);
      boxes.push_back(geo::bounds(release.geometry));
    }
  }
  release_index_.emplace_back(boxes);
  for (const mineaction::Find& find : snapshot.finds) {
    if (find.count > 0 && until(find.found_on, options) && from(find.found_on, options)) {
      finds_[static_cast<std::size_t>(class_of(find.device))].push_back(
          {find.position, static_cast<double>(find.count)});
    }
  }
  for (const std::vector<FineFind>& of_class : finds_) {
    boxes.clear();
    for (const FineFind& find : of_class) {
      boxes.push_back({find.position.x, find.position.y, find.position.x, find.position.y});
    }
    find_index_.emplace_back(boxes);
  }
}

std::vector<float> FineSearch::effort(const geo::Grid& grid, OrdnanceClass ordnance_class) const {
  std::vector<float> missed(grid.size(), 1);
  for (const std::uint32_t at : release_index_[0].query(box_of(grid))) {
    const mineaction::LandRelease& release = *releases_[at];
    const auto found = static_cast<float>(release.coverage.value_or(1.0) *
                                          default_detection(release.method, release.outcome, ordnance_class));
    if (found <= 0) {
      continue;
    }
    for (const geo::CellShare& touched : geo::cover(grid, release.geometry)) {
      missed[touched.cell] *= 1 - std::min(1.0F, touched.share) * found;
    }
  }
  for (float& value : missed) {
    value = std::min(1 - value, 0.995F);
  }
  return missed;
}

std::vector<FineFind> FineSearch::finds(const geo::Box& box, OrdnanceClass ordnance_class) const {
  const auto k = static_cast<std::size_t>(ordnance_class);
  std::vector<FineFind> result;
  for (const std::uint32_t at : find_index_[k].query(box)) {
    result.push_back(finds_[k][at]);
  }
  return result;
}

}  // namespace firmground::evidence
