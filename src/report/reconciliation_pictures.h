#pragma once
#include <string>
#include <vector>

#include "evidence/reconcile.h"
#include "evidence/record_accuracy.h"
#include "mineaction/snapshot.h"
#include "report/picture.h"

/// Drawings of the page that tells a reconciliation.
namespace firmground::report {

/// Where fields lie from where they were drawn: petals by sixteen bearings, each as long as the records that move that
/// way (weighted by P(exists)), in tones by distance. `members`: indices of verdicts; only those whose mines were
/// found.
Picture displacement_rose(const std::string& id, const std::string& title, const evidence::Reconciliation& result,
                          const evidence::RecordAccuracy& accuracy, const std::vector<std::size_t>& members,
                          double size);

enum class MapSide : std::uint8_t { as_recorded, as_reconciled };

/// Searched ground, mines found, the outline as recorded and, on the other side, as reconciled with the circles about
/// its middle that hold the true middle with 50 and 90 %. Both sides of a record show the same ground.
Picture record_map(const std::string& id, const mineaction::Snapshot& snapshot, const evidence::RecordVerdict& verdict,
                   const evidence::RecordEvidence& evidence, MapSide side, double width, double height);

/// Explains the maps, once for all of them.
Picture record_map_legend(double width);

}  // namespace firmground::report
