#include "pipeline/estimate_changes.h"

#include <stdexcept>
#include <utility>

#include "base/packet.h"

namespace firmground::pipeline {

namespace {

constexpr std::uint64_t kLayout = 0x46474348414E3031;  // "FGCHAN01"

tl::unexpected<base::Error> unreadable(const std::string& reason) {
  return base::fail("pipeline.estimate_unreadable", {{"reason", reason}});
}

EstimateChanges read(const std::string& bytes, std::string& anew) {
  base::KeptReader in(bytes);
  std::uint64_t layout = 0;
  in.get(layout);
  if (layout != kLayout) {
    throw std::runtime_error("its changes were kept by another version of Firmground");
  }
  EstimateChanges changes;
  in.get(changes.map.cells);
  changes.map.values.resize(in.size_of(sizeof(std::uint64_t)));
  for (std::vector<float>& values : changes.map.values) {
    in.get(values);
    if (values.size() != changes.map.cells.size()) {
      throw std::runtime_error("its changes are of other cells");
    }
  }
  for (std::size_t kinds = in.size_of(1); kinds > 0; --kinds) {
    std::string kind;
    in.get(kind);
    in.get(changes.polygons[kind].from);
  }
  in.get(anew);
  if (!in.done()) {
    throw std::runtime_error("more follows its changes");
  }
  return changes;
}

}  // namespace

std::string to_bytes(const EstimateChanges& changes) {
  base::PacketWriter out;
  out.put(kLayout);
  out.put(changes.map.cells);
  out.put(changes.map.values);
  out.put(static_cast<std::uint64_t>(changes.polygons.size()));
  PolygonsByKind anew;
  for (const auto& [kind, polygons] : changes.polygons) {
    out.put(kind);
    out.put(polygons.from);
    anew[kind] = polygons.anew;
  }
  out.put(to_bytes(anew));
  return std::move(out).bytes();
}

base::Result<EstimateChanges> parse_estimate_changes(const std::string& bytes) {
  EstimateChanges changes;
  std::string told;
  try {
    changes = read(bytes, told);
  } catch (const std::exception& problem) {
    return unreadable(problem.what());
  }
  FG_TRY(PolygonsByKind anew, parse_polygons(told));
  for (auto& [kind, polygons] : anew) {
    changes.polygons[kind].anew = std::move(polygons);
  }
  return changes;
}

base::Result<void> change(const EstimateChanges& changes, geo::Raster& map) {
  const bool fits = changes.map.cells.empty() ||
                    (changes.map.values.size() == map.bands.size() && changes.map.cells.back() < map.grid.size());
  if (!fits) {
    return unreadable("its changes are of another map");
  }
  changes.map.put_into(map);
  return {};
}

base::Result<PolygonsByKind> changed(const EstimateChanges& changes, PolygonsByKind whole) {
  PolygonsByKind result;
  for (const auto& [kind, of_kind] : changes.polygons) {
    const auto kept = whole.find(kind);
    std::vector<bool> taken(kept == whole.end() ? 0 : kept->second.size());
    std::vector<estimate::PolygonEstimate>& polygons = result[kind];
    polygons.reserve(of_kind.from.size());
    for (const std::int32_t from : of_kind.from) {
      const bool anew = from < 0;
      const auto place = static_cast<std::size_t>(anew ? -1 - std::int64_t{from} : from);
      if (anew ? place >= of_kind.anew.size() : place >= taken.size() || taken[place]) {
        return unreadable("its changes are of other polygons");
      }
      if (anew) {
        polygons.push_back(of_kind.anew[place]);
      } else {
        taken[place] = true;
        polygons.push_back(std::move(kept->second[place]));
      }
    }
  }
  return result;
}

}  // namespace firmground::pipeline
