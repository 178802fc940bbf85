#include "mineaction/land_partition.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/parallel.h"

namespace firmground::mineaction {

namespace {

using base::Result;
using geo::Box;
using geo::PlanarGeometry;
using geo::PlanarPolygon;
using geo::Xy;

using Group = std::vector<std::uint32_t>;  // claims, ascending

std::uint32_t root_of(std::vector<std::uint32_t>& parent, std::uint32_t i) {
  while (parent[i] != i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

// Claims that may share ground, directly or through others; the largest groups first, so that no thread is left with
// one at the end.
std::vector<Group> groups_of(const std::vector<Box>& boxes) {
  const geo::BoxIndex index(boxes);
  std::vector<std::uint32_t> parent(boxes.size());
  std::iota(parent.begin(), parent.end(), 0U);
  for (std::uint32_t i = 0; i < boxes.size(); ++i) {
    for (const std::uint32_t other : index.query(boxes[i].grown(geo::kPrecision_m))) {
      const std::uint32_t a = root_of(parent, i);
      const std::uint32_t b = root_of(parent, other);
      parent[std::max(a, b)] = std::min(a, b);
    }
  }
  std::vector<Group> by_root(boxes.size());
  for (std::uint32_t i = 0; i < boxes.size(); ++i) {
    by_root[root_of(parent, i)].push_back(i);
  }
  std::erase_if(by_root, [](const Group& group) { return group.empty(); });
  std::stable_sort(by_root.begin(), by_root.end(), [](const Group& a, const Group& b) { return a.size() > b.size(); });
  return by_root;
}

// How often the ring runs round the point, counter-clockwise positive.
int winding_number(const std::vector<Xy>& ring, Xy point) {
  int winding = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Xy a = ring[i];
    const Xy b = ring[(i + 1) % ring.size()];
    if ((a.y > point.y) != (b.y > point.y) && point.x < a.x + (point.y - a.y) * (b.x - a.x) / (b.y - a.y)) {
      winding += b.y > a.y ? 1 : -1;
    }
  }
  return winding;
}

bool winds_around(const PlanarGeometry& geometry, Xy point) {
  return std::any_of(geometry.polygons.begin(), geometry.polygons.end(), [&](const PlanarPolygon& polygon) {
    return winding_number(polygon.outer, point) != 0 &&
           std::none_of(polygon.holes.begin(), polygon.holes.end(), [&](const auto& hole) {
             return !hole.empty() && geo::contains(PlanarPolygon{hole, {}}, point);
           });
  });
}

struct GroupResult {
  std::vector<ClaimedFace> faces;
  std::vector<std::uint32_t> invalid;
  std::vector<std::string> invalid_reasons;
  std::optional<base::Error> error;
};

// One group of claims that may share ground.
class GroupPartition {
 public:
  GroupPartition(const std::vector<Claim>& claims, const std::vector<Box>& boxes, const DistrictMap& districts,
                 const Group& group)
      : claims_(claims), districts_(districts), group_(group), index_(boxes_of(boxes, group)) {
    for (const std::uint32_t i : group) {
      extent_.include(boxes[i]);
      geometries_.push_back(claims[i].geometry);
    }
    valid_.assign(group.size(), true);
  }

  GroupResult run() {
    GroupResult result;
    for (std::size_t i = 0; i < group_.size(); ++i) {
      if (std::string problem = geo::validity_problem(*geometries_[i]); !problem.empty()) {
        valid_[i] = false;
        result.invalid.push_back(group_[i]);
        result.invalid_reasons.push_back(std::move(problem));
      }
    }
    const std::vector<geo::Segment> borders = districts_.borders_near(extent_);
    auto faces = faces_cut_by(borders);
    if (!faces) {
      result.error = std::move(faces).error();
      return result;
    }
    // Without a border near, all lie in the district of the first.
    std::optional<std::int32_t> common;
    for (PlanarPolygon& face : *faces) {
      const Xy inside = geo::interior_point(face);
      std::vector<std::uint32_t> covering = claims_at(inside);
      if (!covering.empty()) {
        const std::int32_t district = common ? *common : districts_.district_of(inside);
        if (borders.empty()) {
          common = district;
        }
        result.faces.push_back({std::move(face), std::move(covering), district});
      }
    }
    return result;
  }

 private:
  static std::vector<Box> boxes_of(const std::vector<Box>& boxes, const Group& group) {
    std::vector<Box> own;
    for (const std::uint32_t i : group) {
      own.push_back(boxes[i]);
    }
    return own;
  }

  Result<std::vector<PlanarPolygon>> faces_cut_by(const std::vector<geo::Segment>& borders) const {
    if (group_.size() == 1 && valid_[0] && borders.empty()) {
      return geometries_[0]->polygons;  // nothing to divide
    }
    return geo::faces_of(geometries_, borders);
  }

  std::vector<std::uint32_t> claims_at(Xy point) const {
    std::vector<std::uint32_t> covering;
    for (const std::uint32_t i : index_.query({point.x, point.y, point.x, point.y})) {
      const bool by_winding = !valid_[i] && claims_[group_[i]].hazard;
      if (by_winding ? winds_around(*geometries_[i], point) : geo::contains(*geometries_[i], point)) {
        covering.push_back(group_[i]);
      }
    }
    return covering;
  }

  const std::vector<Claim>& claims_;
  const DistrictMap& districts_;
  const Group& group_;
  geo::BoxIndex index_;
  Box extent_;
  std::vector<const PlanarGeometry*> geometries_;
  std::vector<bool> valid_;
};

}  // namespace

Result<LandPartition> partition(const std::vector<Claim>& claims, const DistrictMap& districts) {
  std::vector<Box> boxes;
  boxes.reserve(claims.size());
  for (const Claim& claim : claims) {
    boxes.push_back(geo::bounds(*claim.geometry));
  }
  const std::vector<Group> groups = groups_of(boxes);
  std::vector<GroupResult> results(groups.size());
  constexpr std::size_t kGroupsPerBlock = 4;
  base::parallel_for(groups.size(), kGroupsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      results[i] = GroupPartition(claims, boxes, districts, groups[i]).run();
    }
  });
  LandPartition whole;
  std::vector<std::pair<std::uint32_t, std::string>> invalid;
  for (GroupResult& result : results) {
    if (result.error) {
      return tl::unexpected(*result.error);
    }
    std::move(result.faces.begin(), result.faces.end(), std::back_inserter(whole.faces));
    for (std::size_t i = 0; i < result.invalid.size(); ++i) {
      invalid.emplace_back(result.invalid[i], std::move(result.invalid_reasons[i]));
    }
  }
  std::sort(invalid.begin(), invalid.end());
  for (auto& [claim, reason] : invalid) {
    whole.invalid.push_back(claim);
    whole.invalid_reasons.push_back(std::move(reason));
  }
  return whole;
}

}  // namespace firmground::mineaction
