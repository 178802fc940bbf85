// How far are the verdicts on minefield records right, on invented countries whose truth is known?
//   bench_reconcile_worlds [--first SEED] [--count N] [--size small|national] [--fixed] [--founding] [--records FILE]
// --founding: as where three records in four tell of no field and each source shifts by 80-260 m.
// One line per world, then the pooled figures of docs/methods/record-reconciliation.md. --records writes one row per
// record.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include "base/hash.h"
#include "evidence/reconcile.h"
#include "evidence/record_maps.h"
#include "founding_case.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

struct Judged {
  double probability = 0;
  bool exists = false;
  double searched = 0;  ///< share of the true ground searched
  std::string blunder, hypothesis;
  double recorded_error_m = 0, corrected_error_m = 0;
  double blunder_m = 0;  ///< what the blunder alone moved
  bool right_class = false;
  std::int64_t finds = 0;  ///< mines found under the true outline
  double radius90_m = 0;
  std::string source, id;
  double spread_m = 0;
  double off_x_m = 0, off_y_m = 0;  ///< displacement found less the true one
};

struct SourceTruth {
  double records = 0, existing = 0, n = 0, x = 0, y = 0, xx = 0, yy = 0;
};

struct Coverage {
  int existence = 0, shift = 0, spread = 0, sources = 0, shifts = 0;
};

double auc(std::vector<std::pair<double, bool>> scored) {
  std::sort(scored.begin(), scored.end());
  double positives = 0, sum = 0;
  for (std::size_t i = 0; i < scored.size();) {
    std::size_t end = i;
    while (end < scored.size() && scored[end].first == scored[i].first) {
      ++end;
    }
    for (std::size_t k = i; k < end; ++k) {
      if (scored[k].second) {
        sum += static_cast<double>(i + end + 1) / 2;
        ++positives;
      }
    }
    i = end;
  }
  const double negatives = static_cast<double>(scored.size()) - positives;
  return positives > 0 && negatives > 0 ? (sum - positives * (positives + 1) / 2) / (positives * negatives) : 0.5;
}

/// Slope of the logistic regression of existence on its logit.
double calibration_slope(const std::vector<std::pair<double, bool>>& scored) {
  double a = 0, b = 1;
  for (int round = 0; round < 60; ++round) {
    double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
    for (const auto& [p, y] : scored) {
      const double q = std::clamp(p, 1e-4, 1 - 1e-4);
      const double x = std::log(q / (1 - q));
      const double m = 1 / (1 + std::exp(-(a + b * x)));
      const double r = (y ? 1 : 0) - m;
      g0 += r;
      g1 += r * x;
      h00 += m * (1 - m);
      h01 += m * (1 - m) * x;
      h11 += m * (1 - m) * x * x;
    }
    const double d = h00 * h11 - h01 * h01;
    a += std::clamp((h11 * g0 - h01 * g1) / d, -0.5, 0.5);
    b += std::clamp((h00 * g1 - h01 * g0) / d, -0.25, 0.25);
  }
  return b;
}

bool is_plain(const std::string& blunder) {
  return blunder == "none" || blunder == "content";
}

/// What the blunder is called among the hypotheses.
bool is_named(const std::string& blunder, const std::string& hypothesis) {
  static const std::multimap<std::string, std::string> names = {{"datum", "sk42-as-wgs84"},
                                                                {"projection", "gauss-kruger-as-utm"},
                                                                {"projection", "legs-gauss-kruger-as-utm"},
                                                                {"magnetic", "magnetic-as-true"},
                                                                {"mil6000", "mil6000-as-mil6400"},
                                                                {"reversed", "reversed-azimuth"},
                                                                {"wrong-zone", "zone-too-low"},
                                                                {"swapped-axes", "swapped-axes"}};
  const auto [first, last] = names.equal_range(blunder);
  return std::any_of(first, last, [&](const auto& name) { return name.second == hypothesis; });
}

std::int64_t mines_found(const simulate::Country& country, std::size_t field,
                         const std::vector<std::int64_t>& found_of_field) {
  (void)country;
  return found_of_field[field];
}

