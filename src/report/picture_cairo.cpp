#include "report/picture_cairo.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/check.h"

namespace firmground::report {

namespace {

struct SurfaceCloser {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceCloser>;

/// Keeps what is set within a scope from leaking out of it.
class Saved {
 public:
  explicit Saved(cairo_t* cairo) : cairo_(cairo) { cairo_save(cairo_); }
  ~Saved() { cairo_restore(cairo_); }
  Saved(const Saved&) = delete;
  Saved& operator=(const Saved&) = delete;

 private:
  cairo_t* cairo_;
};

void set_colour(const Colour& colour, double opacity, cairo_t* cairo) {
  const auto channel = [&](int shift) { return (colour.rgb >> shift & 0xffU) / 255.0; };
  cairo_set_source_rgba(cairo, channel(16), channel(8), channel(0), opacity);
}

void add_path(const Shape& shape, cairo_t* cairo) {
  cairo_new_path(cairo);
  for (const auto& outline : shape.outlines) {
    for (std::size_t i = 0; i < outline.size(); ++i) {
      (i == 0 ? cairo_move_to : cairo_line_to)(cairo, outline[i].x, outline[i].y);
    }
    if (shape.closed && !outline.empty()) {
      cairo_close_path(cairo);
    }
  }
}

struct Bounds {
  double left = 0, top = 0, right = 0, bottom = 0;
};

Bounds bounds_of(const Shape& shape) {
  Bounds b{1e9, 1e9, -1e9, -1e9};
  for (const auto& outline : shape.outlines) {
    for (const Point& p : outline) {
      b = {std::min(b.left, p.x), std::min(b.top, p.y), std::max(b.right, p.x), std::max(b.bottom, p.y)};
    }
  }
  return b;
}

/// Lines x + y = constant (falling = -1) or x - y = constant, every 3 points across, over the bounds.
void add_diagonals(const Bounds& b, double direction, cairo_t* cairo) {
  constexpr double kStep = 3 * 1.4142135623730951;
  const double height = b.bottom - b.top;
  const double anchor = direction > 0 ? b.left + b.top : b.left - b.bottom;
  for (double c = std::floor(anchor / kStep) * kStep; c <= anchor + (b.right - b.left) + height; c += kStep) {
    const auto x_at = [&](double y) { return direction > 0 ? c - y : c + y; };
    cairo_move_to(cairo, x_at(b.top), b.top);
    cairo_line_to(cairo, x_at(b.bottom), b.bottom);
  }
}

void draw_hatch(const Shape& shape, cairo_t* cairo) {
  const Saved saved(cairo);
  add_path(shape, cairo);
  cairo_clip(cairo);
  set_colour(shape.hatch_colour, 1, cairo);
  cairo_set_line_width(cairo, 0.6);
  cairo_set_dash(cairo, nullptr, 0, 0);
  const Bounds b = bounds_of(shape);
  if (shape.hatch == Hatch::dots) {
    constexpr double kStep = 2.6;
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cairo, 0.9);
    for (double y = std::floor(b.top / kStep) * kStep; y <= b.bottom; y += kStep) {
      // One dashed line a row: dots as round caps of dashes without length.
      const double dash[] = {0, kStep};
      cairo_set_dash(cairo, dash, 2, 0);
      cairo_move_to(cairo, std::floor(b.left / kStep) * kStep, y);
      cairo_line_to(cairo, b.right, y);
    }
  } else {
    add_diagonals(b, 1, cairo);
    if (shape.hatch == Hatch::cross) {
      add_diagonals(b, -1, cairo);
    }
  }
  cairo_stroke(cairo);
}

void draw_item(const Shape& shape, cairo_t* cairo) {
  if (shape.outlines.empty()) {
    return;
  }
  if (shape.fill) {
    add_path(shape, cairo);
    set_colour(*shape.fill, shape.fill_opacity, cairo);
    cairo_fill(cairo);
  }
  if (shape.hatch != Hatch::none) {
    draw_hatch(shape, cairo);
  }
  if (shape.stroke) {
    add_path(shape, cairo);
    set_colour(*shape.stroke, 1, cairo);
    cairo_set_line_width(cairo, shape.stroke_width);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cairo, shape.dashes.data(), static_cast<int>(shape.dashes.size()), 0);
    cairo_stroke(cairo);
  }
}

struct ObjectCloser {
  void operator()(void* object) const { g_object_unref(object); }
};

void draw_item(const Label& label, cairo_t* cairo) {
  const Saved saved(cairo);
  const std::unique_ptr<PangoLayout, ObjectCloser> layout(pango_cairo_create_layout(cairo));
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, kFontFamily);
  pango_font_description_set_absolute_size(font, label.size * PANGO_SCALE);
  pango_font_description_set_weight(font, label.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  pango_layout_set_text(layout.get(), label.text.c_str(), static_cast<int>(label.text.size()));
  int width = 0;
  pango_layout_get_size(layout.get(), &width, nullptr);
  const double wide = static_cast<double>(width) / PANGO_SCALE;
  const double base = static_cast<double>(pango_layout_get_baseline(layout.get())) / PANGO_SCALE;
  const double before = label.anchor == Anchor::start ? 0 : label.anchor == Anchor::middle ? wide / 2 : wide;
  cairo_translate(cairo, label.at.x, label.at.y);
  cairo_rotate(cairo, label.turned_deg * 3.14159265358979323846 / 180);
  cairo_move_to(cairo, -before, -base);
  if (label.halo) {
    pango_cairo_layout_path(cairo, layout.get());
    set_colour(colours::kPaper, 0.9, cairo);
    cairo_set_line_width(cairo, 2);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cairo);
    cairo_move_to(cairo, -before, -base);
  }
  set_colour(label.colour, 1, cairo);
  pango_cairo_show_layout(cairo, layout.get());
}

