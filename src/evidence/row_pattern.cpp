#include "evidence/row_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <optional>
#include <tuple>

#include "base/parallel.h"
#include "evidence/further_rows.h"
#include "evidence/row_forecast.h"

namespace firmground::evidence {

namespace {

using geo::Xy;

constexpr std::size_t kStarts = 6;
constexpr std::size_t kMostFields = 5;
constexpr double kPath_m = 5;

/// Rows with how their mines follow each other.
struct Laid {
  RowFit fit;
  std::vector<PitchLaw> laws;              ///< per row
  std::vector<mineaction::Device> device;  ///< per row, of most finds
  double log_ratio = 0;
};

Xy middle_of(const std::vector<Xy>& points) {
  Xy sum;
  for (const Xy p : points) {
    sum = {sum.x + p.x, sum.y + p.y};
  }
  const auto n = static_cast<double>(points.size());
  return {sum.x / n, sum.y / n};
}

std::vector<mineaction::Device> devices_of_rows(const RowFit& fit, const std::vector<mineaction::Device>& device) {
  std::vector<mineaction::Device> result;
  for (std::size_t row = 0; row < fit.rows(); ++row) {
    std::map<mineaction::Device, int> votes;
    for (std::size_t i = 0; i < device.size(); ++i) {
      if (fit.row_of_find[i] == static_cast<std::int32_t>(row)) {
        ++votes[device[i]];
      }
    }
    const auto most =
        std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    result.push_back(most == votes.end() ? mineaction::Device::unknown : most->first);
  }
  return result;
}

/// Rows that were laid alike: of one device, and with gaps of much the same length.
std::vector<std::vector<std::size_t>> alike(const Laid& laid, const std::vector<std::vector<Gap>>& gaps) {
  constexpr double kAlike = 1.5;  // ratio of mean searched gaps: pitches of one field differ less
  std::vector<std::pair<double, std::size_t>> by_gap;
  for (std::size_t row = 0; row < gaps.size(); ++row) {
    double searched_m = 0.1;
    for (const Gap& gap : gaps[row]) {
      searched_m += gap.length_m * gap.effort;
    }
    by_gap.emplace_back(searched_m / std::max<double>(1, static_cast<double>(gaps[row].size())), row);
  }
  std::sort(by_gap.begin(), by_gap.end());
  std::vector<std::vector<std::size_t>> groups;
  std::vector<double> least;
  for (const auto& [gap_m, row] : by_gap) {
    std::size_t group = 0;
    while (group < groups.size() &&
           (gap_m > kAlike * least[group] || laid.device[groups[group].front()] != laid.device[row])) {
      ++group;
    }
    if (group == groups.size()) {
      groups.emplace_back();
      least.push_back(gap_m);
    }
    groups[group].push_back(row);
  }
  return groups;
}

/// Rows laid alike share their pitch; those with too few gaps share that of all.
bool fit_laws(Laid& laid, const SearchedGround& ground) {
  constexpr std::size_t kOwnLaw = 6;
  constexpr std::size_t kLeastGaps = 3;
  std::vector<std::vector<Gap>> gaps;
  std::vector<Gap> all;
  for (std::size_t row = 0; row < laid.fit.rows(); ++row) {
    gaps.push_back(gaps_of(laid.fit, row, ground));
    all.insert(all.end(), gaps.back().begin(), gaps.back().end());
  }
  if (all.size() < kLeastGaps) {
    return false;
  }
  laid.laws.resize(laid.fit.rows());
  std::optional<PitchLaw> of_all;
  for (const std::vector<std::size_t>& rows : alike(laid, gaps)) {
    std::vector<Gap> own;
    for (const std::size_t row : rows) {
      own.insert(own.end(), gaps[row].begin(), gaps[row].end());
    }
    if (own.size() < kOwnLaw && !of_all) {
      of_all = fit_pitch(all, laid.fit.sigma_m);
    }
    const PitchLaw law = own.size() >= kOwnLaw ? fit_pitch(own, laid.fit.sigma_m) : *of_all;
    for (const std::size_t row : rows) {
      laid.laws[row] = law;
    }
    if (own.size() >= kOwnLaw) {
      laid.log_ratio += std::max(0.0, law.log_ratio);  // rows without a pitch are rows
    }
  }
  if (of_all && all.size() < 2 * kOwnLaw) {
    laid.log_ratio += std::max(0.0, of_all->log_ratio);
  }
  return true;
}

double reach_of(double found_m) {
  return std::clamp(2 * found_m, 100.0, 400.0);
}

/// The best rows of all starts: by their places across the rows first, the best two also by the gaps along them.
std::optional<Laid> lay(const std::vector<Xy>& finds, const std::vector<mineaction::Device>& devices,
                        const SearchedGround& ground, const NoRows& none) {
  const Xy middle = middle_of(finds);
  const std::vector<RowStart> starts = row_starts(finds, middle, kStarts);
  constexpr double kChartBeyond_m = 420;  // a little more than the longest reach
  std::vector<std::optional<RowFit>> tried(2 * starts.size());
  base::parallel_for(tried.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      tried[i] = fit_rows(finds, ground, none, starts[i / 2], middle,
                          i % 2 == 0 ? GrowFrom::best_place : GrowFrom::middle, kChartBeyond_m);
    }
  });
  std::stable_sort(tried.begin(), tried.end(),
                   [](const auto& a, const auto& b) { return a && (!b || a->log_ratio > b->log_ratio); });
  constexpr std::size_t kWithPitch = 2;
  std::optional<Laid> best;
  for (std::size_t i = 0; i < std::min(kWithPitch, tried.size()) && tried[i]; ++i) {
    Laid laid{std::move(*tried[i]), {}, {}, 0};
    laid.device = devices_of_rows(laid.fit, devices);
    laid.log_ratio = laid.fit.log_ratio;
    if (fit_laws(laid, ground) && (!best || laid.log_ratio > best->log_ratio)) {
      best = std::move(laid);
    }
  }
  return best;
}

