#pragma once
#include <string>

namespace firmground::sparse {

/// Makes OpenBLAS ready; called by everyone who is about to use it, and done once, before any use. One thread: a
/// product split over threads would depend on their number. And the kernels of this processor: an OpenBLAS older than
/// the processor does not know it and takes those of 2004 (Prescott), a fifth of the speed or less.
void set_up_blas();

/// Name of the kernels in use, as OpenBLAS says it.
std::string blas_kernels();

}  // namespace firmground::sparse
