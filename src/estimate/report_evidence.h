#pragma once
#include <cstdint>
#include <vector>

#include "estimate/covariate_columns.h"
#include "estimate/estimate.h"
#include "estimate/field_fit.h"
#include "estimate/hazard_model.h"
#include "evidence/observations.h"

/// What people who live on ground that nobody searched tell of it (docs/methods/hazard-field.md, eq. 50-52): a block of
/// it where somebody met an item, in an accident or a spot task, and a block that was used for years and where nobody
/// did, are searches with a small chance of finding, which is learned.
namespace firmground::estimate {

/// Ground of one class that nobody searched, in blocks about as wide as fields lie (150 m) within `reach_m` of searches
/// and reports, three times as wide beyond and where a report is known no better.  Each is an observation of the inside
/// cell nearest to its centre: report = true, found: whether anybody met an item there, count: its share of a block of
/// 150 m, detection 0 until learn_meetings().  Result in an order of places of the country, the same in all regions.
/// Cost: O(cells).
struct UnsearchedBlocks {
  std::vector<Observation> list;
  std::vector<std::uint8_t> beside_searches;  ///< of each: within `reach_m` of a search, not of a report alone
};
UnsearchedBlocks unsearched_blocks(const evidence::Observations& observations, std::size_t which, double reach_m,
                                   const std::vector<std::uint8_t>& leave_out);

/// The squares of 450 m that are one block or nine.  A square's blocks follow from what lies within `reach_m` of it.
class WideSquares {
 public:
  /// `ground`: the country, or a part of it whose edges cut no square.
  explicit WideSquares(const geo::Grid& ground);
  std::int32_t side() const { return side_; }  ///< cells
  std::uint32_t of(std::uint32_t cell) const;
  /// Those that have a cell within `reach_m` of this one along both axes.
  void add_around(std::uint32_t cell, double reach_m, std::vector<std::uint32_t>& squares) const;
  /// As unsearched_blocks() has them.  REQUIRES: `ground` has all cells within reach.  Cost: O(cells within reach).
  std::vector<Observation> blocks(const evidence::Observations& ground, std::size_t which, double reach_m,
                                  std::uint32_t square) const;

 private:
  std::uint32_t along() const { return static_cast<std::uint32_t>((grid_.columns + side_ - 1) / side_); }
  const geo::Grid& grid_;
  std::int32_t side_;
};

/// The blocks of a model, and what was reported of them: kept aside until it is known how often people meet what is
/// there.
struct Meetings {
  std::size_t first = 0;  ///< observation; the blocks come after the searches
  std::vector<std::uint8_t> met;
  std::vector<std::uint8_t> beside_searches;
};
Meetings set_aside(std::vector<std::uint8_t> beside_searches, HazardModel& model);

/// Whether reports may be evidence here: where ground was searched, and where there are enough of them.
bool reports_tell(const evidence::Observations& country, std::size_t which, const EstimateOptions& options);

/// Learns from the blocks beside searched ground, whose hazard the searches tell, how likely people meet an item of a
/// block that holds any, by how far from roads and places it lies.  `fitter`: fitted with the reports set aside; of a
/// region: `share` adds up over all.  Result: coefficients of a MeetingRate; none: fewer than kFewestReports lie in
/// such blocks, and all stay aside.  Cost: O(blocks x knots^2).
inline constexpr double kFewestReports = 20;
std::vector<double> learn_meetings(const evidence::Observations& observations, const FieldFitter& fitter,
                                   const Meetings& meetings, const RegionShare* share, const HazardModel& model);

/// How many items of a block people would meet if all its cells held any (c_b of eq. 50).  Holds references: effects
/// and observations outlive it.
class MeetingRate {
 public:
  /// REQUIRES: coefficients that learn_meetings() learned with the same effects.
  MeetingRate(const evidence::Observations& observations, const std::vector<SmoothEffect>& effects,
              std::vector<double> coefficients);
  float of(const Observation& block) const;

 private:
  CovariateColumns columns_;
  std::vector<double> coefficients_;
};

/// Gives all blocks their rate and their outcome back; nothing where no coefficients were learned.  Result: the blocks
/// with reports that are now used, of all regions.
std::int64_t give_back(const evidence::Observations& observations, const std::vector<double>& coefficients,
                       const Meetings& meetings, const RegionShare* share, HazardModel& model);

}  // namespace firmground::estimate
