#include "geo/raster_classes.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Result<RasterClass> parse_class(std::string_view text) {
  const std::size_t equals = text.find('=');
  RasterClass result;
  const std::string_view value = trimmed(text.substr(0, std::min(equals, text.size())));
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result.value);
  if (equals == std::string_view::npos || error != std::errc() || end != value.data() + value.size()) {
    return fail("geo.classes_unreadable", {{"reason", fmt::format("'{}' is not a whole number and a name", text)}});
  }
  result.name = trimmed(text.substr(equals + 1));
  if (result.name.empty()) {
    return fail("geo.classes_unreadable", {{"reason", fmt::format("{} has no name", result.value)}});
  }
  return result;
}

}  // namespace

Result<std::vector<RasterClass>> parse_raster_classes(const std::string& text) {
  std::map<int, std::string> names;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(",;"), rest.size());
    FG_TRY(RasterClass one, parse_class(trimmed(rest.substr(0, end))));
    if (!names.emplace(one.value, std::move(one.name)).second) {
      return fail("geo.classes_unreadable", {{"reason", fmt::format("{} is named twice", one.value)}});
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (names.size() < 2) {
    return fail("geo.classes_unreadable", {{"reason", "it names fewer than two classes"}});
  }
  std::vector<RasterClass> classes;
  classes.reserve(names.size());
  for (auto& [value, name] : names) {
    classes.push_back({value, std::move(name)});
  }
  return classes;
}

std::string to_text(const std::vector<RasterClass>& classes) {
  std::string text;
  for (const RasterClass& one : classes) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", one.value, one.name);
  }
  return text;
}

Result<std::vector<RasterClass>> classes_of(const Raster& raster) {
  const auto named = raster.metadata.find(kRasterClasses);
  return named == raster.metadata.end() ? std::vector<RasterClass>{} : parse_raster_classes(named->second);
}

Result<void> check_classes(const Raster& raster, const std::string& file) {
  FG_TRY(const std::vector<RasterClass> classes, classes_of(raster));
  if (classes.empty()) {
    return {};
  }
  std::map<float, std::int64_t> unnamed;
  for (const float value : raster.bands.front()) {
    const bool named = std::isnan(value) || std::any_of(classes.begin(), classes.end(), [&](const RasterClass& one) {
                         return static_cast<float>(one.value) == value;
                       });
    if (!named) {
      ++unnamed[value];
    }
  }
  if (!unnamed.empty()) {
    return fail("geo.class_unnamed", {{"file", file},
                                      {"value", fmt::format("{:g}", unnamed.begin()->first)},
                                      {"cells", std::to_string(unnamed.begin()->second)},
                                      {"values", std::to_string(unnamed.size())}});
  }
  return {};
}

}  // namespace firmground::geo
