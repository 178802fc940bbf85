#include "evidence/observe_since.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "evidence/confirmed_areas.h"
#include "evidence/covariates.h"
#include "evidence/effort.h"
#include "evidence/regions.h"
#include "evidence/statements.h"
#include "mineaction/record_conversion.h"

namespace firmground::evidence {

namespace {

using mineaction::Snapshot;

/// A find may count to a searched cell beside it, and is read together with what was searched there.
constexpr std::int32_t kMargin = 4;
constexpr std::size_t kMostRegions = 64;

auto said_of(const mineaction::LandRelease& r) {
  return std::tie(r.release_id, r.outcome, r.method, r.completed_on, r.coverage, r.geometry);
}
auto said_of(const mineaction::Find& f) {
  return std::tie(f.find_id, f.found_on, f.device, f.count, f.position);
}
auto said_of(const mineaction::Accident& a) {
  return std::tie(a.accident_id, a.occurred_on, a.precision_m, a.device, a.position);
}

geo::Box box_of(const mineaction::LandRelease& release) {
  return geo::bounds(release.geometry);
}
geo::Box box_of(const mineaction::HazardousArea& hazard) {
  return geo::bounds(hazard.geometry);
}
geo::Box box_of(const mineaction::Find& find) {
  geo::Box box;
  box.include(find.position);
  return box;
}
geo::Box box_of(const mineaction::Accident& accident) {
  geo::Box box;
  if (accident.position) {
    box.include(*accident.position);
  }
  return box;
}

/// Boxes of the records of one kind that are not the same in both, as they were and as they are.
/// REQUIRES: ascending ids.
template <typename Record>
void add_changed(const std::vector<Record>& before, const std::vector<Record>& now, std::vector<geo::Box>& boxes) {
  const auto id = [](const Record& record) -> const std::string& { return std::get<0>(said_of(record)); };
  auto a = before.begin();
  auto b = now.begin();
  while (a != before.end() || b != now.end()) {
    const bool went = b == now.end() || (a != before.end() && id(*a) < id(*b));
    const bool came = !went && (a == before.end() || id(*b) < id(*a));
    if (went || came || said_of(*a) != said_of(*b)) {
      if (!came) {
        boxes.push_back(box_of(*a));
      }
      if (!went) {
        boxes.push_back(box_of(*b));
      }
    }
    a += came ? 0 : 1;
    b += went ? 0 : 1;
  }
}

/// Cells of the country in and round a box; none where it lies outside.
std::optional<Region> region_round(const geo::Box& box, const geo::Grid& country) {
  if (box.empty()) {
    return std::nullopt;
  }
  const auto first_column = std::max(0, country.column_of(box.min_x) - kMargin);
  const auto last_column = std::min(country.columns - 1, country.column_of(box.max_x) + kMargin);
  const auto first_row = std::max(0, country.row_of(box.max_y) - kMargin);
  const auto last_row = std::min(country.rows - 1, country.row_of(box.min_y) + kMargin);
  if (first_column > last_column || first_row > last_row) {
    return std::nullopt;
  }
  return Region{first_column, first_row, last_column - first_column + 1, last_row - first_row + 1};
}

bool overlap(const Region& a, const Region& b) {
  return a.first_column < b.first_column + b.columns && b.first_column < a.first_column + a.columns &&
         a.first_row < b.first_row + b.rows && b.first_row < a.first_row + a.rows;
}

Region both(const Region& a, const Region& b) {
  const auto first_column = std::min(a.first_column, b.first_column);
  const auto first_row = std::min(a.first_row, b.first_row);
  return {first_column, first_row, std::max(a.first_column + a.columns, b.first_column + b.columns) - first_column,
          std::max(a.first_row + a.rows, b.first_row + b.rows) - first_row};
}

/// Regions apart from each other that hold all these; empty: they are too many, or most of the country.
std::optional<std::vector<Region>> regions_apart(const std::vector<geo::Box>& boxes, const Observations& ground) {
  std::vector<Region> apart;
  for (const geo::Box& box : boxes) {
    std::optional<Region> region = region_round(box, ground.grid);
    while (region) {
      const auto other =
          std::find_if(apart.begin(), apart.end(), [&](const Region& one) { return overlap(one, *region); });
      if (other == apart.end()) {
        apart.push_back(*region);
        break;
      }
      region = both(*region, *other);
      apart.erase(other);
    }
    if (apart.size() > kMostRegions) {
      return std::nullopt;
    }
  }
  std::size_t cells = 0;
  for (const Region& region : apart) {
    cells += region.size();
  }
  if (cells > ground.whole().size() / 8) {
    return std::nullopt;
  }
  return apart;
}

/// A region's ground and just round it: finds some metres off the ground count to it.
geo::Box box_round(const geo::Grid& region) {
  const geo::Xy north_west{region.west_m(), region.north_m()};
  geo::Box box;
  box.include(north_west);
  box.include(geo::Xy{north_west.x + region.columns * region.cell_m, north_west.y - region.rows * region.cell_m});
  return box.grown(region.cell_m);
}

/// The records of a snapshot that regions are seen by, in and just round these.
class RecordsNear {
 public:
  RecordsNear(const Snapshot& all, const geo::Box& round_all) : crs_(all.crs) {
    take(all.hazards, round_all, hazards_);
    take(all.land_releases, round_all, releases_);
    take(all.finds, round_all, finds_);
    take(all.accidents, round_all, accidents_);
  }
  Snapshot in(const geo::Box& box) const {
    Snapshot part;
    part.crs = crs_;
    put(hazards_, box, part.hazards);
    put(releases_, box, part.land_releases);
    put(finds_, box, part.finds);
    put(accidents_, box, part.accidents);
    return part;
  }

