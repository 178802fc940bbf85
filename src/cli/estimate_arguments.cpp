#include "cli/estimate_arguments.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "estimate/statement_ratios.h"
#include "geo/raster.h"
#include "pipeline/effects_json.h"
#include "pipeline/kinds_json.h"
#include "pipeline/statements_json.h"

namespace firmground::cli {

namespace {

evidence::Mode mode_of(const std::string& text) {
  return text == "effort"          ? evidence::Mode::effort
         : text == "presence-only" ? evidence::Mode::presence_only
                                   : evidence::Mode::automatic;
}

base::Result<std::optional<mineaction::Date>> day(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  FG_TRY(const mineaction::Date date, mineaction::Date::parse(text));
  return date;
}

/// P(any item), expected items and their interval of each kind; empty where they are not told.
std::string columns_of(const std::vector<estimate::KindOfPolygon>& kinds) {
  std::string columns;
  for (const evidence::ItemKind kind : evidence::kItemKinds) {
    const auto told = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.kind == kind; });
    columns += told == kinds.end() ? ",,,,"
                                   : fmt::format(",{:.4f},{:.3f},{:.0f},{:.0f}", told->probability_any,
                                                 told->items_mean, told->items_p05, told->items_p95);
  }
  return columns;
}

/// CSV: one row per polygon.
std::string table_of(const std::vector<estimate::PolygonEstimate>& polygons, bool events, const TableColumns& also) {
  // Events of a year say little of what lies in ground: their columns are named apart.
  std::string csv = events
                        ? "id,area_m2,probability_no_event_in_year,events_mean,events_p05,events_p95,evidence,reasons"
                        : "id,area_m2,probability_no_item,items_mean,items_p05,items_p95,evidence,reasons";
  for (const evidence::ItemKind kind : evidence::kItemKinds) {
    csv += fmt::format(",probability_{0},{1}_{0},{1}_{0}_p05,{1}_{0}_p95", evidence::key_of(kind),
                       events ? "events" : "items");
  }
  csv += also.names + '\n';
  for (const estimate::PolygonEstimate& p : polygons) {
    std::string reasons;
    for (const estimate::Reason& reason : p.reasons) {
      reasons += fmt::format("{}{} ({:+.2f})", reasons.empty() ? "" : "; ", reason.text, reason.contribution);
    }
    csv += fmt::format("{},{:.0f},{:.4f},{:.3f},{:.1f},{:.1f},{:.3f},{}{}{}\n", csv_quoted(p.id), p.area_m2,
                       p.probability_none, p.items_mean, p.items_p05, p.items_p95, p.evidence, csv_quoted(reasons),
                       columns_of(p.kinds), also.row ? also.row(p) : "");
  }
  return csv;
}

/// The polygons that --table lists, by kind of item.
nlohmann::ordered_json polygons_json(const std::vector<estimate::PolygonEstimate>& polygons) {
  auto list = nlohmann::ordered_json::array();
  for (const estimate::PolygonEstimate& p : polygons) {
    list.push_back({{"id", p.id}, {"kinds", pipeline::kinds_json(p.kinds)}});
  }
  return list;
}

/// Few is not none.
std::string rounded(double items) {
  return items < 0.5 ? "below 1" : fmt::format("{:.0f}", items);
}

}  // namespace

void print_kinds(const pipeline::StoredEstimate& e) {
  const char* found = e.mode == "presence-only" ? "events" : "finds in searched ground";
  for (const estimate::ClassKinds& of_class : e.kinds) {
    std::string numbers;
    for (const estimate::KindTotals& kind : of_class.kinds) {
      numbers += fmt::format("{}{} {} ({:.0f} to {:.0f})", numbers.empty() ? "" : ", ", evidence::to_string(kind.kind),
                             rounded(kind.totals.items_mean), kind.totals.items_p05, kind.totals.items_p95);
    }
    const std::string_view name = of_class.ordnance_class == evidence::OrdnanceClass::mines ? "Mines" : "ERW";
    if (numbers.empty() && of_class.stated > 0) {  // since an update
      fmt::print("{}: {} of {} {} say what they are, of which none did before; the next whole estimate tells kinds.\n",
                 name, of_class.stated, of_class.stated + of_class.unstated, found);
    } else if (numbers.empty()) {
      fmt::print("{}: none of {} {} says what it is, so kinds are not told apart.\n", name, of_class.unstated, found);
    } else {
      fmt::print("{}: {}; {} of {} {} say what they are.\n", name, numbers, of_class.stated,
                 of_class.stated + of_class.unstated, found);
    }
  }
}

nlohmann::ordered_json kinds_told(const EstimateArguments& asked, const pipeline::StoredEstimate& stored) {
  nlohmann::ordered_json json = {{"kinds", pipeline::kinds_json(stored.kinds)}};
  const auto listed = stored.polygons.find(asked.polygons);
  if (!asked.table.empty() && listed != stored.polygons.end()) {
    json["polygons"] = polygons_json(listed->second);
  }
  return json;
}

std::string csv_quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '"');
  }
  return '"' + text + '"';
}

