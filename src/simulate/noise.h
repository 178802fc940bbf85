#pragma once
#include <cstdint>

#include "base/random.h"
#include "geo/geometry.h"

namespace firmground::simulate {

/// What a stream of random numbers is for. Each unit of work (a field, a release) has its own stream of its kind, so
/// that nothing depends on the order in which threads take the work.
enum class Stream : std::uint8_t {
  parameters = 1,
  coast,
  relief,
  lattice,
  settlements,
  roads,
  contact_line,
  chains,
  field,
  nuisance,
  shelling,
  fates,
  hazards,
  operations,
  release,
  search,
  finds,
  records,
  accidents,
  victims,
  money,
  resources,
  faults,
  districts
};

base::Random stream(std::uint64_t seed, Stream kind, std::uint64_t unit = 0);

/// A smooth random field over the plane: value noise on an integer lattice with quintic blending. Values in [-1, 1].
class Noise {
 public:
  Noise(std::uint64_t seed, Stream kind, std::uint64_t unit = 0);

  double at(geo::Xy point, double wavelength_m) const;
  /// Sum of octaves, each half as long and half as high.
  double fractal(geo::Xy point, double wavelength_m, int octaves) const;
  /// Sharp crests where the field changes sign; in [0, 1].
  double ridged(geo::Xy point, double wavelength_m, int octaves) const;
  /// The field along a line.
  double along(double distance_m, double wavelength_m) const { return at({distance_m, 0}, wavelength_m); }
  /// Uniform in [0, 1), one value per pair of integers.
  double lattice_value(std::int64_t i, std::int64_t j) const;

 private:
  std::uint64_t salt_;
};

}  // namespace firmground::simulate
