#include "estimate/fine_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "base/check.h"
#include "base/parallel.h"
#include "base/random.h"
#include "estimate/confirmed_ground.h"
#include "estimate/prediction.h"

namespace firmground::estimate {

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
/// Numbers of items drawn for the polygon in each joint draw.
constexpr std::size_t kRounds = 10;
/// Chances of less than a thousandth that a record puts a mine into a small cell are not told: half of that stands for
/// them.
constexpr double kCutOff = 5e-4;
constexpr double kOne = 1.001;  ///< a mean this small means one item

/// What one tile of coarse cells adds to the polygon.
struct Part {
  std::vector<double> none;     ///< by draw, log P(no item)
  std::vector<double> numbers;  ///< by draw and round
  std::vector<double> items;    ///< by class
  double evidence = 0;
  double weight = 0;
  std::vector<std::pair<std::uint32_t, double>> coarse_items;
  std::optional<std::uint32_t> likeliest;
  double most = 0;
};

/// What does not change from tile to tile.
struct Work {
  const evidence::Observations& observations;
  const Posteriors& posteriors;
  const EstimateOptions& options;
  const evidence::FineSearch& search;
  const std::vector<FineTerms>& terms;
  const FineQuestion& question;
  std::vector<CellPredictor> predictors;
  const ConfirmedGround* confirmed = nullptr;
  std::vector<std::vector<double>> coefficients;     ///< by posterior: draws x kFineColumns
  std::vector<float> in_polygon;                     ///< by small cell, share
  std::vector<std::vector<std::int32_t>> search_at;  ///< by posterior: coarse cell -> its search, -1 none
  std::int32_t per_side = 1;

  std::size_t draws() const { return static_cast<std::size_t>(options.draws); }
};

/// A coarse cell's small cells.
std::vector<std::uint32_t> small_cells_of(const geo::Grid& fine, const geo::Grid& coarse, std::uint32_t cell,
                                          std::int32_t per_side) {
  const auto columns = static_cast<std::uint32_t>(coarse.columns);
  const auto first_column =
      static_cast<std::int32_t>((coarse.west + static_cast<std::int64_t>(cell % columns)) * per_side - fine.west);
  const auto first_row =
      static_cast<std::int32_t>(fine.north - (coarse.north - static_cast<std::int64_t>(cell / columns)) * per_side);
  std::vector<std::uint32_t> cells;
  for (std::int32_t r = first_row; r < first_row + per_side; ++r) {
    for (std::int32_t c = first_column; c < first_column + per_side; ++c) {
      cells.push_back(static_cast<std::uint32_t>(fine.index(c, r)));
    }
  }
  return cells;
}

/// Draws of the coefficients about what was learned.
std::vector<double> coefficient_draws(const FineTerms& terms, std::size_t draws, std::uint64_t seed) {
  std::vector<double> result(draws * kFineColumns);
  base::Random random(seed, 4502);
  const sparse::DenseMatrix& covariance = terms.covariance;
  // Lower triangle of the covariance: a few columns, and possibly singular.
  sparse::DenseMatrix lower(kFineColumns, kFineColumns);
  for (std::size_t j = 0; j < kFineColumns; ++j) {
    for (std::size_t i = j; i < kFineColumns; ++i) {
      double sum = covariance(i, j);
      for (std::size_t k = 0; k < j; ++k) {
        sum -= lower(i, k) * lower(j, k);
      }
      if (i == j) {
        lower(j, j) = std::sqrt(std::max(sum, 0.0));
      } else {
        lower(i, j) = lower(j, j) > 0 ? sum / lower(j, j) : 0;
      }
    }
  }
  for (std::size_t m = 0; m < draws; ++m) {
    std::array<double, kFineColumns> white{};
    for (double& z : white) {
      z = random.normal();
    }
    for (std::size_t i = 0; i < kFineColumns; ++i) {
      double value = terms.coefficient[i];
      for (std::size_t k = 0; k <= i; ++k) {
        value += lower(i, k) * white[k];
      }
      result[m * kFineColumns + i] = value;
    }
  }
  return result;
}

/// One class in one tile.
struct ClassTile {
  ClassPrediction coarse;
  std::vector<float> columns;  ///< small cells of the tile x kFineColumns
  std::vector<float> effort;   ///< by small cell of the tile
};

/// Spreads one coarse cell of one class.
class CellSpread {
 public:
  CellSpread(const Work& work, std::size_t of_class) : work_(work), k_(of_class) {}

