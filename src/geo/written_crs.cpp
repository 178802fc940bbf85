#include "geo/written_crs.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/check.h"
#include "geo/crs.h"

namespace firmground::geo {

namespace {

using base::fail;
using base::Result;

struct Spelling {
  std::string_view from, to;
};
/// Words that stand on Soviet and post-Soviet forms, in the spelling that the rules below read.
constexpr std::array<Spelling, 20> kSpellings = {{{"СК", "sk"},
                                                  {"ск", "sk"},
                                                  {"Ск", "sk"},
                                                  {"зона", " zone "},
                                                  {"Зона", " zone "},
                                                  {"ЗОНА", " zone "},
                                                  {"Гаусс", " gauss "},
                                                  {"гаусс", " gauss "},
                                                  {"Крюгер", " kruger "},
                                                  {"крюгер", " kruger "},
                                                  {"Пулково", " pulkovo "},
                                                  {"градусная", " degree "},
                                                  {"градусные", " degree "},
                                                  {"°", " degree "},
                                                  {"без префикса", " without prefix "},
                                                  {"ü", "u"},
                                                  {"ё", "e"},
                                                  {"kruger", " kruger "},
                                                  {"krueger", " kruger "},
                                                  {"krüger", " kruger "}}};

std::string lower_words(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const Spelling& spelling : kSpellings) {
    for (std::size_t at = result.find(spelling.from); at != std::string::npos;
         at = result.find(spelling.from, at + spelling.to.size())) {
      result.replace(at, spelling.from.size(), spelling.to);
    }
  }
  return result;
}

/// Runs of letters and runs of digits; all else separates.
std::vector<std::string> words_of(const std::string& text) {
  const auto class_of = [](char c) { return c >= '0' && c <= '9' ? 1 : c >= 'a' && c <= 'z' ? 2 : 0; };
  std::vector<std::string> words;
  int before = 0;
  for (const char c : text) {
    const int now = class_of(c);
    if (now != 0 && now != before) {
      words.emplace_back();
    }
    if (now != 0) {
      words.back() += c;
    }
    before = now;
  }
  return words;
}

std::optional<int> number_of(const std::string& word) {
  int value = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
  return problem == std::errc() && end == word.data() + word.size() ? std::optional(value) : std::nullopt;
}

class Words {
 public:
  explicit Words(std::string_view text) : words_(words_of(lower_words(text))) {}

  bool has(std::string_view word) const { return position(word).has_value(); }
  bool has(std::string_view first, std::string_view second) const {
    for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
      if (words_[i] == first && words_[i + 1] == second) {
        return true;
      }
    }
    return false;
  }
  /// The number that follows a word, "zone 8".
  std::optional<int> number_after(std::string_view word) const {
    const auto at = position(word);
    return at && *at + 1 < words_.size() ? number_of(words_[*at + 1]) : std::nullopt;
  }
  std::optional<int> number_before(std::string_view word) const {
    const auto at = position(word);
    return at && *at > 0 ? number_of(words_[*at - 1]) : std::nullopt;
  }
  /// The word after the number that follows `word`: the N of "utm 38 n", the E of "cm 45 e".
  std::string letter_after_number(std::string_view word) const {
    const auto at = position(word);
    return at && *at + 2 < words_.size() ? words_[*at + 2] : std::string();
  }
  bool is_only(std::initializer_list<std::string_view> allowed) const {
    for (const std::string& word : words_) {
      bool found = false;
      for (const std::string_view each : allowed) {
        found = found || word == each;
      }
      if (!found) {
        return false;
      }
    }
    return !words_.empty();
  }

 private:
  std::optional<std::size_t> position(std::string_view word) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] == word) {
        return i;
      }
    }
    return std::nullopt;
  }
  std::vector<std::string> words_;
};

enum class Datum : std::uint8_t { none, wgs84, wgs72, ed50, pulkovo_1942, pulkovo_1995 };

Datum datum_of(const Words& words) {
  if (words.has("sk", "42") || words.has("s", "42") || words.has("pulkovo", "1942") || words.has("pulkovo", "42")) {
    return Datum::pulkovo_1942;
  }
  if (words.has("sk", "95") || words.has("pulkovo", "1995") || words.has("pulkovo", "95")) {
    return Datum::pulkovo_1995;
  }
  if (words.has("wgs", "84") || words.has("wgs", "1984")) {
    return Datum::wgs84;
  }
  if (words.has("wgs", "72")) {
    return Datum::wgs72;
  }
  return words.has("ed", "50") || words.has("ed", "1950") ? Datum::ed50 : Datum::none;
}

