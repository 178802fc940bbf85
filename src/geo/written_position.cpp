#include "geo/written_position.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

struct Spelling {
  std::string_view from, to;
};
/// Longer spellings come before the letters they begin with.
constexpr std::array<Spelling, 44> kSpellings = {
    {{"с.ш.", "N"},  {"С.Ш.", "N"},  {"с. ш.", "N"}, {"сш", "N"},    {"СШ", "N"},   {"ю.ш.", "S"},  {"Ю.Ш.", "S"},
     {"ю. ш.", "S"}, {"юш", "S"},    {"ЮШ", "S"},    {"в.д.", "E"},  {"В.Д.", "E"}, {"в. д.", "E"}, {"вд", "E"},
     {"ВД", "E"},    {"з.д.", "W"},  {"З.Д.", "W"},  {"з. д.", "W"}, {"зд", "W"},   {"ЗД", "W"},    {"С", "N"},
     {"с", "N"},     {"Ю", "S"},     {"ю", "S"},     {"В", "E"},     {"в", "E"},    {"З", "W"},     {"з", "W"},
     {"°", " d "},   {"º", " d "},   {"′", " m "},   {"’", " m "},   {"''", " s "}, {"'", " m "},   {"″", " s "},
     {"”", " s "},   {"\"", " s "},  {"−", "-"},     {"Х", "X"},     {"У", "Y"},    {"х", "X"},     {"у", "Y"},
     {"=", " "},     {"\u00a0", " "}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A comma inside a number that stands with a degree sign: 40°12'33,5". Anywhere else it separates.
void point_for_comma(std::string& text) {
  if (text.find("°") == std::string::npos && text.find("º") == std::string::npos) {
    return;
  }
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    text[i] = text[i] == ',' && is_digit(text[i - 1]) && is_digit(text[i + 1]) ? '.' : text[i];
  }
}

std::string respelled(std::string_view text) {
  std::string result(text);
  point_for_comma(result);
  for (const Spelling& spelling : kSpellings) {
    for (std::size_t at = result.find(spelling.from); at != std::string::npos;
         at = result.find(spelling.from, at + spelling.to.size())) {
      result.replace(at, spelling.from.size(), spelling.to);
    }
  }
  return result;
}

struct Token {
  char letter = 0;  ///< 0 = a number
  double number = 0;
  bool whole = false;
};

/// Numbers and single letters; empty when anything else stands in the text.
std::vector<Token> tokens_of(std::string_view written) {
  const std::string text = respelled(written);
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == ' ' || c == ',' || c == ';' || c == '\t' || c == ':') {
      ++i;
    } else if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
      tokens.push_back({c, 0, false});
      ++i;
    } else {
      Token token;
      const char* from = text.data() + i + (c == '+' ? 1 : 0);
      const auto [end, problem] = std::from_chars(from, text.data() + text.size(), token.number);
      if (problem != std::errc() || end == from) {
        return {};
      }
      token.whole = std::string_view(from, static_cast<std::size_t>(end - from)).find('.') == std::string_view::npos;
      tokens.push_back(token);
      i = static_cast<std::size_t>(end - text.data());
    }
  }
  return tokens;
}

std::string capital(char letter) {
  return std::string(1, letter >= 'a' && letter <= 'z' && letter != 'd' && letter != 'm' && letter != 's'
                            ? static_cast<char>(letter - 'a' + 'A')
                            : letter);
}

struct WrittenAngle {
  double degrees = 0;
  char letter = 0;  ///< N, S, E, W; 0 = none
};

/// Degrees, minutes and seconds of a run of tokens that holds one angle.
std::optional<WrittenAngle> angle_of(const std::vector<Token>& tokens) {
  WrittenAngle angle;
  std::vector<Token> numbers;
  for (const Token& token : tokens) {
    const std::string letter = capital(token.letter);
    if (token.letter == 0) {
      numbers.push_back(token);
    } else if (letter == "N" || letter == "S" || letter == "E" || letter == "W") {
      if (angle.letter != 0) {
        return std::nullopt;
      }
      angle.letter = letter[0];
    } else if (letter != "d" && letter != "m" && letter != "s") {
      return std::nullopt;
    }
  }
  if (numbers.empty() || numbers.size() > 3) {
    return std::nullopt;
  }
  double scale = 1;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool last = i + 1 == numbers.size();
    if ((!last && !numbers[i].whole) || (i > 0 && !(numbers[i].number >= 0 && numbers[i].number < 60))) {
      return std::nullopt;
    }
    angle.degrees += std::abs(numbers[i].number) / scale;
    scale *= 60;
  }
  const bool negative = std::signbit(numbers[0].number);
  if (negative && angle.letter != 0) {
    return std::nullopt;
  }
  angle.degrees *= negative || angle.letter == 'S' || angle.letter == 'W' ? -1 : 1;
  return angle;
}

