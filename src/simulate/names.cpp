#include "simulate/names.h"

#include <array>
#include <string_view>

namespace firmground::simulate {

namespace {

constexpr std::array<std::string_view, 22> kOnsets = {"b", "d", "f", "g", "h",  "k",  "l",  "m",  "n",  "p",  "r",
                                                      "s", "t", "v", "z", "br", "dr", "gl", "kr", "th", "tr", "vr"};
constexpr std::array<std::string_view, 8> kVowels = {"a", "e", "i", "o", "u", "ae", "ei", "ou"};
constexpr std::array<std::string_view, 12> kCodas = {"", "", "", "", "n", "r", "l", "s", "m", "th", "sk", "nd"};
constexpr std::array<std::string_view, 8> kEndings = {"", "", "en", "or", "ulm", "ost", "eth", "ava"};

}  // namespace

std::string Names::draw() {
  std::string name;
  const std::size_t syllables = 2 + (random_.chance(0.3) ? 1 : 0);
  for (std::size_t i = 0; i < syllables; ++i) {
    name += kOnsets[random_.index(kOnsets.size())];
    name += kVowels[random_.index(kVowels.size())];
    if (i + 1 == syllables) {
      name += kCodas[random_.index(kCodas.size())];
    }
  }
  const std::string_view ending = kEndings[random_.index(kEndings.size())];
  const bool open = name.find_last_of("aeiou") == name.size() - 1;
  if (!ending.empty() && !open) {
    name += ending;
  }
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string Names::next() {
  std::string name = draw();
  while (!given_.insert(name).second) {
    name = draw();
  }
  return name;
}

}  // namespace firmground::simulate