class World {
 public:
  World(const simulate::Country& country, const evidence::Reconciliation& result)
      : country_(country), image_(country.known) {
    found_.resize(country.truth.fields.size());
    for (const auto& item : country.truth.items) {
      if (item.field >= 0 && item.find >= 0) {
        ++found_[static_cast<std::size_t>(item.field)];
      }
    }
    for (const auto& truth : country.truth.records) {
      truth_[truth.record_id] = &truth;
    }
    for (std::size_t i = 0; i < result.records.size(); ++i) {
      records_.push_back(judge(result.records[i], country.known.minefield_records[i]));
    }
    for (const auto& source : result.sources) {
      cover(source);
    }
  }

  std::vector<Judged> records_;
  Coverage coverage_;
  std::vector<std::string> source_lines_;

 private:
  double searched(const geo::PlanarGeometry& ground) const {
    const evidence::Template shape = evidence::template_of(image_.grid(), ground);
    double share = 0;
    for (const auto& run : shape.runs) {
      for (std::int32_t c = run.from; c < run.to; ++c) {
        share += static_cast<double>(image_.at(shape.column + c, shape.row + run.row).share);
      }
    }
    return shape.cells > 0 ? share / static_cast<double>(shape.cells) : 0;
  }

  Judged judge(const evidence::RecordVerdict& verdict, const mineaction::MinefieldRecord& record) {
    const simulate::TrueRecord& truth = *truth_.at(verdict.record_id);
    Judged j;
    j.id = verdict.record_id;
    j.source = verdict.source;
    j.probability = verdict.probability_exists;
    j.exists = truth.field >= 0;
    j.blunder = truth.blunder;
    j.hypothesis = verdict.hypothesis;
    j.radius90_m = verdict.radius90_m;
    SourceTruth& source = sources_[record.source];
    source.records += 1;
    source.existing += j.exists ? 1 : 0;
    if (j.exists) {
      const auto& field = country_.truth.fields[static_cast<std::size_t>(truth.field)];
      j.searched = searched(field.outline);
      j.finds = mines_found(country_, static_cast<std::size_t>(truth.field), found_);
      const bool on_map = !record.geometry.empty();
      if (on_map) {
        j.recorded_error_m = std::hypot(truth.shift_x_m, truth.shift_y_m);
        j.off_x_m = verdict.dx_m - truth.shift_x_m;
        j.off_y_m = verdict.dy_m - truth.shift_y_m;
        j.corrected_error_m = std::hypot(j.off_x_m, j.off_y_m);
      } else if (!verdict.corrected.empty()) {
        const geo::Xy a = geo::centroid(verdict.corrected);
        const geo::Xy b = geo::centroid(field.outline);
        j.recorded_error_m = 5e5;
        j.corrected_error_m = std::hypot(a.x - b.x, a.y - b.y);
      }
      shift_[j.id] = {truth.shift_x_m, truth.shift_y_m};
      explained_[j.id] = {verdict.explained_x_m, verdict.explained_y_m};
      if (is_plain(truth.blunder)) {
        source.n += 1;
        source.x += truth.shift_x_m;
        source.y += truth.shift_y_m;
        source.xx += truth.shift_x_m * truth.shift_x_m;
        source.yy += truth.shift_y_m * truth.shift_y_m;
      }
    } else {
      j.searched = searched(record.geometry);
    }
    return j;
  }