/// Rows are not always what they seem: of what the walk promises, three quarters were met on invented countries that
/// the figures of the method page are not made from.  The rest is spread round the finds.  Eq. 17.
constexpr double kRowsHold = 0.75;

void allow_for_wrong_rows(RowForecast& forecast) {
  for (auto& row : forecast.left_per_m) {
    for (double& left : row) {
      left *= kRowsHold;
    }
  }
}

std::vector<Xy> path_of(const RowFit& fit, double offset, double from_s, double to_s) {
  std::vector<Xy> path;
  const auto steps = static_cast<int>(std::max(1.0, std::ceil((to_s - from_s) / kPath_m)));
  for (int i = 0; i <= steps; ++i) {
    const double s = std::lerp(from_s, to_s, static_cast<double>(i) / steps);
    path.push_back(fit.chart.at(s, offset + fit.bend.at(s)));
  }
  return path;
}

/// Mean phase of the row's finds in its pitch, as a place along the chart, by the nearest finds of the next row: over
/// a few pitches errors do not add up yet.  NaN when the pitches differ or the phases agree no better than by chance.
double stagger_m(const RowFit& fit, std::size_t row, const PitchLaw& law, const PitchLaw& before) {
  if (std::abs(law.pitch_m - before.pitch_m) > 1e-9) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double cosines = 0, sines = 0, pairs = 0;
  for (std::size_t i = 0; i < fit.local.size(); ++i) {
    for (std::size_t j = 0; j < fit.local.size(); ++j) {
      const bool asked = fit.row_of_find[i] == static_cast<std::int32_t>(row) &&
                         fit.row_of_find[j] == static_cast<std::int32_t>(row) - 1;
      const double apart = fit.local[i].s - fit.local[j].s;
      if (asked && std::abs(apart) <= law.pitch_m) {
        cosines += std::cos(2 * std::numbers::pi * apart / law.pitch_m);
        sines += std::sin(2 * std::numbers::pi * apart / law.pitch_m);
        pairs += 1;
      }
    }
  }
  // Rayleigh: mean resultant squared times pairs is exponential when phases are even; 3 is 5 %.
  if (pairs < 3 || (cosines * cosines + sines * sines) / pairs < 3) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double turn = std::atan2(sines, cosines) / (2 * std::numbers::pi);
  return law.pitch_m * (turn < 0 ? turn + 1 : turn);
}

PatternRow describe_row(const Laid& laid, std::size_t row, const std::vector<std::string>& ids) {
  const RowFit& fit = laid.fit;
  const PitchLaw& law = laid.laws[row];
  PatternRow result;
  result.offset_m = fit.bend.offsets()[row] - fit.bend.offsets().front();
  result.stagger_m = row > 0 ? stagger_m(fit, row, law, laid.laws[row - 1]) : std::numeric_limits<double>::quiet_NaN();
  result.pitch_m = {law.pitch_m, law.pitch_low_m, law.pitch_high_m};
  result.step_sd_m = law.step_sd_m;
  result.presence = law.presence;
  result.device = laid.device[row];
  std::vector<std::pair<double, std::string>> members;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (fit.row_of_find[i] == static_cast<std::int32_t>(row)) {
      members.emplace_back(fit.local[i].s, ids[i]);
    }
  }
  std::sort(members.begin(), members.end());
  for (const auto& [s, id] : members) {
    result.finds.push_back(id);
  }
  if (!members.empty()) {
    result.path = path_of(fit, fit.bend.offsets()[row], members.front().first, members.back().first);
  }
  return result;
}

