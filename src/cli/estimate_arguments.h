#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "cli/verbs.h"
#include "pipeline/estimate_programme.h"

/// What `firmground estimate` and `firmground-mpi estimate` have in common: arguments, and what is said of the result.
namespace firmground::cli {

struct EstimateArguments {
  std::string programme, mode = "automatic", from, until, out, kinds, table, polygons = "hazards",
                         records = "reconciled";
  double cell_m = 50;
  std::uint64_t seed = 1;
  int draws = 100;
};

void add_estimate_options(CLI::App& verb, EstimateArguments& asked);
/// Errors: mineaction.date_unreadable and the like.
base::Result<pipeline::EstimateRequest> request_of(const EstimateArguments& asked);
/// Columns that --table gets besides.
struct TableColumns {
  std::string names;                                                           ///< ",a,b"
  std::function<std::string(const estimate::PolygonEstimate&)> row = nullptr;  ///< ",1,2"
};
std::string csv_quoted(std::string text);
/// The files that --out, --kinds (a map that was drawn) and --table name.  Errors: those of geo::write_file.
base::Result<void> write_files(const EstimateArguments& asked, const registry::Register& programme,
                               const pipeline::StoredEstimate& stored, const std::optional<std::string>& kind_map,
                               const TableColumns& also = {});
/// What the items of each class are, in words.
void print_kinds(const pipeline::StoredEstimate& e);
/// For --json: totals by kind of item, and the polygons of --table by kind.
nlohmann::ordered_json kinds_told(const EstimateArguments& asked, const pipeline::StoredEstimate& stored);
/// Most memory that this process has held.
double peak_mb();
/// On standard output.  `also`: what else the JSON says.
void print_outcome(const pipeline::EstimateOutcome& outcome, double seconds, const Common& common,
                   const std::string& also = "{}");

}  // namespace firmground::cli
