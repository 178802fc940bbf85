// Reading and judging finds: 1 million rows of CSV to a snapshot.
//   bench_intake [--tiny] [--rows N]
// Prints the seconds of each step and the content hash of the snapshot.
#include <fmt/format.h>

#include "base/random.h"
#include "intake/source_file.h"
#include "measure.h"
#include "mineaction/record_conversion.h"

namespace {

using namespace firmground;

std::string finds_as_csv(std::size_t rows) {
  constexpr std::array<std::string_view, 4> kDevices = {"AP mine", "AV mine", "UXO", "submunition"};
  base::Random random(1);
  std::string text = "find_id,release_id,found_on,device,model,count,depth_cm,longitude,latitude\n";
  for (std::size_t i = 0; i < rows; ++i) {
    fmt::format_to(std::back_inserter(text), "F-{:07},LR-{},2023-{:02}-{:02},{},PMN-2,{},{},{:.7f},{:.7f}\n", i,
                   i % 1000, i % 12 + 1, i % 28 + 1, kDevices[random.index(4)], 1 + random.index(3), random.index(20),
                   random.uniform(51, 52), random.uniform(41, 42));
  }
  return text;
}

mineaction::Snapshot snapshot_of(const intake::ReadResult& read, const mineaction::Kind& kind) {
  mineaction::Snapshot snapshot;
  snapshot.crs = bench::value_of(geo::Crs::from_epsg(32639));
  for (const intake::ReadRecord& record : read.records) {
    mineaction::append_record(kind, record.record, snapshot);
  }
  return snapshot;
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const std::size_t rows = std::stoul(bench::option_of(argc, argv, "--rows", tiny ? "2000" : "1000000"));
  const mineaction::Kind& kind = *mineaction::find_kind("finds");
  const std::string text = finds_as_csv(rows);
  intake::ReadOptions options;
  options.today = base::Date(2026, 1, 1);
  options.extent = {{51, 41, 52, 42}};
  const auto [reading, read] = bench::timed(
      [&] { return bench::value_of(intake::read_csv(text, "finds.csv", kind, options, base::no_progress)); });
  auto [converting, snapshot] = bench::timed([&] { return snapshot_of(read, kind); });
  const auto [finishing, hash] = bench::timed([&, &whole = snapshot] {
    mineaction::finish_snapshot(whole);
    return whole.hash;
  });
  fmt::print(
      "{} finds, {} issues: read and judged {:.2f} s, to a snapshot {:.2f} s, sorted and hashed {:.2f} s, {:.0f} "
      "MB\n{}\n",
      read.records.size(), read.issues.size(), reading, converting, finishing, bench::peak_mb(), hash);
  return read.records.size() == rows ? 0 : 1;
}
