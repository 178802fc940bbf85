#include "evidence/record_fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/parallel.h"
#include "evidence/record_maps.h"
#include "evidence/search_image.h"
#include "geo/overlay.h"

namespace firmground::evidence {

namespace {

constexpr std::size_t kGrain = 8;
constexpr double kUsualMines = 60;    ///< where no record says how many
constexpr float kLeastShare = 1e-3F;  ///< of probability; less changes no cell

/// Completeness before any record was searched: what is left of the mines recorded after decades, worth as many finds.
constexpr double kCompleteness = 0.6;
constexpr double kCompletenessWorth = 50;

/// An outline in squares much smaller than cells, summed so that those under any box are four look-ups.
class Squares {
 public:
  static constexpr std::int32_t kPerCell = 5;  ///< along the side of a cell

  Squares(const geo::Grid& grid, const geo::PlanarGeometry& outline) {
    geo::Grid fine = grid;
    fine.cell_m = grid.cell_m / kPerCell;
    fine.west *= kPerCell;
    fine.north *= kPerCell;
    const Template shape = template_of(fine, outline);
    west = shape.column;
    north = shape.row;
    columns = shape.columns;
    rows = shape.rows;
    all = static_cast<double>(shape.cells);
    sums_.assign(at(0, rows + 1), 0);
    for (const Template::Run& run : shape.runs) {
      for (std::int32_t c = run.from; c < run.to; ++c) {
        sums_[at(c + 1, run.row + 1)] = 1;
      }
    }
    for (std::int32_t r = 1; r <= rows; ++r) {
      for (std::int32_t c = 1; c <= columns; ++c) {
        sums_[at(c, r)] += sums_[at(c - 1, r)] + sums_[at(c, r - 1)] - sums_[at(c - 1, r - 1)];
      }
    }
  }

  /// Squares of the outline among those of one cell, its north-western one given from the outline's own corner.
  std::int32_t in_cell(std::int32_t column, std::int32_t row) const {
    const std::int32_t left = std::clamp(column, 0, columns);
    const std::int32_t right = std::clamp(column + kPerCell, 0, columns);
    const std::int32_t top = std::clamp(row, 0, rows);
    const std::int32_t bottom = std::clamp(row + kPerCell, 0, rows);
    return sums_[at(right, bottom)] - sums_[at(left, bottom)] - sums_[at(right, top)] + sums_[at(left, top)];
  }

  std::int32_t west = 0, north = 0;  ///< the corner, in squares from the grid's
  std::int32_t columns = 0, rows = 0;
  double all = 0;  ///< squares of the outline

 private:
  std::size_t at(std::int32_t c, std::int32_t r) const {
    return static_cast<std::size_t>(r) * (static_cast<std::size_t>(columns) + 1) + static_cast<std::size_t>(c);
  }
  std::vector<std::int32_t> sums_;  ///< of the squares north and west of each corner
};

std::int32_t floor_div(std::int32_t a, std::int32_t b) {
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/// What the places of one outline put into cells: a window of the grid over all its moves.
class FieldWindow {
 public:
  /// `moves`: squares right and down, with weights; `mines`: of the field.
  struct Move {
    std::int32_t right = 0, down = 0;
    double weight = 0;
  };
  FieldWindow(const geo::Grid& grid, const Squares& outline, const std::vector<Move>& moves, double mines) {
    const auto [left, right] =
        std::minmax_element(moves.begin(), moves.end(), [](const Move& a, const Move& b) { return a.right < b.right; });
    const auto [up, down] =
        std::minmax_element(moves.begin(), moves.end(), [](const Move& a, const Move& b) { return a.down < b.down; });
    first_column_ = std::max(0, cell_of(outline.west + left->right));
    first_row_ = std::max(0, cell_of(outline.north + up->down));
    columns_ =
        std::min(grid.columns - 1, cell_of(outline.west + right->right + outline.columns - 1)) + 1 - first_column_;
    rows_ = std::min(grid.rows - 1, cell_of(outline.north + down->down + outline.rows - 1)) + 1 - first_row_;
    if (columns_ <= 0 || rows_ <= 0) {
      columns_ = rows_ = 0;
      return;
    }
    chance_.assign(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_), 0.0);
    std::array<double, Squares::kPerCell * Squares::kPerCell + 1> of_squares{};
    for (std::size_t squares = 0; squares < of_squares.size(); ++squares) {
      of_squares[squares] = -std::expm1(-mines * static_cast<double>(squares) / outline.all);
    }
    for (const Move& move : moves) {
      add(outline, move, of_squares);
    }
  }

  /// Calls visit(cell, chance) for the cells that hold any.
  template <typename Visit>
  void each(const geo::Grid& grid, Visit visit) const {
    for (std::int32_t row = 0; row < rows_; ++row) {
      for (std::int32_t column = 0; column < columns_; ++column) {
        const double chance = chance_[index(column, row)];
        if (chance > 0) {
          visit(static_cast<std::uint32_t>(grid.index(first_column_ + column, first_row_ + row)), chance);
        }
      }
    }
  }

 private:
  static std::int32_t cell_of(std::int32_t square) { return floor_div(square, Squares::kPerCell); }
  std::size_t index(std::int32_t column, std::int32_t row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column);
  }
  template <typename OfSquares>
  void add(const Squares& outline, const Move& move, const OfSquares& of_squares) {
    const std::int32_t west = outline.west + move.right;
    const std::int32_t north = outline.north + move.down;
    const std::int32_t last_column = std::min(first_column_ + columns_ - 1, cell_of(west + outline.columns - 1));
    const std::int32_t last_row = std::min(first_row_ + rows_ - 1, cell_of(north + outline.rows - 1));
    for (std::int32_t row = std::max(first_row_, cell_of(north)); row <= last_row; ++row) {
      for (std::int32_t column = std::max(first_column_, cell_of(west)); column <= last_column; ++column) {
        const std::int32_t squares =
            outline.in_cell(column * Squares::kPerCell - west, row * Squares::kPerCell - north);
        chance_[index(column - first_column_, row - first_row_)] +=
            move.weight * of_squares[static_cast<std::size_t>(squares)];
      }
    }
  }

