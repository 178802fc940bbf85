#include "pipeline/estimate_regions.h"

#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "base/ids.h"
#include "base/packet.h"
#include "estimate/region_estimate.h"
#include "estimate/shared_learning.h"
#include "evidence/covariates.h"
#include "evidence/record_fields.h"
#include "evidence/regions.h"
#include "pipeline/update_estimate.h"

namespace firmground::pipeline {

namespace {

constexpr std::int32_t kNarrowest = 8;  ///< cells: a region below has more overlap than ground

/// The snapshot, the same in all processes.
base::Result<mineaction::Snapshot> read_together(estimate::Team& team, const std::string& path) {
  const auto read = [&]() -> base::Result<mineaction::Snapshot> {
    FG_TRY(const registry::Register programme, registry::Register::open(path));
    return programme.snapshot();
  };
  FG_TRY(mineaction::Snapshot snapshot, estimate::agreed(team, read()));
  base::Result<void> same;
  if (team.told(snapshot.hash) != snapshot.hash) {
    same = base::fail("pipeline.changed_meanwhile");
  }
  FG_TRY_VOID(estimate::agreed(team, std::move(same)));
  return snapshot;
}

std::string packed(const std::optional<evidence::RecordFields>& fields) {
  base::PacketWriter packet;
  packet.put(fields.has_value());
  if (fields) {
    packet.put(fields->records.size());
    for (const evidence::RecordedField& record : fields->records) {
      packet.put(record.record_id);
      packet.put(record.source);
      packet.put(std::array{record.exists, record.findable, record.log_ratio});
      packet.put(record.kind);
    }
    packet.put(fields->shares);
    packet.put(fields->as_recorded);
  }
  return std::move(packet).bytes();
}

std::optional<evidence::RecordFields> unpacked(const std::string& bytes) {
  base::PacketReader packet(bytes);
  bool there = false;
  packet.get(there);
  if (!there) {
    return std::nullopt;
  }
  evidence::RecordFields fields;
  std::size_t records = 0;
  packet.get(records);
  fields.records.resize(records);
  for (evidence::RecordedField& record : fields.records) {
    std::array<double, 3> figures{};
    packet.get(record.record_id);
    packet.get(record.source);
    packet.get(figures);
    packet.get(record.kind);
    record.exists = figures[0];
    record.findable = figures[1];
    record.log_ratio = figures[2];
  }
  packet.get(fields.shares);
  packet.get(fields.as_recorded);
  return fields;
}

/// What the first process makes of the minefield records, told to all.
base::Result<std::optional<evidence::RecordFields>> reconcile_together(estimate::Team& team, const std::string& path,
                                                                       const mineaction::Snapshot& snapshot,
                                                                       const EstimateRequest& request,
                                                                       evidence::Observations& country,
                                                                       const base::Progress& progress) {
  const auto reconcile = [&]() -> base::Result<void> {
    FG_TRY(const registry::Register programme, registry::Register::open(path));
    return reconcile_for_estimate(programme, snapshot, request, country, progress);
  };
  base::Result<void> done;
  if (team.first() && request.records == RecordUse::reconciled) {
    done = reconcile();
  }
  FG_TRY_VOID(estimate::agreed(team, std::move(done)));
  const std::string told = team.told(packed(country.records));
  evidence::forget_records(country);  // with its distance over the whole grid
  return unpacked(told);
}

/// On coarse cells the short field's reach and its squares ask for more than metres do.
std::int32_t overlap_cells(const EstimateRequest& request) {
  constexpr double kFewest = 16;
  return static_cast<std::int32_t>(std::ceil(std::max(request.overlap_m / request.observe.cell_m, kFewest)));
}

/// Cuts the country and keeps what this process needs of it; covariates are measured one at a time over the whole grid,
/// so that they are those of the country in one piece.
base::Result<estimate::RegionGround> ground_of(const estimate::Team& team, const mineaction::Snapshot& snapshot,
                                               const EstimateRequest& request, evidence::Observations country,
                                               std::optional<evidence::RecordFields> records) {
  estimate::RegionGround ground;
  const geo::Grid grid = country.grid;
  const auto too_many = [&] {
    return base::fail("pipeline.too_many_regions", {{"regions", std::to_string(team.size())},
                                                    {"size", fmt::format("{} x {}", grid.columns, grid.rows)}});
  };
  if (team.size() > 4096 || grid.size() < team.size() * kNarrowest * kNarrowest) {
    return too_many();
  }
  ground.owned = evidence::cut_into_regions(country, team.size(), request.estimate.together);
  if (std::any_of(ground.owned.begin(), ground.owned.end(),
                  [](const evidence::Region& region) { return std::min(region.columns, region.rows) < kNarrowest; })) {
    return too_many();
  }
  ground.overlap_cells = overlap_cells(request);
  ground.window = evidence::grown(ground.owned[team.rank()], grid, ground.overlap_cells);

  std::vector<evidence::CovariateField> sampled;
  const auto cells = std::make_shared<const std::vector<std::uint32_t>>(
      team.first() ? estimate::cells_to_learn_from(country) : std::vector<std::uint32_t>{});
  const evidence::KeepField keep = [&](const evidence::CovariateField& field) {
    if (team.first()) {
      sampled.push_back(evidence::field_at(field, cells));
    }
    return evidence::field_in(field, grid, ground.window);
  };
  country.covariates = evidence::covariate_fields(snapshot, grid, country.inside, country.processed,
                                                  request.observe.until, country.notes, keep);
  if (records) {
    evidence::use_records(std::move(*records), country, keep);
  }
  for (std::size_t i = 0; i < sampled.size(); ++i) {
    sampled[i].use = country.covariates[i].use;
  }
  ground.observations = evidence::observations_in(country, ground.window);
  ground.observations.covariates = std::move(country.covariates);
  if (team.first()) {
    ground.country = std::move(country);
    ground.country.covariates = std::move(sampled);
  }
  return ground;
}

/// Says so where regions did not look far beyond their own ground.
void note_overlap(double overlap_m, EstimateOutcome& outcome) {
  constexpr double kRanges = 4;
  for (const auto& [name, value] : outcome.stored.hyperparameters) {
    if (name.starts_with("short_range_m") && overlap_m < kRanges * value) {
      outcome.notes.push_back(fmt::format(
          "Regions overlap by {:.0f} m, less than {} times the range of a short field ({:.0f} m): near cuts the "
          "map may differ from that of the country in one piece. Ask for more with --overlap.",
          overlap_m, kRanges, value));
    }
  }
}

/// Says so where polygons are larger than what one process sees.
void note_closer(const estimate::CloserLook& closer, const std::vector<estimate::PolygonEstimate>& polygons,
                 EstimateOutcome& outcome) {
  const auto begin = polygons.begin() + static_cast<std::ptrdiff_t>(closer.polygons.first);
  const auto unknown = std::count_if(begin, begin + static_cast<std::ptrdiff_t>(closer.polygons.count),
                                     [](const estimate::PolygonEstimate& p) { return !p.besides_known; });
  if (unknown > 0) {
    outcome.notes.push_back(
        fmt::format("{} polygons reach beyond what any one process sees: what they would hold without evidence and "
                    "which survey would tell most of them is not known. Ask for more with --overlap, or estimate the "
                    "country in one piece.",
                    unknown));
  }
}

}  // namespace

base::Result<EstimateOutcome> estimate_programme_in_regions(estimate::Team& team, const std::string& programme,
                                                            EstimateRequest request, const base::Progress& progress) {
  request.regions = team.size();
  progress("Reading the register", 0);
  AskedPolygons asked;
  EstimateOutcome outcome;
  estimate::RegionGround ground;
  KeptGround kept;  // first process alone
  {
    FG_TRY(const mineaction::Snapshot snapshot, read_together(team, programme));
    FG_TRY(const std::string note, choose_modelled_cells(snapshot, request));
    FG_TRY(evidence::Observations country,
           estimate::agreed(team, evidence::observe_effort(snapshot, request.observe, progress)));
    FG_TRY(auto records, reconcile_together(team, programme, snapshot, request, country, progress));
    progress("Measuring covariates", 0.05);
    if (team.first()) {
      kept = {ground_hash(snapshot), country.grid.cell_m, records, {}};
    }
    asked = polygons_of(snapshot, country.grid);
    const geo::Grid grid = country.grid;
    FG_TRY(ground, estimate::agreed(team, ground_of(team, snapshot, request, std::move(country), std::move(records))));
    outcome.notes = notes_of(ground.country, request.estimate, note);
    request.estimate.keep = ground.observations.mode == "effort";
    request.estimate.closer.polygons = asked.of(request.closer);
    estimate::place_polygons(grid, asked.polygons, request.estimate.closer, team.rank(), ground);
    for (estimate::PolygonCells& polygon : asked.polygons) {
      polygon.cells = {};
    }
  }
  malloc_trim(0);  // what reading and reconciling took is the other processes' to use
  FG_TRY(
      const estimate::EstimateResult result,
      estimate::estimate_in_regions(team, std::move(ground), request.estimate,
                                    team.first() ? asked.polygons : std::vector<estimate::PolygonCells>{}, progress));
  base::Result<void> stored;
  if (team.first()) {
    const std::string made_at = base::utc_timestamp(base::now_unix_milliseconds());
    outcome.stored = summary_of(result, asked, request, made_at);
    outcome.classes = result.classes;
    note_closer(request.estimate.closer, result.polygons, outcome);
    note_overlap(overlap_cells(request) * request.observe.cell_m, outcome);
    const auto store = [&]() -> base::Result<void> {
      FG_TRY(registry::Register open, registry::Register::open(programme));
      return store_whole(open, result, kept, outcome);
    };
    stored = store();
  }
  FG_TRY_VOID(estimate::agreed(team, std::move(stored)));
  return outcome;
}

}  // namespace firmground::pipeline
