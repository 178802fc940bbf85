#include "estimate/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "estimate/prediction.h"

namespace firmground::estimate {

Calibration fit_calibration(std::span<const HeldOutSearch> searches) {
  if (searches.empty()) {
    return {};
  }
  // Many forecasts say the same: bins in mean and sd make each trial cheap and change nothing that matters.
  struct Bin {
    double mean = 0, variance = 0, detection = 0, found = 0, count = 0;
  };
  constexpr int kMeans = 120;
  constexpr int kSds = 24;
  std::vector<Bin> bins(static_cast<std::size_t>(kMeans * kSds * 2));
  for (const HeldOutSearch& s : searches) {
    const int m = std::clamp(static_cast<int>((s.mean + 20) / 30 * kMeans), 0, kMeans - 1);
    const int v = std::clamp(static_cast<int>(std::sqrt(std::max(0.0, s.variance)) / 8 * kSds), 0, kSds - 1);
    Bin& bin = bins[static_cast<std::size_t>((m * kSds + v) * 2 + (s.detection > 0.7 ? 1 : 0))];
    bin.mean += s.mean;
    bin.variance += s.variance;
    bin.detection += s.detection;
    bin.found += s.found ? 1 : 0;
    bin.count += 1;
  }
  std::erase_if(bins, [](const Bin& b) { return b.count == 0; });
  for (Bin& b : bins) {
    b.mean /= b.count;
    b.variance /= b.count;
    b.detection /= b.count;
  }
  const auto log_posterior = [&](const std::array<double, 3>& x) {
    double sum = -0.5 * (x[0] * x[0] / 0.49 + x[1] * x[1] / 0.09 + x[2] * x[2] / 0.25);
    for (const Bin& b : bins) {
      const double spread = std::exp(x[2]);
      const double p = std::clamp(
          b.detection * mean_presence(x[0] + std::exp(x[1]) * b.mean, spread * spread * b.variance), 1e-9, 1 - 1e-9);
      sum += b.found * std::log(p) + (b.count - b.found) * std::log1p(-p);
    }
    return sum;
  };
  std::array<double, 3> at = {0, 0, 0};
  double best = log_posterior(at);
  for (double step = 0.4; step > 0.004;) {
    bool moved = false;
    for (std::size_t k = 0; k < 6 && !moved; ++k) {
      std::array<double, 3> next = at;
      next[k / 2] += k % 2 == 0 ? step : -step;
      // Blocks held out lie beside searched ground; a spread above one, learned there, would run wild far from it.
      next[2] = std::min(next[2], 0.0);
      const double value = log_posterior(next);
      if (value > best + 1e-9) {
        best = value;
        at = next;
        moved = true;
      }
    }
    step = moved ? step : step / 2;
  }
  return {at[0], std::exp(at[1]), std::exp(at[2])};
}

base::Result<std::vector<HeldOutSearch>> forecast_held_out(FieldFitter& fitter, const HazardModel& model,
                                                           const geo::Grid& grid, const Hyperparameters& hyper,
                                                           int folds) {
  const auto block_cells = static_cast<std::uint32_t>(std::max(8.0, 1000 / grid.cell_m));
  const auto columns = static_cast<std::uint32_t>(grid.columns);
  const auto fold_of = [&](std::uint32_t cell) {
    std::uint64_t block =
        (static_cast<std::uint64_t>(cell / columns / block_cells) << 32U) | (cell % columns / block_cells);
    block *= 0x9e3779b97f4a7c15U;  // Fibonacci hashing spreads neighbouring blocks over the folds
    return static_cast<int>((block >> 40U) % static_cast<std::uint64_t>(folds));
  };
  std::vector<HeldOutSearch> result;
  for (int fold = 0; fold < folds; ++fold) {
    std::vector<std::uint8_t> muted(model.observations.size());
    for (std::size_t i = 0; i < muted.size(); ++i) {
      muted[i] = fold_of(model.observations[i].cell) == fold ? 1 : 0;
    }
    fitter.mute(muted);
    FG_TRY_VOID(fitter.fit(hyper, FieldFitter::Want::mode, 1.0));
    for (std::size_t i = 0; i < muted.size(); ++i) {
      const Observation& o = model.observations[i];
      if (muted[i] != 0) {
        result.push_back(
            {fitter.predictor_mean()[i], fitter.predictor_variance()[i], static_cast<double>(o.detection), o.found});
      }
    }
  }
  fitter.mute({});
  return result;
}

}  // namespace firmground::estimate
