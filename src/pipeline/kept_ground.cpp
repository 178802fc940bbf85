#include "pipeline/kept_ground.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/packet.h"
#include "base/parallel.h"
#include "estimate/state_part.h"
#include "evidence/covariates.h"
#include "evidence/record_fields.h"
#include "evidence/statements.h"
#include "mineaction/snapshot_bytes.h"

namespace firmground::pipeline {

namespace {

constexpr std::uint64_t kLayout = 0x464747524F553033;  // "FGGROU03"
constexpr std::uint8_t kNoKind = 0xFF;

template <typename Enum>
Enum enum_of(base::KeptReader& in, Enum last) {
  std::uint8_t number = 0;
  in.get(number);
  if (number > static_cast<std::uint8_t>(last)) {
    throw std::runtime_error("it says what nothing says");
  }
  return static_cast<Enum>(number);
}

bool flag_of(base::KeptReader& in) {
  std::uint8_t flag = 0;
  in.get(flag);
  return flag != 0;
}

void put_records(base::PacketWriter& out, const evidence::RecordFields& records) {
  out.put(static_cast<std::uint64_t>(records.records.size()));
  for (const evidence::RecordedField& record : records.records) {
    out.put(record.record_id);
    out.put(record.source);
    out.put(record.exists);
    out.put(record.findable);
    out.put(record.log_ratio);
    out.put(record.kind ? static_cast<std::uint8_t>(*record.kind) : kNoKind);
  }
  out.put(records.as_recorded);
}

evidence::RecordFields records_of(base::KeptReader& in) {
  evidence::RecordFields records;
  records.records.resize(in.size_of(sizeof(double)));
  for (evidence::RecordedField& record : records.records) {
    in.get(record.record_id);
    in.get(record.source);
    in.get(record.exists);
    in.get(record.findable);
    in.get(record.log_ratio);
    std::uint8_t kind = 0;
    in.get(kind);
    if (kind != kNoKind && kind >= evidence::kItemKinds.size()) {
      throw std::runtime_error("it names a kind of item that is not known");
    }
    record.kind = kind == kNoKind ? std::optional<evidence::ItemKind>() : static_cast<evidence::ItemKind>(kind);
  }
  in.get(records.as_recorded);
  return records;
}

void put_covariate(base::PacketWriter& out, const evidence::CovariateField& field) {
  out.put(field.name);
  out.put(field.unit);
  out.put(field.labels);
  for (const bool flag : {field.categories, field.tells_effort, field.tells_people, field.tells_outcome}) {
    out.put(static_cast<std::uint8_t>(flag ? 1 : 0));
  }
  out.put(static_cast<std::uint8_t>(field.use));
  out.put(static_cast<std::uint8_t>(field.from));
  out.put(static_cast<std::uint8_t>(field.searched_before ? 1 : 0));
  if (field.searched_before) {
    out.put(field.searched_before->latest);
  }
  out.put(static_cast<std::uint8_t>(field.statements ? 1 : 0));
  if (field.statements) {
    out.put(*field.statements);
  }
}

evidence::CovariateField covariate_of(base::KeptReader& in) {
  evidence::CovariateField field;
  in.get(field.name);
  in.get(field.unit);
  in.get(field.labels);
  field.categories = flag_of(in);
  field.tells_effort = flag_of(in);
  field.tells_people = flag_of(in);
  field.tells_outcome = flag_of(in);
  field.use = enum_of(in, evidence::CovariateUse::erw);
  field.from = enum_of(in, evidence::CovariateSource::reconciled_records);
  if (flag_of(in)) {
    auto before = std::make_shared<evidence::SearchedBefore>();
    in.get(before->latest);
    field.searched_before = std::move(before);
  }
  if (flag_of(in)) {
    std::vector<evidence::StatementClass> classes;
    in.get(classes);
    field.statements = std::make_shared<const std::vector<evidence::StatementClass>>(std::move(classes));
    field.confirmed = std::make_shared<const std::vector<evidence::ConfirmedCell>>();
  }
  return field;
}

std::uint64_t known_of(const std::vector<float>& values) {
  return static_cast<std::uint64_t>(
      std::count_if(values.begin(), values.end(), [](float value) { return !std::isnan(value); }));
}

/// What the state has of what was observed.
void copy_values(const estimate::EstimateState& state, evidence::Observations& all) {
  const std::size_t classes = state.classes.size();
  base::parallel_for(classes + 1 + all.covariates.size(), 1, [&](std::size_t part, std::size_t) {
    if (part < classes) {
      all.searched[static_cast<std::size_t>(state.classes[part].ordnance_class)] = state.classes[part].seen;
    } else if (part == classes) {
      all.processed = state.processed;
    } else if (evidence::CovariateField& field = all.covariates[part - classes - 1]; field.statements) {
      field.value = state.statements;
    } else if (field.tells_outcome) {
      field.value = state.outcomes;
    }
  });
}

void put_seen(base::PacketWriter& out, const SeenGround& seen) {
  out.put(seen.grid.cell_m);
  out.put(seen.grid.west);
  out.put(seen.grid.north);
  out.put(seen.grid.columns);
  out.put(seen.grid.rows);
  out.put(seen.released.searched);
  out.put(seen.released.cleared);
  out.put(seen.said);
  for (const evidence::KindFinds& kinds : seen.kinds) {
    out.put(kinds.cells);
    out.put(kinds.stated);
    out.put(kinds.unstated);
  }
}

SeenGround seen_of(base::KeptReader& in) {
  SeenGround seen;
  in.get(seen.grid.cell_m);
  in.get(seen.grid.west);
  in.get(seen.grid.north);
  in.get(seen.grid.columns);
  in.get(seen.grid.rows);
  in.get(seen.released.searched);
  in.get(seen.released.cleared);
  in.get(seen.said);
  if (seen.grid.columns < 1 || seen.grid.rows < 1) {
    throw std::runtime_error("it is of no ground");
  }
  for (evidence::KindFinds& kinds : seen.kinds) {
    in.get(kinds.cells);
    in.get(kinds.stated);
    in.get(kinds.unstated);
    estimate::expect_on_grid(kinds.cells, seen.grid);
  }
  return seen;
}

KeptGround read_ground(base::KeptReader& in) {
  std::uint64_t layout = 0;
  in.get(layout);
  if (layout != kLayout) {
    throw std::runtime_error("it is of another version of the program");
  }
  KeptGround ground;
  in.get(ground.hash);
  in.get(ground.cell_m);
  if (flag_of(in)) {
    ground.records = records_of(in);
  }
  ground.covariates.resize(in.size_of(1));
  for (evidence::CovariateField& field : ground.covariates) {
    field = covariate_of(in);
  }
  if (flag_of(in)) {
    ground.seen = seen_of(in);
  }
  if (!in.done()) {
    throw std::runtime_error("something follows it");
  }
  return ground;
}

}  // namespace

KeptGround kept_ground(const mineaction::Snapshot& snapshot, evidence::Observations observations) {
  constexpr std::size_t kMost = 400'000'000;  // stores take values of a gigabyte at most
  std::string bytes = mineaction::to_bytes(snapshot);
  SeenGround seen{observations.grid,
                  std::move(observations.kinds),
                  {},
                  0,
                  std::move(observations.inside),
                  std::move(observations.reports)};
  for (const evidence::CovariateField& field : observations.covariates) {
    if (field.tells_outcome) {
      seen.released = evidence::released_cells(observations.processed, field.value);
    }
    seen.said += field.statements ? known_of(field.value) : 0;
  }
  return {.hash = ground_hash(snapshot),
          .cell_m = observations.grid.cell_m,
          .records = std::move(observations.records),
          .covariates = std::move(observations.covariates),
          .seen = std::move(seen),
          .snapshot = bytes.size() <= kMost ? std::move(bytes) : std::string()};
}

std::string to_bytes(const KeptGround& ground) {
  base::PacketWriter out;
  out.put(kLayout);
  out.put(ground.hash);
  out.put(ground.cell_m);
  out.put(static_cast<std::uint8_t>(ground.records ? 1 : 0));
  if (ground.records) {
    put_records(out, *ground.records);
  }
  out.put(static_cast<std::uint64_t>(ground.covariates.size()));
  for (const evidence::CovariateField& field : ground.covariates) {
    put_covariate(out, field);
  }
  out.put(static_cast<std::uint8_t>(ground.seen ? 1 : 0));
  if (ground.seen) {
    put_seen(out, *ground.seen);
  }
  return std::move(out).bytes();
}

base::Result<KeptGround> parse_kept_ground(std::string_view bytes) {
  try {
    base::KeptReader in(bytes);
    return read_ground(in);
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

std::string ground_hash(const mineaction::Snapshot& snapshot) {
  mineaction::Snapshot ground;
  ground.crs = snapshot.crs;
  ground.areas_of_interest = snapshot.areas_of_interest;
  ground.districts = snapshot.districts;
  ground.hazards = snapshot.hazards;
  ground.minefield_records = snapshot.minefield_records;
  ground.minefield_record_legs = snapshot.minefield_record_legs;
  ground.places = snapshot.places;
  ground.reference_features = snapshot.reference_features;
  ground.covariates = snapshot.covariates;
  return mineaction::content_hash_of(ground);
}

base::Result<ObservedNow> observe_now(const mineaction::Snapshot& snapshot, const evidence::ObserveOptions& options,
                                      const base::Progress& progress) {
  ObservedNow now;
  FG_TRY(now.observations, evidence::observe_effort(snapshot, options, progress));
  now.of_searches =
      evidence::covariates_of_searches(snapshot, now.observations.grid, now.observations.processed, options.until);
  return now;
}

base::Result<ObservedThen> observed_then(KeptGround ground, const estimate::EstimateState& state,
                                         const mineaction::Snapshot& snapshot,
                                         const evidence::ObserveOptions& options) {
  FG_CHECK(ground.seen && snapshot.crs);
  const geo::Grid country = ground.seen->grid;
  ObservedThen result;
  evidence::Observations& all = result.observations;
  all.grid = state.grid;
  all.country = state.country;
  all.epsg = snapshot.crs->epsg();
  all.inside = std::move(ground.seen->inside);
  all.reports = std::move(ground.seen->reports);
  all.kinds = std::move(ground.seen->kinds);
  all.covariates = std::move(ground.covariates);
  copy_values(state, all);
  bool complete = country == state.whole() && all.inside.size() == all.grid.size();
  for (const evidence::CovariateField& field : all.covariates) {
    complete = complete && field.value.size() == all.grid.size();
  }
  if (!complete) {
    return base::fail("estimate.state_unreadable", {{"problem", "its parts are of other grids"}});
  }
  const evidence::Region part = estimate::part_in(state);
  for (evidence::KindFinds& kinds : all.kinds) {
    if (state.country) {
      kinds = evidence::finds_in(kinds, country, part);
    }
  }
  for (const evidence::CovariateField& field : all.covariates) {
    if (field.tells_outcome) {
      const evidence::ReleasedCells here = evidence::released_cells(all.processed, field.value);
      result.beyond.released = {ground.seen->released.searched - here.searched,
                                ground.seen->released.cleared - here.cleared};
    }
    result.beyond.said = result.beyond.said || (field.statements && ground.seen->said > known_of(field.value));
  }
  if (auto line = std::make_shared<const evidence::LineDirection>(snapshot, country, all.grid); !line->empty()) {
    all.line = std::move(line);
  }
  all.records = std::move(ground.records);
  all.mode = "effort";
  all.from = options.from ? options.from->to_string() : "";
  all.until = options.until ? options.until->to_string() : "";
  return result;
}

evidence::Observations on_kept_ground(ObservedNow now, KeptGround ground, const mineaction::Snapshot& snapshot,
                                      const evidence::ObserveOptions& options) {
  evidence::Observations observations = std::move(now.observations);
  if (!ground.covariates.empty()) {
    observations.covariates =
        evidence::covariates_since(std::move(ground.covariates), std::move(now.of_searches), snapshot,
                                   observations.grid, observations.processed, options.until);
    observations.records = std::move(ground.records);
    return observations;
  }
  observations.covariates = evidence::covariate_fields(snapshot, observations.grid, observations.inside,
                                                       observations.processed, options.until, observations.notes);
  if (ground.records) {
    evidence::use_records(std::move(*ground.records), observations);
  }
  return observations;
}

}  // namespace firmground::pipeline
