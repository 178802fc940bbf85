#pragma once
#include <cstdint>
#include <string>

namespace firmground::cli {

/// "1 entry", "2 entries".
inline std::string counted(std::int64_t number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

}  // namespace firmground::cli
