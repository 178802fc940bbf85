#pragma once
#include <cstdint>
#include <string>

#include "mineaction/land_account.h"
#include "mineaction/land_breakdown.h"

namespace firmground::mineaction {

enum class AreaUnit : std::uint8_t { hectare, square_metre };

/// An account broken down by keys.
struct Breakdown {
  std::vector<AccountKey> by;
  std::vector<AccountRow> rows;
};

/// The account as one JSON object (design.md section 6, docs/methods/land-accounting.md section 5): areas in hectares
/// under keys that end in `_ha`, or in square metres under keys that end in `_m2`; then the totals by method, year and
/// district, double claims by the names of both reports, processed area, shares of the baseline with what they are made
/// of, records without polygon, notes, the rows of a breakdown when one is asked, and the stamp.
std::string account_json(const LandAccount& account, AreaUnit unit = AreaUnit::hectare,
                         const Breakdown& breakdown = {});

/// The pieces as a GeoJSON feature collection in longitude and latitude (RFC 7946, 8 decimals), each with its state,
/// hazard, release, outcome, method, day, depth, district and area. A piece without depth says null, not 0.
std::string pieces_geojson(const Snapshot& snapshot, const LandAccount& account);

}  // namespace firmground::mineaction
