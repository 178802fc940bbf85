#pragma once
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/check.h"

namespace firmground::base {

/// Values as bytes, for the same version of the program on the same kind of machine; never for a file that others read.
class PacketWriter {
 public:
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  void put(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }
  template <typename T>
  void put(const std::vector<T>& list) {
    put(static_cast<std::uint64_t>(list.size()));
    if constexpr (std::is_trivially_copyable_v<T>) {
      bytes_.append(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T));
    } else {
      for (const T& one : list) {
        put(one);
      }
    }
  }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads a packet back in the order it was written.  REQUIRES: it was written by put() of the same types.
class PacketReader {
 public:
  explicit PacketReader(const std::string& bytes) : bytes_(bytes) {}
  bool done() const { return at_ == bytes_.size(); }

  template <typename T>
    requires std::is_trivially_copyable_v<T>
  void get(T& value) {
    copy(&value, sizeof(T));
  }
  void get(std::string& text) {
    text.resize(size());
    copy(text.data(), text.size());
  }
  template <typename T>
  void get(std::vector<T>& list) {
    list.resize(size());
    if constexpr (std::is_trivially_copyable_v<T>) {
      copy(list.data(), list.size() * sizeof(T));
    } else {
      for (T& one : list) {
        get(one);
      }
    }
  }

 private:
  std::size_t size() {
    std::uint64_t n = 0;
    get(n);
    FG_CHECK(n <= bytes_.size());
    return static_cast<std::size_t>(n);
  }
  void copy(void* to, std::size_t n) {
    FG_CHECK(n <= bytes_.size() - at_);
    if (n > 0) {
      std::memcpy(to, bytes_.data() + at_, n);
    }
    at_ += n;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
};

/// As PacketReader, of bytes that were kept and that somebody may have damaged: throws std::runtime_error where they
/// are cut short.
class KeptReader {
 public:
  explicit KeptReader(std::string_view bytes) : bytes_(bytes) {}
  template <typename T>
    requires std::is_arithmetic_v<T>
  void get(T& value) {
    copy(&value, sizeof value);
  }
  void get(std::string& text) {
    text.resize(size_of(1));
    copy(text.data(), text.size());
  }
  template <typename T>
    requires std::is_trivially_copyable_v<T>
  void get(std::vector<T>& values) {
    values.resize(size_of(sizeof(T)));
    copy(values.data(), values.size() * sizeof(T));
  }
  void get(std::vector<std::string>& texts) {
    texts.resize(size_of(1));
    for (std::string& text : texts) {
      get(text);
    }
  }
  /// A text that stays where it is.
  std::string_view view() {
    const std::size_t size = size_of(1);
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  /// The number of entries that follow, each of so many bytes at least.
  std::size_t size_of(std::size_t each) {
    std::uint64_t size = 0;
    copy(&size, sizeof size);
    if (size > (bytes_.size() - at_) / each) {
      throw std::runtime_error("it is cut short");
    }
    return static_cast<std::size_t>(size);
  }
  bool done() const { return at_ == bytes_.size(); }

 private:
  void copy(void* to, std::size_t size) {
    if (size > bytes_.size() - at_) {
      throw std::runtime_error("it is cut short");
    }
    if (size > 0) {
      std::memcpy(to, bytes_.data() + at_, size);
    }
    at_ += size;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace firmground::base
