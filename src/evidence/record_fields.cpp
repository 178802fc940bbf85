#include "evidence/record_fields.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/parallel.h"
#include "evidence/record_maps.h"
#include "geo/overlay.h"

namespace firmground::evidence {

namespace {

constexpr std::size_t kGrain = 8;
constexpr double kUsualMines = 60;    ///< where no record says how many
constexpr float kLeastShare = 1e-3F;  ///< of probability; less changes no cell

/// Completeness before any record was searched: what is left of the mines recorded after decades, worth as many finds.
constexpr double kCompleteness = 0.6;
constexpr double kCompletenessWorth = 50;

/// Residual offsets: two round normal laws.
struct OffsetLaw {
  double core_m = 0;
  double wide_m = 0;
  double wide_share = 0;
};

double within(double radius_m, double sd_m) {
  return -std::expm1(-0.5 * radius_m * radius_m / (sd_m * sd_m));
}

/// The law that holds half of its mass within one radius and, where the wide part may reach that far, 90 % within the
/// other. Blunders of kilometres say where the field is not, hardly where it is: the wide part ends at 400 m.
OffsetLaw law_of(double radius50_m, double radius90_m) {
  constexpr double kHalf = 1.1774;       // radius of half of a round normal law, in sd
  constexpr double kNineTenths = 2.146;  // and of nine tenths
  constexpr double kWide = 1.6;          // sd of the wide part: radius90 / kWide
  constexpr double kLeast_m = 5;
  constexpr double kWidest_m = 400;
  constexpr double kMostWide = 0.6;
  OffsetLaw law;
  law.core_m = std::max(kLeast_m, std::min(radius50_m / kHalf, radius90_m / kNineTenths));
  law.wide_m = std::clamp(radius90_m / kWide, law.core_m, std::max(law.core_m, kWidest_m));
  const double gain = within(radius90_m, law.core_m) - within(radius90_m, law.wide_m);
  law.wide_share = gain > 1e-6 ? std::clamp((within(radius90_m, law.core_m) - 0.9) / gain, 0.0, kMostWide) : 0;
  return law;
}

/// Mass of a normal law in cells around its own.
std::vector<double> kernel(double sd_cells) {
  constexpr double kReach = 2.5;  // sd; the rest is put back by scaling
  const auto reach = static_cast<int>(std::ceil(kReach * sd_cells));
  std::vector<double> mass;
  double sum = 0;
  for (int k = -reach; k <= reach; ++k) {
    mass.push_back(0.5 * (std::erf((k + 0.5) / (sd_cells * M_SQRT2)) - std::erf((k - 0.5) / (sd_cells * M_SQRT2))));
    sum += mass.back();
  }
  for (double& m : mass) {
    m /= sum;
  }
  return mass;
}

/// A window of cells; may reach beyond the grid.
struct Window {
  std::int32_t column = 0, row = 0, columns = 0, rows = 0;
  std::vector<double> probability;  ///< that the cell holds any mine of a field

