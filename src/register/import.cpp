#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/hash.h"
#include "base/ids.h"
#include "geo/raster_classes.h"
#include "register/asked_values.h"
#include "register/batch.h"
#include "register/code_dates.h"
#include "register/cross_checks.h"
#include "register/import_plan.h"
#include "register/layer_writer.h"
#include "register/leg_ground.h"
#include "register/refused_rows.h"
#include "register/register_state.h"

namespace firmground::registry {

using base::fail;
using base::Progress;
using base::Result;
using intake::Issue;

namespace {

/// How far beyond the recorded area of interest a coordinate may lie before its axes or its CRS are doubted.
constexpr double kExtentMarginDegrees = 0.5;

/// A file that was read and has not been entered yet.
struct Reading {
  ImportTask task;
  std::string file_hash;
  intake::ReadResult result;  ///< of a vector file
  std::string raster;         ///< of a covariate: its Cloud-Optimised GeoTIFF in the programme CRS
  ImportOutcome outcome;
  Leaves leaves;  ///< of the versions entered
};

base::Date today() {
  const std::chrono::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds(base::now_unix_milliseconds())};
  return base::Date(std::chrono::floor<std::chrono::days>(now));
}

using Extent = std::optional<std::array<double, 4>>;

Extent grown_extent(const std::vector<LonLatBox>& boxes) {
  if (boxes.empty()) {
    return std::nullopt;
  }
  std::array<double, 4> extent = {180, 90, -180, -90};
  for (const LonLatBox& box : boxes) {
    extent = {std::min(extent[0], box.min_lon), std::min(extent[1], box.min_lat), std::max(extent[2], box.max_lon),
              std::max(extent[3], box.max_lat)};
  }
  return std::array<double, 4>{extent[0] - kExtentMarginDegrees, extent[1] - kExtentMarginDegrees,
                               extent[2] + kExtentMarginDegrees, extent[3] + kExtentMarginDegrees};
}

/// Where the country is: the profile says it, or the area of interest that was entered.
Result<Extent> programme_extent(const Database& database, const Profile& profile) {
  if (profile.extent) {
    return profile.extent;
  }
  std::vector<LonLatBox> boxes;
  FG_TRY(auto select, database.prepare("SELECT geom FROM area_of_interest"));
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return grown_extent(boxes);
    }
    if (const auto box = blob_envelope(select.blob(0))) {
      boxes.push_back(*box);
    }
  }
}

/// As programme_extent, of an area of interest that stands in the same folder and is not entered yet.
Extent extent_of(const intake::ReadResult& areas) {
  std::vector<LonLatBox> boxes;
  for (const auto& read : areas.records) {
    if (const auto box = blob_envelope(encode_blob(read.record.geometry, BlobType::any))) {
      boxes.push_back(*box);
    }
  }
  return grown_extent(boxes);
}

std::int64_t refused_rows(const std::vector<Issue>& issues) {
  std::set<std::int64_t> rows;
  for (const Issue& issue : issues) {
    if (issue.refused) {
      rows.insert(issue.row);
    }
  }
  return static_cast<std::int64_t>(rows.size());
}

/// In pieces: a file of a million rows need not be in memory for it.
Result<std::string> hash_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  base::Hasher hasher;
  std::string piece(1U << 20U, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
    hasher.bytes(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof()) {
    return fail("base.file_unreadable", {{"file", path}, {"reason", std::strerror(errno)}});
  }
  return hasher.hex();
}

Result<Reading> read_task(const ImportTask& task, const ImportOptions& options, const Extent& extent,
                          const geo::Crs& crs, const Progress& progress) {
  Reading reading;
  reading.task = task;
  reading.outcome.kind = task.is_covariate() ? "covariate" : task.layer;
  reading.outcome.file = task.file_name();
  FG_TRY(reading.file_hash, hash_of_file(task.path));
  if (task.is_covariate()) {
    FG_TRY(const std::string bytes, geo::read_file(task.path));
    std::string classes;
    if (!options.classes.empty()) {
      FG_TRY(const std::vector<geo::RasterClass> named, geo::parse_raster_classes(options.classes));
      classes = geo::to_text(named);
    }
    FG_TRY(auto raster, geo::from_geotiff(bytes, crs, task.path, classes));
    FG_TRY_VOID(geo::check_classes(raster, task.path));
    if (raster.metadata.erase(geo::kRasterPalette) > 0) {
      const base::Error error = base::make_error("geo.palette_without_classes", {{"file", task.file_name()}});
      reading.outcome.issues.push_back({0, "", "", "", error.message, error.remedy, error.code, false});
    }
    FG_TRY(reading.raster, geo::to_cog(raster));
    reading.outcome.rows = 1;
    return reading;
  }
  const intake::ReadOptions read_options{
      options.mapping, options.crs, today(), extent, task.layer, task.source_layer, fmt::format("EPSG:{}", crs.epsg())};
  FG_TRY(reading.result, intake::read_file(task.path, *task.kind, read_options, progress));
  reading.outcome.rows = reading.result.rows;
  reading.outcome.issues = std::move(reading.result.issues);
  reading.outcome.refused = refused_rows(reading.outcome.issues);
  return reading;
}

