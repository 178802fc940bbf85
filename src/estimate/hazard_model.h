#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "estimate/lattice_field.h"
#include "estimate/smooth_effects.h"
#include "evidence/observations.h"
#include "sparse/symmetric_matrix.h"

namespace firmground::estimate {

/// One observation of the latent field: a searched cell, or events over a cell.
struct Observation {
  std::uint32_t cell = 0;
  bool events = false;  ///< Poisson count with exposure, else search with outcome
  bool found = false;
  float detection = 0;  ///< search: P(found | present);  events: exposure
  float count = 0;      ///< events;  report: size of the block
  float recorded = 0;   ///< hazard of minefield records
  bool report = false;  ///< a search by those who live there, of a block of ground (report_evidence.h)
};

/// The linear predictor of a cell: eta = short field + long field + intercept + covariate effects.
/// Eight lattice nodes (short nw ne sw se, long nw ne sw se) and one knot pair per effect.
struct CellDesign {
  std::array<std::int32_t, 8> node;  ///< index into the latent vector, -1 where the short field is not active
  std::array<float, 8> weight;
};

/// A cell's square of the long field, where its nodes are columns of the border.
struct LongPlace {
  std::array<std::uint32_t, 4> column;  ///< ascending
  std::array<float, 4> weight;
};

/// Those that are searches.
std::int64_t searches_in(const std::vector<Observation>& list);

/// Everything of one class's model that does not change with the hyperparameters. Immutable once made.
struct HazardModel {
  Lattice short_lattice;
  Lattice long_lattice;
  FieldPrecision short_field;
  FieldPrecision long_field;
  std::vector<SmoothEffect> effects;
  double event_shape = std::numeric_limits<double>::infinity();  ///< of the law of counted events (eq. 6)
  double search_worth = 1;                                       ///< of a searched cell, in facts (eq. 64)
  std::vector<Observation> observations;
  std::vector<CellDesign> design;          ///< of each observation
  std::vector<BasisPlace> basis;           ///< observations x effects
  sparse::SymmetricMatrix pattern;         ///< of the latent posterior precision, short field first
  std::vector<sparse::Index> short_place;  ///< entry of `pattern` for each entry of short_field.pattern
  std::vector<sparse::Index> long_place;
  std::vector<std::array<std::int32_t, 36>> quad_place;  ///< entries for the pairs of a square's eight nodes, -1 unused
  std::vector<std::array<std::int32_t, 8>> quad_nodes;
  std::vector<std::uint32_t> quad;  ///< of each observation
  bool long_in_border = false;      ///< its nodes are columns of the border, after the effects, and not latent
  /// With long_in_border: each observation's columns, and the long nodes that are columns here, those that an
  /// observation reaches.
  std::vector<LongPlace> long_columns;
  std::vector<std::uint32_t> long_node_of_column;

  std::size_t latent() const {
    return static_cast<std::size_t>(short_lattice.active) +
           (long_in_border ? 0 : static_cast<std::size_t>(long_lattice.active));
  }
  /// Columns of the border that the observations reach.
  std::size_t border() const { return border_columns(effects) + (long_in_border ? long_node_of_column.size() : 0); }
};

struct ModelOptions {
  std::int32_t short_step_cells = 2;  ///< node spacing of the short field, in cells
  double long_range_m = 6000;
  double reach_m = 1000;  ///< the short field lives this far around observations
  std::size_t knots = 6;
  double search_worth = 1;
  evidence::OrdnanceClass ordnance_class = evidence::OrdnanceClass::mines;  ///< whose covariates are used
  /// Of another model of the class, to be shared; empty: laid out from the list.
  std::optional<std::vector<SmoothEffect>> effects = {};
};

/// The list of one class -> model.  Cost: O(cells) for the lattices, O(observations) for the rest.
HazardModel make_model(const evidence::Observations& observations, std::vector<Observation> list,
                       const ModelOptions& options);

/// Node spacing of the long field, in cells: whole multiples of the short one's, so that a short square lies in one
/// long square.
std::int32_t long_step_cells(const geo::Grid& grid, std::int32_t short_step_cells, double long_range_m);

/// Whether long nodes that share no square have an entry too, for a prior that ties them all.
enum class LongPairs : std::uint8_t { in_squares, all };
/// A model on lattices that are given.  `effects`: laid out before.
HazardModel model_on(const evidence::Observations& observations, std::vector<Observation> list, Lattice short_lattice,
                     Lattice long_lattice, std::vector<SmoothEffect> effects, LongPairs pairs = LongPairs::in_squares);

/// Stretches the short field along the former line of contact (eq. 57); nothing where no line is known.
void stretch_field(const evidence::Observations& observations, double ratio, HazardModel& model,
                   LongPairs pairs = LongPairs::in_squares);

/// The same model with the long field in the border: what regions of a country share is then all in it.
HazardModel with_long_in_border(HazardModel model);

/// At most some 50,000 cells of the area of interest, by regular steps: the ground to be forecast.
std::vector<std::uint32_t> forecast_sample(const evidence::Observations& observations);

/// A latent vector of one model at the nodes of another of the same class: bilinear, 0 where the first has no field.
std::vector<double> interpolated(const HazardModel& from, const std::vector<double>& latent, const HazardModel& to);

CellDesign cell_design(const HazardModel& model, const geo::Grid& grid, std::uint32_t cell);

}  // namespace firmground::estimate
