#include "report/picture.h"

namespace firmground::report {

namespace {

bool starts_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

}  // namespace

std::vector<Point> rectangle(double x, double y, double width, double height) {
  return {{x, y}, {x, y + height}, {x + width, y + height}, {x + width, y}};
}

std::size_t character_count(const std::string& text) {
  std::size_t count = 0;
  for (const char byte : text) {
    count += starts_character(byte);
  }
  return count;
}

double text_width(const std::string& text, double size) {
  constexpr double kMeanAdvance = 0.56;  // of the size, Noto Sans, lower case Latin and Cyrillic
  return kMeanAdvance * size * static_cast<double>(character_count(text));
}

std::string shortened(const std::string& text, std::size_t most) {
  if (character_count(text) <= most) {
    return text;
  }
  std::size_t characters = 0;
  std::size_t byte = 0;
  while (byte < text.size()) {
    if (starts_character(text[byte]) && ++characters == most) {
      break;
    }
    ++byte;
  }
  return text.substr(0, byte) + "…";
}

}  // namespace firmground::report
