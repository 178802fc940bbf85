#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "estimate/class_posterior.h"
#include "estimate/estimate.h"
#include "estimate/kind_map.h"
#include "estimate/map_cells.h"

/// What estimate() does with fitted classes, for a whole country or for one of its regions.
namespace firmground::estimate {

/// Of one class in one polygon, per draw: expected items, and the cells that hold any.
struct ClassSum {
  std::vector<double> items;
  std::vector<double> any;          ///< sum of P(any left)
  std::vector<double> any_squared;  ///< sum of its squares
};

/// Of one kind, expected: items, and cells that hold any of its class x its share of them.
struct KindOfSum {
  double items = 0;
  double cells = 0;
};

/// What a stripe of rows adds to one polygon or to the nation.
struct Sum {
  std::vector<ClassSum> classes;          ///< polygons only
  std::vector<double> items;              ///< per draw
  std::vector<double> none;               ///< per draw, log P(no item)
  std::array<KindOfSum, kKinds> kinds{};  ///< where they are told
  double mean = 0;
  double variance = 0;  ///< of counts given the fields
  double evidence = 0;
  double weight = 0;
  std::uint32_t likeliest_cell = 0;
  float likeliest = -1;

  explicit Sum(std::size_t draws, std::size_t of_classes = 0) : items(draws, 0.0), none(draws, 0.0) {
    const std::vector<double> zero(draws, 0.0);
    classes.assign(of_classes, {zero, zero, zero});
  }
  void add(const Sum& other) {
    add_times(other, 1);
    if (other.likeliest > likeliest) {
      likeliest = other.likeliest;
      likeliest_cell = other.likeliest_cell;
    }
  }
  /// Takes out a part; of the likeliest cell nothing is known then but where it is not.
  void subtract(const Sum& part) {
    add_times(part, -1);
    if (part.likeliest >= likeliest || part.likeliest_cell == likeliest_cell) {
      likeliest = -1;
    }
  }

 private:
  void add_times(const Sum& other, double sign) {
    for (std::size_t c = 0; c < classes.size(); ++c) {
      for (std::size_t m = 0; m < items.size(); ++m) {
        classes[c].items[m] += sign * other.classes[c].items[m];
        classes[c].any[m] += sign * other.classes[c].any[m];
        classes[c].any_squared[m] += sign * other.classes[c].any_squared[m];
      }
    }
    for (std::size_t m = 0; m < items.size(); ++m) {
      items[m] += sign * other.items[m];
      none[m] += sign * other.none[m];
    }
    for (std::size_t j = 0; j < kinds.size(); ++j) {
      kinds[j].items += sign * other.kinds[j].items;
      kinds[j].cells += sign * other.kinds[j].cells;
    }
    mean += sign * other.mean;
    variance += sign * other.variance;
    evidence += sign * other.evidence;
    weight += sign * other.weight;
  }
};

/// The map of a grid, and what its cells add to the nation and to each polygon.
struct CountryMap {
  geo::Raster raster;                   ///< of the modelled cells; without intervals where `together` has them
  std::optional<geo::Raster> together;  ///< options.together > 1: the map, in larger cells
  MapParts parts;                       ///< of its cells
  Sum nation{0};
  std::vector<Sum> polygons;
  std::vector<std::pair<std::uint32_t, float>> predicted_finds;
  std::optional<KindSum> kinds;            ///< of the nation
  std::optional<geo::Raster> kind_raster;  ///< KindUse::map; in the cells of the map
};

/// The flagged cells, predicted.  Same bytes on any thread count.  `kinds`: may be null.
CountryMap map_of(const evidence::Observations& observations, const EstimateOptions& options,
                  const Posteriors& posteriors, const std::vector<PolygonCells>& polygons,
                  const std::vector<std::uint8_t>& wanted, const KindMap* kinds);

/// The flagged cells, predicted into map.raster, which is of the grid or of those of its rows that hold them, and where
/// options.together > 1 into map.together, map.parts and, P(any) yet to be told, map.kind_raster; sums are of these
/// cells alone.  REQUIRES: the cells flagged make whole cells of the map, but for ground outside.
void draw_cells(const evidence::Observations& observations, const EstimateOptions& options,
                const Posteriors& posteriors, const std::vector<PolygonCells>& polygons,
                const std::vector<std::uint8_t>& wanted, CountryMap& map, const KindMap* kinds = nullptr);

/// Where options.together > 1: P(any) of the map's cells, and their kinds, once it is known how alike parts are.
void tell_chances(const Likeness& alike, const geo::Grid& modelled, std::int32_t together, CountryMap& map);

/// Items of one class in a polygon, given draw m (eq. 26): cells that hold any are a binomial number with the mean and
/// variance of their sum, and each holds a count of the class's law, scaled to the mean of the draw.
double predicted_count(const ClassSum& sum, std::size_t m, const CountLaw& law, base::Random& random);

/// Expected number in all, with its interval.
NationalTotals totals_of(const Sum& nation, std::uint64_t seed);

/// A polygon from the sums over its cells, but for its reasons; `number`: its place in the list asked for.
PolygonEstimate polygon_of(const PolygonCells& polygon, const Sum& sum, const Posteriors& posteriors,
                           std::uint64_t seed, std::size_t number);

/// Totals, stamp and metadata from the nation's sums; `settings`: canonical JSON for the stamp.
void tell_nation(const Sum& nation, const evidence::Observations& observations, std::uint64_t seed,
                 const std::string& settings, EstimateResult& result);

/// Hyperparameters, effects and classes.
void describe(const Posteriors& posteriors, EstimateResult& result);

geo::Raster empty_raster(const geo::Grid& grid, int epsg);
/// How many cells a map tells of.
std::int64_t cells_told(const geo::Raster& raster);

}  // namespace firmground::estimate
