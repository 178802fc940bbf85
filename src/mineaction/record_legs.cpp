#include "mineaction/record_legs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "geo/magnetic_field.h"
#include "geo/overlay.h"
#include "geo/written_crs.h"
#include "geo/written_position.h"
#include "mineaction/as_entered.h"
#include "mineaction/record_conversion.h"

namespace firmground::mineaction {

namespace {

using base::Error;
using base::make_error;
using base::Result;
using geo::LonLat;

/// A closing error that a compass and a tape may leave: two metres, and two per cent of the way round.
constexpr double kClosure_m = 2;
constexpr double kClosureShare = 0.02;
constexpr double kDeclinationError_deg = 0.5;

double circle_of(const std::string& unit) {
  return unit == "deg" ? 360 : unit == "gon" ? 400 : unit == "mil6000" ? 6000 : 6400;
}

std::string in_words(const MinefieldRecordLeg& leg) {
  std::string text = fmt::format("{} {}", leg.leg, leg.role);
  if (!leg.position.empty()) {
    text += fmt::format(" {} at {}", leg.from_point, leg.position);
  } else if (leg.easting && leg.northing) {
    text += fmt::format(" {} at {} {}", leg.from_point, *leg.easting, *leg.northing);
  }
  if (leg.bearing && leg.distance) {
    text += fmt::format(" {}-{} {} {} {} {} {}", leg.from_point, leg.to_point, *leg.bearing, leg.bearing_unit,
                        leg.bearing_reference, *leg.distance, leg.distance_unit);
  }
  return text;
}

class Walk {
 public:
  Walk(const MinefieldRecord& record, std::span<const MinefieldRecordLeg> legs, const LegReading& reading)
      : record_(record), legs_(legs.begin(), legs.end()), reading_(reading) {
    std::sort(legs_.begin(), legs_.end(), [](const auto& a, const auto& b) { return a.leg < b.leg; });
    name_points();
  }

  LegOutline outline() {
    for (const MinefieldRecordLeg& leg : legs_) {
      result_.entered += (result_.entered.empty() ? "" : "; ") + in_words(leg);
      check(leg);
    }
    if (result_.problems.empty()) {
      tie_in();
    }
    if (result_.problems.empty()) {
      walk();
    }
    if (result_.problems.empty()) {
      draw();
    }
    return std::move(result_);
  }

 private:
  void problem(std::string_view error, const MinefieldRecordLeg& leg, std::string detail = "") {
    result_.problems.push_back(
        make_error(error, {{"leg", std::to_string(leg.leg)}, {"record", record_.record_id}, {"detail", detail}}));
  }

  /// A leg that names no starting point goes on from the one before it.
  void name_points() {
    std::string before;
    for (MinefieldRecordLeg& leg : legs_) {
      if (leg.from_point.empty()) {
        leg.from_point = has_position(leg) ? fmt::format("#{}", leg.leg) : before;
      }
      if (leg.to_point.empty()) {
        leg.to_point = fmt::format("#{} end", leg.leg);
      }
      before = leg.to_point;
    }
  }

  static bool has_position(const MinefieldRecordLeg& leg) {
    return !leg.position.empty() || (leg.easting && leg.northing);
  }
  static bool is_position_only(const MinefieldRecordLeg& leg) {
    return has_position(leg) && !leg.bearing && !leg.distance;
  }

  const std::string& unit_of(const MinefieldRecordLeg& leg) const {
    return reading_.bearing_unit.empty() ? leg.bearing_unit : reading_.bearing_unit;
  }
  const std::string& reference_of(const MinefieldRecordLeg& leg) const {
    return reading_.bearing_reference.empty() ? leg.bearing_reference : reading_.bearing_reference;
  }

