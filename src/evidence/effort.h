#pragma once
#include "evidence/observations.h"

namespace firmground::evidence {

/// Fills searched, reports, processed and mode from land releases, finds and accidents.
/// Effort of a cell (docs/methods/hazard-field.md, eq. 1-2): share = min(1, sum of covered share x coverage); detection
/// = the mean of the methods' detection weighted by share, and where ground was searched more than once 1 - (1 -
/// detection)^times.
void place_effort(const mineaction::Snapshot& snapshot, const ObserveOptions& options, Observations& result);

/// Whether a release counts that may have found something.
bool any_search(const mineaction::Snapshot& snapshot, const ObserveOptions& options);

/// Whether its method may find anything.
bool looks_into_the_ground(const mineaction::LandRelease& release);

}  // namespace firmground::evidence
