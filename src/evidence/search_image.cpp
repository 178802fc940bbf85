#include "evidence/search_image.h"

#include <algorithm>
#include <cmath>

#include "base/wide_vectors.h"
#include "evidence/observations.h"
#include "mineaction/code_lists.h"

namespace firmground::evidence {

namespace {

std::uint64_t tile_key(std::int32_t column, std::int32_t row) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(row)) << 32 | static_cast<std::uint32_t>(column);
}

}  // namespace

SearchImage::SearchImage(const mineaction::Snapshot& snapshot, std::span<const geo::Box> only) {
  geo::Box box;
  for (const auto& release : snapshot.land_releases) {
    box.include(geo::bounds(release.geometry));
  }
  for (const auto& record : snapshot.minefield_records) {
    if (!record.geometry.empty()) {
      box.include(geo::bounds(record.geometry));
    }
  }
  if (box.empty()) {
    box = {0, 0, kCell_m, kCell_m};
  }
  grid_ = geo::Grid::covering(box, kCell_m);
  place_effort(snapshot, only);
  place_finds(snapshot);
  for (const auto& [key, tile] : index_) {
    const auto& cells = tiles_[tile].cells;
    const auto count = std::count_if(cells.begin(), cells.end(), [](const Cell& cell) { return cell.effort > 0; });
    searched_.push_back({key, static_cast<std::size_t>(count)});
  }
  std::sort(searched_.begin(), searched_.end(),
            [](const SearchedTile& a, const SearchedTile& b) { return a.key < b.key; });
  std::size_t before = 0;
  for (SearchedTile& tile : searched_) {
    before = tile.up_to += before;
  }
}

std::uint64_t SearchImage::searched_cell(std::size_t i) const {
  const auto at = std::upper_bound(searched_.begin(), searched_.end(), i,
                                   [](std::size_t n, const SearchedTile& tile) { return n < tile.up_to; });
  std::size_t left = i - (at == searched_.begin() ? 0 : std::prev(at)->up_to);
  const auto& cells = tiles_[index_.at(at->key)].cells;
  std::size_t cell = 0;
  while (cells[cell].effort <= 0 || left-- > 0) {
    ++cell;
  }
  const auto column = static_cast<std::int32_t>(at->key & 0xffffffffU) * kTile;
  const auto row = static_cast<std::int32_t>(at->key >> 32) * kTile;
  return grid_.index(column + static_cast<std::int32_t>(cell) % kTile, row + static_cast<std::int32_t>(cell) / kTile);
}

SearchImage::Cell& SearchImage::touch(std::int32_t column, std::int32_t row) {
  const auto [at, is_new] =
      index_.emplace(tile_key(column / kTile, row / kTile), static_cast<std::uint32_t>(tiles_.size()));
  if (is_new) {
    tiles_.emplace_back();
  }
  return tiles_[at->second]
      .cells[static_cast<std::size_t>(row % kTile) * kTile + static_cast<std::size_t>(column % kTile)];
}

const SearchImage::Cell* SearchImage::find(std::int32_t column, std::int32_t row) const {
  if (!grid_.has(column, row)) {
    return nullptr;
  }
  const auto at = index_.find(tile_key(column / kTile, row / kTile));
  return at == index_.end()
             ? nullptr
             : &tiles_[at->second]
                    .cells[static_cast<std::size_t>(row % kTile) * kTile + static_cast<std::size_t>(column % kTile)];
}

SearchImage::Cell SearchImage::at(std::int32_t column, std::int32_t row) const {
  const Cell* cell = find(column, row);
  return cell != nullptr ? *cell : Cell{};
}

geo::Xy SearchImage::centre(std::uint64_t cell) const {
  return grid_.centre(static_cast<std::size_t>(cell));
}

void SearchImage::place_effort(const mineaction::Snapshot& snapshot, std::span<const geo::Box> only) {
  for (const auto& release : snapshot.land_releases) {
    const auto detection = static_cast<float>(default_detection(release.method, release.outcome, OrdnanceClass::mines));
    const geo::Box box = geo::bounds(release.geometry);
    const bool is_near = only.empty() || std::any_of(only.begin(), only.end(),
                                                     [&](const geo::Box& near) { return near.intersects(box); });
    if (detection <= 0 || release.geometry.empty() || !is_near) {
      continue;
    }
    const auto coverage = static_cast<float>(release.coverage.value_or(1.0));
    for (const geo::CellShare& touched : geo::cover(grid_, release.geometry)) {
      const auto columns = static_cast<std::uint32_t>(grid_.columns);
      Cell& cell =
          touch(static_cast<std::int32_t>(touched.cell % columns), static_cast<std::int32_t>(touched.cell / columns));
      cell.effort = 1 - (1 - cell.effort) * (1 - touched.share * coverage * detection);
      cell.share = std::min(1.0F, cell.share + touched.share * coverage);
    }
  }
}

