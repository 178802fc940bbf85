#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace firmground::intake {

struct ArchiveEntry {
  std::string name;  ///< with its folders
  std::uint64_t bytes = 0;
};

/// What a zip archive (.zip, .kmz, .xlsx) holds, without unpacking it.  Errors: intake.truncated when it is no whole
/// archive, intake.archive_refused when it is built to fill the disk or the memory.
base::Result<std::vector<ArchiveEntry>> list_archive(const std::string& path, const std::string& file);

/// One entry, unpacked.  Errors: intake.truncated.
base::Result<std::string> read_entry(const std::string& path, const std::string& file, const ArchiveEntry& entry);

}  // namespace firmground::intake
