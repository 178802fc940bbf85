#include "cli/author.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace firmground::cli {

std::string author_name() {
  for (const char* name : {"FIRMGROUND_AUTHOR", "USER", "LOGNAME"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
      return value;
    }
  }
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : "";
}

}  // namespace firmground::cli
