// The cells that other methods are trained and judged on, beside our own forecast of them: bench/peers/README.md.
//   bench_export_cells world SEED FILE [--size small|national] [--cell 50] [--default] [--without-mines]
//   bench_export_cells events PROGRAMME FILE --from 2008 --until 2009 [--cell 2000]
// One row per cell of the area of interest. FILE: a line of JSON, then its columns, `rows` floats each, in order.
// --default: the default parameters in place of drawn ones. --without-mines: no estimate of mines alone.
#include <fmt/core.h>
#include <sys/resource.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/peers.h"
#include "evidence/observations.h"
#include "evidence/record_fields.h"
#include "measure.h"
#include "register/register.h"
#include "simulate/country.h"

namespace {

using namespace firmground;
using Json = nlohmann::ordered_json;

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// Starts the count of the largest resident memory anew (Linux), so that making the world is not counted.
void forget_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

double peak_since_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      return std::stod(line.substr(6)) / 1024;
    }
  }
  return bench::peak_mb();
}

double processor_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// The table of cells: columns by name over the whole grid; only cells inside are written.
class Cells {
 public:
  explicit Cells(const evidence::Observations& observations) : observations_(observations) {
    for (std::size_t i = 0; i < observations.grid.size(); ++i) {
      if (observations.inside[i] != 0) {
        rows_.push_back(i);
      }
    }
    const geo::Grid& grid = observations.grid;
    const auto across = static_cast<std::size_t>(grid.columns);
    add("column", [&](std::size_t i) { return static_cast<float>(i % across); });
    add("row", [&](std::size_t i) { return static_cast<float>(i / across); });
    add("x", [&](std::size_t i) { return static_cast<float>(grid.centre(i).x); });
    add("y", [&](std::size_t i) { return static_cast<float>(grid.centre(i).y); });
    add("searched", [&](std::size_t i) { return static_cast<float>(observations.processed[i] != 0 ? 1 : 0); });
  }

  void add(const std::string& name, const std::function<float(std::size_t)>& value,
           const Json& about = Json::object()) {
    Json column = {{"name", name}};
    column.update(about);
    header["columns"].push_back(std::move(column));
    for (const std::size_t i : rows_) {
      value_.push_back(value(i));
    }
  }
  void add(const std::string& name, const std::vector<float>& value, const Json& about = Json::object()) {
    add(name, [&](std::size_t i) { return value[i]; }, about);
  }

  void add_covariates() {
    for (const evidence::CovariateField& field : observations_.covariates) {
      const bool drawn = field.from == evidence::CovariateSource::outlines_as_drawn;
      const bool reconciled = field.from == evidence::CovariateSource::reconciled_records;
      const std::string_view from = drawn ? "outlines as drawn" : reconciled ? "reconciled records" : "ground";
      const std::string_view use = field.explains(evidence::OrdnanceClass::erw)
                                       ? field.explains(evidence::OrdnanceClass::mines) ? "both" : "erw"
                                       : "mines";
      add(field.name, field.value,
          {{"covariate", true},
           {"categories", field.categories ? field.labels.size() : 0},
           {"from", from},
           {"use", use},
           {"tells_effort", field.tells_effort}});
    }
  }

  /// REQUIRES: a little-endian processor.
  void write(const std::string& path) {
    header["rows"] = rows_.size();
    const geo::Grid& grid = observations_.grid;
    header["grid"] = {{"cell_m", grid.cell_m}, {"columns", grid.columns}, {"rows", grid.rows}};
    std::ofstream out(path, std::ios::binary);
    out << header.dump() << '\n';
    out.write(reinterpret_cast<const char*>(value_.data()),
              static_cast<std::streamsize>(value_.size() * sizeof(float)));
    if (!out) {
      fmt::print(stderr, "{} cannot be written\n", path);
      std::exit(1);
    }
  }

  Json header;

 private:
  const evidence::Observations& observations_;
  std::vector<std::size_t> rows_;
  std::vector<float> value_;
};

void add_searches(const evidence::Observations& observations, Cells& cells) {
  for (std::size_t k = 0; k < observations.searched.size(); ++k) {
    const std::string name = k == 0 ? "mines" : "erw";
    std::vector<float> share(observations.grid.size(), 0);
    std::vector<float> detection(observations.grid.size(), kUnknown);
    std::vector<float> found(observations.grid.size(), kUnknown);
    for (const evidence::SearchedCell& cell : observations.searched[k]) {
      share[cell.cell] = cell.share;
      detection[cell.cell] = cell.detection;
      found[cell.cell] = static_cast<float>(cell.found);
    }
    cells.add(name + " share searched", share);
    cells.add(name + " detection", detection);
    cells.add(name + " found", found);
  }
}

void add_truth(const simulate::Country& country, const evidence::Observations& observations, Cells& cells) {
  std::vector<float> mines(observations.grid.size(), 0);
  std::vector<float> erw(observations.grid.size(), 0);
  for (const simulate::TrueItem& item : country.truth.items) {
    const std::int64_t cell = observations.grid.cell_of(item.position);
    if (item.fate == simulate::TrueItem::Fate::remains && cell >= 0) {
      auto& remaining = evidence::class_of(item.device) == evidence::OrdnanceClass::mines ? mines : erw;
      remaining[static_cast<std::size_t>(cell)] += 1;
    }
  }
  cells.add("mines remaining", mines);
  cells.add("erw remaining", erw);
}

