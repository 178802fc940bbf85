#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "register/database.h"

/// Many values asked for by one statement: on a server a question costs a round trip, however small it is.
namespace firmground::registry {

inline constexpr std::size_t kAskedAtOnce = 512;

/// How many places a statement for `values` values has: 1, 8, 64 or 512, so that few statements serve any number.
/// REQUIRES: 1 to kAskedAtOnce values (CHECKed).
std::size_t places_for(std::size_t values);
/// "(?3),(?4)": rows of VALUES with one place each, whose column is named column1 on either store.
std::string value_rows(int first, std::size_t places);
/// Binds all places; those that are left over to NULL, which asks for nothing.
void bind_values(Statement& statement, int first, const std::vector<std::string_view>& values);

}  // namespace firmground::registry
