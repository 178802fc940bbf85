#pragma once
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"

/// Are forecasts the law that truths come from?  Then the place of each truth in its forecast is uniform on (0, 1).
namespace firmground::bench {

/// Place of the truth among draws of its forecast, ties broken at random (Czado, Gneiting & Held 2009).
/// REQUIRES: draws ascending.
inline double transform(std::span<const float> draws, double truth, base::Random& random) {
  const auto slack = static_cast<float>(1e-6 * (1 + std::abs(truth)));
  const auto below = std::lower_bound(draws.begin(), draws.end(), static_cast<float>(truth) - slack);
  const auto upto = std::upper_bound(draws.begin(), draws.end(), static_cast<float>(truth) + slack);
  const auto rank = static_cast<double>(below - draws.begin());
  const auto ties = static_cast<double>(upto - below);
  return (rank + random.uniform() * (ties + 1)) / static_cast<double>(draws.size() + 1);
}

/// P(chi-square of that many degrees of freedom > x): series of the incomplete gamma function.
inline double chi_square_tail(double x, double degrees) {
  const double a = degrees / 2;
  const double z = x / 2;
  if (z <= 0) {
    return 1;
  }
  double term = std::exp(a * std::log(z) - z - std::lgamma(a + 1));
  double sum = term;
  for (int k = 1; k < 1000 && term > 1e-16 * sum; ++k) {
    term *= z / (a + k);
    sum += term;
  }
  return std::max(0.0, 1 - sum);
}

struct TransformHistogram {
  static constexpr std::size_t kBins = 10;
  std::string name;
  std::array<double, kBins> count{};
  double n = 0;
  double covered = 0;  ///< between .05 and .95

  void add(double u) {
    count[std::min(kBins - 1, static_cast<std::size_t>(u * kBins))] += 1;
    covered += u > 0.05 && u < 0.95 ? 1 : 0;
    n += 1;
  }
  double chi_square() const {
    double sum = 0;
    for (const double c : count) {
      sum += (c - n / kBins) * (c - n / kBins) / (n / kBins);
    }
    return sum;
  }
  void print() const {
    if (n == 0) {
      return;
    }
    fmt::print("  {:<44} {:5.0f}  90 % interval holds {:5.1f} %  chi-square {:6.1f}  p {:.3f}   tenths", name, n,
               100 * covered / n, chi_square(), chi_square_tail(chi_square(), kBins - 1));
    for (const double c : count) {
      fmt::print(" {:.3f}", c / n);
    }
    fmt::print("\n");
  }
};

/// Bars beside each other, with the band that holds a uniform histogram's bar 95 times in 100.
inline bool write_svg(const std::string& path, std::span<const TransformHistogram> histograms) {
  constexpr int kWidth = 210, kHeight = 120, kAcross = 3;
  const auto rows = (static_cast<int>(histograms.size()) + kAcross - 1) / kAcross;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" "
      "font-size=\"9\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kWidth * kAcross, kHeight * rows);
  for (std::size_t i = 0; i < histograms.size(); ++i) {
    const TransformHistogram& h = histograms[i];
    const int x = static_cast<int>(i) % kAcross * kWidth + 10;
    const int y = static_cast<int>(i) / kAcross * kHeight;
    const double n = std::max(h.n, 1.0);
    const double even = 1.0 / static_cast<double>(TransformHistogram::kBins);
    const double half = 1.96 * std::sqrt(even * (1 - even) / n);
    constexpr double kScale = 350;  // pixels per unit of share
    const double foot = y + 105;
    svg += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", x, y + 14, h.name);
    svg += fmt::format("<text x=\"{}\" y=\"{}\" fill=\"#555\">n {:.0f}, 90 % interval holds {:.1f} %</text>\n", x,
                       y + 26, h.n, 100 * h.covered / n);
    svg += fmt::format("<rect x=\"{}\" y=\"{:.1f}\" width=\"190\" height=\"{:.1f}\" fill=\"#ddd\"/>\n", x,
                       foot - kScale * (even + half), 2 * kScale * half);
    for (std::size_t b = 0; b < h.count.size(); ++b) {
      const double tall = std::min(75.0, kScale * h.count[b] / n);
      svg += fmt::format(
          "<rect x=\"{}\" y=\"{:.1f}\" width=\"17\" height=\"{:.1f}\" fill=\"#2b6ca3\" "
          "fill-opacity=\"0.75\"/>\n",
          x + 19 * static_cast<int>(b) + 1, foot - tall, tall);
    }
  }
  svg += "</svg>\n";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    return false;
  }
  const bool whole = std::fwrite(svg.data(), 1, svg.size(), file) == svg.size();
  return std::fclose(file) == 0 && whole;
}

}  // namespace firmground::bench
