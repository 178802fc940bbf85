#include "register/snapshot_reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "mineaction/record_conversion.h"
#include "register/layer_writer.h"

namespace firmground::registry {

using base::Date;
using base::Result;
using mineaction::Snapshot;

namespace {

/// The latest day that any record in the snapshot speaks of; of a month or a year its first day, which is how dates are
/// ordered.
Date latest_information(const std::vector<std::string>& dates) {
  const auto latest = Date::parse(*std::max_element(dates.begin(), dates.end()));
  return latest ? Date(latest->first_day()) : Date();
}

}  // namespace

Result<std::string> append_layer(const Database& database, const Layer& layer, const Window& window, Snapshot& snapshot,
                                 const std::string& among) {
  const mineaction::Kind& kind = layer.reference ? *mineaction::find_kind("reference-layer") : layer.kind;
  if (!mineaction::is_in_snapshot(kind)) {
    return std::string();
  }
  FG_TRY(auto select,
         database.prepare(fmt::format("SELECT v.version_information_date, {} FROM {} v WHERE {}{}{}",
                                      layer.column_list("v."), sql_name(layer.versions()),
                                      is_current(layer, "?1", "?2"), among.empty() ? "" : " AND ", among)));
  window.as_of ? select.bind(1, *window.as_of) : select.bind_null(1);
  select.bind(2, window.last_batch);
  std::string latest;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return latest;
    }
    if (select.text(0) > latest) {
      latest = select.text(0);
    }
    FG_TRY(const auto record, read_record(layer, select, 1));
    mineaction::append_record(kind, record, snapshot);
  }
}

Result<void> append_covariates(const Database& database, const Window& window, Snapshot& snapshot) {
  constexpr const char* kStanding =
      "{0}.version_batch <= ?1 AND NOT EXISTS (SELECT 1 FROM firmground_undo u WHERE u.batch_id = {0}.version_batch "
      "AND "
      "u.undone_by <= ?1)";
  FG_TRY(auto select, database.prepare(fmt::format(
                          "SELECT name, bytes FROM firmground_covariate v WHERE version_state = 'approved' "
                          "AND {} AND NOT EXISTS (SELECT 1 FROM firmground_covariate w WHERE w.name = v.name "
                          "AND w.version_state IN ('approved','withdrawn') AND {} AND "
                          "w.version_number > v.version_number) ORDER BY name",
                          fmt::format(kStanding, "v"), fmt::format(kStanding, "w"))));
  select.bind(1, window.last_batch);
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return {};
    }
    const std::string name(select.text(0));
    FG_TRY(auto raster, geo::from_geotiff(std::string(select.blob(1)), *snapshot.crs, name));
    snapshot.covariates.push_back({name, std::move(raster)});
  }
}

Result<Snapshot> read_whole(const Database& database, Snapshot begun, const std::optional<Date>& as_of,
                            const Window& window) {
  FG_TRY(const auto layers, read_layers(database));
  std::vector<std::string> dates;
  for (const Layer& layer : layers) {
    FG_TRY(dates.emplace_back(), append_layer(database, layer, window, begun));
  }
  FG_TRY_VOID(append_covariates(database, window, begun));
  begun.as_of = as_of ? *as_of : latest_information(dates);
  mineaction::finish_snapshot(begun);
  return begun;
}

}  // namespace firmground::registry
