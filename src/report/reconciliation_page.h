#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/stamp.h"
#include "evidence/held_out.h"
#include "evidence/next_search.h"
#include "evidence/reconcile.h"
#include "evidence/record_accuracy.h"
#include "mineaction/snapshot.h"

namespace firmground::report {

/// What the page tells. Everything was made from `recorded`.
struct ReconciliationPage {
  const mineaction::Snapshot& recorded;  ///< accepted corrections put back to where they were recorded
  const evidence::Reconciliation& result;
  const evidence::RecordAccuracy& accuracy;
  const std::vector<evidence::Hypothesis>& hypotheses;
  const std::vector<evidence::NextSearch>& searches;
  const evidence::HeldOut& held_out;
  const std::map<std::string, std::string>& settled;  ///< record_id -> reading that a person accepted
  std::optional<double> stated;                       ///< accuracy, a share, that was stated of the records
  std::string language = "en";                        ///< of the hypotheses' words: en, ru, az
  base::Stamp stamp;
};

/// One HTML file without script or reference to anything outside: per source a rose of displacements, maps before and
/// after, readings with their weights; the measures of accuracy, calibration, and what would settle doubtful records.
std::string to_html(const ReconciliationPage& page);

}  // namespace firmground::report
