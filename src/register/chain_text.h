#pragma once
#include <string>
#include <string_view>

#include "register/audit.h"

/// The audit chain in words.
namespace firmground::registry {

/// What became of something that a link lists.
enum class Change { missing, changed, added, moved };

/// "its date, state, source or stored hash were changed", "a version of it is missing", ...
std::string words_for(Section section, Change change);

/// "entry 3: import of finds by Leyla at 2026-11-25T08:00:00.000Z"
std::string where_of(const AuditLink& link);

/// Lower-case hexadecimal digits.
std::string hex_of(std::string_view bytes);

}  // namespace firmground::registry
