#include "evidence/reconcile_state.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace firmground::evidence {

namespace {

using Json = nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

/// Numbers as they lie in memory: a place in little of it, and the same when read back.
template <typename Number>
void append(Bytes& bytes, Number number) {
  std::array<std::uint8_t, sizeof(Number)> raw{};
  std::memcpy(raw.data(), &number, sizeof(Number));
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

template <typename Number>
Number taken(const Bytes& bytes, std::size_t& at) {
  if (at + sizeof(Number) > bytes.size()) {
    throw Json::other_error::create(501, "cut short", nullptr);
  }
  Number number{};
  std::memcpy(&number, bytes.data() + at, sizeof(Number));
  at += sizeof(Number);
  return number;
}

Bytes of_shifts(const ShiftWeights& weights) {
  constexpr float kLeast = 1e-4F;
  const float least = kLeast * *std::max_element(weights.begin(), weights.end());
  Bytes bytes;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (weights[k] >= least) {
      append(bytes, static_cast<std::uint16_t>(k));
      append(bytes, weights[k]);
    }
  }
  return bytes;
}

ShiftWeights shifts_of(const Bytes& bytes) {
  ShiftWeights weights(ShiftLattice::kSize, 0.0F);
  for (std::size_t at = 0; at < bytes.size();) {
    const auto k = taken<std::uint16_t>(bytes, at);
    weights.at(k) = taken<float>(bytes, at);
  }
  return weights;
}

Bytes of_boxes(const std::vector<geo::Box>& boxes) {
  Bytes bytes;
  for (const geo::Box& box : boxes) {
    append(bytes, box.min_x);
    append(bytes, box.min_y);
    append(bytes, box.max_x);
    append(bytes, box.max_y);
  }
  return bytes;
}

std::vector<geo::Box> boxes_of(const Bytes& bytes) {
  std::vector<geo::Box> boxes;
  for (std::size_t at = 0; at < bytes.size();) {
    geo::Box& box = boxes.emplace_back();
    box.min_x = taken<double>(bytes, at);
    box.min_y = taken<double>(bytes, at);
    box.max_x = taken<double>(bytes, at);
    box.max_y = taken<double>(bytes, at);
  }
  return boxes;
}

/// In ascending order of cells, so that equal claims are equal bytes.
Bytes of_claims(const OwnClaims& claims) {
  const std::map<std::uint64_t, float> ordered(claims.begin(), claims.end());
  Bytes bytes;
  for (const auto& [cell, claim] : ordered) {
    append(bytes, cell);
    append(bytes, claim);
  }
  return bytes;
}

OwnClaims claims_of(const Bytes& bytes) {
  OwnClaims claims;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto cell = taken<std::uint64_t>(bytes, at);
    claims[cell] = taken<float>(bytes, at);
  }
  return claims;
}

constexpr int kLayout = 1;

Json of_source(const ReconcileState::Source& source) {
  Json sheets = Json::object();
  for (const auto& [name, weights] : source.sheets) {
    sheets[name] = Json::binary(of_shifts(weights));
  }
  return {{"findable", source.law.findable},
          {"weights", source.law.weights},
          {"wide_share", source.law.wide_share},
          {"spread_m", source.law.spread_m},
          {"sheets_m", source.law.sheets_m},
          {"searched_existence", source.searched_existence},
          {"unsearched_existence", source.unsearched_existence},
          {"sheets", std::move(sheets)}};
}

ReconcileState::Source source_of(const Json& json) {
  ReconcileState::Source source;
  json.at("findable").get_to(source.law.findable);
  json.at("weights").get_to(source.law.weights);
  json.at("wide_share").get_to(source.law.wide_share);
  json.at("spread_m").get_to(source.law.spread_m);
  json.at("sheets_m").get_to(source.law.sheets_m);
  json.at("searched_existence").get_to(source.searched_existence);
  json.at("unsearched_existence").get_to(source.unsearched_existence);
  for (const auto& [name, weights] : json.at("sheets").items()) {
    source.sheets[name] = shifts_of(weights.get_binary());
  }
  return source;
}

}  // namespace

std::string to_bytes(const ReconcileState& state) {
  Json sources = Json::object();
  for (const auto& [name, source] : state.sources) {
    sources[name] = of_source(source);
  }
  Json records = Json::object();
  for (const auto& [id, record] : state.records) {
    records[id] =
        Json::array({Json::binary(of_boxes(record.windows)), record.sheet, Json::binary(of_claims(record.claims))});
  }
  const auto& counts = state.counts;
  const Json json = {{"layout", kLayout},
                     {"forms", state.forms},
                     {"sources", std::move(sources)},
                     {"records", std::move(records)},
                     {"counts", Json::array({counts.clumping, counts.ring, counts.ring_alike, counts.gamma, counts.rho,
                                             counts.kinds, counts.most_finds})},
                     {"discount", state.discount.log_mean},
                     {"contexts", state.contexts}};
  std::string bytes;
  Json::to_cbor(json, bytes);
  return bytes;
}

base::Result<ReconcileState> parse_reconcile_state(const std::string& bytes) {
  try {
    const Json json = Json::from_cbor(bytes);
    if (json.at("layout") != kLayout) {
      return base::fail("evidence.state_unreadable", {{"problem", "it is of another version of the program"}});
    }
    ReconcileState state;
    json.at("forms").get_to(state.forms);
    for (const auto& [name, source] : json.at("sources").items()) {
      state.sources[name] = source_of(source);
    }
    for (const auto& [id, record] : json.at("records").items()) {
      state.records[id] = {boxes_of(record.at(0).get_binary()), record.at(1).get<std::string>(),
                           claims_of(record.at(2).get_binary())};
    }
    const Json& counts = json.at("counts");
    counts.at(0).get_to(state.counts.clumping);
    counts.at(1).get_to(state.counts.ring);
    counts.at(2).get_to(state.counts.ring_alike);
    counts.at(3).get_to(state.counts.gamma);
    counts.at(4).get_to(state.counts.rho);
    counts.at(5).get_to(state.counts.kinds);
    counts.at(6).get_to(state.counts.most_finds);
    json.at("discount").get_to(state.discount.log_mean);
    json.at("contexts").get_to(state.contexts);
    return state;
  } catch (const std::exception& e) {
    return base::fail("evidence.state_unreadable", {{"problem", e.what()}});
  }
}

}  // namespace firmground::evidence
