// The estimate of an invented country: bench_estimate [--size small|national] [--cell 50] [--growth] [--update
// [--anew]] [--tiny] One line per cell size: cells, seconds to observe, to reconcile minefield records and to estimate
// the map and its hazardous areas, largest memory so far, items, hash of the map. With --update also what bringing it
// up to date with one find, one accident far from searches or one area released takes, and with --anew how far that is
// from a whole estimate that learns everything anew.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "estimate/estimate.h"
#include "estimate/state_tiles.h"
#include "estimate/update_estimate.h"
#include "evidence/covariates.h"
#include "evidence/observations.h"
#include "evidence/record_fields.h"
#include "geo/overlay.h"
#include "measure.h"
#include "simulate/country.h"

namespace {

using namespace firmground;

std::string hash_of(const geo::Raster& raster) {
  base::Hasher hasher;
  for (const std::vector<float>& band : raster.bands) {
    hasher.add(std::span<const float>(band));
  }
  return hasher.hex().substr(0, 16);
}

/// The searched cell in the middle of the list that no mine was found in.
std::size_t empty_search(const std::vector<evidence::SearchedCell>& searched) {
  std::size_t at = searched.size() / 2;
  while (searched[at].found > 0) {
    ++at;
  }
  return at;
}

/// How far expected items are off where P(any) > .01: the largest and, of a hundred cells in order, the 99th and the
/// 50th.
std::string off(std::vector<double> items) {
  if (items.empty()) {
    return "nowhere";
  }
  std::sort(items.begin(), items.end());
  const auto at = [&](std::size_t hundredths) { return 100 * items[(items.size() - 1) * hundredths / 100]; };
  return fmt::format("{:.1f} % ({:.1f} % of 99, {:.1f} % of 50 in 100 cells)", at(100), at(99), at(50));
}

void print_difference(const char* what, const geo::Raster& a, const geo::Raster& b,
                      const std::vector<std::uint8_t>& refreshed) {
  constexpr double kTold = 0.005;
  double probability[2] = {0, 0};
  std::size_t told_otherwise = 0;
  std::vector<double> items[2];
  for (std::size_t cell = 0; cell < refreshed.size(); ++cell) {
    const int k = refreshed[cell] != 0 ? 1 : 0;
    const double difference = std::abs(static_cast<double>(a.bands[0][cell] - b.bands[0][cell]));
    probability[k] = std::max(probability[k], difference);
    told_otherwise += difference > kTold ? 1 : 0;
    if (b.bands[0][cell] > 0.01F) {
      items[k].push_back(std::abs(static_cast<double>(a.bands[1][cell] / b.bands[1][cell]) - 1));
    }
  }
  fmt::print(
      "  off {}: P(any) {:.4f}, items {} in the window; {:.4f}, {} beyond; in {} cells P(any) by more than "
      "{}\n",
      what, probability[1], off(items[1]), probability[0], off(items[0]), told_otherwise, kTold);
}

evidence::Observations with_find(const evidence::Observations& before) {
  evidence::Observations now = before;
  now.searched[0][empty_search(before.searched[0])].found = 1;
  return now;
}

/// A mine met in ground that lies further than nine tenths of it from searches and reports.
evidence::Observations with_report(const evidence::Observations& before) {
  std::vector<std::uint8_t> known = before.processed;
  for (const evidence::Report& report : before.reports[0]) {
    known[report.cell] = 1;
  }
  const std::vector<float> away = geo::distance_transform(before.grid, known);
  std::vector<std::uint32_t> open;
  for (std::uint32_t cell = 0; cell < away.size(); ++cell) {
    if (before.inside[cell] != 0 && known[cell] == 0) {
      open.push_back(cell);
    }
  }
  const auto far = open.begin() + static_cast<std::ptrdiff_t>(open.size() * 9 / 10);
  std::nth_element(open.begin(), far, open.end(), [&](std::uint32_t a, std::uint32_t b) { return away[a] < away[b]; });
  evidence::Observations now = before;
  std::vector<evidence::Report>& reports = now.reports[0];
  const auto at = std::upper_bound(reports.begin(), reports.end(), *far,
                                   [](std::uint32_t cell, const evidence::Report& r) { return cell < r.cell; });
  reports.insert(at, {*far, 1, 2024});
  return now;
}

/// Of the areas of ten hectares and more that nobody searched the one that is as likely as not to hold nothing.
std::size_t even_chance(const evidence::Observations& seen, const std::vector<estimate::PolygonCells>& polygons,
                        const std::vector<estimate::PolygonEstimate>& told) {
  const auto cells = static_cast<std::size_t>(1e5 / (seen.grid.cell_m * seen.grid.cell_m));
  std::size_t best = 0;
  double nearest = 1;
  for (std::size_t k = 0; k < polygons.size(); ++k) {
    const bool open = std::none_of(polygons[k].cells.begin(), polygons[k].cells.end(),
                                   [&](const geo::CellShare& share) { return seen.processed[share.cell] != 0; });
    const double off = std::abs(told[k].probability_none - 0.5);
    if (open && polygons[k].size() >= cells && off < nearest) {
      best = k;
      nearest = off;
    }
  }
  return best;
}

/// A hazardous area cleared, nothing found.  What was made of minefield records stays.
evidence::Observations with_release(const mineaction::Snapshot& snapshot, const evidence::ObserveOptions& options,
                                    const evidence::Observations& before, const std::string& hazard_id) {
  mineaction::Snapshot after = snapshot;
  const auto like = std::find_if(after.land_releases.begin(), after.land_releases.end(), [](const auto& release) {
    return release.outcome == mineaction::Outcome::cleared && release.method == mineaction::Method::manual;
  });
  mineaction::LandRelease release = *like;
  release.release_id = "LR-90001";
  release.geometry = std::find_if(after.hazards.begin(), after.hazards.end(), [&](const auto& hazard) {
                       return hazard.hazard_id == hazard_id;
                     })->geometry;
  after.land_releases.push_back(std::move(release));
  evidence::Observations now = bench::value_of(evidence::observe_effort(after, options));
  now.records = before.records;
  now.covariates = evidence::covariates_since(
      before.covariates, evidence::covariates_of_searches(after, now.grid, now.processed, options.until), after,
      now.grid, now.processed, options.until);
  return now;
}

std::vector<estimate::PolygonCells> hazards_of(const mineaction::Snapshot& snapshot, const geo::Grid& grid) {
  std::vector<estimate::PolygonCells> polygons;
  for (const mineaction::HazardousArea& hazard : snapshot.hazards) {
    if (!hazard.geometry.polygons.empty()) {
      polygons.push_back({hazard.hazard_id, 0, geo::cover(grid, hazard.geometry)});
    }
  }
  return polygons;
}

void measure_update(const char* what, const evidence::Observations& now, const estimate::EstimateResult& whole,
                    const std::vector<estimate::PolygonCells>& polygons, bool anew) {
  const estimate::StateBytes bytes = estimate::to_bytes(*whole.state);
  std::size_t size = bytes.shared.size();
  for (const std::string& tile : bytes.tiles) {
    size += tile.size();
  }
  const auto [read_s, state] = bench::timed([&] { return bench::value_of(estimate::parse_estimate_state(bytes)); });
  evidence::Observations seen = now;
  const double cpu = bench::cpu_seconds();
  const auto [update_s, update] = bench::timed([&, &kept = state] {
    return bench::value_of(estimate::update_estimate(kept, std::move(seen), estimate::touching(polygons)));
  });
  fmt::print(
      "  {}: state {:.1f} MB read in {:.2f} s, update {:.2f} s ({:.2f} s of processor), {} cells and {} polygons "
      "refreshed, others shift by {:.2f} % at most\n",
      what, 1e-6 * static_cast<double>(size), read_s, update_s, bench::cpu_seconds() - cpu, update.cells_refreshed,
      update.polygons.size(), 100 * std::expm1(update.shift_beyond));
  if (anew) {
    geo::Raster raster = whole.hazard.raster;
    update.map.put_into(raster);
    print_difference("a whole estimate that learns anew", raster,
                     bench::value_of(estimate::estimate(now)).hazard.raster, update.refreshed);
    estimate::EstimateOptions same;
    same.learnt.emplace();
    for (const estimate::ClassState& of_class : whole.state->classes) {
      (*same.learnt)[static_cast<std::size_t>(of_class.ordnance_class)] = of_class.learnt;
    }
    print_difference("one that takes hyperparameters and laws as learned", raster,
                     bench::value_of(estimate::estimate(now, same)).hazard.raster, update.refreshed);
  }
}

void measure(const mineaction::Snapshot& snapshot, double cell_m, bool update, bool anew) {
  evidence::ObserveOptions options;
  options.cell_m = cell_m;
  auto [observe_s, observations] = bench::timed([&] { return bench::value_of(evidence::observe(snapshot, options)); });
  evidence::Observations& seen = observations;
  const auto [reconcile_s, reconciled] =
      bench::timed([&] { return evidence::reconcile_records(snapshot, options, {}, {}, seen).has_value(); });
  estimate::EstimateOptions asked;
  asked.keep = update;
  const std::vector<estimate::PolygonCells> polygons = hazards_of(snapshot, seen.grid);
  const auto [estimate_s, result] =
      bench::timed([&] { return bench::value_of(estimate::estimate(seen, asked, polygons)); });
  fmt::print(
      "{:5.0f} m {:9} cells {:6} polygons  observe {:7.2f} s  reconcile {:7.2f} s  estimate {:7.2f} s  peak {:6.0f} MB "
      " {:8.0f} items  {}\n",
      cell_m, result.hazard.cells, polygons.size(), observe_s, reconcile_s, estimate_s, bench::peak_mb(),
      result.hazard.totals.items_mean, hash_of(result.hazard.raster));
  if (update) {
    measure_update("one find", with_find(seen), result, polygons, anew);
    measure_update("one accident", with_report(seen), result, polygons, anew);
    const std::string& released = polygons[even_chance(seen, polygons, result.polygons)].id;
    measure_update("one release", with_release(snapshot, options, seen, released), result, polygons, anew);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = bench::has_option(argc, argv, "--tiny");
  const bool national = bench::option_of(argc, argv, "--size", "small") == "national";
  const auto country = bench::value_of(
      simulate::simulate({.size = national ? simulate::Size::national : simulate::Size::small, .seed = 1}));
  std::vector<double> cells = {std::stod(bench::option_of(argc, argv, "--cell", tiny ? "1000" : "50"))};
  if (bench::has_option(argc, argv, "--growth")) {
    cells = {400, 200, 100, 50};
  }
  for (const double cell_m : cells) {
    measure(country.known, cell_m, tiny || bench::has_option(argc, argv, "--update"),
            bench::has_option(argc, argv, "--anew"));
  }
  return 0;
}