  void cover(const evidence::SourceVerdict& verdict) {
    const SourceTruth& t = sources_[verdict.source];
    const auto inside = [](const evidence::Measured& m, double value) { return value >= m.p05 && value <= m.p95; };
    const double existence = t.existing / t.records;
    const double x = t.x / std::max(1.0, t.n);
    const double y = t.y / std::max(1.0, t.n);
    const double spread = std::sqrt(std::max(0.0, (t.xx + t.yy) / std::max(1.0, t.n) - x * x - y * y) / 2);
    ++coverage_.sources;
    coverage_.existence += inside(verdict.existence, existence) ? 1 : 0;
    coverage_.shifts += 2;
    coverage_.shift += (inside(verdict.shift_x_m, x) ? 1 : 0) + (inside(verdict.shift_y_m, y) ? 1 : 0);
    coverage_.spread += inside(verdict.spread_m, spread) ? 1 : 0;
    source_lines_.push_back(
        fmt::format("    {:<15} {:4.0f} records, {:4} informative: existence {:.2f} in {:.2f} {:.2f} {:.2f}; shift "
                    "{:6.1f} {:6.1f} in "
                    "{:6.1f}..{:6.1f} {:6.1f}..{:6.1f}; spread {:5.1f} in {:5.1f} {:5.1f} {:5.1f}; wide {:.2f}",
                    verdict.source, t.records, verdict.informative, existence, verdict.existence.p05,
                    verdict.existence.value, verdict.existence.p95, x, y, verdict.shift_x_m.p05, verdict.shift_x_m.p95,
                    verdict.shift_y_m.p05, verdict.shift_y_m.p95, spread, verdict.spread_m.p05, verdict.spread_m.value,
                    verdict.spread_m.p95, verdict.wide_share));
    for (Judged& j : records_) {
      if (j.source == verdict.source && j.exists) {
        j.spread_m = std::max(spread, 10.0);
        const geo::Xy shift = shift_[j.id];
        const geo::Xy explained = explained_[j.id];
        const bool off_the_map = j.recorded_error_m >= 5e5;
        j.blunder_m = off_the_map ? 5e5 : is_plain(j.blunder) ? 0 : std::hypot(shift.x - x, shift.y - y);
        j.right_class =
            is_named(j.blunder, j.hypothesis) ||
            (off_the_map ? j.corrected_error_m < 2 * j.spread_m + std::hypot(x, y)
                         : std::hypot(explained.x - (shift.x - x), explained.y - (shift.y - y)) < 2 * j.spread_m);
      }
    }
  }

  const simulate::Country& country_;
  evidence::SearchImage image_;
  std::vector<std::int64_t> found_;
  std::map<std::string, const simulate::TrueRecord*> truth_;
  std::map<std::string, SourceTruth> sources_;
  std::map<std::string, geo::Xy> shift_, explained_;
};

