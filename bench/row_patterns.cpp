// How much sooner are the mines of a task met when its ground is worked in the order of `firmground pattern`?
//   bench_row_patterns [--first SEED] [--count N] [--fields N] [--noise METRES] [--replan BATCHES] [--tune] [--tasks
//   FILE]
// Fields of invented countries, the first 30-50 % of each worked in the order of a task (along the rows from one end,
// across them from one flank, in lanes across); then the rest in the order of four rankings. One table of
// docs/methods/row-patterns.md. --tune prints the rows of all settings of the PCA fit instead.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <numeric>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "evidence/row_pattern.h"
#include "geo/overlay.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;
using geo::Xy;

constexpr double kCell_m = 2.5;
constexpr double kUnit_m = 5;  ///< a unit of ground to be worked
constexpr double kDetection = 0.95;

enum class Order : std::uint8_t { along, across, lanes };
constexpr std::array kOrders = {Order::along, Order::across, Order::lanes};
constexpr std::array kOrderNames = {"along the rows", "across them", "lanes across"};

struct Mine {
  Xy position;
  mineaction::Device device;
  bool found = false;
};

/// A task half done.
struct Site {
  geo::Grid units;
  std::vector<std::uint8_t> in_task, worked;  ///< per unit
  std::vector<Mine> mines;                    ///< that lie in the task
  std::vector<Mine> beside;                   ///< that lie round it, to which rows may go on
  std::vector<evidence::PatternFind> finds;
  base::Random random{1};
  double noise_m = 1;

  void work(std::size_t unit) {
    worked[unit] = 1;
    for (Mine& mine : mines) {
      if (!mine.found && units.cell_of(mine.position) == static_cast<std::int64_t>(unit) && random.chance(kDetection)) {
        mine.found = true;
        const Xy seen{mine.position.x + random.normal(0, noise_m), mine.position.y + random.normal(0, noise_m)};
        finds.push_back({fmt::format("F-{:04}", finds.size()), seen, mine.device});
      }
    }
  }
  std::size_t left() const {
    std::size_t n = 0;
    for (const Mine& mine : mines) {
      const std::int64_t unit = units.cell_of(mine.position);
      n += !mine.found && unit >= 0 && worked[static_cast<std::size_t>(unit)] == 0 ? 1 : 0;
    }
    return n;
  }
  std::vector<std::size_t> open_units() const {
    std::vector<std::size_t> open;
    for (std::size_t u = 0; u < units.size(); ++u) {
      if (in_task[u] != 0 && worked[u] == 0) {
        open.push_back(u);
      }
    }
    return open;
  }
  evidence::SearchedGround searched() const {
    evidence::SearchedGround ground;
    ground.grid = geo::Grid{kCell_m, units.west * 2, units.north * 2, units.columns * 2, units.rows * 2};
    ground.effort.assign(ground.grid.size(), 0);
    for (std::size_t u = 0; u < units.size(); ++u) {
      if (worked[u] != 0) {
        const auto c = static_cast<std::int32_t>(u % static_cast<std::size_t>(units.columns)) * 2;
        const auto r = static_cast<std::int32_t>(u / static_cast<std::size_t>(units.columns)) * 2;
        for (const auto& [dc, dr] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
          ground.effort[ground.grid.index(c + dc, r + dr)] = kDetection;
        }
      }
    }
    return ground;
  }
};

struct Axis {
  Xy middle, along;
};
Axis principal_axis(const std::vector<Xy>& points) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (const Xy p : points) {
    n += 1;
    x += p.x - points[0].x;
    y += p.y - points[0].y;
  }
  const Xy middle{points[0].x + x / n, points[0].y + y / n};
  for (const Xy p : points) {
    xx += (p.x - middle.x) * (p.x - middle.x);
    xy += (p.x - middle.x) * (p.y - middle.y);
    yy += (p.y - middle.y) * (p.y - middle.y);
  }
  const double angle = 0.5 * std::atan2(2 * xy, xx - yy);
  return {middle, {std::cos(angle), std::sin(angle)}};
}
double along(const Axis& a, Xy p) {
  return (p.x - a.middle.x) * a.along.x + (p.y - a.middle.y) * a.along.y;
}
double across(const Axis& a, Xy p) {
  return (p.y - a.middle.y) * a.along.x - (p.x - a.middle.x) * a.along.y;
}

