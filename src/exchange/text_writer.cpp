#include "exchange/text_writer.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace firmground::exchange {

namespace {
constexpr std::size_t kBuffer = 1U << 18U;
std::string beside(const std::string& path) {
  return path + ".part";
}
}  // namespace

base::Result<TextWriter> TextWriter::create(const std::string& path) {
  std::FILE* file = std::fopen(beside(path).c_str(), "wb");
  if (file == nullptr) {
    return base::fail("base.file_unwritable", {{"file", path}, {"reason", std::strerror(errno)}});
  }
  return TextWriter(path, file);
}

TextWriter::TextWriter(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {
  buffer_.reserve(kBuffer);
}

TextWriter::TextWriter(TextWriter&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, nullptr)),
      buffer_(std::move(other.buffer_)),
      error_(other.error_) {}

TextWriter::~TextWriter() {
  if (file_ != nullptr) {
    std::fclose(file_);
    std::remove(beside(path_).c_str());
  }
}

void TextWriter::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() < kBuffer) {
    return;
  }
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size() && error_ == 0) {
    error_ = errno;
  }
  buffer_.clear();
}

base::Result<void> TextWriter::failure() const {
  return base::fail("base.file_unwritable", {{"file", path_}, {"reason", std::strerror(error_)}});
}

base::Result<void> TextWriter::finish() {
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size() && error_ == 0) {
    error_ = errno;
  }
  if (std::fflush(file_) != 0 && error_ == 0) {
    error_ = errno;
  }
  if (error_ != 0) {
    return failure();  // the destructor removes the part
  }
  std::fclose(std::exchange(file_, nullptr));
  if (std::rename(beside(path_).c_str(), path_.c_str()) != 0) {
    error_ = errno;
    std::remove(beside(path_).c_str());
    return failure();
  }
  return {};
}

}  // namespace firmground::exchange