/// Reads all files before the first is entered: the lock on the programme is held briefly, and one run tells all
/// faults.
Result<std::vector<Reading>> read_all(const std::vector<ImportTask>& tasks, const ImportOptions& options, Extent extent,
                                      const geo::Crs& crs, const Progress& progress) {
  if (!options.classes.empty() && (tasks.size() != 1 || !tasks.front().is_covariate())) {
    const std::string file = tasks.size() == 1 ? tasks.front().file_name() : fmt::format("{} files", tasks.size());
    return fail("registry.classes_without_raster", {{"file", file}});
  }
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const double begin = static_cast<double>(i) / static_cast<double>(tasks.size());
    const auto part = [&](std::string_view, double share) {
      return progress("reading " + tasks[i].file_name(), (begin + share / static_cast<double>(tasks.size())) * 0.6);
    };
    if (!part("", 0)) {
      return fail("base.cancelled");
    }
    FG_TRY(auto reading, read_task(tasks[i], options, extent, crs, part));
    if (!extent && !tasks[i].is_covariate() && tasks[i].layer == "area-of-interest") {
      extent = extent_of(reading.result);
    }
    readings.push_back(std::move(reading));
  }
  return readings;
}

Result<Layer> layer_of(Database& database, const ImportTask& task) {
  FG_TRY(const auto layers, read_layers(database));
  const auto found =
      std::find_if(layers.begin(), layers.end(), [&](const Layer& l) { return l.kind.name == task.layer; });
  if (found != layers.end() && found->reference == task.is_reference()) {
    return *found;
  }
  return create_reference_layer(database, task.layer);
}

Result<void> enter_covariate(Database& database, Reading& reading, const Entry& entry, const std::string& state) {
  const std::string& name = reading.task.layer;
  const std::string hash = base::content_hash(reading.raster);
  FG_TRY(auto same,
         database.prepare(
             "SELECT 1 FROM firmground_covariate v WHERE name = ?1 AND version_state = ?2 AND version_hash = ?3 "
             "AND NOT EXISTS (SELECT 1 FROM firmground_undo u WHERE u.batch_id = v.version_batch)"));
  same.bind(1, name).bind(2, state).bind(3, hash);
  FG_TRY(const bool unchanged, same.step());
  if (unchanged) {
    reading.outcome.unchanged = 1;
    return {};
  }
  FG_TRY(
      auto insert,
      database.prepare(
          "INSERT INTO firmground_covariate (name, version_number, version_batch, version_state, version_hash, bytes) "
          "VALUES (?1, (SELECT coalesce(max(version_number), 0) + 1 FROM firmground_covariate WHERE name = ?1), ?, ?, "
          "?, "
          "?)"));
  insert.bind(1, name).bind(2, entry.batch).bind(3, state).bind(4, hash).bind_blob(5, reading.raster);
  FG_TRY_VOID(insert.run());
  reading.outcome.accepted = 1;
  return {};
}

/// How often the person at the terminal is told while records enter.
constexpr std::size_t kProgressRecords = 1U << 13U;

/// Those that the writer looks up next.
std::vector<std::string_view> local_ids(const std::vector<intake::ReadRecord>& records, std::size_t begin) {
  const std::size_t end = std::min(records.size(), begin + kAskedAtOnce);
  std::vector<std::string_view> ids;
  for (std::size_t i = begin; i < end; ++i) {
    ids.emplace_back(std::get<std::string>(records[i].record.values.front()));
  }
  return ids;
}

