#include "cli/unclosed_outlines.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "geo/raster.h"
#include "mineaction/kind.h"

namespace firmground::cli {

namespace {

/// The value of a text property in one feature's line; "" when it has none.
std::string_view property_of(std::string_view line, const std::string& name) {
  const std::string before = fmt::format("\"{}\":\"", name);
  const std::size_t begin = line.find(before);
  if (begin == std::string_view::npos) {
    return "";
  }
  const std::size_t from = begin + before.size();
  return line.substr(from, line.find('"', from) - from);
}

/// The line without the last corner of its first ring.
std::string without_closing_corner(std::string_view line) {
  const std::size_t coordinates = line.find("\"coordinates\":");
  const std::size_t end_of_ring = line.find("]]", coordinates);
  const std::size_t last_corner = line.rfind(",[", end_of_ring);
  FG_CHECK(coordinates != std::string_view::npos && end_of_ring != std::string_view::npos && last_corner > coordinates);
  return std::string(line.substr(0, last_corner)) + std::string(line.substr(end_of_ring + 1));
}

}  // namespace

base::Result<void> open_outlines(const std::string& folder, std::span<const simulate::InjectedFault> faults) {
  std::map<std::string, std::set<std::string, std::less<>>> unclosed;
  for (const simulate::InjectedFault& fault : faults) {
    if (fault.kind == "unclosed") {
      unclosed[fault.table].insert(fault.id);
    }
  }
  for (const auto& [kind, ids] : unclosed) {
    const std::string path = fmt::format("{}/{}.geojson", folder, kind);
    const std::string& id_field = mineaction::find_kind(kind)->fields.front().name;
    FG_TRY(const std::string text, geo::read_file(path));
    std::string opened;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;  // a feature a line
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      opened += ids.contains(property_of(line, id_field)) ? without_closing_corner(line) : std::string(line);
      begin = end;
    }
    FG_TRY_VOID(geo::write_file(path, opened));
  }
  return {};
}

}  // namespace firmground::cli
