#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "intake/source_file.h"
#include "register/checks/records.h"
#include "register/checks/rule.h"
#include "register/database.h"
#include "register/layout.h"
#include "register/profile.h"

/// Quality rules that a file is held against while it enters. A broken rule is an issue, never a refusal.
namespace firmground::registry {

/// Three of the rules of checks/, with the programme's thresholds, asked of one file's records against the current
/// state of the register:
///   declared-area-differs, also where another unit would fit; find-outside-its-release; wrong-district, also where no
///   district has that name.
class CrossChecks {
 public:
  /// REQUIRES: database, layers and crs outlive it.  Errors: those of checks::rules_of_profile.
  static base::Result<CrossChecks> make(const Database& database, const std::vector<Layer>& layers, const geo::Crs& crs,
                                        const Profile& profile);

  /// Issues of all records of one file, rule by rule in file order.  Cost: one pass; polygons of releases and districts
  /// are read once.
  base::Result<std::vector<intake::Issue>> check(const mineaction::Kind& kind,
                                                 const std::vector<intake::ReadRecord>& records);

 private:
  CrossChecks(const Database& database, const std::vector<Layer>& layers, const geo::Crs& crs,
              std::vector<checks::Rule> rules)
      : database_(&database), layers_(&layers), crs_(&crs), rules_(std::move(rules)), targets_({crs, {}, {}}) {}
  /// Current records that the file's are compared with, read once.
  base::Result<const checks::KindRecords*> current(const char* kind, const std::vector<std::string>& fields);
  /// Nothing when the rule is switched off or does not look at the kind.
  std::optional<double> tolerance(std::string_view rule_id, const char* parameter, const mineaction::Kind& kind) const;
  void check_areas(const mineaction::Kind& kind, const std::vector<intake::ReadRecord>& records,
                   std::vector<intake::Issue>& issues) const;
  base::Result<void> check_finds(const mineaction::Kind& kind, const std::vector<intake::ReadRecord>& records,
                                 std::vector<intake::Issue>& issues);
  base::Result<void> check_districts(const mineaction::Kind& kind, const std::vector<intake::ReadRecord>& records,
                                     std::vector<intake::Issue>& issues);

  const Database* database_;
  const std::vector<Layer>* layers_;
  const geo::Crs* crs_;
  std::vector<checks::Rule> rules_;
  checks::Records targets_;
};

/// Links that name no record of their kind, whatever its state. Asked after all files of a folder were entered.
base::Result<std::vector<intake::Issue>> missing_links(const Database& database, const std::vector<Layer>& layers,
                                                       const mineaction::Kind& kind,
                                                       const std::vector<intake::ReadRecord>& records);

}  // namespace firmground::registry
