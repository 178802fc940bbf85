#include <cairo-pdf.h>
#include <fmt/core.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <memory>

#include "report/exhibits.h"
#include "report/map_picture.h"
#include "report/picture_cairo.h"
#include "report/situation.h"

namespace firmground::report {

namespace {

constexpr double kPageWidth = 595.28;  // A4
constexpr double kPageHeight = 841.89;
constexpr double kMargin = 42;
constexpr double kWidth = kPageWidth - 2 * kMargin;
constexpr double kFoot = 36;  // kept free for the footer
constexpr double kGap = 14;

struct Style {
  double size = 8;
  Colour colour = colours::kText;
  bool bold = false;
};

/// Pages of a PDF, filled from the top; knows where it stands.
class Paper {
 public:
  Paper(const Situation& s, std::string& bytes) : footer_(footer_text(s)) {
    const auto append = [](void* to, const unsigned char* data, unsigned int size) {
      static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);
      return CAIRO_STATUS_SUCCESS;
    };
    surface_ = cairo_pdf_surface_create_for_stream(append, &bytes, kPageWidth, kPageHeight);
    // Same input, same bytes: the file is dated by its information, not by the clock.
    const std::string date = base::Date(s.as_of.last_day()).to_string() + "T00:00:00Z";
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_TITLE, report_title(s).c_str());
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_AUTHOR, s.programme.c_str());
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_SUBJECT, s.stamp.to_json().c_str());
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_CREATOR, ("Firmground " + s.stamp.version).c_str());
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
    cairo_pdf_surface_set_metadata(surface_, CAIRO_PDF_METADATA_MOD_DATE, date.c_str());
    cairo_ = cairo_create(surface_);
  }
  ~Paper() {
    cairo_destroy(cairo_);
    cairo_surface_destroy(surface_);
  }
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;

  double y() const { return y_; }
  double room() const { return kPageHeight - kMargin - kFoot + 12 - y_; }
  void down(double points) { y_ += points; }

  void next_page() {
    draw_footer();
    cairo_show_page(cairo_);
    y_ = kMargin;
  }
  /// Begins a page when less than this is left.
  void keep(double height) {
    if (room() < height) {
      next_page();
    }
  }

  double height_of(const std::string& text, double width, const Style& style) const {
    int height = 0;
    pango_layout_get_size(layout_of(text, width, style).get(), nullptr, &height);
    return static_cast<double>(height) / PANGO_SCALE;
  }
  /// Draws at (x, y) of the page and gives the height taken.
  double write(double x, double y, const std::string& text, double width, const Style& style) {
    if (text.empty()) {
      return 0;
    }
    const Layout layout = layout_of(text, width, style);
    const auto channel = [&](int shift) { return (style.colour.rgb >> shift & 0xffU) / 255.0; };
    cairo_set_source_rgb(cairo_, channel(16), channel(8), channel(0));
    cairo_move_to(cairo_, x, y);
    pango_cairo_show_layout(cairo_, layout.get());
    int height = 0;
    pango_layout_get_size(layout.get(), nullptr, &height);
    return static_cast<double>(height) / PANGO_SCALE;
  }
  void place(const Picture& picture, double x, double y) { draw(picture, x, y, cairo_); }
  void fill(double x, double y, double width, double height, const Colour& colour) {
    Picture box{"", "", "", width, height, {}};
    box.add(Shape{.outlines = {rectangle(0, 0, width, height)}, .fill = colour});
    draw(box, x, y, cairo_);
  }

  base::Result<void> finish() {
    draw_footer();
    cairo_show_page(cairo_);
    cairo_surface_finish(surface_);
    const cairo_status_t status =
        cairo_status(cairo_) != CAIRO_STATUS_SUCCESS ? cairo_status(cairo_) : cairo_surface_status(surface_);
    if (status != CAIRO_STATUS_SUCCESS) {
      return base::fail("report.drawing_failed", {{"reason", cairo_status_to_string(status)}});
    }
    return {};
  }

 private:
  struct ObjectCloser {
    void operator()(void* object) const { g_object_unref(object); }
  };
  using Layout = std::unique_ptr<PangoLayout, ObjectCloser>;

  static std::string footer_text(const Situation& s) {
    return fmt::format("{} · {} · stamp {} · Firmground {}", s.programme, report_scope(s), s.stamp.id(),
                       s.stamp.version);
  }

  Layout layout_of(const std::string& text, double width, const Style& style) const {
    Layout layout(pango_cairo_create_layout(cairo_));
    PangoFontDescription* font = pango_font_description_new();
    pango_font_description_set_family(font, kFontFamily);
    pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout.get(), text.c_str(), static_cast<int>(text.size()));
    return layout;
  }

  void draw_footer() {
    ++page_;
    const Style style{7, colours::kQuiet};
    const double y = kPageHeight - kMargin + 4;
    fill(kMargin, y - 4, kWidth, 0.5, colours::kRule);
    write(kMargin, y, footer_, kWidth - 50, style);
    write(kPageWidth - kMargin - 40, y, fmt::format("Page {}", page_), 44, style);
  }

  std::string footer_;
  cairo_surface_t* surface_ = nullptr;
  cairo_t* cairo_ = nullptr;
  double y_ = kMargin;
  int page_ = 0;
};

