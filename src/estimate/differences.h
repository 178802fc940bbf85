#pragma once
#include <vector>

namespace firmground::estimate {

/// Calls visit(cell) for each cell of which one list says something else than the other.
/// REQUIRES: ascending cells, each once.
template <typename OfCell, typename Alike, typename Visit>
void each_difference(const std::vector<OfCell>& before, const std::vector<OfCell>& now, Alike alike, Visit visit) {
  auto a = before.begin();
  auto b = now.begin();
  while (a != before.end() || b != now.end()) {
    if (b == now.end() || (a != before.end() && a->cell < b->cell)) {
      visit((a++)->cell);
    } else if (a == before.end() || b->cell < a->cell) {
      visit((b++)->cell);
    } else {
      if (!alike(*a, *b)) {
        visit(a->cell);
      }
      ++a;
      ++b;
    }
  }
}

}  // namespace firmground::estimate
