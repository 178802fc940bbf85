#include "simulate/blunders.h"

#include <cmath>
#include <numbers>

namespace firmground::simulate {

namespace {

constexpr const char* kSk42Geographic = "EPSG:4284";
constexpr const char* kGaussKrueger9 = "EPSG:28409";
constexpr double kZonePrefix_m = 9e6;
constexpr double kUtmScale = 0.9996;

/// The numbers that a place has in another CRS: solved by correcting a guess with the forward transformation, whose
/// derivative is the identity to four digits; three corrections reach well below a millimetre.
template <typename Correct>
base::Result<std::vector<geo::Xy>> numbers_in(const char* other, const std::vector<geo::LonLat>& places,
                                              std::vector<geo::Xy> guess, const Correct& correct) {
  for (int round = 0; round < 3; ++round) {
    FG_TRY(const std::vector<geo::LonLat> reached, geo::transform_to_lon_lat(other, guess));
    for (std::size_t i = 0; i < places.size(); ++i) {
      correct(guess[i], reached[i], places[i]);
    }
  }
  return guess;
}

}  // namespace

std::string_view to_string(Blunder blunder) {
  switch (blunder) {
    case Blunder::none: return "none";
    case Blunder::datum: return "datum";
    case Blunder::projection: return "projection";
    case Blunder::magnetic: return "magnetic";
    case Blunder::mil6000: return "mil6000";
    case Blunder::reversed: return "reversed";
    case Blunder::wrong_zone: return "wrong-zone";
    case Blunder::swapped_axes: return "swapped-axes";
    case Blunder::content: return "content";
  }
  return "none";
}

base::Result<Misreadings> Misreadings::measure(const std::vector<geo::Xy>& places, const geo::Crs& crs) {
  Misreadings result(crs);
  if (places.empty()) {
    return result;
  }
  std::vector<geo::LonLat> real(places.size());
  crs.to_lon_lat(places, real);
  std::vector<geo::Xy> degrees;
  std::vector<geo::Xy> metres;
  for (std::size_t i = 0; i < places.size(); ++i) {
    degrees.push_back({real[i].lon, real[i].lat});
    metres.push_back({kZonePrefix_m + 5e5 + (places[i].x - 5e5) / kUtmScale, places[i].y / kUtmScale});
  }
  FG_TRY(const std::vector<geo::Xy> in_sk42,
         numbers_in(kSk42Geographic, real, degrees,
                    [](geo::Xy& guess, const geo::LonLat& reached, const geo::LonLat& wanted) {
                      guess.x += wanted.lon - reached.lon;
                      guess.y += wanted.lat - reached.lat;
                    }));
  FG_TRY(const std::vector<geo::Xy> in_gauss_krueger,
         numbers_in(kGaussKrueger9, real, metres,
                    [&](geo::Xy& guess, const geo::LonLat& reached, const geo::LonLat& wanted) {
                      const geo::Xy a = crs.to_programme(reached);
                      const geo::Xy b = crs.to_programme(wanted);
                      guess.x += b.x - a.x;
                      guess.y += b.y - a.y;
                    }));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const geo::Xy as_wgs84 = crs.to_programme(geo::LonLat{in_sk42[i].x, in_sk42[i].y});
    result.datum_.push_back({as_wgs84.x - places[i].x, as_wgs84.y - places[i].y});
    result.projection_.push_back(
        {in_gauss_krueger[i].x - kZonePrefix_m - places[i].x, in_gauss_krueger[i].y - places[i].y});
  }
  result.reference_ = places[0];
  result.reference_in_gauss_krueger_ = in_gauss_krueger[0];
  return result;
}

geo::Xy Misreadings::shift(Blunder blunder, std::size_t place) const {
  return blunder == Blunder::datum ? datum_[place] : blunder == Blunder::projection ? projection_[place] : geo::Xy{};
}

double Misreadings::turn_radians(Blunder blunder, geo::Xy tie_in, geo::Xy field) const {
  constexpr double kFullTurn = 2 * std::numbers::pi;
  if (blunder == Blunder::magnetic) {
    // The bearing read is smaller than the true one by the declination: the field turns counter-clockwise.
    return kDeclination_deg / 360 * kFullTurn;
  }
  if (blunder == Blunder::reversed) {
    return std::numbers::pi;
  }
  if (blunder == Blunder::mil6000) {
    const double bearing = std::fmod(std::atan2(field.x - tie_in.x, field.y - tie_in.y) + kFullTurn, kFullTurn);
    return bearing * (1 - 6000.0 / 6400.0);  // the number written for 6000 read on a circle of 6400 is a smaller angle
  }
  return 0;
}

double Misreadings::magnetic_deg(double grid_deg, geo::Xy at) const {
  constexpr double kDegree = std::numbers::pi / 180;
  constexpr double kCentralMeridian_deg = 51;
  const geo::LonLat place = crs_.to_lon_lat(at);
  const double convergence =
      std::atan(std::tan((place.lon - kCentralMeridian_deg) * kDegree) * std::sin(place.lat * kDegree));
  return std::fmod(grid_deg + convergence / kDegree - kDeclination_deg + 720, 360);
}

WrittenPoint Misreadings::written(Blunder blunder, geo::Xy point) const {
  WrittenPoint written;
  written.easting = std::round(reference_in_gauss_krueger_.x + (point.x - reference_.x) / kUtmScale);
  written.northing = std::round(reference_in_gauss_krueger_.y + (point.y - reference_.y) / kUtmScale);
  written.crs = kGaussKrueger9;
  if (blunder == Blunder::wrong_zone) {
    written.easting -= 1e6;
    written.crs = "EPSG:28408";
  } else if (blunder == Blunder::projection) {
    written.easting -= kZonePrefix_m;
    written.crs = "EPSG:32639";
  } else if (blunder == Blunder::swapped_axes) {
    std::swap(written.easting, written.northing);
  }
  return written;
}

}  // namespace firmground::simulate
