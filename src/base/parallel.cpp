#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/check.h"

namespace firmground::base {

namespace {
std::atomic<unsigned> g_thread_count{0};
}  // namespace

void set_thread_count(unsigned count) {
  g_thread_count = count;
}

unsigned thread_count() {
  const unsigned wanted = g_thread_count;
  return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

void parallel_for(std::size_t n, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body) {
  FG_CHECK(grain > 0);
  const std::size_t blocks = (n + grain - 1) / grain;
  const auto workers = static_cast<unsigned>(std::min<std::size_t>(thread_count(), blocks));
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t block = next++; block < blocks; block = next++) {
      body(block * grain, std::min(n, (block + 1) * grain));
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < workers; ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace firmground::base
