#include "estimate/peers.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"

namespace firmground::estimate {

namespace {

std::vector<float> gaussian_blur(const geo::Grid& grid, const std::vector<float>& value, double bandwidth_cells) {
  const auto reach = static_cast<std::ptrdiff_t>(std::ceil(3 * bandwidth_cells));
  std::vector<float> kernel;
  for (std::ptrdiff_t k = -reach; k <= reach; ++k) {
    kernel.push_back(
        static_cast<float>(std::exp(-0.5 * static_cast<double>(k * k) / (bandwidth_cells * bandwidth_cells))));
  }
  const auto pass = [&](const std::vector<float>& from, std::ptrdiff_t length, std::ptrdiff_t lines,
                        std::ptrdiff_t along, std::ptrdiff_t across) {
    std::vector<float> to(from.size(), 0);
    base::parallel_for(static_cast<std::size_t>(lines), 64, [&](std::size_t begin, std::size_t end) {
      for (auto line = static_cast<std::ptrdiff_t>(begin); line < static_cast<std::ptrdiff_t>(end); ++line) {
        for (std::ptrdiff_t i = 0; i < length; ++i) {
          const float v = from[static_cast<std::size_t>(line * across + i * along)];
          if (v == 0) {
            continue;
          }
          for (std::ptrdiff_t k = std::max<std::ptrdiff_t>(-reach, -i); k <= std::min(reach, length - 1 - i); ++k) {
            to[static_cast<std::size_t>(line * across + (i + k) * along)] +=
                v * kernel[static_cast<std::size_t>(k + reach)];
          }
        }
      }
    });
    return to;
  };
  const std::ptrdiff_t columns = grid.columns;
  const std::ptrdiff_t rows = grid.rows;
  return pass(pass(value, columns, rows, 1, columns), rows, columns, columns, 1);
}

}  // namespace

std::vector<float> recorded_outline_score(const evidence::Observations& observations) {
  std::vector<float> score(observations.grid.size(), 0);
  for (const evidence::CovariateField& field : observations.covariates) {
    if (field.name == "distance to recorded minefields") {
      for (std::size_t i = 0; i < score.size(); ++i) {
        score[i] = field.value[i] <= 50 ? 1 : 0;
      }
    }
  }
  return score;
}

std::vector<double> kernel_bandwidths(double cell_m) {
  std::vector<double> result;
  for (const double cells : {1.5, 3.0, 6.0, 12.0, 24.0}) {
    result.push_back(cells * cell_m);
  }
  return result;
}

std::vector<float> kernel_density_score(const evidence::Observations& observations, double bandwidth_m,
                                        const std::vector<std::uint8_t>& leave_out) {
  const geo::Grid& grid = observations.grid;
  const auto used = [&](std::uint32_t cell) { return leave_out.empty() || leave_out[cell] == 0; };
  std::vector<float> found(grid.size(), 0);
  std::vector<float> effort(grid.size(), 0);
  const bool presence_only = observations.mode == "presence-only";
  for (std::size_t k = 0; k < 2; ++k) {
    for (const evidence::SearchedCell& cell : observations.searched[k]) {
      if (used(cell.cell)) {
        effort[cell.cell] = std::max(effort[cell.cell], cell.share * cell.detection);
        found[cell.cell] = cell.found > 0 ? 1 : found[cell.cell];
      }
    }
    for (const evidence::Report& report : observations.reports[k]) {
      if (presence_only && used(report.cell)) {
        found[report.cell] += static_cast<float>(report.count);
      }
    }
  }
  if (presence_only) {
    return gaussian_blur(grid, found, bandwidth_m / grid.cell_m);
  }
  double total_found = 0;
  double total_effort = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    total_found += static_cast<double>(found[i]);
    total_effort += static_cast<double>(effort[i]);
  }
  const auto mean = static_cast<float>(total_found / std::max(total_effort, 1.0));
  std::vector<float> score = gaussian_blur(grid, found, bandwidth_m / grid.cell_m);
  const std::vector<float> around = gaussian_blur(grid, effort, bandwidth_m / grid.cell_m);
  for (std::size_t i = 0; i < score.size(); ++i) {
    score[i] = (score[i] + mean) / (around[i] + 1);
  }
  return score;
}

}  // namespace firmground::estimate