void SearchImage::place_finds(const mineaction::Snapshot& snapshot) {
  find_cells_.assign(snapshot.finds.size(), -1);
  for (std::size_t i = 0; i < snapshot.finds.size(); ++i) {
    const mineaction::Find& each = snapshot.finds[i];
    if (!mineaction::is_mine(each.device)) {
      continue;
    }
    const std::int32_t column = grid_.column_of(each.position.x);
    const std::int32_t row = grid_.row_of(each.position.y);
    Cell* best = nullptr;
    // The cell itself, else the searched neighbour that the find is nearest to.
    double best_m = kCell_m;
    for (std::int32_t r = row - 1; r <= row + 1; ++r) {
      for (std::int32_t c = column - 1; c <= column + 1; ++c) {
        const Cell* cell = find(c, r);
        if (cell == nullptr || cell->effort <= 0) {
          continue;
        }
        const geo::Xy centre = grid_.centre(c, r);
        const double away_m = std::max({0.0, std::abs(each.position.x - centre.x) - kCell_m / 2,
                                        std::abs(each.position.y - centre.y) - kCell_m / 2});
        if (away_m < best_m) {
          best_m = away_m;
          best = &touch(c, r);
          find_cells_[i] = static_cast<std::int64_t>(grid_.index(c, r));
        }
      }
    }
    if (best != nullptr) {
      const std::int64_t count = std::clamp<std::int64_t>(each.count, 1, 1000);
      // A find shows that its cell was searched, however little of it the release's outline covers.
      constexpr float kSearchedWhereFound = 0.5F;
      best->effort = std::max(best->effort, kSearchedWhereFound);
      best->finds = static_cast<std::uint16_t>(std::min<std::int64_t>(best->finds + count, 60'000));
      if (each.device == mineaction::Device::av_mine) {
        best->av_finds = static_cast<std::uint16_t>(std::min<std::int64_t>(best->av_finds + count, 60'000));
      }
      finds_placed_ += count;
    }
  }
}

float Claims::left(std::uint64_t cell, const std::unordered_map<std::uint64_t, float>& own) const {
  const auto claimed = all.find(cell);
  if (claimed == all.end()) {
    return 1;
  }
  const auto mine = own.find(cell);
  constexpr float kAlwaysLeft = 0.05F;  // a claim is never quite certain
  return mine != own.end()
             ? std::min(1.0F, std::max(mine->second / claimed->second, 1 - (claimed->second - mine->second)))
             : std::max(kAlwaysLeft, 1 - claimed->second);
}

Neighbourhood::Neighbourhood(const SearchImage& image, std::int32_t column, std::int32_t row, std::int32_t columns,
                             std::int32_t rows, const Claims* claims,
                             const std::unordered_map<std::uint64_t, float>& own)
    : columns_(columns), rows_(static_cast<std::size_t>(rows), Row::nothing) {
  sums_ = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(rows) * kChannels * 2 * half());
  for (std::int32_t r = 0; r < rows; ++r) {
    sum_row(image, column, r, row + r, claims, own);
    const Row kind = rows_[static_cast<std::size_t>(r)];
    searched_ = searched_ || kind >= Row::searched;
    found_ = found_ || kind == Row::found;
  }
}

void Neighbourhood::sum_row(const SearchImage& image, std::int32_t column, std::int32_t row, std::int32_t of_grid,
                            const Claims* claims, const std::unordered_map<std::uint64_t, float>& own) {
  Row& kind = rows_[static_cast<std::size_t>(row)];
  const auto each_line = [&](auto&& visit) {  // of cells that lie behind each other in memory
    for (std::int32_t c = 0; c < columns_;) {
      const std::int32_t from = column + c;
      const std::int32_t to_tile = from < 0 ? -from : SearchImage::kTile - from % SearchImage::kTile;
      const std::int32_t in_grid = from < 0 ? to_tile : std::max(1, std::min(to_tile, image.grid().columns - from));
      const std::int32_t count = std::min(columns_ - c, in_grid);
      visit(c, count, image.line(from, of_grid));
      c += count;
    }
  };
  each_line([&](std::int32_t, std::int32_t count, const SearchImage::Cell* cells) {
    for (std::int32_t i = 0; cells != nullptr && i < count; ++i) {
      kind = std::max(kind, cells[i].finds > 0 ? Row::found : cells[i].effort > 0 ? Row::searched : Row::nothing);
    }
  });
  if (kind == Row::nothing) {
    return;
  }
  const std::size_t channels = kind == Row::found ? std::size_t{kChannels} : 1;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    float* even = &sums_[at(row, 0, channel)];
    std::fill(even, even + 2 * half(), 0.0F);
  }
  std::array<float, kChannels> sum{};
  each_line([&](std::int32_t c, std::int32_t count, const SearchImage::Cell* cells) {
    for (std::int32_t i = 0; i < count; ++i) {
      if (cells != nullptr && cells[i].effort > 0) {
        sum[kEffort] += cells[i].effort;
        if (cells[i].finds > 0) {
          const float left = claims != nullptr ? claims->left(image.grid().index(column + c + i, of_grid), own) : 1.0F;
          sum[kFinds] += left * static_cast<float>(cells[i].finds);
          sum[kAvFinds] += left * static_cast<float>(cells[i].av_finds);
        }
      }
      for (std::size_t channel = 0; channel < channels; ++channel) {
        sums_[at(row, c + i + 1, channel)] = sum[channel];
      }
    }
  });
}

namespace {

/// into[i] += b[i] - a[i]
FG_WIDE_VECTORS void add_difference(const float* a, const float* b, std::size_t count, float* into) {
  constexpr std::size_t kAtOnce = 16;
  for (std::size_t first = 0; first < count; first += kAtOnce) {
    for (std::size_t i = first; i < first + kAtOnce; ++i) {
      into[i] += b[i] - a[i];
    }
  }
}

}  // namespace

void Neighbourhood::add_run(Channel channel, std::int32_t row, std::int32_t from, std::int32_t to, std::size_t lanes,
                            Lanes& sums) const {
  add_difference(&sums_[at(row, from, channel)], &sums_[at(row, to, channel)], lanes, sums.data());
}

Template template_of(const geo::Grid& grid, const geo::PlanarGeometry& geometry) {
  const geo::Box box = geo::bounds(geometry);
  const geo::Grid local = geo::Grid::covering(box, grid.cell_m);
  const std::vector<std::uint8_t> inside = geo::centres_inside(local, geometry);
  Template result;
  result.column = static_cast<std::int32_t>(local.west - grid.west);
  result.row = static_cast<std::int32_t>(grid.north - local.north);
  result.columns = local.columns;
  result.rows = local.rows;
  for (std::int32_t r = 0; r < local.rows; ++r) {
    for (std::int32_t c = 0; c < local.columns;) {
      std::int32_t end = c;
      while (end < local.columns && inside[local.index(end, r)] != 0) {
        ++end;
      }
      if (end > c) {
        result.runs.push_back({r, c, end, 0});
        result.cells += end - c;
      }
      c = std::max(end, c + 1);
    }
  }
  return result;
}

namespace {

/// Cells of a template and those within `ring_m` of them, by centre.
class RingedCells {
 public:
  enum Kind : std::uint8_t { outside, ring, inner };

  RingedCells(const Template& inner_cells, double ring_m)
      : reach_(static_cast<std::int32_t>(ring_m / SearchImage::kCell_m)),
        columns_(inner_cells.columns + 2 * reach_),
        rows_(inner_cells.rows + 2 * reach_),
        kinds_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {
    // A cell touches the ring when its centre lies within it and half a cell.
    const double radius = ring_m / SearchImage::kCell_m + 0.5;
    for (std::int32_t dr = -reach_; dr <= reach_; ++dr) {
      const auto wider = std::min(reach_, static_cast<std::int32_t>(std::sqrt(radius * radius - dr * dr)));
      for (const Template::Run& run : inner_cells.runs) {
        fill(run.row + reach_ + dr, run.from + reach_ - wider, run.to + reach_ + wider, ring);
      }
    }
    for (const Template::Run& run : inner_cells.runs) {
      fill(run.row + reach_, run.from + reach_, run.to + reach_, inner);
    }
  }

  std::int32_t reach() const { return reach_; }
  std::int32_t columns() const { return columns_; }
  std::int32_t rows() const { return rows_; }
  Kind at(std::int32_t column, std::int32_t row) const {
    return kinds_[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
                  static_cast<std::size_t>(column)];
  }

 private:
  void fill(std::int32_t row, std::int32_t from, std::int32_t to, Kind kind) {
    const auto line = kinds_.begin() + static_cast<std::ptrdiff_t>(row) * columns_;
    std::fill(line + from, line + to, kind);
  }

  std::int32_t reach_;
  std::int32_t columns_;
  std::int32_t rows_;
  std::vector<Kind> kinds_;
};

}  // namespace

namespace {

/// An outline's own axes, and where they are cut: in four along, in two across.
class PartCuts {
 public:
  static constexpr std::size_t kAlong = kInnerParts / 2;

  explicit PartCuts(const Template& inner) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    each_cell(inner, [&](double c, double r) {
      n += 1;
      x += c;
      y += r;
      xx += c * c;
      xy += c * r;
      yy += r * r;
    });
    const double angle = 0.5 * std::atan2(2 * (xy - x * y / n), (xx - x * x / n) - (yy - y * y / n));
    cosine_ = std::cos(angle);
    sine_ = std::sin(angle);
    std::vector<double> u, v;
    each_cell(inner, [&](double c, double r) {
      u.push_back(along(c, r));
      v.push_back(across(c, r));
    });
    const auto nth = [](std::vector<double>& values, std::size_t rank) {
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
      std::nth_element(values.begin(), at, values.end());
      return *at;
    };
    for (std::size_t k = 0; k <= kAlong; ++k) {
      cuts_[k] = nth(u, std::min(u.size() - 1, k * u.size() / kAlong));
    }
    middle_ = nth(v, v.size() / 2);
  }

  /// Of a cell, counted from the outline's own corner.
  std::uint8_t part_of(double column, double row, bool is_inside) const {
    const double at = along(column, row);
    const std::size_t side = across(column, row) > middle_ ? 1 : 0;
    if (!is_inside) {
      return static_cast<std::uint8_t>(kInnerParts + (at < cuts_.front() ? 0 : at > cuts_.back() ? 1 : 2 + side));
    }
    std::size_t part = 0;
    while (part + 1 < kAlong && at >= cuts_[part + 1]) {
      ++part;
    }
    return static_cast<std::uint8_t>(2 * part + side);
  }

 private:
  template <typename Visit>
  static void each_cell(const Template& inner, Visit visit) {
    for (const Template::Run& run : inner.runs) {
      for (std::int32_t c = run.from; c < run.to; ++c) {
        visit(static_cast<double>(c), static_cast<double>(run.row));
      }
    }
  }
  double along(double column, double row) const { return cosine_ * column + sine_ * row; }
  double across(double column, double row) const { return cosine_ * row - sine_ * column; }

  double cosine_ = 1;
  double sine_ = 0;
  std::array<double, kAlong + 1> cuts_{};  ///< along the longer axis; first and last are its ends
  double middle_ = 0;
};

}  // namespace

Template in_parts(const Template& inner, double ring_m) {
  const RingedCells cells(inner, ring_m);
  const PartCuts cuts(inner);
  Template result;
  result.column = inner.column - cells.reach();
  result.row = inner.row - cells.reach();
  result.columns = cells.columns();
  result.rows = cells.rows();
  result.cells = inner.cells;
  for (std::int32_t row = 0; row < cells.rows(); ++row) {
    for (std::int32_t c = 0; c < cells.columns(); ++c) {
      if (cells.at(c, row) == RingedCells::outside) {
        continue;
      }
      const std::uint8_t part =
          cuts.part_of(c - cells.reach(), row - cells.reach(), cells.at(c, row) == RingedCells::inner);
      if (!result.runs.empty() && result.runs.back().row == row && result.runs.back().to == c &&
          result.runs.back().part == part) {
        ++result.runs.back().to;
      } else {
        result.runs.push_back({row, c, c + 1, part});
      }
    }
  }
  return result;
}

}  // namespace firmground::evidence
