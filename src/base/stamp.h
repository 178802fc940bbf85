#pragma once
#include <cstdint>
#include <string>

namespace firmground::base {

/// What a derived number was made from (design invariant 4). Two stamps are equal exactly when the bytes made are
/// equal. Hashes content (local ids, values), never UUIDs or clocks.
struct Stamp {
  std::string product;        ///< "hazard-estimate", "situation-report", "land-account"
  std::string snapshot_hash;  ///< content hash of the snapshot read
  std::string version;        ///< of Firmground
  std::string settings;       ///< canonical JSON of the settings used
  std::uint64_t seed = 0;

  /// 16 hexadecimal digits over all fields: what people quote.
  std::string id() const;
  /// One line of JSON with all fields and the id.
  std::string to_json() const;

  friend bool operator==(const Stamp&, const Stamp&) = default;
};

/// Reads to_json() back; an empty stamp when the text is not one.
Stamp parse_stamp(const std::string& json);

/// Version of this build, from CMake's project().
const char* version();

}  // namespace firmground::base
