#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/estimate_arguments.h"
#include "pipeline/estimate_programme.h"

/// `firmground estimate --without-evidence --surveys`: what the polygons of --polygons are told besides.
namespace firmground::cli {

struct CloserLookArguments {
  bool without_evidence = false, surveys = false;
  estimate::SurveySettings settings;
};

void add_closer_look_options(CLI::App& verb, CloserLookArguments& asked);
/// Into the request: what is wanted, of which polygons.
void ask_closer_look(const CloserLookArguments& asked, const std::string& polygons, pipeline::EstimateRequest& request);
/// What of this the kept estimate tells of polygons of one kind.
CloserLookArguments closer_look_told(const pipeline::StoredEstimate& stored, const std::string& polygons);
/// For --table.
TableColumns closer_look_columns(const CloserLookArguments& asked, const pipeline::StoredEstimate& stored);
/// A JSON object, for print_outcome().
std::string closer_look_json(const CloserLookArguments& asked, const std::string& polygons,
                             const pipeline::StoredEstimate& stored);
/// On standard output, in words.
void print_closer_look(const CloserLookArguments& asked, const std::string& polygons,
                       const pipeline::StoredEstimate& stored);

}  // namespace firmground::cli