/// Cairo wants each channel multiplied by the opacity.
std::uint32_t premultiplied(std::uint32_t pixel) {
  const std::uint32_t alpha = pixel >> 24;
  const auto channel = [&](int shift) { return ((pixel >> shift & 0xffU) * alpha + 127) / 255 << shift; };
  return alpha << 24 | channel(16) | channel(8) | channel(0);
}

Surface surface_of(const Image& image) {
  FG_CHECK(image.pixels.size() == static_cast<std::size_t>(image.columns) * static_cast<std::size_t>(image.rows));
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, image.columns, image.rows));
  unsigned char* data = cairo_image_surface_get_data(surface.get());
  const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
  for (std::size_t row = 0; row < static_cast<std::size_t>(image.rows); ++row) {
    auto* line = reinterpret_cast<std::uint32_t*>(data + row * stride);
    const std::uint32_t* from = image.pixels.data() + row * static_cast<std::size_t>(image.columns);
    std::transform(from, from + image.columns, line, premultiplied);
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

void draw_item(const Image& image, cairo_t* cairo) {
  const Saved saved(cairo);
  const Surface surface = surface_of(image);
  cairo_translate(cairo, image.at.x, image.at.y);
  cairo_scale(cairo, image.width / image.columns, image.height / image.rows);
  cairo_set_source_surface(cairo, surface.get(), 0, 0);
  // Cells stay cells: a smoothed edge would show a probability that nobody estimated.
  cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
  cairo_paint(cairo);
}

}  // namespace

void draw(const Picture& picture, double x, double y, cairo_t* cairo) {
  const Saved saved(cairo);
  cairo_translate(cairo, x, y);
  for (const auto& item : picture.items) {
    std::visit([&](const auto& part) { draw_item(part, cairo); }, item);
  }
}

std::string to_png(const Image& image) {
  std::string bytes;
  const auto append = [](void* to, const unsigned char* data, unsigned int size) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
  };
  const Surface surface = surface_of(image);
  FG_CHECK(cairo_surface_write_to_png_stream(surface.get(), append, &bytes) == CAIRO_STATUS_SUCCESS);
  return bytes;
}

}  // namespace firmground::report
