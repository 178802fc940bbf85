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

/// What a run of rows adds to the nation's numbers by kind.
struct KindSum {
  std::vector<double> draws;    ///< kinds x draws: expected items
  ByKind items{};               ///< expected
  ByKind variance{};            ///< of counts given the fields, and of what places hold
  ByKind shared{};              ///< d items / d logit of the shares that the ground gives
  std::vector<ByKind> blocks;   ///< expected items of squares of kKindBlock cells, along a row of them
  std::uint32_t block_row = 0;  ///< of `blocks`
};
inline constexpr std::size_t kKindBlock = 40;

/// Cells of ground still to be forecast, by P(any item of the class): at most 6,000, by regular steps.
std::vector<CellAhead> cells_ahead(const evidence::Observations& observations, const CellPredictor& predictor);

/// How each fitted class divides into kinds, everywhere.
class KindMap {
 public:
  /// Learns the composition of each class.  REQUIRES: all outlive the map.
  KindMap(const evidence::Observations& observations, const EstimateOptions& options, const Posteriors& posteriors);

  /// REQUIRES: `classes` are the posteriors' predictions of `cells`.
  void tell(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes, KindCells& out) const;
  KindSum empty_sum(std::size_t first_row) const;
  void add(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes, const KindCells& kinds,
           KindSum& sum) const;
  /// Rows of cells in their order; of the nation, with what its places may hold otherwise than their mean shares.
  KindSum added_up(std::vector<KindSum>& rows) const;

  /// By class: totals of its kinds with their intervals.
  std::vector<ClassKinds> totals(const KindSum& nation, std::uint64_t seed) const;
  /// `sum`: over the polygon's cells; `none`: P(no item of any class in it); `stream`: of the random numbers behind
  /// its intervals, its own.
  std::vector<KindOfPolygon> polygon(const Sum& sum, double none, std::uint64_t seed, std::uint64_t stream) const;

  /// Adds what was learned to the hyperparameters.
  void describe(std::map<std::string, double>& hyperparameters) const;
  /// "probability_any" and "expected_items" of each class, then of each kind; cells of untold kinds are NaN.
  geo::Raster empty_raster() const;
  void write(const std::vector<std::uint32_t>& cells, const std::vector<ClassPrediction>& classes,
             const KindCells& kinds, geo::Raster& raster) const;

 private:
  void add_places(const std::vector<ByKind>& blocks, KindSum& sum) const;
  struct OfClass {
    Composition composition;
    CountLaw law;                      ///< whose shape numbers have, mean apart
    std::vector<KindChances> chances;  ///< at concentrations that rise fourfold
    bool events = false;               ///< numbers are of events, not of items that clump
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