 private:
  template <typename Record>
  using Boxed = std::vector<std::pair<const Record*, geo::Box>>;

  template <typename Record>
  static void take(const std::vector<Record>& records, const geo::Box& round_all, Boxed<Record>& near) {
    for (const Record& record : records) {
      if (const geo::Box box = box_of(record); box.intersects(round_all)) {
        near.emplace_back(&record, box);
      }
    }
  }
  template <typename Record>
  static void put(const Boxed<Record>& from, const geo::Box& box, std::vector<Record>& to) {
    for (const auto& [record, its_box] : from) {
      if (its_box.intersects(box)) {
        to.push_back(*record);
      }
    }
  }

  std::optional<geo::Crs> crs_;
  Boxed<mineaction::HazardousArea> hazards_;
  Boxed<mineaction::LandRelease> releases_;
  Boxed<mineaction::Find> finds_;
  Boxed<mineaction::Accident> accidents_;
};

/// A region as one snapshot has it.
struct Seen {
  Observations observations;
  std::vector<float> statements;  ///< NaN: none
  std::vector<float> outcomes;
  std::vector<std::int16_t> years;  ///< in which each cell was searched last
};

Seen see(const Snapshot& part, ObserveOptions options, const geo::Grid& region,
         const std::vector<std::uint8_t>& inside) {
  Seen seen;
  seen.observations.grid = region;
  seen.observations.inside = inside;
  options.mode = Mode::effort;
  place_effort(part, options, seen.observations);
  const std::vector<std::uint8_t>& processed = seen.observations.processed;
  if (auto statements = survey_statements(part, region, processed, options.until)) {
    seen.statements = std::move(statements->value);
  } else {
    seen.statements.assign(region.size(), std::numeric_limits<float>::quiet_NaN());
  }
  seen.outcomes = release_outcomes(part, region, processed, options.until);
  seen.years = years_searched(part, region, processed, options.until);
  return seen;
}

bool alike(const SearchedCell& a, const SearchedCell& b) {
  return std::tie(a.share, a.detection, a.found) == std::tie(b.share, b.detection, b.found);
}
bool alike(const Report& a, const Report& b) {
  return std::tie(a.count, a.year, a.vague) == std::tie(b.count, b.year, b.vague);
}
bool alike(const KindCount& a, const KindCount& b) {
  return a.count == b.count;
}

/// Entries by cell of one region, some cells with several.
template <typename OfCell>
auto end_of_cell(typename std::vector<OfCell>::const_iterator at, const std::vector<OfCell>& list) {
  return std::find_if(at, list.end(), [cell = at->cell](const OfCell& one) { return one.cell != cell; });
}

/// What is to become of a list by cell: entries of `cells` go, those of `now` come.
template <typename OfCell>
struct Patch {
  std::vector<std::uint32_t> cells;
  std::vector<OfCell> now;