  void check(const MinefieldRecordLeg& leg) {
    if (is_position_only(leg)) {
      return;
    }
    if (leg.easting.has_value() != leg.northing.has_value()) {
      problem("mineaction.leg_incomplete", leg, leg.easting ? "its northing" : "its easting");
    } else if (!leg.bearing || !leg.distance) {
      problem("mineaction.leg_incomplete", leg, leg.bearing ? "its distance" : "its bearing");
    } else if (leg.bearing_unit.empty() || leg.distance_unit.empty()) {
      problem("mineaction.leg_incomplete", leg,
              leg.bearing_unit.empty() ? "the unit of its bearing" : "the unit of its distance");
    } else if (reference_of(leg).empty()) {
      problem("mineaction.leg_incomplete", leg, "the north its bearing starts from");
    } else if (reference_of(leg) == "magnetic" && !record_.recorded_on) {
      problem("mineaction.legs_without_date", leg);
    }
  }

  /// Points with coordinates of their own.
  void tie_in() {
    for (const MinefieldRecordLeg& leg : legs_) {
      if (!has_position(leg)) {
        continue;
      }
      const auto placed = place(leg);
      if (!placed) {
        problem("mineaction.leg_not_placed", leg, placed.error().message + " " + placed.error().remedy);
        return;
      }
      if (known_.empty()) {
        result_.operation = geo::to_text(placed->operation);
        result_.accuracy_m = placed->operation.accuracy_m;
      }
      reach(leg.from_point, placed->points.front());
    }
    if (known_.empty()) {
      result_.problems.push_back(make_error("mineaction.legs_not_tied_in", {{"record", record_.record_id}}));
    }
  }

  /// A grid reference says by itself what it is; everything else needs its CRS named.
  const std::string& crs_of(const MinefieldRecordLeg& leg) const {
    static const std::string mgrs = "MGRS";
    const std::string& written = leg.crs.empty() ? record_.recorded_crs : leg.crs;
    return geo::parse_mgrs(leg.position) && written.find("MGRS") == std::string::npos ? mgrs : written;
  }

  Result<geo::Placed> place(const MinefieldRecordLeg& leg) {
    const std::string& written = crs_of(leg);
    if (written.empty()) {
      return base::fail("mineaction.leg_without_crs");
    }
    result_.crs = result_.crs.empty() ? written : result_.crs;
    FG_TRY(const geo::WrittenPosition position, position_of(leg, written));
    if (definition_.empty() && !geo::is_geographic(position.definition)) {
      definition_ = position.definition;
    }
    FG_TRY(auto placed, geo::place(position.definition, std::array{position.numbers}));
    if (placed.operation.accuracy_m) {
      placed.operation.accuracy_m = *placed.operation.accuracy_m + position.within_m;
    }
    return placed;
  }

  Result<geo::WrittenPosition> position_of(const MinefieldRecordLeg& leg, const std::string& written) const {
    FG_TRY(geo::WrittenCrs crs, geo::parse_written_crs(reading_.crs.empty() ? written : reading_.crs));
    if (!leg.position.empty()) {
      // A text says which of its numbers is which: it can be misread by its datum alone.
      return reading_.axes_exchanged || reading_.zone_shift != 0
                 ? base::fail("geo.position_unreadable", {{"position", leg.position}, {"crs", written}})
                 : geo::read_position(crs, leg.position);
    }
    if (crs.form == geo::WrittenCrs::Form::mgrs) {
      return base::fail("geo.position_unreadable",
                        {{"position", fmt::format("{} {}", *leg.easting, *leg.northing)}, {"crs", written}});
    }
    geo::Xy numbers{*leg.easting, *leg.northing};
    if (reading_.axes_exchanged) {
      std::swap(numbers.x, numbers.y);
    }
    if (reading_.zone_shift != 0 && crs.zone != 0) {
      constexpr double kPrefix_m = 1e6;
      numbers.x += numbers.x >= kPrefix_m ? reading_.zone_shift * kPrefix_m : 0;
      crs.zone += reading_.zone_shift;
    }
    FG_TRY(std::string definition, geo::definition_for(crs, numbers));
    return geo::WrittenPosition{std::move(definition), numbers, 0};
  }

  void reach(const std::string& point, const LonLat& at) {
    const auto [there, is_new] = known_.emplace(point, at);
    if (!is_new) {
      const double off_m = geo::geodesic_between(there->second, at).distance_m;
      result_.closure_m = std::max(result_.closure_m.value_or(0), off_m);
    }
  }