Result<void> enter_records(Database& database, Reading& reading, const Entry& entry, const std::string& state,
                           const Progress& progress) {
  FG_TRY(const Layer layer, layer_of(database, reading.task));
  FG_TRY(auto writer, LayerWriter::make(database, layer, {entry.batch, state, entry.milliseconds}));
  ImportOutcome& outcome = reading.outcome;
  // Rows that repeat an earlier row of the same file to the letter: intake notes them and hands over the first.
  outcome.unchanged = outcome.rows - outcome.refused - static_cast<std::int64_t>(reading.result.records.size());
  const auto& records = reading.result.records;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& read = records[i];
    // Showing and checking what entered takes about as long again.
    if (i % kProgressRecords == 0 &&
        !progress("", 0.5 * static_cast<double>(i) / static_cast<double>(records.size()))) {
      return fail("base.cancelled");
    }
    if (i % kAskedAtOnce == 0) {
      FG_TRY_VOID(writer.look_up(local_ids(records, i)));
    }
    FG_TRY(const auto entered, writer.enter(read.record, read.row));
    entered == LayerWriter::Entered::accepted ? ++outcome.accepted : ++outcome.unchanged;
    if (entered == LayerWriter::Entered::unchanged_not_shown) {
      const auto& id = std::get<std::string>(read.record.values.front());
      const auto error =
          base::make_error("registry.superseded_content", {{"version", std::to_string(writer.matched_version())}});
      outcome.issues.push_back(
          {read.row, id, layer.kind.fields.front().name, id, error.message, error.remedy, error.code, false});
    }
  }
  reading.leaves = writer.leaves();
  return outcome.accepted > 0 ? writer.show(entry.at) : Result<void>();
}

Result<void> write_batch(Database& database, const Reading& reading, const Entry& entry, const ImportOptions& options) {
  const ImportOutcome& outcome = reading.outcome;
  FG_TRY_VOID(
      write_batch_row(database, {entry, outcome.kind, outcome.file, reading.file_hash, options.author, options.state,
                                 outcome.rows, outcome.accepted, outcome.unchanged, outcome.refused}));
  FG_TRY(auto issue_insert,
         database.prepare("INSERT INTO firmground_issue (batch_id, source_row, local_id, field, value, "
                          "code, error, remedy, refused) VALUES (?,?,?,?,?,?,?,?,?)"));
  for (const Issue& issue : outcome.issues) {
    issue_insert.bind(1, entry.batch).bind(2, issue.row).bind(3, issue.id).bind(4, issue.field).bind(5, issue.value);
    issue_insert.bind(6, issue.code)
        .bind(7, issue.error)
        .bind(8, issue.remedy)
        .bind(9, static_cast<std::int64_t>(issue.refused));
    FG_TRY_VOID(issue_insert.run());
  }
  return append_link(database,
                     {0, entry.batch, "import", entry.at, options.author, outcome.kind, options.reason, {}, ""},
                     reading.leaves);
}

