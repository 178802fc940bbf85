#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Keys, sealed texts and keyed hashes (libsodium: argon2id, XSalsa20-Poly1305, BLAKE2b).
namespace firmground::base {

/// 32 secret bytes, wiped when they go.
class Secret {
 public:
  Secret() = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();

  static Secret random();
  /// Of 32 bytes; nothing of any other number.
  static std::optional<Secret> from_bytes(std::string_view bytes);
  /// A key file's content, whatever its length.
  static Secret from_key_file(std::string_view content);

  const unsigned char* data() const { return bytes_; }
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_), sizeof bytes_}; }

 private:
  unsigned char bytes_[32] = {};
};

/// How a passphrase becomes a key; kept beside what it unlocks.
struct PassphraseRecipe {
  std::string salt;  ///< 16 random bytes
  std::uint64_t operations = 3;
  std::uint64_t memory_bytes = std::uint64_t{64} << 20;  ///< what every guess costs an attacker
  static PassphraseRecipe fresh();
};
/// argon2id.  Nothing when the memory is not there or the recipe is not one.  Cost: about 0.2 s.
std::optional<Secret> derive_key(std::string_view passphrase, const PassphraseRecipe& recipe);

/// Encrypted and authenticated; another text every time.
std::string seal(const Secret& key, std::string_view text);
/// Nothing when the key is another one or the text was changed.
std::optional<std::string> unseal(const Secret& key, std::string_view sealed);

/// 32 hexadecimal digits that nobody without the key can make or guess from.
std::string keyed_hash(const Secret& key, std::string_view text);

std::string to_base64(std::string_view bytes);
/// Nothing when the text is not base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace firmground::base
