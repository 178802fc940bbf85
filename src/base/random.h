#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace firmground::base {

/// Deterministic random numbers: xoshiro256++ (Blackman & Vigna 2021), seeded by splitmix64 from (seed, stream).
/// The same (seed, stream) gives the same numbers on every platform: the distributions are ours, not the standard
/// library's, whose algorithms the standard leaves open. Give each unit of parallel work its own stream.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t bits();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, n).  REQUIRES: n > 0.
  std::size_t index(std::size_t n);
  bool chance(double probability) { return uniform() < probability; }
  /// Standard normal (polar method).
  double normal();
  double normal(double mean, double standard_deviation) { return mean + standard_deviation * normal(); }
  double exponential(double mean);
  /// Gamma with the given shape and scale (Marsaglia & Tsang 2000).
  double gamma(double shape, double scale);
  double beta(double a, double b);
  /// Poisson: inversion below 30, otherwise a gamma-reduction (Ahrens & Dieter 1974). Exact, O(log mean).
  std::int64_t poisson(double mean);
  std::int64_t binomial(std::int64_t n, double p);

 private:
  std::array<std::uint64_t, 4> state_;
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

}  // namespace firmground::base
