#include "evidence/held_out.h"

#include <algorithm>

#include "base/random.h"
#include "evidence/accuracy_figures.h"
#include "evidence/record_maps.h"
#include "evidence/search_image.h"

namespace firmground::evidence {

namespace {

constexpr std::size_t kEvery = 3;
constexpr double kBins[] = {0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1};
constexpr double kFarthest_m = 100;

struct OnKeptOut {
  double effort = 0;
  bool found = false;
};

OnKeptOut look(const geo::PlanarGeometry& region, const SearchImage& image) {
  OnKeptOut result;
  const Template shape = template_of(image.grid(), region);
  for (const Template::Run& run : shape.runs) {
    for (std::int32_t c = run.from; c < run.to; ++c) {
      const auto cell = image.at(shape.column + c, shape.row + run.row);
      result.effort += static_cast<double>(cell.effort);
      result.found = result.found || cell.finds > 0;
    }
  }
  result.effort /= std::max<double>(1, static_cast<double>(shape.cells));
  return result;
}

}  // namespace

base::Result<HeldOut> held_out(const mineaction::Snapshot& snapshot, const ReconcileOptions& options,
                               const base::Progress& progress) {
  mineaction::Snapshot rest = snapshot;
  mineaction::Snapshot kept = snapshot;
  rest.land_releases.clear();
  kept.land_releases.clear();
  for (std::size_t i = 0; i < snapshot.land_releases.size(); ++i) {
    (i % kEvery == 0 ? kept : rest).land_releases.push_back(snapshot.land_releases[i]);
  }
  HeldOut result;
  result.releases = static_cast<std::int64_t>(kept.land_releases.size());
  if (kept.land_releases.empty()) {
    return result;
  }
  FG_TRY(const Reconciliation unseen, reconcile(rest, options, progress));
  const SearchImage image(kept);
  std::vector<std::vector<std::pair<double, double>>> bins(std::size(kBins) - 1);
  for (const RecordVerdict& verdict : unseen.records) {
    if (verdict.corrected.empty()) {
      continue;
    }
    const OnKeptOut seen = look(outline_ground(verdict.corrected, std::min(verdict.radius50_m, kFarthest_m)), image);
    if (seen.effort >= kSearchedEnough) {
      const auto above = std::upper_bound(std::begin(kBins), std::end(kBins) - 1, verdict.probability_exists);
      const auto bin = std::max<std::ptrdiff_t>(1, above - std::begin(kBins)) - 1;
      bins[static_cast<std::size_t>(bin)].emplace_back(verdict.probability_exists, seen.found ? 1 : 0);
    }
  }
  base::Random random(options.seed, 0);
  for (std::size_t b = 0; b < bins.size(); ++b) {
    if (bins[b].empty()) {
      continue;
    }
    ExistenceBin bin{kBins[b], kBins[b + 1], 0, {}};
    std::vector<double> met;
    for (const auto& [predicted, found] : bins[b]) {
      bin.predicted += predicted / static_cast<double>(bins[b].size());
      met.push_back(found);
    }
    bin.with_finds = share_of(met, random);
    result.bins.push_back(bin);
  }
  return result;
}

}  // namespace firmground::evidence
