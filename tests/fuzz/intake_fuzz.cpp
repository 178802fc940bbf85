#include <cstddef>
#include <cstdint>
#include <string_view>

#include "intake/source_file.h"

/// Any bytes as any kind through both text readers. The first byte chooses the kind and the reader, the rest is the
/// file. Needs the packages clang-19 and libclang-rt-19-dev; clang calls a part of its own library deprecated, hence
/// the last flag.
///
///   cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DFIRMGROUND_FUZZ=ON -DFIRMGROUND_SANITIZE=ON
///         -DCMAKE_CXX_FLAGS="-fsanitize=fuzzer-no-link -Wno-deprecated-declarations"
///   ninja -C build/fuzz intake_fuzz
///   mkdir -p build/fuzz/corpus && build/fuzz/intake_fuzz -max_total_time=600 build/fuzz/corpus
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace firmground;
  if (size == 0) {
    return 0;
  }
  const auto& kinds = mineaction::kinds();
  const mineaction::Kind& kind = kinds[data[0] % kinds.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  intake::ReadOptions options;
  options.today = *base::Date::parse("2026-01-01");
  if ((data[0] & 0x40U) != 0) {
    options.extent = {{51, 41, 52, 42}};
  }
  const bool csv = (data[0] & 0x80U) != 0;
  const auto result = csv ? intake::read_csv(text, "fuzz.csv", kind, options, base::no_progress)
                          : intake::read_geojson(text, "fuzz.geojson", kind, options, base::no_progress);
  // A row that entered has all that its kind needs, whatever the bytes were.
  if (result) {
    for (const intake::ReadRecord& read : result->records) {
      FG_CHECK(read.record.values.size() == kind.fields.size());
      FG_CHECK(!std::holds_alternative<std::monostate>(read.record.values.front()));
      FG_CHECK(!kind.geometry_required || !read.record.geometry.empty());
    }
  }
  return 0;
}
