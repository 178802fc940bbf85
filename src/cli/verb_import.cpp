#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/author.h"
#include "cli/verbs.h"
#include "mineaction/kind.h"
#include "register/register.h"

namespace firmground::cli {

namespace {

using registry::ImportOutcome;
using Json = nlohmann::ordered_json;

struct ImportVerb {
  std::string programme, source, kind, mapping;
  bool reference = false;
  registry::ImportOptions options;
};

constexpr std::size_t kIssuesShown = 20;

Json to_json(const ImportOutcome& outcome) {
  Json issues = Json::array();
  for (const auto& issue : outcome.issues) {
    issues.push_back({{"row", issue.row},
                      {"field", issue.field},
                      {"value", issue.value},
                      {"error", issue.error},
                      {"remedy", issue.remedy},
                      {"id", issue.id},
                      {"code", issue.code},
                      {"refused", issue.refused}});
  }
  Json json = {{"kind", outcome.kind},           {"rows", outcome.rows},          {"accepted", outcome.accepted},
               {"unchanged", outcome.unchanged}, {"refused", outcome.refused},    {"issues", std::move(issues)},
               {"file", outcome.file},           {"committed", outcome.committed}};
  json["batch"] = outcome.batch == 0 || !outcome.committed ? Json() : Json(outcome.batch);
  if (!outcome.refused_path.empty()) {
    json["refused_file"] = outcome.refused_path;
  }
  return json;
}

ImportOutcome sum_of(const std::vector<ImportOutcome>& outcomes) {
  ImportOutcome sum;
  for (const ImportOutcome& outcome : outcomes) {
    sum.rows += outcome.rows;
    sum.accepted += outcome.accepted;
    sum.unchanged += outcome.unchanged;
    sum.refused += outcome.refused;
  }
  return sum;
}

std::size_t count_issues(const std::vector<ImportOutcome>& outcomes) {
  std::size_t issues = 0;
  for (const ImportOutcome& outcome : outcomes) {
    issues += outcome.issues.size();
  }
  return issues;
}

Json folder_json(const std::vector<ImportOutcome>& outcomes) {
  Json files = Json::array();
  std::transform(outcomes.begin(), outcomes.end(), std::back_inserter(files), to_json);
  const ImportOutcome sum = sum_of(outcomes);
  return {{"files", std::move(files)},  {"rows", sum.rows},       {"accepted", sum.accepted},
          {"unchanged", sum.unchanged}, {"refused", sum.refused}, {"issues", count_issues(outcomes)}};
}

void print_table(const std::vector<ImportOutcome>& outcomes) {
  constexpr const char* kLine = "  {:<32} {:<22} {:>9} {:>9} {:>10} {:>8} {:>8}\n";
  fmt::print(kLine, "file", "kind", "rows", "accepted", "unchanged", "refused", "issues");
  for (const ImportOutcome& o : outcomes) {
    fmt::print(kLine, o.file, o.kind, o.rows, o.accepted, o.unchanged, o.refused, o.issues.size());
  }
  if (outcomes.size() > 1) {
    const ImportOutcome sum = sum_of(outcomes);
    fmt::print(kLine, "all", "", sum.rows, sum.accepted, sum.unchanged, sum.refused, count_issues(outcomes));
  }
}

/// The first issues of all files, those that refused a row before those that did not.
void print_issues(const std::vector<ImportOutcome>& outcomes) {
  std::size_t shown = 0;
  for (const bool refused : {true, false}) {
    for (const ImportOutcome& outcome : outcomes) {
      for (const auto& issue : outcome.issues) {
        if (issue.refused != refused || shown == kIssuesShown) {
          continue;
        }
        ++shown;
        fmt::print("\n{}, row {}{}{}{}: {}\n  {}\n", outcome.file, issue.row,
                   issue.id.empty() ? "" : " (" + issue.id + ")", issue.field.empty() ? "" : ", " + issue.field,
                   issue.value.empty() ? "" : " '" + issue.value + "'", issue.error, issue.remedy);
      }
    }
  }
  if (const std::size_t all = count_issues(outcomes); all > shown) {
    fmt::print("\n{} more issues; --json prints them all.\n", all - shown);
  }
}

int report(const ImportVerb& verb, const std::vector<ImportOutcome>& outcomes, bool folder, const Common& common) {
  const bool refused = std::any_of(outcomes.begin(), outcomes.end(), [](const auto& o) { return o.refused > 0; }) &&
                       !verb.options.keep_good;
  if (common.json) {
    fmt::print("{}\n", (folder ? folder_json(outcomes) : to_json(outcomes.front()))
                           .dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print_table(outcomes);
    print_issues(outcomes);
    for (const ImportOutcome& outcome : outcomes) {
      if (!outcome.refused_path.empty()) {
        fmt::print("\nRefused rows of {} with their reasons: {}\n", outcome.file, outcome.refused_path);
      }
    }
  }
  if (refused) {
    fmt::print(stderr,
               "firmground: {} rows are refused, so nothing was entered. Correct them, or pass --keep-good to enter "
               "the others.\n",
               sum_of(outcomes).refused);
    return kRefused;
  }
  if (verb.options.dry_run) {
    fmt::print(stderr, "Dry run: nothing was changed.\n");
  }
  return kDone;
}

int run_import(ImportVerb& verb, const Common& common) {
  if (!verb.mapping.empty()) {
    auto mapping = intake::Mapping::read(verb.mapping);
    if (!mapping) {
      return refuse(mapping.error(), common);
    }
    verb.options.mapping = std::move(*mapping);
  }
  auto programme = registry::Register::open(verb.programme);
  if (!programme) {
    return refuse(programme.error(), common);
  }
  const auto progress = progress_on_terminal(common);
  if (std::filesystem::is_directory(verb.source) && verb.kind.empty()) {
    const auto outcomes = programme->import_folder(verb.source, verb.reference, verb.options, progress);
    return outcomes ? report(verb, *outcomes, true, common) : refuse(outcomes.error(), common);
  }
  const std::string of_stem = registry::kind_of_file(verb.source, verb.reference);
  if (verb.options.layer_name.empty()) {
    const std::string only = !verb.kind.empty() ? verb.kind : mineaction::find_kind(of_stem) != nullptr ? of_stem : "";
    const auto outcomes = programme->import_layers(verb.source, only, verb.options, progress);
    if (!outcomes || !outcomes->empty()) {
      return outcomes ? report(verb, *outcomes, outcomes->size() > 1, common) : refuse(outcomes.error(), common);
    }
  }
  if (verb.kind.empty()) {
    verb.kind = of_stem;
  }
  auto outcome = programme->import_file(verb.source, verb.kind, verb.options, progress);
  return outcome ? report(verb, {std::move(*outcome)}, false, common) : refuse(outcome.error(), common);
}

}  // namespace

std::function<int()> verb_import(CLI::App& app) {
  auto import = std::make_shared<ImportVerb>();
  registry::ImportOptions& options = import->options;
  options.author = author_name();
  CLI::App* verb = app.add_subcommand(
      "import",
      "Enter a file or a folder of files into a programme: whole, or not at all; entering it again changes nothing");
  verb->add_option("PROGRAMME", import->programme, kProgrammeHelp)->required();
  verb->add_option(
          "SOURCE", import->source,
          "A file (GeoJSON, CSV, GeoPackage, Shapefile, also as .zip, KML, KMZ, GPX, FlatGeobuf, XLSX; GeoTIFF as "
          "covariate), or a folder of files named by kind. Of a file with several layers, sheets or folders "
          "named by kind all are taken")
      ->required();
  verb->add_option(
      "--as", import->kind,
      "Kind of the records, for example finds, land-release, hazards, covariate (default: the file's stem)");
  verb->add_option("--mapping", import->mapping,
                   "TOML file that maps another system's columns and words to ours (docs/formats/mapping.md)");
  verb->add_option("--crs", options.crs,
                   "CRS of the coordinates where the file does not say (CSV and GeoJSON: WGS 84): EPSG:n, or as people "
                   "write it: 'SK-42 zone 8', 'UTM 38N WGS84'");
  verb->add_option("--state", options.state, "State of the versions: draft, submitted, approved, rejected, withdrawn")
      ->capture_default_str();
  verb->add_option("--author", options.author, "Who enters this (default: FIRMGROUND_AUTHOR, else the user's name)");
  verb->add_option("--reason", options.reason, "Why, or from whom the file came; kept with the batch");
  verb->add_option("--name", options.layer_name, "Name of the reference layer or covariate (default: the file's stem)");
  verb->add_option(
      "--classes", options.classes,
      "Covariates whose whole numbers stand for something: 1=forest,2=orchard; each gets an effect of its own");
  verb->add_flag("--dry-run", options.dry_run, "Say exactly what would happen and change nothing");
  verb->add_flag("--keep-good", options.keep_good,
                 "Enter the good rows; write the refused ones with reasons to SOURCE.refused.csv");
  verb->add_flag("--reference", import->reference, "Keep files whose stem is no kind as reference layers of that name");
  auto common = add_common_options(*verb);
  return [import, common] { return run_import(*import, *common); };
}

}  // namespace firmground::cli
