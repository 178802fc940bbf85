#include "evidence/next_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <optional>

#include "base/parallel.h"
#include "base/random.h"
#include "evidence/record_maps.h"

namespace firmground::evidence {

namespace {

using geo::Xy;

constexpr std::int32_t kAlong = 10;  ///< cells of 10 m
constexpr std::int32_t kAcross = 2;
/// Places drawn of each reading; the strip is judged by their mean.
constexpr std::size_t kPlaces = 16;
/// Mines that are still there, of those recorded (docs/methods/record-reconciliation.md, eq. 3: median exp(-0.45)).
constexpr double kStillThere = 0.64;
/// Chance that a search finds a mine it passes over: technical survey done well.
constexpr double kDetects = 0.9;
/// A strip of which more was searched before is no new ground.
constexpr double kMostSearched = 0.2;
constexpr double kLeastWeight = 0.02;

double bits(double p) {
  return p <= 0 || p >= 1 ? 0 : -p * std::log2(p) - (1 - p) * std::log2(1 - p);
}

double entropy_term(double p) {
  return p <= 0 ? 0 : -p * std::log2(p);
}

/// One reading of the record: where its field may lie.
struct PossibleReading {
  std::string hypothesis;
  double probability = 0;  ///< with existence
  std::vector<Template> places;
  geo::Box box;
};

/// What all records share.
struct Survey {
  const mineaction::Snapshot& snapshot;
  const Reconciliation& result;
  const std::vector<Hypothesis>& hypotheses;
  const SearchImage& image;
  std::map<std::string, std::vector<mineaction::MinefieldRecordLeg>> legs;
  std::map<std::string, const SourceVerdict*> sources;
  geo::Box reach;
  double usual_mines = 0;
  double by_chance = 0;  ///< that a strip on ground of no record holds a mine
};

/// How often a strip dropped on searched ground holds a mine.
double found_by_chance(const SearchImage& image, std::uint64_t seed) {
  constexpr int kStrips = 4000;
  base::Random random(seed, 0);
  double met = 0.5;
  for (int k = 0; k < kStrips && image.searched_cells() > 0; ++k) {
    const Xy at = image.centre(image.searched_cell(random.index(image.searched_cells())));
    const std::int32_t column = image.grid().column_of(at.x);
    const std::int32_t row = image.grid().row_of(at.y);
    bool found = false;
    for (std::int32_t r = 0; r < kAcross; ++r) {
      for (std::int32_t c = 0; c < kAlong; ++c) {
        found = found || image.at(column + c, row + r).finds > 0;
      }
    }
    met += found ? 1 : 0;
  }
  return met / (kStrips + 1);
}

Survey survey_of(const mineaction::Snapshot& snapshot, const Reconciliation& result,
                 const std::vector<Hypothesis>& hypotheses, const SearchImage& image, std::uint64_t seed) {
  Survey survey{snapshot, result, hypotheses, image, {}, {}, {}, 0, found_by_chance(image, seed)};
  for (const auto& leg : snapshot.minefield_record_legs) {
    survey.legs[leg.record_id].push_back(leg);
  }
  for (const SourceVerdict& source : result.sources) {
    survey.sources[source.source] = &source;
  }
  for (const RecordVerdict& record : result.records) {
    survey.reach.include(geo::bounds(record.corrected));
  }
  constexpr double kBeyond_m = 5000;
  survey.reach = survey.reach.grown(kBeyond_m);
  std::vector<double> mines;
  for (const auto& record : snapshot.minefield_records) {
    if (record.mines_recorded.value_or(0) > 0) {
      mines.push_back(static_cast<double>(*record.mines_recorded));
    }
  }
  std::sort(mines.begin(), mines.end());
  constexpr double kUsual = 60;
  survey.usual_mines = mines.empty() ? kUsual : mines[mines.size() / 2];
  return survey;
}

void draw_places(PossibleReading& reading, const geo::PlanarGeometry& ground, double spread_m, const Survey& survey,
                 base::Random& random) {
  for (std::size_t k = 0; k < kPlaces; ++k) {
    const geo::PlanarGeometry at =
        outline_ground(moved(ground, {random.normal(0, spread_m), random.normal(0, spread_m)}), 0);
    reading.box.include(geo::bounds(at));
    reading.places.push_back(template_of(survey.image.grid(), at));
  }
}

/// The likeliest reading lies where reconciliation put it; the others where they read the record, moved back by the
/// shift of the source.
std::vector<PossibleReading> readings_of(const Survey& survey, std::size_t verdict_index,
                                         const mineaction::MinefieldRecord& record, base::Random& random) {
  const RecordVerdict& verdict = survey.result.records[verdict_index];
  const SourceVerdict& source = *survey.sources.at(verdict.source);
  const auto legs = survey.legs.find(record.record_id);
  const std::span<const mineaction::MinefieldRecordLeg> its_legs =
      legs == survey.legs.end() ? std::span<const mineaction::MinefieldRecordLeg>() : legs->second;
  const auto candidates = candidates_of(record, its_legs, *survey.snapshot.crs, survey.reach, survey.hypotheses);
  const double half_normal = std::sqrt(2 * std::numbers::ln2);
  std::vector<PossibleReading> readings;
  for (const auto& [id, weight] : verdict.hypotheses) {
    PossibleReading reading{id, verdict.probability_exists * weight, {}, {}};
    if (weight < kLeastWeight) {
      continue;
    }
    if (id == verdict.hypothesis) {
      draw_places(reading, verdict.corrected, verdict.radius50_m / half_normal, survey, random);
    } else {
      const auto candidate = std::find_if(candidates.begin(), candidates.end(),
                                          [&](const Candidate& c) { return survey.hypotheses[c.hypothesis].id == id; });
      if (candidate == candidates.end()) {
        continue;
      }
      constexpr double kCoarse_m = 15;  // drawn outlines are no finer
      const bool drawn = !record.geometry.empty();
      const Xy shift = drawn ? Xy{-source.shift_x_m.value, -source.shift_y_m.value} : Xy{};
      draw_places(reading, moved(candidate->geometry, shift), std::hypot(source.spread_m.value, kCoarse_m), survey,
                  random);
    }
    readings.push_back(std::move(reading));
  }
  double all = 0;
  for (const PossibleReading& reading : readings) {
    all += reading.probability;
  }
  for (PossibleReading& reading : readings) {
    reading.probability *= verdict.probability_exists / std::max(all, 1e-12);
  }
  return readings;
}

/// Sums over rectangles of a window of cells.
class Integral {
 public:
  Integral(std::int32_t columns, std::int32_t rows)
      : columns_(columns), sums_(static_cast<std::size_t>(columns + 1) * static_cast<std::size_t>(rows + 1), 0.0F) {}
  float& cell(std::int32_t column, std::int32_t row) { return sums_[index(column + 1, row + 1)]; }
  void finish(std::int32_t rows) {
    for (std::int32_t r = 1; r <= rows; ++r) {
      float line = 0;
      for (std::int32_t c = 1; c <= columns_; ++c) {
        line += sums_[index(c, r)];
        sums_[index(c, r)] = line + sums_[index(c, r - 1)];
      }
    }
  }
  float sum(std::int32_t column, std::int32_t row, std::int32_t wide, std::int32_t high) const {
    return sums_[index(column + wide, row + high)] - sums_[index(column, row + high)] -
           sums_[index(column + wide, row)] + sums_[index(column, row)];
  }

