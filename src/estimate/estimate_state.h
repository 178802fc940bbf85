#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "estimate/country_map.h"
#include "estimate/estimate.h"
#include "evidence/observations.h"
#include "sparse/dense.h"

namespace firmground::estimate {

/// A block of ground that nobody searched (report_evidence.h), as the fit saw it.
struct KeptBlock {
  std::uint32_t cell;
  float rate;    ///< items that people would meet of it if all its cells held any
  float weight;  ///< in the last factorisation
  std::uint32_t met;
};
/// Ascending cells; blocks of two sizes may have the same cell.
inline bool in_order(const KeptBlock& a, const KeptBlock& b) {
  return std::tie(a.cell, a.rate, a.met) < std::tie(b.cell, b.rate, b.met);
}

/// A cell where people met an item, searched or not.
struct KeptReport {
  std::uint32_t cell;
  std::uint32_t vague;  ///< 1: one of its reports is known no better than to some hundred metres
};
/// One for each cell.  REQUIRES: ascending cells.
std::vector<KeptReport> kept_reports(const std::vector<evidence::Report>& reports);

/// What a whole estimate leaves of one class for update_estimate(): where its fit settled and how surely, what it saw.
struct ClassState {
  evidence::OrdnanceClass ordnance_class = evidence::OrdnanceClass::mines;
  LearntClass learnt;
  double effect_variance = 0;
  std::int32_t step_cells = 3;  ///< node spacing of the short field
  std::int32_t place_cells = 1;
  std::vector<std::uint8_t> active;  ///< by node of the short lattice: it carries the field
  std::vector<float> latent;         ///< active short nodes, then long nodes
  std::vector<double> border;
  std::vector<float> variance_scale;  ///< by short node
  std::vector<float> latent_draws;    ///< latent x draws
  std::vector<float> border_draws;
  std::vector<float> count_draws;
  sparse::DenseMatrix shared_covariance;        ///< posterior, of long field and border
  std::vector<evidence::SearchedCell> seen;     ///< ascending cells
  std::vector<float> weight;                    ///< of each, in the last factorisation
  std::vector<KeptBlock> blocks;                ///< in order; none: what people met is no evidence
  std::vector<KeptReport> reports;              ///< ascending cells
  std::vector<evidence::KindCount> kinds_seen;  ///< ascending cells: finds that state their kind; empty: left out
};

/// Sums of a polygon too large to be predicted anew.
struct PolygonSum {
  double area_m2 = 0;
  std::uint64_t cells = 0;
  Sum sum{0};
};

/// A whole estimate, as an update needs it.  Never changed by updates: each starts from it and tells all that changed
/// since, so that what an update gives depends on the register alone and not on the updates before.
struct EstimateState {
  geo::Grid grid;
  std::optional<geo::Grid> country{};  ///< of which the grid is a part (state_part.h); empty: it is the country's
  std::uint64_t seed = 1;
  int draws = 0;
  LeftOut left_out;
  std::int32_t together = 1;             ///< modelled cells, per side, in one cell of the map
  Likeness alike;                        ///< of the map's cells
  std::vector<std::uint32_t> watched;    ///< watched_cells() of the country, ascending
  std::vector<std::uint32_t> confirmed;  ///< by number of a CHA, cells of the country that it covers by half
  std::vector<float> watched_values;     ///< of each, of all covariates; empty: not kept (estimates by regions)
  std::vector<std::string> covariates;   ///< by name, in order
  std::vector<std::uint8_t> processed;   ///< by cell
  std::vector<float> outcomes;           ///< by cell, values of the covariate of how land was released; empty: none
  std::vector<float> statements;         ///< by cell, values of the covariate of survey statements; empty: none
  std::vector<ClassState> classes;
  Sum nation{0};
  KindSum nation_by_kind;                      ///< nothing in it: kinds were left out
  std::map<std::string, PolygonSum> polygons;  ///< by id, those of more than kLargePolygon cells

  const geo::Grid& whole() const { return country ? *country : grid; }
};

/// Polygons of more cells than this are told by what changed in them; smaller ones are predicted anew.
inline constexpr std::size_t kLargePolygon = 2000;

/// Cells by which an update says what it leaves out.  `map`: as it is told.
std::vector<std::uint32_t> watched_cells(const geo::Grid& modelled, std::int32_t together, const geo::Raster& map);
/// By number of a CHA, how many of the cells it has.
std::vector<std::uint32_t> cells_of_confirmed(const std::vector<evidence::ConfirmedCell>& confirmed);
/// Values of cells, of each of all covariates.
std::vector<float> values_at(const std::vector<std::uint32_t>& cells,
                             const std::vector<evidence::CovariateField>& covariates);

/// The state that a fit and its sums leave, but for the cells that are watched.  `kinds`: null where left out.
EstimateState state_of(const evidence::Observations& observations, const EstimateOptions& options,
                       const Posteriors& posteriors, const KindMap* kinds, const std::vector<PolygonCells>& polygons,
                       const CountryMap& map);

/// Throws std::runtime_error unless what was kept is of ascending cells of the grid.
template <typename OfCell>
void expect_on_grid(const std::vector<OfCell>& list, const geo::Grid& grid) {
  const bool ascending =
      std::is_sorted(list.begin(), list.end(), [](const OfCell& a, const OfCell& b) { return a.cell < b.cell; });
  if (!ascending || (!list.empty() && list.back().cell >= grid.size())) {
    throw std::runtime_error("it has cells of another grid");
  }
}

}  // namespace firmground::estimate