  /// Cells of a region of which the two lists do not say the same.
  void add(const std::vector<OfCell>& was, const std::vector<OfCell>& is, const Region& region,
           const geo::Grid& country) {
    auto a = was.begin();
    auto b = is.begin();
    while (a != was.end() || b != is.end()) {
      const bool went = b == is.end() || (a != was.end() && a->cell < b->cell);
      const bool came = !went && (a == was.end() || b->cell < a->cell);
      const std::uint32_t cell = came ? b->cell : a->cell;
      const auto a_end = came ? a : end_of_cell<OfCell>(a, was);
      const auto b_end = went ? b : end_of_cell<OfCell>(b, is);
      if (!std::equal(a, a_end, b, b_end, [](const OfCell& x, const OfCell& y) { return alike(x, y); })) {
        cells.push_back(cell_of_country(region, country, cell));
        for (; b != b_end; ++b) {
          now.push_back(*b);
          now.back().cell = cells.back();
        }
      }
      a = a_end;
      b = b_end;
    }
  }
  /// REQUIRES: `list` is of ascending cells.
  void put_into(std::vector<OfCell>& list) {
    if (cells.empty()) {
      return;
    }
    const auto earlier = [](const OfCell& a, const OfCell& b) { return a.cell < b.cell; };
    std::sort(cells.begin(), cells.end());
    std::stable_sort(now.begin(), now.end(), earlier);
    std::vector<OfCell> patched;
    patched.reserve(list.size() + now.size());
    auto from = list.begin();
    auto came = now.begin();
    for (const std::uint32_t cell : cells) {
      const auto begin =
          std::lower_bound(from, list.end(), cell, [](const OfCell& a, std::uint32_t c) { return a.cell < c; });
      patched.insert(patched.end(), from, begin);
      for (from = begin; from != list.end() && from->cell == cell;) {
        ++from;
      }
      for (; came != now.end() && came->cell == cell; ++came) {
        patched.push_back(*came);
      }
    }
    patched.insert(patched.end(), from, list.end());
    list = std::move(patched);
  }
};

/// Of one class.
struct ClassPatch {
  Patch<SearchedCell> searched;
  Patch<Report> reports;
  Patch<KindCount> kinds;
};

CovariateField* field_that(std::vector<CovariateField>& fields, bool (*is)(const CovariateField&)) {
  const auto found = std::find_if(fields.begin(), fields.end(), is);
  return found == fields.end() ? nullptr : &*found;
}

/// The observations of then, while they become those of now.
class Since {
 public:
  Since(Observations& all, const GroundBeyond& beyond)
      : all_(all),
        beyond_(beyond),
        statements_(field_that(all.covariates, [](const CovariateField& f) { return f.statements != nullptr; })),
        outcomes_(field_that(all.covariates, [](const CovariateField& f) { return f.tells_outcome; })),
        effort_(field_that(all.covariates, [](const CovariateField& f) { return f.tells_effort; })),
        confirmed_(field_that(all.covariates, [](const CovariateField& f) { return f.searched_before != nullptr; })) {}

  /// False: what a covariate is measured by may be something else now.
  bool take(const Region& region, const Seen& was, const Seen& is);
  bool finish();
  /// Distances to CHA of cells that were searched last in another year, once all else is followed.
  void measure_distances(const Snapshot& now, const std::optional<mineaction::Date>& until);

 private:
  bool put_values(const Region& region, const std::vector<float>& was, const std::vector<float>& is,
                  CovariateField* field, bool& otherwise) const;
  void take_years(const Region& region, const Seen& was, const Seen& is);

