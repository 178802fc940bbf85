#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "geo/overlay.h"
#include "mineaction/snapshot.h"

namespace firmground::mineaction {

/// Where districts lie and where their borders run, findable by place.  REQUIRES: the districts outlive it.
class DistrictMap {
 public:
  explicit DistrictMap(const std::vector<District>& districts);

  /// Border lines that may cross the box.
  std::vector<geo::Segment> borders_near(const geo::Box& box) const;
  /// Index of the district that holds the point; the first where several do, -1 where none does.
  std::int32_t district_of(geo::Xy point) const;
  /// Index of the district with this id, or else this name; -1 when there is none.
  std::int32_t find(const std::string& id_or_name) const;
  /// What people call it: its name, with the id where another has the same name.
  std::string label(std::int32_t district) const;

 private:
  const std::vector<District>& districts_;
  std::vector<geo::Segment> borders_;
  geo::BoxIndex border_index_;
  geo::BoxIndex district_index_;
};

}  // namespace firmground::mineaction
