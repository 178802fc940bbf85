#pragma once
#include <string>
#include <string_view>

namespace firmground::registry {

/// A person's name for comparing: lower case in any script, its words sorted, one blank between them, marks such as
/// hyphens and dots counted as blanks. "" when nothing is left.
std::string folded_name(std::string_view name);

}  // namespace firmground::registry