void add_estimate_options(CLI::App& verb, EstimateArguments& asked) {
  verb.add_option("PROGRAMME", asked.programme, kProgrammeHelp)->required();
  verb.add_option("--cell", asked.cell_m,
                  "Cells of the map, in metres; where land was searched the ground is modelled in cells of 50 m, so "
                  "that totals of 50, 100, 200 ... agree")
      ->check(within(1, 100000))
      ->capture_default_str();
  verb.add_option("--mode", asked.mode,
                  "effort (searched land tells where nothing was found) or presence-only (a bare register of events)")
      ->check(CLI::IsMember({"automatic", "effort", "presence-only"}))
      ->capture_default_str();
  verb.add_option("--from", asked.from, "Bare registers of events: history from this day on (YYYY-MM-DD)");
  verb.add_option("--until", asked.until, "Only what was released, found or happened until this day (YYYY-MM-DD)");
  verb.add_option("--records", asked.records,
                  "Minefield records: reconciled with what was found, or as-drawn (their outlines as they stand)")
      ->check(CLI::IsMember({"reconciled", "as-drawn"}))
      ->capture_default_str();
  verb.add_option("--seed", asked.seed, "Seed of the posterior draws")->capture_default_str();
  verb.add_option("--draws", asked.draws, "Joint posterior draws behind the intervals")
      ->check(CLI::Range(20, 2000))
      ->capture_default_str();
  verb.add_option("--out", asked.out, "Also write the hazard raster to this Cloud-Optimised GeoTIFF");
  verb.add_option("--kinds", asked.kinds,
                  "Also write P(any) and expected items of mines, ERW, AP mines, AV mines, IEDs and booby traps, "
                  "submunitions and other ERW by cell to this Cloud-Optimised GeoTIFF");
  verb.add_option(
      "--table", asked.table,
      "Also write P(no item), expected items and interval of every polygon to this CSV file, then P(any), "
      "expected items and interval of AP mines, AV mines, IEDs and booby traps, submunitions and other ERW; --json "
      "lists these too");
  verb.add_option("--polygons", asked.polygons, "Whose polygons --table lists")
      ->check(CLI::IsMember({"hazards", "minefield-records", "land-release", "districts", "projects", "tasks"}))
      ->capture_default_str();
}

base::Result<pipeline::EstimateRequest> request_of(const EstimateArguments& asked) {
  pipeline::EstimateRequest request;
  request.map_cell_m = asked.cell_m;
  request.observe.mode = mode_of(asked.mode);
  FG_TRY(request.observe.from, day(asked.from));
  FG_TRY(request.observe.until, day(asked.until));
  request.records = asked.records == "as-drawn" ? pipeline::RecordUse::as_drawn : pipeline::RecordUse::reconciled;
  request.estimate.seed = asked.seed;
  request.estimate.draws = asked.draws;
  request.estimate.kinds = asked.kinds.empty() ? estimate::KindUse::totals : estimate::KindUse::map;
  return request;
}

base::Result<void> write_files(const EstimateArguments& asked, const registry::Register& programme,
                               const pipeline::StoredEstimate& stored, const std::optional<std::string>& kind_map,
                               const TableColumns& also) {
  if (!asked.out.empty()) {
    FG_TRY(const auto geotiff, pipeline::latest_hazard_geotiff(programme, programme.crs()));
    FG_CHECK(geotiff.has_value());
    FG_TRY_VOID(geo::write_file(asked.out, *geotiff));
  }
  if (kind_map) {
    FG_TRY_VOID(geo::write_file(asked.kinds, *kind_map));
  }
  if (!asked.table.empty()) {
    const auto& polygons = stored.polygons;
    const auto listed = polygons.find(asked.polygons);
    FG_TRY_VOID(geo::write_file(
        asked.table, table_of(listed == polygons.end() ? std::vector<estimate::PolygonEstimate>{} : listed->second,
                              stored.mode == "presence-only", also)));
  }
  return {};
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void print_outcome(const pipeline::EstimateOutcome& outcome, double seconds, const Common& common,
                   const std::string& also) {
  const pipeline::StoredEstimate& e = outcome.stored;
  if (common.json) {
    nlohmann::ordered_json json = {{"cells", e.cells},
                                   {"cell_m", e.cell_m},
                                   {"items_mean", e.totals.items_mean},
                                   {"items_p05", e.totals.items_p05},
                                   {"items_p95", e.totals.items_p95},
                                   {"seconds", seconds},
                                   {"peak_mb", peak_mb()},
                                   {"stamp", nlohmann::json::parse(e.stamp.to_json())},
                                   {"mode", e.mode},
                                   {"hyperparameters", e.hyperparameters},
                                   {"effects", pipeline::effects_json(e.effects)},
                                   {"statements", pipeline::statements_json(e.statements)},
                                   {"notes", outcome.notes}};
    json.update(nlohmann::ordered_json::parse(also));
    fmt::print("{}\n", json.dump());
    return;
  }
  const bool events = e.mode == "presence-only";
  fmt::print("{} cells of {:g} m estimated in {:.1f} s ({})\n", e.cells, e.cell_m, seconds, e.mode);
  fmt::print("{}: {:.0f}, 90 % interval {:.0f} to {:.0f}\n", events ? "Events expected in a year" : "Items that remain",
             e.totals.items_mean, e.totals.items_p05, e.totals.items_p95);
  print_kinds(e);
  for (const std::string& sentence : estimate::in_words(e.statements)) {
    fmt::print("{}.\n", sentence);
  }
  for (const estimate::ClassSummary& of_class : outcome.classes) {
    if (of_class.reports > 0) {
      fmt::print(
          "{} places outside searched land where people met {} are evidence, and so is ground where nobody did.\n",
          of_class.reports, evidence::to_string(of_class.ordnance_class));
    }
  }
  for (const std::string& note : outcome.notes) {
    fmt::print("Note: {}\n", note);
  }
  fmt::print("Not searched and not estimated is not known, never zero.\nStamp {}\n", e.stamp.id());
}

}  // namespace firmground::cli
