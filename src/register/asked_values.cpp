#include "register/asked_values.h"

#include <fmt/format.h>

#include "base/check.h"

namespace firmground::registry {

std::size_t places_for(std::size_t values) {
  FG_CHECK(values >= 1 && values <= kAskedAtOnce);
  std::size_t places = 1;
  while (places < values) {
    places *= 8;
  }
  return places;
}

std::string value_rows(int first, std::size_t places) {
  std::string rows = fmt::format("(?{})", first);
  for (std::size_t i = 1; i < places; ++i) {
    rows += fmt::format(",(?{})", first + static_cast<int>(i));
  }
  return rows;
}

void bind_values(Statement& statement, int first, const std::vector<std::string_view>& values) {
  for (std::size_t i = 0; i < places_for(values.size()); ++i) {
    const int place = first + static_cast<int>(i);
    i < values.size() ? statement.bind(place, values[i]) : statement.bind_null(place);
  }
}

}  // namespace firmground::registry
