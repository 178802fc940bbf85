#include "geo/magnetic_field.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <chrono>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/embedded.h"

namespace firmground::geo {

namespace {

constexpr int kDegree = 13;
constexpr std::size_t kCoefficients = kDegree * (kDegree + 2);
using Coefficients = std::array<double, kCoefficients>;

struct Epoch {
  double year = 0;
  std::string model;
  Coefficients nT{};
  Coefficients nT_per_year{};
};

struct Table {
  double first_year = 0;
  double last_year = 0;
  std::vector<Epoch> epochs;
};

Coefficients read_coefficients(const toml::table& epoch, std::string_view key) {
  Coefficients result{};  // degrees above those of a model are zero
  if (const toml::array* list = epoch[key].as_array()) {
    FG_CHECK(list->size() <= kCoefficients);
    for (std::size_t i = 0; i < list->size(); ++i) {
      result[i] = (*list)[i].value<double>().value();
    }
  }
  return result;
}

const Table& table() {
  static const Table read = [] {
    const toml::table text = toml::parse(base::embedded_file("schema/magnetic-field.toml"));
    Table made{text["first_year"].value<double>().value(), text["last_year"].value<double>().value(), {}};
    for (const auto& entry : *text["epoch"].as_array()) {
      const toml::table& epoch = *entry.as_table();
      made.epochs.push_back({epoch["year"].value<double>().value(), epoch["model"].value<std::string>().value(),
                             read_coefficients(epoch, "coefficients_nT"),
                             read_coefficients(epoch, "change_nT_per_year")});
    }
    FG_CHECK(made.epochs.size() >= 2);
    return made;
  }();
  return read;
}

const Epoch* epoch_before(double year) {
  const Epoch* found = nullptr;
  for (const Epoch& epoch : table().epochs) {
    if (epoch.year <= year) {
      found = &epoch;
    }
  }
  return found;
}

Coefficients coefficients_at(double year) {
  const Epoch* from = epoch_before(year);
  FG_CHECK(from != nullptr);
  Coefficients result{};
  const bool last = from == &table().epochs.back();
  for (std::size_t i = 0; i < kCoefficients; ++i) {
    const double slope =
        last ? from->nT_per_year[i] : ((from + 1)->nT[i] - from->nT[i]) / ((from + 1)->year - from->year);
    result[i] = from->nT[i] + slope * (year - from->year);
  }
  return result;
}

/// Geocentric colatitude (radians) and radius (km) of a point at sea level on the ellipsoid.
struct Geocentric {
  double colatitude = 0;
  double radius_km = 0;
};
Geocentric geocentric(double latitude_rad) {
  constexpr double a = 6378.137;
  constexpr double b = 6356.752314245;
  const double c = std::cos(latitude_rad);
  const double s = std::sin(latitude_rad);
  const double n = a * a / std::sqrt(a * a * c * c + b * b * s * s);
  const double x = n * c;
  const double z = n * b * b / (a * a) * s;
  return {std::atan2(x, z), std::hypot(x, z)};
}

struct North {
  double x = 0;  ///< towards geocentric north, nT
  double y = 0;  ///< east
  double z = 0;  ///< down
};

/// Spherical harmonic synthesis with Schmidt quasi-normalised associated Legendre functions by recursion in degree.
North field(const Coefficients& g, const Geocentric& at, double longitude_rad) {
  constexpr double kReferenceRadius_km = 6371.2;
  const double ct = std::cos(at.colatitude);
  const double st = std::max(std::sin(at.colatitude), 1e-10);
  std::array<std::array<double, kDegree + 1>, kDegree + 1> p{};
  std::array<std::array<double, kDegree + 1>, kDegree + 1> dp{};
  p[0][0] = 1;
  North sum;
  const double ratio = kReferenceRadius_km / at.radius_km;
  double power = ratio * ratio;
  std::size_t next = 0;
  for (std::size_t n = 1; n <= kDegree; ++n) {
    power *= ratio;
    for (std::size_t m = 0; m <= n; ++m) {
      const auto dn = static_cast<double>(n);
      const auto dm = static_cast<double>(m);
      if (m == n) {
        const double f = n == 1 ? 1 : std::sqrt((2 * dn - 1) / (2 * dn));
        p[n][n] = f * st * p[n - 1][n - 1];
        dp[n][n] = f * (st * dp[n - 1][n - 1] + ct * p[n - 1][n - 1]);
      } else {
        const double k = std::sqrt(dn * dn - dm * dm);
        const double q = n >= 2 && m <= n - 2 ? std::sqrt((dn - 1) * (dn - 1) - dm * dm) : 0;
        const double before = n >= 2 ? p[n - 2][m] : 0;
        const double d_before = n >= 2 ? dp[n - 2][m] : 0;
        p[n][m] = ((2 * dn - 1) * ct * p[n - 1][m] - q * before) / k;
        dp[n][m] = ((2 * dn - 1) * (ct * dp[n - 1][m] - st * p[n - 1][m]) - q * d_before) / k;
      }
      const double gnm = g[next++];
      const double hnm = m > 0 ? g[next++] : 0;
      const double cosine = gnm * std::cos(dm * longitude_rad) + hnm * std::sin(dm * longitude_rad);
      const double sine = gnm * std::sin(dm * longitude_rad) - hnm * std::cos(dm * longitude_rad);
      sum.x += power * cosine * dp[n][m];
      sum.y += power * dm * sine * p[n][m] / st;
      sum.z -= power * (dn + 1) * cosine * p[n][m];
    }
  }
  return sum;
}

}  // namespace

base::Result<double> declination_deg(LonLat place, double year) {
  if (!(year >= table().first_year && year <= table().last_year)) {
    return base::fail("geo.declination_unknown", {{"year", fmt::format("{:.1f}", year)},
                                                  {"first", fmt::format("{:.0f}", table().first_year)},
                                                  {"last", fmt::format("{:.0f}", table().last_year)}});
  }
  constexpr double kRadian = std::numbers::pi / 180;
  const Geocentric at = geocentric(place.lat * kRadian);
  const North b = field(coefficients_at(year), at, place.lon * kRadian);
  // The geodetic vertical leans from the geocentric one by the difference of the two latitudes.
  const double tilt = place.lat * kRadian - (std::numbers::pi / 2 - at.colatitude);
  const double north = b.x * std::cos(tilt) + b.z * std::sin(tilt);
  return std::atan2(b.y, north) / kRadian;
}

const char* magnetic_model(double year) {
  const Epoch* epoch = epoch_before(year);
  return epoch != nullptr && year <= table().last_year ? epoch->model.c_str() : "";
}

double decimal_year(const base::Date& date) {
  using std::chrono::sys_days;
  using std::chrono::year;
  const sys_days first = date.first_day();
  const sys_days last = date.last_day();
  const std::chrono::year_month_day day(first);
  const sys_days start{day.year() / 1 / 1};
  const sys_days end{(day.year() + std::chrono::years(1)) / 1 / 1};
  const double middle =
      0.5 * (static_cast<double>((first - start).count()) + static_cast<double>((last - start).count()) + 1);
  return static_cast<int>(day.year()) + middle / static_cast<double>((end - start).count());
}

}  // namespace firmground::geo
