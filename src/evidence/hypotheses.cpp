#include "evidence/hypotheses.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <cmath>
#include <numbers>

#include "base/embedded.h"
#include "evidence/record_maps.h"
#include "geo/magnetic_field.h"
#include "geo/written_crs.h"

namespace firmground::evidence {

namespace {

using base::fail;
using base::Result;
using geo::LonLat;

constexpr std::string_view kDeclination = "declination";
constexpr std::string_view kMil6000 = "mil6000";

/// From a reference point to the middle of a field: forms want a landmark nearby.
constexpr double kTieIn_m = 450;
constexpr double kTieInSpread = 0.5;  ///< relative
/// How many bearings stand for all of them when the bearing is not known.
constexpr int kBearings = 8;

/// A reading that moves the field by less changes nothing that finds could tell.
constexpr double kSameGround_m = 2;

int utm_zone_of(const LonLat& p) {
  return std::clamp(static_cast<int>(std::floor((p.lon + 180) / 6)) + 1, 1, 60);
}

/// The system that a name in the table means at a place.
std::string system_at(const std::string& name, const LonLat& p) {
  const int zone = utm_zone_of(p);
  if (name == "wgs84") {
    return "EPSG:4326";
  }
  if (name == "sk42") {
    return "EPSG:4284";
  }
  if (name == "sk42-three-parameters") {  // EPSG:1254
    return "+proj=longlat +ellps=krass +towgs84=28,-130,-95,0,0,0,0 +no_defs +type=crs";
  }
  if (name == "utm") {
    return fmt::format("EPSG:{}", (p.lat >= 0 ? 32600 : 32700) + zone);
  }
  const std::string written =
      name == "gauss-kruger" ? fmt::format("SK-42 zone {}", zone > 30 ? zone - 30 : zone + 30) : name;
  const auto crs = geo::parse_written_crs(written);
  // Numbers without a zone's prefix: these are what could be taken for UTM. A datum alone means degrees.
  const auto definition =
      crs ? geo::definition_for(
                *crs, crs->form == geo::WrittenCrs::Form::pulkovo ? geo::Xy{p.lon, p.lat} : geo::Xy{500'000, 4'000'000})
          : tl::unexpected(crs.error());
  return definition ? *definition : std::string();
}

Result<std::vector<LonLat>> reread(const Hypothesis& hypothesis, const std::vector<LonLat>& points) {
  if (points.empty()) {
    return points;
  }
  FG_TRY(const auto numbers, geo::numbers_in(system_at(hypothesis.reread_from, points.front()), points));
  return geo::transform_to_lon_lat(system_at(hypothesis.reread_as, points.front()), numbers);
}

Result<geo::GeographicGeometry> reread(const Hypothesis& hypothesis, const geo::GeographicGeometry& from) {
  geo::GeographicGeometry to = from;
  FG_TRY(to.points, reread(hypothesis, from.points));
  for (std::size_t i = 0; i < from.lines.size(); ++i) {
    FG_TRY(to.lines[i], reread(hypothesis, from.lines[i]));
  }
  for (std::size_t i = 0; i < from.polygons.size(); ++i) {
    FG_TRY(to.polygons[i].outer, reread(hypothesis, from.polygons[i].outer));
    for (std::size_t k = 0; k < from.polygons[i].holes.size(); ++k) {
      FG_TRY(to.polygons[i].holes[k], reread(hypothesis, from.polygons[i].holes[k]));
    }
  }
  return to;
}

bool finite(const geo::Box& box) {
  return std::isfinite(box.min_x) && std::isfinite(box.min_y) && std::isfinite(box.max_x) && std::isfinite(box.max_y);
}

bool applies_to(const Hypothesis& hypothesis, std::span<const mineaction::MinefieldRecordLeg> legs) {
  if (hypothesis.written_value.empty()) {
    return true;
  }
  for (const auto& leg : legs) {
    if (leg.bearing_unit == hypothesis.written_value || leg.bearing_reference == hypothesis.written_value) {
      return true;
    }
  }
  return false;
}

/// "SK-42 zone 9" for legs whose reference point stands in UTM zone 39.
std::string zone_of_utm(std::span<const mineaction::MinefieldRecordLeg> legs, const geo::Crs& crs,
                        const geo::Box& reach) {
  for (const auto& leg : legs) {
    const auto written = geo::parse_written_crs(leg.crs);
    if (written && geo::crs_name(written->definition).find("UTM zone") != std::string::npos) {
      const LonLat middle = crs.to_lon_lat({(reach.min_x + reach.max_x) / 2, (reach.min_y + reach.max_y) / 2});
      return fmt::format("SK-42 zone {}", utm_zone_of(middle) - 30);
    }
  }
  return "";
}

geo::PlanarGeometry ground_of_legs(const mineaction::MinefieldRecord& record,
                                   std::span<const mineaction::MinefieldRecordLeg> legs, const geo::Crs& crs,
                                   const mineaction::LegReading& reading) {
  if (legs.empty()) {
    return {};
  }
  const mineaction::LegOutline outline = mineaction::outline_of_legs(record, legs, reading);
  geo::PlanarGeometry ground = crs.to_programme(outline.geometry);
  return finite(geo::bounds(ground)) ? ground : geo::PlanarGeometry();
}

bool same_ground(const geo::PlanarGeometry& a, const geo::PlanarGeometry& b) {
  const geo::Box p = geo::bounds(a);
  const geo::Box q = geo::bounds(b);
  return std::hypot(p.min_x - q.min_x, p.min_y - q.min_y) < kSameGround_m &&
         std::hypot(p.max_x - q.max_x, p.max_y - q.max_y) < kSameGround_m;
}

geo::PlanarGeometry turned(geo::PlanarGeometry geometry, double clockwise_rad) {
  const geo::Xy about = geo::centroid(geometry);
  const double c = std::cos(clockwise_rad);
  const double s = std::sin(clockwise_rad);
  return with_vertices(std::move(geometry), [&](geo::Xy p) {
    const geo::Xy d{p.x - about.x, p.y - about.y};
    return geo::Xy{about.x + c * d.x + s * d.y, about.y - s * d.x + c * d.y};
  });
}

double declination_rad(const mineaction::MinefieldRecord& record, const geo::Crs& crs) {
  constexpr double kUndated = 2000;
  const double year = record.recorded_on ? geo::decimal_year(*record.recorded_on) : kUndated;
  const auto degrees = geo::declination_deg(crs.to_lon_lat(geo::centroid(record.geometry)), year);
  return degrees ? *degrees * std::numbers::pi / 180 : 0;
}

/// An outline that a misread bearing turned about a reference point nobody wrote down: the drawn outline is the true
/// one turned by an angle, so it lies off by twice the leg times the sine of half the angle. Magnetic bearings taken
/// for true ones turn all fields alike, in any direction from the point; thousandths taken for mils turn a field by a
/// sixteenth of the bearing itself, so that the angle tells the direction too.
void add_turned(std::size_t h, const Hypothesis& hypothesis, const mineaction::MinefieldRecord& record,
                const geo::Crs& crs, std::vector<Candidate>& candidates) {
  const auto add = [&](double anticlockwise_rad, geo::Xy by, double spread_m, double share) {
    candidates.push_back(
        {h, turned(record.geometry, anticlockwise_rad), Candidate::Place::turned, share, by, spread_m});
  };
  if (hypothesis.turned == kDeclination) {
    const double angle = declination_rad(record, crs);
    constexpr double kLeast_rad = 0.02;
    if (std::abs(angle) > kLeast_rad) {
      add(angle, {}, 2 * std::sin(std::abs(angle) / 2) * kTieIn_m / std::numbers::sqrt2, 1);
    }
  } else if (hypothesis.turned == kMil6000) {
    for (int k = 0; k < kBearings; ++k) {
      const double bearing = 2 * std::numbers::pi * (k + 0.5) / kBearings;
      const double angle = bearing / 16;
      const double along = bearing - angle / 2;  // of the chord's normal: from the point to between both fields
      const double off_m = 2 * std::sin(angle / 2) * kTieIn_m;
      add(angle, {-off_m * std::cos(along), off_m * std::sin(along)}, kTieInSpread * off_m, 1.0 / kBearings);
    }
  }
}

/// The leg whose position ties the others in, as text with the system that it is in.
struct TieIn {
  std::size_t leg = 0;
  std::string text;
  geo::WrittenCrs crs;
};

std::optional<geo::WrittenCrs> crs_of(const std::string& text, const std::string& named) {
  // A grid reference says by itself what it is.
  const bool is_reference = geo::parse_mgrs(text) && named.find("MGRS") == std::string::npos;
  auto crs = geo::parse_written_crs(is_reference ? "MGRS" : named);
  return crs ? std::optional(std::move(*crs)) : std::nullopt;
}

std::optional<TieIn> tie_in_of(const mineaction::MinefieldRecord& record,
                               std::span<const mineaction::MinefieldRecordLeg> legs) {
  for (std::size_t i = 0; i < legs.size(); ++i) {
    const auto& leg = legs[i];
    const std::string text = !leg.position.empty()         ? leg.position
                             : leg.easting && leg.northing ? fmt::format("{} {}", *leg.easting, *leg.northing)
                                                           : std::string();
    if (!text.empty()) {
      const auto crs = crs_of(text, leg.crs.empty() ? record.recorded_crs : leg.crs);
      return crs ? std::optional(TieIn{i, text, *crs}) : std::nullopt;
    }
  }
  return std::nullopt;
}

/// Half a square stands for a uniform law of this standard deviation per axis.
double deviation_within(double within_m) {
  return within_m / std::numbers::sqrt3;
}

/// Places of a record whose position, that of the point its legs start from or its own, was miswritten.
void add_miswritten(std::size_t h, const WrittenSlip& slip, const mineaction::MinefieldRecord& record,
                    std::span<const mineaction::MinefieldRecordLeg> legs, const mineaction::AsEntered* entered,
                    const geo::Crs& crs, const geo::Box& reach, std::vector<Candidate>& candidates) {
  std::vector<Candidate> places;
  const bool is_cut = slip.digits == WrittenSlip::Digits::cut;
  const auto add = [&](geo::PlanarGeometry geometry, Candidate::Place place, double within_m) {
    const geo::Box box = geo::bounds(geometry);
    if (!geometry.empty() && finite(box) && box.intersects(reach)) {
      places.push_back({h, std::move(geometry), place, 1, {}, is_cut ? deviation_within(within_m) : 0});
    }
  };
  if (const auto tie_in = tie_in_of(record, legs)) {
    std::vector<mineaction::MinefieldRecordLeg> rewritten(legs.begin(), legs.end());
    auto& leg = rewritten[tie_in->leg];
    for (const geo::WrittenPosition& meant : meant_by(slip, tie_in->crs, tie_in->text)) {
      leg.position.clear();
      leg.crs = meant.definition;
      leg.easting = meant.numbers.x;
      leg.northing = meant.numbers.y;
      add(ground_of_legs(record, rewritten, crs, {}), Candidate::Place::legs, meant.within_m);
    }
  } else if (!record.geometry.empty() && entered != nullptr) {
    const auto system = crs_of(entered->position, entered->crs);
    const auto read = system ? std::optional(geo::place_text(*system, entered->position)) : std::nullopt;
    for (const geo::WrittenPosition& meant :
         read && *read ? meant_by(slip, *system, entered->position) : std::vector<geo::WrittenPosition>()) {
      if (const auto placed = geo::transform_to_lon_lat(meant.definition, std::array{meant.numbers})) {
        const geo::Xy from = crs.to_programme((*read)->points.front());
        const geo::Xy to = crs.to_programme(placed->front());
        add(moved(record.geometry, {to.x - from.x, to.y - from.y}),
            is_cut ? Candidate::Place::turned : Candidate::Place::drawn, meant.within_m);
      }
    }
  }
  for (Candidate& place : places) {
    place.share = 1.0 / static_cast<double>(places.size());
    candidates.push_back(std::move(place));
  }
}

Result<WrittenSlip> slip_of(const toml::table& written, const std::string& id, const std::string& file) {
  static const std::map<std::string, WrittenSlip::Digits> kinds = {{"", WrittenSlip::Digits::right},
                                                                   {"transposed", WrittenSlip::Digits::transposed},
                                                                   {"padded", WrittenSlip::Digits::padded},
                                                                   {"cut", WrittenSlip::Digits::cut}};
  const auto kind = kinds.find(written["digits"].value_or(std::string()));
  const double distances = written["grid_distances"].value_or(1.0);
  constexpr double kMost = 10;
  if (kind == kinds.end() || !(distances >= 1 / kMost && distances <= kMost)) {
    return fail("evidence.hypotheses_invalid",
                {{"file", file},
                 {"reason", "written of '" + id +
                                "' is digits = \"transposed\", \"padded\" or \"cut\", or "
                                "grid_distances between 0.1 and 10"}});
  }
  return WrittenSlip{kind->second, distances};
}

mineaction::LegReading reading_of(const toml::table& legs) {
  mineaction::LegReading reading;
  reading.zone_shift = legs["zone_shift"].value_or(0);
  reading.axes_exchanged = legs["axes_exchanged"].value_or(false);
  reading.bearing_unit = legs["bearing_unit"].value_or(std::string());
  reading.bearing_reference = legs["bearing_reference"].value_or(std::string());
  reading.tie_in_reversed = legs["tie_in_reversed"].value_or(false);
  reading.distance_unit_exchanged = legs["distance_unit_exchanged"].value_or(false);
  return reading;
}

Result<Hypothesis> parse_hypothesis(const toml::table& entry, const std::string& file) {
  Hypothesis made;
  made.id = entry["id"].value_or(std::string());
  made.prior = entry["prior"].value_or(0.0);
  for (const char* language : {"en", "ru", "az"}) {
    if (const auto words = entry[language].value<std::string>()) {
      made.words[language] = *words;
    }
  }
  if (made.id.empty() || !(made.prior > 0 && made.prior < 1) || !made.words.contains("en")) {
    return fail("evidence.hypotheses_invalid",
                {{"file", file}, {"reason", "'" + made.id + "' needs id, prior between 0 and 1, and en"}});
  }
  if (const toml::table* by = entry["reread"].as_table()) {
    made.reread_from = by->at_path("from").value_or(std::string());
    made.reread_as = by->at_path("as").value_or(std::string());
    const LonLat anywhere{47, 40};
    if (system_at(made.reread_from, anywhere).empty() || system_at(made.reread_as, anywhere).empty()) {
      return fail("evidence.hypotheses_invalid",
                  {{"file", file}, {"reason", "reread of '" + made.id + "' names no coordinate system"}});
    }
  }
  if (const toml::table* legs = entry["legs"].as_table()) {
    made.by_legs = true;
    made.reading = reading_of(*legs);
    made.legs_from_utm = legs->at_path("crs_from_utm").value_or(false);
    made.written_value = legs->at_path("of").value_or(std::string());
  }
  if (const toml::table* written = entry["written"].as_table()) {
    FG_TRY(made.written, slip_of(*written, made.id, file));
  }
  made.turned = entry["turned"].value_or(std::string());
  if (!made.turned.empty() && made.turned != kDeclination && made.turned != kMil6000) {
    return fail("evidence.hypotheses_invalid",
                {{"file", file}, {"reason", "turned of '" + made.id + "' is \"declination\" or \"mil6000\""}});
  }
  return made;
}

}  // namespace

Result<std::vector<Hypothesis>> parse_hypotheses(std::string_view text, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& problem) {
    return fail("evidence.hypotheses_invalid", {{"file", file}, {"reason", std::string(problem.description())}});
  }
  std::vector<Hypothesis> hypotheses;
  const toml::array* entries = table["hypothesis"].as_array();
  for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
    const toml::table* entry = entries->get(i)->as_table();
    if (entry == nullptr) {
      return fail("evidence.hypotheses_invalid", {{"file", file}, {"reason", "[[hypothesis]] holds tables"}});
    }
    FG_TRY(hypotheses.emplace_back(), parse_hypothesis(*entry, file));
  }
  if (hypotheses.empty()) {
    return fail("evidence.hypotheses_invalid", {{"file", file}, {"reason", "it has no [[hypothesis]]"}});
  }
  return hypotheses;
}

const std::vector<Hypothesis>& standard_hypotheses() {
  static const std::vector<Hypothesis> table = [] {
    auto parsed = parse_hypotheses(base::embedded_file("schema/hypotheses.toml"), "schema/hypotheses.toml");
    FG_CHECK(parsed.has_value() && parsed->front().id == "as-recorded");
    return std::move(*parsed);
  }();
  return table;
}

std::vector<Candidate> candidates_of(const mineaction::MinefieldRecord& record,
                                     std::span<const mineaction::MinefieldRecordLeg> legs, const geo::Crs& crs,
                                     const geo::Box& reach, std::span<const Hypothesis> hypotheses,
                                     const WrittenPositions& written) {
  const geo::PlanarGeometry by_legs = ground_of_legs(record, legs, crs, {});
  const bool drawn = !record.geometry.empty();
  const geo::PlanarGeometry& own = drawn ? record.geometry : by_legs;
  const Candidate::Place own_place = drawn ? Candidate::Place::drawn : Candidate::Place::legs;
  std::vector<Candidate> candidates;
  if (!own.empty() && geo::bounds(own).intersects(reach)) {
    candidates.push_back({0, own, own_place});
  }
  for (std::size_t h = 1; h < hypotheses.size(); ++h) {
    const Hypothesis& hypothesis = hypotheses[h];
    Candidate candidate{h, {}};
    if (hypothesis.by_legs && !legs.empty() && applies_to(hypothesis, legs)) {
      mineaction::LegReading reading = hypothesis.reading;
      if (hypothesis.legs_from_utm) {
        reading.crs = zone_of_utm(legs, crs, reach);
      }
      candidate.geometry = ground_of_legs(record, legs, crs, reading);
      candidate.place = Candidate::Place::legs;
      if (!by_legs.empty() && same_ground(candidate.geometry, by_legs)) {
        continue;
      }
    } else if (!hypothesis.reread_from.empty() && drawn) {
      const auto moved = reread(hypothesis, crs.to_lon_lat(record.geometry));
      candidate.geometry = moved ? crs.to_programme(*moved) : geo::PlanarGeometry();
    } else if (!hypothesis.turned.empty() && drawn && legs.empty() && geo::bounds(own).intersects(reach)) {
      add_turned(h, hypothesis, record, crs, candidates);
      continue;
    } else if (hypothesis.written.any()) {
      const auto entered = written.find(record.record_id);
      add_miswritten(h, hypothesis.written, record, legs, entered != written.end() ? &entered->second : nullptr, crs,
                     reach, candidates);
      continue;
    }
    const geo::Box box = geo::bounds(candidate.geometry);
    if (!candidate.geometry.empty() && finite(box) && box.intersects(reach)) {
      candidates.push_back(std::move(candidate));
    }
  }
  if (candidates.empty() && !own.empty()) {
    candidates.push_back({0, own, own_place});
  }
  return candidates;
}

}  // namespace firmground::evidence