  /// Shares of the small cells in what is left, by draw: small cells x draws, in share().
  void spread(std::uint32_t cell, std::size_t at, const ClassTile& tile, std::size_t first,
              const std::vector<std::uint32_t>& small) {
    const std::size_t draws = work_.draws();
    const std::size_t n = small.size();
    share_.resize(n * draws);
    const std::vector<RecordPart> records = records_of(cell, small);
    std::vector<double> of_field(n);
    std::vector<double> ground(n);
    for (std::size_t m = 0; m < draws; ++m) {
      const double* coefficient = work_.coefficients[k_].data() + m * kFineColumns;
      double all = 0;
      for (std::size_t f = 0; f < n; ++f) {
        const float* x = tile.columns.data() + (first + f) * kFineColumns;
        double sum = 0;
        for (std::size_t c = 0; c < kFineColumns; ++c) {
          sum += coefficient[c] * static_cast<double>(x[c]);
        }
        of_field[f] = std::exp(std::clamp(sum, -40.0, 40.0));
        all += of_field[f];
      }
      add_records(records, work_.search_at[k_][cell] < 0, m, intensity(cell, at, m, tile), ground);
      double left = 0;
      for (std::size_t f = 0; f < n; ++f) {
        double share = ground[f] * of_field[f] / all;
        share *= 1 - static_cast<double>(tile.effort[first + f]);
        share_[f * draws + m] = static_cast<float>(share);
        left += share;
      }
      for (std::size_t f = 0; f < n; ++f) {
        share_[f * draws + m] /= static_cast<float>(left);
      }
    }
  }
  const std::vector<float>& share() const { return share_; }

 private:
  const ClassPosterior& posterior() const { return *work_.posteriors[k_]; }

  /// What one record puts into the cell.
  struct RecordPart {
    std::uint32_t record = 0;
    double there = 0;           ///< hazard, given that its field can be found
    double mean = 0;            ///< hazard, as far as that is believed
    std::vector<double> share;  ///< by small cell
  };
  std::vector<RecordPart> records_of(std::uint32_t cell, const std::vector<std::uint32_t>& small) const {
    std::vector<RecordPart> parts;
    if (work_.question.records == nullptr || posterior().findable.empty() || posterior().recorded.empty()) {
      return parts;
    }
    for (const evidence::RecordShare& reached : work_.observations.records->at(cell)) {
      const auto q = static_cast<double>(std::min(0.999F, reached.probability));
      parts.push_back({reached.record, -std::log1p(-q), -std::log1p(-posterior().findable[reached.record] * q),
                       std::vector<double>(small.size(), kCutOff)});
    }
    for (std::size_t f = 0; !parts.empty() && f < small.size(); ++f) {
      for (const evidence::RecordShare& reached : work_.question.records->at(small[f])) {
        const auto part =
            std::find_if(parts.begin(), parts.end(), [&](const RecordPart& p) { return p.record == reached.record; });
        if (part != parts.end()) {
          part->share[f] = -std::log1p(-static_cast<double>(std::min(0.999F, reached.probability)));
        }
      }
    }
    for (RecordPart& part : parts) {
      const double all = std::accumulate(part.share.begin(), part.share.end(), 0.0);
      for (double& share : part.share) {
        share /= all;
      }
    }
    return parts;
  }

