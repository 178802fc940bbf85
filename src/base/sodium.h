#pragma once
#include <sodium.h>

#include "base/check.h"

namespace firmground::base {

/// libsodium chooses its random source, and the code that suits the processor, once; unprepared it hashes by portable
/// code that takes twice as long.
inline void prepare_sodium() {
  static const bool ready = sodium_init() >= 0;
  FG_CHECK(ready);
}

}  // namespace firmground::base