void export_world(int argc, char** argv) {
  simulate::SimulateOptions options;
  options.seed = std::stoull(argv[2]);
  options.size =
      bench::option_of(argc, argv, "--size", "small") == "national" ? simulate::Size::national : simulate::Size::small;
  options.vary = !bench::has_option(argc, argv, "--default");
  const simulate::Country country = bench::value_of(simulate::simulate(options));
  evidence::ObserveOptions observe;
  observe.cell_m = std::stod(bench::option_of(argc, argv, "--cell", "50"));

  forget_peak();
  double processor = processor_s();
  auto [observe_s, observations] =
      bench::timed([&] { return bench::value_of(evidence::observe(country.known, observe)); });
  evidence::Observations& seen = observations;
  const auto [reconcile_s, reconciled] =
      bench::timed([&] { return evidence::reconcile_records(country.known, observe, {}, {}, seen); });
  bench::require(reconciled);
  const double before = processor_s() - processor;
  processor = processor_s();
  const auto [estimate_s, result] = bench::timed([&] { return bench::value_of(estimate::estimate(seen)); });
  const double estimate_processor_s = processor_s() - processor;
  const double peak_mb = peak_since_mb();

  Cells cells(seen);
  cells.header = {{"world", options.seed},
                  {"ours",
                   {{"observe and reconcile", {{"seconds", observe_s + reconcile_s}, {"processor", before}}},
                    {"estimate", {{"seconds", estimate_s}, {"processor", estimate_processor_s}}},
                    {"memory_mb", peak_mb},
                    {"nodes", result.classes.front().nodes},
                    {"items", result.hazard.totals.items_mean},
                    {"items_p05", result.hazard.totals.items_p05},
                    {"items_p95", result.hazard.totals.items_p95}}},
                  {"columns", cells.header["columns"]}};
  add_searches(seen, cells);
  cells.add_covariates();
  cells.add("outline", estimate::recorded_outline_score(seen));
  add_truth(country, seen, cells);
  cells.add("firmground any", result.hazard.raster.bands[0]);
  cells.add("firmground items", result.hazard.raster.bands[1]);
  if (!bench::has_option(argc, argv, "--without-mines")) {
    evidence::Observations mines_alone = seen;
    mines_alone.searched[1].clear();
    mines_alone.reports[1].clear();
    cells.add("firmground mines", bench::value_of(estimate::estimate(mines_alone)).hazard.raster.bands[0]);
  }
  cells.write(argv[3]);
}

std::vector<float> events_by_cell(const evidence::Observations& observations) {
  std::vector<float> count(observations.grid.size(), 0);
  for (const auto& reports : observations.reports) {
    for (const evidence::Report& report : reports) {
      count[report.cell] += static_cast<float>(report.count);
    }
  }
  return count;
}

void export_events(int argc, char** argv) {
  const registry::Register programme = bench::value_of(registry::Register::open(argv[2]));
  const mineaction::Snapshot snapshot = bench::value_of(programme.snapshot());
  const auto day = [](const std::string& text) { return bench::value_of(mineaction::Date::parse(text)); };
  const mineaction::Date from = day(bench::option_of(argc, argv, "--from", ""));
  const mineaction::Date until = day(bench::option_of(argc, argv, "--until", ""));
  evidence::ObserveOptions history{
      std::stod(bench::option_of(argc, argv, "--cell", "2000")), evidence::Mode::presence_only, {}, {}};
  history.until = mineaction::Date(from.first_day() - std::chrono::days(1));
  evidence::ObserveOptions later = history;
  later.from = from;
  later.until = until;

  forget_peak();
  double processor = processor_s();
  auto [observe_s, observations] = bench::timed([&] { return bench::value_of(evidence::observe(snapshot, history)); });
  const evidence::Observations& seen = observations;
  const double before = processor_s() - processor;
  processor = processor_s();
  estimate::EstimateOptions options;
  options.years_ahead = until.year() - from.year() + 1;
  const auto [estimate_s, result] = bench::timed([&] { return bench::value_of(estimate::estimate(seen, options)); });
  const double estimate_processor_s = processor_s() - processor;

  Cells cells(seen);
  cells.header = {{"ours",
                   {{"observe and reconcile", {{"seconds", observe_s}, {"processor", before}}},
                    {"estimate", {{"seconds", estimate_s}, {"processor", estimate_processor_s}}},
                    {"memory_mb", peak_since_mb()}}},
                  {"columns", cells.header["columns"]}};
  // By year: how much is expected, and how the peers' bandwidths did before, is theirs to learn.
  for (int year = 0; year < 8; ++year) {
    evidence::ObserveOptions one = history;
    one.from = mineaction::Date(history.until->year() - year, 1, 1);
    one.until = mineaction::Date(history.until->year() - year, 12, 31);
    cells.add(fmt::format("events {} years before", year + 1),
              events_by_cell(bench::value_of(evidence::observe(snapshot, one))));
  }
  cells.add("events before", events_by_cell(seen));
  cells.add("events later", events_by_cell(bench::value_of(evidence::observe(snapshot, later))));
  cells.add("firmground any", result.hazard.raster.bands[0]);
  cells.add("firmground rate", result.hazard.raster.bands[1]);
  cells.add_covariates();
  cells.write(argv[3]);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view verb = argc > 3 ? argv[1] : "";
  if (verb == "world") {
    export_world(argc, argv);
  } else if (verb == "events") {
    export_events(argc, argv);
  } else {
    fmt::print(stderr, "bench_export_cells world SEED FILE | events PROGRAMME FILE --from YEAR --until YEAR\n");
    return 2;
  }
  return 0;
}