  /// Where the items of a draw lie before finds and search are looked at: evenly those of the field, each record's
  /// where it puts them. On ground never searched a record's field is there in the draw or it is not.
  void add_records(const std::vector<RecordPart>& records, bool switched, std::size_t m, double intensity,
                   std::vector<double>& ground) const {
    double left = 1;
    std::fill(ground.begin(), ground.end(), 0.0);
    for (const RecordPart& part : records) {
      if (switched && !work_.predictors[k_].is_there(part.record, m)) {
        continue;
      }
      const double by_record = std::min(left, (switched ? part.there : part.mean) / std::max(intensity, 1e-9));
      left -= by_record;
      for (std::size_t f = 0; f < ground.size(); ++f) {
        ground[f] += by_record * part.share[f];
      }
    }
    for (double& share : ground) {
      share += left / static_cast<double>(ground.size());
    }
  }

  /// Of the field and the records, before the cell was searched.
  double intensity(std::uint32_t cell, std::size_t at, std::size_t m, const ClassTile& tile) const {
    const std::int32_t search = work_.search_at[k_][cell];
    const auto any = static_cast<double>(tile.coarse.any_draws[at * work_.draws() + m]);
    if (search < 0) {
      return -static_cast<double>(tile.coarse.none_draws[at * work_.draws() + m]);
    }
    const evidence::SearchedCell& searched =
        work_.observations
            .searched[static_cast<std::size_t>(posterior().ordnance_class)][static_cast<std::size_t>(search)];
    const auto detected =
        static_cast<double>(posterior().searches->at(searched.share, searched.detection).detection_of_presence);
    const double presence = searched.found > 0
                                ? static_cast<double>(tile.coarse.find_probability[at]) / std::max(detected, 1e-6)
                                : any / (1 - detected + any * detected);
    return -std::log1p(-std::clamp(presence, 0.0, 1 - 1e-9));
  }

  const Work& work_;
  std::size_t k_;
  std::vector<float> share_;
};

class Tile {
 public:
  Tile(const Work& work, std::vector<std::uint32_t> cells) : work_(work), cells_(std::move(cells)) {
    for (const std::uint32_t cell : cells_) {
      const auto of_cell = small_cells_of(work.question.grid, work.observations.grid, cell, work.per_side);
      small_.insert(small_.end(), of_cell.begin(), of_cell.end());
    }
    for (std::size_t k = 0; k < work.posteriors.size(); ++k) {
      classes_.push_back(look(k));
    }
    part_.none.assign(work.draws(), 0);
    part_.numbers.assign(work.draws() * kRounds, 0);
    part_.items.assign(work.posteriors.size(), 0);
  }

  Part run(FineMap& map) {
    for (std::size_t at = 0; at < cells_.size(); ++at) {
      spread_cell(at, map);
    }
    return std::move(part_);
  }

 private:
  ClassTile look(std::size_t k) const {
    const evidence::OrdnanceClass ordnance_class = work_.posteriors[k]->ordnance_class;
    const geo::Grid& coarse = work_.observations.grid;
    ClassTile tile;
    const std::vector<std::uint8_t> with_none(cells_.size(), 1);
    work_.confirmed->predict(k, cells_, with_none, tile.coarse);
    geo::Box box;
    for (const std::uint32_t cell : cells_) {
      const geo::Xy centre = coarse.centre(static_cast<std::size_t>(cell));
      box.include(geo::Xy{centre.x - coarse.cell_m / 2, centre.y - coarse.cell_m / 2});
      box.include(geo::Xy{centre.x + coarse.cell_m / 2, centre.y + coarse.cell_m / 2});
    }
    FineView view;
    view.grid = geo::Grid::covering(box.grown(kSearchReach_m), work_.question.grid.cell_m);
    view.effort = work_.search.effort(view.grid, ordnance_class);
    view.finds = work_.search.finds(box.grown(kFindReach_m + kRunReach_m), ordnance_class);
    std::vector<std::uint32_t> asked;
    asked.reserve(small_.size());
    for (const std::uint32_t cell : small_) {
      asked.push_back(
          static_cast<std::uint32_t>(view.grid.cell_of(work_.question.grid.centre(static_cast<std::size_t>(cell)))));
      tile.effort.push_back(view.effort[asked.back()]);
    }
    tile.columns = fine_columns(view, asked);
    return tile;
  }

