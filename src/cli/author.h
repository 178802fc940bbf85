#pragma once
#include <string>

namespace firmground::cli {

/// Who works here: FIRMGROUND_AUTHOR, else the user's name.
std::string author_name();

inline constexpr const char* kAuthorHelp = "Who decides this (default: FIRMGROUND_AUTHOR, else the user's name)";

}  // namespace firmground::cli
