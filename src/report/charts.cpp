#include "report/charts.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "report/wording.h"

namespace firmground::report {

namespace {

constexpr double kLabelSize = 7;
constexpr double kLegendHeight = 14;

void add_line(Picture& picture, Point from, Point to, const Colour& colour, double width) {
  picture.add(Shape{.outlines = {{from, to}}, .closed = false, .stroke = colour, .stroke_width = width});
}

void add_text(Picture& picture, double x, double y, std::string text, Anchor anchor = Anchor::start,
              const Colour& colour = colours::kQuiet) {
  picture.add(Label{.at = {x, y}, .text = std::move(text), .size = kLabelSize, .colour = colour, .anchor = anchor});
}

Picture empty_picture(const BarChart& chart) {
  return Picture{chart.id, chart.title, chart.description, chart.width, chart.height, {}};
}

void say_nothing_recorded(Picture& picture) {
  add_text(picture, picture.width / 2, picture.height / 2, "Nothing is recorded.", Anchor::middle);
}

/// The legend's swatches in one line, the unit at its right end.
void add_legend(const BarChart& chart, Picture& picture) {
  double x = 0;
  for (const Series& series : chart.series) {
    picture.add(Shape{.outlines = {rectangle(x, 1, 7, 7)}, .fill = series.colour});
    add_text(picture, x + 10, 7.5, series.name, Anchor::start, colours::kText);
    x += 10 + text_width(series.name, kLabelSize) + 10;
  }
  add_text(picture, chart.width, 7.5, chart.unit, Anchor::end);
}

double stack_height(const BarChart& chart, std::size_t category) {
  double sum = 0;
  for (const Series& series : chart.series) {
    FG_CHECK(series.values.size() == chart.categories.size());
    sum += std::max(0.0, series.values[category]);
  }
  return sum;
}

double tallest(const BarChart& chart) {
  double most = 0;
  for (std::size_t i = 0; i < chart.categories.size(); ++i) {
    most = std::max(most, stack_height(chart, i));
  }
  return most;
}

std::string tick_text(double value, double step) {
  const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  return grouped(value, decimals);
}

/// Every how many-th category gets its name, so that names keep apart.
std::size_t name_every(const BarChart& chart, double slot) {
  double widest = 0;
  for (const std::string& name : chart.categories) {
    widest = std::max(widest, text_width(name, kLabelSize));
  }
  return static_cast<std::size_t>(std::max(1.0, std::ceil((widest + 4) / slot)));
}

}  // namespace

double axis_step(double largest, int steps) {
  if (!(largest > 0)) {
    return 1;
  }
  const double raw = largest / steps;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power * (1 + 1e-9)) {
      return factor * power;
    }
  }
  return 10 * power;
}

Picture upright_bars(const BarChart& chart) {
  Picture picture = empty_picture(chart);
  const double most = tallest(chart);
  if (!(most > 0)) {
    say_nothing_recorded(picture);
    return picture;
  }
  add_legend(chart, picture);
  const double step = axis_step(most, 4);
  const double top_value = step * std::ceil(most / step - 1e-9);
  const double left = 6 + text_width(tick_text(top_value, step), kLabelSize);
  const double top = kLegendHeight + 6;
  const double bottom = chart.height - 12;
  const auto y_of = [&](double value) { return bottom - (bottom - top) * value / top_value; };
  for (double tick = 0; tick <= top_value * (1 + 1e-9); tick += step) {
    add_line(picture, {left, y_of(tick)}, {chart.width, y_of(tick)}, tick == 0 ? colours::kQuiet : colours::kRule, 0.5);
    add_text(picture, left - 3, y_of(tick) + 2.5, tick_text(tick, step), Anchor::end);
  }
  constexpr double kRight = 5;  // the last year's name is wider than its bar
  const double slot = (chart.width - kRight - left) / static_cast<double>(chart.categories.size());
  const double bar = std::min(26.0, slot * 0.72);
  std::vector<double> height(chart.categories.size(), 0);
  for (const Series& series : chart.series) {
    Shape bars{.outlines = {}, .fill = series.colour, .stroke = colours::kPaper, .stroke_width = 0.4};
    for (std::size_t i = 0; i < series.values.size(); ++i) {
      if (series.values[i] > 0) {
        const double x = left + slot * (static_cast<double>(i) + 0.5) - bar / 2;
        const double y = y_of(height[i] + series.values[i]);
        bars.outlines.push_back(rectangle(x, y, bar, y_of(height[i]) - y));
        height[i] += series.values[i];
      }
    }
    picture.add(std::move(bars));
  }
  const std::size_t every = name_every(chart, slot);
  for (std::size_t i = 0; i < chart.categories.size(); ++i) {
    // Counted from the last year, the one that is read first.
    if ((chart.categories.size() - 1 - i) % every == 0) {
      add_text(picture, left + slot * (static_cast<double>(i) + 0.5), chart.height - 2, chart.categories[i],
               Anchor::middle);
    }
  }
  return picture;
}