/// Works the first part of the task in its order.
void begin_task(Site& site, Order order, const Axis& axis, double share) {
  std::vector<std::pair<double, std::size_t>> queue;
  for (const std::size_t u : site.open_units()) {
    const Xy p = site.units.centre(u);
    queue.emplace_back(order == Order::across ? across(axis, p) : along(axis, p), u);
  }
  std::sort(queue.begin(), queue.end());
  if (order == Order::lanes) {
    constexpr double kLane_m = 10;
    const double every_m = kLane_m / share;
    for (const auto& [at, u] : queue) {
      if (at - every_m * std::floor(at / every_m) < kLane_m) {
        site.work(u);
      }
    }
    return;
  }
  const auto end = static_cast<std::size_t>(share * static_cast<double>(queue.size()));
  for (std::size_t i = 0; i < end; ++i) {
    site.work(queue[i].second);
  }
}

using Scores = std::vector<double>;  ///< per unit, more = sooner

double nearest_find_m(const Site& site, Xy p) {
  double best = 1e9;
  for (const auto& find : site.finds) {
    best = std::min(best, std::hypot(find.position.x - p.x, find.position.y - p.y));
  }
  return best;
}

Scores by_nearest(const Site& site, const std::vector<std::size_t>& open) {
  Scores scores(site.units.size(), 0);
  for (const std::size_t u : open) {
    scores[u] = -nearest_find_m(site, site.units.centre(u));
  }
  return scores;
}

struct Tally {
  std::size_t fitted = 0, none = 0;
  double seconds = 0;
  std::array<double, 5> said{}, met{};
  std::array<int, 5> listed{};
  double expected = 0, left = 0;  ///< mines on open ground of which something is said
};

/// Of the positions listed: is a mine left within their radius? Each mine serves one position.
void check_positions(const Site& site, const evidence::RowPattern& pattern, Tally& tally) {
  std::vector<Mine> mines = site.mines;
  mines.insert(mines.end(), site.beside.begin(), site.beside.end());
  std::vector<std::uint8_t> used(mines.size(), 0);
  for (const auto& position : pattern.positions) {
    std::size_t best = mines.size();
    double best_m = position.radius90_m;
    for (std::size_t i = 0; i < mines.size(); ++i) {
      const double away_m =
          std::hypot(mines[i].position.x - position.position.x, mines[i].position.y - position.position.y);
      if (!mines[i].found && used[i] == 0 && away_m <= best_m) {
        best = i;
        best_m = away_m;
      }
    }
    const auto bin = std::min<std::size_t>(4, static_cast<std::size_t>(position.probability * 5));
    tally.said[bin] += position.probability;
    ++tally.listed[bin];
    if (best < mines.size()) {
      used[best] = 1;
      tally.met[bin] += 1;
    }
  }
}

Scores by_pattern(const Site& site, const std::vector<std::size_t>& open, Tally& tally) {
  Scores scores = by_nearest(site, open);
  for (const std::size_t u : open) {
    scores[u] -= 1e6;  // what nothing is said of comes last, nearest first
  }
  if (site.finds.size() < evidence::RowPattern::kLeastFinds) {
    ++tally.none;
    return scores;
  }
  const auto [seconds, pattern] =
      bench::timed([&] { return bench::value_of(evidence::find_row_pattern(site.finds, site.searched())); });
  tally.seconds += seconds;
  ++tally.fitted;
  if (pattern.verdict == evidence::PatternVerdict::none) {
    ++tally.none;
    return scores;
  }
  check_positions(site, pattern, tally);
  std::vector<double> sum(site.units.size(), 0);
  std::vector<std::uint8_t> said(site.units.size(), 0);
  for (std::size_t c = 0; c < pattern.expected.size(); ++c) {
    const std::int64_t unit = site.units.cell_of(pattern.grid.centre(c));
    if (unit >= 0 && !std::isnan(pattern.expected[c])) {
      sum[static_cast<std::size_t>(unit)] += static_cast<double>(pattern.expected[c]);
      said[static_cast<std::size_t>(unit)] = 1;
    }
  }
  for (const std::size_t u : open) {
    if (said[u] != 0) {
      scores[u] = sum[u];
      tally.expected += sum[u];
    }
  }
  for (const Mine& mine : site.mines) {
    const auto unit = static_cast<std::size_t>(site.units.cell_of(mine.position));
    tally.left += !mine.found && site.worked[unit] == 0 && said[unit] != 0 ? 1 : 0;
  }
  return scores;
}

