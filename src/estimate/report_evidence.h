#pragma once
#include <cstdint>
#include <vector>

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
/// block that holds any, by how far from roads and places it lies; gives all blocks that detection and their outcome
/// back.  `fitter`: fitted with the reports set aside; of a region: `share` adds up over all.  Result: the blocks with
/// reports that are now used, of all regions; 0: fewer than kFewestReports lie in such blocks, and all stay aside.
/// Cost: O(blocks x knots^2).
inline constexpr double kFewestReports = 20;
std::int64_t learn_meetings(const evidence::Observations& observations, const FieldFitter& fitter,
                            const Meetings& meetings, const RegionShare* share, HazardModel& model);

}  // namespace firmground::estimate