 private:
  std::size_t index(std::int32_t column, std::int32_t row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_ + 1) + static_cast<std::size_t>(column);
  }
  std::int32_t columns_;
  std::vector<float> sums_;
};

/// A window of cells round the places of one reading.
struct WindowOfCells {
  std::int32_t column = 0, row = 0, columns = 0, rows = 0;
};

WindowOfCells window_of(const geo::Grid& grid, const geo::Box& box) {
  constexpr std::int32_t kMost = 300;  // 3 km: farther places than that are no strip's matter
  WindowOfCells window;
  window.column = grid.column_of(box.min_x) - kAcross;
  window.row = grid.row_of(box.max_y) - kAcross;
  window.columns = std::min(kMost, grid.column_of(box.max_x) + kAcross + 1 - window.column);
  window.rows = std::min(kMost, grid.row_of(box.min_y) + kAcross + 1 - window.row);
  window.columns = std::max(window.columns, kAlong);
  window.rows = std::max(window.rows, kAlong);
  return window;
}

/// Unsearched cells of a place inside the window.
Integral open_ground(const Template& place, const WindowOfCells& window, const SearchImage& image) {
  Integral sums(window.columns, window.rows);
  for (const Template::Run& run : place.runs) {
    const std::int32_t row = place.row + run.row - window.row;
    if (row < 0 || row >= window.rows) {
      continue;
    }
    const std::int32_t from = std::max(0, place.column + run.from - window.column);
    const std::int32_t to = std::min(window.columns, place.column + run.to - window.column);
    for (std::int32_t c = from; c < to; ++c) {
      sums.cell(c, row) = 1 - image.at(window.column + c, window.row + row).effort;
    }
  }
  sums.finish(window.rows);
  return sums;
}

Integral searched_share(const WindowOfCells& window, const SearchImage& image) {
  Integral sums(window.columns, window.rows);
  for (std::int32_t r = 0; r < window.rows; ++r) {
    for (std::int32_t c = 0; c < window.columns; ++c) {
      sums.cell(c, r) = image.at(window.column + c, window.row + r).share;
    }
  }
  sums.finish(window.rows);
  return sums;
}

/// Chance of a find in a strip under each reading.
struct Strip {
  std::int32_t column = 0, row = 0, wide = 0, high = 0;
  std::vector<double> finds;
  double settles_bits = -1;
  double chance_of_find = 0;
};

class StripSearch {
 public:
  StripSearch(const std::vector<PossibleReading>& readings, double no_field, double mines, const Survey& survey)
      : readings_(readings), no_field_(no_field), mines_(mines), survey_(survey) {}

