#pragma once
#include <string>

#include "serve/http.h"

namespace firmground::serve {

/// The built web app.
class StaticFiles {
 public:
  /// Without a web app: "/" says in words that it is not built.
  StaticFiles() = default;
  /// Errors: serve.web_folder (no index.html in it).
  static base::Result<StaticFiles> from_folder(const std::string& folder);
  /// The folder asked for, else `web` beside the executable, else web/dist of the source tree that it was built in,
  /// else none.
  static base::Result<StaticFiles> find(const std::string& folder);

  /// A file; index.html for an address of the app itself (no dot in its last segment).  Nothing outside the folder is
  /// ever read. Errors: serve.not_found.
  base::Result<Response> get(const Request& request) const;
  bool available() const { return !root_.empty(); }

 private:
  std::string root_;  ///< canonical
};

/// Media type by ending; "application/octet-stream" for what is not known.
std::string media_type_of(std::string_view path);

}  // namespace firmground::serve