bool is_hemisphere(const Token& token) {
  const std::string letter = capital(token.letter);
  return letter == "N" || letter == "S" || letter == "E" || letter == "W";
}

/// Two angles that each carry their letter, before or after the digits.
std::optional<Xy> two_angles(const std::vector<Token>& tokens) {
  if (tokens.empty()) {
    return std::nullopt;
  }
  std::vector<std::vector<Token>> parts(1);
  const bool before = is_hemisphere(tokens.front());
  for (const Token& token : tokens) {
    if (before && is_hemisphere(token) && !parts.back().empty()) {
      parts.emplace_back();
    }
    parts.back().push_back(token);
    if (!before && is_hemisphere(token)) {
      parts.emplace_back();
    }
  }
  if (parts.back().empty()) {
    parts.pop_back();
  }
  if (parts.size() != 2) {
    return std::nullopt;
  }
  std::optional<double> lon;
  std::optional<double> lat;
  for (const auto& part : parts) {
    const auto angle = angle_of(part);
    if (!angle || angle->letter == 0) {
      return std::nullopt;
    }
    (angle->letter == 'N' || angle->letter == 'S' ? lat : lon) = angle->degrees;
  }
  if (!lon || !lat || std::abs(*lon) > 180 || std::abs(*lat) > 90) {
    return std::nullopt;
  }
  return Xy{*lon, *lat};
}

/// Two numbers in metres: X and Y the Soviet way, E and N, or easting and northing in this order.
std::optional<Xy> two_lengths(const std::vector<Token>& tokens) {
  std::vector<double> numbers;
  std::string letters;
  for (const Token& token : tokens) {
    if (token.letter == 0) {
      numbers.push_back(token.number);
    } else if (token.letter != 'm') {
      letters += capital(token.letter);
    }
  }
  if (numbers.size() != 2) {
    return std::nullopt;
  }
  if (letters == "XY" || letters == "NE") {
    return Xy{numbers[1], numbers[0]};
  }
  const bool east_first = letters.empty() || letters == "EN" || letters == "YX";
  return east_first ? std::optional(Xy{numbers[0], numbers[1]}) : std::nullopt;
}

constexpr std::string_view kBands = "CDEFGHJKLMNPQRSTUVWX";

/// Northings at which a band of eight degrees begins, from the meridian arc; 20 bands from 80 S.
double band_south_m(std::size_t band) {
  const double latitude = -80 + 8.0 * static_cast<double>(band);
  const GeodesicLine arc = geodesic_between({0, 0}, {0, latitude});
  return (latitude < 0 ? 1e7 - 0.9996 * arc.distance_m : 0.9996 * arc.distance_m);
}

std::optional<Xy> hundred_km_square(int zone, char column, char row, std::size_t band) {
  constexpr std::string_view kColumns = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  constexpr std::string_view kRows = "ABCDEFGHJKLMNPQRSTUV";
  const std::size_t set = static_cast<std::size_t>((zone - 1) % 3);
  const std::size_t c = kColumns.find(column);
  std::size_t r = kRows.find(row);
  if (c == std::string_view::npos || r == std::string_view::npos || c < set * 8 || c >= set * 8 + 8) {
    return std::nullopt;
  }
  r = (r + kRows.size() - (zone % 2 == 0 ? 5 : 0)) % kRows.size();
  const double easting = static_cast<double>(c - set * 8 + 1) * 1e5;
  double northing = static_cast<double>(r) * 1e5;
  // Rows repeat every 2,000 km; the band tells which. Meridians lean, so a square may begin a little south of the band.
  constexpr double kLean_m = 1.2e5;
  while (northing < band_south_m(band) - kLean_m) {
    northing += 2e6;
  }
  return Xy{easting, northing};
}

}  // namespace

