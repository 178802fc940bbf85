#include "mineaction/land_account.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "base/check.h"
#include "base/stamp.h"
#include "mineaction/land_ledger.h"
#include "mineaction/land_tally.h"

namespace firmground::mineaction {

namespace {

using base::Result;
using Json = nlohmann::ordered_json;

void note_released_before_known(LandAccount& account) {
  if (account.released_before_known_m2 >= 1) {
    account.notes.push_back(
        fmt::format("{:.0f} m2 count as released by a release older than the report of their hazard; "
                    "if the hazard is new, it needs a new release.",
                    account.released_before_known_m2));
  }
}

// A share names its numerator, its denominator, the baseline and its date: a percentage alone says nothing.
void share_baseline(const Snapshot& snapshot, LandAccount& account) {
  constexpr double kSquareMetresPerHectare = 10'000;
  const Baseline* baseline = baseline_at(snapshot, account.as_of);
  if (baseline == nullptr) {
    return;
  }
  account.baseline = *baseline;
  const double whole_m2 = baseline->area_ha * kSquareMetresPerHectare;
  if (whole_m2 > 0) {
    const double released_m2 = account.all_cleared_m2 + account.all_reduced_m2 + account.all_cancelled_m2;
    account.shares = {{"cleared", account.all_cleared_m2, whole_m2, account.all_cleared_m2 / whole_m2},
                      {"released", released_m2, whole_m2, released_m2 / whole_m2}};
  }
}

std::string stamp_of(const Snapshot& snapshot, const AccountOptions& options, const LandAccount& account) {
  const auto text = [](const std::optional<std::string>& value) { return value ? Json(*value) : Json(nullptr); };
  Json settings = {{"from", options.from ? Json(options.from->to_string()) : Json(nullptr)},
                   {"until", account.as_of.to_string()},
                   {"district", text(options.district)}};
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value) {
      settings[name] = *value;
    }
  };
  add("organisation", options.organisation);
  add("donor", options.donor);
  add("method", options.method ? std::optional(std::string(to_string(*options.method))) : std::nullopt);
  add("device", options.device ? std::optional(std::string(to_string(*options.device))) : std::nullopt);
  add("type", options.type ? std::optional(std::string(to_string(*options.type))) : std::nullopt);
  add("hazard", options.hazard);
  return base::Stamp{"land-account", snapshot.hash, base::version(), settings.dump(), 0}.to_json();
}

}  // namespace

std::string_view to_string(LandState state) {
  switch (state) {
    case LandState::remaining_suspected: return "remaining_suspected";
    case LandState::remaining_confirmed: return "remaining_confirmed";
    case LandState::cancelled: return "cancelled";
    case LandState::reduced: return "reduced";
    case LandState::cleared: return "cleared";
  }
  FG_CHECK(false);
}

LandAccount written_account(const Snapshot& snapshot, const AccountOptions& options, const LandLedger& ledger,
                            const LandTally& tally) {
  LandAccount account;
  account.as_of = last_day_of(snapshot, options);
  ledger.note(account);
  tally.write(account);
  note_released_before_known(account);
  share_baseline(snapshot, account);
  account.stamp = stamp_of(snapshot, options, account);
  return account;
}

Result<LandAccount> account(const Snapshot& snapshot, const AccountOptions& options) {
  FG_CHECK(snapshot.crs.has_value());
  const DistrictMap districts(snapshot.districts);
  FG_TRY(const AccountScope scope, AccountScope::of(snapshot, options, districts));
  LandLedger ledger(snapshot, scope, districts);
  ledger.enter_all();
  ledger.examine_claims();
  ClaimGroup all(ledger.claims().size());
  std::iota(all.begin(), all.end(), 0U);
  const std::vector<ClaimGroup> groups = groups_of(ledger.claims(), all);
  FG_TRY(auto faces, divide_all(ledger.claims(), groups, districts, geo::AreaMeter(*snapshot.crs)));

  LandTally tally(snapshot, ledger, districts, scope, options);
  std::vector<LandPiece> pieces;
  for (std::vector<ClaimedFace>& of_group : faces) {
    for (ClaimedFace& face : of_group) {
      std::optional<LandPiece> piece = tally.piece_of(face);
      tally.enter(face, piece);
      if (piece) {
        piece->geometry.polygons.push_back(std::move(face.polygon));
        pieces.push_back(std::move(*piece));
      }
    }
  }
  LandAccount result = written_account(snapshot, options, ledger, tally);
  result.pieces = std::move(pieces);
  return result;
}

}  // namespace firmground::mineaction
