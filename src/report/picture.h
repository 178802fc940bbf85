#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// A drawing as a value: made once by charts and maps, rendered to SVG for the page and to cairo for the PDF, so that
/// both agree.
namespace firmground::report {

/// A colour by its role. Paper uses `rgb`; the page looks `role` up in its style sheet, which knows light and dark.
struct Colour {
  const char* role;
  std::uint32_t rgb;
  friend bool operator==(const Colour& a, const Colour& b) { return a.rgb == b.rgb; }
};

/// Readable with every kind of colour vision and in grey: tones differ in lightness, hazards also in hatch (IMAS TN
/// 07.11/01).
namespace colours {
inline constexpr Colour kText{"text", 0x1b2733};
inline constexpr Colour kQuiet{"quiet", 0x5b6875};
inline constexpr Colour kRule{"rule", 0xd5dbe1};
inline constexpr Colour kPaper{"paper", 0xffffff};
inline constexpr Colour kCard{"card", 0xf4f6f8};
inline constexpr Colour kLand{"land", 0xf3f1ea};
inline constexpr Colour kWater{"water", 0xe6eef4};
inline constexpr Colour kDistrict{"district", 0x8b95a1};
inline constexpr Colour kRoad{"road", 0x8a6f4d};
inline constexpr Colour kContactLine{"contact", 0x3d2b56};
inline constexpr Colour kSuspected{"suspected", 0xf4a718};  ///< SHA, IMAS TN 07.11/01
inline constexpr Colour kConfirmed{"confirmed", 0xe0201b};  ///< CHA
inline constexpr Colour kSuspectedInk{"suspected-ink", 0x8f5a00};
inline constexpr Colour kConfirmedInk{"confirmed-ink", 0x7a0f0c};
inline constexpr Colour kCleared{"cleared", 0x1f4e79};  ///< blue: released land is never painted as a permission
inline constexpr Colour kReduced{"reduced", 0x6a9bc8};
inline constexpr Colour kCancelled{"cancelled", 0xbccbd9};
inline constexpr Colour kRemaining{"remaining", 0xe9a13b};
inline constexpr Colour kApMine{"ap-mine", 0x5b2a86};
inline constexpr Colour kAvMine{"av-mine", 0xa56cc1};
inline constexpr Colour kErw{"erw", 0xdcc6e8};
inline constexpr Colour kKilled{"killed", 0x3b3b3b};
inline constexpr Colour kInjured{"injured", 0xa9a9a9};
inline constexpr Colour kNational{"national", 0x1d6b5f};
inline constexpr Colour kForeign{"foreign", 0x8fc7bb};
inline constexpr Colour kOriginUnknown{"origin-unknown", 0xd9d9d9};
}  // namespace colours

/// Points of 1/72 inch, x to the right, y downwards.
struct Point {
  double x = 0;
  double y = 0;
};

enum class Hatch : std::uint8_t { none, diagonal, cross, dots };

/// One or more outlines drawn alike. Filled by the non-zero rule: holes run against their outer ring.
struct Shape {
  std::vector<std::vector<Point>> outlines = {};
  bool closed = true;
  std::optional<Colour> fill = std::nullopt;
  double fill_opacity = 1;
  Hatch hatch = Hatch::none;
  Colour hatch_colour = colours::kText;
  std::optional<Colour> stroke = std::nullopt;
  double stroke_width = 0.75;
  std::vector<double> dashes = {};
};

enum class Anchor : std::uint8_t { start, middle, end };

struct Label {
  Point at;  ///< on the base line
  std::string text;
  double size = 8;
  Colour colour = colours::kText;
  Anchor anchor = Anchor::start;
  bool bold = false;
  bool halo = false;  ///< a rim of paper, to be read over a map
  double turned_deg = 0;
};

/// Pixels from the top left, 0xAARRGGBB, not premultiplied.
struct Image {
  Point at;
  double width = 0;
  double height = 0;
  int columns = 0;
  int rows = 0;
  std::vector<std::uint32_t> pixels;
};

struct Picture {
  std::string id;           ///< unique on a page: "released-by-year"
  std::string title;        ///< what it shows, as a heading
  std::string description;  ///< the same in a sentence for who cannot see it
  double width = 0;
  double height = 0;
  std::vector<std::variant<Shape, Label, Image>> items;

  void add(Shape shape) { items.emplace_back(std::move(shape)); }
  void add(Label label) { items.emplace_back(std::move(label)); }
  void add(Image image) { items.emplace_back(std::move(image)); }
};

/// Four corners, counter-clockwise on paper.
std::vector<Point> rectangle(double x, double y, double width, double height);
/// Rough width of a text, good enough to keep labels apart: scripts differ, fonts decide.
double text_width(const std::string& text, double size);
/// Characters, not bytes, of a UTF-8 text.
std::size_t character_count(const std::string& text);
/// At most `most` characters, with an ellipsis when cut.
std::string shortened(const std::string& text, std::size_t most);

/// An <svg> element without script or reference to anything outside; colours by role with the paper's colour as
/// fallback.
std::string to_svg(const Picture& picture);
/// The same as a file of its own.
std::string to_svg_file(const Picture& picture);

}  // namespace firmground::report
