#include "exchange/gdal_writer.h"

#include <cpl_conv.h>

#include <algorithm>
#include <cstdio>

#include "exchange/ogr_layer.h"

namespace firmground::exchange {

namespace {

/// GDAL takes the time that it writes into a file from here, where it is set.
class SetTime {
 public:
  explicit SetTime(const std::string& made_at) {
    CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", made_at.empty() ? "1970-01-01T00:00:00.000Z" : made_at.c_str());
  }
  SetTime(const SetTime&) = delete;
  SetTime& operator=(const SetTime&) = delete;
  ~SetTime() { CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", nullptr); }
};

/// With what a killed run left of its database: an old journal would be played back into a new file.
void remove_part(const std::string& part) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
    std::remove((part + suffix).c_str());
  }
}

/// Writes all layers beside the target and renames the file at the end: a reader never sees half a file.
base::Result<void> write_layers(const char* driver, const std::string& path, const std::string& part,
                                std::span<const LayerPlan> plans, const Coordinates& coordinates) {
  remove_part(part);
  Dataset dataset = create_dataset(driver, part);
  const bool written = dataset != nullptr && std::all_of(plans.begin(), plans.end(), [&](const LayerPlan& plan) {
                         return write_layer(dataset.get(), plan, coordinates);
                       });
  if (!written) {
    auto failure = not_written(path, driver);
    dataset.reset();
    remove_part(part);
    return failure;
  }
  if (!finish_dataset(std::move(dataset)) || std::rename(part.c_str(), path.c_str()) != 0) {
    auto failure = not_written(path, driver);
    remove_part(part);
    return failure;
  }
  return {};
}

}  // namespace

base::Result<void> write_geopackage(const std::string& path, std::span<const Table> tables,
                                    const DatabaseOptions& options) {
  const SetTime time(options.made_at);
  std::vector<LayerPlan> plans;
  for (const Table& table : tables) {
    auto records = pointers_to(table.records);
    auto columns = columns_of(table, records, Days::as_dates);
    plans.push_back(
        {&table, table.name, layer_form(table.kind->geometry), std::move(columns), std::move(records), {"FID=fid"}});
  }
  return write_layers("GPKG", path, path + ".part.gpkg", plans, options.coordinates);
}

base::Result<std::vector<Note>> write_flatgeobuf(const std::string& path, const Table& table,
                                                 const DatabaseOptions& options) {
  if (table.kind->geometry == mineaction::GeometryRule::none) {
    return base::fail("exchange.format_cannot_carry",
                      {{"format", "FlatGeobuf"},
                       {"kind", table.name},
                       {"id", table.records.empty() ? "" : describe(table.records.front())},
                       {"reason", "a row without geometry has no form in it"}});
  }
  std::vector<Note> notes = {make_note(table, "exchange.rows_reordered", {{"kind", table.name}})};
  auto records = pointers_to(table.records);
  const auto placed = std::stable_partition(records.begin(), records.end(),
                                            [](const auto* record) { return !record->geometry.empty(); });
  if (placed != records.end()) {
    notes.push_back(make_note(table, "exchange.records_left_out",
                              {{"kind", table.name},
                               {"count", std::to_string(records.end() - placed)},
                               {"id", describe(**placed)},
                               {"reason", "FlatGeobuf knows only what has a position"}}));
    records.erase(placed, records.end());
  }
  auto columns = columns_of(table, records, Days::as_text);
  const std::vector<LayerPlan> plans = {{&table,
                                         table.name,
                                         layer_form(table.kind->geometry),
                                         std::move(columns),
                                         std::move(records),
                                         {"SPATIAL_INDEX=YES"}}};
  FG_TRY_VOID(write_layers("FlatGeobuf", path, path + ".part.fgb", plans, options.coordinates));
  return notes;
}

}  // namespace firmground::exchange
