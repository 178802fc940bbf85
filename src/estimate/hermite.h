#pragma once
#include <array>

namespace firmground::estimate {

/// Gauss-Hermite quadrature for a standard normal (probabilists'), 9 nodes: exact for polynomials up to degree 17.
inline constexpr std::array<double, 9> kHermiteNodes = {
    -4.512745863399783, -3.205429002856470, -2.076847978677830, -1.023255663789133, 0.0,
    1.023255663789133,  2.076847978677830,  3.205429002856470,  4.512745863399783};
inline constexpr std::array<double, 9> kHermiteWeights = {
    2.2345844007746563e-05, 2.7891413212317701e-03, 4.9916406765217900e-02,
    2.4409750289493904e-01, 4.0634920634920634e-01, 2.4409750289493904e-01,
    4.9916406765217900e-02, 2.7891413212317701e-03, 2.2345844007746563e-05};

}  // namespace firmground::estimate