  std::int32_t first_column_ = 0, first_row_ = 0;  ///< of the grid
  std::int32_t columns_ = 0, rows_ = 0;
  std::vector<double> chance_;  ///< that a cell of the window holds a mine
};

std::vector<RecordShare> shares_of(const geo::Grid& grid, const RecordVerdict& verdict, std::uint32_t record,
                                   double mines) {
  const double square_m = grid.cell_m / Squares::kPerCell;
  const auto in_squares = [&](float metres) {
    return static_cast<std::int32_t>(std::lround(static_cast<double>(metres) / square_m));
  };
  std::map<std::uint32_t, double> probability;
  for (const RecordPlace& place : verdict.places) {
    const Squares outline(grid, outline_ground(place.outline, 0));
    if (outline.all < 1 || place.moves.empty()) {
      continue;
    }
    std::vector<FieldWindow::Move> moves;
    moves.reserve(place.moves.size());
    for (const RecordPlace::Move& move : place.moves) {
      moves.push_back({in_squares(move.x_m), -in_squares(move.y_m), place.weight * static_cast<double>(move.weight)});
    }
    FieldWindow(grid, outline, moves, mines).each(grid, [&](std::uint32_t cell, double chance) {
      probability[cell] += chance;
    });
  }
  std::vector<RecordShare> shares;
  for (const auto& [cell, p] : probability) {
    if (static_cast<float>(p) >= kLeastShare) {
      shares.push_back({cell, record, static_cast<float>(p)});
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

/// Mines of a field by what was found of those expected in its searched part: a field of which little was found there
/// holds little elsewhere.
double mines_left(const RecordVerdict& verdict, double expected) {
  constexpr double kWorth = 5;  ///< finds that the expectation is worth
  const double searched = expected * verdict.searched_inside;
  return expected * (kWorth + static_cast<double>(verdict.finds_inside)) / (kWorth + searched);
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
  RecordFields result;
  const double completeness = completeness_of(reconciled, mines);
  std::map<std::string_view, mineaction::Device> device;
  for (const mineaction::MinefieldRecord& record : snapshot.minefield_records) {
    device[record.record_id] = record.device;
  }
  for (const RecordVerdict& verdict : reconciled.records) {
    const auto stated = device.find(verdict.record_id);
    result.records.push_back({verdict.record_id, verdict.source, verdict.probability_exists,
                              verdict.probability_findable, verdict.log_ratio,
                              stated == device.end() ? std::nullopt : kind_of(stated->second)});
  }
  std::vector<std::vector<RecordShare>> shares(reconciled.records.size());
  base::parallel_for(shares.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const RecordVerdict& verdict = reconciled.records[i];
      const double left = mines_left(verdict, mines[i] * completeness);
      shares[i] = shares_of(grid, verdict, static_cast<std::uint32_t>(i), left);
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
  FG_TRY(const mineaction::Snapshot seen, with_search_hidden(snapshot, options, observations.grid, hidden));
  FG_TRY(const Reconciliation reconciled, reconcile(seen, reconcile_options, progress));
  use_records(seen, reconciled, observations);
  return {};
}

void use_records(const mineaction::Snapshot& seen, const Reconciliation& reconciled, Observations& observations) {
  use_records(record_fields(seen, reconciled, observations.grid), observations);
}

void use_records(RecordFields records, Observations& observations, const KeepField& keep) {
  const geo::Grid& grid = observations.grid;
  observations.records = std::move(records);
  for (CovariateField& field : observations.covariates) {
    if (field.from == CovariateSource::outlines_as_drawn) {
      field.use = CovariateUse::erw;
    }
  }
  constexpr float kLikely = 0.25F;
  const std::vector<float> reach = reach_of(*observations.records, grid);
  std::vector<std::uint8_t> likely(grid.size());
  std::transform(reach.begin(), reach.end(), likely.begin(),
                 [](float p) { return static_cast<std::uint8_t>(p > kLikely ? 1 : 0); });
  if (std::find(likely.begin(), likely.end(), 1) != likely.end()) {
    CovariateField field{"distance to reconciled minefields", "m", geo::distance_transform(grid, likely), false, {}};
    field.use = CovariateUse::mines;
    field.from = CovariateSource::reconciled_records;
    observations.covariates.push_back(keep ? keep(std::move(field)) : std::move(field));
  }
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
