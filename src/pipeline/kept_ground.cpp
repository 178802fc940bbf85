#include "pipeline/kept_ground.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/packet.h"
#include "evidence/covariates.h"
#include "evidence/record_fields.h"

namespace firmground::pipeline {

namespace {

constexpr std::uint64_t kLayout = 0x464747524F553031;  // "FGGROU01"
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
  out.put(records.shares);
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
  in.get(records.shares);
  for (const evidence::RecordShare& share : records.shares) {
    if (share.record >= records.records.size()) {
      throw std::runtime_error("it has shares of a record that it does not name");
    }
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
    out.put(field.searched_before->cells);
    out.put(field.searched_before->years);
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
    in.get(before->cells);
    in.get(before->years);
    field.searched_before = std::move(before);
  }
  return field;
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
  if (!in.done()) {
    throw std::runtime_error("something follows it");
  }
  return ground;
}

}  // namespace

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
  return std::move(out).bytes();
}

base::Result<KeptGround> parse_kept_ground(const std::string& bytes) {
  try {
    base::KeptReader in(bytes);
    return read_ground(in);
  } catch (const std::exception& problem) {
    return base::fail("estimate.state_unreadable", {{"problem", problem.what()}});
  }
}

std::string values_to_bytes(const evidence::CovariateField& field) {
  const std::size_t kept = evidence::is_of_searches(field) ? 0 : field.value.size();
  return std::string(reinterpret_cast<const char*>(field.value.data()), kept * sizeof(float));
}

base::Result<void> put_values(const std::string& bytes, std::size_t cells, evidence::CovariateField& field) {
  if (!bytes.empty() && bytes.size() != cells * sizeof(float)) {
    return base::fail("estimate.state_unreadable",
                      {{"problem", "the values of '" + field.name + "' are of another grid"}});
  }
  field.value.resize(bytes.size() / sizeof(float));
  if (!bytes.empty()) {
    std::memcpy(field.value.data(), bytes.data(), bytes.size());
  }
  return {};
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
