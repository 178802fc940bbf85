#pragma once
#include "simulate/country.h"

namespace firmground::simulate {

/// Puts the data faults of domain.md 5.6 into what the programme has on file, at those rates, and lists each one.
/// A fault is injected only where it is one: blanks behind a word, a district that the ground does not come near, an
/// outline that really crosses itself, an overlap of at least 2 % and 200 m2. "unclosed" outlines are a matter of the
/// file: whoever writes it leaves the closing corner out.
/// The truth stays as it is; ids that the truth refers to stay unique to their first record.
std::vector<InjectedFault> inject_faults(std::uint64_t seed, mineaction::Snapshot& known);

}  // namespace firmground::simulate