  void spread_cell(std::size_t at, FineMap& map) {
    const std::size_t draws = work_.draws();
    const auto n = static_cast<std::size_t>(work_.per_side) * static_cast<std::size_t>(work_.per_side);
    const std::vector<std::uint32_t> small(small_.begin() + static_cast<std::ptrdiff_t>(at * n),
                                           small_.begin() + static_cast<std::ptrdiff_t>((at + 1) * n));
    std::vector<float> none(n, 1);
    std::vector<float> items(n, 0);
    std::vector<float> drawn(n * draws, 0);
    float evidence = 0;
    float weight = 0;
    double coarse_items = 0;
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      const ClassTile& tile = classes_[k];
      CellSpread spread(work_, k);
      spread.spread(cells_[at], at, tile, at * n, small);
      FineClass& out = map.classes[k];
      tell_class(k, at, small, spread.share(), out);
      for (std::size_t f = 0; f < n; ++f) {
        none[f] *= 1 - out.probability[small[f]];
        items[f] += out.items[small[f]];
        for (std::size_t m = 0; m < draws; ++m) {
          drawn[f * draws + m] += spread.share()[f * draws + m] * tile.coarse.item_draws[at * draws + m];
        }
      }
      const float probability = tile.coarse.probability[at] + 1e-9F;
      evidence += tile.coarse.evidence[at] * probability;
      weight += probability;
      coarse_items += static_cast<double>(tile.coarse.items[at]);
      add_polygon(k, at, small, spread.share());
    }
    part_.coarse_items.emplace_back(cells_[at], coarse_items);
    const bool asked =
        std::any_of(small.begin(), small.end(), [&](std::uint32_t cell) { return work_.in_polygon[cell] > 0; });
    if (asked && coarse_items > part_.most) {
      part_.most = coarse_items;
      part_.likeliest = cells_[at];
    }
    write(small, none, items, evidence / weight, drawn, map.raster);
  }

  void tell_class(std::size_t k, std::size_t at, const std::vector<std::uint32_t>& small,
                  const std::vector<float>& share, FineClass& out) const {
    const std::size_t draws = work_.draws();
    const ClassPrediction& coarse = classes_[k].coarse;
    const auto probability = static_cast<double>(coarse.probability[at]);
    const auto items = static_cast<double>(coarse.items[at]);
    const Occupancy occupancy(items / std::max(probability, 1e-12), shape_of(k, cells_[at]), clump_of(k));
    double all = 0;
    for (std::size_t m = 0; m < draws; ++m) {
      all += static_cast<double>(coarse.item_draws[at * draws + m]) + 1e-12;
    }
    for (std::size_t f = 0; f < small.size(); ++f) {
      double mean = 0;
      for (std::size_t m = 0; m < draws; ++m) {
        mean += static_cast<double>(share[f * draws + m]) *
                (static_cast<double>(coarse.item_draws[at * draws + m]) + 1e-12);
      }
      mean /= all;
      out.items[small[f]] = static_cast<float>(items * mean);
      out.probability[small[f]] = std::min(static_cast<float>(probability * occupancy.at(mean)), out.items[small[f]]);
    }
  }

