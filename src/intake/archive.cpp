#include "intake/archive.h"

#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <fmt/format.h>

namespace firmground::intake {

namespace {

/// A year of a nation's finds unpacks to some hundred megabytes, at about one to ten; what unpacks to a thousand times
/// its size was made to do harm.
constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 30U;
constexpr std::uint64_t kHarmlessBytes = std::uint64_t{256} << 20U;
constexpr std::uint64_t kMostGrowth = 200;
constexpr std::size_t kMostEntries = 10'000;

std::string inside(const std::string& path) {
  return "/vsizip/{" + path + "}";
}

base::Error no_archive(const std::string& file, std::string reason) {
  return base::make_error("intake.truncated", {{"file", file}, {"reason", std::move(reason)}});
}

}  // namespace

base::Result<std::vector<ArchiveEntry>> list_archive(const std::string& path, const std::string& file) {
  VSIStatBufL packed;
  if (VSIStatL(path.c_str(), &packed) != 0) {
    return tl::unexpected<base::Error>(no_archive(file, "it cannot be opened"));
  }
  const CPLStringList names(VSIReadDirRecursive(inside(path).c_str()));
  std::vector<ArchiveEntry> entries;
  std::uint64_t total = 0;
  for (int i = 0; i < names.size(); ++i) {
    VSIStatBufL about;
    const std::string name = names[i];
    if (name.ends_with('/') || VSIStatL((inside(path) + "/" + name).c_str(), &about) != 0 || VSI_ISDIR(about.st_mode)) {
      continue;
    }
    entries.push_back({name, static_cast<std::uint64_t>(about.st_size)});
    total += entries.back().bytes;
  }
  if (entries.empty()) {
    return tl::unexpected<base::Error>(
        no_archive(file, "it is no whole zip archive: the list of contents at its end is missing or empty"));
  }
  const auto growth = total / std::max<std::uint64_t>(1, static_cast<std::uint64_t>(packed.st_size));
  if (entries.size() > kMostEntries || total > kMostBytes || (total > kHarmlessBytes && growth > kMostGrowth)) {
    return base::fail("intake.archive_refused",
                      {{"file", file},
                       {"reason", fmt::format("its {} entries would unpack to {} MB, {} times its size", entries.size(),
                                              total >> 20U, growth)}});
  }
  return entries;
}

base::Result<std::string> read_entry(const std::string& path, const std::string& file, const ArchiveEntry& entry) {
  CPLErrorReset();
  std::string bytes(entry.bytes, '\0');
  VSILFILE* opened = VSIFOpenL((inside(path) + "/" + entry.name).c_str(), "rb");
  const std::size_t read = opened != nullptr ? VSIFReadL(bytes.data(), 1, bytes.size(), opened) : 0;
  if (opened != nullptr) {
    VSIFCloseL(opened);
  }
  if (read != bytes.size() || CPLGetLastErrorType() >= CE_Failure) {
    return tl::unexpected<base::Error>(no_archive(
        file, fmt::format("its entry {} cannot be unpacked ({} of {} bytes)", entry.name, read, bytes.size())));
  }
  return bytes;
}

}  // namespace firmground::intake
