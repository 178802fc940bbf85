#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "mineaction/district_map.h"
#include "mineaction/land_account.h"
#include "mineaction/land_partition.h"

namespace firmground::mineaction {

/// The days and the ground that an account is asked for.
struct AccountScope {
  std::optional<std::chrono::sys_days> from;
  std::optional<std::chrono::sys_days> last;
  std::int32_t district = -1;  ///< only this one
  geo::Box box{};              ///< claims outside of it say nothing about the ground asked for

  /// Errors: account.district_unknown, account.value_unknown (no record has the organisation, donor or hazard asked).
  static base::Result<AccountScope> of(const Snapshot& snapshot, const AccountOptions& options,
                                       const DistrictMap& districts);
};

/// The last day of an account, as it is told.
Date last_day_of(const Snapshot& snapshot, const AccountOptions& options);

/// What each record of a snapshot is in an account, and the claims of those that have ground.
/// REQUIRES: snapshot, scope and districts outlive it.
class LandLedger {
 public:
  LandLedger(const Snapshot& snapshot, const AccountScope& scope, const DistrictMap& districts);

  /// Takes all records in.
  void enter_all();
  /// Takes in a record anew, after it was added or changed.
  void enter_hazard(std::size_t index);
  void enter_release(std::size_t index);
  /// Takes a record out: it is in no sum and no note.
  void leave_hazard(std::size_t index) { hazard_entry_[index] = kOutOfScope; }
  void leave_release(std::size_t index) { release_entry_[index] = kOutOfScope; }
  /// Asks of all claims, or of one, whether their polygons are valid; before that none is divided.
  void examine_claims() { examine(claims_); }
  void examine_claim(std::uint32_t claim) { examine({&claims_[claim], 1}); }
  /// Points the claims at the records again, after these were moved in memory.
  void point_again();

  const std::vector<Claim>& claims() const { return claims_; }
  std::int32_t record(std::uint32_t claim) const { return record_[claim]; }
  std::chrono::sys_days day(std::uint32_t claim) const { return day_[claim]; }
  /// The claim of a record, -1 when it has none.
  std::int32_t claim_of_hazard(std::size_t index) const { return std::max(-1, hazard_entry_[index]); }
  std::int32_t claim_of_release(std::size_t index) const { return std::max(-1, release_entry_[index]); }
  /// Of two claims, both hazards or both releases: whether the first decides where both hold.
  bool decides(std::uint32_t a, std::uint32_t b) const;

  /// Counts and names records without measured ground, then those with invalid polygons.
  void note(LandAccount& account) const;

 private:
  // What a record is when it has no claim.
  static constexpr std::int32_t kUnmeasured = -1;
  static constexpr std::int32_t kOutOfScope = -2;

  template <typename Record>
  std::int32_t enter(const Record& record, bool hazard, std::size_t index, std::chrono::sys_days day,
                     std::int32_t before);
  const std::string& problem_of(std::int32_t claim) const { return claims_[static_cast<std::size_t>(claim)].problem; }
  void note_unmeasured(LandAccount& account) const;
  void note_invalid(LandAccount& account) const;

  const Snapshot& snapshot_;
  const AccountScope& scope_;
  const DistrictMap& districts_;
  std::vector<Claim> claims_;
  std::vector<std::int32_t> record_;        // of each claim: index into hazards or land_releases
  std::vector<std::chrono::sys_days> day_;  // known from, or completed on; without a date known since ever
  std::vector<std::int32_t> hazard_entry_;  // of each record: its claim, or what it is without
  std::vector<std::int32_t> release_entry_;
};

}  // namespace firmground::mineaction
