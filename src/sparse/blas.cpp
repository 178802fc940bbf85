#include "sparse/blas.h"

#include <cstdlib>

// OpenBLAS's own; those that choose kernels exist where it was built for many processors, as Debian does.
extern "C" {
void openblas_set_num_threads(int threads);
char* openblas_get_corename();
[[gnu::weak]] void gotoblas_dynamic_quit();
[[gnu::weak]] void gotoblas_dynamic_init();
}

namespace firmground::sparse {

namespace {

constexpr const char* kChoice = "OPENBLAS_CORETYPE";

/// The best kernels that this processor can run, nullptr: those that OpenBLAS falls back to.
const char* best_kernels() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    return "SkylakeX";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return "Haswell";
  }
#endif
  return nullptr;
}

void choose_kernels() {
  const char* best = best_kernels();
  if (best == nullptr || std::getenv(kChoice) != nullptr || blas_kernels() != "Prescott" ||
      gotoblas_dynamic_quit == nullptr || gotoblas_dynamic_init == nullptr) {
    return;
  }
  setenv(kChoice, best, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv(kChoice);
}

}  // namespace

void set_up_blas() {
  static const bool done = [] {
    choose_kernels();
    openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(done);
}

std::string blas_kernels() {
  return openblas_get_corename();
}

}  // namespace firmground::sparse