PatternField describe(const Laid& laid, const RowForecast& forecast, const FurtherRows& further,
                      const std::vector<std::string>& ids) {
  const RowFit& fit = laid.fit;
  PatternField field;
  for (std::size_t row = 0; row < fit.rows(); ++row) {
    field.rows.push_back(describe_row(laid, row, ids));
  }
  for (const SuspectedRow& row : further.rows) {
    field.further.push_back({row.offset_m - fit.bend.offsets().front(), row.sd_m, row.probability,
                             path_of(fit, row.offset_m, fit.from_s, fit.to_s)});
  }
  constexpr double kNinety = 1.645;
  field.spacing_m = {further.spacing_m, std::max(0.0, further.spacing_m - kNinety * further.spacing_sd_m),
                     further.spacing_m + kNinety * further.spacing_sd_m};
  const double first = fit.chart.heading(fit.from_s);
  const double last = fit.chart.heading(fit.to_s);
  const double middle = 90 - fit.chart.heading((fit.from_s + fit.to_s) / 2) * 180 / std::numbers::pi;
  field.heading_deg = std::fmod(std::fmod(middle, 180) + 180, 180);
  field.length_m = fit.to_s - fit.from_s;
  const double turn = std::remainder(last - first, 2 * std::numbers::pi);
  field.bend_per_100_m_deg = -turn * 180 / std::numbers::pi * 100 / std::max(1.0, field.length_m);
  field.sigma_m = fit.sigma_m;
  field.goes_on_first_m = {fit.from_s - forecast.first_end_p50_s, fit.from_s - forecast.first_end_p95_s,
                           fit.from_s - forecast.first_end_p05_s};
  field.goes_on_last_m = {forecast.last_end_p50_s - fit.to_s, forecast.last_end_p05_s - fit.to_s,
                          forecast.last_end_p95_s - fit.to_s};
  field.reaches_beyond = forecast.goes_on;
  field.log_ratio = laid.log_ratio;
  return field;
}

/// Cuts what is left along a row into single places: the highest peak first, half a pitch to each side of it.
void add_positions(const Laid& laid, const RowForecast& forecast, const SearchedGround& ground, std::size_t row,
                   std::uint32_t field, const PatternOptions& options, std::vector<MissingPosition>& positions) {
  const RowFit& fit = laid.fit;
  std::vector<double> left = forecast.left_per_m[row];
  const auto half = static_cast<std::ptrdiff_t>(std::max(1.0, laid.laws[row].pitch_m / 2 / forecast.step_m));
  double first_s = 1e300, last_s = -1e300;
  for (std::size_t i = 0; i < fit.local.size(); ++i) {
    if (fit.row_of_find[i] == static_cast<std::int32_t>(row)) {
      first_s = std::min(first_s, fit.local[i].s);
      last_s = std::max(last_s, fit.local[i].s);
    }
  }
  std::vector<std::size_t> order(left.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return left[a] > left[b]; });
  std::vector<std::uint8_t> taken(left.size(), 0);
  for (const std::size_t peak : order) {
    if (taken[peak] != 0 || left[peak] <= 0) {
      continue;
    }
    double mass = 0, mean = 0, square = 0;
    const auto visit = [&](std::ptrdiff_t i) {
      const auto at = static_cast<std::size_t>(i);
      const double m = left[at] * forecast.step_m;
      taken[at] = 1;
      mass += m;
      mean += m * forecast.s(at);
      square += m * forecast.s(at) * forecast.s(at);
    };
    const auto p = static_cast<std::ptrdiff_t>(peak);
    for (std::ptrdiff_t i = p; i >= 0 && i > p - half && (i == p || taken[static_cast<std::size_t>(i)] == 0); --i) {
      visit(i);
    }
    for (std::ptrdiff_t i = p + 1;
         i < static_cast<std::ptrdiff_t>(left.size()) && i < p + half && taken[static_cast<std::size_t>(i)] == 0; ++i) {
      visit(i);
    }
    if (mass < options.least_probability) {
      continue;
    }
    mean /= mass;
    const double along = std::max(0.0, square / mass - mean * mean);
    const double across = fit.sigma_m * fit.sigma_m + fit.variance(row, mean);
    constexpr double kNinety = 2.146;  // radius of 90 % of a round normal law, in standard deviations
    const double radius_m = kNinety * std::sqrt((along + across) / 2);
    if (radius_m <= options.most_radius_m) {
      const Xy at = fit.at(row, mean);
      positions.push_back({at, std::min(0.99, mass), radius_m, ground.at(at), mean < first_s || mean > last_s, field,
                           static_cast<std::uint32_t>(row)});
    }
  }
}

