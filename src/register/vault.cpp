#include "register/vault.h"

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <cwctype>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/dates.h"
#include "base/ids.h"
#include "base/secret.h"
#include "geo/raster.h"
#include "register/audit.h"
#include "register/folded_name.h"
#include "register/register_state.h"
#include "register/vault_file.h"

namespace firmground::registry {

using base::fail;
using base::Result;
using base::Secret;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kShortestPassphrase = 12;
constexpr std::size_t kSmallestKeyFile = 32;

/// An open vault: its file and its key.
struct OpenVault {
  VaultFile file;
  Secret key;
};

tl::unexpected<base::Error> locked(const std::string& path, const VaultKey& key, const std::string& reason) {
  return fail("registry.vault_locked", {{"file", path}, {"person", key.person}, {"reason", reason}});
}

Result<std::string> path_for(const Register& programme) {
  std::string path = vault_path(programme.path());
  if (path.empty()) {
    return fail("registry.vault_needs_file", {{"file", programme.path()}});
  }
  return path;
}

/// Their own key, from what they know or hold.
Result<Secret> personal_key(const VaultKey& key, const std::optional<base::PassphraseRecipe>& recipe,
                            const std::string& path) {
  if (!recipe) {
    if (key.key_file.empty()) {
      return locked(path, key, "this key is a key file");
    }
    FG_TRY(const std::string content, geo::read_file(key.key_file));
    return Secret::from_key_file(content);
  }
  const auto secret = key.key_file.empty() ? base::derive_key(key.passphrase, *recipe) : std::nullopt;
  return secret ? Result<Secret>(*secret) : locked(path, key, "this key is a passphrase");
}

Result<OpenVault> open_vault(const Register& programme, const VaultKey& key) {
  FG_TRY(const std::string path, path_for(programme));
  FG_TRY(auto file, read_vault_file(path));
  const auto person = std::find_if(file.people.begin(), file.people.end(),
                                   [&](const VaultPerson& candidate) { return candidate.name == key.person; });
  if (person == file.people.end()) {
    return locked(path, key, "nobody of that name has a key");
  }
  FG_TRY(const Secret own, personal_key(key, person->recipe, path));
  const auto unwrapped = base::unseal(own, person->wrapped);
  const auto secret = unwrapped ? Secret::from_bytes(*unwrapped) : std::nullopt;
  if (!secret) {
    return locked(path, key, "the passphrase or key file is another one");
  }
  return OpenVault{std::move(file), *secret};
}

Result<void> check_new_key(const VaultKey& key) {
  std::string problem;
  if (key.person.empty()) {
    problem = "it has no name";
  } else if (key.key_file.empty() && key.passphrase.size() < kShortestPassphrase) {
    problem = "the passphrase is shorter than 12 characters";
  } else if (!key.key_file.empty()) {
    FG_TRY(const std::string content, geo::read_file(key.key_file));
    problem = content.size() < kSmallestKeyFile ? "the key file is shorter than 32 bytes" : "";
  }
  return problem.empty() ? Result<void>()
                         : fail("registry.vault_key_weak", {{"person", key.person}, {"reason", problem}});
}

Result<VaultPerson> wrapped_for(const VaultKey& key, const Secret& vault_key, const std::string& path) {
  VaultPerson person;
  person.name = key.person;
  if (key.key_file.empty()) {
    person.recipe = base::PassphraseRecipe::fresh();
  }
  FG_TRY(const Secret own, personal_key(key, person.recipe, path));
  person.wrapped = base::seal(own, vault_key.bytes());
  return person;
}

/// Does the work and its link in one writing transaction of the register: nobody else appends meanwhile, and what is
/// not logged is not done.
template <typename Work>
Result<void> logged(Register& programme, const std::string& action, const std::string& person,
                    const std::string& subject, const std::string& reason, Work work) {
  Register::Impl& opened = programme.opened();
  const std::lock_guard lock(opened.mutex);
  FG_TRY(auto transaction, Transaction::begin(opened.database, Transaction::Kind::write));
  FG_TRY(const std::string line, work());
  const std::string at = base::utc_timestamp(base::now_unix_milliseconds());
  FG_TRY_VOID(append_link(
      opened.database,
      {0, {}, action, at, person, line.empty() ? subject : subject + " (vault line " + line + ")", reason, {}, ""}));
  return transaction.commit();
}

Json to_json(const VictimIdentity& identity) {
  return {{"victim_id", identity.victim_id}, {"name", identity.name},        {"born", identity.born},
          {"contact", identity.contact},     {"notes", identity.notes},      {"person_key", identity.person_key},
          {"added_by", identity.added_by},   {"added_at", identity.added_at}};
}

std::optional<VictimIdentity> from_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  const auto read = [&](const char* key) { return json.value(key, std::string()); };
  return VictimIdentity{read("victim_id"), read("name"),       read("born"),     read("contact"),
                        read("notes"),     read("person_key"), read("added_by"), read("added_at")};
}

