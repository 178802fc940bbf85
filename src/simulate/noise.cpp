#include "simulate/noise.h"

#include <cmath>

namespace firmground::simulate {

namespace {

constexpr int kUnitBits = 40;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

double blend(double t) {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

}  // namespace

base::Random stream(std::uint64_t seed, Stream kind, std::uint64_t unit) {
  return base::Random(seed, (static_cast<std::uint64_t>(kind) << kUnitBits) | unit);
}

Noise::Noise(std::uint64_t seed, Stream kind, std::uint64_t unit) : salt_(stream(seed, kind, unit).bits()) {}

double Noise::lattice_value(std::int64_t i, std::int64_t j) const {
  const std::uint64_t key = static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15U ^
                            (static_cast<std::uint64_t>(j) * 0xc2b2ae3d27d4eb4fU + salt_);
  return static_cast<double>(mix(key) >> 11) * 0x1.0p-53;
}

double Noise::at(geo::Xy point, double wavelength_m) const {
  const double x = point.x / wavelength_m;
  const double y = point.y / wavelength_m;
  const double i = std::floor(x);
  const double j = std::floor(y);
  const auto column = static_cast<std::int64_t>(i);
  const auto row = static_cast<std::int64_t>(j);
  const double u = blend(x - i);
  const double v = blend(y - j);
  const double south = std::lerp(lattice_value(column, row), lattice_value(column + 1, row), u);
  const double north = std::lerp(lattice_value(column, row + 1), lattice_value(column + 1, row + 1), u);
  return 2 * std::lerp(south, north, v) - 1;
}

double Noise::fractal(geo::Xy point, double wavelength_m, int octaves) const {
  double sum = 0;
  double height = 1;
  double total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += height * at(point, wavelength_m);
    total += height;
    height /= 2;
    wavelength_m /= 2.03;  // not exactly 2: lattice lines of the octaves must not coincide
  }
  return sum / total;
}

double Noise::ridged(geo::Xy point, double wavelength_m, int octaves) const {
  double sum = 0;
  double height = 1;
  double total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    const double crest = 1 - std::abs(at(point, wavelength_m));
    sum += height * crest * crest;
    total += height;
    height /= 2;
    wavelength_m /= 2.03;
  }
  return sum / total;
}

}  // namespace firmground::simulate
