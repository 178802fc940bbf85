#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/secret.h"

/// The vault's file: a JSON object per line, only ever appended to (docs/formats/vault.md).
///   {"format":"firmground-vault","version":1}
///   {"previous":…,"person":…,"salt":…,"operations":…,"memory_bytes":…,"wrapped":…}   a person's key
///   {"previous":…,"sealed":…}                                                          what is known of a victim
/// `previous` is the BLAKE2b hash of the line before.
namespace firmground::registry {

struct VaultPerson {
  std::string name;
  std::optional<base::PassphraseRecipe> recipe;  ///< nothing: a key file
  std::string wrapped;                           ///< the vault's key, sealed with the person's
};

struct VaultFile {
  std::string path;
  std::vector<VaultPerson> people;
  std::vector<std::string> sealed;       ///< entries in order
  std::vector<std::string> line_hashes;  ///< of every line, 64 hexadecimal digits
};

/// A line that was cut off by a crash is left out.
/// Errors: registry.vault_missing, registry.vault_damaged (names the line).
base::Result<VaultFile> read_vault_file(const std::string& path);

/// Makes the file with its first line.  Errors: registry.vault_exists, base.file_unwritable.
base::Result<VaultFile> create_vault_file(const std::string& path);

/// Appends and syncs; gives the hash of the new line.  Errors: base.file_unwritable.
base::Result<std::string> append_person(VaultFile& file, const VaultPerson& person);
base::Result<std::string> append_sealed(VaultFile& file, const std::string& sealed);

}  // namespace firmground::registry