std::optional<double> parse_angle(std::string_view text, Angle axis) {
  const auto angle = angle_of(tokens_of(text));
  if (!angle) {
    return std::nullopt;
  }
  const bool longitude = axis == Angle::longitude;
  const bool right_letter = angle->letter == 0 || (angle->letter == 'E' || angle->letter == 'W') == longitude;
  return right_letter && std::abs(angle->degrees) <= (longitude ? 180 : 90) ? std::optional(angle->degrees)
                                                                            : std::nullopt;
}

std::optional<GridReference> parse_mgrs(std::string_view written) {
  std::string text;
  for (const char c : written) {
    if (c != ' ' && c != '\t') {
      text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  std::size_t at = 0;
  GridReference result;
  while (at < text.size() && at < 2 && text[at] >= '0' && text[at] <= '9') {
    result.zone = result.zone * 10 + (text[at++] - '0');
  }
  if (result.zone < 1 || result.zone > 60 || at + 3 > text.size()) {
    return std::nullopt;
  }
  const std::size_t band = kBands.find(text[at]);
  const std::string digits = text.substr(at + 3);
  const bool all_digits = digits.find_first_not_of("0123456789") == std::string::npos;
  if (band == std::string_view::npos || !all_digits || digits.size() % 2 != 0 || digits.size() > 10) {
    return std::nullopt;
  }
  const auto corner = hundred_km_square(result.zone, text[at + 1], text[at + 2], band);
  if (!corner) {
    return std::nullopt;
  }
  const std::size_t half = digits.size() / 2;
  result.square_m = std::pow(10.0, 5.0 - static_cast<double>(half));
  const auto part = [&](std::size_t from) {
    return half == 0 ? 0.0 : std::stod(digits.substr(from, half)) * result.square_m;
  };
  result.south = band < kBands.find('N');
  result.easting_m = corner->x + part(0) + result.square_m / 2;
  result.northing_m = corner->y + part(half) + result.square_m / 2;
  return result;
}

namespace {

std::optional<WrittenPosition> read_grid_reference(const WrittenCrs& crs, std::string_view text) {
  const auto reference = parse_mgrs(text);
  if (!reference || (crs.definition == "ED50" && (reference->south || reference->zone < 28 || reference->zone > 38))) {
    return std::nullopt;
  }
  const int base =
      crs.definition == "ED50" ? 23000 : (crs.definition == "WGS 72" ? 32200 : 32600) + (reference->south ? 100 : 0);
  return WrittenPosition{fmt::format("EPSG:{}", base + reference->zone),
                         {reference->easting_m, reference->northing_m},
                         reference->square_m / 2};
}

}  // namespace

Result<WrittenPosition> read_position(const WrittenCrs& crs, std::string_view text) {
  const auto unreadable = [&] {
    return fail("geo.position_unreadable", {{"position", std::string(text)}, {"crs", crs.written}});
  };
  if (crs.form == WrittenCrs::Form::mgrs) {
    auto reference = read_grid_reference(crs, text);
    return reference ? Result<WrittenPosition>(std::move(*reference)) : unreadable();
  }
  const std::vector<Token> tokens = tokens_of(text);
  const auto degrees = two_angles(tokens);
  const auto numbers = degrees ? degrees : two_lengths(tokens);
  if (!numbers) {
    return unreadable();
  }
  FG_TRY(std::string definition, definition_for(crs, *numbers));
  if (is_geographic(definition) != degrees.has_value()) {
    return unreadable();
  }
  return WrittenPosition{std::move(definition), *numbers, 0};
}

Result<Placed> place_text(const WrittenCrs& crs, std::string_view text) {
  FG_TRY(const WrittenPosition position, read_position(crs, text));
  FG_TRY(Placed placed, place(position.definition, std::array{position.numbers}));
  if (placed.operation.accuracy_m) {
    placed.operation.accuracy_m = *placed.operation.accuracy_m + position.within_m;
  }
  return placed;
}

}  // namespace firmground::geo