  Observations& all_;
  const GroundBeyond& beyond_;
  CovariateField* statements_;
  CovariateField* outcomes_;
  CovariateField* effort_;
  CovariateField* confirmed_;
  std::array<ClassPatch, kOrdnanceClasses.size()> patches_;
  std::vector<std::uint8_t> processed_before_;  ///< empty: as it is
  std::vector<SearchedIn> searched_again_;
  bool said_otherwise_ = false;
  bool released_otherwise_ = false;
};

/// Puts values that differ into the field; false: they differ, and there is none.
bool Since::put_values(const Region& region, const std::vector<float>& was, const std::vector<float>& is,
                       CovariateField* field, bool& otherwise) const {
  for (std::uint32_t cell = 0; cell < is.size(); ++cell) {
    if (!same_value(was[cell], is[cell])) {
      if (field == nullptr) {
        return false;
      }
      field->value[cell_of_country(region, all_.grid, cell)] = is[cell];
      otherwise = true;
    }
  }
  return true;
}

/// Cells searched last in another year, where one of the two is before the last CHA was reported.
void Since::take_years(const Region& region, const Seen& was, const Seen& is) {
  if (confirmed_ == nullptr) {
    return;
  }
  const std::int16_t latest = confirmed_->searched_before->latest;
  const auto counted = [latest](std::int16_t year) { return year < latest ? year : std::int16_t{0}; };
  for (std::uint32_t cell = 0; cell < is.years.size(); ++cell) {
    if (counted(was.years[cell]) != counted(is.years[cell])) {
      searched_again_.push_back({cell_of_country(region, all_.grid, cell), counted(is.years[cell])});
    }
  }
}

bool Since::take(const Region& region, const Seen& was, const Seen& is) {
  take_years(region, was, is);
  if (!put_values(region, was.statements, is.statements, statements_, said_otherwise_) ||
      !put_values(region, was.outcomes, is.outcomes, outcomes_, released_otherwise_)) {
    return false;
  }
  for (std::size_t k = 0; k < patches_.size(); ++k) {
    const Observations& a = was.observations;
    const Observations& b = is.observations;
    patches_[k].searched.add(a.searched[k], b.searched[k], region, all_.grid);
    patches_[k].reports.add(a.reports[k], b.reports[k], region, all_.grid);
    patches_[k].kinds.add(a.kinds[k].cells, b.kinds[k].cells, region, all_.grid);
    all_.kinds[k].stated += b.kinds[k].stated - a.kinds[k].stated;
    all_.kinds[k].unstated += b.kinds[k].unstated - a.kinds[k].unstated;
  }
  const std::vector<std::uint8_t>& before = was.observations.processed;
  const std::vector<std::uint8_t>& now = is.observations.processed;
  if (before != now && processed_before_.empty()) {
    processed_before_ = all_.processed;
  }
  for (std::uint32_t cell = 0; cell < now.size(); ++cell) {
    if (now[cell] != before[cell]) {
      all_.processed[cell_of_country(region, all_.grid, cell)] = now[cell];
    }
  }
  return true;
}

bool Since::finish() {
  for (std::size_t k = 0; k < patches_.size(); ++k) {
    patches_[k].searched.put_into(all_.searched[k]);
    patches_[k].reports.put_into(all_.reports[k]);
    patches_[k].kinds.put_into(all_.kinds[k].cells);
  }
  const auto known = [](float value) { return !std::isnan(value); };
  if (said_otherwise_ && !beyond_.said && std::none_of(statements_->value.begin(), statements_->value.end(), known)) {
    return false;
  }
  if (!processed_before_.empty() && effort_ != nullptr) {
    for (const ShareChange& change : share_searched_changes(all_.grid, processed_before_, all_.processed)) {
      effort_->value[change.cell] = change.now;
    }
  }
  if (processed_before_.empty() && !released_otherwise_) {
    return true;
  }
  // Where there is no such covariate, one release more may be the one that makes it worth having.
  if (outcomes_ == nullptr) {
    return false;
  }
  const ReleasedCells here = released_cells(all_.processed, outcomes_->value);
  return outcomes_tell({here.searched + beyond_.released.searched, here.cleared + beyond_.released.cleared});
}

void Since::measure_distances(const Snapshot& now, const std::optional<mineaction::Date>& until) {
  if (searched_again_.empty()) {
    return;
  }
  put_in_order(searched_again_);
  const Region part{static_cast<std::int32_t>(all_.first_column()), static_cast<std::int32_t>(all_.first_row()),
                    all_.grid.columns, all_.grid.rows};
  measure_again(now, part, all_.whole(), until, searched_again_, *confirmed_);
}

}  // namespace

std::vector<geo::Box> changed_boxes(const mineaction::SnapshotChange& change) {
  std::vector<geo::Box> changed;
  add_changed(change.gone.land_releases, change.come.land_releases, changed);
  add_changed(change.gone.finds, change.come.finds, changed);
  add_changed(change.gone.accidents, change.come.accidents, changed);
  return changed;
}

std::optional<Region> ground_changed(const std::vector<geo::Box>& changed, const geo::Grid& country) {
  std::optional<Region> all;
  for (const geo::Box& box : changed) {
    if (const std::optional<Region> region = region_round(box, country)) {
      all = all ? both(*all, *region) : *region;
    }
  }
  return all;
}

bool observe_since(const Snapshot& now, const mineaction::SnapshotChange& change, const std::vector<geo::Box>& changed,
                   const ObserveOptions& options, Observations& observations, const GroundBeyond& beyond) {
  const auto drawn = [](const auto& record) { return !record.geometry.polygons.empty(); };
  if (std::none_of(now.areas_of_interest.begin(), now.areas_of_interest.end(), drawn) &&
      std::none_of(now.districts.begin(), now.districts.end(), drawn)) {
    return false;  // what came in is what says where the country is
  }
  const std::optional<std::vector<Region>> regions = regions_apart(changed, observations);
  if (!regions) {
    return false;
  }
  geo::Box round_all;
  for (const Region& region : *regions) {
    round_all.include(box_round(grid_of(region, observations.grid)));
  }
  const RecordsNear records(now, round_all);
  const RecordsNear gone(change.gone, round_all);
  const RecordsNear come(change.come, round_all);
  Since since(observations, beyond);
  for (const Region& region : *regions) {
    const geo::Grid grid = grid_of(region, observations.grid);
    const geo::Box box = box_round(grid);
    const std::vector<std::uint8_t> inside = values_in(observations.inside, observations.grid, region);
    const Snapshot part = records.in(box);
    Snapshot part_before = part;
    mineaction::replace_records(part_before, mineaction::ids_in(come.in(box)), gone.in(box));
    if (!since.take(region, see(part_before, options, grid, inside), see(part, options, grid, inside))) {
      return false;
    }
  }
  if (!since.finish()) {
    return false;
  }
  since.measure_distances(now, options.until);
  observations.snapshot_hash = now.hash;
  return true;
}

}  // namespace firmground::evidence
