#include <cpl_vsi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "intake/source_file.h"

/// Any bytes as any kind through every reader. The first byte chooses the kind, the second the reader, the rest is the
/// file; what GDAL reads lies in its memory, under the name it would have. Needs the packages clang-19 and
/// libclang-rt-19-dev; clang calls a part of its own library deprecated, hence the last flag.
///
///   cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DFIRMGROUND_FUZZ=ON -DFIRMGROUND_SANITIZE=ON
///         -DCMAKE_CXX_FLAGS="-fsanitize=fuzzer-no-link -Wno-deprecated-declarations"
///   ninja -C build/fuzz intake_fuzz
///   mkdir -p build/fuzz/corpus && build/fuzz/intake_fuzz -max_total_time=600 build/fuzz/corpus tests/data/intake
namespace {

using namespace firmground;

base::Result<intake::ReadResult> read(std::string_view bytes, std::uint8_t reader, const mineaction::Kind& kind,
                                      const intake::ReadOptions& options) {
  switch (reader % 5) {
    case 0: return intake::read_geojson(bytes, "fuzz.geojson", kind, options, base::no_progress);
    case 1: return intake::read_csv(bytes, "fuzz.csv", kind, options, base::no_progress);
    case 2: return intake::read_kml(bytes, "fuzz.kml", kind, options, base::no_progress);
    case 3: return intake::read_gpx(bytes, "fuzz.gpx", kind, options, base::no_progress);
    default: break;
  }
  constexpr std::array<const char*, 6> kEndings = {"xlsx", "zip", "kmz", "fgb", "dbf", "gpkg"};
  const std::string path = "/vsimem/fuzz." + std::string(kEndings[(reader / 5) % kEndings.size()]);
  auto* copy = static_cast<GByte*>(VSIMalloc(bytes.size() + 1));
  std::copy(bytes.begin(), bytes.end(), copy);
  VSIFCloseL(VSIFileFromMemBuffer(path.c_str(), copy, bytes.size(), 1));
  auto result = intake::read_opened(path, kind, options, base::no_progress);
  VSIUnlink(path.c_str());
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const auto& kinds = mineaction::kinds();
  const mineaction::Kind& kind = kinds[data[0] % kinds.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  intake::ReadOptions options;
  options.today = *base::Date::parse("2026-01-01");
  if ((data[0] & 0x80U) != 0) {
    options.extent = {{51, 41, 52, 42}};
  }
  const auto result = read(bytes, data[1], kind, options);
  // A row that entered has all that its kind needs, whatever the bytes were.
  if (result) {
    for (const intake::ReadRecord& entered : result->records) {
      FG_CHECK(entered.record.values.size() == kind.fields.size());
      FG_CHECK(!std::holds_alternative<std::monostate>(entered.record.values.front()));
      FG_CHECK(!kind.geometry_required || !entered.record.geometry.empty());
    }
  }
  return 0;
}