/// Adds what rows, found and suspected, leave in each cell.  Eq. 16.
void add_score(const Laid& laid, const RowForecast& forecast, const FurtherRows& further, const SearchedGround& ground,
               std::vector<float>& expected) {
  const RowFit& fit = laid.fit;
  const geo::Grid& grid = ground.grid;
  const double cell_m2 = grid.cell_m * grid.cell_m;
  const double side_m = std::max(60.0, 3 * further.spacing_m);
  const double low = fit.bend.offsets().front() - side_m;
  const double high = fit.bend.offsets().back() + side_m;
  double per_m = 0;
  for (const PitchLaw& law : laid.laws) {
    per_m += law.presence / law.pitch_m / static_cast<double>(laid.laws.size());
  }
  base::parallel_for(grid.size(), 4096, [&](std::size_t begin, std::size_t end) {
    for (std::size_t cell = begin; cell < end; ++cell) {
      const RowChart::Local at = fit.chart.local(grid.centre(cell));
      const double step = std::round((at.s - forecast.from_s) / forecast.step_m);
      const double n = at.n - fit.bend.at(at.s);
      if (step < 0 || step >= static_cast<double>(forecast.steps()) || n < low || n > high) {
        continue;
      }
      const auto i = static_cast<std::size_t>(step);
      const double not_found = 1 - static_cast<double>(ground.effort[cell]);
      double density = further.at(n) * forecast.inside[i] * per_m * not_found;
      for (std::size_t row = 0; row < fit.rows(); ++row) {
        const double variance = fit.sigma_m * fit.sigma_m + fit.variance(row, at.s) + cell_m2 / 12;
        const double off = n - fit.bend.offsets()[row];
        if (off * off < 25 * variance) {
          density += forecast.left_per_m[row][i] * std::exp(-0.5 * off * off / variance) /
                     std::sqrt(2 * std::numbers::pi * variance);
        }
      }
      float& value = expected[cell];
      value = (std::isnan(value) ? 0 : value) + static_cast<float>(density * cell_m2);
    }
  });
}

/// Strays say that there are others near them; and finds of rows do a little, for the rows may be wrong.  Eq. 17.
void add_strays(const std::vector<Xy>& finds, const std::vector<double>& stray, const SearchedGround& ground,
                std::vector<float>& expected) {
  constexpr double kReach_m = 20;
  const geo::Grid& grid = ground.grid;
  const auto cells = static_cast<std::int32_t>(3 * kReach_m / grid.cell_m);
  std::vector<double> density(grid.size(), 0);
  for (std::size_t i = 0; i < finds.size(); ++i) {
    const std::int32_t column = grid.column_of(finds[i].x);
    const std::int32_t row = grid.row_of(finds[i].y);
    double seen = 0, all = 0;
    const auto each = [&](auto&& visit) {
      for (std::int32_t r = row - cells; r <= row + cells; ++r) {
        for (std::int32_t c = column - cells; c <= column + cells; ++c) {
          const Xy centre = grid.centre(c, r);
          const double u = std::hypot(centre.x - finds[i].x, centre.y - finds[i].y) / kReach_m;
          visit(c, r, std::exp(-0.5 * u * u));
        }
      }
    };
    each([&](std::int32_t c, std::int32_t r, double weight) {
      all += weight;
      seen += grid.has(c, r) ? weight * static_cast<double>(ground.effort[grid.index(c, r)]) : 0;
    });
    const double scale = ((1 - kRowsHold) * (1 - stray[i]) + stray[i]) / std::max(0.1 * all, seen);
    each([&](std::int32_t c, std::int32_t r, double weight) {
      if (grid.has(c, r)) {
        density[grid.index(c, r)] += scale * weight;
      }
    });
  }
  for (std::size_t cell = 0; cell < expected.size(); ++cell) {
    if (!std::isnan(expected[cell])) {
      expected[cell] += static_cast<float>(density[cell] * (1 - static_cast<double>(ground.effort[cell])));
    }
  }
}

