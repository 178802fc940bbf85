#include "base/parallel.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace firmground::base {
namespace {

TEST(ParallelFor, VisitsEachIndexOnceWhateverTheThreadCount) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    set_thread_count(threads);
    std::vector<int> visits(10007, 0);
    parallel_for(visits.size(), 64, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        ++visits[i];
      }
    });
    EXPECT_EQ(std::accumulate(visits.begin(), visits.end(), 0), 10007);
    EXPECT_EQ(*std::max_element(visits.begin(), visits.end()), 1);
  }
  set_thread_count(0);
}

}  // namespace
}  // namespace firmground::base
