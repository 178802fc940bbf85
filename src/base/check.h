#pragma once
#include <string_view>

namespace firmground::base {

/// Prints what was promised and where, then aborts: a broken promise between our own functions, never bad input.
[[noreturn]] void check_failed(std::string_view condition, const char* file, int line);

}  // namespace firmground::base

/// On in release: a register or an estimate built on a broken promise must not be written.
#define FG_CHECK(condition)                                             \
  do {                                                                  \
    if (!(condition)) {                                                 \
      ::firmground::base::check_failed(#condition, __FILE__, __LINE__); \
    }                                                                   \
  } while (false)
