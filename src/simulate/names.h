#pragma once
#include <set>
#include <string>

#include "base/random.h"

namespace firmground::simulate {

/// Names in an invented phonology: no real language, so that no name can be taken for a real place.
class Names {
 public:
  explicit Names(base::Random random) : random_(random) {}
  /// A name not given before.
  std::string next();

 private:
  std::string draw();
  base::Random random_;
  std::set<std::string> given_;
};

}  // namespace firmground::simulate
