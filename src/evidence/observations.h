#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "evidence/item_kinds.h"
#include "evidence/line_direction.h"
#include "geo/crs.h"
#include "geo/grid.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

/// Ordnance classes with a hazard field of their own: what was laid (AP, AV mines, IEDs, booby traps) and what was
/// fired or left (UXO, AXO, submunitions, ERW, other and unknown items).
enum class OrdnanceClass : std::uint8_t { mines, erw };
inline constexpr std::array kOrdnanceClasses = {OrdnanceClass::mines, OrdnanceClass::erw};
std::string_view to_string(OrdnanceClass ordnance_class);
OrdnanceClass class_of(mineaction::Device device);

/// A cell that was searched, for one ordnance class. Finding nothing in it is data.
struct SearchedCell {
  std::uint32_t cell;
  float share;      ///< of the cell's area searched, (0, 1]: geometry of the releases times their coverage
  float detection;  ///< probability that an item in the searched share was found, (0, 1)
  std::uint32_t found;
};

/// Items reported outside searched land: spot tasks, accidents (a find without effort).
struct Report {
  std::uint32_t cell;
  std::uint32_t count;
  std::int16_t year;   ///< 0: not known
  bool vague = false;  ///< its place is known no better than to some hundred metres
};

/// Classes whose hazard a covariate may explain.
enum class CovariateUse : std::uint8_t { both, mines, erw };
/// Covariates made from minefield records know it: reconciliation replaces those of outlines as they were drawn.
enum class CovariateSource : std::uint8_t { ground, outlines_as_drawn, reconciled_records };

struct StatementClass;  // statements.h

/// A cell and the last year in which it was searched.
struct SearchedIn {
  std::uint32_t cell;
  std::int32_t year;
  bool operator==(const SearchedIn&) const = default;
};
/// Searched cells that CHA were reported beside later.
struct SearchedBefore {
  std::int16_t latest = 0;        ///< the year in which the last CHA was reported
  std::vector<SearchedIn> cells;  ///< ascending
  bool operator==(const SearchedBefore&) const = default;
};

/// A cell that a confirmed hazardous area covers by half.
struct ConfirmedCell {
  std::uint32_t cell;
  std::uint32_t area;  ///< tells one area from another
};

/// A value per cell that the hazard may depend on; NaN where it is not known.
struct CovariateField {
  std::string name;  ///< in words, for people: "distance to the former line of contact"
  std::string unit;
  std::vector<float> value;
  bool categories = false;  ///< values are 0, 1, 2 ... with the labels below
  std::vector<std::string> labels;
  bool tells_effort = false;  ///< made from where people searched: no cause of it
  CovariateUse use = CovariateUse::both;
  CovariateSource from = CovariateSource::ground;
  bool tells_people = false;   ///< says how often people come by: distance to roads, tracks, paths and places
  bool tells_outcome = false;  ///< how searched land was released, which what was found there decided
  std::shared_ptr<const std::vector<std::uint32_t>> cells = {};  ///< ascending; set: `value` is of these alone
  /// Set: the values are survey statements (statements.h), whose classes these are.
  std::shared_ptr<const std::vector<StatementClass>> statements = {};
  /// Set with `statements`: the cells of CHA, ascending, whatever was cancelled since; of several areas the latest.
  std::shared_ptr<const std::vector<ConfirmedCell>> confirmed = {};
  /// Set: the values are distances to CHA (confirmed_areas.h), which searches before these change.
  std::shared_ptr<const SearchedBefore> searched_before = {};
  /// With that, after searches came in or went: cells that have another value since, ascending, and what it was.
  std::vector<std::pair<std::uint32_t, float>> was = {};

  bool tells_searches() const { return tells_effort || tells_outcome; }
  /// Value of a cell.  REQUIRES: where `cells` is set, it is one of them.  Cost: O(log cells) there.
  float at(std::uint32_t cell) const;
  bool explains(OrdnanceClass ordnance_class) const {
    return use == CovariateUse::both || (use == CovariateUse::mines) == (ordnance_class == OrdnanceClass::mines);
  }
};

/// A minefield record as reconciliation leaves it.
struct RecordedField {
  std::string record_id;
  std::string source;
  double exists = 0;               ///< P(the field that it describes was laid)
  double findable = 0;             ///< P(it was laid and can still be found)
  double log_ratio = 0;            ///< log likelihood of what was found with the field over without; 0: nobody looked
  std::optional<ItemKind> kind{};  ///< of its mines, as it states
};

