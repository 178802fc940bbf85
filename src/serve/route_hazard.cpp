#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "report/hazard_scale.h"
#include "serve/call.h"
#include "serve/nearby.h"
#include "serve/served_records.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kFarthest_m = 20'000;

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string in_words(double metres) {
  return metres < 1000 ? fmt::format("{:.0f} m", metres) : fmt::format("{:.1f} km", metres / 1000);
}

std::string date_in_words(const std::optional<mineaction::Date>& date) {
  return date ? date->to_string() : std::string("at an unknown date");
}

/// Facts about a place with their distances, in the order in which a surveyor would ask.  They are what is on record,
/// not weights of the estimate: `contribution` is null.
class Facts {
 public:
  Facts(const Edition& edition, const Spot& spot) : edition_(edition), spot_(spot) {}

  void add(const std::string& text, std::string_view kind = {}, const std::string& id = {}) {
    Json fact = {{"text", text}, {"contribution", nullptr}};
    if (!kind.empty()) {
      fact["kind"] = kind;
      fact["id"] = id;
    }
    list_.push_back(std::move(fact));
  }

  /// describe(record, distance in words) -> text, for the nearest record of a kind; `none` when there is none within 20
  /// km.
  template <typename List, typename Describe>
  void nearest_of(std::string_view kind, const List& list, Describe describe, const std::string& none) {
    const auto near = nearest(edition_, edition_.find_layer(kind), spot_, kFarthest_m);
    if (near) {
      add(describe(list[near->position], near->distance_m), kind, id_of(edition_.snapshot(), kind, near->position));
    } else if (!none.empty()) {
      add(none);
    }
  }

  /// Releases that cover the spot; whether there is any.
  bool releases() {
    const VectorLayer* layer = edition_.find_layer("land-release");
    bool any = false;
    for (const Near& near : layer == nullptr ? std::vector<Near>() : within(edition_, *layer, spot_, 0)) {
      const mineaction::LandRelease& r = edition_.snapshot().land_releases[near.position];
      std::string text =
          fmt::format("{} by {} on {}", to_string(r.outcome),
                      r.method == mineaction::Method::unknown ? "an unknown method" : to_string(r.method),
                      r.completed_on.to_string());
      text += r.depth_cm ? fmt::format(" to {:.0f} cm", *r.depth_cm) : ", depth not recorded";
      text[0] = static_cast<char>(text[0] - ('a' - 'A'));
      add(text, "land-release", r.release_id);
      any = true;
    }
    if (!any) {
      add("No land release covers this place");
    }
    return any;
  }

  const Json& list() const { return list_; }

 private:
  const Edition& edition_;
  const Spot& spot_;
  Json list_ = Json::array();
};

void add_records(Facts& facts, const mineaction::Snapshot& s) {
  facts.nearest_of(
      "hazards", s.hazards,
      [](const auto& r, double d) {
        return d == 0 ? fmt::format("Inside hazardous area {} ({})", r.hazard_id, to_string(r.type))
                      : fmt::format("Nearest hazardous area {} ({}): {} away", r.hazard_id, to_string(r.type),
                                    in_words(d));
      },
      "No hazardous area within 20 km");
  facts.nearest_of(
      "finds", s.finds,
      [](const auto& r, double d) {
        return fmt::format("Nearest find: {} {} away, found {}",
                           r.device == mineaction::Device::unknown ? "an item" : to_string(r.device), in_words(d),
                           date_in_words(r.found_on));
      },
      "No find within 20 km");
  facts.nearest_of(
      "minefield-records", s.minefield_records,
      [](const auto& r, double d) {
        const std::string source = r.source.empty() ? "" : " of " + r.source;
        return d == 0 ? fmt::format("Inside the outline of minefield record {}{}", r.record_id, source)
                      : fmt::format("Nearest outline of a minefield record{}: {} away", source, in_words(d));
      },
      "No minefield record within 20 km");
  facts.nearest_of(
      "accidents", s.accidents,
      [](const auto& r, double d) {
        return fmt::format("Nearest accident: {} away, {}", in_words(d), r.occurred_on.to_string());
      },
      "");
  facts.nearest_of(
      "contact-line", s.reference_features,
      [](const auto&, double d) { return "Former line of contact: " + in_words(d) + " away"; }, "");
}

