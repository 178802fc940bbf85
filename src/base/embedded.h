#pragma once
#include <string_view>
#include <vector>

namespace firmground::base {

/// A text file of schema/ or profiles/ that was compiled into the binary.
struct EmbeddedFile {
  std::string_view path;  ///< relative to the project root, e.g. "schema/errors/*.toml"
  std::string_view text;
};

/// All embedded files, sorted by path.
const std::vector<EmbeddedFile>& embedded_files();

/// The text of one embedded file; CHECKs that it exists (a missing one is a broken build, not bad input).
std::string_view embedded_file(std::string_view path);

}  // namespace firmground::base
