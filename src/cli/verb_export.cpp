#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/verbs.h"
#include "pipeline/export_programme.h"

namespace firmground::cli {

namespace {

using Json = nlohmann::ordered_json;

struct ExportVerb {
  std::string programme, format, crs;
  pipeline::ExportRequest request;
};

base::Result<int> epsg_of(const std::string& crs) {
  const std::string_view digits =
      std::string_view(crs).substr(crs.starts_with("EPSG:") || crs.starts_with("epsg:") ? 5 : 0);
  int epsg = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), epsg);
  if (problem != std::errc() || end != digits.data() + digits.size()) {
    return base::fail("exchange.crs_not_understood", {{"crs", crs}});
  }
  return epsg;
}

Json to_json(const std::vector<pipeline::ExportedFile>& files) {
  Json list = Json::array();
  std::size_t rows = 0;
  for (const auto& file : files) {
    Json tables = Json::array();
    for (const auto& table : file.tables) {
      tables.push_back({{"kind", table.kind}, {"rows", table.rows}, {"history", table.history}});
      rows += table.rows;
    }
    Json notes = Json::array();
    for (const auto& note : file.notes) {
      notes.push_back({{"kind", note.kind}, {"code", note.code}, {"text", note.text}, {"remedy", note.remedy}});
    }
    list.push_back({{"file", file.path}, {"format", file.format}, {"tables", tables}, {"notes", notes}});
  }
  return {{"files", std::move(list)}, {"rows", rows}};
}

void print(const std::vector<pipeline::ExportedFile>& files) {
  for (const auto& file : files) {
    for (const auto& table : file.tables) {
      fmt::print("  {:<44} {:<12} {:<28} {:>9} {}\n", file.path, file.format,
                 table.kind + (table.history ? " (history)" : ""), table.rows, table.rows == 1 ? "row" : "rows");
    }
  }
  for (const auto& file : files) {
    for (const auto& note : file.notes) {
      fmt::print("\n{}: {}\n  {}\n", file.path, note.text, note.remedy);
    }
  }
}

int run_export(ExportVerb& verb, const Common& common) {
  if (!verb.format.empty()) {
    verb.request.format = exchange::format_named(verb.format);
    if (!verb.request.format) {
      fmt::print(stderr, "firmground: --format {} is none of those that --help lists.\n", verb.format);
      return kWrongUse;
    }
  }
  if (!verb.crs.empty()) {
    const auto epsg = epsg_of(verb.crs);
    if (!epsg) {
      return refuse(epsg.error(), common);
    }
    verb.request.epsg = *epsg;
  }
  const auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto files = pipeline::export_programme(*programme, verb.request, progress_on_terminal(common));
  if (!files) {
    return refuse(files.error(), common);
  }
  if (common.json) {
    fmt::print("{}\n", to_json(*files).dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(*files);
  }
  return kDone;
}

std::string format_names() {
  std::vector<std::string_view> names;
  for (const exchange::FormatInfo& info : exchange::formats()) {
    names.push_back(info.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::function<int()> verb_export(CLI::App& app) {
  auto verb = std::make_shared<ExportVerb>();
  CLI::App* command = app.add_subcommand(
      "export",
      "Write the approved state of a programme for others to read: one file, or a folder with a file for each kind "
      "that 'firmground import' takes back without loss");
  command->add_option("PROGRAMME", verb->programme, kProgrammeHelp)->required();
  command
      ->add_option(
          "OUT", verb->request.out,
          "The file, whose ending tells the format (.geojson .csv .gpkg .shp.zip .shp .kml .kmz .gpx .xlsx .fgb), or a "
          "folder. A file named like a kind holds that kind")
      ->required();
  command->add_option("--as", verb->request.kinds,
                      "Kind or reference layer to write, for example finds; may be given several times (default: all)");
  command->add_option("--format", verb->format, "Format of the file or of the files in the folder: " + format_names());
  command->add_option(
      "--crs", verb->crs,
      "Projected system of the coordinates in metres, EPSG:n (default: longitude and latitude in degrees, WGS 84)");
  command->add_flag("--history", verb->request.history,
                    "Every version too, with state, dates, author and reason, in tables of their own");
  command->add_flag("--overwrite", verb->request.overwrite, "Replace files that are there already (never a programme)");
  auto common = add_common_options(*command);
  return [verb, common] { return run_export(*verb, *common); };
}

}  // namespace firmground::cli