Picture lying_bars(const BarChart& chart) {
  constexpr double kRow = 12;
  constexpr double kNames = 84;
  Picture picture = empty_picture(chart);
  picture.height = kLegendHeight + 8 + kRow * static_cast<double>(chart.categories.size()) + 12;
  const double most = tallest(chart);
  if (!(most > 0)) {
    picture.height = 60;
    say_nothing_recorded(picture);
    return picture;
  }
  add_legend(chart, picture);
  const double step = axis_step(most, 4);
  const double end_value = step * std::ceil(most / step - 1e-9);
  const double top = kLegendHeight + 4;
  const double bottom = picture.height - 12;
  const double right = chart.width - text_width(tick_text(end_value, step), kLabelSize) / 2;
  const auto x_of = [&](double value) { return kNames + (right - kNames) * value / end_value; };
  for (double tick = 0; tick <= end_value * (1 + 1e-9); tick += step) {
    add_line(picture, {x_of(tick), top}, {x_of(tick), bottom}, tick == 0 ? colours::kQuiet : colours::kRule, 0.5);
    add_text(picture, x_of(tick), picture.height - 2, tick_text(tick, step), Anchor::middle);
  }
  for (std::size_t i = 0; i < chart.categories.size(); ++i) {
    const double y = top + 2 + kRow * static_cast<double>(i);
    add_text(picture, kNames - 4, y + 7, shortened(chart.categories[i], 19), Anchor::end, colours::kText);
    double done = 0;
    for (const Series& series : chart.series) {
      if (series.values[i] > 0) {
        const double x = x_of(done);
        done += series.values[i];
        picture.add(Shape{.outlines = {rectangle(x, y, x_of(done) - x, 8)},
                          .fill = series.colour,
                          .stroke = colours::kPaper,
                          .stroke_width = 0.4});
      }
    }
  }
  return picture;
}

Picture share_dots(std::string id, std::string title, std::string description, const std::vector<ShareRow>& rows,
                   double width) {
  constexpr double kRow = 20;
  constexpr double kLeft = 2;
  const double right = width - 8;
  Picture picture{std::move(id),
                  std::move(title),
                  std::move(description),
                  width,
                  14 + kRow * static_cast<double>(rows.size()) + 4,
                  {}};
  if (rows.empty()) {
    picture.height = 60;
    say_nothing_recorded(picture);
    return picture;
  }
  const double bottom = picture.height - 14;
  const auto x_of = [&](double share) { return kLeft + (right - kLeft) * share; };
  for (const int tick : {0, 25, 50, 75, 100}) {
    add_line(picture, {x_of(tick / 100.0), 0}, {x_of(tick / 100.0), bottom},
             tick == 0 ? colours::kQuiet : colours::kRule, 0.5);
    add_text(picture, x_of(tick / 100.0), picture.height - 3, std::to_string(tick) + (tick == 100 ? " %" : ""),
             tick == 0     ? Anchor::start
             : tick == 100 ? Anchor::end
                           : Anchor::middle);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ShareRow& row = rows[i];
    const double y = kRow * static_cast<double>(i) + 8;
    picture.add(
        Label{.at = {kLeft + 3, y}, .text = shortened(row.name, 26), .size = kLabelSize, .bold = i == 0, .halo = true});
    picture.add(Label{.at = {right, y},
                      .text = row.counts,
                      .size = kLabelSize,
                      .colour = colours::kQuiet,
                      .anchor = Anchor::end,
                      .halo = true});
    if (!row.share) {
      continue;
    }
    add_line(picture, {x_of(known(row.p05)), y + 5.5}, {x_of(known(row.p95)), y + 5.5}, colours::kCleared, 2.2);
    const double x = x_of(*row.share);
    picture.add(Shape{.outlines = {{{x, y + 2.2}, {x - 3.3, y + 5.5}, {x, y + 8.8}, {x + 3.3, y + 5.5}}},
                      .fill = colours::kText,
                      .stroke = colours::kPaper,
                      .stroke_width = 0.6});
  }
  return picture;
}

}  // namespace firmground::report