  Result<double> true_azimuth(const MinefieldRecordLeg& leg, const LonLat& from) {
    double azimuth = *leg.bearing / circle_of(unit_of(leg)) * 360;
    if (reading_.tie_in_reversed && leg.role == "tie-in") {
      azimuth += 180;
    }
    const std::string& reference = reference_of(leg);
    if (reference == "magnetic") {
      const double year = geo::decimal_year(*record_.recorded_on);
      FG_TRY(const double declination, geo::declination_deg(from, year));
      if (!declination_used_) {
        declination_used_ = true;
        result_.operation +=
            fmt::format("; declination {:.2f} deg ({}, {:.1f})", declination, geo::magnetic_model(year), year);
      }
      return azimuth + declination;
    }
    if (reference == "grid") {
      if (definition_.empty()) {
        return base::fail("mineaction.leg_grid_unknown");
      }
      FG_TRY(auto numbers, geo::numbers_in(definition_, std::array{from}));
      numbers.push_back({numbers[0].x, numbers[0].y + 100});
      FG_TRY(const auto line, geo::transform_to_lon_lat(definition_, numbers));
      return azimuth + geo::geodesic_between(line[0], line[1]).azimuth_deg;
    }
    return azimuth;
  }

  double metres_of(const MinefieldRecordLeg& leg) const {
    const bool paces = (leg.distance_unit == "paces") != reading_.distance_unit_exchanged;
    return *leg.distance * (paces ? kPace_m : 1);
  }

  /// Goes along every leg as soon as one of its ends is known.
  void walk() {
    std::vector<bool> walked(legs_.size(), false);
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t i = 0; i < legs_.size(); ++i) {
        const MinefieldRecordLeg& leg = legs_[i];
        const auto from = known_.find(leg.from_point);
        const auto to = known_.find(leg.to_point);
        if (walked[i] || is_position_only(leg) || (from == known_.end() && to == known_.end())) {
          continue;
        }
        const bool forward = from != known_.end();
        const LonLat start = forward ? from->second : to->second;
        const auto azimuth = true_azimuth(leg, start);
        if (!azimuth) {
          problem("mineaction.leg_not_placed", leg, azimuth.error().message + " " + azimuth.error().remedy);
          return;
        }
        const LonLat end = geo::geodesic_end(start, *azimuth + (forward ? 0 : 180), metres_of(leg));
        reach(forward ? leg.to_point : leg.from_point, end);
        length_m_ += metres_of(leg);
        walked[i] = moved = true;
      }
    }
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      if (!walked[i] && !is_position_only(legs_[i])) {
        problem("mineaction.leg_unreached", legs_[i], legs_[i].from_point);
      }
    }
    if (declination_used_ && result_.accuracy_m) {
      const double along_m = length_m_ * kDeclinationError_deg / 180 * std::numbers::pi;
      result_.accuracy_m = std::hypot(*result_.accuracy_m, along_m);
    }
  }

  /// Corners of the legs of one role, chain by chain.
  std::vector<std::vector<LonLat>> chains(std::string_view role) const {
    std::vector<std::vector<LonLat>> result;
    std::string end;
    std::string first;
    for (const MinefieldRecordLeg& leg : legs_) {
      if (leg.role != role || is_position_only(leg)) {
        continue;
      }
      if (result.empty() || leg.from_point != end) {
        result.push_back({known_.at(leg.from_point)});
        first = leg.from_point;
      }
      end = leg.to_point;
      if (end != first || role == "row") {
        result.back().push_back(known_.at(end));
      }
    }
    return result;
  }

  void draw() {
    for (auto& ring : chains("boundary")) {
      if (ring.size() < 3) {
        result_.geometry.lines.push_back(std::move(ring));
        continue;
      }
      double twice_area = 0;
      for (std::size_t i = 0; i < ring.size(); ++i) {
        const LonLat& a = ring[i];
        const LonLat& b = ring[(i + 1) % ring.size()];
        twice_area += a.lon * b.lat - b.lon * a.lat;
      }
      if (twice_area < 0) {
        std::reverse(ring.begin(), ring.end());
      }
      result_.geometry.polygons.push_back({std::move(ring), {}});
    }
    if (!result_.geometry.polygons.empty()) {
      result_.geometry.lines.clear();
      if (const std::string crossing = geo::validity_problem(result_.geometry); !crossing.empty()) {
        result_.geometry = {};
        result_.problems.push_back(
            make_error("mineaction.legs_cross", {{"record", record_.record_id}, {"detail", crossing}}));
      }
    } else if (result_.geometry.lines.empty()) {
      result_.geometry.lines = chains("row");
    }
    const bool nothing_drawn = result_.geometry.empty() && result_.problems.empty();
    if (nothing_drawn) {
      const auto last =
          std::find_if(legs_.rbegin(), legs_.rend(), [](const auto& leg) { return !is_position_only(leg); });
      result_.geometry.points = {last != legs_.rend() ? known_.at(last->to_point) : known_.begin()->second};
    }
    if (result_.closure_m && *result_.closure_m > std::max(kClosure_m, kClosureShare * length_m_)) {
      result_.problems.push_back(
          make_error("mineaction.legs_not_closed", {{"record", record_.record_id},
                                                    {"metres", fmt::format("{:.1f}", *result_.closure_m)},
                                                    {"length", fmt::format("{:.0f}", length_m_)}}));
    }
  }

  const MinefieldRecord& record_;
  std::vector<MinefieldRecordLeg> legs_;
  const LegReading& reading_;
  std::map<std::string, LonLat> known_;
  std::string definition_;  ///< of the first projected reference point, for grid north
  double length_m_ = 0;
  bool declination_used_ = false;
  LegOutline result_;
};

}  // namespace