void write_heading(Paper& paper, const std::string& text, double x = kMargin, double width = kWidth) {
  paper.down(paper.write(x, paper.y(), text, width, {11, colours::kText, true}) + 5);
}

void write_title(const Situation& s, Paper& paper) {
  paper.down(paper.write(kMargin, paper.y(), report_title(s), kWidth, {20, colours::kText, true}) + 2);
  paper.down(paper.write(kMargin, paper.y(), s.programme, kWidth, {10, colours::kQuiet}));
  paper.down(paper.write(kMargin, paper.y(), report_scope(s), kWidth, {10, colours::kText}) + 8);
  paper.fill(kMargin, paper.y(), kWidth, 1.5, colours::kCleared);
  paper.down(12);
}

/// The texts of a card from the top, each with its style.
std::vector<std::pair<std::string, Style>> card_texts(const Figure& figure) {
  const bool known = figure.value != "not known";
  return {{figure.title, {8, colours::kQuiet, true}},
          {figure.value, {known ? 17.0 : 12.0, known ? colours::kText : colours::kQuiet, known}},
          {figure.basis, {7.6, colours::kText}},
          {figure.detail, {6.8, colours::kQuiet}},
          {figure.date, {6.8, colours::kQuiet}}};
}

void write_cards(const std::vector<Figure>& figures, Paper& paper) {
  constexpr std::size_t kColumns = 3;
  constexpr double kInset = 7;
  const double wide = (kWidth - (kColumns - 1) * 8.0) / kColumns;
  for (std::size_t row = 0; row < figures.size(); row += kColumns) {
    const std::size_t end = std::min(figures.size(), row + kColumns);
    double tallest = 0;
    for (std::size_t i = row; i < end; ++i) {
      double height = 2 * kInset;
      for (const auto& [text, style] : card_texts(figures[i])) {
        height += text.empty() ? 0 : paper.height_of(text, wide - 2 * kInset, style) + 1.5;
      }
      tallest = std::max(tallest, height);
    }
    paper.keep(tallest);
    for (std::size_t i = row; i < end; ++i) {
      const double x = kMargin + static_cast<double>(i - row) * (wide + 8);
      paper.fill(x, paper.y(), wide, tallest, colours::kCard);
      double y = paper.y() + kInset;
      for (const auto& [text, style] : card_texts(figures[i])) {
        y += text.empty() ? 0 : paper.write(x + kInset, y, text, wide - 2 * kInset, style) + 1.5;
      }
    }
    paper.down(tallest + 8);
  }
}

double exhibit_height(const Exhibit& exhibit, double width, const Paper& paper) {
  return 16 + exhibit.picture.height + 3 + (exhibit.note.empty() ? 0 : paper.height_of(exhibit.note, width, {6.5}));
}

void place_exhibit(const Exhibit& exhibit, double x, double width, Paper& paper) {
  paper.write(x, paper.y(), exhibit.picture.title, width, {9, colours::kText, true});
  paper.place(exhibit.picture, x, paper.y() + 16);
  paper.write(x, paper.y() + 16 + exhibit.picture.height + 3, exhibit.note, width, {6.5, colours::kQuiet});
}

constexpr double kHalf = (kWidth - kGap) / 2;

void write_pair(const Exhibit& left, const Exhibit& right, Paper& paper) {
  const double height = std::max(exhibit_height(left, kHalf, paper), exhibit_height(right, kHalf, paper));
  paper.keep(height);
  place_exhibit(left, kMargin, kHalf, paper);
  place_exhibit(right, kMargin + kHalf + kGap, kHalf, paper);
  paper.down(height + 12);
}