/// The latest entry of every victim.
Result<std::map<std::string, VictimIdentity>> read_all(const OpenVault& vault) {
  std::map<std::string, VictimIdentity> identities;
  for (std::size_t i = 0; i < vault.file.sealed.size(); ++i) {
    const auto text = base::unseal(vault.key, vault.file.sealed[i]);
    auto identity = text ? from_json(*text) : std::nullopt;
    if (!identity) {
      return fail("registry.vault_damaged", {{"file", vault.file.path}, {"line", "of entry " + std::to_string(i + 1)}});
    }
    identities[identity->victim_id] = std::move(*identity);
  }
  return identities;
}

std::string person_key_of(const Secret& vault_key, const std::string& name, const std::string& born) {
  const auto own = Secret::from_bytes(base::keyed_hash(vault_key, "person key of the firmground vault"));
  return base::keyed_hash(*own, folded_name(name) + "\n" + born);
}

Result<void> check_identity(const VictimIdentity& identity) {
  const char* problem = identity.victim_id.empty()                                          ? "the victim has no id"
                        : folded_name(identity.name).empty()                                ? "there is no name"
                        : !identity.born.empty() && !mineaction::Date::parse(identity.born) ? "born is not a date"
                                                                                            : nullptr;
  return problem == nullptr ? Result<void>()
                            : fail("registry.vault_entry_invalid", {{"id", identity.victim_id}, {"reason", problem}});
}

Result<void> need_reason(const std::string& reason, const std::string& id, const char* verb) {
  return reason.empty() ? fail("registry.reason_needed", {{"kind", "victims"}, {"id", id}, {"verb", verb}})
                        : Result<void>();
}

}  // namespace

std::string vault_path(const std::string& location) {
  if (!location.starts_with("postgres")) {
    return std::filesystem::path(location).replace_extension(".vault").string();
  }
  const char* path = std::getenv("FIRMGROUND_VAULT");
  return path != nullptr ? path : "";
}

Result<void> create_vault(Register& programme, const VaultKey& first) {
  FG_TRY(const std::string path, path_for(programme));
  FG_TRY_VOID(check_new_key(first));
  const Secret key = Secret::random();
  FG_TRY(const VaultPerson person, wrapped_for(first, key, path));
  return logged(programme, "vault-init", first.person, "vault", "", [&]() -> Result<std::string> {
    FG_TRY(auto file, create_vault_file(path));
    return append_person(file, person);
  });
}

Result<void> grant_vault_key(Register& programme, const VaultKey& by, const VaultKey& to) {
  FG_TRY_VOID(check_new_key(to));
  FG_TRY(auto vault, open_vault(programme, by));
  for (const VaultPerson& person : vault.file.people) {
    if (person.name == to.person) {
      return fail("registry.vault_person_exists", {{"person", to.person}});
    }
  }
  FG_TRY(const VaultPerson person, wrapped_for(to, vault.key, vault.file.path));
  return logged(programme, "vault-grant", by.person, "key of " + to.person, "", [&]() -> Result<std::string> {
    FG_TRY(auto file, read_vault_file(vault.file.path));
    return append_person(file, person);
  });
}

