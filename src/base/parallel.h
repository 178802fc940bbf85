#pragma once
#include <cstddef>
#include <functional>

namespace firmground::base {

/// Threads that parallel_for uses; 0 asks the machine. Results never depend on it.
void set_thread_count(unsigned count);
unsigned thread_count();

/// Calls body(begin, end) for consecutive blocks of at most `grain` indices covering [0, n), on several threads.
/// Deterministic as long as each block writes only what is its own: the blocks are the same whatever the thread count.
/// Exceptions do not cross threads: the body must not throw.
void parallel_for(std::size_t n, std::size_t grain,
                  const std::function<void(std::size_t begin, std::size_t end)>& body);

}  // namespace firmground::base
