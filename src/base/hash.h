#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace firmground::base {

/// Content hash (BLAKE2b, 256 bit) over a stream of values. Equal values in equal order give equal hashes on every
/// machine of one byte order; strings are length-prefixed, so that ("a","bc") and ("ab","c") differ.
class Hasher {
 public:
  Hasher();
  Hasher& bytes(const void* data, std::size_t size);
  Hasher& add(std::string_view text);
  template <typename T>
    requires std::is_arithmetic_v<T>
  Hasher& add(T value) {
    return bytes(&value, sizeof value);
  }
  template <typename T>
    requires std::is_arithmetic_v<T>
  Hasher& add(std::span<const T> values) {
    add(static_cast<std::uint64_t>(values.size()));
    return bytes(values.data(), values.size_bytes());
  }
  /// 64 hexadecimal digits. The hasher may go on afterwards.
  std::string hex() const;
  /// The same 32 bytes as they are.
  std::string digest() const;

 private:
  struct alignas(64) State {
    unsigned char opaque[384];
  } state_;
};

std::string content_hash(std::string_view text);

}  // namespace firmground::base