Result<std::vector<std::string>> vault_people(const Register& programme) {
  FG_TRY(const std::string path, path_for(programme));
  FG_TRY(const auto file, read_vault_file(path));
  std::vector<std::string> names;
  for (const VaultPerson& person : file.people) {
    names.push_back(person.name);
  }
  return names;
}

Result<std::string> add_to_vault(Register& programme, const VaultKey& key, const VictimIdentity& identity) {
  FG_TRY_VOID(check_identity(identity));
  FG_TRY(const auto vault, open_vault(programme, key));
  VictimIdentity entry = identity;
  entry.person_key = person_key_of(vault.key, identity.name, identity.born);
  entry.added_by = key.person;
  entry.added_at = base::utc_timestamp(base::now_unix_milliseconds());
  FG_TRY_VOID(
      logged(programme, "vault-add", key.person, "victims " + identity.victim_id, "", [&]() -> Result<std::string> {
        FG_TRY(auto file, read_vault_file(vault.file.path));
        return append_sealed(file, base::seal(vault.key, to_json(entry).dump()));
      }));
  return entry.person_key;
}

Result<std::string> person_key(const Register& programme, const VaultKey& key, const std::string& name,
                               const std::string& born) {
  FG_TRY_VOID(check_identity({"-", name, born, "", "", "", "", ""}));
  FG_TRY(const auto vault, open_vault(programme, key));
  return person_key_of(vault.key, name, born);
}

Result<VictimIdentity> read_vault(Register& programme, const VaultKey& key, const std::string& victim_id,
                                  const std::string& reason) {
  FG_TRY_VOID(need_reason(reason, victim_id, "vault read"));
  FG_TRY(const auto vault, open_vault(programme, key));
  FG_TRY(const auto identities, read_all(vault));
  const auto found = identities.find(victim_id);
  if (found == identities.end()) {
    return fail("registry.vault_no_entry", {{"value", victim_id}});
  }
  FG_TRY_VOID(logged(programme, "vault-read", key.person, "victims " + victim_id, reason,
                     [] { return Result<std::string>(std::string()); }));
  return found->second;
}

Result<std::vector<VictimIdentity>> export_vault(Register& programme, const VaultKey& first, const VaultKey& second,
                                                 const std::string& reason) {
  FG_TRY_VOID(need_reason(reason, "all", "vault export"));
  if (first.person == second.person) {
    return fail("registry.vault_two_people", {{"person", first.person}});
  }
  FG_TRY(const auto vault, open_vault(programme, first));
  FG_TRY_VOID(open_vault(programme, second));
  FG_TRY(const auto identities, read_all(vault));
  FG_TRY_VOID(logged(programme, "vault-export", first.person + " and " + second.person,
                     "all " + std::to_string(identities.size()) + " victims", reason,
                     [] { return Result<std::string>(std::string()); }));
  std::vector<VictimIdentity> list;
  for (const auto& [id, identity] : identities) {
    list.push_back(identity);
  }
  return list;
}

Result<std::string> vault_problem(const Database& database, const std::string& path) {
  FG_TRY(auto select, database.prepare("SELECT link_id, subject FROM firmground_audit WHERE action IN ('vault-init', "
                                       "'vault-grant', 'vault-add') ORDER BY link_id"));
  std::optional<VaultFile> file;
  std::set<std::string> lines;
  for (;;) {
    FG_TRY(const bool row, select.step());
    if (!row) {
      return std::string();
    }
    if (!file) {
      auto read = read_vault_file(path);
      if (!read) {
        return read.error().message;
      }
      file = std::move(*read);
      lines.insert(file->line_hashes.begin(), file->line_hashes.end());
    }
    const std::string subject(select.text(1));
    const std::size_t line = subject.rfind("(vault line ");
    if (line != std::string::npos && !lines.contains(subject.substr(line + 12, 64))) {
      return "The vault has lost or changed what entry " + std::to_string(select.integer(0)) + " put in (" +
             subject.substr(0, line) + ").";
    }
  }
}

}  // namespace firmground::registry
