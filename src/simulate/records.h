#pragma once
#include <vector>

#include "simulate/minefields.h"

namespace firmground::simulate {

struct Records {
  std::vector<mineaction::MinefieldRecord> records;
  std::vector<mineaction::MinefieldRecordLeg> legs;
  std::vector<TrueRecord> truth;  ///< same order as records
};

/// What three sources say of the fields, each in its own way wrong (domain.md 3.2, 5.6). Coordinates that were misread
/// for another zone or with swapped axes come as legs without a drawn outline: nothing of the invented country may be
/// drawn on real ground. Errors: geo.crs_unknown, geo.transform_failed.
base::Result<Records> write_records(const Parameters& parameters, std::uint64_t seed,
                                    const std::vector<Minefield>& fields, const std::vector<TrueField>& truth,
                                    const Terrain& terrain, const LineOfContact& line, const geo::Crs& crs);

}  // namespace firmground::simulate
