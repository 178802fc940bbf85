#include "mineaction/land_tally.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace firmground::mineaction {

namespace {

using std::chrono::sys_days;

LandState state_of(const LandRelease& release) {
  switch (release.outcome) {
    case Outcome::cancelled: return LandState::cancelled;
    case Outcome::reduced: return LandState::reduced;
    case Outcome::cleared: return LandState::cleared;
  }
  FG_CHECK(false);
}

}  // namespace

void LandFigures::add(const LandPiece& piece, std::int64_t area_mm2, int times) {
  const std::int64_t area = times * area_mm2;
  const std::int64_t inside = piece.inside_hazard ? area : 0;
  (piece.opening ? opening : fresh) += inside;
  double_claimed += piece.releases >= 2 ? area : 0;
  known_later += piece.known_later ? area : 0;
  outside += area - inside;
  switch (piece.state) {
    case LandState::remaining_suspected: remaining_suspected += area; break;
    case LandState::remaining_confirmed: remaining_confirmed += area; break;
    case LandState::cancelled:
      all_cancelled += area;
      cancelled += inside;
      break;
    case LandState::reduced:
      all_reduced += area;
      reduced += inside;
      break;
    case LandState::cleared:
      all_cleared += area;
      cleared += inside;
      break;
  }
}

// What the claims on one face come to.
struct LandTally::Standing {
  std::int32_t hazard = -1;  // the claims that decide
  std::int32_t release = -1;
  std::int32_t release_before = -1;  // the strongest before the period
  sys_days hazard_first = sys_days::max();
  sys_days hazard_last = sys_days::min();
  sys_days release_last = sys_days::min();
  int releases = 0;
};

LandTally::LandTally(const Snapshot& snapshot, const LandLedger& ledger, const DistrictMap& districts,
                     const AccountScope& scope, const AccountOptions& options)
    : snapshot_(snapshot), ledger_(ledger), districts_(districts), scope_(scope), options_(options) {}

LandTally::Standing LandTally::standing_of(const ClaimedFace& face) const {
  Standing s;
  const auto take = [&](std::uint32_t claim, std::int32_t& strongest) {
    if (strongest < 0 || ledger_.decides(claim, static_cast<std::uint32_t>(strongest))) {
      strongest = static_cast<std::int32_t>(claim);
    }
  };
  for (const std::uint32_t claim : face.claims) {
    const sys_days day = ledger_.day(claim);
    if (ledger_.claims()[claim].hazard) {
      take(claim, s.hazard);
      s.hazard_first = std::min(s.hazard_first, day);
      s.hazard_last = std::max(s.hazard_last, day);
      continue;
    }
    ++s.releases;
    s.release_last = std::max(s.release_last, day);
    take(claim, s.release);
    if (scope_.from && day < *scope_.from) {
      take(claim, s.release_before);
    }
  }
  return s;
}

std::int32_t LandTally::record(std::int32_t claim) const {
  return claim < 0 ? -1 : ledger_.record(static_cast<std::uint32_t>(claim));
}
const LandRelease& LandTally::release(std::int32_t claim) const {
  return snapshot_.land_releases[static_cast<std::size_t>(record(claim))];
}
const HazardousArea& LandTally::hazard(std::int32_t claim) const {
  return snapshot_.hazards[static_cast<std::size_t>(record(claim))];
}

bool LandTally::is_asked(const LandRelease& r) const {
  return (!options_.organisation || r.organisation == *options_.organisation) &&
         (!options_.donor || r.donor == *options_.donor) && (!options_.method || r.method == *options_.method);
}

bool LandTally::is_asked(const HazardousArea& h) const {
  return (!options_.device || h.device == *options_.device) && (!options_.type || h.type == *options_.type) &&
         (!options_.hazard || h.hazard_id == *options_.hazard);
}

bool LandTally::is_asked(const Standing& s) const {
  const bool by_release = options_.organisation || options_.donor || options_.method;
  const bool by_hazard = options_.device || options_.type || options_.hazard;
  return (!by_release || (s.release >= 0 && is_asked(release(s.release)))) &&
         (!by_hazard || (s.hazard >= 0 && is_asked(hazard(s.hazard))));
}

std::optional<LandPiece> LandTally::piece_of(const ClaimedFace& face) const {
  if (scope_.district >= 0 && face.district != scope_.district) {
    return std::nullopt;
  }
  const Standing s = standing_of(face);
  if (s.release_before >= 0 || !is_asked(s)) {
    return std::nullopt;
  }
  LandPiece piece;
  piece.inside_hazard = s.hazard >= 0;
  piece.opening = piece.inside_hazard && scope_.from && s.hazard_first < *scope_.from;
  piece.known_later = piece.inside_hazard && s.release >= 0 && s.hazard_last > s.release_last;
  piece.releases = s.releases;
  piece.hazard = record(s.hazard);
  piece.release = record(s.release);
  piece.district = face.district;
  piece.state = s.release >= 0                                   ? state_of(release(s.release))
                : hazard(s.hazard).type == HazardType::confirmed ? LandState::remaining_confirmed
                                                                 : LandState::remaining_suspected;
  piece.area_m2 = square_metres(face.area_mm2);
  return piece;
}

