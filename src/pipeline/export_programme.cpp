#include "pipeline/export_programme.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "geo/crs.h"
#include "geo/raster.h"
#include "register/entry.h"
#include "register/leg_ground.h"

namespace firmground::pipeline {

using base::fail;
using base::Progress;
using base::Result;
using exchange::Format;
using exchange::Origin;
using mineaction::FieldType;
using mineaction::GeometryRule;
using mineaction::Kind;
using mineaction::Record;
using registry::Choice;
using registry::LayerInfo;
using registry::Register;
using registry::VersionInfo;

namespace {

/// The records of one kind, with what describes them.
struct Loaded {
  std::string name;  ///< kind or reference layer
  Kind kind;
  Origin origin = Origin::kind;
  bool history = false;
  std::vector<Record> records;
  std::string last_entry;
};

/// What a history says of each version, beside its values.
void add_version_fields(Kind& kind) {
  const auto add = [&](const char* name, FieldType type, const char* help) {
    mineaction::Field field;
    field.name = name;
    field.type = type;
    field.help = help;
    kind.fields.push_back(std::move(field));
  };
  add("version", FieldType::integer, "Number of the version of its record.");
  add("version_state", FieldType::text, "State of the version.");
  add("version_dated", FieldType::text, "Date of information.");
  add("version_entered_at", FieldType::text, "Time of entry, UTC.");
  add("version_author", FieldType::text, "Who entered it.");
  add("version_source", FieldType::text, "File and row, or form.");
  add("version_reason", FieldType::text, "Why, as the author gave it.");
}

void append_version_values(const VersionInfo& version, Record& record) {
  const auto text = [](const std::string& given) {
    return given.empty() ? mineaction::Value() : mineaction::Value(given);
  };
  record.values.emplace_back(version.version);
  for (const std::string* given : {&version.state, &version.information_date, &version.entered_at, &version.author,
                                   &version.source, &version.reason}) {
    record.values.push_back(text(*given));
  }
}

Result<Loaded> load(const Register& programme, const LayerInfo& layer, bool history) {
  const Kind* known = mineaction::find_kind(layer.kind);
  const bool reference = known == nullptr;
  Loaded loaded{layer.kind,
                reference ? *mineaction::find_kind("reference-layer") : *known,
                reference ? Origin::reference_layer : Origin::kind,
                history,
                {},
                ""};
  if (reference) {
    loaded.kind.name = layer.kind;
    loaded.kind.table = layer.table;
  }
  if (history) {
    add_version_fields(loaded.kind);
    loaded.kind.table += "_history";
  }
  const auto take = [&](const VersionInfo& version) -> Result<void> {
    loaded.records.push_back(version.record);
    if (history) {
      append_version_values(version, loaded.records.back());
    }
    loaded.last_entry = std::max(loaded.last_entry, version.entered_at);
    return {};
  };
  FG_TRY_VOID(registry::for_each_record(programme, layer.kind, history ? Choice::every : Choice::current, take));
  if (layer.kind == "minefield-records" && !history) {
    FG_TRY(auto grounds, registry::leg_grounds(programme));
    for (Record& record : loaded.records) {
      const auto ground = grounds.find(std::get<std::string>(record.values.front()));
      if (ground != grounds.end()) {
        record = std::move(ground->second);
      }
    }
  }
  return loaded;
}

/// One call of export_programme: where it writes and how far it is.
class Exporter {
 public:
  Exporter(const Register& programme, const ExportRequest& request, const Progress& progress)
      : programme_(programme), request_(request), progress_(progress) {}

  Result<std::vector<ExportedFile>> run() {
    if (request_.epsg != 4326) {
      FG_TRY(coordinates_.crs, geo::Crs::from_epsg(request_.epsg));
    }
    FG_TRY_VOID(choose_layers());
    const std::filesystem::path out(request_.out);
    const bool folder =
        std::filesystem::is_directory(out) || request_.out.ends_with('/') || !out.filename().has_extension();
    if (folder) {
      FG_TRY_VOID(write_folder(out));
    } else {
      FG_TRY_VOID(write_file(out));
    }
    progress_("done", 1);
    return std::move(files_);
  }

