#include "base/secret.h"

#include <cstring>

#include "base/check.h"
#include "base/sodium.h"

namespace firmground::base {

namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* as_bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

Secret::~Secret() {
  sodium_memzero(bytes_, sizeof bytes_);
}

Secret Secret::random() {
  prepare_sodium();
  Secret secret;
  randombytes_buf(secret.bytes_, sizeof secret.bytes_);
  return secret;
}

std::optional<Secret> Secret::from_bytes(std::string_view bytes) {
  Secret secret;
  if (bytes.size() != sizeof secret.bytes_) {
    return std::nullopt;
  }
  std::memcpy(secret.bytes_, bytes.data(), sizeof secret.bytes_);
  return secret;
}

Secret Secret::from_key_file(std::string_view content) {
  Secret secret;
  crypto_generichash(secret.bytes_, sizeof secret.bytes_, as_bytes(content), content.size(), nullptr, 0);
  return secret;
}

PassphraseRecipe PassphraseRecipe::fresh() {
  prepare_sodium();
  PassphraseRecipe recipe;
  recipe.salt.resize(crypto_pwhash_SALTBYTES);
  randombytes_buf(recipe.salt.data(), recipe.salt.size());
  return recipe;
}

std::optional<Secret> derive_key(std::string_view passphrase, const PassphraseRecipe& recipe) {
  prepare_sodium();
  if (recipe.salt.size() != crypto_pwhash_SALTBYTES) {
    return std::nullopt;
  }
  std::string key(32, '\0');
  const int failed =
      crypto_pwhash(as_bytes(key), key.size(), passphrase.data(), passphrase.size(), as_bytes(recipe.salt),
                    recipe.operations, recipe.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  auto secret = failed != 0 ? std::nullopt : Secret::from_bytes(key);
  sodium_memzero(key.data(), key.size());
  return secret;
}

std::string seal(const Secret& key, std::string_view text) {
  prepare_sodium();
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), '\0');
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  FG_CHECK(crypto_secretbox_easy(as_bytes(sealed) + crypto_secretbox_NONCEBYTES, as_bytes(text), text.size(),
                                 as_bytes(sealed), key.data()) == 0);
  return sealed;
}

std::optional<std::string> unseal(const Secret& key, std::string_view sealed) {
  constexpr std::size_t kExtra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kExtra) {
    return std::nullopt;
  }
  std::string text(sealed.size() - kExtra, '\0');
  const int failed =
      crypto_secretbox_open_easy(as_bytes(text), as_bytes(sealed) + crypto_secretbox_NONCEBYTES,
                                 sealed.size() - crypto_secretbox_NONCEBYTES, as_bytes(sealed), key.data());
  return failed != 0 ? std::nullopt : std::optional(std::move(text));
}

std::string keyed_hash(const Secret& key, std::string_view text) {
  unsigned char digest[16];
  crypto_generichash(digest, sizeof digest, as_bytes(text), text.size(), key.data(), 32);
  char hex[33];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return hex;
}

std::string to_base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), as_bytes(bytes), bytes.size(), kBase64);
  text.pop_back();  // the terminating zero
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(as_bytes(bytes), bytes.size(), text.data(), text.size(), nullptr, &length, nullptr, kBase64) !=
      0) {
    return std::nullopt;
  }
  bytes.resize(length);
  return bytes;
}

}  // namespace firmground::base
