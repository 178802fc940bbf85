#pragma once
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "geo/raster.h"
#include "serve/hazard_map.h"
#include "serve/hillshade.h"
#include "serve/programme_source.h"
#include "serve/tile_cache.h"
#include "serve/vector_layer.h"

namespace firmground::serve {

/// One state of the programme, prepared for serving.  Never changes; when the programme does, a new edition takes its
/// place and the old one lives until its last request is answered.
class Edition {
 public:
  /// Prepares layers, hazard map and relief.  The situation and the account are computed in the background.
  /// Errors: serve.no_crs.
  static base::Result<std::shared_ptr<const Edition>> make(ProgrammeContent content, const base::Progress& progress);
  Edition(const Edition&) = delete;
  Edition& operator=(const Edition&) = delete;

  const mineaction::Snapshot& snapshot() const { return content_.snapshot; }
  const geo::Crs& crs() const { return *content_.snapshot.crs; }
  const std::vector<VectorLayer>& layers() const { return layers_; }
  /// Null when there is none of that name.
  const VectorLayer* find_layer(std::string_view name) const;

  /// Null when the estimate has not been run.
  const pipeline::StoredEstimate* estimate() const { return content_.estimate ? &*content_.estimate : nullptr; }
  /// Its map; null when there is none.
  const geo::Raster* hazard_raster() const { return content_.hazard ? &*content_.hazard : nullptr; }
  const HazardMap& hazard_map() const { return *hazard_map_; }
  /// Null when the programme has no terrain model.
  const Hillshade* hillshade() const { return hillshade_ ? &*hillshade_ : nullptr; }

  /// JSON; the first caller waits until it is computed.
  base::Result<std::string> situation() const { return situation_.get(); }
  base::Result<std::string> account() const { return account_.get(); }

  TileCache& tiles() const { return tiles_; }

 private:
  explicit Edition(ProgrammeContent content);

  ProgrammeContent content_;
  std::vector<VectorLayer> layers_;
  std::optional<HazardMap> hazard_map_;
  std::optional<Hillshade> hillshade_;
  mutable TileCache tiles_;
  std::shared_future<base::Result<std::string>> situation_;
  std::shared_future<base::Result<std::string>> account_;
};

}  // namespace firmground::serve
