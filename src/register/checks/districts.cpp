#include "register/checks/districts.h"

#include <algorithm>

#include "geo/overlay.h"
#include "register/checks/folded_name.h"

namespace firmground::registry::checks {

bool close_to(const geo::PlanarGeometry& a, const geo::PlanarGeometry& b, double metres) {
  if (a.empty() || b.empty() || !geo::bounds(a).grown(metres).intersects(geo::bounds(b))) {
    return false;
  }
  const auto corner_near = [metres](const geo::PlanarGeometry& from, const geo::PlanarGeometry& to) {
    const auto near = [&](geo::Xy p) { return geo::distance(to, p) <= metres; };
    const auto any_near = [&](const auto& line) { return std::any_of(line.begin(), line.end(), near); };
    return any_near(from.points) || std::any_of(from.lines.begin(), from.lines.end(), any_near) ||
           std::any_of(from.polygons.begin(), from.polygons.end(),
                       [&](const auto& polygon) { return any_near(polygon.outer); });
  };
  // Two outlines may cross without a corner of one near the other; then they share ground.
  if (corner_near(a, b) || corner_near(b, a)) {
    return true;
  }
  const auto both = geo::overlay(a, b, geo::Operation::intersection);
  return !both || !both->polygons.empty();
}

Districts::Districts(const KindRecords& districts) : districts_(&districts) {
  const auto name = districts.field("name");
  for (std::size_t i = 0; i < districts.size(); ++i) {
    named_.emplace(folded_name(districts.id(i)), i);
    if (const std::string* said = districts.text(i, name)) {
      named_.emplace(folded_name(*said), i);
      label_.push_back(*said);
    } else {
      label_.push_back(districts.id(i));
    }
  }
}

std::vector<std::size_t> Districts::named(const std::string& word) const {
  std::vector<std::size_t> found;
  const auto [begin, end] = named_.equal_range(folded_name(word));
  for (auto each = begin; each != end; ++each) {
    found.push_back(each->second);
  }
  return found;
}

bool Districts::hold(const std::vector<std::size_t>& districts, const geo::PlanarGeometry& ground, geo::Xy middle,
                     double tolerance_m) const {
  return std::any_of(districts.begin(), districts.end(), [&](std::size_t district) {
    const geo::PlanarGeometry& land = (*districts_)[district].planar;
    return geo::contains(land, middle) || close_to(ground, land, tolerance_m);
  });
}

std::optional<std::size_t> Districts::holding(geo::Xy place) const {
  for (const std::uint32_t i : districts_->near({place.x, place.y, place.x, place.y})) {
    if (geo::contains((*districts_)[i].planar, place)) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace firmground::registry::checks
