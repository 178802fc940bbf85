#include "base/hash.h"

#include <sodium.h>

#include <cstring>

#include "base/check.h"

namespace firmground::base {

namespace {
crypto_generichash_state* as_sodium(unsigned char* opaque) {
  return reinterpret_cast<crypto_generichash_state*>(opaque);
}
}  // namespace

Hasher::Hasher() {
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

std::string Hasher::hex() const {
  State copy = state_;
  unsigned char digest[32];
  FG_CHECK(crypto_generichash_final(as_sodium(copy.opaque), digest, sizeof digest) == 0);
  char text[65];
  sodium_bin2hex(text, sizeof text, digest, sizeof digest);
  return text;
}

std::string content_hash(std::string_view text) {
  return Hasher().bytes(text.data(), text.size()).hex();
}

}  // namespace firmground::base
