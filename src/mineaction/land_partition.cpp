#include "mineaction/land_partition.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/parallel.h"
#include "geo/arrangement.h"
#include "geo/nearness.h"

namespace firmground::mineaction {

namespace {

using base::Result;
using geo::Box;
using geo::ContourCount;
using geo::PlanarPolygon;

// Snap rounding moves a rim by less than a grid step: rims that are ten steps apart never meet.
constexpr double kTouch_m = 10 * geo::kPrecision_m;

std::uint32_t root_of(std::vector<std::uint32_t>& parent, std::uint32_t i) {
  while (parent[i] != i) {
    parent[i] = parent[parent[i]];
    i = parent[i];
  }
  return i;
}

// One group of claims that share ground.
class GroupDivision {
 public:
  GroupDivision(const std::vector<Claim>& claims, const ClaimGroup& group, const DistrictMap& districts,
                const geo::AreaMeter& meter)
      : claims_(claims), group_(group), districts_(districts), meter_(meter) {}

  Result<std::vector<ClaimedFace>> faces() {
    Box extent;
    for (const std::uint32_t claim : group_) {
      extent.include(claims_[claim].box);
    }
    const std::vector<geo::Segment> borders = districts_.borders_near(extent);
    std::vector<ClaimedFace> faces;
    if (group_.size() == 1 && claims_[group_[0]].problem.empty() && borders.empty()) {
      for (const PlanarPolygon& polygon : claims_[group_[0]].geometry->polygons) {
        faces.push_back({polygon, group_, -1, 0});  // nothing to divide
      }
    } else {
      FG_TRY_VOID(arrange(borders, faces));
    }
    measure(faces);
    // Without a border near, all lie in the district of the first.
    std::int32_t common = -1;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      if (i == 0 || !borders.empty()) {
        common = districts_.district_of(geo::interior_point(faces[i].polygon));
      }
      faces[i].district = common;
    }
    return faces;
  }

 private:
  // What a contour of the arrangement is: all rings of a valid claim, or one ring of an invalid one.
  struct Contour {
    std::uint32_t claim;
    std::size_t polygon;
    bool hole;
  };

  Result<void> arrange(const std::vector<geo::Segment>& borders, std::vector<ClaimedFace>& faces) {
    std::vector<geo::ContourRing> rings;
    for (const std::uint32_t claim : group_) {
      append_rings(claim, rings);
    }
    FG_TRY(auto arranged, geo::arrange(rings, borders));
    for (geo::ArrangedFace& face : arranged) {
      std::vector<std::uint32_t> covering = covering_claims(face.windings);
      if (!covering.empty()) {
        faces.push_back({std::move(face.polygon), std::move(covering), -1, 0});
      }
    }
    return {};
  }

  void append_rings(std::uint32_t claim, std::vector<geo::ContourRing>& rings) {
    const bool valid = claims_[claim].problem.empty();
    if (valid) {
      contours_.push_back({claim, 0, false});
    }
    const auto& polygons = claims_[claim].geometry->polygons;
    for (std::size_t i = 0; i < polygons.size(); ++i) {
      const auto append = [&](const std::vector<geo::Xy>& ring, bool hole) {
        if (!valid) {
          contours_.push_back({claim, i, hole});
        }
        rings.push_back({&ring, static_cast<std::uint32_t>(contours_.size() - 1)});
      };
      append(polygons[i].outer, false);
      for (const auto& hole : polygons[i].holes) {
        append(hole, true);
      }
    }
  }

  // Contours come in the order of their claims, and so do windings.
  std::vector<std::uint32_t> covering_claims(const std::vector<ContourCount>& windings) const {
    std::vector<std::uint32_t> covering;
    for (std::size_t i = 0; i < windings.size();) {
      const std::uint32_t claim = contours_[windings[i].contour].claim;
      const std::size_t first = i;
      while (i < windings.size() && contours_[windings[i].contour].claim == claim) {
        ++i;
      }
      const std::span own(windings.data() + first, i - first);
      const bool valid = claims_[claim].problem.empty();
      if (valid ? own[0].count % 2 != 0 : holds_by_linework(own, claims_[claim].hazard)) {
        covering.push_back(claim);
      }
    }
    return covering;
  }

