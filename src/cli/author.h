#pragma once
#include <string>

namespace firmground::cli {

/// Who works here: FIRMGROUND_AUTHOR, else the user's name.
std::string author_name();

inline constexpr const char* kAuthorHelp = "Who decides this (default: FIRMGROUND_AUTHOR, else the user's name)";
inline constexpr const char* kSecondPersonHelp =
    "Who agrees that a hazardous area should never have been entered: needed when one leaves the map this way";

}  // namespace firmground::cli
