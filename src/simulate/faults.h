#pragma once
#include "simulate/country.h"

namespace firmground::simulate {

/// Puts the data faults of domain.md 5.6 into what the programme has on file, at those rates, and lists each one.
/// The truth stays as it is; ids that the truth refers to stay unique to their first record.
std::vector<InjectedFault> inject_faults(std::uint64_t seed, mineaction::Snapshot& known);

}  // namespace firmground::simulate
