#include "exchange/zip_writer.h"

#include <cpl_vsi.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace firmground::exchange {

namespace {
constexpr std::size_t kBuffer = 1U << 18U;
std::string beside(const std::string& path) {
  return path + ".part";
}
/// GDAL's name for the archive, whatever the ending of the file.
std::string inside(const std::string& path) {
  return "/vsizip/{" + beside(path) + "}";
}
VSILFILE* file_of(void* handle) {
  return static_cast<VSILFILE*>(handle);
}
}  // namespace

base::Result<ZipWriter> ZipWriter::create(const std::string& path) {
  std::remove(beside(path).c_str());  // else GDAL would add to what a killed run left
  errno = 0;
  VSILFILE* archive = VSIFOpenL(inside(path).c_str(), "wb");
  if (archive == nullptr) {
    return base::fail("base.file_unwritable", {{"file", path}, {"reason", std::strerror(errno != 0 ? errno : EACCES)}});
  }
  return ZipWriter(path, archive);
}

ZipWriter::ZipWriter(std::string path, void* archive) : path_(std::move(path)), archive_(archive) {
  buffer_.reserve(kBuffer);
}

ZipWriter::ZipWriter(ZipWriter&& other) noexcept
    : path_(std::move(other.path_)),
      archive_(std::exchange(other.archive_, nullptr)),
      entry_(std::exchange(other.entry_, nullptr)),
      buffer_(std::move(other.buffer_)),
      failed_(other.failed_) {}

ZipWriter::~ZipWriter() {
  if (archive_ != nullptr) {
    end_entry();
    VSIFCloseL(file_of(archive_));
    std::remove(beside(path_).c_str());
  }
}

void ZipWriter::flush() {
  if (!buffer_.empty() &&
      (entry_ == nullptr || VSIFWriteL(buffer_.data(), 1, buffer_.size(), file_of(entry_)) != buffer_.size())) {
    failed_ = true;
  }
  buffer_.clear();
}

void ZipWriter::end_entry() {
  flush();
  if (entry_ != nullptr && VSIFCloseL(file_of(std::exchange(entry_, nullptr))) != 0) {
    failed_ = true;
  }
}

void ZipWriter::begin_entry(const std::string& name) {
  end_entry();
  entry_ = VSIFOpenL((inside(path_) + "/" + name).c_str(), "wb");
  failed_ = failed_ || entry_ == nullptr;
}

void ZipWriter::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kBuffer) {
    flush();
  }
}

base::Result<void> ZipWriter::finish() {
  errno = 0;
  end_entry();
  if (VSIFCloseL(file_of(std::exchange(archive_, nullptr))) != 0) {
    failed_ = true;
  }
  if (failed_ || std::rename(beside(path_).c_str(), path_.c_str()) != 0) {
    const std::string reason = std::strerror(errno != 0 ? errno : ENOSPC);
    std::remove(beside(path_).c_str());
    return base::fail("base.file_unwritable", {{"file", path_}, {"reason", reason}});
  }
  return {};
}

}  // namespace firmground::exchange