  /// The best strip in the windows of all readings.
  Strip best() {
    for (const PossibleReading& reading : readings_) {
      look_through(window_of(survey_.image.grid(), reading.box));
    }
    return best_;
  }

 private:
  struct Place {
    std::size_t reading;
    double mines_per_cell;
    Integral open;
  };

  void look_through(const WindowOfCells& window) {
    std::vector<Place> places;
    for (std::size_t r = 0; r < readings_.size(); ++r) {
      for (const Template& place : readings_[r].places) {
        const double per_cell = mines_ * kStillThere * kDetects / std::max<double>(1, static_cast<double>(place.cells));
        places.push_back({r, per_cell, open_ground(place, window, survey_.image)});
      }
    }
    const Integral searched = searched_share(window, survey_.image);
    for (const auto& [wide, high] : {std::pair(kAlong, kAcross), std::pair(kAcross, kAlong)}) {
      for (std::int32_t row = 0; row + high <= window.rows; ++row) {
        for (std::int32_t column = 0; column + wide <= window.columns; ++column) {
          if (static_cast<double>(searched.sum(column, row, wide, high)) <= kMostSearched * kAlong * kAcross) {
            judge({column, row, wide, high, {}, 0, 0}, window, places);
          }
        }
      }
    }
  }

  void judge(Strip strip, const WindowOfCells& window, const std::vector<Place>& places) {
    strip.finds.assign(readings_.size(), 0.0);
    for (const Place& place : places) {
      const auto open = static_cast<double>(place.open.sum(strip.column, strip.row, strip.wide, strip.high));
      const double find =
          open <= 0 ? survey_.by_chance : 1 - (1 - survey_.by_chance) * std::exp(-place.mines_per_cell * open);
      strip.finds[place.reading] += find / static_cast<double>(readings_[place.reading].places.size());
    }
    double find = no_field_ * survey_.by_chance;
    double known = no_field_ * bits(survey_.by_chance);
    for (std::size_t r = 0; r < readings_.size(); ++r) {
      find += readings_[r].probability * strip.finds[r];
      known += readings_[r].probability * bits(strip.finds[r]);
    }
    strip.settles_bits = bits(find) - known;
    strip.chance_of_find = find;
    if (strip.settles_bits > best_.settles_bits) {
      strip.column += window.column;
      strip.row += window.row;
      best_ = std::move(strip);
    }
  }