LegOutline outline_of_legs(const MinefieldRecord& record, std::span<const MinefieldRecordLeg> legs,
                           const LegReading& reading) {
  return Walk(record, legs, reading).outline();
}

namespace {

/// How derived_by begins where legs lead to the ground.
constexpr std::string_view kByLegs = "legs from a reference point";

const Kind& record_kind() {
  static const Kind& kind = *find_kind("minefield-records");
  return kind;
}

}  // namespace

std::optional<Record> with_ground_of_legs(const Record& record, std::span<const MinefieldRecordLeg> legs) {
  if (!record.geometry.empty() || legs.empty()) {
    return std::nullopt;
  }
  Snapshot snapshot;
  append_record(record_kind(), record, snapshot);
  LegOutline outline = outline_of_legs(snapshot.minefield_records.front(), legs);
  if (outline.geometry.empty()) {
    return std::nullopt;
  }
  Record shown = record;
  shown.geometry = std::move(outline.geometry);
  set_as_entered(record_kind(),
                 {outline.entered, outline.crs, fmt::format("{}: {}", kByLegs, outline.operation), outline.accuracy_m},
                 shown);
  return shown;
}

bool is_ground_of_legs(const Record& record) {
  const auto entered = as_entered(record_kind(), record);
  return entered && entered->derived_by.starts_with(kByLegs);
}

LegsByRecord legs_by_record(std::span<const MinefieldRecordLeg> legs) {
  LegsByRecord result;
  for (const MinefieldRecordLeg& leg : legs) {
    result[leg.record_id].push_back(leg);
  }
  return result;
}

geo::PlanarGeometry ground_of(const MinefieldRecord& record, const LegsByRecord& legs, const geo::Crs& crs) {
  const auto its_legs = legs.find(record.record_id);
  if (!record.geometry.empty() || its_legs == legs.end()) {
    return record.geometry;
  }
  geo::PlanarGeometry ground = crs.to_programme(outline_of_legs(record, its_legs->second).geometry);
  const geo::Box box = geo::bounds(ground);
  return std::isfinite(box.min_x + box.min_y + box.max_x + box.max_y) ? ground : geo::PlanarGeometry();
}

}  // namespace firmground::mineaction
