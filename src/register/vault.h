#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "register/register.h"

/// The victims' vault: names, contacts and papers of victims in an encrypted file beside the programme
/// (docs/formats/vault.md). The register holds what statistics need and never opens it. Every person with a key opens
/// it with a passphrase or a key file of their own; every addition, reading and export is a link of the programme's
/// audit chain, written before anything is shown. An export needs the keys of two people.
namespace firmground::registry {

/// Who opens the vault. With a key file the passphrase is not looked at.
struct VaultKey {
  std::string person;
  std::string passphrase;
  std::string key_file;
};

/// What the vault holds of one victim; empty texts are not known.
struct VictimIdentity {
  std::string victim_id;  ///< of the record in the register
  std::string name;
  std::string born;  ///< YYYY-MM-DD, YYYY-MM or YYYY
  std::string contact;
  std::string notes;
  std::string person_key;  ///< made from name and date of birth with the vault's key
  std::string added_by, added_at;
};

/// Beside the programme file; for a database the file that FIRMGROUND_VAULT names, "" when it names none.
std::string vault_path(const std::string& location);

/// Errors of all: registry.vault_needs_file, registry.vault_missing, registry.vault_locked (no such person, another
/// passphrase or key file), registry.vault_damaged, registry.busy, base.file_unwritable.

/// A new vault with one person's key.  Errors: registry.vault_exists, registry.vault_key_weak.
base::Result<void> create_vault(Register& programme, const VaultKey& first);
/// Gives another person a key.  Errors: registry.vault_key_weak, registry.vault_person_exists.
base::Result<void> grant_vault_key(Register& programme, const VaultKey& by, const VaultKey& to);
/// Who has a key; needs none.
base::Result<std::vector<std::string>> vault_people(const Register& programme);

/// Adds or corrects what is known of a victim; earlier entries stay.  Gives the person_key for the register.
/// Errors: registry.vault_entry_invalid.
base::Result<std::string> add_to_vault(Register& programme, const VaultKey& key, const VictimIdentity& identity);
/// The person_key that two reports of one person share: it does not depend on letter case, on blanks or on the order of
/// the names.
base::Result<std::string> person_key(const Register& programme, const VaultKey& key, const std::string& name,
                                     const std::string& born);

/// The latest entry of one victim.  Errors: registry.reason_needed, registry.vault_no_entry.
base::Result<VictimIdentity> read_vault(Register& programme, const VaultKey& key, const std::string& victim_id,
                                        const std::string& reason);
/// The latest entry of every victim, by victim_id.  Errors: registry.reason_needed, registry.vault_two_people.
base::Result<std::vector<VictimIdentity>> export_vault(Register& programme, const VaultKey& first,
                                                       const VaultKey& second, const std::string& reason);

/// What is wrong with the vault as the audit chain knows it, without any key: an entry that was changed, moved or taken
/// out. "" when nothing is, or when there is no vault and never was one.
class Database;
base::Result<std::string> vault_problem(const Database& database, const std::string& path);

}  // namespace firmground::registry
