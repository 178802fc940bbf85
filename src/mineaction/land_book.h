#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "mineaction/land_account.h"

namespace firmground::mineaction {

/// A land account that is kept: when a record comes in or changes, only the ground that touches it is divided again, in
/// milliseconds where a nation's account takes a second. The figures are those of account() on the same records, to
/// the square millimetre. Of no more than one thread at a time.
class LandBook {
 public:
  /// REQUIRES: snapshot.crs.  Errors: those of account().
  static base::Result<LandBook> open(Snapshot snapshot, AccountOptions options = {});
  LandBook(LandBook&&) noexcept;
  LandBook& operator=(LandBook&&) noexcept;
  ~LandBook();

  /// Enters a record that is new, or that takes the place of the one with its id. Without `until` the book's day is
  /// that of its latest record.  Errors: geo.overlay_failed; the book has then to be opened again.
  base::Result<void> put(HazardousArea hazard);
  base::Result<void> put(LandRelease release);
  /// Takes a record out, as when it is withdrawn; nothing happens when there is none.
  base::Result<void> withdraw_hazard(const std::string& hazard_id);
  base::Result<void> withdraw_release(const std::string& release_id);

  /// The account without pieces. After a change it has no stamp: that hashes all records, which takes longer than
  /// everything here.  Cost: a pass over the records for those without ground.
  LandAccount account() const;
  /// The pieces; their indices are into snapshot(), where new records stand last and withdrawn ones still stand.
  std::vector<LandPiece> pieces() const;
  const Snapshot& snapshot() const;

 private:
  struct Impl;
  explicit LandBook(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace firmground::mineaction
