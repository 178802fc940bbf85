#include "intake/well_known_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace firmground::intake {

namespace {

/// Collections in collections: a file that nests deeper is an attack, not a map.
constexpr int kDeepest = 8;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  RawGeometry parse() {
    const bool read = shape(0) && at_end();
    if (!read && result_.problem.empty()) {
      result_.problem = fmt::format("the text is not a geometry at character {}", at_ + 1);
    }
    return std::move(result_);
  }

 private:
  void skip() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool at_end() {
    skip();
    return at_ == text_.size();
  }
  bool take(char c) {
    skip();
    const bool there = at_ < text_.size() && text_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }
  std::string word() {
    skip();
    std::string result;
    for (; at_ < text_.size(); ++at_) {
      const char upper = static_cast<char>(text_[at_] & ~0x20);
      if (upper < 'A' || upper > 'Z') {
        break;
      }
      result += upper;
    }
    return result;
  }
  bool number(double& value) {
    skip();
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(value)) {
      return false;
    }
    at_ = static_cast<std::size_t>(end - text_.data());
    return true;
  }
  bool position(geo::Xy& p) {
    double more = 0;
    if (!number(p.x) || !number(p.y)) {
      return false;
    }
    for (int extra = 0; extra < 2 && number(more); ++extra) {
    }
    return true;
  }
  template <typename Read>
  bool list(Read read) {
    if (!take('(')) {
      return false;
    }
    do {
      if (!read()) {
        return false;
      }
    } while (take(','));
    return take(')');
  }
  bool positions(std::vector<geo::Xy>& into) {
    return list([&] { return position(into.emplace_back()); });
  }
  bool point() {
    return list([&] { return position(result_.shape.points.emplace_back()); });
  }
  bool multi_point() {  // both (1 2, 3 4) and ((1 2), (3 4)) are written
    return list([&] {
      geo::Xy& p = result_.shape.points.emplace_back();
      return take('(') ? position(p) && take(')') : position(p);
    });
  }
  bool line() { return positions(result_.shape.lines.emplace_back()); }
  bool polygon() {
    geo::PlanarPolygon part;
    bool first = true;
    const bool read = list([&] {
      std::vector<geo::Xy>& ring = first ? part.outer : part.holes.emplace_back();
      first = false;
      return positions(ring);
    });
    result_.shape.polygons.push_back(std::move(part));
    return read;
  }
  bool shape(int depth) {
    const std::string type = word();
    std::string dimension = word();
    if (dimension == "EMPTY" || ((dimension == "Z" || dimension == "M" || dimension == "ZM") && word() == "EMPTY")) {
      return true;
    }
    if (type == "POINT") {
      return point();
    }
    if (type == "LINESTRING") {
      return line();
    }
    if (type == "POLYGON") {
      return polygon();
    }
    if (type == "MULTIPOINT") {
      return multi_point();
    }
    if (type == "MULTILINESTRING") {
      return list([&] { return line(); });
    }
    if (type == "MULTIPOLYGON") {
      return list([&] { return polygon(); });
    }
    return type == "GEOMETRYCOLLECTION" && depth < kDeepest && list([&] { return shape(depth + 1); });
  }

  std::string_view text_;
  std::size_t at_ = 0;
  RawGeometry result_;
};

}  // namespace

RawGeometry parse_well_known_text(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace firmground::intake
