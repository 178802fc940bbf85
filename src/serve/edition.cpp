#include "serve/edition.h"

#include <algorithm>

#include "mineaction/land_account_json.h"
#include "report/situation.h"
#include "serve/snapshot_layers.h"

namespace firmground::serve {
namespace {

constexpr std::size_t kTileCache_bytes = 192UL << 20;

std::vector<geo::PlanarGeometry> areas_of_interest(const mineaction::Snapshot& snapshot) {
  std::vector<geo::PlanarGeometry> areas;
  for (const mineaction::AreaOfInterest& area : snapshot.areas_of_interest) {
    areas.push_back(area.geometry);
  }
  return areas;
}

base::Result<std::string> situation_json(const Edition& edition) {
  std::optional<report::EstimateSummary> summary;
  if (edition.estimate() != nullptr) {
    summary = pipeline::summary_for_report(*edition.estimate());
  }
  FG_TRY(const report::Situation situation, report::situation(edition.snapshot(), summary));
  return report::to_json(situation);
}

base::Result<std::string> account_json(const Edition& edition) {
  FG_TRY(const mineaction::LandAccount account, mineaction::account(edition.snapshot()));
  return mineaction::account_json(account);
}

HazardMap hazard_map_of(const ProgrammeContent& content) {
  const geo::Crs& crs = *content.snapshot.crs;
  const std::vector<geo::PlanarGeometry> areas = areas_of_interest(content.snapshot);
  return content.hazard ? HazardMap(*content.hazard, areas, crs) : HazardMap(areas, crs);
}

}  // namespace

Edition::Edition(ProgrammeContent content) : content_(std::move(content)), tiles_(kTileCache_bytes) {}

base::Result<std::shared_ptr<const Edition>> Edition::make(ProgrammeContent content, const base::Progress& progress) {
  if (!content.snapshot.crs) {
    return base::fail("serve.no_crs", {{"programme", content.snapshot.programme.name}});
  }
  const std::shared_ptr<Edition> edition(new Edition(std::move(content)));
  edition->layers_ = layers_of(edition->snapshot(), progress);
  progress("Preparing the hazard map", 0);
  edition->hazard_map_.emplace(hazard_map_of(edition->content_));
  progress("Preparing the hazard map", 1);
  for (const mineaction::Covariate& covariate : edition->snapshot().covariates) {
    if (covariate.name == "dem") {
      progress("Shading the terrain", 0);
      edition->hillshade_.emplace(covariate.raster, edition->crs());
      progress("Shading the terrain", 1);
    }
  }
  // The edition outlives both: its destructor waits for them.
  const Edition& ready = *edition;
  edition->account_ = std::async(std::launch::async, [&ready] { return account_json(ready); }).share();
  edition->situation_ = std::async(std::launch::async, [&ready] { return situation_json(ready); }).share();
  return edition;
}

const VectorLayer* Edition::find_layer(std::string_view name) const {
  const auto at =
      std::find_if(layers_.begin(), layers_.end(), [name](const VectorLayer& l) { return l.name() == name; });
  return at == layers_.end() ? nullptr : &*at;
}

}  // namespace firmground::serve