void append(std::vector<Issue>& issues, std::vector<Issue> more) {
  issues.insert(issues.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// Beside the imported file, before anything is committed: a refused row is never lost.
Result<void> write_refused(Reading& reading) {
  FG_TRY(const std::string bytes, geo::read_file(reading.task.path));
  reading.outcome.refused_path = reading.task.path + ".refused.csv";
  return geo::write_file(reading.outcome.refused_path,
                         refused_rows_csv(reading.outcome.file, bytes, reading.outcome.issues));
}

Result<void> drop_derived(const Database& database, std::vector<Reading>& readings) {
  std::vector<intake::ReadRecord> legs;
  for (const Reading& reading : readings) {
    if (reading.task.layer == "minefield-record-legs") {
      legs.insert(legs.end(), reading.result.records.begin(), reading.result.records.end());
    }
  }
  for (Reading& reading : readings) {
    if (reading.task.layer == "minefield-records") {
      FG_TRY_VOID(drop_leg_grounds(database, reading.result.records, legs));
    }
  }
  return {};
}

/// Enters all files in one transaction; nothing has happened when this fails.
Result<void> enter_all(Database& database, const geo::Crs& crs, const Profile& profile, std::vector<Reading>& readings,
                       const ImportOptions& options, const Progress& progress) {
  FG_TRY(auto transaction, Transaction::begin(database, Transaction::Kind::write));
  FG_TRY(Entry entry, next_entry(database));
  FG_TRY_VOID(drop_derived(database, readings));
  for (std::size_t i = 0; i < readings.size(); ++i) {
    Reading& reading = readings[i];
    const auto part = [&](std::string_view, double share) {
      return progress("entering " + reading.outcome.file,
                      0.6 + 0.4 * (static_cast<double>(i) + share) / static_cast<double>(readings.size()));
    };
    if (!part("", 0)) {
      return fail("base.cancelled");
    }
    Entry own = entry;
    own.batch += static_cast<std::int64_t>(i);
    FG_TRY_VOID(reading.task.is_covariate() ? enter_covariate(database, reading, own, options.state)
                                            : enter_records(database, reading, own, options.state, part));
  }
  FG_TRY(const auto layers, read_layers(database));
  FG_TRY(auto checks, CrossChecks::make(database, layers, crs, profile));
  for (std::size_t i = 0; i < readings.size(); ++i) {
    Reading& reading = readings[i];
    if (!reading.task.is_covariate()) {
      FG_TRY(auto broken, checks.check(*reading.task.kind, reading.result.records));
      FG_TRY(auto missing, missing_links(database, layers, *reading.task.kind, reading.result.records));
      append(reading.outcome.issues, std::move(broken));
      append(reading.outcome.issues, codes_out_of_date(*reading.task.kind, reading.result.records));
      append(reading.outcome.issues, std::move(missing));
      if (reading.task.layer == "minefield-record-legs") {
        FG_TRY(auto unresolved, leg_issues(database, reading.result.records));
        append(reading.outcome.issues, std::move(unresolved));
      }
      std::stable_sort(reading.outcome.issues.begin(), reading.outcome.issues.end(),
                       [](const Issue& a, const Issue& b) { return a.row < b.row; });
    }
    Entry own = entry;
    own.batch += static_cast<std::int64_t>(i);
    if (reading.outcome.accepted > 0) {
      reading.outcome.batch = own.batch;
      FG_TRY_VOID(write_batch(database, reading, own, options));
    }
    if (reading.outcome.refused > 0 && !options.dry_run) {
      FG_TRY_VOID(write_refused(reading));
    }
  }
  return options.dry_run ? Result<void>() : transaction.commit();
}

Result<std::vector<ImportOutcome>> import_tasks(Database& database, const geo::Crs& crs, const Profile& profile,
                                                const std::vector<ImportTask>& tasks, const ImportOptions& options,
                                                const Progress& progress) {
  FG_TRY_VOID(check_state(options.state));
  for (const ImportTask& task : tasks) {
    if (options.state == "withdrawn" && task.layer == "hazards") {
      return fail("registry.hazards_withdrawn_by_file", {{"file", task.file_name()}});
    }
  }
  FG_TRY(const Extent extent, programme_extent(database, profile));
  FG_TRY(auto readings, read_all(tasks, options, extent, crs, progress));
  const bool refused =
      std::any_of(readings.begin(), readings.end(), [](const Reading& r) { return r.outcome.refused > 0; });
  if (!refused || options.keep_good) {
    FG_TRY_VOID(enter_all(database, crs, profile, readings, options, progress));
  }
  std::vector<ImportOutcome> outcomes;
  for (Reading& reading : readings) {
    reading.outcome.committed = (!refused || options.keep_good) && !options.dry_run;
    outcomes.push_back(std::move(reading.outcome));
  }
  progress("done", 1);
  return outcomes;
}

}  // namespace

Result<ImportOutcome> Register::import_file(const std::string& path, const std::string& kind,
                                            const ImportOptions& options, const Progress& progress) {
  const std::lock_guard lock(impl_->mutex);
  FG_TRY(const auto task, plan_file(path, kind, options.layer_name));
  FG_TRY(auto outcomes, import_tasks(impl_->database, impl_->crs, impl_->profile, {task}, options, progress));
  return std::move(outcomes.front());
}

Result<std::vector<ImportOutcome>> Register::import_folder(const std::string& folder, bool reference,
                                                           const ImportOptions& options, const Progress& progress) {
  const std::lock_guard lock(impl_->mutex);
  FG_TRY(const auto tasks, plan_folder(folder, reference));
  return import_tasks(impl_->database, impl_->crs, impl_->profile, tasks, options, progress);
}

Result<std::vector<ImportOutcome>> Register::import_layers(const std::string& path, const std::string& kind,
                                                           const ImportOptions& options, const Progress& progress) {
  const std::lock_guard lock(impl_->mutex);
  FG_TRY(const auto tasks, plan_container(path, kind));
  return tasks.empty() ? std::vector<ImportOutcome>()
                       : import_tasks(impl_->database, impl_->crs, impl_->profile, tasks, options, progress);
}

}  // namespace firmground::registry
