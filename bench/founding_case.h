#pragma once
#include <map>
#include <string>

namespace firmground::bench {

/// Parameters of schema/simulate.toml of a country where three records in four tell of no field and each source shifts
/// by 80-260 m.
inline std::map<std::string, double> founding_case() {
  return {{"blunder_unrelated", 0.75}, {"blunder_datum", 0.05},   {"blunder_angle", 0.02},
          {"blunder_zone", 0.02},      {"blunder_content", 0.03}, {"batch_shift_m", 130.0}};
}

}  // namespace firmground::bench