double median(std::vector<double> values) {
  if (values.empty()) {
    return NAN;
  }
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

struct Pool {
  std::vector<std::pair<double, bool>> existence;
  std::vector<double> ratios, errors;
  std::map<std::string, std::array<int, 3>> blunders;  ///< asked, right class, named
  int blundered = 0, first = 0, inside90 = 0, placed = 0;
  Coverage coverage;
};

void add(const World& world, Pool& pool) {
  for (const Judged& j : world.records_) {
    if (j.searched >= 0.2) {
      pool.existence.emplace_back(j.probability, j.exists);
    }
    const bool asked =
        j.exists && !is_plain(j.blunder) && j.blunder_m >= 3 * j.spread_m && j.finds >= 10 && j.searched >= 0.2;
    if (asked) {
      ++pool.blundered;
      pool.first += j.right_class ? 1 : 0;
      auto& of = pool.blunders[j.blunder];
      ++of[0];
      of[1] += j.right_class ? 1 : 0;
      of[2] += j.corrected_error_m < 2 * j.spread_m ? 1 : 0;
      pool.ratios.push_back(j.corrected_error_m / j.recorded_error_m);
      pool.errors.push_back(j.corrected_error_m);
    }
    if (j.exists && j.finds >= 10 && j.searched >= 0.2) {
      ++pool.placed;
      pool.inside90 += j.corrected_error_m <= j.radius90_m ? 1 : 0;
    }
  }
  pool.coverage.existence += world.coverage_.existence;
  pool.coverage.shift += world.coverage_.shift;
  pool.coverage.shifts += world.coverage_.shifts;
  pool.coverage.spread += world.coverage_.spread;
  pool.coverage.sources += world.coverage_.sources;
}

double share(int part, int whole) {
  return whole > 0 ? static_cast<double>(part) / whole : NAN;
}

void print(const Pool& pool) {
  fmt::print("records judged {}; AUC of existence {:.3f} (>= 0.80); slope {:.2f} (0.8-1.2)\n", pool.existence.size(),
             auc(pool.existence), calibration_slope(pool.existence));
  fmt::print("sources {}: existence in 90 % interval {:.1f} %, shift {:.1f} %, spread {:.1f} % (80-97 %)\n",
             pool.coverage.sources, 100 * share(pool.coverage.existence, pool.coverage.sources),
             100 * share(pool.coverage.shift, pool.coverage.shifts),
             100 * share(pool.coverage.spread, pool.coverage.sources));
  fmt::print(
      "blundered records with 10 finds {}: true hypothesis first {:.1f} % (>= 85 %); corrected/recorded error {:.2f} "
      "(<= 0.33), {:.0f} m\n",
      pool.blundered, 100 * share(pool.first, pool.blundered), median(pool.ratios), median(pool.errors));
  for (const auto& [blunder, of] : pool.blunders) {
    fmt::print("    {:<14} {:4}: right class {:4}, placed within two spreads {:4}\n", blunder, of[0], of[1], of[2]);
  }
  fmt::print("true place inside the 90 % radius: {:.1f} % of {} records with 10 finds\n",
             100 * share(pool.inside90, pool.placed), pool.placed);
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const auto first = std::stoull(bench::option_of(argc, argv, "--first", "1"));
  const auto count = tiny ? 1 : std::stoull(bench::option_of(argc, argv, "--count", "20"));
  const bool national = bench::option_of(argc, argv, "--size", "small") == "national";
  const bool fixed = tiny || bench::has_option(argc, argv, "--fixed");
  const bool many = bench::has_option(argc, argv, "--many");
  const bool founding = bench::has_option(argc, argv, "--founding");
  const std::string rows = bench::option_of(argc, argv, "--records", "");
  std::FILE* out = rows.empty() ? nullptr : std::fopen(rows.c_str(), "w");
  Pool pool;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto size = national ? simulate::Size::national : simulate::Size::small;
    simulate::SimulateOptions wanted{size, seed, !fixed, false, {}};
    if (founding) {
      wanted.set = bench::founding_case();
    }
    if (many) {
      wanted.set = {{"record_share", 0.107}};
    }
    const auto country = bench::value_of(simulate::simulate(wanted));
    evidence::ReconcileOptions options;
    const double before = bench::cpu_seconds();
    const double before_mb = bench::peak_mb();
    const auto [seconds, result] =
        bench::timed([&] { return bench::value_of(evidence::reconcile(country.known, options)); });
    const double cpu = bench::cpu_seconds() - before;
    const World world(country, result);
    add(world, pool);
    fmt::print(
        "world {:3}: {:5} records, {:6} finds, {:.1f} s ({:.1f} s of processor), {:.0f} MB ({:.0f} before), hash {}\n",
        seed, result.records.size(), result.finds_used, seconds, cpu, bench::peak_mb(), before_mb,
        base::content_hash(evidence::to_json(result, "{}")).substr(0, 16));
    for (const std::string& line : world.source_lines_) {
      fmt::print("{}\n", line);
    }
    for (const Judged& j : world.records_) {
      if (out != nullptr) {
        fmt::print(out, "{},{},{},{:.4f},{},{:.3f},{},{},{},{:.1f},{:.1f},{:.1f},{},{:.1f},{:.1f},{:.3f}\n", seed, j.id,
                   j.source, j.probability, j.exists ? 1 : 0, j.searched, j.finds, j.blunder, j.hypothesis, j.blunder_m,
                   j.recorded_error_m, j.corrected_error_m, j.right_class ? 1 : 0, j.off_x_m, j.off_y_m, j.radius90_m);
      }
    }
  }
  print(pool);
  if (out != nullptr) {
    std::fclose(out);
  }
  return 0;
}