/// Rows by clusters, a straight line through each by PCA, extended both ways (the linear deminer of RestoreAI).
struct PcaSettings {
  // The best of --tune on the countries 101 to 106, which the table is not made from.
  bool by_projection = false;  ///< cluster by the offset from the common axis, else by chains of near neighbours
  double link = 2.5;           ///< of the median distance to the nearest find (chains), or metres (projection)
  double beside_m = 32;        ///< standard deviation of the score across a line
  double beyond_m = 60;        ///< decay of the score beyond the last find of a line
};

std::vector<std::vector<Xy>> clusters(const std::vector<Xy>& points, const PcaSettings& settings) {
  std::vector<double> offset(points.size(), 0);
  double link_m = settings.link;
  if (settings.by_projection) {
    const Axis axis = principal_axis(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      offset[i] = across(axis, points[i]);
    }
  } else {
    std::vector<double> nearest;
    for (std::size_t i = 0; i < points.size(); ++i) {
      double best = 1e9;
      for (std::size_t j = 0; j < points.size(); ++j) {
        if (i != j) {
          best = std::min(best, std::hypot(points[i].x - points[j].x, points[i].y - points[j].y));
        }
      }
      nearest.push_back(best);
    }
    std::sort(nearest.begin(), nearest.end());
    link_m *= nearest[nearest.size() / 2];
  }
  std::vector<std::size_t> root(points.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find_root = [&](std::size_t i) {
    while (root[i] != i) {
      i = root[i] = root[root[i]];
    }
    return i;
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double apart = settings.by_projection ? std::abs(offset[i] - offset[j])
                                                  : std::hypot(points[i].x - points[j].x, points[i].y - points[j].y);
      if (apart <= link_m) {
        root[find_root(i)] = find_root(j);
      }
    }
  }
  std::map<std::size_t, std::vector<Xy>> by_root;
  for (std::size_t i = 0; i < points.size(); ++i) {
    by_root[find_root(i)].push_back(points[i]);
  }
  std::vector<std::vector<Xy>> result;
  for (auto& [r, members] : by_root) {
    if (members.size() >= 3) {
      result.push_back(std::move(members));
    }
  }
  return result;
}

Scores by_pca(const Site& site, const std::vector<std::size_t>& open, const PcaSettings& settings) {
  std::vector<Xy> points;
  for (const auto& find : site.finds) {
    points.push_back(find.position);
  }
  Scores scores = by_nearest(site, open);
  for (const std::size_t u : open) {
    scores[u] *= 1e-6;
  }
  if (points.size() < 3) {
    return scores;
  }
  for (const std::vector<Xy>& members : clusters(points, settings)) {
    const Axis axis = principal_axis(members);
    double low = 1e9, high = -1e9;
    for (const Xy p : members) {
      low = std::min(low, along(axis, p));
      high = std::max(high, along(axis, p));
    }
    for (const std::size_t u : open) {
      const Xy p = site.units.centre(u);
      const double s = along(axis, p);
      const double beyond_m = std::max({0.0, low - s, s - high});
      const double off = across(axis, p) / settings.beside_m;
      scores[u] += std::exp(-0.5 * off * off - beyond_m / settings.beyond_m);
    }
  }
  return scores;
}

using Ranking = std::function<Scores(const Site&, const std::vector<std::size_t>&)>;