/// What a record says of one cell, given that its field can be found.
struct RecordShare {
  std::uint32_t cell;
  std::uint32_t record;  ///< index into RecordFields::records
  float probability;     ///< that the cell holds any mine of it
};

struct RecordFields {
  std::vector<RecordedField> records;
  std::vector<RecordShare> shares;  ///< ascending cells, then records
  std::string as_recorded;          ///< hash of the snapshot with corrections put back; "" = none was accepted
  /// Those of one cell.  Cost: O(log shares).
  std::span<const RecordShare> at(std::uint32_t cell) const;
};

/// Everything the estimate may look at, on the grid. A function of the snapshot alone (design invariant 2).
struct Observations {
  geo::Grid grid;
  std::optional<geo::Grid> country;  ///< of which these are a region (regions.h); empty: the grid is the country's
  int epsg = 0;
  std::vector<std::uint8_t> inside;  ///< cell centre in the area of interest: these cells are estimated
  std::array<std::vector<SearchedCell>, 2> searched;  ///< by class, ascending cells
  std::array<std::vector<Report>, 2> reports;         ///< by class, ascending cells, then years
  std::array<KindFinds, 2> kinds;       ///< by class: what the finds behind `searched` state of their kind
  std::vector<std::uint8_t> processed;  ///< cell touched by a release with any effort
  std::vector<CovariateField> covariates;
  std::shared_ptr<const LineDirection> line;  ///< of the whole country; null: no former line of contact is known
  std::optional<RecordFields> records;        ///< empty: not reconciled, outlines count as drawn (record_fields.h)
  std::string snapshot_hash;
  std::string mode;                ///< "effort", or "presence-only" when no land release says where was searched
  std::string from, until;         ///< the window asked for, "" = open; part of the stamp
  std::vector<std::string> notes;  ///< assumptions made, in words

  const geo::Grid& whole() const { return country ? *country : grid; }
  /// Where the grid begins in the country's.
  std::uint32_t first_column() const { return static_cast<std::uint32_t>(grid.west - whole().west); }
  std::uint32_t first_row() const { return static_cast<std::uint32_t>(whole().north - grid.north); }
};

enum class Mode : std::uint8_t { automatic, effort, presence_only };

/// Side of the cells that ground is modelled in, whatever the cells of its map: a law of presence and count of one
/// size of cells is not that of another, so what is expected in all would depend on the map.
inline constexpr double kModelled_m = 50;

struct ObserveOptions {
  double cell_m = 50;
  Mode mode = Mode::automatic;
  std::optional<mineaction::Date> from;   ///< presence-only: events from this day on
  std::optional<mineaction::Date> until;  ///< only what was released, found or happened until this day
};

/// The cells that the ground of a map is modelled in: whole parts of the map's cells.
struct ModelledCells {
  double cell_m = kModelled_m;
  std::int32_t together = 1;  ///< per side, in one cell of the map
  std::string note;           ///< in words, where they are not of kModelled_m; may be empty
};
/// For a map in cells of options.cell_m: cells as near to kModelled_m as whole parts of these are, larger ones where
/// the ground has more than 50 million, and the map's own where it is no larger or in presence-only mode, whose sums
/// hardly depend on it.  Errors: evidence.no_ground, evidence.cell_invalid.  Cost: O(records).
base::Result<ModelledCells> modelled_cells(const mineaction::Snapshot& snapshot, const ObserveOptions& options);

/// Snapshot -> observations.  Cost: O(cells) per covariate (exact distance transforms), O(cells touched) for effort;
/// 4.7 million cells in a few seconds.  Without an area of interest the hull of the districts, else the cells within 10
/// km (at least 10 cells) of any record, stand in for it, and a note says so. Errors: evidence.no_ground (nothing says
/// where the country is), evidence.grid_too_large (more than 2^31 cells).
base::Result<Observations> observe(const mineaction::Snapshot& snapshot, const ObserveOptions& options = {},
                                   const base::Progress& progress = base::no_progress);

/// The same without covariates: grid, effort and finds.
base::Result<Observations> observe_effort(const mineaction::Snapshot& snapshot, const ObserveOptions& options = {},
                                          const base::Progress& progress = base::no_progress);

/// Probability that one item in searched ground is found, by method and class. Defaults until quality data replace them
/// (docs/methods/hazard-field.md, table 1); NTS looks at nothing in the ground.
double default_detection(mineaction::Method method, mineaction::Outcome outcome, OrdnanceClass ordnance_class);

}  // namespace firmground::evidence