Result<WrittenCrs> unknown(std::string_view text) {
  return fail("geo.crs_unknown", {{"crs", std::string(text)}});
}

Result<WrittenCrs> datum_missing(std::string_view text) {
  return fail("geo.crs_datum_missing", {{"crs", std::string(text)}});
}

Result<WrittenCrs> gauss_kruger(std::string_view text, const Words& words, Datum datum) {
  if (datum != Datum::pulkovo_1942 && datum != Datum::pulkovo_1995) {
    return datum_missing(text);
  }
  WrittenCrs crs;
  crs.written = text;
  crs.form = WrittenCrs::Form::gauss_kruger;
  crs.pulkovo_1995 = datum == Datum::pulkovo_1995;
  crs.zone_width_deg = words.number_before("degree").value_or(words.number_before("deg").value_or(6));
  if (crs.zone_width_deg != 3 && crs.zone_width_deg != 6) {
    return unknown(text);
  }
  const auto meridian = words.number_after("cm");
  const auto zone = words.has("zone") ? words.number_after("zone") : words.number_after("kruger");
  if (meridian) {
    crs.zone = crs.zone_width_deg == 6 ? (*meridian + 3) / 6 : *meridian / 3;
  } else if (zone) {
    crs.zone = *zone;
  }
  const int zones = 360 / crs.zone_width_deg;
  return crs.zone < 0 || crs.zone > zones ? unknown(text) : Result<WrittenCrs>(crs);
}

Result<WrittenCrs> utm(std::string_view text, const Words& words, Datum datum) {
  const int zone = words.number_after("zone").value_or(words.number_after("utm").value_or(0));
  std::string letter = words.letter_after_number(words.number_after("zone") ? "zone" : "utm");
  if (zone < 1 || zone > 60 || letter.size() != 1) {
    return unknown(text);
  }
  if (datum == Datum::none) {
    return datum_missing(text);
  }
  // N and S are hemispheres when they stand alone after the zone, as EPSG writes them; other letters are MGRS bands.
  const bool south = letter[0] == 's' || (letter[0] >= 'c' && letter[0] <= 'm');
  const int base = datum == Datum::wgs84   ? (south ? 32700 : 32600)
                   : datum == Datum::wgs72 ? (south ? 32300 : 32200)
                                           : 0;
  if (base == 0 && (datum != Datum::ed50 || south || zone < 28 || zone > 38)) {
    return unknown(text);
  }
  WrittenCrs crs;
  crs.written = text;
  crs.definition = fmt::format("EPSG:{}", base == 0 ? 23000 + zone : base + zone);
  return crs;
}

/// Zones of Gauss-Krueger by their EPSG codes: the same rules for them as for names.
std::optional<WrittenCrs> gauss_kruger_code(int code) {
  WrittenCrs crs;
  crs.form = WrittenCrs::Form::gauss_kruger;
  if (code >= 28402 && code <= 28432) {
    crs.zone = code - 28400;
  } else if (code >= 28462 && code <= 28492) {
    crs.zone = code - 28460;
  } else if (code >= 20004 && code <= 20032) {
    crs.zone = code - 20000;
    crs.pulkovo_1995 = true;
  } else if (code >= 2523 && code <= 2578) {
    crs.zone = code - 2523 + 7;
    crs.zone_width_deg = 3;
  } else {
    return std::nullopt;
  }
  return crs;
}

}  // namespace

Result<WrittenCrs> parse_written_crs(std::string_view text) {
  const Words words(text);
  const Datum datum = datum_of(words);
  WrittenCrs crs;
  crs.written = text;
  if (const auto code = words.number_after("epsg")) {
    if (auto zone = gauss_kruger_code(*code)) {
      zone->written = text;
      return *zone;
    }
    crs.definition = fmt::format("EPSG:{}", *code);
    return crs_name(crs.definition).empty() ? unknown(text) : Result<WrittenCrs>(crs);
  }
  if (words.has("mgrs")) {
    crs.form = WrittenCrs::Form::mgrs;
    crs.definition = datum == Datum::ed50 ? "ED50" : datum == Datum::wgs72 ? "WGS 72" : "WGS 84";
    return datum == Datum::pulkovo_1942 || datum == Datum::pulkovo_1995 ? unknown(text) : Result<WrittenCrs>(crs);
  }
  if (words.has("utm")) {
    return utm(text, words, datum);
  }
  if (words.has("gauss") || words.has("gk") || words.has("zone")) {
    return gauss_kruger(text, words, datum);
  }
  if (words.is_only({"sk", "s", "42", "95", "pulkovo", "1942", "1995"}) && datum != Datum::none) {
    crs.form = WrittenCrs::Form::pulkovo;
    crs.pulkovo_1995 = datum == Datum::pulkovo_1995;
    return crs;
  }
  if (words.is_only(
          {"wgs", "84", "1984", "72", "ed", "50", "1950", "lat", "lon", "latitude", "longitude", "geographic"}) &&
      datum != Datum::none) {
    crs.definition = datum == Datum::wgs84 ? "EPSG:4326" : datum == Datum::wgs72 ? "EPSG:4322" : "EPSG:4230";
    return crs;
  }
  crs.definition = text;
  return crs_name(crs.definition).empty() ? unknown(text) : Result<WrittenCrs>(crs);
}

