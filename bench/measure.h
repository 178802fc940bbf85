#pragma once
#include <fmt/core.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

/// What the benches share: time, memory, options and the way to stop.
namespace firmground::bench {

/// Seconds that the call took, and what it gave.
template <typename Call>
auto timed(Call&& call) {
  const auto started = std::chrono::steady_clock::now();
  auto result = std::forward<Call>(call)();
  return std::pair(std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(),
                   std::move(result));
}

/// Seconds of processor that this process took so far, on all its threads.
inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Largest resident memory of this process so far.
inline double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

/// The value, or the end of the bench with the error in words.
template <typename T>
T value_of(base::Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", base::to_text(result.error()));
    std::exit(1);
  }
  return std::move(*result);
}
inline void require(const base::Result<void>& result) {
  if (!result) {
    fmt::print(stderr, "{}\n", base::to_text(result.error()));
    std::exit(1);
  }
}

/// Whether "--name" is among the arguments; the word after it is option_of().
inline bool has_option(int argc, char** argv, std::string_view name) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == name) {
      return true;
    }
  }
  return false;
}
inline std::string option_of(int argc, char** argv, std::string_view name, std::string otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] == name) {
      return argv[i + 1];
    }
  }
  return otherwise;
}

}  // namespace firmground::bench
