#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evidence/reconcile.h"
#include "evidence/record_evidence.h"
#include "mineaction/snapshot.h"

/// How accurate minefield records are: the eight measures of docs/methods/record-reconciliation.md, for everything and
/// for each source, laying unit, year and map sheet.
namespace firmground::evidence {

/// A figure with its 90 % interval. No value: nothing tells. No interval: fewer than five records carry it, and it is
/// not a share.
struct AccuracyFigure {
  std::optional<double> value, p05, p95;
  std::int64_t basis = 0;  ///< records (or clusters) that it was measured on
};

/// What the similarity that carries the drawn middles of a group to the reconciled ones does, beside the common shift.
struct GroupFit {
  double rotation_deg = 0;  ///< counter-clockwise, recorded to true
  double scale = 1;
  double residual_m = 0;  ///< root mean square
  std::int64_t records = 0;
};

struct TypeCount {
  std::string device;
  std::int64_t records = 0;
  std::int64_t found = 0;
  double recorded = 0;  ///< mines recorded, by the share of the ground that was effectively searched
  AccuracyFigure ratio;
};

struct Cause {
  std::string hypothesis;
  AccuracyFigure share;                  ///< of the records whose field was laid
  std::int64_t likeliest = 0;            ///< records of which it is the likeliest reading
  std::optional<double> times_likelier;  ///< than as recorded: median of those
};

/// One reading of "accurate", and the share of records that pass it.
struct Definition {
  std::string id;
  std::string words;  ///< "a mine was found within 50 m of the outline as drawn"
  AccuracyFigure share;
};

struct AccuracyGroup {
  std::string by;    ///< "all", "source", "unit", "year", "sheet"
  std::string name;  ///< "" = not stated
  std::int64_t records = 0;
  std::int64_t searched = 0;         ///< with searched ground at the drawn or the reconciled place
  AccuracyFigure existence;          ///< 1
  AccuracyFigure moved_m;            ///< 2: median distance from the drawn to the true middle
  AccuracyFigure shift_m;            ///< 2: length of the mean displacement, true minus recorded
  AccuracyFigure bearing_deg;        ///< 2: of the mean displacement; interval may pass 360
  AccuracyFigure rotation_deg;       ///< 2: median, recorded to found, of long outlines
  AccuracyFigure residual_m;         ///< 2: median distance of the finds from the outline fitted to them
  std::optional<GroupFit> fit;       ///< 2: of the group's middles together
  AccuracyFigure overlap_drawn;      ///< 3: mean intersection over union with the hull of the finds, before
  AccuracyFigure overlap;            ///< 3: after
  AccuracyFigure found_of_recorded;  ///< 4: mines found of those recorded, by what was searched
  std::vector<TypeCount> by_type;    ///< 4: by recorded category
  AccuracyFigure type_agreement;     ///< 5: share of the mines found that are of the recorded category
  AccuracyFigure unrecorded;         ///< 6: share of clusters of finds with no record near, in the group's country
  std::vector<Cause> causes;         ///< 7: by falling share
  AccuracyFigure saved_m2;           ///< 8: per record, against search without records
  AccuracyFigure saved_days;         ///< 8: the same in deminer-days
  std::vector<Definition> definitions;
};

struct AccuracyOptions {
  double near_m = 100;  ///< completeness: a cluster this near a record is recorded
  std::uint64_t seed = 1;
};

struct RecordAccuracy {
  std::vector<AccuracyGroup> groups;    ///< "all" first, then by source, unit, year, sheet, each by name
  std::vector<RecordEvidence> records;  ///< in the order of the verdicts
  std::optional<double> m2_per_field;   ///< searched ground per cluster found: what a field costs without records
  std::optional<double> m2_per_day;     ///< of a team: median of those the programme names
};

/// REQUIRES: `result` was made of `snapshot`.  Deterministic for (snapshot, result, options) on any thread count.
/// Shares: Beta posterior (Jeffreys) over records whose existence is drawn from P(exists); the rest: bootstrap.
/// Cost: some seconds for 10,000 records on two cores.
RecordAccuracy record_accuracy(const mineaction::Snapshot& snapshot, const Reconciliation& result,
                               const AccuracyOptions& options);

/// The definitions of a group from the nearest to a stated accuracy (a share) to the farthest; those that nothing tells
/// are left out.
std::vector<const Definition*> nearest_to(const AccuracyGroup& group, double stated);

/// {"m2_per_field","m2_per_day","groups":[...]}; null where nothing tells.
std::string to_json(const RecordAccuracy& accuracy);

}  // namespace firmground::evidence
