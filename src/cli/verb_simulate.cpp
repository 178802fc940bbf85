#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/truth_files.h"
#include "cli/unclosed_outlines.h"
#include "cli/verbs.h"
#include "exchange/canonical_files.h"
#include "simulate/country.h"

namespace firmground::cli {

namespace {

namespace fs = std::filesystem;

struct SimulateVerb {
  std::string folder;
  simulate::SimulateOptions options;
  bool force = false;
};

/// An earlier run's files are written over with --force; nothing is ever removed.
base::Result<void> prepare(const SimulateVerb& verb) {
  std::error_code problem;
  const bool there = fs::exists(verb.folder, problem);
  if (there && !verb.force && !(fs::is_directory(verb.folder, problem) && fs::is_empty(verb.folder, problem))) {
    return base::fail("simulate.folder_not_empty", {{"folder", verb.folder}});
  }
  fs::create_directories(fs::path(verb.folder) / "truth", problem);
  if (problem) {
    return base::fail("base.file_unwritable", {{"file", verb.folder}, {"reason", problem.message()}});
  }
  return {};
}

struct Totals {
  std::int64_t mines_laid = 0, erw_left = 0, remaining = 0, mines_found = 0, erw_found = 0;
};

Totals totals_of(const simulate::Country& country) {
  Totals totals;
  for (const simulate::TrueItem& item : country.truth.items) {
    totals.mines_laid += mineaction::is_mine(item.device) ? 1 : 0;
    totals.erw_left += mineaction::is_erw(item.device) ? 1 : 0;
    totals.remaining += item.fate == simulate::TrueItem::Fate::remains ? 1 : 0;
  }
  for (const mineaction::Find& find : country.known.finds) {
    totals.mines_found += mineaction::is_mine(find.device) ? find.count : 0;
    totals.erw_found += mineaction::is_erw(find.device) ? find.count : 0;
  }
  return totals;
}

void tell(const SimulateVerb& verb, const simulate::Country& country, const Common& common) {
  const Totals totals = totals_of(country);
  const mineaction::Snapshot& known = country.known;
  if (common.json) {
    const nlohmann::ordered_json json = {{"folder", verb.folder},
                                         {"seed", verb.options.seed},
                                         {"mines_laid", totals.mines_laid},
                                         {"erw_left", totals.erw_left},
                                         {"items_remaining", totals.remaining},
                                         {"mines_found", totals.mines_found},
                                         {"erw_found", totals.erw_found},
                                         {"minefields", country.truth.fields.size()},
                                         {"minefield_records", known.minefield_records.size()},
                                         {"hazards", known.hazards.size()},
                                         {"land_releases", known.land_releases.size()},
                                         {"finds", known.finds.size()},
                                         {"accidents", known.accidents.size()},
                                         {"victims", known.victims.size()},
                                         {"faults", country.truth.faults.size()},
                                         {"hash", known.hash}};
    fmt::print("{}\n", json.dump());
    return;
  }
  fmt::print("{}: an invented country, seed {}.\n", verb.folder, verb.options.seed);
  fmt::print("Laid: {} mines in {} fields and scattered, {} other items; {} of all remain.\n", totals.mines_laid,
             country.truth.fields.size(), totals.erw_left, totals.remaining);
  fmt::print("On file: {} records of minefields, {} hazards, {} releases, {} mines and {} ERW found, {} victims.\n",
             known.minefield_records.size(), known.hazards.size(), known.land_releases.size(), totals.mines_found,
             totals.erw_found, known.victims.size());
  fmt::print(
      "What is true lies in {}/truth.\nNext: firmground init country.gpkg --profile invented-country && firmground "
      "import country.gpkg {}\n",
      verb.folder, verb.folder);
}

int run_simulate(const SimulateVerb& verb, const Common& common) {
  if (const auto ready = prepare(verb); !ready) {
    return refuse(ready.error(), common);
  }
  const base::Progress progress = progress_on_terminal(common);
  const auto country = simulate::simulate(
      verb.options, [&](std::string_view step, double share) { return progress(step, 0.7 * share); });
  if (!country) {
    return refuse(country.error(), common);
  }
  progress("Import files", 0.7);
  if (const auto written = exchange::write_folder(verb.folder, country->known); !written) {
    return refuse(written.error(), common);
  }
  if (const auto opened = open_outlines(verb.folder, country->truth.faults); !opened) {
    return refuse(opened.error(), common);
  }
  progress("Truth files", 0.9);
  if (const auto written = write_truth((fs::path(verb.folder) / "truth").string(), *country); !written) {
    return refuse(written.error(), common);
  }
  progress("Written", 1.0);
  tell(verb, *country, common);
  return kDone;
}

}  // namespace

std::function<int()> verb_simulate(CLI::App& app) {
  auto simulate = std::make_shared<SimulateVerb>();
  CLI::App* verb =
      app.add_subcommand("simulate", "Invent a country on an island with a known truth, and write its import files");
  verb->add_option("OUT_DIR", simulate->folder, "Folder for the import files and truth/; made when it is not there")
      ->required();
  verb->add_option("--size", simulate->options.size,
                   "small: 900 km2, about a second; national: 11,667 km2, under a minute")
      ->transform(CLI::CheckedTransformer(std::map<std::string, simulate::Size>{
          {"small", simulate::Size::small}, {"national", simulate::Size::national}}))
      ->default_str("small");
  verb->add_option("--seed", simulate->options.seed, "Number that the whole country follows from")
      ->capture_default_str();
  verb->add_flag("--vary", simulate->options.vary,
                 "Draw the parameters from the committed ranges instead of taking the defaults");
  verb->add_flag("--dirty", simulate->options.dirty, "Inject data faults at known rates, listed in truth/faults.csv");
  verb->add_flag("--force", simulate->force, "Write into a folder that is not empty");
  const auto common = add_common_options(*verb);
  return [simulate, common] { return run_simulate(*simulate, *common); };
}

}  // namespace firmground::cli
