#pragma once
#include <cstddef>
#include <span>

/// Means over a standard normal z of what an observation says, or a cell holds, at log intensity mean + sd z, as
/// weighted sums over nodes.  Such functions are flat far below a log intensity of 0 and bend within a unit or two
/// round it, so the nodes must lie the closer the larger sd, and where the mean is far below, few are needed on that
/// side.  Gauss and Hermite's nine (hermite.h) until sd 1.4; beyond, the trapezoidal rule, whose error falls with
/// exp(-2 pi w / step), w (here pi) being how far such a function can be continued off the real axis (Trefethen &
/// Weideman 2014), with 13 to 29 nodes, or 12 to 20 where the mean is two sd below.
///
/// Error: what a search says is within .001 of its mean until sd 4.3, slopes times sd and curvatures times variance
/// too.  (Where two rules meet, a larger one would keep fits stepping from one side to the other.)
namespace firmground::estimate {

struct NormalNode {
  double at;
  double weight;  ///< all together 1
};
using NormalNodes = std::span<const NormalNode>;

inline constexpr std::size_t kNodeRules = 7;
/// Serves at any mean too, also functions that grow with the intensity, whose tails the others cut off.
inline constexpr std::size_t kHermiteRule = 0;

/// The rule that serves at any mean.
inline std::size_t rule_for(double sd) {
  return sd <= 1.4 ? kHermiteRule : sd <= 1.9 ? 1 : sd <= 3.0 ? 2 : 3;
}
/// The one with the fewest nodes.  REQUIRES: a function that is flat far below 0.
inline std::size_t rule_for(double mean, double sd) {
  constexpr double kFarBelow = -2;
  if (sd <= 1.9 || mean > kFarBelow * sd) {
    return rule_for(sd);
  }
  return sd <= 2.7 ? 4 : sd <= 3.6 ? 5 : 6;
}
NormalNodes nodes_of(std::size_t rule);

}  // namespace firmground::estimate
