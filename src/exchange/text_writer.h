#pragma once
#include <cstdio>
#include <string>
#include <string_view>

#include "base/error.h"

namespace firmground::exchange {

/// Streams text into a file beside the target and renames it at the end: a reader never sees half a file, and a failure
/// leaves none.
class TextWriter {
 public:
  /// Errors: base.file_unwritable.
  static base::Result<TextWriter> create(const std::string& path);
  TextWriter(TextWriter&& other) noexcept;
  TextWriter& operator=(TextWriter&&) = delete;
  ~TextWriter();

  void write(std::string_view text);
  /// Errors: base.file_unwritable, also for a write that failed earlier (a full disk).
  base::Result<void> finish();

 private:
  TextWriter(std::string path, std::FILE* file);
  base::Result<void> failure() const;
  std::string path_;
  std::FILE* file_ = nullptr;
  std::string buffer_;
  int error_ = 0;
};

}  // namespace firmground::exchange
