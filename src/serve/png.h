#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace firmground::serve {

/// Colour with opacity, as in CSS: 0 is transparent.
struct Rgba {
  std::uint8_t red = 0, green = 0, blue = 0, alpha = 0;
  friend bool operator==(const Rgba&, const Rgba&) = default;
};

/// "#rrggbb".  REQUIRES: seven characters of that form.
Rgba from_hex(const char* text, std::uint8_t alpha = 255);

/// A palette PNG (colour type 3, 8 bit).  pixels: width x height palette indices, row by row from the north-west.
/// REQUIRES: pixels.size() == width * height, palette.size() <= 256, every pixel < palette.size().
/// Same pixels, same bytes.  Cost: one deflate of width x height bytes.
std::string to_png(std::uint32_t width, std::uint32_t height, std::span<const std::uint8_t> pixels,
                   const std::vector<Rgba>& palette);

}  // namespace firmground::serve
