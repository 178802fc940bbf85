#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mineaction/snapshot.h"
#include "report/situation.h"

namespace firmground::report {

/// Each accident with the persons counted once (docs/methods/situation-indicators.md, eq. 5).
class CasualtyCount {
 public:
  explicit CasualtyCount(const mineaction::Snapshot& snapshot);

  /// Sum over the accidents that `chosen` takes; nothing when the register holds no accident at all.
  std::optional<Casualties> sum(const std::function<bool(const mineaction::Accident&)>& chosen) const;
  /// The same for one accident.
  const Casualties& of(std::size_t accident) const { return by_accident_[accident]; }
  /// Where accidents and victim records disagree, or say nothing.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void count(std::size_t accident, const std::vector<const mineaction::Victim*>& victims);
  void write_notes(std::int64_t without_accident);

  const mineaction::Snapshot& snapshot_;
  std::vector<Casualties> by_accident_;
  std::vector<std::string> notes_;
  std::int64_t silent_ = 0, fewer_victims_ = 0, more_victims_ = 0, repeated_persons_ = 0;
  std::string first_with_more_;
};

}  // namespace firmground::report
