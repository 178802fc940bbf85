#pragma once
#include <rapidcheck.h>

#include <ostream>
#include <vector>

#include "mineaction/kind.h"

/// Records as a register can hold them, drawn at random for property tests: texts of many scripts and of everything that
/// careless writers break on, values at the edge of their type, dates of which only the year is known, areas with holes
/// and in parts.
namespace firmground::conformance {

struct Carries {
  bool control_characters = true;  ///< in texts; XML has no place for them
  bool several_forms = true;       ///< points, lines and areas in one geometry
  bool areas = true;
  bool no_position = true;
};

/// 1 to 8 records with ids of their own, sorted by id.
rc::Gen<std::vector<mineaction::Record>> records_of(const mineaction::Kind& kind, const Carries& carries);

}  // namespace firmground::conformance

namespace firmground::mineaction {
/// How a counterexample is told.
void showValue(const Record& record, std::ostream& out);
}  // namespace firmground::mineaction
