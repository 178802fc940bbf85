#pragma once
#include <functional>
#include <string_view>

namespace firmground::base {

/// How a long piece of work tells how far it is: the step in words, and the share of it done, 0..1.
/// Called from one thread. Returning false asks the work to stop (base.cancelled). Libraries never print; the caller
/// does.
using Progress = std::function<bool(std::string_view step, double share)>;

/// Does nothing and never cancels.
inline bool no_progress(std::string_view, double) {
  return true;
}

}  // namespace firmground::base
