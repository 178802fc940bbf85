// Import and report at the size of a nation: bench_register [--tiny] [--folder DIR]
// Prints seconds for: inventing the country, importing its files, importing the finds alone, making the snapshot, the
// situation report.
#include <filesystem>
#include <system_error>

#include "base/hash.h"
#include "exchange/canonical_files.h"
#include "measure.h"
#include "register/register.h"
#include "report/situation.h"
#include "simulate/country.h"

namespace {

using namespace firmground;
namespace fs = std::filesystem;

registry::Register new_register(const fs::path& path) {
  fs::remove(path);
  return bench::value_of(registry::Register::create(path.string(), "invented-country", "bench"));
}

void measure_import(const fs::path& folder, const fs::path& files) {
  registry::ImportOptions options;
  options.author = "bench";
  {
    registry::Register programme = new_register(folder / "finds.gpkg");
    const auto [seconds, outcome] = bench::timed(
        [&] { return bench::value_of(programme.import_file((files / "finds.csv").string(), "finds", options)); });
    fmt::print("import finds      {:9} rows  {:8.2f} s\n", outcome.rows, seconds);
  }
  registry::Register programme = new_register(folder / "nation.gpkg");
  const auto [seconds, outcomes] =
      bench::timed([&] { return bench::value_of(programme.import_folder(files.string(), true, options)); });
  std::int64_t rows = 0;
  for (const auto& outcome : outcomes) {
    rows += outcome.rows;
  }
  fmt::print("import all        {:9} rows  {:8.2f} s\n", rows, seconds);
}

void measure_report(const fs::path& folder) {
  const auto programme = bench::value_of(registry::Register::open((folder / "nation.gpkg").string()));
  const auto [snapshot_s, snapshot] = bench::timed([&] { return bench::value_of(programme.snapshot()); });
  fmt::print("snapshot                          {:8.2f} s  {}\n", snapshot_s, snapshot.hash.substr(0, 16));
  const mineaction::Snapshot& all = snapshot;
  const auto [report_s, situation] =
      bench::timed([&] { return bench::value_of(report::situation(all, std::nullopt)); });
  fmt::print("situation report                  {:8.2f} s  {}\n", report_s,
             base::content_hash(report::to_json(situation)).substr(0, 16));
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  // a folder of our own inside the one named: it is emptied
  const fs::path folder = fs::path(bench::option_of(argc, argv, "--folder", ".")) / "firmground-bench-register";
  const fs::path files = folder / "files";
  fs::remove_all(folder);
  fs::create_directories(files);
  const auto size = tiny ? simulate::Size::small : simulate::Size::national;
  const auto [simulate_s, country] =
      bench::timed([&] { return bench::value_of(simulate::simulate({.size = size, .seed = 1})); });
  fmt::print("simulate          {:9} items {:8.2f} s\n", country.truth.items.size(), simulate_s);
  bench::require(exchange::write_folder(files.string(), country.known));
  measure_import(folder, files);
  measure_report(folder);
  fmt::print("peak memory                       {:8.0f} MB\n", bench::peak_mb());
  fs::remove_all(folder);
  return 0;
}