std::vector<WorkBlock> blocks_of(const geo::Grid& grid, const std::vector<float>& expected) {
  std::map<std::pair<std::int64_t, std::int64_t>, double> sums;
  for (std::size_t cell = 0; cell < expected.size(); ++cell) {
    if (!std::isnan(expected[cell])) {
      const Xy centre = grid.centre(cell);
      sums[{static_cast<std::int64_t>(std::floor(centre.x / RowPattern::kBlock_m)),
            static_cast<std::int64_t>(std::floor(centre.y / RowPattern::kBlock_m))}] +=
          static_cast<double>(expected[cell]);
    }
  }
  std::vector<WorkBlock> blocks;
  blocks.reserve(sums.size());
  for (const auto& [at, sum] : sums) {
    blocks.push_back({{(static_cast<double>(at.first) + 0.5) * RowPattern::kBlock_m,
                       (static_cast<double>(at.second) + 0.5) * RowPattern::kBlock_m},
                      sum});
  }
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const WorkBlock& a, const WorkBlock& b) { return a.expected > b.expected; });
  return blocks;
}

/// Finds that are still unexplained, as the next field is looked for.
struct Open {
  std::vector<Xy> finds;
  std::vector<mineaction::Device> devices;
  std::vector<std::string> ids;
  std::vector<std::size_t> index;
};

Open strays_of(const Open& open, const RowFit& fit) {
  Open result;
  for (std::size_t i = 0; i < open.finds.size(); ++i) {
    if (fit.row_of_find[i] < 0) {
      result.finds.push_back(open.finds[i]);
      result.devices.push_back(open.devices[i]);
      result.ids.push_back(open.ids[i]);
      result.index.push_back(open.index[i]);
    }
  }
  return result;
}

}  // namespace

base::Result<RowPattern> find_row_pattern(std::vector<PatternFind> finds, SearchedGround ground,
                                          const PatternOptions& options) {
  RowPattern result;
  result.finds = result.strays = finds.size();
  if (finds.size() < RowPattern::kLeastFinds) {
    return base::fail("evidence.too_few_finds", {{"finds", fmt::format("{}", finds.size())},
                                                 {"least", fmt::format("{}", RowPattern::kLeastFinds)}});
  }
  std::sort(finds.begin(), finds.end(), [](const PatternFind& a, const PatternFind& b) {
    return std::tuple(a.position.x, a.position.y, a.find_id) < std::tuple(b.position.x, b.position.y, b.find_id);
  });
  Open open;
  for (std::size_t i = 0; i < finds.size(); ++i) {
    open.finds.push_back(finds[i].position);
    open.devices.push_back(finds[i].device);
    open.ids.push_back(finds[i].find_id);
    open.index.push_back(i);
  }
  const std::vector<Xy> all = open.finds;
  std::vector<double> stray(all.size(), 1);
  ground.show_finds(all);
  result.grid = ground.grid;
  result.expected.assign(ground.grid.size(), std::numeric_limits<float>::quiet_NaN());
  while (open.finds.size() >= RowPattern::kLeastFinds && result.fields.size() < kMostFields) {
    const NoRows none = without_rows(open.finds, ground);
    const std::optional<Laid> laid = lay(open.finds, open.devices, ground, none);
    if (result.fields.empty()) {
      result.clump_m = none.clump_m;
      result.log_ratio = laid ? laid->log_ratio : 0;
    }
    if (!laid || laid->log_ratio < RowPattern::kStandsOut) {
      break;
    }
    RowForecast forecast = forecast_rows(laid->fit, laid->laws, ground, reach_of(laid->fit.to_s - laid->fit.from_s));
    allow_for_wrong_rows(forecast);
    const FurtherRows further = further_rows(laid->fit, laid->laws.front(), ground);
    for (std::size_t row = 0; row < laid->fit.rows(); ++row) {
      add_positions(*laid, forecast, ground, row, static_cast<std::uint32_t>(result.fields.size()), options,
                    result.positions);
    }
    add_score(*laid, forecast, further, ground, result.expected);
    result.fields.push_back(describe(*laid, forecast, further, open.ids));
    for (std::size_t i = 0; i < open.index.size(); ++i) {
      stray[open.index[i]] = laid->fit.stray[i];
    }
    open = strays_of(open, laid->fit);
  }
  if (result.fields.empty()) {
    return result;
  }
  result.verdict = PatternVerdict::rows;
  result.strays = open.finds.size();
  add_strays(all, stray, ground, result.expected);
  result.blocks = blocks_of(result.grid, result.expected);
  std::stable_sort(result.positions.begin(), result.positions.end(),
                   [](const MissingPosition& a, const MissingPosition& b) { return a.probability > b.probability; });
  return result;
}

}  // namespace firmground::evidence