struct Cell {
  bool estimated = false;
  double values[5] = {};  ///< in the order of estimate::HazardBand

  double of(estimate::HazardBand band) const { return values[static_cast<std::size_t>(band)]; }
};

Cell cell_at(const geo::Raster* raster, geo::Xy xy) {
  Cell cell;
  for (double& value : cell.values) {
    value = std::numeric_limits<double>::quiet_NaN();
  }
  const std::int64_t at = raster == nullptr ? -1 : raster->grid.cell_of(xy);
  if (at < 0) {
    return cell;
  }
  for (std::size_t band = 0; band < 5; ++band) {
    cell.values[band] = static_cast<double>(raster->bands.at(band)[static_cast<std::size_t>(at)]);
  }
  cell.estimated = std::isfinite(cell.of(estimate::HazardBand::probability_any));
  return cell;
}

std::string evidence_in_words(const Cell& cell) {
  const double evidence = cell.of(estimate::HazardBand::evidence);
  if (!cell.estimated) {
    return "Not estimated here: nothing is said, which is not the same as nothing being there";
  }
  if (!(evidence >= report::kHatchBelowEvidence)) {
    return fmt::format(
        "Evidence {:.2f}: almost nothing is known of this cell itself, the figure comes from the country at large",
        evidence);
  }
  return evidence < 0.5
             ? fmt::format("Evidence {:.2f}: the figure leans on the surroundings more than on this cell", evidence)
             : fmt::format("Evidence {:.2f}: the figure rests mostly on what was seen in and around this cell",
                           evidence);
}

}  // namespace

base::Result<Response> get_hazard_legend(const Call& call) {
  const auto asked = call.request.query.find("band");
  const std::string name = asked == call.request.query.end() ? "probability_any" : asked->second;
  const std::optional<std::size_t> band = find_shown_band(name);
  if (!band) {
    return base::fail("serve.band_unknown", {{"band", name}, {"bands", "probability_any, expected_items, evidence"}});
  }
  const ShownBand& shown = shown_bands()[*band];
  Json classes = Json::array();
  for (const ShownBand::Class& c : shown.classes) {
    classes.push_back({{"from", c.from}, {"to", number_or_null(c.to)}, {"colour", c.colour}, {"label", c.label}});
  }
  const Json json = {
      {"band", shown.name},
      {"unit", shown.unit},
      {"classes", classes},
      {"hatched", "not estimated, or evidence below 0.1"},
      {"zoomed_out", shown.when_zoomed_out},
      {"cell_m",
       call.edition.hazard_raster() == nullptr ? Json(nullptr) : Json(call.edition.hazard_raster()->grid.cell_m)}};
  return json_response(json.dump());
}

base::Result<Response> get_hazard_at(const Call& call) {
  FG_TRY(const Spot spot, spot_of(call.edition, call.request));
  const geo::Raster* raster = call.edition.hazard_raster();
  const Cell cell = cell_at(raster, spot.xy);
  Facts facts(call.edition, spot);
  const bool processed = facts.releases();
  add_records(facts, call.edition.snapshot());
  facts.add(evidence_in_words(cell));
  const pipeline::StoredEstimate* estimate = call.edition.estimate();
  using enum estimate::HazardBand;
  const Json json = {{"estimated", cell.estimated},
                     {"cell_m", raster == nullptr ? Json(nullptr) : Json(raster->grid.cell_m)},
                     {"probability_any", number_or_null(cell.of(probability_any))},
                     {"expected_items", number_or_null(cell.of(expected_items))},
                     {"expected_items_p05", number_or_null(cell.of(expected_items_p05))},
                     {"expected_items_p95", number_or_null(cell.of(expected_items_p95))},
                     {"evidence", number_or_null(cell.of(evidence))},
                     {"processed", processed},
                     {"reasons", facts.list()},
                     {"stamp", estimate == nullptr ? Json(nullptr) : Json::parse(estimate->stamp.to_json())},
                     {"stale", estimate == nullptr ? Json(nullptr) : Json(estimate->stale)}};
  return json_response(json.dump());
}

}  // namespace firmground::serve
