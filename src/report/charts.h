#pragma once
#include <optional>
#include <string>
#include <vector>

#include "report/picture.h"

namespace firmground::report {

struct Series {
  std::string name;
  Colour colour;
  std::vector<double> values;  ///< one for each category
};

/// Bars that stack the series over each category, with axis, unit and legend.
struct BarChart {
  std::string id, title, description;
  std::string unit;  ///< "ha a year", above the axis
  std::vector<std::string> categories;
  std::vector<Series> series;
  double width = 240;
  double height = 140;
};

/// Upright bars, for years. A chart without categories says so in words.  REQUIRES: each series has a value for each
/// category.
Picture upright_bars(const BarChart& chart);
/// Lying bars, for names; its height follows from the number of categories.
Picture lying_bars(const BarChart& chart);

struct ShareRow {
  std::string name;
  std::optional<double> share, p05, p95;
  std::string counts;  ///< "31 of 120 searched"
};

/// A dot for the share and a bar for its 90 % interval, on an axis from 0 to 100 %.
Picture share_dots(std::string id, std::string title, std::string description, const std::vector<ShareRow>& rows,
                   double width);

/// The step of an axis that ends at or above `largest` in about `steps` steps: 1, 2 or 5 times a power of ten.
double axis_step(double largest, int steps);

}  // namespace firmground::report
