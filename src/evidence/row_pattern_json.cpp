#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "evidence/row_pattern.h"

namespace firmground::evidence {

namespace {

using Json = nlohmann::ordered_json;

/// Probabilities to a tenth of a percent, metres to a decimetre: more would promise what is not known.
double rounded(double value, double per_unit) {
  return std::round(value * per_unit) / per_unit;
}
Json metres(double value) {
  return std::isnan(value) ? Json() : Json(rounded(value, 10));
}
Json probability(double value) {
  return rounded(value, 1000);
}
Json interval(const Interval& i) {
  return {{"value", metres(i.value)}, {"p05", metres(i.low)}, {"p95", metres(i.high)}};
}

Json place(geo::Xy p, const geo::Crs& crs) {
  const geo::LonLat at = crs.to_lon_lat(p);
  return {{"x_m", metres(p.x)}, {"y_m", metres(p.y)}, {"lon", rounded(at.lon, 1e7)}, {"lat", rounded(at.lat, 1e7)}};
}

Json row_to_json(const PatternRow& row) {
  return {{"offset_m", metres(row.offset_m)},
          {"pitch_m", interval(row.pitch_m)},
          {"step_sd_m", metres(row.step_sd_m)},
          {"stagger_m", metres(row.stagger_m)},
          {"presence", probability(row.presence)},
          {"device", std::string(mineaction::to_string(row.device))},
          {"finds", row.finds}};
}

Json field_to_json(const PatternField& field) {
  Json rows = Json::array();
  for (const PatternRow& row : field.rows) {
    rows.push_back(row_to_json(row));
  }
  Json further = Json::array();
  for (const FurtherRow& row : field.further) {
    further.push_back({{"offset_m", metres(row.offset_m)},
                       {"sd_m", metres(row.sd_m)},
                       {"probability", probability(row.probability)}});
  }
  return {{"log_ratio", rounded(field.log_ratio, 10)},
          {"spacing_m", field.rows.size() > 1 ? interval(field.spacing_m) : Json()},
          {"heading_deg", rounded(field.heading_deg, 10)},
          {"bend_per_100_m_deg", rounded(field.bend_per_100_m_deg, 10)},
          {"sigma_m", rounded(field.sigma_m, 100)},
          {"length_m", metres(field.length_m)},
          {"goes_on_first_m", interval(field.goes_on_first_m)},
          {"goes_on_last_m", interval(field.goes_on_last_m)},
          {"reaches_beyond", probability(field.reaches_beyond)},
          {"rows", std::move(rows)},
          {"further_rows", std::move(further)}};
}

const char* compass(double heading_deg) {
  static constexpr const char* kNames[] = {"north to south",
                                           "north-north-east to south-south-west",
                                           "north-east to south-west",
                                           "east-north-east to west-south-west",
                                           "west to east",
                                           "west-north-west to east-south-east",
                                           "north-west to south-east",
                                           "north-north-west to south-south-east"};
  return kNames[static_cast<std::size_t>(std::lround(heading_deg / 22.5)) % 8];
}

/// Side of the field on which a path ends, seen from its other end.
const char* side(geo::Xy from, geo::Xy to) {
  static constexpr const char* kNames[] = {"north", "north-east", "east", "south-east",
                                           "south", "south-west", "west", "north-west"};
  const double degrees = std::atan2(to.x - from.x, to.y - from.y) * 180 / std::numbers::pi;
  return kNames[(std::lround(degrees / 45) + 8) % 8];
}

std::string goes_on_in_words(const char* end, const Interval& goes_on) {
  return goes_on.high <= 10 ? fmt::format("It ends in the {}.", end)
                            : fmt::format("In the {} it goes on some {:.0f} m more ({:.0f} to {:.0f}).", end,
                                          goes_on.value, goes_on.low, goes_on.high);
}

}  // namespace

std::string to_json(const RowPattern& pattern, const geo::Crs& crs, const std::string& stamp_json) {
  Json fields = Json::array();
  for (const PatternField& field : pattern.fields) {
    fields.push_back(field_to_json(field));
  }
  Json positions = Json::array();
  for (const MissingPosition& p : pattern.positions) {
    Json one = place(p.position, crs);
    one["probability"] = probability(p.probability);
    one["radius90_m"] = metres(p.radius90_m);
    one["searched"] = probability(p.effort);
    one["where"] = p.beyond ? "beyond" : "between";
    one["field"] = p.field + 1;
    one["row"] = p.row + 1;
    positions.push_back(std::move(one));
  }
  Json blocks = Json::array();
  for (const WorkBlock& block : pattern.blocks) {
    if (block.expected >= 0.005) {  // the rest is in the raster
      Json one = place(block.centre, crs);
      one["expected_mines"] = rounded(block.expected, 100);
      blocks.push_back(std::move(one));
    }
  }
  const Json json = {{"verdict", pattern.verdict == PatternVerdict::rows ? "rows" : "none"},
                     {"log_ratio", rounded(pattern.log_ratio, 10)},
                     {"finds", pattern.finds},
                     {"strays", pattern.strays},
                     {"clump_m", metres(pattern.clump_m)},
                     {"fields", std::move(fields)},
                     {"positions", std::move(positions)},
                     {"block_m", RowPattern::kBlock_m},
                     {"blocks", std::move(blocks)},
                     {"stamp", Json::parse(stamp_json)}};
  return json.dump();
}

std::vector<std::string> in_words(const RowPattern& pattern) {
  if (pattern.verdict == PatternVerdict::none) {
    return {fmt::format("No row stands out among the {} mines found here: {} explain them as well.", pattern.finds,
                        pattern.clump_m > 0 ? "clumps" : "finds scattered evenly"),
            "Nothing is said of where further mines lie. That is not a statement that there are none."};
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < pattern.fields.size(); ++i) {
    const PatternField& field = pattern.fields[i];
    std::size_t finds = 0;
    for (const PatternRow& row : field.rows) {
      finds += row.finds.size();
    }
    lines.push_back(
        fmt::format("{}{} row{} of {} finds, {:.0f} m long, from {} ({:.0f} degrees), bend {:.0f} degrees in 100 m; "
                    "{} times likelier than no rows.",
                    pattern.fields.size() > 1 ? fmt::format("Field {}: ", i + 1) : "", field.rows.size(),
                    field.rows.size() > 1 ? "s" : "", finds, field.length_m, compass(field.heading_deg),
                    field.heading_deg, std::abs(field.bend_per_100_m_deg),
                    field.log_ratio > 14 ? "over a million" : fmt::format("{:.0f}", std::exp(field.log_ratio))));
    if (field.rows.size() > 1) {
      lines.push_back(fmt::format("Rows {:.0f} m apart ({:.0f} to {:.0f}).", field.spacing_m.value, field.spacing_m.low,
                                  field.spacing_m.high));
    }
    for (const PatternRow& row : field.rows) {
      if (row.path.size() > 1) {
        lines.push_back(goes_on_in_words(side(row.path.back(), row.path.front()), field.goes_on_first_m));
        lines.push_back(goes_on_in_words(side(row.path.front(), row.path.back()), field.goes_on_last_m));
        break;
      }
    }
  }
  if (pattern.strays > 0) {
    lines.push_back(fmt::format("{} of {} finds belong to no row.", pattern.strays, pattern.finds));
  }
  return lines;
}

}  // namespace firmground::evidence