 private:
  Result<void> choose_layers() {
    const std::vector<LayerInfo> all = programme_.layers();
    std::vector<std::string> wanted = request_.kinds;
    std::string stem = std::filesystem::path(request_.out).filename().string();
    stem = stem.substr(0, stem.find('.'));
    const auto named = [](const LayerInfo& layer, const std::string& name) {
      return layer.kind == name || layer.table == name;
    };
    if (wanted.empty() && std::any_of(all.begin(), all.end(), [&](const auto& l) { return named(l, stem); })) {
      wanted = {stem};
    }
    chosen_by_name_ = !wanted.empty();
    for (const std::string& name : wanted) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& l) { return named(l, name); });
      if (found == all.end()) {
        return fail("registry.no_such_layer", {{"kind", name}, {"nearest", mineaction::nearest_kind(name)}});
      }
      layers_.push_back(*found);
    }
    if (wanted.empty()) {
      std::copy_if(all.begin(), all.end(), std::back_inserter(layers_),
                   [&](const LayerInfo& l) { return l.count > 0 || request_.history; });
    }
    return {};
  }

  Result<void> refuse_if_there(const std::filesystem::path& path) const {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
      return {};
    }
    const bool itself = std::filesystem::equivalent(path, programme_.path(), ignored);
    if (itself || (path.extension() == ".gpkg" && Register::open(path.string()))) {
      return fail("exchange.is_a_programme", {{"file", path.string()}});
    }
    return request_.overwrite ? Result<void>() : fail("exchange.exists", {{"file", path.string()}});
  }

  Result<void> write(const std::filesystem::path& path, Format format, const std::deque<Loaded>& loaded) {
    FG_TRY_VOID(refuse_if_there(path));
    std::vector<exchange::Table> tables;
    ExportedFile file{path.string(), std::string(exchange::info_of(format).title), {}, {}};
    exchange::ExportOptions options{coordinates_, ""};
    for (const Loaded& one : loaded) {
      tables.push_back(exchange::table_to_export(one.kind, one.origin, one.records));
      file.tables.push_back({one.name, one.records.size(), one.history});
      options.made_at = std::max(options.made_at, one.last_entry);
    }
    FG_TRY(file.notes, exchange::write_tables(path.string(), format, tables, options));
    for (std::size_t i = 0; i < loaded.size(); ++i) {
      if (loaded[i].history) {
        file.notes.push_back(exchange::make_note(tables[i], "exchange.not_for_import", {{"kind", tables[i].name}}));
      }
    }
    files_.push_back(std::move(file));
    return {};
  }

  Result<void> step(const std::string& kind) {
    ++steps_;
    const auto steps = static_cast<double>(layers_.size() * (request_.history ? 2 : 1) + 1);
    return progress_("writing " + kind, std::min(0.99, static_cast<double>(steps_) / steps)) ? Result<void>()
                                                                                             : fail("base.cancelled");
  }

  Result<void> write_file(const std::filesystem::path& out) {
    const auto format = request_.format ? request_.format : exchange::format_of_path(out.string());
    if (!format) {
      std::vector<std::string_view> endings;
      for (const exchange::FormatInfo& info : exchange::formats()) {
        endings.push_back(info.ending);
      }
      return fail("exchange.format_unknown",
                  {{"file", out.string()}, {"endings", fmt::format("{}", fmt::join(endings, ", "))}});
    }
    FG_TRY_VOID(refuse_if_there(out));  // before anything is read
    const bool history_alone = request_.history && !exchange::info_of(*format).many_tables;
    std::deque<Loaded> loaded;
    for (const LayerInfo& layer : layers_) {
      for (const bool history : {false, true}) {
        if ((history && !request_.history) || (!history && history_alone)) {
          continue;
        }
        FG_TRY_VOID(step(layer.kind));
        FG_TRY(auto one, load(programme_, layer, history));
        if (!one.records.empty()) {
          loaded.push_back(std::move(one));
        }
      }
    }
    if (loaded.empty()) {
      return fail("exchange.nothing_to_write", {{"kind", chosen_by_name_ ? layers_.front().kind : "any kind"}});
    }
    return write(out, *format, loaded);
  }

  /// GeoJSON carries everything; a table without geometry is a CSV, which every office can open.
  Format format_in_folder(const Kind& kind) const {
    const bool bare = kind.geometry == GeometryRule::none;
    const Format usual = bare ? Format::csv : coordinates_.crs ? Format::geopackage : Format::geojson;
    if (!request_.format) {
      return usual;
    }
    const bool areas = kind.geometry == GeometryRule::polygon;
    const bool cannot =
        (*request_.format == Format::gpx && (bare || areas)) || (*request_.format == Format::flatgeobuf && bare);
    return cannot ? usual : *request_.format;
  }

  Result<void> make_folder(const std::filesystem::path& folder) const {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    return problem ? fail("base.file_unwritable", {{"file", folder.string()}, {"reason", problem.message()}})
                   : Result<void>();
  }

  Result<void> write_folder(const std::filesystem::path& out) {
    FG_TRY_VOID(make_folder(out));
    for (const LayerInfo& layer : layers_) {
      for (const bool history : {false, true}) {
        if (history && !request_.history) {
          continue;
        }
        FG_TRY_VOID(step(layer.kind));
        FG_TRY(auto one, load(programme_, layer, history));
        if (one.records.empty()) {
          continue;
        }
        const std::filesystem::path folder = history ? out / "history" : out;
        FG_TRY_VOID(make_folder(folder));
        const Format format = format_in_folder(one.kind);
        const std::string name = layer.kind + std::string(exchange::info_of(format).ending);
        std::deque<Loaded> alone;
        alone.push_back(std::move(one));
        FG_TRY_VOID(write(folder / name, format, alone));
      }
    }
    if (!chosen_by_name_) {
      FG_TRY_VOID(write_rasters(out));
    }
    return files_.empty()
               ? fail("exchange.nothing_to_write", {{"kind", chosen_by_name_ ? layers_.front().kind : "any kind"}})
               : Result<void>();
  }

  Result<void> write_rasters(const std::filesystem::path& out) {
    FG_TRY(const auto snapshot, programme_.snapshot());
    for (const mineaction::Covariate& covariate : snapshot.covariates) {
      const std::filesystem::path path = out / (covariate.name + ".tif");
      FG_TRY_VOID(refuse_if_there(path));
      FG_TRY(const std::string bytes, geo::to_cog(covariate.raster));
      FG_TRY_VOID(geo::write_file(path.string(), bytes));
      files_.push_back({path.string(), "GeoTIFF", {{covariate.name, 1, false}}, {}});
    }
    return {};
  }

  const Register& programme_;
  const ExportRequest& request_;
  const Progress& progress_;
  exchange::Coordinates coordinates_;
  std::vector<LayerInfo> layers_;
  bool chosen_by_name_ = false;
  std::size_t steps_ = 0;
  std::vector<ExportedFile> files_;
};

}  // namespace

Result<std::vector<ExportedFile>> export_programme(const Register& programme, const ExportRequest& request,
                                                   const Progress& progress) {
  return Exporter(programme, request, progress).run();
}

}  // namespace firmground::pipeline