  /// Of the law of a cell's count, given what was found in it.
  double shape_of(std::size_t k, std::uint32_t cell) const {
    const ClassPosterior& posterior = *work_.posteriors[k];
    const std::int32_t search = work_.search_at[k][cell];
    if (search < 0) {
      return posterior.law_ahead.shape;
    }
    return posterior.law.shape +
           static_cast<double>(
               work_.observations
                   .searched[static_cast<std::size_t>(posterior.ordnance_class)][static_cast<std::size_t>(search)]
                   .found);
  }
  double clump_of(std::size_t k) const {
    return work_.terms[static_cast<std::size_t>(work_.posteriors[k]->ordnance_class)].clump;
  }

  void add_polygon(std::size_t k, std::size_t at, const std::vector<std::uint32_t>& small,
                   const std::vector<float>& share) {
    const std::size_t draws = work_.draws();
    const bool touched =
        std::any_of(small.begin(), small.end(), [&](std::uint32_t cell) { return work_.in_polygon[cell] > 0; });
    if (!touched) {
      return;
    }
    const ClassPrediction& coarse = classes_[k].coarse;
    const CountLaw within = within_place(work_.posteriors[k]->law_ahead);
    base::Random random(work_.options.seed + 4503 * (k + 1), cells_[at]);
    for (std::size_t m = 0; m < draws; ++m) {
      double inside = 0;
      for (std::size_t f = 0; f < small.size(); ++f) {
        inside += static_cast<double>(work_.in_polygon[small[f]] * share[f * draws + m]);
      }
      inside = std::min(inside, 1.0);
      const auto items = static_cast<double>(coarse.item_draws[at * draws + m]);
      const double any = std::min({static_cast<double>(coarse.any_draws[at * draws + m]), items, 1 - 1e-6});
      if (any <= 0) {
        continue;
      }
      const double each = items / any;
      const double reached = inside > 0.999 ? 1 : Occupancy(each, within.shape, clump_of(k)).at(inside);
      part_.none[m] += std::log1p(-any * reached);
      for (std::size_t round = 0; round < kRounds; ++round) {
        if (random.chance(any)) {
          part_.numbers[m * kRounds + round] += drawn_inside(each, within, inside, clump_of(k), random);
        }
      }
    }
    for (const std::uint32_t cell : small) {
      part_.items[k] += static_cast<double>(work_.in_polygon[cell]) * static_cast<double>(map_items(k)[cell]);
    }
  }

  static double drawn_inside(double each, const CountLaw& within, double inside, double clump, base::Random& random) {
    const std::int64_t number = each < kOne ? 1 : PositiveCounts(with_positive_mean(within, each)).draw(random);
    if (inside > 0.999) {
      return static_cast<double>(number);
    }
    const double share = inside <= 0 ? 0 : random.beta(clump * inside, clump * (1 - inside));
    return static_cast<double>(random.binomial(number, std::clamp(share, 0.0, 1.0)));
  }

  void write(const std::vector<std::uint32_t>& small, const std::vector<float>& none, const std::vector<float>& items,
             float evidence, std::vector<float>& drawn, geo::Raster& raster) {
    const std::size_t draws = work_.draws();
    const auto low = static_cast<std::ptrdiff_t>(0.05 * static_cast<double>(draws));
    const auto high = static_cast<std::ptrdiff_t>(std::lround(0.95 * static_cast<double>(draws - 1)));
    for (std::size_t f = 0; f < small.size(); ++f) {
      const auto begin = drawn.begin() + static_cast<std::ptrdiff_t>(f * draws);
      const auto end = begin + static_cast<std::ptrdiff_t>(draws);
      std::nth_element(begin, begin + low, end);
      raster.bands[2][small[f]] = *(begin + low);
      std::nth_element(begin, begin + high, end);
      raster.bands[3][small[f]] = *(begin + high);
      raster.bands[0][small[f]] = std::min(1 - none[f], items[f]);
      raster.bands[1][small[f]] = items[f];
      raster.bands[4][small[f]] = evidence;
      part_.evidence += static_cast<double>(work_.in_polygon[small[f]] * evidence);
      part_.weight += static_cast<double>(work_.in_polygon[small[f]]);
    }
  }

