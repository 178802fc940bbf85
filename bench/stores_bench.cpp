// The same import and snapshot in a store: bench_stores [--tiny] [--files FOLDER] [--at PLACE]
// FOLDER holds import files named by kind, PLACE is the path of a new file or the address of an empty database:
//   tools/postgres.py run --durable sh -c 'build/release/bench_stores --files nation --at "$(sed s/postgres?/nation?/
//   $FIRMGROUND_TEST_POSTGRES)"'
// Prints seconds and, of them, seconds of the processor in this process (a database server has its own).
#include <filesystem>
#include <fstream>

#include "measure.h"
#include "register/register.h"

namespace {

using namespace firmground;
namespace fs = std::filesystem;

double processor_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename Call>
auto measured(const char* what, Call&& call) {
  const double before = processor_s();
  auto [seconds, result] = bench::timed(std::forward<Call>(call));
  fmt::print("{:<18} {:8.2f} s  {:8.2f} s of the processor\n", what, seconds, processor_s() - before);
  return std::move(result);
}

fs::path toy_files(const fs::path& folder) {
  fs::create_directories(folder);
  std::ofstream finds(folder / "finds.csv");
  finds << "find_id,release_id,found_on,device,count,longitude,latitude\n";
  for (int i = 0; i < 2000; ++i) {
    finds << "F-" << i << ",,2022-05-01,UXO,1," << 51 + 0.0001 * i << "," << 41.2 << "\n";
  }
  return folder;
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const fs::path own = fs::path("firmground-bench-stores");
  fs::remove_all(own);
  const fs::path files = tiny ? toy_files(own / "files") : fs::path(bench::option_of(argc, argv, "--files", "."));
  const std::string place = tiny ? (own / "toy.gpkg").string() : bench::option_of(argc, argv, "--at", "nation.gpkg");
  auto programme = bench::value_of(registry::Register::create(place, "invented-country", "bench"));
  const auto enter = [&] { return bench::value_of(programme.import_folder(files.string(), true, {})); };
  std::int64_t rows = 0;
  for (const auto& outcome : measured("import", enter)) {
    rows += outcome.accepted;
  }
  measured("import again", enter);
  const auto snapshot = measured("snapshot", [&] { return bench::value_of(programme.snapshot()); });
  fmt::print("{} rows, {:.0f} MB at most, {}\n", rows, bench::peak_mb(), snapshot.hash.substr(0, 16));
  fs::remove_all(own);
  return 0;
}
