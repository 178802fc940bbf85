#pragma once
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "geo/crs.h"
#include "intake/source_file.h"
#include "register/database.h"
#include "register/layout.h"
#include "register/profile.h"

/// Quality rules that need other records than the one being entered. A broken rule is an issue, never a refusal.
namespace firmground::registry {

/// Rules on positions and areas, held against the current state of the register:
///   a find further outside its release than the profile tolerates; a declared area that is not the measured one; a
///   district that is not the one the record lies in.
class CrossChecks {
 public:
  CrossChecks(const Database& database, const std::vector<Layer>& layers, const geo::Crs& crs, const Profile& profile)
      : database_(&database), layers_(&layers), crs_(&crs), profile_(&profile) {}

  /// Issues of all records of one file, in file order.  Cost: one pass; polygons of releases and districts are read
  /// once.
  base::Result<std::vector<intake::Issue>> check(const mineaction::Kind& kind,
                                                 const std::vector<intake::ReadRecord>& records);

 private:
  struct District {
    std::string id, name;
    geo::PlanarGeometry geometry;
  };
  base::Result<void> read_districts();
  base::Result<void> read_releases();

  const Database* database_;
  const std::vector<Layer>* layers_;
  const geo::Crs* crs_;
  const Profile* profile_;
  std::optional<std::vector<District>> districts_;
  std::optional<std::unordered_map<std::string, geo::PlanarGeometry>> releases_;
};

/// Links that name no record of their kind, whatever its state. Asked after all files of a folder were entered.
base::Result<std::vector<intake::Issue>> missing_links(const Database& database, const std::vector<Layer>& layers,
                                                       const mineaction::Kind& kind,
                                                       const std::vector<intake::ReadRecord>& records);

}  // namespace firmground::registry
