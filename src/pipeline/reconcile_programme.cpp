#include "pipeline/reconcile_programme.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "base/ids.h"
#include "evidence/held_out.h"
#include "evidence/next_search.h"
#include "evidence/search_image.h"
#include "exchange/export_files.h"
#include "pipeline/kept_places.h"
#include "pipeline/update_reconciliation.h"
#include "report/reconciliation_page.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;

std::string settings_of(const evidence::ReconcileOptions& options, const RecordedPlaces& places) {
  Json hypotheses = Json::array();
  for (const auto& hypothesis : options.hypotheses) {
    hypotheses.push_back({{"id", hypothesis.id}, {"prior", hypothesis.prior}});
  }
  Json settings = {{"sources", options.sources}, {"hypotheses", std::move(hypotheses)}};
  if (!options.known.empty()) {
    settings["known"] = options.known;
    settings["as_recorded"] = places.hash;
  }
  for (const auto& [id, entered] : options.written) {
    settings["written"][id] = {entered.position, entered.crs};
  }
  return settings.dump();
}

/// What persons settled on: for single records, then for sources and map sheets.
base::Result<std::map<std::string, std::string>> known_of(const mineaction::Snapshot& snapshot,
                                                          const RecordedPlaces& places,
                                                          const std::map<std::string, std::string>& of_groups) {
  std::map<std::string, std::string> known = places.settled;
  for (const auto& [group, hypothesis] : of_groups) {
    bool named = false;
    for (const auto& record : snapshot.minefield_records) {
      if (record.source == group || record.sheet == group) {
        known.emplace(record.record_id, hypothesis);
        named = true;
      }
    }
    if (!named) {
      return base::fail("pipeline.known_unnamed", {{"text", fmt::format("{}={}", group, hypothesis)}});
    }
  }
  return known;
}

mineaction::Kind corrected_kind() {
  using mineaction::FieldType;
  mineaction::Kind kind;
  kind.name = "corrected-records";
  kind.table = "corrected_records";
  kind.title = "Corrected minefield record";
  kind.geometry = mineaction::GeometryRule::any;
  const auto field = [&](const char* name, FieldType type, const char* unit) {
    mineaction::Field made;
    made.name = name;
    made.type = type;
    made.unit = unit;
    kind.fields.push_back(std::move(made));
  };
  field("record_id", FieldType::text, "");
  field("source", FieldType::text, "");
  field("probability_exists", FieldType::real, "");
  field("hypothesis", FieldType::text, "");
  field("hypothesis_probability", FieldType::real, "");
  field("dx_m", FieldType::real, "m");
  field("dy_m", FieldType::real, "m");
  field("radius50_m", FieldType::real, "m");
  field("radius90_m", FieldType::real, "m");
  field("in_words", FieldType::text, "");
  field("stamp", FieldType::text, "");
  return kind;
}

}  // namespace

base::Result<ReconcileOutcome> reconcile_programme(registry::Register& programme, mineaction::Snapshot snapshot,
                                                   const ReconcileRequest& request, const base::Progress& progress) {
  ReconcileOutcome outcome;
  evidence::ReconcileOptions options = request.options;
  FG_TRY(outcome.accepted, put_back_recorded(programme, snapshot));
  options.written = outcome.accepted.written;
  FG_TRY(options.known, known_of(snapshot, outcome.accepted, request.known_of_groups));
  const bool is_kept = options.sources.empty();
  KeptState kept;
  FG_TRY(outcome.result, evidence::reconcile(snapshot, options, progress, is_kept ? &kept.state : nullptr));
  outcome.accuracy = evidence::record_accuracy(snapshot, outcome.result, {.seed = options.seed});
  outcome.stamp = {"reconciliation", snapshot.hash, base::version(), settings_of(options, outcome.accepted),
                   options.seed};
  const std::string stamp = outcome.stamp.to_json();
  Json json = Json::parse(evidence::to_json(outcome.result, stamp));
  json["accuracy"] = Json::parse(evidence::to_json(outcome.accuracy));
  outcome.json = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (is_kept) {
    const std::string made_at = base::utc_timestamp(base::now_unix_milliseconds());
    const KeptPlaces places = places_of(outcome.result, outcome.accepted.versions,
                                        seen_of(snapshot, outcome.accepted.versions), *snapshot.crs);
    FG_TRY_VOID(programme.store(
        {.name = kReconciledPlaces, .stamp = stamp, .made_at = made_at, .bytes = to_json(places, stamp)}));
    kept.seen = evidence_seen(snapshot);
    FG_TRY_VOID(
        programme.store({.name = kReconcileState, .stamp = stamp, .made_at = made_at, .bytes = to_bytes(kept)}));
    FG_TRY_VOID(programme.store({.name = kReconciliation, .stamp = stamp, .made_at = made_at, .bytes = outcome.json}));
  }
  outcome.recorded = std::move(snapshot);
  outcome.options = std::move(options);
  return outcome;
}

base::Result<std::string> reconciliation_html(const ReconcileOutcome& outcome, const PageOptions& page,
                                              const base::Progress& progress) {
  const evidence::SearchImage image(outcome.recorded);
  const auto searches = evidence::next_searches(outcome.recorded, outcome.result, outcome.options.hypotheses, image,
                                                {.seed = outcome.options.seed});
  FG_TRY(const evidence::HeldOut held_out, evidence::held_out(outcome.recorded, outcome.options, progress));
  return report::to_html({.recorded = outcome.recorded,
                          .result = outcome.result,
                          .accuracy = outcome.accuracy,
                          .hypotheses = outcome.options.hypotheses,
                          .searches = searches,
                          .held_out = held_out,
                          .settled = outcome.accepted.settled,
                          .stated = page.stated,
                          .language = page.language,
                          .stamp = outcome.stamp});
}

base::Result<void> write_corrected(const std::string& path, const ReconcileOutcome& outcome, const geo::Crs& crs) {
  const mineaction::Kind kind = corrected_kind();
  std::vector<mineaction::Record> records;
  for (const evidence::RecordVerdict& r : outcome.result.records) {
    if (!r.corrected.empty()) {
      records.push_back(
          {{r.record_id, r.source, r.probability_exists, r.hypothesis, r.hypothesis_probability, r.dx_m, r.dy_m,
            r.radius50_m, r.radius90_m, evidence::in_words(r, outcome.options.hypotheses, "en"), outcome.stamp.id()},
           crs.to_lon_lat(r.corrected)});
    }
  }
  const auto format = exchange::format_of_path(path);
  if (!format) {
    return base::fail("pipeline.corrected_format_unknown", {{"file", path}});
  }
  const exchange::Table table = exchange::table_to_export(kind, exchange::Origin::kind, records);
  constexpr int kMillimetres = 8;
  exchange::ExportOptions export_options;
  export_options.coordinates.decimals = kMillimetres;
  FG_TRY(const auto notes, exchange::write_tables(path, *format, std::span(&table, 1), export_options));
  static_cast<void>(notes);
  return {};
}

}  // namespace firmground::pipeline
