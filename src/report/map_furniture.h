#pragma once
#include <string>
#include <vector>

#include "report/map_frame.h"
#include "report/picture.h"

/// What every map carries beside its ground.
namespace firmground::report {

/// A bar of a round length at the lower left, an arrow at the upper right.
void draw_scale_and_north(const MapFrame& frame, Picture& picture);

struct LegendEntry {
  std::string text;
  Shape swatch;  ///< how it is drawn; outlines are made here
  enum class Sign : std::uint8_t { area, line, dot, triangle } sign = Sign::area;
};

/// Entries one after another from the base line `y` on, in as many lines as the picture's width asks for.
void draw_legend(const std::vector<LegendEntry>& legend, double y, Picture& picture);

}  // namespace firmground::report
