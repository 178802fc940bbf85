#include "evidence/shift_lattice.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/wide_vectors.h"

namespace firmground::evidence {

namespace {

constexpr int kSide = ShiftLattice::kSide;
constexpr double kStep_m = ShiftLattice::kStep_m;

double below(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// out[i] += sum over k of mass[k] in[i + k stride].
FG_WIDE_VECTORS void convolve(const float* in, std::size_t stride, const float* mass, int taps, float* out, int count) {
  int k = 0;
  for (; k + 3 < taps; k += 4) {
    const float* a = in + static_cast<std::size_t>(k) * stride;
    const float* b = a + stride;
    const float* c = b + stride;
    const float* d = c + stride;
    const float ma = mass[k];
    const float mb = mass[k + 1];
    const float mc = mass[k + 2];
    const float md = mass[k + 3];
    for (int i = 0; i < count; ++i) {
      out[i] += (ma * a[i] + mb * b[i]) + (mc * c[i] + md * d[i]);
    }
  }
  for (; k < taps; ++k) {
    const float* a = in + static_cast<std::size_t>(k) * stride;
    for (int i = 0; i < count; ++i) {
      out[i] += mass[k] * a[i];
    }
  }
}

constexpr std::uint64_t kMantissa = 0x000f'ffff'ffff'ffffULL;
constexpr std::uint64_t kOne = 0x3ff0'0000'0000'0000ULL;
constexpr int kMantissaBits = 52;

FG_WIDE_VECTORS void multiply(const double* factors, std::size_t count, double* mantissa, double* exponent) {
  constexpr double kBias = 1023;
  // An exponent below 2048 written into the mantissa of 2^52: subtracting 2^52 leaves it as a number.
  constexpr std::uint64_t kTwo52 = 0x4330'0000'0000'0000ULL;
  constexpr double kTwo52Value = 4503599627370496.0;
  for (std::size_t k = 0; k < count; ++k) {
    const auto bits = std::bit_cast<std::uint64_t>(factors[k]);
    mantissa[k] *= std::bit_cast<double>((bits & kMantissa) | kOne);
    exponent[k] += std::bit_cast<double>((bits >> kMantissaBits) | kTwo52) - kTwo52Value - kBias;
  }
}

}  // namespace

Kernel::Kernel(double mean_m, double deviation_m)
    : middle(static_cast<int>(std::lround(mean_m / kStep_m))),
      reach(static_cast<int>(std::ceil(3.5 * deviation_m / kStep_m)) + 1) {
  double lower = below(((middle - reach - 0.5) * kStep_m - mean_m) / deviation_m);
  for (int k = -reach; k <= reach; ++k) {
    const double upper = below(((middle + k + 0.5) * kStep_m - mean_m) / deviation_m);
    mass.push_back(static_cast<float>(upper - lower));
    lower = upper;
  }
}

std::vector<float> excess_of(const PlaceMap& map, double factor, double one) {
  std::vector<float> excess(map.ratio.size());
  const auto scale = static_cast<float>(factor);
  const auto less = static_cast<float>(one);
  for (std::size_t k = 0; k < excess.size(); ++k) {
    excess[k] = scale * map.ratio[k] - less;
  }
  return excess;
}

std::vector<float> correlated(const float* from, int from_side, const Kernel& x, const Kernel& y, int to_side,
                              int offset) {
  const auto from_width = static_cast<std::size_t>(from_side);
  const auto to_width = static_cast<std::size_t>(to_side);
  std::vector<float> rows(to_width * from_width, 0.0F);
  for (int j = 0; j < to_side; ++j) {
    const int first = j + y.middle + offset - y.reach;
    const int begin = std::max(0, -first);
    const int end = std::min(2 * y.reach + 1, from_side - first);
    if (begin < end) {
      convolve(from + static_cast<std::size_t>(first + begin) * from_width, from_width,
               &y.mass[static_cast<std::size_t>(begin)], end - begin, &rows[static_cast<std::size_t>(j) * from_width],
               from_side);
    }
  }
  // What lies beyond `from` is nothing: each row between zeros.
  const int first = x.middle + offset - x.reach;
  const int begin = std::max(0, first);
  const int end = std::min(from_side, first + to_side + 2 * x.reach);
  std::vector<float> line(to_width + 2 * static_cast<std::size_t>(x.reach), 0.0F);
  std::vector<float> to(to_width * to_width, 0.0F);
  for (std::size_t j = 0; j < to_width && begin < end; ++j) {
    std::copy(&rows[j * from_width] + begin, &rows[j * from_width] + end, line.begin() + (begin - first));
    convolve(line.data(), 1, x.mass.data(), 2 * x.reach + 1, &to[j * to_width], to_side);
  }
  return to;
}

ShiftWeights wide_average(const std::vector<float>& on_map, const PlaceMap& map, double deviation_m) {
  constexpr int kBlock = 5;
  constexpr int kCoarse = (kSide - 1) / kBlock + 1;
  const int blocks = (map.side() + kBlock - 1) / kBlock;
  const auto width = static_cast<std::size_t>(blocks);
  std::vector<double> sums(width * width, 0.0);
  for (int y = 0; y < map.side(); ++y) {
    for (int x = 0; x < map.side(); ++x) {
      sums[static_cast<std::size_t>(y / kBlock) * width + static_cast<std::size_t>(x / kBlock)] +=
          static_cast<double>(on_map[map.index(x, y)]);
    }
  }
  std::vector<double> mass(static_cast<std::size_t>(kCoarse) * width);  ///< of a block, by coarse shift
  for (int j = 0; j < kCoarse; ++j) {
    for (int b = 0; b < blocks; ++b) {
      const double middle_m = map.at(0) + (b * kBlock + (kBlock - 1) / 2.0) * kStep_m;
      const double z = (middle_m - ShiftLattice::at(j * kBlock)) / deviation_m;
      mass[static_cast<std::size_t>(j) * width + static_cast<std::size_t>(b)] =
          std::exp(-0.5 * z * z) * kStep_m / (deviation_m * std::sqrt(2 * std::numbers::pi));
    }
  }
  std::array<double, static_cast<std::size_t>(kCoarse) * kCoarse> coarse{};
  std::vector<double> across(width);
  for (std::size_t jx = 0; jx < kCoarse; ++jx) {
    for (std::size_t by = 0; by < width; ++by) {
      across[by] = 0;
      for (std::size_t bx = 0; bx < width; ++bx) {
        across[by] += mass[jx * width + bx] * sums[by * width + bx];
      }
    }
    for (std::size_t jy = 0; jy < kCoarse; ++jy) {
      for (std::size_t by = 0; by < width; ++by) {
        coarse[jy * kCoarse + jx] += mass[jy * width + by] * across[by];
      }
    }
  }
  ShiftWeights average(ShiftLattice::kSize);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int cy = std::min(y / kBlock, kCoarse - 2);
      const int cx = std::min(x / kBlock, kCoarse - 2);
      const double v = static_cast<double>(y) / kBlock - cy;
      const double u = static_cast<double>(x) / kBlock - cx;
      const auto at = [&](int j, int i) {
        return coarse[static_cast<std::size_t>(cy + j) * kCoarse + static_cast<std::size_t>(cx + i)];
      };
      average[static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x)] =
          static_cast<float>((1 - v) * ((1 - u) * at(0, 0) + u * at(0, 1)) + v * ((1 - u) * at(1, 0) + u * at(1, 1)));
    }
  }
  return average;
}

