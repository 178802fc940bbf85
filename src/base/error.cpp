#include "base/error.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <cstdio>
#include <cstdlib>

#include "base/embedded.h"

namespace firmground::base {

void check_failed(std::string_view condition, const char* file, int line) {
  fmt::print(stderr, "firmground: broken promise at {}:{}: {}\n", file, line, condition);
  std::abort();
}

namespace {

using Catalogue = std::map<std::string, Error, std::less<>>;

void read_entries(const toml::table& root, Catalogue& catalogue) {
  for (const auto& [area, entries] : root) {
    for (const auto& [name, entry] : *entries.as_table()) {
      const toml::table& fields = *entry.as_table();
      Error error;
      error.id = fmt::format("{}.{}", area.str(), name.str());
      error.code = fields["code"].value_or(std::string());
      error.http = static_cast<int>(fields["http"].value_or(std::int64_t{500}));
      error.message = fields["text"].value_or(std::string());
      error.remedy = fields["remedy"].value_or(std::string());
      catalogue.emplace(error.id, std::move(error));
    }
  }
}

Catalogue read_catalogue() {
  Catalogue catalogue;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.path.starts_with("schema/errors/")) {
      read_entries(toml::parse(file.text), catalogue);
    }
  }
  return catalogue;
}

}  // namespace

std::string filled(std::string_view text, ErrorArguments arguments) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t close = text[at] == '{' ? text.find('}', at) : std::string::npos;
    if (close == std::string::npos) {
      result += text[at++];
      continue;
    }
    const std::string_view name = text.substr(at + 1, close - at - 1);
    std::string_view value = text.substr(at, close - at + 1);
    for (const auto& [key, argument] : arguments) {
      if (key == name) {
        value = argument;
      }
    }
    result += value;
    at = close + 1;
  }
  return result;
}

Error make_error(std::string_view id, ErrorArguments arguments) {
  static const auto catalogue = read_catalogue();
  const auto found = catalogue.find(id);
  if (found == catalogue.end()) {
    check_failed(id, __FILE__, __LINE__);
  }
  Error error = found->second;
  error.message = filled(error.message, arguments);
  error.remedy = filled(error.remedy, arguments);
  return error;
}

std::string to_text(const Error& error) {
  return fmt::format("{} Remedy: {} [{}]", error.message, error.remedy, error.code);
}

}  // namespace firmground::base