  const std::vector<float>& map_items(std::size_t k) const { return (*items_of_class_)[k].items; }

 public:
  /// Where the classes' items are told; set before run().
  const std::vector<FineClass>* items_of_class_ = nullptr;

 private:
  const Work& work_;
  std::vector<std::uint32_t> cells_;  ///< coarse
  std::vector<std::uint32_t> small_;  ///< their small cells, cell by cell
  std::vector<ClassTile> classes_;
  Part part_;
};

/// Squares of coarse cells inside the area of interest, each to be looked at with what is round it.
std::vector<std::vector<std::uint32_t>> tiles_of(const evidence::Observations& observations, const geo::Grid& fine) {
  constexpr std::uint32_t kSide = 8;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> tiles;
  const auto columns = static_cast<std::uint32_t>(observations.grid.columns);
  for (const std::uint32_t cell : coarse_cells_under(fine, observations.grid)) {
    if (observations.inside[cell] != 0) {
      tiles[{cell / columns / kSide, cell % columns / kSide}].push_back(cell);
    }
  }
  std::vector<std::vector<std::uint32_t>> result;
  result.reserve(tiles.size());
  for (auto& [place, cells] : tiles) {
    result.push_back(std::move(cells));
  }
  return result;
}

PolygonEstimate polygon_of_parts(const std::vector<Part>& parts, std::size_t draws, const FineQuestion& question) {
  PolygonEstimate polygon;
  std::vector<double> none(draws, 0);
  std::vector<double> numbers(draws * kRounds, 0);
  double evidence = 0;
  double weight = 0;
  for (const Part& part : parts) {
    for (std::size_t m = 0; m < draws; ++m) {
      none[m] += part.none[m];
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] += part.numbers[i];
    }
    for (const double items : part.items) {
      polygon.items_mean += items;
    }
    evidence += part.evidence;
    weight += part.weight;
  }
  for (const double log_none : none) {
    polygon.probability_none += std::exp(log_none) / static_cast<double>(draws);
  }
  std::sort(numbers.begin(), numbers.end());
  polygon.predicted.assign(numbers.begin(), numbers.end());
  const auto last = static_cast<double>(numbers.size() - 1);
  polygon.items_p05 = std::min(numbers[static_cast<std::size_t>(0.05 * last)], polygon.items_mean);
  polygon.items_p95 = std::max(numbers[static_cast<std::size_t>(std::lround(0.95 * last))], polygon.items_mean);
  polygon.evidence = weight > 0 ? evidence / weight : std::numeric_limits<double>::quiet_NaN();
  for (const geo::CellShare& touched : question.polygon) {
    polygon.area_m2 += static_cast<double>(touched.share) * question.grid.cell_m * question.grid.cell_m;
  }
  return polygon;
}

}  // namespace

Occupancy::Occupancy(double mean, double shape, double clump) : clump_(clump) {
  if (mean < kOne) {
    chance_ = {1};
    return;
  }
  constexpr std::size_t kMost = 4000;
  constexpr double kRest = 1e-5;
  const double m = with_positive_mean({mean, shape, 0, 0}, mean).mean;
  const double none = std::exp(-shape * std::log1p(m / shape));
  double p = none;
  double rest = 1 - none;
  for (std::size_t n = 1; n <= kMost && rest > kRest * (1 - none); ++n) {
    p *= (static_cast<double>(n) - 1 + shape) / static_cast<double>(n) * m / (m + shape);
    chance_.push_back(p / (1 - none));
    rest -= p;
  }
}

double Occupancy::at(double share) const {
  double missed = 1;  // P(none of n items lies in the part)
  double sum = 0;
  double told = 0;
  for (std::size_t n = 0; n < chance_.size(); ++n) {
    const auto before = static_cast<double>(n);
    missed *= (clump_ * (1 - share) + before) / (clump_ + before);
    sum += chance_[n] * (1 - missed);
    told += chance_[n];
  }
  return std::clamp(sum + (1 - told) * (1 - missed), 0.0, 1.0);
}