  std::size_t at(std::int32_t c, std::int32_t r) const {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(c);
  }
};

/// A field of so many mines, spread evenly over the outline.
Window window_of(const geo::Grid& grid, const geo::PlanarGeometry& outline, double mines) {
  const std::vector<geo::CellShare> cells = geo::cover(grid, outline);
  double area_m2 = 0;
  for (const geo::PlanarPolygon& polygon : outline.polygons) {
    area_m2 += std::abs(geo::planar_ring_area(polygon.outer));
    for (const auto& hole : polygon.holes) {
      area_m2 -= std::abs(geo::planar_ring_area(hole));
    }
  }
  Window window;
  if (cells.empty() || area_m2 <= 0) {
    return window;
  }
  std::int32_t first_column = grid.columns;
  std::int32_t last_column = 0;
  const auto column_of = [&](std::uint32_t cell) { return static_cast<std::int32_t>(cell) % grid.columns; };
  const auto row_of = [&](std::uint32_t cell) { return static_cast<std::int32_t>(cell) / grid.columns; };
  for (const geo::CellShare& touched : cells) {
    first_column = std::min(first_column, column_of(touched.cell));
    last_column = std::max(last_column, column_of(touched.cell));
  }
  window.column = first_column;
  window.row = row_of(cells.front().cell);
  window.columns = last_column - first_column + 1;
  window.rows = row_of(cells.back().cell) - window.row + 1;
  window.probability.assign(window.at(0, window.rows), 0);
  for (const geo::CellShare& touched : cells) {
    const double items = mines * static_cast<double>(touched.share) * grid.cell_m * grid.cell_m / area_m2;
    window.probability[window.at(column_of(touched.cell) - window.column, row_of(touched.cell) - window.row)] =
        -std::expm1(-items);
  }
  return window;
}

/// Values of a window of `columns` x `rows`, spread along its columns into a window of columns + 2 reach, transposed:
/// twice, and both axes are spread.
std::vector<double> spread_and_transpose(const std::vector<double>& value, std::size_t columns,
                                         const std::vector<double>& mass) {
  const std::size_t rows = value.size() / columns;
  std::vector<double> result((columns + mass.size() - 1) * rows, 0.0);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      const double v = value[r * columns + c];
      if (v != 0) {
        for (std::size_t k = 0; k < mass.size(); ++k) {
          result[(c + k) * rows + r] += v * mass[k];
        }
      }
    }
  }
  return result;
}

Window spread(const Window& window, double sd_cells) {
  const std::vector<double> mass = kernel(sd_cells);
  const auto reach = static_cast<std::int32_t>(mass.size() / 2);
  const std::vector<double> across =
      spread_and_transpose(window.probability, static_cast<std::size_t>(window.columns), mass);
  return {window.column - reach, window.row - reach, window.columns + 2 * reach, window.rows + 2 * reach,
          spread_and_transpose(across, static_cast<std::size_t>(window.rows), mass)};
}

std::vector<RecordShare> shares_of(const geo::Grid& grid, const RecordVerdict& verdict, std::uint32_t record,
                                   double mines) {
  const Window there = window_of(grid, outline_ground(verdict.corrected, 0), mines);
  std::vector<RecordShare> shares;
  if (there.probability.empty()) {
    return shares;
  }
  const OffsetLaw law = law_of(verdict.radius50_m, verdict.radius90_m);
  const Window core = spread(there, law.core_m / grid.cell_m);
  const Window wide = law.wide_share > 0 ? spread(there, law.wide_m / grid.cell_m) : core;
  const std::int32_t inset = core.column - wide.column;  // the core lies in the middle of the wide window
  for (std::int32_t r = 0; r < wide.rows; ++r) {
    for (std::int32_t c = 0; c < wide.columns; ++c) {
      if (!grid.has(wide.column + c, wide.row + r)) {
        continue;
      }
      double probability = law.wide_share * wide.probability[wide.at(c, r)];
      if (c >= inset && c < inset + core.columns && r >= inset && r < inset + core.rows) {
        probability += (1 - law.wide_share) * core.probability[core.at(c - inset, r - inset)];
      }
      if (static_cast<float>(probability) >= kLeastShare) {
        shares.push_back({static_cast<std::uint32_t>(grid.index(wide.column + c, wide.row + r)), record,
                          static_cast<float>(probability)});
      }
    }
  }
  return shares;
}

/// Number of mines by record: as recorded, or what records usually say.
std::vector<double> mines_recorded(const mineaction::Snapshot& snapshot, const Reconciliation& reconciled) {
  std::map<std::string, double> by_id;
  std::vector<double> known;
  for (const mineaction::MinefieldRecord& record : snapshot.minefield_records) {
    if (record.mines_recorded && *record.mines_recorded > 0) {
      known.push_back(static_cast<double>(*record.mines_recorded));
      by_id[record.record_id] = known.back();
    }
  }
  double usual = kUsualMines;
  if (!known.empty()) {
    const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
    std::nth_element(known.begin(), middle, known.end());
    usual = *middle;
  }
  std::vector<double> result;
  for (const RecordVerdict& verdict : reconciled.records) {
    const auto at = by_id.find(verdict.record_id);
    result.push_back(at == by_id.end() ? usual : at->second);
  }
  return result;
}