struct Curve {
  double area = 0, at10 = 0, at25 = 0, at50 = 0;
};

/// Works what is left of the task in the order of the ranking; what was found so far may change the order of the rest.
Curve work_off(Site site, const Ranking& ranking, int batches) {
  const std::size_t total = site.open_units().size();
  const double mines = static_cast<double>(site.left());
  std::vector<double> share{0};
  double met = 0;
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<std::size_t> open = site.open_units();
    const Scores scores = ranking(site, open);
    std::stable_sort(open.begin(), open.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    const std::size_t until = total * static_cast<std::size_t>(batch + 1) / static_cast<std::size_t>(batches);
    for (std::size_t i = 0; share.size() <= until; ++i) {
      for (const Mine& mine : site.mines) {
        met += !mine.found && site.units.cell_of(mine.position) == static_cast<std::int64_t>(open[i]) ? 1 : 0;
      }
      site.work(open[i]);
      share.push_back(met / mines);
    }
  }
  const auto at = [&](double x) { return share[static_cast<std::size_t>(x * static_cast<double>(total))]; };
  return {std::accumulate(share.begin(), share.end(), 0.0) / static_cast<double>(share.size()), at(0.1), at(0.25),
          at(0.5)};
}

struct Sums {
  double n = 0;
  Curve sum;
  double difference = 0, squares = 0;  ///< of the area against the pattern's
  int worse = 0;
};

void add(Sums& sums, const Curve& curve, const Curve& pattern) {
  sums.n += 1;
  sums.sum.area += curve.area;
  sums.sum.at10 += curve.at10;
  sums.sum.at25 += curve.at25;
  sums.sum.at50 += curve.at50;
  const double d = pattern.area - curve.area;
  sums.difference += d;
  sums.squares += d * d;
  sums.worse += d < 0 ? 1 : 0;
}

void print(const char* order, const char* name, const Sums& s) {
  const double mean = s.difference / s.n;
  const double error = std::sqrt(std::max(0.0, s.squares / s.n - mean * mean) / s.n);
  fmt::print("| {:<14} | {:<22} | {:5.1f} | {:5.1f} | {:5.1f} | {:5.1f} | {:+5.1f} ± {:.1f} | {:3.0f} of {:.0f} |\n",
             order, name, 100 * s.sum.area / s.n, 100 * s.sum.at10 / s.n, 100 * s.sum.at25 / s.n,
             100 * s.sum.at50 / s.n, 100 * mean, 100 * error, static_cast<double>(s.worse), s.n);
}

struct Chosen {
  Site site;  ///< before any work
  Axis axis;
  std::string name;
};

/// Fields of a country in which enough mines still lie, at most `most`, spread over all of them.
std::vector<Chosen> choose(const simulate::Country& country, std::size_t most, std::uint64_t seed, double noise_m) {
  constexpr std::size_t kLeastMines = 30;
  constexpr double kRowsGoOn_m = 450;
  std::vector<std::vector<Xy>> lying(country.truth.fields.size());
  for (const auto& item : country.truth.items) {
    if (item.field >= 0 && item.fate != simulate::TrueItem::Fate::lifted_or_decayed) {
      lying[static_cast<std::size_t>(item.field)].push_back(item.position);
    }
  }
  std::vector<std::size_t> rich;
  for (std::size_t f = 0; f < lying.size(); ++f) {
    if (lying[f].size() >= kLeastMines) {
      rich.push_back(f);
    }
  }
  std::vector<Chosen> chosen;
  const std::size_t stride = std::max<std::size_t>(1, rich.size() / most);
  for (std::size_t i = 0; i < rich.size() && chosen.size() < most; i += stride) {
    const auto& field = country.truth.fields[rich[i]];
    const geo::PlanarGeometry task = bench::value_of(geo::buffer(field.outline, 40));
    Chosen made{{}, principal_axis(lying[rich[i]]), fmt::format("{}/{}", seed, field.field_id)};
    made.site.units = geo::Grid::covering(geo::bounds(task), kUnit_m);
    made.site.in_task = geo::centres_inside(made.site.units, task);
    made.site.worked.assign(made.site.units.size(), 0);
    made.site.noise_m = noise_m;
    made.site.random = base::Random(seed, 1000 + rich[i]);
    const geo::Box round = geo::bounds(task).grown(kRowsGoOn_m);
    for (const auto& item : country.truth.items) {
      const bool lies = mineaction::is_mine(item.device) && item.fate != simulate::TrueItem::Fate::lifted_or_decayed;
      if (!lies || !round.contains(item.position)) {
        continue;
      }
      const std::int64_t unit = made.site.units.cell_of(item.position);
      const bool inside = unit >= 0 && made.site.in_task[static_cast<std::size_t>(unit)] != 0;
      (inside ? made.site.mines : made.site.beside).push_back({item.position, item.device});
    }
    chosen.push_back(std::move(made));
  }
  return chosen;
}

