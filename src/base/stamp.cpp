#include "base/stamp.h"

#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace firmground::base {

std::string Stamp::id() const {
  return Hasher().add(product).add(snapshot_hash).add(version).add(settings).add(seed).hex().substr(0, 16);
}

std::string Stamp::to_json() const {
  const nlohmann::ordered_json json = {{"id", id()},         {"product", product},   {"snapshot", snapshot_hash},
                                       {"version", version}, {"settings", settings}, {"seed", seed}};
  return json.dump();
}

Stamp parse_stamp(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return {};
  }
  return {json.value("product", ""), json.value("snapshot", ""), json.value("version", ""), json.value("settings", ""),
          json.value("seed", std::uint64_t{0})};
}

const char* version() {
  return FIRMGROUND_VERSION;
}

}  // namespace firmground::base
