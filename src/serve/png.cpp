#include "serve/png.h"

#include <zlib.h>

#include <cstdlib>

#include "base/check.h"

namespace firmground::serve {
namespace {

constexpr int kCompression = 4;

void append_number(std::string& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) {
    out.push_back(static_cast<char>((value >> shift) & 0xFFU));
  }
}

/// PNG (ISO/IEC 15948) 5.3: length, type, data, CRC of type and data.
void append_chunk(std::string& out, const char* type, const std::string& data) {
  append_number(out, static_cast<std::uint32_t>(data.size()));
  const std::string body = type + data;
  out += body;
  append_number(out, static_cast<std::uint32_t>(
                         crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

std::string deflated_rows(std::uint32_t width, std::uint32_t height, std::span<const std::uint8_t> pixels) {
  std::string rows;
  rows.reserve((width + 1UL) * height);
  for (std::uint32_t y = 0; y < height; ++y) {
    rows.push_back('\0');  // filter type 0: palette indices do not predict each other
    rows.append(reinterpret_cast<const char*>(pixels.data()) + std::size_t{y} * width, width);
  }
  uLongf size = compressBound(rows.size());
  std::string out(size, '\0');
  FG_CHECK(compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(rows.data()),
                     rows.size(), kCompression) == Z_OK);
  out.resize(size);
  return out;
}

}  // namespace

Rgba from_hex(const char* text, std::uint8_t alpha) {
  const unsigned long value = std::strtoul(text + 1, nullptr, 16);
  return {static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value), alpha};
}

std::string to_png(std::uint32_t width, std::uint32_t height, std::span<const std::uint8_t> pixels,
                   const std::vector<Rgba>& palette) {
  FG_CHECK(pixels.size() == std::size_t{width} * height && !palette.empty() && palette.size() <= 256);
  std::string header;
  append_number(header, width);
  append_number(header, height);
  header += std::string("\x08\x03\x00\x00\x00", 5);  // 8 bit, palette, deflate, no filter method, not interlaced
  std::string colours;
  std::string opacity;
  for (const Rgba& c : palette) {
    colours += {static_cast<char>(c.red), static_cast<char>(c.green), static_cast<char>(c.blue)};
    opacity.push_back(static_cast<char>(c.alpha));
  }
  std::string out("\x89PNG\r\n\x1a\n", 8);
  append_chunk(out, "IHDR", header);
  append_chunk(out, "PLTE", colours);
  append_chunk(out, "tRNS", opacity);
  append_chunk(out, "IDAT", deflated_rows(width, height, pixels));
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace firmground::serve