std::vector<std::uint32_t> coarse_cells_under(const geo::Grid& fine, const geo::Grid& coarse) {
  const auto per_side = static_cast<std::int64_t>(std::lround(coarse.cell_m / fine.cell_m));
  FG_CHECK(fine.west % per_side == 0 && fine.north % per_side == 0 && fine.columns % per_side == 0 &&
           fine.rows % per_side == 0);
  const auto first_column = static_cast<std::int32_t>(fine.west / per_side - coarse.west);
  const auto first_row = static_cast<std::int32_t>(coarse.north - fine.north / per_side);
  std::vector<std::uint32_t> cells;
  for (std::int32_t r = first_row; r < first_row + fine.rows / per_side; ++r) {
    for (std::int32_t c = first_column; c < first_column + fine.columns / per_side; ++c) {
      if (coarse.has(c, r)) {
        cells.push_back(static_cast<std::uint32_t>(coarse.index(c, r)));
      }
    }
  }
  return cells;
}

FineMap fine_map(const evidence::Observations& observations, const Posteriors& posteriors,
                 const EstimateOptions& options, const evidence::FineSearch& search,
                 const std::vector<FineTerms>& terms, const FineQuestion& question) {
  Work work{observations, posteriors, options, search, terms, question, {}, nullptr, {}, {}, {}, 1};
  work.per_side = static_cast<std::int32_t>(std::lround(observations.grid.cell_m / question.grid.cell_m));
  work.in_polygon.assign(question.grid.size(), 0);
  for (const geo::CellShare& touched : question.polygon) {
    work.in_polygon[touched.cell] = touched.share;
  }
  FineMap map;
  map.raster = empty_raster(question.grid, observations.epsg);
  for (const auto& posterior : posteriors) {
    const auto k = static_cast<std::size_t>(posterior->ordnance_class);
    work.predictors.emplace_back(*posterior, observations, options);
    work.coefficients.push_back(coefficient_draws(terms[k], work.draws(), options.seed + k));
    const std::vector<float> unknown(question.grid.size(), kUnknown);
    map.classes.push_back({posterior->ordnance_class, unknown, unknown});
    work.search_at.emplace_back(observations.grid.size(), -1);
    const auto& searched = observations.searched[k];
    for (std::size_t i = 0; i < searched.size(); ++i) {
      work.search_at.back()[searched[i].cell] = static_cast<std::int32_t>(i);
    }
  }
  const auto tiles = tiles_of(observations, question.grid);
  std::vector<std::uint8_t> wanted(observations.grid.size(), 0);
  for (const std::vector<std::uint32_t>& tile : tiles) {
    for (const std::uint32_t cell : tile) {
      wanted[cell] = 1;
    }
  }
  const ConfirmedGround confirmed(observations, work.predictors, options, wanted);
  work.confirmed = &confirmed;
  std::vector<Part> parts(tiles.size());
  base::parallel_for(tiles.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      Tile tile(work, tiles[t]);
      tile.items_of_class_ = &map.classes;
      parts[t] = tile.run(map);
    }
  });
  map.polygon_items.assign(posteriors.size(), 0);
  double most = 0;
  for (const Part& part : parts) {
    for (std::size_t k = 0; k < part.items.size(); ++k) {
      map.polygon_items[k] += part.items[k];
    }
    if (part.most > most) {
      most = part.most;
      map.likeliest = part.likeliest;
    }
    map.coarse_items.insert(map.coarse_items.end(), part.coarse_items.begin(), part.coarse_items.end());
  }
  std::sort(map.coarse_items.begin(), map.coarse_items.end());
  map.polygon = polygon_of_parts(parts, work.draws(), question);
  return map;
}

}  // namespace firmground::estimate
