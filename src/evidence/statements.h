#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "evidence/observations.h"

namespace firmground::evidence {

/// What a survey said of ground: ordnance is suspected (SHA), confirmed (CHA), or nothing speaks for it any more
/// (cancelled without a search).
enum class StatementKind : std::uint32_t { suspected, confirmed, nothing_found };

/// Statements of one kind that say the same of what lies there: a source of evidence, as good or bad as it proves where
/// ground was searched later (docs/methods/hazard-field.md, eq. 53-55).
struct StatementClass {
  StatementKind kind = StatementKind::suspected;
  std::uint32_t polygons = 0;  ///< that say so somewhere
  std::uint32_t searched = 0;  ///< of them, in part at least, after they said so
  std::uint32_t cells = 0;     ///< of theirs that were
  /// How many polygons of one size those are worth: (sum of cells)^2 / sum of cells^2.
  double facts = 0;
};

/// The covariate "survey statement".  Of a cell that no statement covers by half: NaN.  Else its class, an index into
/// `labels` and `statements`, and a half more where it was searched after the statement was made.  Classes: SHA and CHA
/// by what they name (mines, ERW, not stated) and ground cancelled without a search; always all of them, so that a
/// statement more changes no column.  Where several cover a cell, a CHA goes before a SHA, a later one before an
/// earlier one of its kind, and a cancellation before what was reported until then.  A statement made after the ground
/// was searched may rest on what was found, and is none there: NaN.  `until`: only what was said until this day, or on
/// a day not known.  Empty: no statement at all.  Cost: O(cells touched).
std::optional<CovariateField> survey_statements(const mineaction::Snapshot& snapshot, const geo::Grid& grid,
                                                const std::vector<std::uint8_t>& processed,
                                                const std::optional<mineaction::Date>& until);

/// Class and place of a value of that covariate.
struct StatementValue {
  std::size_t of_class = 0;
  bool searched = false;
};
std::optional<StatementValue> statement_value(float value);

}  // namespace firmground::evidence
