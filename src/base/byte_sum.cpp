#include "base/byte_sum.h"

#include <bit>
#include <cstring>

namespace firmground::base {

std::uint64_t sum_of(std::string_view text) {
  const char* bytes = text.data();
  const std::size_t size = text.size();
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio: odd, its bits well mixed
  constexpr std::size_t kBlock = 4 * sizeof(std::uint64_t);
  std::uint64_t lanes[4] = {1, 2, 3, size};
  const auto add = [&](const char* block) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      std::uint64_t word = 0;
      std::memcpy(&word, block + lane * sizeof word, sizeof word);
      lanes[lane] = std::rotl((lanes[lane] ^ word) * kOdd, 29);
    }
  };
  std::size_t at = 0;
  for (; size - at >= kBlock; at += kBlock) {
    add(bytes + at);
  }
  char rest[kBlock] = {};
  std::memcpy(rest, bytes + at, size - at);
  add(rest);
  std::uint64_t sum = 0;
  for (const std::uint64_t lane : lanes) {
    sum = std::rotl((sum ^ lane) * kOdd, 29);
  }
  return sum;
}

}  // namespace firmground::base
