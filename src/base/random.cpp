#include "base/random.h"

#include <bit>
#include <cmath>

#include "base/check.h"

namespace firmground::base {

namespace {

std::uint64_t splitmix64(std::uint64_t& x) {
  std::uint64_t z = (x += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t x = stream;
  std::uint64_t mixed = seed ^ splitmix64(x);
  for (std::uint64_t& word : state_) {
    word = splitmix64(mixed);
  }
}

std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() {
  return static_cast<double>(bits() >> 11) * 0x1.0p-53;
}

std::size_t Random::index(std::size_t n) {
  FG_CHECK(n > 0);
  // Rejection of the last, incomplete block keeps every index equally likely.
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % n + 1) % n;
  std::uint64_t value = bits();
  while (value > limit) {
    value = bits();
  }
  return static_cast<std::size_t>(value % n);
}

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  double u = 0;
  double v = 0;
  double s = 0;
  do {
    u = uniform(-1, 1);
    v = uniform(-1, 1);
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  const double factor = std::sqrt(-2 * std::log(s) / s);
  spare_normal_ = v * factor;
  has_spare_ = true;
  return u * factor;
}

double Random::exponential(double mean) {
  return -mean * std::log1p(-uniform());
}

double Random::gamma(double shape, double scale) {
  FG_CHECK(shape > 0 && scale > 0);
  if (shape < 1) {
    const double boost = std::pow(1 - uniform(), 1 / shape);
    return gamma(shape + 1, scale) * boost;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal();
    const double side = 1 + c * x;
    const double cube = side * side * side;
    if (cube <= 0) {
      continue;
    }
    const double u = 1 - uniform();
    if (std::log(u) < 0.5 * x * x + d - d * cube + d * std::log(cube)) {
      return d * cube * scale;
    }
  }
}

double Random::beta(double a, double b) {
  const double x = gamma(a, 1);
  return x / (x + gamma(b, 1));
}

std::int64_t Random::poisson(double mean) {
  FG_CHECK(mean >= 0);
  std::int64_t count = 0;
  while (mean > 30) {
    // The m-th arrival of a unit-rate process is gamma(m): either it lies inside, or the rest is binomial.
    const auto m = static_cast<std::int64_t>(std::floor(mean * 7 / 8));
    const double arrival = gamma(static_cast<double>(m), 1);
    if (arrival > mean) {
      return count + binomial(m - 1, mean / arrival);
    }
    count += m;
    mean -= arrival;
  }
  double product = uniform();
  const double limit = std::exp(-mean);
  while (product > limit) {
    product *= uniform();
    ++count;
  }
  return count;
}

std::int64_t Random::binomial(std::int64_t n, double p) {
  FG_CHECK(n >= 0 && p >= 0 && p <= 1);
  std::int64_t count = 0;
  while (n > 40) {
    // The median order statistic of n uniforms is beta distributed: recurse on the side that p falls in.
    const std::int64_t i = 1 + n / 2;
    const double x = beta(static_cast<double>(i), static_cast<double>(n + 1 - i));
    if (x >= p) {
      n = i - 1;
      p /= x;
    } else {
      count += i;
      n -= i;
      p = (p - x) / (1 - x);
    }
  }
  for (std::int64_t trial = 0; trial < n; ++trial) {
    count += chance(p) ? 1 : 0;
  }
  return count;
}

}  // namespace firmground::base
