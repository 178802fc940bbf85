#include "register/vault_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "geo/raster.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kHeader = R"({"format":"firmground-vault","version":1})";

tl::unexpected<base::Error> damaged(const std::string& path, std::size_t line) {
  return fail("registry.vault_damaged", {{"file", path}, {"line", std::to_string(line)}});
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<VaultPerson> read_person(const Json& json) {
  VaultPerson person;
  person.name = text_of(json, "person");
  const auto wrapped = base::from_base64(text_of(json, "wrapped"));
  const auto salt = base::from_base64(text_of(json, "salt"));
  if (!wrapped || !salt || wrapped->empty()) {
    return std::nullopt;
  }
  person.wrapped = *wrapped;
  if (!salt->empty()) {
    person.recipe = base::PassphraseRecipe{*salt, json.value("operations", std::uint64_t{0}),
                                           json.value("memory_bytes", std::uint64_t{0})};
  }
  return person;
}

/// False when the line is none of ours.
bool read_line(const std::string& line, VaultFile& file) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || text_of(json, "previous") != file.line_hashes.back()) {
    return false;
  }
  if (json.contains("person")) {
    const auto person = read_person(json);
    if (person) {
      file.people.push_back(*person);
    }
    return person.has_value();
  }
  const auto sealed = base::from_base64(text_of(json, "sealed"));
  if (sealed && !sealed->empty()) {
    file.sealed.push_back(*sealed);
  }
  return sealed && !sealed->empty();
}

/// In one write to the end of the file, on the disk when it returns.
Result<void> append(const std::string& path, const std::string& line, int flags) {
  const int handle = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0600);
  const std::string bytes = line + "\n";
  bool good = handle >= 0 && write(handle, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  good = good && fsync(handle) == 0;
  const std::string reason = std::generic_category().message(errno);
  if (handle >= 0) {
    close(handle);
  }
  return good ? Result<void>() : fail("base.file_unwritable", {{"file", path}, {"reason", reason}});
}

/// A line without its end was cut off by a crash and was never told of: it is taken away before the next one.
Result<void> cut_unfinished_line(const VaultFile& file) {
  FG_TRY(const std::string text, geo::read_file(file.path));
  const std::size_t end = text.rfind('\n');
  if (end != std::string::npos && end + 1 != text.size() &&
      truncate(file.path.c_str(), static_cast<off_t>(end + 1)) != 0) {
    return fail("base.file_unwritable", {{"file", file.path}, {"reason", std::generic_category().message(errno)}});
  }
  return {};
}

Result<std::string> append_line(VaultFile& file, const Json& json) {
  FG_TRY_VOID(cut_unfinished_line(file));
  const std::string line = json.dump();
  FG_TRY_VOID(append(file.path, line, 0));
  file.line_hashes.push_back(base::content_hash(line));
  return file.line_hashes.back();
}

}  // namespace

Result<VaultFile> read_vault_file(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    return fail("registry.vault_missing", {{"file", path}});
  }
  FG_TRY(const std::string text, geo::read_file(path));
  VaultFile file;
  file.path = path;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    const std::string line = text.substr(begin, end - begin);
    const bool good = file.line_hashes.empty() ? line == kHeader : read_line(line, file);
    if (!good) {
      return damaged(path, file.line_hashes.size() + 1);
    }
    file.line_hashes.push_back(base::content_hash(line));
  }
  return file.line_hashes.empty() ? damaged(path, 1) : Result<VaultFile>(std::move(file));
}

Result<VaultFile> create_vault_file(const std::string& path) {
  if (std::filesystem::exists(path)) {
    return fail("registry.vault_exists", {{"file", path}});
  }
  FG_TRY_VOID(append(path, kHeader, O_CREAT | O_EXCL));
  return VaultFile{path, {}, {}, {base::content_hash(kHeader)}};
}

Result<std::string> append_person(VaultFile& file, const VaultPerson& person) {
  Json json = {{"previous", file.line_hashes.back()}, {"person", person.name}};
  if (person.recipe) {
    json["salt"] = base::to_base64(person.recipe->salt);
    json["operations"] = person.recipe->operations;
    json["memory_bytes"] = person.recipe->memory_bytes;
  }
  json["wrapped"] = base::to_base64(person.wrapped);
  file.people.push_back(person);
  return append_line(file, json);
}

Result<std::string> append_sealed(VaultFile& file, const std::string& sealed) {
  file.sealed.push_back(sealed);
  return append_line(file, {{"previous", file.line_hashes.back()}, {"sealed", base::to_base64(sealed)}});
}

}  // namespace firmground::registry