/// Sites with nuisance mines only: how often do rows stand out of nothing?
void print_false_alarms(int sites) {
  std::array<int, 2> alarms{};
  for (int i = 0; i < sites; ++i) {
    for (std::size_t clumped = 0; clumped < 2; ++clumped) {
      base::Random random(77, static_cast<std::uint64_t>(2 * i) + clumped);
      evidence::SearchedGround ground{geo::Grid::covering({0, 0, 300, 200}, kCell_m), {}};
      ground.effort.assign(ground.grid.size(), kDetection);
      std::vector<evidence::PatternFind> finds;
      const std::size_t wanted = 8 + random.index(90);
      Xy centre;
      for (std::size_t left = 0; finds.size() < wanted; --left) {
        if (left == 0 || clumped == 0) {
          centre = {random.uniform(15, 285), random.uniform(15, 185)};
          left = 1 + random.index(12);
        }
        const double sd = clumped == 0 ? 0 : 6;
        const Xy p{std::clamp(centre.x + random.normal(0, sd), 1.0, 299.0),
                   std::clamp(centre.y + random.normal(0, sd), 1.0, 199.0)};
        finds.push_back({fmt::format("F-{}", finds.size()), p, mineaction::Device::ap_mine});
      }
      const auto pattern = bench::value_of(evidence::find_row_pattern(finds, ground));
      alarms[clumped] += pattern.verdict == evidence::PatternVerdict::rows ? 1 : 0;
    }
  }
  fmt::print("rows named where there are none: {} of {} sites with even finds, {} of {} with clumps\n", alarms[0],
             sites, alarms[1], sites);
}

std::vector<PcaSettings> all_settings() {
  std::vector<PcaSettings> all;
  for (const auto& [projection, link] :
       {std::pair{true, 3.0}, {true, 5.0}, {true, 8.0}, {false, 1.7}, {false, 2.5}, {false, 4.0}}) {
    for (const double beside_m : {4.0, 8.0, 16.0, 32.0}) {
      for (const double beyond_m : {20.0, 60.0, 200.0}) {
        all.push_back({projection, link, beside_m, beyond_m});
      }
    }
  }
  return all;
}

