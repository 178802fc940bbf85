#include "report/map_furniture.h"

#include "report/charts.h"
#include "report/wording.h"

namespace firmground::report {

void draw_scale_and_north(const MapFrame& frame, Picture& picture) {
  const double length_m = axis_step(frame.width() / frame.points_per_metre() / 10, 1);
  const double length = length_m * frame.points_per_metre();
  const double y = frame.height() - 10;
  const double x = 10;
  picture.add(
      Shape{.outlines = {rectangle(x - 5, y - 14, length + 34, 22)}, .fill = colours::kPaper, .fill_opacity = 0.85});
  picture.add(Shape{.outlines = {rectangle(x, y - 3, length / 2, 3)}, .fill = colours::kText});
  picture.add(Shape{.outlines = {rectangle(x, y - 3, length, 3)}, .stroke = colours::kText, .stroke_width = 0.6});
  const std::string text = length_m >= 1000 ? grouped(length_m / 1000) + " km" : grouped(length_m) + " m";
  picture.add(Label{.at = {x, y - 6}, .text = "0", .size = 6.5});
  picture.add(Label{.at = {x + length, y - 6}, .text = text, .size = 6.5, .anchor = Anchor::middle});
  const double nx = frame.width() - 16;
  picture.add(Shape{.outlines = {rectangle(nx - 9, 6, 18, 32)}, .fill = colours::kPaper, .fill_opacity = 0.85});
  picture.add(Shape{.outlines = {{{nx, 17}, {nx - 4.5, 33}, {nx, 29}, {nx + 4.5, 33}}}, .fill = colours::kText});
  picture.add(Label{.at = {nx, 14}, .text = "N", .size = 7.5, .anchor = Anchor::middle, .bold = true});
}

void draw_legend(const std::vector<LegendEntry>& legend, double y, Picture& picture) {
  constexpr double kSize = 6.8;
  double x = 0;
  for (const LegendEntry& entry : legend) {
    const double wide = 18 + text_width(entry.text, kSize) + 10;
    if (x + wide > picture.width && x > 0) {
      x = 0;
      y += 12;
    }
    Shape swatch = entry.swatch;
    switch (entry.sign) {
      case LegendEntry::Sign::area: swatch.outlines = {rectangle(x, y - 6.5, 14, 8)}; break;
      case LegendEntry::Sign::line: swatch.outlines = {{{x, y - 2.5}, {x + 14, y - 2.5}}}; break;
      case LegendEntry::Sign::dot: swatch.outlines = {rectangle(x + 5.6, y - 4, 2.8, 2.8)}; break;
      case LegendEntry::Sign::triangle:
        swatch.outlines = {{{x + 7, y - 4.8}, {x + 5, y - 1.2}, {x + 9, y - 1.2}}};
        break;
    }
    picture.add(std::move(swatch));
    picture.add(Label{.at = {x + 18, y}, .text = entry.text, .size = kSize});
    x += wide;
  }
}

}  // namespace firmground::report
