#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <tuple>

#include "mineaction/land_account.h"
#include "mineaction/land_ledger.h"

namespace firmground::mineaction {

/// The figures of an account in whole square millimetres, so that entering a face and taking it out again leaves
/// nothing behind (docs/methods/land-accounting.md, eq. 5-8).
struct LandFigures {
  std::int64_t opening = 0, fresh = 0;
  std::int64_t cancelled = 0, reduced = 0, cleared = 0;  ///< inside a hazard
  std::int64_t remaining_suspected = 0, remaining_confirmed = 0;
  std::int64_t outside = 0, double_claimed = 0, known_later = 0;
  std::int64_t all_cancelled = 0, all_reduced = 0, all_cleared = 0;

  /// Adds a piece of ground `times` times.
  void add(const LandPiece& piece, std::int64_t area_mm2, int times = 1);
};

/// Sums faces into an account.  REQUIRES: all that is given to it outlives it.
class LandTally {
 public:
  LandTally(const Snapshot& snapshot, const LandLedger& ledger, const DistrictMap& districts, const AccountScope& scope,
            const AccountOptions& options);

  /// The piece that a face is in the account, without its polygon; nothing when its ground is not asked for or was
  /// released before the period.
  std::optional<LandPiece> piece_of(const ClaimedFace& face) const;
  /// Enters a face, or with -1 takes it out again.
  void enter(const ClaimedFace& face, const std::optional<LandPiece>& piece, int times = 1);
  /// Fills in all sums.
  void write(LandAccount& account) const;

 private:
  struct Standing;
  Standing standing_of(const ClaimedFace& face) const;
  bool is_asked(const Standing& standing) const;
  bool is_asked(const LandRelease& release) const;
  bool is_asked(const HazardousArea& hazard) const;
  std::int32_t record(std::int32_t claim) const;
  const LandRelease& release(std::int32_t claim) const;
  const HazardousArea& hazard(std::int32_t claim) const;
  void enter_double_claims(const ClaimedFace& face, std::int64_t area_mm2);
  void enter_processed(const ClaimedFace& face, std::int64_t area_mm2);
  void write_double_claims(LandAccount& account) const;
  void write_processed(LandAccount& account) const;

  const Snapshot& snapshot_;
  const LandLedger& ledger_;
  const DistrictMap& districts_;
  const AccountScope& scope_;
  const AccountOptions& options_;

  LandFigures total_;
  std::int64_t upgraded_ = 0;
  std::map<Method, std::int64_t> by_method_;
  std::map<std::pair<int, Outcome>, std::int64_t> by_year_;
  std::map<std::pair<std::int32_t, LandState>, std::int64_t> by_district_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::int32_t>, std::int64_t> twice_;  // two claims, district
  std::int64_t processed_ = 0, searched_ = 0, coverage_unknown_ = 0;
  std::map<Method, std::int64_t> processed_by_method_;
  std::map<std::string, std::int64_t> processed_by_organisation_;
};

/// The account that a ledger and a tally come to, with its notes, shares and stamp; without pieces.
LandAccount written_account(const Snapshot& snapshot, const AccountOptions& options, const LandLedger& ledger,
                            const LandTally& tally);

/// Square metres of whole square millimetres.
inline double square_metres(std::int64_t mm2) {
  return static_cast<double>(mm2) / 1e6;
}

}  // namespace firmground::mineaction
