#include "pipeline/pattern_programme.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/hash.h"
#include "evidence/observations.h"
#include "exchange/export_files.h"
#include "geo/raster.h"
#include "intake/source_file.h"
#include "register/entry.h"

namespace firmground::pipeline {

namespace {

using Json = nlohmann::ordered_json;
using base::Result;
using mineaction::FieldType;
using mineaction::Kind;

constexpr double kScored_m = 150;  ///< beyond the ground: rows go on
constexpr double kCell_m = 2;

struct Ground {
  std::string title;
  geo::PlanarGeometry geometry;
};

Result<Ground> ground_of_file(const std::string& path, const geo::Crs& crs) {
  intake::ReadOptions options;
  options.layer_name = "area";
  FG_TRY(const auto read,
         intake::read_file(path, *mineaction::find_kind("reference-layer"), options, base::no_progress));
  Ground ground{path, {}};
  for (const auto& row : read.records) {
    const geo::PlanarGeometry part = crs.to_programme(row.record.geometry);
    ground.geometry.polygons.insert(ground.geometry.polygons.end(), part.polygons.begin(), part.polygons.end());
  }
  return ground;
}

std::optional<Ground> ground_of_record(const mineaction::Snapshot& snapshot, const std::string& id) {
  for (const auto& task : snapshot.tasks) {
    if (task.task_id == id) {
      return Ground{"task " + id, task.geometry};
    }
  }
  for (const auto& release : snapshot.land_releases) {
    if (release.release_id == id) {
      return Ground{"land release " + id, release.geometry};
    }
  }
  for (const auto& hazard : snapshot.hazards) {
    if (hazard.hazard_id == id) {
      return Ground{"hazardous area " + id, hazard.geometry};
    }
  }
  return std::nullopt;
}

Result<Ground> ground_of(const mineaction::Snapshot& snapshot, const PatternRequest& request) {
  Ground ground;
  if (!request.area_file.empty()) {
    FG_TRY(ground, ground_of_file(request.area_file, *snapshot.crs));
  } else {
    const auto found = ground_of_record(snapshot, request.id);
    if (!found) {
      return base::fail("pipeline.no_such_ground", {{"id", request.id}});
    }
    ground = *found;
  }
  if (ground.geometry.polygons.empty()) {
    return base::fail("pipeline.ground_without_polygon", {{"ground", ground.title}});
  }
  return ground;
}

/// Clearances and technical surveys whose work no land release covers yet.
Result<std::size_t> add_reports(const registry::Register& programme, const geo::Crs& crs, base::Hasher& hasher,
                                evidence::SearchedGround& ground) {
  std::size_t used = 0;
  const geo::Box box{ground.grid.west_m(), ground.grid.north_m() - ground.grid.rows * ground.grid.cell_m,
                     ground.grid.west_m() + ground.grid.columns * ground.grid.cell_m, ground.grid.north_m()};
  for (const char* name : {"clearances", "technical-surveys"}) {
    const Kind& kind = *mineaction::find_kind(name);
    const bool survey = kind.name == "technical-surveys";
    const std::size_t method_field = kind.field_index("method");
    const auto take = [&](const registry::VersionInfo& version) -> Result<void> {
      const geo::PlanarGeometry geometry = crs.to_programme(version.record.geometry);
      if (geometry.polygons.empty() || !geo::bounds(geometry).intersects(box)) {
        return {};
      }
      const auto* method = std::get_if<std::string>(&version.record.values[method_field]);
      const auto parsed = method != nullptr ? mineaction::parse_method(*method) : std::nullopt;
      double searched = evidence::default_detection(
          parsed.value_or(mineaction::Method::unknown),
          survey ? mineaction::Outcome::reduced : mineaction::Outcome::cleared, evidence::OrdnanceClass::mines);
      if (survey) {
        const auto* coverage = std::get_if<double>(&version.record.values[kind.field_index("coverage")]);
        searched *= coverage != nullptr ? *coverage : 1;
      }
      ++used;
      for (const geo::CellShare& cell : geo::cover(ground.grid, geometry)) {
        // Not added to a release's effort: the release came of this very work.
        float& effort = ground.effort[cell.cell];
        effort = std::max(effort, static_cast<float>(searched) * cell.share);
        hasher.add(static_cast<std::uint64_t>(cell.cell));
      }
      hasher.add(fmt::format("{}", searched));
      return {};
    };
    FG_TRY_VOID(registry::for_each_record(programme, kind.name, registry::Choice::current, take));
  }
  return used;
}

std::vector<evidence::PatternFind> finds_on(const mineaction::Snapshot& snapshot, const Ground& ground,
                                            const PatternRequest& request, std::size_t& several) {
  std::vector<evidence::PatternFind> finds;
  const geo::Box near = geo::bounds(ground.geometry).grown(request.margin_m);
  for (const mineaction::Find& find : snapshot.finds) {
    if (mineaction::is_mine(find.device) && near.contains(find.position) &&
        geo::distance(ground.geometry, find.position) <= request.margin_m) {
      finds.push_back({find.find_id, find.position, find.device});
      several += find.count > 1 ? 1 : 0;
    }
  }
  return finds;
}

std::string settings_of(const PatternRequest& request, const Ground& ground, const std::string& reports) {
  Json vertices = Json::array();
  for (const auto& polygon : ground.geometry.polygons) {
    for (const geo::Xy p : polygon.outer) {
      vertices.push_back({std::round(p.x * 1000) / 1000, std::round(p.y * 1000) / 1000});
    }
  }
  const Json settings = {{"ground", request.area_file.empty() ? ground.title : "file"},
                         {"outline", base::content_hash(vertices.dump())},
                         {"margin_m", request.margin_m},
                         {"least_probability", request.options.least_probability},
                         {"most_radius_m", request.options.most_radius_m},
                         {"reports", reports}};
  return settings.dump();
}

Kind made_kind(const char* name, const char* table, const char* title,
               std::initializer_list<std::tuple<const char*, FieldType, const char*>> fields) {
  Kind kind;
  kind.name = name;
  kind.table = table;
  kind.title = title;
  kind.geometry = mineaction::GeometryRule::any;
  for (const auto& [field_name, type, unit] : fields) {
    mineaction::Field field;
    field.name = field_name;
    field.type = type;
    field.unit = unit;
    kind.fields.push_back(std::move(field));
  }
  return kind;
}

/// A made-up kind with its records, so that every writer of ours can carry it.
struct Made {
  Kind kind;
  std::vector<mineaction::Record> records;
};

Made positions_of(const PatternOutcome& outcome, const geo::Crs& crs) {
  Made made{made_kind("missing-positions", "missing_positions", "Missing position",
                      {{"position_id", FieldType::text, ""},
                       {"probability", FieldType::real, ""},
                       {"radius90_m", FieldType::real, "m"},
                       {"searched", FieldType::real, ""},
                       {"lies", FieldType::text, ""},
                       {"field", FieldType::integer, ""},
                       {"row", FieldType::integer, ""},
                       {"stamp", FieldType::text, ""}}),
            {}};
  std::size_t number = 0;
  for (const auto& p : outcome.pattern.positions) {
    geo::PlanarGeometry point;
    point.points.push_back(p.position);
    made.records.push_back({{fmt::format("P-{:04}", ++number), p.probability, p.radius90_m, p.effort,
                             std::string(p.beyond ? "beyond" : "between"), std::int64_t{p.field} + 1,
                             std::int64_t{p.row} + 1, outcome.stamp.id()},
                            crs.to_lon_lat(point)});
  }
  return made;
}

geo::GeographicGeometry line_of(const std::vector<geo::Xy>& path, const geo::Crs& crs) {
  geo::PlanarGeometry line;
  line.lines.push_back(path);
  return crs.to_lon_lat(line);
}

Made rows_of(const PatternOutcome& outcome, const geo::Crs& crs) {
  Made made{made_kind("pattern-rows", "pattern_rows", "Row of a pattern",
                      {{"row_id", FieldType::text, ""},
                       {"probability", FieldType::real, ""},
                       {"finds", FieldType::integer, ""},
                       {"offset_m", FieldType::real, "m"},
                       {"pitch_m", FieldType::real, "m"},
                       {"pitch_p05_m", FieldType::real, "m"},
                       {"pitch_p95_m", FieldType::real, "m"},
                       {"presence", FieldType::real, ""},
                       {"stamp", FieldType::text, ""}}),
            {}};
  for (std::size_t f = 0; f < outcome.pattern.fields.size(); ++f) {
    const auto& field = outcome.pattern.fields[f];
    for (std::size_t r = 0; r < field.rows.size(); ++r) {
      const auto& row = field.rows[r];
      if (row.path.size() > 1) {
        made.records.push_back(
            {{fmt::format("R-{}-{}", f + 1, r + 1), 1.0, static_cast<std::int64_t>(row.finds.size()), row.offset_m,
              row.pitch_m.value, row.pitch_m.low, row.pitch_m.high, row.presence, outcome.stamp.id()},
             line_of(row.path, crs)});
      }
    }
    for (std::size_t r = 0; r < field.further.size(); ++r) {
      const auto& row = field.further[r];
      made.records.push_back(
          {{fmt::format("S-{}-{}", f + 1, r + 1), row.probability, std::int64_t{0}, row.offset_m, mineaction::Value(),
            mineaction::Value(), mineaction::Value(), mineaction::Value(), outcome.stamp.id()},
           line_of(row.path, crs)});
    }
  }
  return made;
}

Made blocks_of(const PatternOutcome& outcome, const geo::Crs& crs) {
  constexpr double kWorthListing = 0.005;
  Made made{made_kind("work-blocks", "work_blocks", "Ground in the order of work",
                      {{"block_id", FieldType::text, ""},
                       {"order", FieldType::integer, ""},
                       {"expected_mines", FieldType::real, ""},
                       {"stamp", FieldType::text, ""}}),
            {}};
  std::int64_t order = 0;
  for (const auto& block : outcome.pattern.blocks) {
    if (block.expected < kWorthListing) {
      break;
    }
    const double h = evidence::RowPattern::kBlock_m / 2;
    geo::PlanarGeometry square;
    square.polygons.push_back({{{block.centre.x - h, block.centre.y - h},
                                {block.centre.x + h, block.centre.y - h},
                                {block.centre.x + h, block.centre.y + h},
                                {block.centre.x - h, block.centre.y + h}},
                               {}});
    ++order;
    made.records.push_back(
        {{fmt::format("B-{:04}", order), order, block.expected, outcome.stamp.id()}, crs.to_lon_lat(square)});
  }
  return made;
}

}  // namespace

Result<PatternOutcome> pattern_programme(const registry::Register& programme, const mineaction::Snapshot& snapshot,
                                         const PatternRequest& request, const base::Progress& progress) {
  FG_TRY(const Ground ground, ground_of(snapshot, request));
  PatternOutcome outcome;
  outcome.title = ground.title;
  outcome.ground = ground.geometry;
  const geo::Box box = geo::bounds(ground.geometry).grown(kScored_m);
  constexpr double kMostCells = 4e6;
  if ((box.max_x - box.min_x) * (box.max_y - box.min_y) / (kCell_m * kCell_m) > kMostCells) {
    return base::fail("pipeline.ground_too_large", {{"ground", ground.title}});
  }
  std::size_t several = 0;
  const std::vector<evidence::PatternFind> finds = finds_on(snapshot, ground, request, several);
  for (const auto& find : finds) {
    outcome.finds.push_back(find.position);
  }
  progress("Looking up what was searched", 0.1);
  outcome.searched = evidence::searched_ground(snapshot, box, kCell_m);
  base::Hasher hasher;
  FG_TRY(const std::size_t reports, add_reports(programme, *snapshot.crs, hasher, outcome.searched));
  if (reports > 0) {
    outcome.notes.push_back(fmt::format("{} clearances or technical surveys count as searched ground too.", reports));
  }
  if (outcome.searched.effective_m2() <= 0) {
    outcome.notes.emplace_back(
        "No search of this ground is recorded: gaps between finds count as ground nobody has looked at.");
  }
  if (several > 0) {
    outcome.notes.push_back(fmt::format("{} entries of several mines at one position count as one place.", several));
  }
  progress("Fitting rows", 0.3);
  outcome.stamp = {"row-pattern", snapshot.hash, base::version(),
                   settings_of(request, ground, reports > 0 ? hasher.hex() : ""), 0};
  FG_TRY(outcome.pattern, evidence::find_row_pattern(finds, outcome.searched, request.options));
  outcome.json = evidence::to_json(outcome.pattern, *snapshot.crs, outcome.stamp.to_json());
  progress("Done", 1);
  return outcome;
}

Result<void> write_pattern(const std::string& path, const PatternOutcome& outcome, const geo::Crs& crs) {
  const auto format = exchange::format_of_path(path);
  if (!format) {
    return base::fail("pipeline.corrected_format_unknown", {{"file", path}});
  }
  std::vector<Made> made;
  made.push_back(positions_of(outcome, crs));
  if (exchange::info_of(*format).many_tables) {
    made.push_back(rows_of(outcome, crs));
    made.push_back(blocks_of(outcome, crs));
  }
  std::vector<exchange::Table> tables;
  tables.reserve(made.size());
  for (const Made& each : made) {
    tables.push_back(exchange::table_to_export(each.kind, exchange::Origin::kind, each.records));
  }
  exchange::ExportOptions options;
  constexpr int kMillimetres = 8;
  options.coordinates.decimals = kMillimetres;
  FG_TRY(const auto notes, exchange::write_tables(path, *format, tables, options));
  static_cast<void>(notes);
  return {};
}

Result<void> write_pattern_raster(const std::string& path, const PatternOutcome& outcome, const geo::Crs& crs) {
  geo::Raster raster;
  raster.grid = outcome.pattern.grid;
  raster.epsg = crs.epsg();
  raster.band_names = {"expected_mines"};
  raster.bands = {outcome.pattern.expected};
  raster.metadata["FIRMGROUND_STAMP"] = outcome.stamp.to_json();
  FG_TRY(const std::string bytes, geo::to_cog(raster));
  return geo::write_file(path, bytes);
}

}  // namespace firmground::pipeline