/// Mines found over mines that the searched part of the records would hold by their number, over all records.
double completeness_of(const Reconciliation& reconciled, const std::vector<double>& mines) {
  double found = kCompleteness * kCompletenessWorth;
  double recorded = kCompletenessWorth;
  for (std::size_t i = 0; i < reconciled.records.size(); ++i) {
    const RecordVerdict& verdict = reconciled.records[i];
    found += verdict.probability_exists * static_cast<double>(verdict.finds_inside);
    recorded += verdict.probability_exists * mines[i] * verdict.searched_inside;
  }
  return std::clamp(found / recorded, 0.1, 1.5);
}

/// The hidden cells as rectangles along rows, where they touch a box.
geo::PlanarGeometry hidden_ground(const geo::Grid& grid, const std::vector<std::uint8_t>& hidden, const geo::Box& box) {
  geo::PlanarGeometry ground;
  const std::int32_t first_column = std::max(0, grid.column_of(box.min_x));
  const std::int32_t last_column = std::min(grid.columns - 1, grid.column_of(box.max_x));
  for (std::int32_t row = std::max(0, grid.row_of(box.max_y)); row <= std::min(grid.rows - 1, grid.row_of(box.min_y));
       ++row) {
    for (std::int32_t column = first_column; column <= last_column; ++column) {
      const std::int32_t begin = column;
      while (column <= last_column && hidden[grid.index(column, row)] != 0) {
        ++column;
      }
      if (column > begin) {
        const double west = grid.west_m() + begin * grid.cell_m;
        const double east = grid.west_m() + column * grid.cell_m;
        const double north = grid.north_m() - row * grid.cell_m;
        ground.polygons.push_back(
            {{{west, north - grid.cell_m}, {east, north - grid.cell_m}, {east, north}, {west, north}}, {}});
      }
    }
  }
  return ground;
}

base::Result<geo::PlanarGeometry> without(const geo::PlanarGeometry& geometry, const geo::PlanarGeometry& hidden) {
  std::vector<geo::PlanarGeometry> rows;
  rows.reserve(hidden.polygons.size());
  for (const geo::PlanarPolygon& polygon : hidden.polygons) {
    rows.push_back({{}, {}, {polygon}});
  }
  std::vector<const geo::PlanarGeometry*> each;
  each.reserve(rows.size());
  for (const geo::PlanarGeometry& row : rows) {
    each.push_back(&row);
  }
  FG_TRY(const geo::PlanarGeometry all, geo::union_all(each));
  return geo::overlay(geometry, all, geo::Operation::difference);
}

bool known_by(const std::optional<mineaction::Date>& date, const ObserveOptions& options) {
  return !options.until || (date && date->last_day() <= options.until->last_day());
}

/// 1 - product over records of (1 - P(findable) P(any mine | findable)), by cell (eq. 25).
std::vector<float> reach_of(const RecordFields& records, const geo::Grid& grid) {
  std::vector<float> reach(grid.size(), 0);
  for (const RecordShare& share : records.shares) {
    const auto claimed = static_cast<float>(records.records[share.record].findable) * share.probability;
    reach[share.cell] += (1 - reach[share.cell]) * claimed;
  }
  return reach;
}

}  // namespace

std::span<const RecordShare> RecordFields::at(std::uint32_t cell) const {
  struct ByCell {
    bool operator()(const RecordShare& share, std::uint32_t c) const { return share.cell < c; }
    bool operator()(std::uint32_t c, const RecordShare& share) const { return c < share.cell; }
  };
  const auto [first, last] = std::equal_range(shares.begin(), shares.end(), cell, ByCell{});
  return {first, last};
}

