#pragma once
#include "mineaction/snapshot.h"

namespace firmground::mineaction {

/// How a snapshot differs from an earlier one: the records that it no longer has, and those that it has now.  A record
/// that changed is in both; one that did not may be in both.  The same of covariates; both have the CRS.  Lists are in
/// the order of snapshots.
struct SnapshotChange {
  Snapshot gone;
  Snapshot come;
};

}  // namespace firmground::mineaction
