#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "evidence/searched_ground.h"
#include "geo/crs.h"
#include "mineaction/code_lists.h"

namespace firmground::evidence {

struct PatternFind {
  std::string find_id;
  geo::Xy position;
  mineaction::Device device = mineaction::Device::unknown;
};

struct PatternOptions {
  double least_probability = 0.1;  ///< positions that are less likely are not listed
  double most_radius_m = 10;       ///< positions known less well are not listed; the score holds them
};

/// A quantity with what is known of it.
struct Interval {
  double value = 0, low = 0, high = 0;  ///< 90 %
};

struct PatternRow {
  double offset_m = 0;   ///< across the field, from its first row
  double stagger_m = 0;  ///< its places along the row against those of the row before, [0, pitch); NaN: cannot be told
  Interval pitch_m;
  double step_sd_m = 0;  ///< of one step along the row
  double presence = 0;   ///< share of its places that held a mine when the search began
  mineaction::Device device = mineaction::Device::unknown;  ///< of most of its finds
  std::vector<std::string> finds;                           ///< ids, in their order along the row
  std::vector<geo::Xy> path;                                ///< from its first find to its last, every few metres
};

/// A row that nothing was found of yet, but that the spacing of the others suggests.
struct FurtherRow {
  double offset_m = 0, sd_m = 0;
  double probability = 0;  ///< what was searched along it in vain is taken into account
  std::vector<geo::Xy> path;
};

/// Rows laid together.
struct PatternField {
  std::vector<PatternRow> rows;  ///< across the field
  std::vector<FurtherRow> further;
  Interval spacing_m;             ///< zero where there is one row only
  double heading_deg = 0;         ///< of the middle, clockwise from grid north, [0, 180)
  double bend_per_100_m_deg = 0;  ///< mean turn
  double sigma_m = 0;             ///< spread of finds across their row
  double length_m = 0;            ///< from the first find to the last
  Interval goes_on_first_m;       ///< how much further it goes, at the end where the rows' paths begin
  Interval goes_on_last_m;        ///< and at the other
  double reaches_beyond = 0;      ///< probability that it goes on further than anything is said of here
  double log_ratio = 0;           ///< natural log of the evidence for these rows over none
};

struct MissingPosition {
  geo::Xy position;
  double probability = 0;  ///< that a mine is still there
  double radius90_m = 0;   ///< it is within, if it is there, with 90 %
  double effort = 0;       ///< chance that the search so far would have found it
  bool beyond = false;     ///< beyond the finds of its row, not between them
  std::uint32_t field = 0, row = 0;
};

/// Ground to be worked, best first.
struct WorkBlock {
  geo::Xy centre;
  double expected = 0;  ///< mines
};

enum class PatternVerdict : std::uint8_t { rows, none };

struct RowPattern {
  PatternVerdict verdict = PatternVerdict::none;
  double log_ratio = 0;  ///< of the best rows over none, found or not
  double clump_m = 0;    ///< reach of the clumps that finds in no rows would make; 0 = they would lie evenly
  std::size_t finds = 0, strays = 0;
  std::vector<PatternField> fields;
  std::vector<MissingPosition> positions;  ///< most probable first
  geo::Grid grid;
  std::vector<float> expected;  ///< grid.size() entries: mines still in the cell; NaN = nothing is said of it
  std::vector<WorkBlock> blocks;
  static constexpr double kBlock_m = 10;
  static constexpr std::size_t kLeastFinds = 6;
  /// Natural log of 150 to 1: of 300 invented sites with nuisance mines only, fewer than one in a hundred pass.
  static constexpr double kStandsOut = 5;
};

/// Rows in the finds of one piece of ground, and where they go on (docs/methods/row-patterns.md).  Positions in metres;
/// `ground` covers whatever shall be scored.  Where no row stands out nothing is said of any place.
/// Deterministic, whatever the thread count and the order of the finds.
/// Errors: evidence.too_few_finds.  Cost: finds squared; 300 finds on 10 ha in a tenth of a second.
base::Result<RowPattern> find_row_pattern(std::vector<PatternFind> finds, SearchedGround ground,
                                          const PatternOptions& options = {});

/// One JSON object: verdict, fields with rows, positions and blocks with coordinates in metres and degrees.
std::string to_json(const RowPattern& pattern, const geo::Crs& crs, const std::string& stamp_json);

/// What was found, sentence by sentence.
std::vector<std::string> in_words(const RowPattern& pattern);

}  // namespace firmground::evidence
