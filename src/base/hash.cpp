#include "base/hash.h"

#include <cstring>

#include "base/check.h"
#include "base/sodium.h"

namespace firmground::base {

namespace {
crypto_generichash_state* as_sodium(unsigned char* opaque) {
  return reinterpret_cast<crypto_generichash_state*>(opaque);
}
}  // namespace

Hasher::Hasher() {
  prepare_sodium();
  static_assert(sizeof(State) >= sizeof(crypto_generichash_state) &&
                alignof(State) >= alignof(crypto_generichash_state));
  std::memset(state_.opaque, 0, sizeof state_.opaque);
  crypto_generichash_init(as_sodium(state_.opaque), nullptr, 0, 32);
}

Hasher& Hasher::bytes(const void* data, std::size_t size) {
  crypto_generichash_update(as_sodium(state_.opaque), static_cast<const unsigned char*>(data), size);
  return *this;
}

Hasher& Hasher::add(std::string_view text) {
  add(static_cast<std::uint64_t>(text.size()));
  return bytes(text.data(), text.size());
}

std::string Hasher::digest() const {
  State copy = state_;
  std::string bytes(32, '\0');
  FG_CHECK(crypto_generichash_final(as_sodium(copy.opaque), reinterpret_cast<unsigned char*>(bytes.data()),
                                    bytes.size()) == 0);
  return bytes;
}

std::string Hasher::hex() const {
  const std::string bytes = digest();
  char text[65];
  sodium_bin2hex(text, sizeof text, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return text;
}

std::string content_hash(std::string_view text) {
  return Hasher().bytes(text.data(), text.size()).hex();
}

}  // namespace firmground::base
