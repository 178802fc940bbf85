#include "mineaction/district_map.h"

#include <algorithm>

#include "mineaction/land_account.h"

namespace firmground::mineaction {

namespace {

using geo::Box;
using geo::Segment;
using geo::Xy;

void append_ring(const std::vector<Xy>& ring, std::vector<Segment>& out) {
  for (std::size_t i = 0; i < ring.size(); ++i) {
    out.push_back({ring[i], ring[(i + 1) % ring.size()]});
  }
}

std::vector<Segment> borders_of(const std::vector<District>& districts) {
  std::vector<Segment> borders;
  for (const District& district : districts) {
    for (const geo::PlanarPolygon& polygon : district.geometry.polygons) {
      append_ring(polygon.outer, borders);
      for (const auto& hole : polygon.holes) {
        append_ring(hole, borders);
      }
    }
  }
  return borders;
}

std::vector<Box> boxes_of(const std::vector<Segment>& segments) {
  std::vector<Box> boxes;
  boxes.reserve(segments.size());
  for (const Segment& segment : segments) {
    Box box;
    box.include(segment.from);
    box.include(segment.to);
    boxes.push_back(box);
  }
  return boxes;
}

std::vector<Box> boxes_of(const std::vector<District>& districts) {
  std::vector<Box> boxes;
  for (const District& district : districts) {
    boxes.push_back(geo::bounds(district.geometry));
  }
  return boxes;
}

}  // namespace

DistrictMap::DistrictMap(const std::vector<District>& districts)
    : districts_(districts),
      borders_(borders_of(districts)),
      border_index_(boxes_of(borders_)),
      district_index_(boxes_of(districts)) {}

std::vector<Segment> DistrictMap::borders_near(const Box& box) const {
  std::vector<Segment> near;
  for (const std::uint32_t i : border_index_.query(box)) {
    near.push_back(borders_[i]);
  }
  return near;
}

std::int32_t DistrictMap::district_of(Xy point) const {
  for (const std::uint32_t i : district_index_.query({point.x, point.y, point.x, point.y})) {
    if (geo::contains(districts_[i].geometry, point)) {
      return static_cast<std::int32_t>(i);
    }
  }
  return -1;
}

std::int32_t DistrictMap::find(const std::string& id_or_name) const {
  for (const auto& field : {&District::district_id, &District::name}) {
    const auto found = std::find_if(districts_.begin(), districts_.end(),
                                    [&](const District& district) { return district.*field == id_or_name; });
    if (found != districts_.end()) {
      return static_cast<std::int32_t>(found - districts_.begin());
    }
  }
  return -1;
}

std::string DistrictMap::label(std::int32_t district) const {
  if (district < 0) {
    return std::string(kNoDistrict);
  }
  const District& named = districts_[static_cast<std::size_t>(district)];
  if (named.name.empty()) {
    return named.district_id;
  }
  const auto same = std::count_if(districts_.begin(), districts_.end(),
                                  [&](const District& other) { return other.name == named.name; });
  return same == 1 ? named.name : named.name + " (" + named.district_id + ")";
}

}  // namespace firmground::mineaction