RecordFields record_fields(const mineaction::Snapshot& snapshot, const Reconciliation& reconciled,
                           const geo::Grid& grid) {
  const std::vector<double> mines = mines_recorded(snapshot, reconciled);
  std::map<std::string, double> gone;
  for (const SourceVerdict& source : reconciled.sources) {
    gone[source.source] = source.gone_share;
  }
  RecordFields result;
  const double completeness = completeness_of(reconciled, mines);
  for (const RecordVerdict& verdict : reconciled.records) {
    result.records.push_back({verdict.record_id, verdict.source, verdict.probability_exists,
                              verdict.probability_exists * (1 - gone[verdict.source])});
  }
  std::vector<std::vector<RecordShare>> shares(reconciled.records.size());
  base::parallel_for(shares.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      shares[i] = shares_of(grid, reconciled.records[i], static_cast<std::uint32_t>(i), mines[i] * completeness);
    }
  });
  for (const std::vector<RecordShare>& of_record : shares) {
    result.shares.insert(result.shares.end(), of_record.begin(), of_record.end());
  }
  std::sort(result.shares.begin(), result.shares.end(), [](const RecordShare& a, const RecordShare& b) {
    return std::pair(a.cell, a.record) < std::pair(b.cell, b.record);
  });
  return result;
}

base::Result<mineaction::Snapshot> with_search_hidden(const mineaction::Snapshot& snapshot,
                                                      const ObserveOptions& options, const geo::Grid& grid,
                                                      const std::vector<std::uint8_t>& hidden) {
  mineaction::Snapshot result = snapshot;
  std::erase_if(result.finds, [&](const mineaction::Find& find) {
    const std::int64_t cell = grid.cell_of(find.position);
    return !known_by(find.found_on, options) ||
           (!hidden.empty() && cell >= 0 && hidden[static_cast<std::size_t>(cell)] != 0);
  });
  std::erase_if(result.land_releases,
                [&](const mineaction::LandRelease& release) { return !known_by(release.completed_on, options); });
  for (mineaction::LandRelease& release : result.land_releases) {
    if (hidden.empty() || release.geometry.polygons.empty()) {
      continue;
    }
    const geo::PlanarGeometry ground = hidden_ground(grid, hidden, geo::bounds(release.geometry));
    if (!ground.polygons.empty()) {
      FG_TRY(release.geometry, without(release.geometry, ground));
    }
  }
  return result;
}

base::Result<void> reconcile_records(const mineaction::Snapshot& snapshot, const ObserveOptions& options,
                                     const std::vector<std::uint8_t>& hidden, const ReconcileOptions& reconcile_options,
                                     Observations& observations, const base::Progress& progress) {
  forget_records(observations);
  if (snapshot.minefield_records.empty() || observations.mode == "presence-only") {
    return {};
  }
  const geo::Grid& grid = observations.grid;
  FG_TRY(const mineaction::Snapshot seen, with_search_hidden(snapshot, options, grid, hidden));
  FG_TRY(const Reconciliation reconciled, reconcile(seen, reconcile_options, progress));
  observations.records = record_fields(seen, reconciled, grid);
  for (CovariateField& field : observations.covariates) {
    if (field.from == CovariateSource::outlines_as_drawn) {
      field.use = CovariateUse::erw;
    }
  }
  const auto add = [&](CovariateField field) {
    field.use = CovariateUse::mines;
    field.from = CovariateSource::reconciled_records;
    observations.covariates.push_back(std::move(field));
  };
  CovariateField reach{std::string(kReachOfRecords), "", reach_of(*observations.records, grid), false, {}};
  constexpr float kLikely = 0.25F;
  std::vector<std::uint8_t> likely(grid.size());
  std::transform(reach.value.begin(), reach.value.end(), likely.begin(),
                 [](float p) { return static_cast<std::uint8_t>(p > kLikely ? 1 : 0); });
  if (std::find(likely.begin(), likely.end(), 1) != likely.end()) {
    add({"distance to reconciled minefields", "m", geo::distance_transform(grid, likely), false, {}});
  }
  add(std::move(reach));
  return {};
}

void forget_records(Observations& observations) {
  observations.records.reset();
  std::erase_if(observations.covariates,
                [](const CovariateField& field) { return field.from == CovariateSource::reconciled_records; });
  for (CovariateField& field : observations.covariates) {
    field.use = CovariateUse::both;
  }
}

}  // namespace firmground::evidence