void tune(std::uint64_t first, std::uint64_t count, std::size_t fields, double noise_m) {
  const std::vector<PcaSettings> all = all_settings();
  std::vector<double> area(all.size(), 0);
  double n = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto country = bench::value_of(simulate::simulate({simulate::Size::small, seed, true, false}));
    for (const Chosen& chosen : choose(country, fields, seed, noise_m)) {
      for (const Order order : kOrders) {
        Site site = chosen.site;
        begin_task(site, order, chosen.axis, site.random.uniform(0.3, 0.5));
        if (site.left() < 5) {
          continue;
        }
        n += 1;
        for (std::size_t i = 0; i < all.size(); ++i) {
          area[i] += work_off(site, [&](const Site& s, const auto& open) { return by_pca(s, open, all[i]); }, 1).area;
        }
      }
    }
  }
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return area[a] > area[b]; });
  for (const std::size_t i : order) {
    fmt::print("{} link {:.1f} beside {:.0f} beyond {:.0f}: area {:.2f} % of {:.0f} tasks\n",
               all[i].by_projection ? "projection" : "chains", all[i].link, all[i].beside_m, all[i].beyond_m,
               100 * area[i] / n, n);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const auto first = std::stoull(bench::option_of(argc, argv, "--first", "1"));
  const auto count = tiny ? 1 : std::stoull(bench::option_of(argc, argv, "--count", "20"));
  const auto fields = tiny ? 1 : std::stoull(bench::option_of(argc, argv, "--fields", "5"));
  const double noise_m = std::stod(bench::option_of(argc, argv, "--noise", "1"));
  const int batches = std::stoi(bench::option_of(argc, argv, "--replan", "1"));
  if (bench::has_option(argc, argv, "--tune")) {
    tune(first, count, fields, noise_m);
    return 0;
  }
  const std::string rows = bench::option_of(argc, argv, "--tasks", "");
  std::FILE* out = rows.empty() ? nullptr : std::fopen(rows.c_str(), "w");
  Tally tally;
  const PcaSettings pca;
  const std::array<std::pair<const char*, Ranking>, 3> rankings = {
      {{"pattern", [&](const Site& s, const auto& open) { return by_pattern(s, open, tally); }},
       {"linear PCA", [&](const Site& s, const auto& open) { return by_pca(s, open, pca); }},
       {"nearest to a find", [](const Site& s, const auto& open) { return by_nearest(s, open); }}}};
  std::array<std::array<Sums, 3>, 4> sums;
  std::string content;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto country = bench::value_of(simulate::simulate({simulate::Size::small, seed, !tiny, false}));
    for (const Chosen& chosen : choose(country, fields, seed, noise_m)) {
      for (std::size_t o = 0; o < kOrders.size(); ++o) {
        Site site = chosen.site;
        begin_task(site, kOrders[o], chosen.axis, site.random.uniform(0.3, 0.5));
        if (site.left() < 5) {
          continue;
        }
        std::array<Curve, 3> curves;
        for (std::size_t r = 0; r < rankings.size(); ++r) {
          curves[r] = work_off(site, rankings[r].second, batches);
          content += fmt::format("{:.6f} ", curves[r].area);
        }
        for (std::size_t r = 0; r < rankings.size(); ++r) {
          add(sums[o][r], curves[r], curves[0]);
          add(sums[3][r], curves[r], curves[0]);
        }
        if (out != nullptr) {
          fmt::print(out, "{},{},{},{},{:.4f},{:.4f},{:.4f}\n", chosen.name, kOrderNames[o], site.finds.size(),
                     site.left(), curves[0].area, curves[1].area, curves[2].area);
        }
      }
    }
  }
  fmt::print(
      "| the task began | then ranked by          | area  | 10 %  | 25 %  | 50 %  | pattern ahead | ahead of it |\n");
  for (std::size_t o = 0; o < sums.size(); ++o) {
    for (std::size_t r = 0; r < rankings.size(); ++r) {
      if (sums[o][r].n > 0) {
        print(o < 3 ? kOrderNames[o] : "all", rankings[r].first, sums[o][r]);
      }
    }
  }
  fmt::print("no row stood out in {} of {} fits; {:.3f} s a fit, {:.0f} MB\n", tally.none, tally.fitted,
             tally.seconds / std::max<double>(1, static_cast<double>(tally.fitted)), bench::peak_mb());
  for (std::size_t bin = 0; bin < tally.said.size(); ++bin) {
    if (tally.listed[bin] > 0) {
      fmt::print("positions said {:.0f}-{:.0f} %: {} listed, {:.0f} mines said, {:.0f} met within the radius\n",
                 20.0 * static_cast<double>(bin), 20.0 * static_cast<double>(bin + 1), tally.listed[bin],
                 tally.said[bin], tally.met[bin]);
    }
  }
  fmt::print("on open ground of which something is said: {:.0f} mines expected, {:.0f} there\n", tally.expected,
             tally.left);
  print_false_alarms(tiny ? 5 : 150);
  fmt::print("hash {}\n", base::content_hash(content).substr(0, 16));
  if (out != nullptr) {
    std::fclose(out);
  }
  return 0;
}