  // Some polygon of an invalid claim holds the face: its outer ring does, and none of its holes.
  bool holds_by_linework(std::span<const ContourCount> windings, bool hazard) const {
    bool inside = false;
    std::size_t polygon = 0;
    for (const ContourCount& winding : windings) {
      const Contour& contour = contours_[winding.contour];
      if (!contour.hole) {
        if (inside) {
          return true;  // by the polygon before
        }
        inside = hazard || winding.count % 2 != 0;
        polygon = contour.polygon;
      } else if (contour.polygon == polygon && winding.count % 2 != 0) {
        inside = false;
      }
    }
    return inside;
  }

  void measure(std::vector<ClaimedFace>& faces) const {
    constexpr double kSquareMillimetres = 1e6;
    for (ClaimedFace& face : faces) {
      face.area_mm2 = std::llround(meter_.area_m2(face.polygon) * kSquareMillimetres);
    }
    std::erase_if(faces, [](const ClaimedFace& face) { return face.area_mm2 <= 0; });
  }

  const std::vector<Claim>& claims_;
  const ClaimGroup& group_;
  const DistrictMap& districts_;
  const geo::AreaMeter& meter_;
  std::vector<Contour> contours_;
};

}  // namespace

Claim::Claim(const geo::PlanarGeometry& ground, bool is_hazard)
    : geometry(&ground), hazard(is_hazard), box(geo::bounds(ground)) {}

void examine(std::span<Claim> claims) {
  constexpr std::size_t kClaimsPerBlock = 256;
  base::parallel_for(claims.size(), kClaimsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      claims[i].problem = geo::validity_problem(*claims[i].geometry);
    }
  });
}

bool touch(const Claim& a, const Claim& b) {
  if (!a.box.grown(kTouch_m).intersects(b.box)) {
    return false;
  }
  return !a.problem.empty() || !b.problem.empty() || geo::ground_is_near(*a.geometry, *b.geometry, kTouch_m);
}

std::vector<ClaimGroup> groups_of(const std::vector<Claim>& claims, const ClaimGroup& among) {
  std::vector<Box> boxes;
  boxes.reserve(among.size());
  for (const std::uint32_t claim : among) {
    boxes.push_back(claims[claim].box);
  }
  const geo::BoxIndex index(boxes);
  std::vector<std::vector<std::uint32_t>> touching(among.size());
  constexpr std::size_t kClaimsPerBlock = 256;
  base::parallel_for(among.size(), kClaimsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      for (const std::uint32_t other : index.query(boxes[i].grown(kTouch_m))) {
        if (other > i && touch(claims[among[i]], claims[among[other]])) {
          touching[i].push_back(other);
        }
      }
    }
  });
  std::vector<std::uint32_t> parent(among.size());
  std::iota(parent.begin(), parent.end(), 0U);
  for (std::uint32_t i = 0; i < among.size(); ++i) {
    for (const std::uint32_t other : touching[i]) {
      const std::uint32_t a = root_of(parent, i);
      const std::uint32_t b = root_of(parent, other);
      parent[std::max(a, b)] = std::min(a, b);
    }
  }
  std::vector<ClaimGroup> groups;
  std::vector<std::uint32_t> group_at(among.size());
  for (std::uint32_t i = 0; i < among.size(); ++i) {
    const std::uint32_t root = root_of(parent, i);  // the smallest of its group
    if (root == i) {
      group_at[i] = static_cast<std::uint32_t>(groups.size());
      groups.emplace_back();
    }
    groups[group_at[root]].push_back(among[i]);
  }
  return groups;
}

Result<std::vector<ClaimedFace>> divide(const std::vector<Claim>& claims, const ClaimGroup& group,
                                        const DistrictMap& districts, const geo::AreaMeter& meter) {
  return GroupDivision(claims, group, districts, meter).faces();
}

Result<std::vector<std::vector<ClaimedFace>>> divide_all(const std::vector<Claim>& claims,
                                                         const std::vector<ClaimGroup>& groups,
                                                         const DistrictMap& districts, const geo::AreaMeter& meter) {
  // The largest first, so that no thread is left with one at the end.
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return groups[a].size() > groups[b].size(); });
  std::vector<std::vector<ClaimedFace>> faces(groups.size());
  std::vector<std::optional<base::Error>> errors(groups.size());
  constexpr std::size_t kGroupsPerBlock = 4;
  base::parallel_for(groups.size(), kGroupsPerBlock, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      auto divided = divide(claims, groups[order[i]], districts, meter);
      if (divided) {
        faces[order[i]] = std::move(*divided);
      } else {
        errors[order[i]] = std::move(divided).error();
      }
    }
  });
  for (std::optional<base::Error>& error : errors) {
    if (error) {
      return tl::unexpected(std::move(*error));
    }
  }
  return faces;
}

}  // namespace firmground::mineaction
