#include "sparse/blas.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace firmground::sparse {
namespace {

TEST(Blas, TakesTheKernelsOfThisProcessor) {
#ifndef __x86_64__
  GTEST_SKIP() << "kernels of 2004 are those of x86-64";
#else
  if (!__builtin_cpu_supports("avx512f") && !__builtin_cpu_supports("avx2")) {
    GTEST_SKIP() << "a processor of before 2013";
  }
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr) {
    GTEST_SKIP() << "OPENBLAS_CORETYPE has chosen";
  }
  set_up_blas();
  EXPECT_NE(blas_kernels(), "Prescott");
#endif
}

}  // namespace
}  // namespace firmground::sparse