void write_maps(const Situation& s, const mineaction::Snapshot& snapshot, const geo::Raster* hazard, Paper& paper) {
  const Picture map = situation_map(s, snapshot, kWidth, 430);
  paper.keep(map.height + 20);
  write_heading(paper, map.title);
  paper.place(map, kMargin, paper.y());
  paper.down(map.height + 12);

  constexpr double kMapWidth = 300;
  paper.keep(hazard == nullptr ? 60 : 270);
  const Figure figure = key_figures(s).back();
  const double top = paper.y();
  double text_x = kMargin;
  double text_width = kWidth;
  if (hazard != nullptr) {
    const Picture thumbnail = hazard_map(snapshot, *hazard, kMapWidth, std::min(290.0, paper.room() - 22));
    write_heading(paper, thumbnail.title);
    paper.place(thumbnail, kMargin, paper.y());
    text_x += kMapWidth + kGap;
    text_width -= kMapWidth + kGap;
  } else {
    write_heading(paper, "Where items are likely to remain");
  }
  double y = paper.y();
  for (const auto& [text, style] : card_texts(figure)) {
    y += text.empty() ? 0 : paper.write(text_x, y, text, text_width, style) + 3;
  }
  y += 4 + paper.write(text_x, y + 4,
                       hazard == nullptr
                           ? "No map of probabilities is shown."
                           : "The map shows the probability that at least one item remains in a cell, "
                             "estimated from finds, empty searched ground, records, accidents and terrain. "
                             "Low probability is not absence; where the map is hatched, hardly any data speak "
                             "and the figure is mostly extrapolated.",
                       text_width, {7.6, colours::kText});
  paper.down((hazard == nullptr ? y : std::max(y, top + 300)) - paper.y());
}

void write_notes(const Situation& s, Paper& paper) {
  if (s.notes.empty()) {
    return;
  }
  paper.keep(50);
  write_heading(paper, "What to know before quoting");
  for (const std::string& note : s.notes) {
    const std::string line = "• " + note;
    paper.keep(paper.height_of(line, kWidth, {7.5}));
    paper.down(paper.write(kMargin, paper.y(), line, kWidth, {7.5}) + 1);
  }
  paper.down(8);
}

void write_definitions(const Situation& s, Paper& paper) {
  const Style term_style{7, colours::kText, true};
  const Style style{7, colours::kQuiet};
  const std::vector<Definition> all = definitions(s);
  const auto height = [&](const Definition& d) {
    return paper.height_of(d.term, kHalf, term_style) + paper.height_of(d.meaning, kHalf, style) + 4;
  };
  double total = 0;
  for (const Definition& d : all) {
    total += height(d);
  }
  paper.keep(std::min(total / 2 + 50, kPageHeight / 2));
  write_heading(paper, "Sources and definitions");
  const double top = paper.y();
  const double bottom = std::min(top + total / 2 + 20, top + paper.room());
  double x = kMargin;
  double y = top;
  double lowest = top;
  for (const Definition& d : all) {
    if (y + height(d) > bottom && x == kMargin) {
      x += kHalf + kGap;
      y = top;
    }
    y += paper.write(x, y, d.term, kHalf, term_style);
    y += paper.write(x, y, d.meaning, kHalf, style) + 4;
    lowest = std::max(lowest, y);
  }
  paper.down(lowest - top);
}

}  // namespace

base::Result<std::string> to_pdf(const Situation& s, const mineaction::Snapshot& snapshot, const geo::Raster* hazard) {
  std::string bytes;
  Paper paper(s, bytes);
  write_title(s, paper);
  write_cards(key_figures(s), paper);
  paper.down(4);
  constexpr double kChartHeight = 130;
  write_pair(released_by_year(s, kHalf, kChartHeight), finds_by_year(s, kHalf, kChartHeight), paper);
  write_maps(s, snapshot, hazard, paper);
  paper.next_page();
  write_pair(casualties_by_year(s, kHalf, kChartHeight), funding_by_year(s, kHalf, kChartHeight), paper);
  write_pair(land_by_district(s, kHalf), accuracy_by_source(s, kHalf), paper);
  write_notes(s, paper);
  write_definitions(s, paper);
  FG_TRY_VOID(paper.finish());
  return bytes;
}

}  // namespace firmground::report
