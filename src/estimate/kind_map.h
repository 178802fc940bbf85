#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "estimate/class_posterior.h"
#include "estimate/composition.h"
#include "estimate/kind_law.h"
#include "estimate/prediction.h"
#include "evidence/item_kinds.h"
#include "geo/raster.h"

/// The second stage of the estimate: what the items of each class are, told beside the map of the classes
/// (docs/methods/hazard-field.md, eq. 37-39).
namespace firmground::estimate {

inline constexpr std::size_t kKinds = evidence::kItemKinds.size();
using ByKind = std::array<double, kKinds>;

struct Sum;       // country_map.h
struct ClassSum;  // country_map.h

/// What cells of a run hold by kind; 0 where the kinds of a class are not told.
struct KindCells {
  std::vector<std::array<float, kKinds>> any;
  std::vector<std::array<float, kKinds>> items;
  std::vector<std::array<float, kKinds>> cells;   ///< P(any item of the class) x share
  std::vector<std::array<float, 2>> from_ground;  ///< by fitted class: how much of the shares no find nearby told
};

/// What a run of rows adds to the nation's numbers by kind, or all of them.
struct KindSum {
  std::vector<double> draws;    ///< kinds x draws: expected items
  ByKind items{};               ///< expected
  ByKind variance{};            ///< of counts given the fields
  ByKind shared{};              ///< d items / d logit of the shares that the ground gives
  std::vector<ByKind> blocks;   ///< expected items of squares of kKindBlock cells, row by row
  std::uint32_t first_row = 0;  ///< of `blocks`, among all of the country's

  /// REQUIRES: both are of all rows.
  void subtract(const KindSum& part) { add_times(part, -1, 0); }
  /// `part`: of all rows, or of some of them.
  void add(const KindSum& part, std::size_t blocks_before = 0) { add_times(part, 1, blocks_before); }

 private:
  void add_times(const KindSum& part, double sign, std::size_t blocks_before);
};
inline constexpr std::size_t kKindBlock = 40;
/// How many blocks the grid of a country has.
std::size_t kind_blocks(const geo::Grid& grid);

/// Cells of ground still to be forecast: at most 6,000, by regular steps, ascending.
std::vector<std::uint32_t> sample_ahead(const evidence::Observations& observations);
/// Each of these by P(any item of the class).
std::vector<CellAhead> weighed_ahead(const std::vector<std::uint32_t>& cells, const CellPredictor& predictor);

/// Where the random numbers behind intervals of polygons' kinds begin: beyond those of the polygons.
inline constexpr std::uint64_t kStreamOfKinds = 1ULL << 32;

/// How each fitted class divides into kinds, everywhere.
class KindMap {
 public:
  /// Learns the composition of each class, unless `options.learnt` has it; a region's must.  `near`: by cell, what is
  /// going to be told; null: all.  `like`: one that was made with the same options of posteriors with the same laws,
  /// and shares its tables; null: none.  REQUIRES: observations and posteriors outlive the map.
  KindMap(const evidence::Observations& observations, const EstimateOptions& options, const Posteriors& posteriors,
          const std::vector<std::uint8_t>* near = nullptr, const KindMap* like = nullptr);
  /// By place in the posteriors.
  const LearntKinds& learnt(std::size_t k) const { return classes_[k].composition.learnt(); }

  /// REQUIRES: `classes` are the posteriors' predictions of `cells`.
  void tell(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes, KindCells& out) const;
  /// Of the rows of blocks in which rows of cells lie.
  KindSum empty_sum(std::size_t first_row, std::size_t last_row) const;
  void add(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes, const KindCells& kinds,
           KindSum& sum) const;
  /// Rows of cells, of all the grid, in their order -> by all blocks of the country.
  KindSum added_up(std::vector<KindSum>& rows) const;

  /// By class: totals of its kinds with their intervals.  `nation`: of the whole country.
  std::vector<ClassKinds> totals(const KindSum& nation, std::uint64_t seed) const;
  /// `sum`: over the polygon's cells; `none`: P(no item of any class in it); `stream`: of the random numbers behind
  /// its intervals, its own.
  std::vector<KindOfPolygon> polygon(const Sum& sum, double none, std::uint64_t seed, std::uint64_t stream) const;

  /// Adds what was learned to the hyperparameters.
  void describe(std::map<std::string, double>& hyperparameters) const;
  /// "probability_any" and "expected_items" of each class, then of each kind; cells of untold kinds are NaN.
  geo::Raster empty_raster(std::int32_t together = 1) const;
  void write(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes,
             const KindCells& kinds, geo::Raster& raster) const;

 private:
  ByKind variance_of_places(const KindSum& nation) const;
  struct OfClass {
    Composition composition;
    CountLaw law;                                             ///< whose shape numbers have, mean apart
    std::shared_ptr<const std::vector<KindChances>> chances;  ///< at concentrations that rise fourfold
    bool events = false;                                      ///< numbers are of events, not of items that clump
    ByKind means(const KindShares& shares, double mean) const;
    double chance(double share, double found, double mean) const;
  };
  /// Of the kinds of one class in a polygon: numbers of the class by draw, divided by kind.
  void add_intervals(const ClassSum& sum, const OfClass& of_class, double concentration, base::Random& random,
                     std::span<KindOfPolygon> kinds) const;
  const evidence::Observations& observations_;
  std::size_t draws_;
  std::vector<OfClass> classes_;
};

}  // namespace firmground::estimate