void LandTally::enter(const ClaimedFace& face, const std::optional<LandPiece>& piece, int times) {
  if (scope_.district >= 0 && face.district != scope_.district) {
    return;
  }
  const std::int64_t area = times * face.area_mm2;
  enter_processed(face, area);
  if (!piece) {
    const Standing s = standing_of(face);
    if (s.release_before >= 0 && is_asked(s) && release(s.release).outcome > release(s.release_before).outcome) {
      upgraded_ += area;
    }
    return;
  }
  total_.add(*piece, face.area_mm2, times);
  by_district_[{piece->district, piece->state}] += area;
  if (piece->release >= 0) {
    const LandRelease& deciding = snapshot_.land_releases[static_cast<std::size_t>(piece->release)];
    by_method_[deciding.method] += area;
    by_year_[{deciding.completed_on.year(), deciding.outcome}] += area;
  }
  if (piece->releases >= 2) {
    enter_double_claims(face, area);
  }
}

void LandTally::enter_double_claims(const ClaimedFace& face, std::int64_t area_mm2) {
  for (std::size_t i = 0; i < face.claims.size(); ++i) {
    for (std::size_t j = i + 1; j < face.claims.size(); ++j) {
      const std::uint32_t a = face.claims[i];
      const std::uint32_t b = face.claims[j];
      if (!ledger_.claims()[a].hazard && !ledger_.claims()[b].hazard) {
        twice_[{a, b, face.district}] += area_mm2;
      }
    }
  }
}

void LandTally::enter_processed(const ClaimedFace& face, std::int64_t area_mm2) {
  for (const std::uint32_t claim : face.claims) {
    if (ledger_.claims()[claim].hazard || (scope_.from && ledger_.day(claim) < *scope_.from)) {
      continue;
    }
    const LandRelease& r = release(static_cast<std::int32_t>(claim));
    if (r.method == Method::nts || !is_asked(r)) {
      continue;
    }
    processed_ += area_mm2;
    processed_by_method_[r.method] += area_mm2;
    processed_by_organisation_[r.organisation] += area_mm2;
    if (r.coverage) {
      searched_ += std::llround(static_cast<double>(area_mm2) * *r.coverage);
    } else {
      coverage_unknown_ += area_mm2;
    }
  }
}

void LandTally::write(LandAccount& a) const {
  a.opening_m2 = square_metres(total_.opening);
  a.new_m2 = square_metres(total_.fresh);
  a.cancelled_m2 = square_metres(total_.cancelled);
  a.reduced_m2 = square_metres(total_.reduced);
  a.cleared_m2 = square_metres(total_.cleared);
  a.remaining_suspected_m2 = square_metres(total_.remaining_suspected);
  a.remaining_confirmed_m2 = square_metres(total_.remaining_confirmed);
  a.cleared_outside_m2 = square_metres(total_.outside);
  a.double_claimed_m2 = square_metres(total_.double_claimed);
  a.all_cleared_m2 = square_metres(total_.all_cleared);
  a.all_reduced_m2 = square_metres(total_.all_reduced);
  a.all_cancelled_m2 = square_metres(total_.all_cancelled);
  a.upgraded_m2 = square_metres(upgraded_);
  a.released_before_known_m2 = square_metres(total_.known_later);
  for (const auto& [method, mm2] : by_method_) {
    if (mm2 != 0) {
      a.released_by_method_m2[std::string(to_string(method))] = square_metres(mm2);
    }
  }
  for (const auto& [key, mm2] : by_year_) {
    if (mm2 != 0) {
      a.by_year_m2[key.first][std::string(to_string(key.second))] = square_metres(mm2);
    }
  }
  for (const auto& [key, mm2] : by_district_) {
    if (mm2 != 0) {
      a.by_district_m2[districts_.label(key.first)][std::string(to_string(key.second))] = square_metres(mm2);
    }
  }
  write_double_claims(a);
  write_processed(a);
}

void LandTally::write_double_claims(LandAccount& account) const {
  for (const auto& [key, mm2] : twice_) {
    if (mm2 == 0) {
      continue;
    }
    auto [a, b, district] = key;
    if (ledger_.decides(b, a)) {
      std::swap(a, b);
    }
    account.double_claims.push_back({release(static_cast<std::int32_t>(a)).release_id,
                                     release(static_cast<std::int32_t>(b)).release_id, districts_.label(district),
                                     square_metres(mm2)});
  }
  std::sort(account.double_claims.begin(), account.double_claims.end(), [](const DoubleClaim& p, const DoubleClaim& q) {
    return std::tie(q.area_m2, p.release_a, p.release_b, p.district) <
           std::tie(p.area_m2, q.release_a, q.release_b, q.district);
  });
}

void LandTally::write_processed(LandAccount& account) const {
  ProcessedArea& p = account.processed;
  p.total_m2 = square_metres(processed_);
  p.searched_m2 = square_metres(searched_);
  p.coverage_unknown_m2 = square_metres(coverage_unknown_);
  for (const auto& [method, mm2] : processed_by_method_) {
    if (mm2 != 0) {
      p.by_method_m2[std::string(to_string(method))] = square_metres(mm2);
    }
  }
  for (const auto& [organisation, mm2] : processed_by_organisation_) {
    if (mm2 != 0) {
      p.by_organisation_m2[organisation.empty() ? "(not recorded)" : organisation] = square_metres(mm2);
    }
  }
}

}  // namespace firmground::mineaction