  const std::vector<PossibleReading>& readings_;
  double no_field_, mines_;
  const Survey& survey_;
  Strip best_;
};

/// `chances`: of what was met, under no field and under each reading.
Belief belief_after(const std::vector<PossibleReading>& readings, double no_field, double chance_without,
                    const std::vector<double>& chances) {
  double laid = 0;
  double most = -1;
  Belief belief;
  for (std::size_t r = 0; r < readings.size(); ++r) {
    const double weight = readings[r].probability * chances[r];
    laid += weight;
    if (weight > most) {
      most = weight;
      belief.hypothesis = readings[r].hypothesis;
    }
  }
  belief.hypothesis_probability = laid > 0 ? most / laid : 0;
  const double all = laid + no_field * chance_without;
  belief.probability_exists = all > 0 ? laid / all : 0;
  return belief;
}

geo::PlanarGeometry ground_of(const Strip& strip, const geo::Grid& grid) {
  const Xy north_west = grid.centre(strip.column, strip.row);
  const double west = north_west.x - grid.cell_m / 2;
  const double north = north_west.y + grid.cell_m / 2;
  const double east = west + strip.wide * grid.cell_m;
  const double south = north - strip.high * grid.cell_m;
  return {{}, {}, {{{{west, south}, {east, south}, {east, north}, {west, north}}, {}}}};
}

double doubt_of(const RecordVerdict& verdict) {
  double doubt = entropy_term(1 - verdict.probability_exists);
  for (const auto& [id, weight] : verdict.hypotheses) {
    doubt += entropy_term(verdict.probability_exists * weight);
  }
  return doubt;
}

std::optional<NextSearch> next_search(const Survey& survey, std::size_t verdict_index, std::uint64_t seed) {
  const RecordVerdict& verdict = survey.result.records[verdict_index];
  const auto record = std::lower_bound(
      survey.snapshot.minefield_records.begin(), survey.snapshot.minefield_records.end(), verdict.record_id,
      [](const mineaction::MinefieldRecord& r, const std::string& id) { return r.record_id < id; });
  base::Random random(seed, verdict_index + 1);
  const auto readings = readings_of(survey, verdict_index, *record, random);
  const double no_field = 1 - verdict.probability_exists;
  const auto recorded = static_cast<double>(record->mines_recorded.value_or(0));
  const Strip strip = StripSearch(readings, no_field, recorded > 0 ? recorded : survey.usual_mines, survey).best();
  constexpr double kLeastSettled = 0.005;
  if (strip.settles_bits < kLeastSettled) {
    return std::nullopt;
  }
  std::vector<double> empty = strip.finds;
  for (double& chance : empty) {
    chance = 1 - chance;
  }
  NextSearch search;
  search.verdict = verdict_index;
  search.doubt_bits = doubt_of(verdict);
  search.settles_bits = strip.settles_bits;
  search.chance_of_find = strip.chance_of_find;
  search.strip = ground_of(strip, survey.image.grid());
  search.found = belief_after(readings, no_field, survey.by_chance, strip.finds);
  search.empty = belief_after(readings, no_field, 1 - survey.by_chance, empty);
  return search;
}

}  // namespace

std::vector<NextSearch> next_searches(const mineaction::Snapshot& snapshot, const Reconciliation& result,
                                      const std::vector<Hypothesis>& hypotheses, const SearchImage& image,
                                      const NextSearchOptions& options) {
  std::vector<std::pair<double, std::size_t>> doubtful;
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    const double doubt = doubt_of(result.records[i]);
    if (doubt >= options.least_doubt_bits && !result.records[i].corrected.empty()) {
      doubtful.emplace_back(-doubt, i);
    }
  }
  std::sort(doubtful.begin(), doubtful.end());
  doubtful.resize(std::min(doubtful.size(), options.most));
  const Survey survey = survey_of(snapshot, result, hypotheses, image, options.seed);
  std::vector<std::optional<NextSearch>> found(doubtful.size());
  base::parallel_for(doubtful.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      found[k] = next_search(survey, doubtful[k].second, options.seed);
    }
  });
  std::vector<NextSearch> searches;
  for (auto& search : found) {
    if (search) {
      searches.push_back(std::move(*search));
    }
  }
  std::stable_sort(searches.begin(), searches.end(),
                   [](const NextSearch& a, const NextSearch& b) { return a.settles_bits > b.settles_bits; });
  return searches;
}

}  // namespace firmground::evidence
