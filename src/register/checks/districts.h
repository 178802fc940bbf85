#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "register/checks/records.h"

namespace firmground::registry::checks {

/// Whether two pieces of ground come within `metres` of each other, by their corners and by what they share.
bool close_to(const geo::PlanarGeometry& a, const geo::PlanarGeometry& b, double metres);

/// Districts by the ids and names that people write, in any script.  REQUIRES: the records outlive it.
class Districts {
 public:
  explicit Districts(const KindRecords& districts);

  /// Several districts may share a name: all of them.
  std::vector<std::size_t> named(const std::string& word) const;
  /// Whether ground with this middle lies in one of them or within `tolerance_m` of it: ground across a border may bear
  /// the name of either district.
  bool hold(const std::vector<std::size_t>& districts, const geo::PlanarGeometry& ground, geo::Xy middle,
            double tolerance_m) const;
  std::optional<std::size_t> holding(geo::Xy place) const;
  const std::string& label(std::size_t index) const { return label_[index]; }
  const std::string& id(std::size_t index) const { return districts_->id(index); }

 private:
  const KindRecords* districts_;
  std::unordered_multimap<std::string, std::size_t> named_;
  std::vector<std::string> label_;
};

}  // namespace firmground::registry::checks
