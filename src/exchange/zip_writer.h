#pragma once
#include <string>
#include <string_view>

#include "base/error.h"

namespace firmground::exchange {

/// Streams entries into a zip archive beside the target and renames it at the end; a failure leaves no file. Entries
/// carry no time of day, so the same content gives the same bytes.
class ZipWriter {
 public:
  /// Errors: base.file_unwritable.
  static base::Result<ZipWriter> create(const std::string& path);
  ZipWriter(ZipWriter&& other) noexcept;
  ZipWriter& operator=(ZipWriter&&) = delete;
  ~ZipWriter();

  /// Ends the entry before and begins another.
  void begin_entry(const std::string& name);
  void write(std::string_view bytes);
  /// Errors: base.file_unwritable, also for a write that failed earlier (a full disk).
  base::Result<void> finish();

 private:
  ZipWriter(std::string path, void* archive);
  void flush();
  void end_entry();
  std::string path_;
  void* archive_ = nullptr;
  void* entry_ = nullptr;
  std::string buffer_;
  bool failed_ = false;
};

}  // namespace firmground::exchange