Result<std::string> definition_for(const WrittenCrs& crs, Xy numbers) {
  FG_CHECK(crs.form != WrittenCrs::Form::mgrs);
  if (crs.form == WrittenCrs::Form::defined) {
    return crs.definition;
  }
  if (crs.form == WrittenCrs::Form::pulkovo && std::abs(numbers.x) <= 180 && std::abs(numbers.y) <= 90) {
    return std::string(crs.pulkovo_1995 ? "EPSG:4200" : "EPSG:4284");
  }
  constexpr double kPrefix_m = 1e6;
  const int prefix = numbers.x >= 0 && numbers.x < 1e8 ? static_cast<int>(numbers.x / kPrefix_m) : -1;
  const int zone = crs.zone != 0 ? crs.zone : prefix;
  const auto number = [](double metres) { return fmt::format("{:.0f}", metres); };
  if (zone <= 0) {
    return fail("geo.zone_missing", {{"crs", crs.written}, {"easting", number(numbers.x)}});
  }
  if (prefix != 0 && prefix != zone) {
    const bool exchanged = static_cast<int>(numbers.y / kPrefix_m) == zone;
    return fail(exchanged ? "geo.axes_exchanged" : "geo.zone_contradicted", {{"crs", crs.written},
                                                                             {"easting", number(numbers.x)},
                                                                             {"northing", number(numbers.y)},
                                                                             {"zone", std::to_string(zone)}});
  }
  // The prefix is written as part of the false easting. A definition by parameters, because the registry has no codes
  // for some zones without prefix, and one rule for all is easier to trust.
  const int meridian = crs.zone_width_deg == 6 ? zone * 6 - 3 : zone * 3;
  const bool listed = crs.zone_width_deg == 6 && prefix != 0 && zone >= (crs.pulkovo_1995 ? 4 : 2) && zone <= 32;
  if (listed) {
    return fmt::format("EPSG:{}", (crs.pulkovo_1995 ? 20000 : 28400) + zone);
  }
  const double easting = 5e5 + prefix * kPrefix_m;
  return fmt::format(
      "PROJCRS[\"Pulkovo {0} / {1}-degree Gauss-Kruger zone {2}{3}\",BASEGEOGCRS[\"Pulkovo {0}\",DATUM[\"Pulkovo "
      "{0}\",ELLIPSOID[\"Krassowsky 1940\",6378245,298.3,LENGTHUNIT[\"metre\",1]]],PRIMEM[\"Greenwich\",0,ANGLEUNIT["
      "\"degree\",0.0174532925199433]],ID[\"EPSG\",{4}]],CONVERSION[\"Gauss-Kruger\",METHOD[\"Transverse "
      "Mercator\",ID[\"EPSG\",9807]],PARAMETER[\"Latitude of natural "
      "origin\",0,ANGLEUNIT[\"degree\",0.0174532925199433]],PARAMETER[\"Longitude of natural "
      "origin\",{5},ANGLEUNIT[\"degree\",0.0174532925199433]],PARAMETER[\"Scale factor at natural "
      "origin\",1,SCALEUNIT[\"unity\",1]],PARAMETER[\"False "
      "easting\",{6:.0f},LENGTHUNIT[\"metre\",1]],PARAMETER[\"False "
      "northing\",0,LENGTHUNIT[\"metre\",1]]],CS[Cartesian,2],AXIS[\"easting\",east],AXIS[\"northing\",north],"
      "LENGTHUNIT[\"metre\",1]]",
      crs.pulkovo_1995 ? "1995" : "1942", crs.zone_width_deg, zone, prefix == 0 ? " without prefix" : "",
      crs.pulkovo_1995 ? 4200 : 4284, meridian > 180 ? meridian - 360 : meridian, easting);
}

}  // namespace firmground::geo