void add_weighted(float weight, const ShiftWeights& from, ShiftWeights& into) {
  convolve(from.data(), 0, &weight, 1, into.data(), static_cast<int>(into.size()));
}

LogProduct::LogProduct(std::size_t places) : mantissa_(places, 1.0), exponent_(places, 0.0) {}

void LogProduct::times(const std::vector<double>& factors) {
  constexpr int kMostBetween = 500;  // mantissas are below 2
  multiply(factors.data(), factors.size(), mantissa_.data(), exponent_.data());
  if (++since_normal_ == kMostBetween) {
    normalise();
  }
}

void LogProduct::times(const std::vector<float>& factors) {
  times(std::vector<double>(factors.begin(), factors.end()));
}

void LogProduct::normalise() {
  for (std::size_t k = 0; k < mantissa_.size(); ++k) {
    int exponent = 0;
    mantissa_[k] = std::frexp(mantissa_[k], &exponent);
    exponent_[k] += exponent;
  }
  since_normal_ = 0;
}

std::vector<double> LogProduct::log() const {
  std::vector<double> logs(mantissa_.size());
  for (std::size_t k = 0; k < logs.size(); ++k) {
    logs[k] = std::log(mantissa_[k]) + exponent_[k] * std::numbers::ln2;
  }
  return logs;
}

}  // namespace firmground::evidence
