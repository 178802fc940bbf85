#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "estimate/estimate_state.h"

namespace firmground::estimate {

/// Cells of a map that are told anew.
struct MapChanges {
  std::vector<std::uint32_t> cells;        ///< ascending
  std::vector<std::vector<float>> values;  ///< of these, by band

  /// REQUIRES: the map has these bands and cells.
  void put_into(geo::Raster& map) const;
};

/// What an update changes of a whole estimate.
struct EstimateUpdate {
  std::int64_t cells_changed =
      0;  ///< search, finds or their kinds, of any class, differ from what the whole estimate saw
  /// Cells outside searched land where people met an item, by class, in what the whole estimate saw or now alone.
  std::int64_t reports_changed = 0;
  /// The same of classes whose reports are no evidence: too few lay beside searched ground to learn from.
  std::int64_t reports_aside = 0;
  std::int64_t cells_refreshed = 0;  ///< cells of the map that are told anew
  /// Polygons told anew, by their place in the list given; numbers of large ones that the state does not know are NaN.
  std::vector<std::pair<std::size_t, PolygonEstimate>> polygons;
  NationalTotals totals;
  std::vector<ClassKinds> kinds;  ///< by class; empty: as the whole estimate told them, or left out
  /// Of the polygons told anew that were asked about and that are not large; `polygon` is their place in the list
  /// given.
  std::vector<PolygonSurvey> surveys;
  /// By how much the log intensity of a cell that was not refreshed moves at most (over cells with P(any) > .01): what
  /// the update leaves out.
  double shift_beyond = 0;
  std::vector<std::uint8_t> refreshed;  ///< by cell of the state's grid
  MapChanges map;                       ///< of the country's map
  /// Polygons told anew whose likeliest cell is not: their reasons are those that they had.
  std::vector<std::size_t> reasons_stay;
  /// The state is of a part of the country and what is to be told lies too near its edge: nothing else is told here.
  bool needs_wider = false;
};

/// What an update tells beside the map.
struct AlsoTold {
  geo::Raster* kind_raster = nullptr;  ///< of the whole estimate; its refreshed cells are overwritten
  CloserLook closer;                   ///< of its polygons, those told anew that are not large
  const geo::Raster* whole = nullptr;  ///< the whole estimate's map; needed where closer.surveys is set

  /// Whether any of it needs the state of all the country.
  bool of_all_ground() const { return kind_raster != nullptr || closer.surveys || closer.without_evidence; }
};

/// Of a list of polygons those that touch flagged cells of the state's grid, and maybe others: by their place in the
/// list, ascending, by the grid's cells.
using PolygonsTouching =
    std::function<std::vector<std::pair<std::size_t, PolygonCells>>(const std::vector<std::uint8_t>& flags)>;
/// Of polygons that are laid out; they must outlive it.
PolygonsTouching touching(const std::vector<PolygonCells>& polygons);

/// Brings an estimate up to date with what was searched and found since, and with what people met outside searched
/// land: refits a window round the changed cells (WindowFit) and predicts the cells within its range, those that
/// another share of land searched moves by more than .002 (eq. 73), and what kinds their items are: shares of present
/// finds, with what the whole estimate learned of kinds.  A function of state and observations: not of updates in
/// between, whose cells the whole estimate tells again where nothing differs any more. REQUIRES: `now` is on the
/// state's grid (of a part of the country, evidence::observations_in() of the part, and nothing told.of_all_ground()),
/// with the records and all covariates but those of searches and survey statements as the whole estimate had them, or
/// with CovariateField::was; polygons that the state knows cover the same cells.  `polygons` is asked once. Errors:
/// estimate.update_needs_all (other grid, covariates or classes), those of WindowFit. Cost: O(window^1.5) in nodes and
/// O(cells refreshed x draws); some passes over the grid's cells.
base::Result<EstimateUpdate> update_estimate(const EstimateState& state, evidence::Observations now,
                                             const PolygonsTouching& polygons, const AlsoTold& told = {});

/// The posterior of a window, with what it stands on.
struct WindowPosteriors {
  std::shared_ptr<const void> fits;
  Posteriors posteriors;  ///< by class
};

/// The posterior in and round `cells`, as update_estimate() has it: what the whole estimate had, and with what was
/// searched and found since.  REQUIRES and errors: as there.  Cost: O(window^1.5) in nodes.
base::Result<WindowPosteriors> posteriors_near(const EstimateState& state, evidence::Observations& now,
                                               const std::vector<std::uint32_t>& cells);

}  // namespace firmground::estimate
