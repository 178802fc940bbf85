#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "evidence/hypotheses.h"
#include "evidence/source_fit.h"
#include "mineaction/snapshot.h"

namespace firmground::evidence {

struct ReconcileOptions {
  std::vector<std::string> sources;  ///< only these; empty = all
  std::vector<Hypothesis> hypotheses = standard_hypotheses();
  /// By record_id the id of the hypothesis that a person settled on: it alone applies, wherever it gives ground.
  std::map<std::string, std::string> known;
  WrittenPositions written;  ///< of records that were given as text, else nobody can have exchanged digits
  std::uint64_t seed = 1;    ///< of the random drops that teach what a field that is not there looks like
};

/// Where the field of a record lies under one reading of it, given that it can still be found.
struct RecordPlace {
  struct Move {
    float x_m, y_m;  ///< from the outline as read to the true place
    float weight;
  };
  double weight = 0;            ///< of the reading
  geo::PlanarGeometry outline;  ///< as read
  std::vector<Move> moves;      ///< heaviest first, until all but kLeftOut are told; they sum to 1
  static constexpr double kLeftOut = 0.02;
};

/// What one record turned out to be worth. Displacements are recorded minus true, metres east and north in the
/// programme CRS, hypothesis and residual together.
struct RecordVerdict {
  std::string record_id;
  std::string source;
  double probability_exists = 0;    ///< that a field was laid which the record describes
  double probability_findable = 0;  ///< and that something of it can still be found
  std::string hypothesis;           ///< the likeliest, given that the field exists
  double hypothesis_probability = 0;
  std::map<std::string, double> hypotheses;  ///< all that apply, given that the field exists
  double dx_m = 0;
  double dy_m = 0;
  bool drawn = false;        ///< it has a place as recorded; without one dx_m and dy_m are the residual alone
  double explained_x_m = 0;  ///< of dx_m: what the hypothesis itself moves
  double explained_y_m = 0;
  double radius50_m = 0;  ///< round the corrected place
  double radius90_m = 0;
  double searched_share = 0;  ///< of the recorded outline grown by the source's 90 % offset radius
  geo::PlanarGeometry corrected;
  std::vector<RecordPlace> places;  ///< of readings that weigh more than kLeftOut
  std::vector<std::string> finds;   ///< ids of those under the corrected outline, at most kFindsListed
  std::int64_t finds_inside = 0;    ///< mines under the corrected outline
  double searched_inside = 0;       ///< share of the corrected outline effectively searched
  double log_ratio = 0;             ///< log likelihood of what was found with the field over without, as a whole
  double against_recorded = 0;      ///< times likelier than as recorded
  static constexpr std::size_t kFindsListed = 50;
};

struct SourceVerdict {
  std::string source;
  std::int64_t records = 0;
  std::int64_t informative = 0;  ///< records whose window was searched enough to say anything
  Measured existence;
  Measured shift_x_m;
  Measured shift_y_m;
  Measured spread_m;  ///< standard deviation per axis of the residual round the shift
  double wide_share = 0;
  double gone_share = 0;  ///< of existing fields of which nothing can be found any more; a prior, see the method page
  std::map<std::string, double> hypotheses;
};

struct Reconciliation {
  std::vector<RecordVerdict> records;  ///< by record_id
  std::vector<SourceVerdict> sources;  ///< by name
  std::int64_t finds_used = 0;
  double searched_ha = 0;
};

struct ReconcileState;

/// Tests every minefield record against what was found and what was searched in vain
/// (docs/methods/record-reconciliation.md).  Deterministic for (snapshot, options), whatever the thread count.
/// REQUIRES: snapshot.crs; records lie as recorded: of a record with `read_as` the register has put back what was
/// recorded (pipeline::put_back_recorded), else it is corrected twice.
/// Errors: base.cancelled, evidence.no_such_source, evidence.no_such_hypothesis.
/// `keep`: what reconcile_near() needs, when not null.
/// Cost: linear in records, some 5 ms of a processor and 130 kB each.
base::Result<Reconciliation> reconcile(const mineaction::Snapshot& snapshot, const ReconcileOptions& options,
                                       const base::Progress& progress = base::no_progress,
                                       ReconcileState* keep = nullptr);

/// Judges anew the records whose surroundings any of `changed` (programme CRS) touches, and those of their map sheets,
/// with what their sources share, the null and claims of finds held as `state` has them: finds entered since are
/// claimed by nobody, and laws, accuracy and intervals of sources stay until all are reconciled again.
/// REQUIRES: the records of the snapshot are those that `state` was made of.  Verdicts by record_id.
/// Errors: evidence.state_stale (the country grew, so that a record can be misread in other ways than before),
/// evidence.no_such_hypothesis.  Cost: some milliseconds for each record near, and a look at every release.
base::Result<std::vector<RecordVerdict>> reconcile_near(const mineaction::Snapshot& snapshot,
                                                        const ReconcileOptions& options, const ReconcileState& state,
                                                        std::span<const geo::Box> changed);

/// One record in a sentence: the hypothesis, how much likelier than as recorded, where it moves the outline.
/// `language`: en, ru or az for the hypothesis, which stands in English where there is no other.
std::string in_words(const RecordVerdict& record, const std::vector<Hypothesis>& hypotheses,
                     const std::string& language);

/// The JSON of design.md section 6 without the stamp: {"records","sources"}, and what else each carries.
std::string to_json(const Reconciliation& result, const std::string& stamp_json);

}  // namespace firmground::evidence
