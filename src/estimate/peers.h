#pragma once
#include <cstdint>
#include <vector>

#include "evidence/observations.h"

namespace firmground::estimate {

/// What is done today, to be beaten: recorded outline + 50 m (1 inside, 0 outside).
std::vector<float> recorded_outline_score(const evidence::Observations& observations);

/// Kernel density of finds over effort: share of searched ground with finds in a Gaussian neighbourhood of the
/// bandwidth, shrunk towards the overall share with the weight of one cell.  In presence-only mode: density of events.
/// Cells left out are not used. Cost: O(cells x bandwidth / cell), separable and cut at three bandwidths.
std::vector<float> kernel_density_score(const evidence::Observations& observations, double bandwidth_m,
                                        const std::vector<std::uint8_t>& leave_out);

/// Bandwidths tried for the peer, which gets the best of them by its own score.
std::vector<double> kernel_bandwidths(double cell_m);

}  // namespace firmground::estimate
