#include "evidence/written_slips.h"

#include <cmath>
#include <numbers>
#include <optional>
#include <string>

namespace firmground::evidence {

namespace {

using geo::WrittenPosition;

/// Less is not told from the spread of records, and more is seen by whoever plots it.
constexpr double kLeastSlip_m = 60;
constexpr double kMostSlip_m = 4000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

double apart_m(const WrittenPosition& a, const WrittenPosition& b) {
  constexpr double kDegree_m = 111'000;
  const bool degrees = geo::is_geographic(a.definition);
  const double shrunk = degrees ? std::cos(a.numbers.y * std::numbers::pi / 180) : 1;
  return (degrees ? kDegree_m : 1) * std::hypot((a.numbers.x - b.numbers.x) * shrunk, a.numbers.y - b.numbers.y);
}

std::vector<WrittenPosition> transposed(const geo::WrittenCrs& crs, const WrittenPosition& read, std::string text) {
  std::vector<WrittenPosition> meant;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (!is_digit(text[i]) || !is_digit(text[i + 1]) || text[i] == text[i + 1]) {
      continue;
    }
    std::swap(text[i], text[i + 1]);
    if (auto other = geo::read_position(crs, text); other && other->definition == read.definition) {
      const double off_m = apart_m(read, *other);
      if (off_m >= kLeastSlip_m && off_m <= kMostSlip_m) {
        meant.push_back(std::move(*other));
      }
    }
    std::swap(text[i], text[i + 1]);
  }
  return meant;
}

/// "38SNJ 01234 05678" for "38SNJ 1234 5678".
std::vector<WrittenPosition> without_padding(const geo::WrittenCrs& crs, std::string_view written) {
  std::string text;
  for (const char c : written) {
    if (c != ' ' && c != '\t') {
      text += c;
    }
  }
  std::size_t square = text.size();
  while (square > 0 && is_digit(text[square - 1])) {
    --square;
  }
  const std::size_t half = (text.size() - square) / 2;
  std::vector<WrittenPosition> meant;
  for (std::size_t zeros = 1; zeros < half; ++zeros) {
    if (text[square + zeros - 1] != '0' || text[square + half + zeros - 1] != '0') {
      break;
    }
    auto other = geo::read_position(
        crs, text.substr(0, square) + text.substr(square + zeros, half - zeros) + text.substr(square + half + zeros));
    if (other) {
      meant.push_back(std::move(*other));
    }
  }
  return meant;
}

/// Distances were measured from the lines of the kilometre grid with the scale of another map. Those that came out too
/// long may have reached into the next square.
std::vector<WrittenPosition> by_other_scale(const WrittenPosition& read, double grid_distances) {
  constexpr double kSquare_m = 1000;
  std::vector<WrittenPosition> meant;
  const geo::Xy inside{read.numbers.x - std::floor(read.numbers.x / kSquare_m) * kSquare_m,
                       read.numbers.y - std::floor(read.numbers.y / kSquare_m) * kSquare_m};
  const int squares = static_cast<int>(std::ceil(1 / grid_distances));
  for (int up = 0; up < squares; ++up) {
    for (int right = 0; right < squares; ++right) {
      const geo::Xy written{inside.x + right * kSquare_m, inside.y + up * kSquare_m};
      if (std::max(written.x, written.y) * grid_distances >= kSquare_m) {
        continue;
      }
      WrittenPosition other = read;
      other.numbers.x += (grid_distances - 1) * written.x;
      other.numbers.y += (grid_distances - 1) * written.y;
      if (apart_m(read, other) >= kLeastSlip_m) {
        meant.push_back(std::move(other));
      }
    }
  }
  return meant;
}

}  // namespace

std::vector<WrittenPosition> meant_by(const WrittenSlip& slip, const geo::WrittenCrs& crs, std::string_view text) {
  const auto read = geo::read_position(crs, text);
  if (!read) {
    return {};
  }
  if (slip.grid_distances != 1) {
    return geo::is_geographic(read->definition) ? std::vector<WrittenPosition>()
                                                : by_other_scale(*read, slip.grid_distances);
  }
  const bool grid_reference = crs.form == geo::WrittenCrs::Form::mgrs;
  switch (slip.digits) {
    case WrittenSlip::Digits::transposed: return transposed(crs, *read, std::string(text));
    case WrittenSlip::Digits::padded:
      return grid_reference ? without_padding(crs, text) : std::vector<WrittenPosition>();
    case WrittenSlip::Digits::cut: {
      constexpr double kCoarse_m = 50;     // six digits: half a square of 100 m
      constexpr double kCoarsest_m = 500;  // four digits
      return read->within_m >= kCoarse_m && read->within_m <= kCoarsest_m ? std::vector<WrittenPosition>{*read}
                                                                          : std::vector<WrittenPosition>();
    }
    case WrittenSlip::Digits::right: break;
  }
  return {};
}

}  // namespace firmground::evidence
