#include "serve/served_records.h"

#include <algorithm>
#include <type_traits>

#include "base/check.h"
#include "mineaction/record_conversion.h"
#include "mineaction/record_legs.h"

namespace firmground::serve {
namespace {

using namespace mineaction;

const std::string& local_id(const AreaOfInterest& r) {
  return r.name;
}
const std::string& local_id(const District& r) {
  return r.district_id;
}
const std::string& local_id(const HazardousArea& r) {
  return r.hazard_id;
}
const std::string& local_id(const MinefieldRecord& r) {
  return r.record_id;
}
const std::string& local_id(const LandRelease& r) {
  return r.release_id;
}
const std::string& local_id(const Find& r) {
  return r.find_id;
}
const std::string& local_id(const Accident& r) {
  return r.accident_id;
}
const std::string& local_id(const Place& r) {
  return r.id;
}
const std::string& local_id(const Project& r) {
  return r.project_id;
}
const std::string& local_id(const Resource& r) {
  return r.id;
}
const std::string& local_id(const Task& r) {
  return r.task_id;
}
const std::string& local_id(const ReferenceFeature& r) {
  return r.id;
}

template <typename T>
geo::PlanarGeometry shape(const T& r) {
  geo::PlanarGeometry geometry;
  if constexpr (std::is_same_v<T, Accident>) {
    geometry.points.assign(r.position ? 1 : 0, r.position.value_or(geo::Xy{}));
  } else if constexpr (std::is_same_v<T, Resource>) {
    geometry.points.assign(r.base ? 1 : 0, r.base.value_or(geo::Xy{}));
  } else if constexpr (std::is_same_v<T, Find> || std::is_same_v<T, Place>) {
    geometry.points.push_back(r.position);
  } else {
    geometry = r.geometry;
  }
  return geometry;
}

template <typename T>
std::string label(const T& r) {
  if constexpr (requires { r.name; }) {
    return r.name.empty() ? local_id(r) : r.name;
  } else {
    return local_id(r);
  }
}

/// Calls f with the member that holds the records of a kind; false when the kind is not shown.  Reference layers share
/// one list.
template <typename Function>
bool with_list(const Snapshot& snapshot, std::string_view kind, Function f) {
  const auto take = [&](auto member) {
    f(member);
    return true;
  };
  if (kind == "hazards")
    return take(&Snapshot::hazards);
  if (kind == "land-release")
    return take(&Snapshot::land_releases);
  if (kind == "finds")
    return take(&Snapshot::finds);
  if (kind == "minefield-records")
    return take(&Snapshot::minefield_records);
  if (kind == "accidents")
    return take(&Snapshot::accidents);
  if (kind == "places")
    return take(&Snapshot::places);
  if (kind == "districts")
    return take(&Snapshot::districts);
  if (kind == "projects")
    return take(&Snapshot::projects);
  if (kind == "tasks")
    return take(&Snapshot::tasks);
  if (kind == "teams")
    return take(&Snapshot::teams);
  if (kind == "assets")
    return take(&Snapshot::assets);
  if (kind == "area-of-interest")
    return take(&Snapshot::areas_of_interest);
  const auto of_layer = [kind](const ReferenceFeature& r) { return r.layer == kind; };
  return std::any_of(snapshot.reference_features.begin(), snapshot.reference_features.end(), of_layer) &&
         take(&Snapshot::reference_features);
}

template <typename T>
bool is_of(std::string_view kind, const T& record) {
  if constexpr (std::is_same_v<T, ReferenceFeature>) {
    return record.layer == kind;
  } else {
    return !kind.empty();
  }
}

std::vector<MinefieldRecordLeg> legs_of(const Snapshot& snapshot, const MinefieldRecord& record) {
  std::vector<MinefieldRecordLeg> legs;
  std::copy_if(snapshot.minefield_record_legs.begin(), snapshot.minefield_record_legs.end(), std::back_inserter(legs),
               [&](const MinefieldRecordLeg& leg) { return leg.record_id == record.record_id; });
  return legs;
}

/// f(record) -> value, for a record that is there.
template <typename Value, typename Function>
Value of_record(const Snapshot& snapshot, std::string_view kind, std::size_t position, Function f) {
  Value value{};
  FG_CHECK(with_list(snapshot, kind, [&](auto member) { value = f((snapshot.*member).at(position)); }));
  return value;
}

}  // namespace

std::optional<std::size_t> find_record(const Snapshot& snapshot, std::string_view kind, std::string_view id) {
  std::optional<std::size_t> found;
  with_list(snapshot, kind, [&](auto member) {
    const auto& list = snapshot.*member;
    const auto at =
        std::find_if(list.begin(), list.end(), [&](const auto& r) { return local_id(r) == id && is_of(kind, r); });
    if (at != list.end()) {
      found = static_cast<std::size_t>(at - list.begin());
    }
  });
  return found;
}

bool is_served(const Snapshot& snapshot, std::string_view kind) {
  return with_list(snapshot, kind, [](auto) {});
}

std::string id_of(const Snapshot& snapshot, std::string_view kind, std::size_t position) {
  return of_record<std::string>(snapshot, kind, position, [](const auto& r) { return local_id(r); });
}

std::string label_of(const Snapshot& snapshot, std::string_view kind, std::size_t position) {
  return of_record<std::string>(snapshot, kind, position, [](const auto& r) { return label(r); });
}

geo::PlanarGeometry geometry_of(const Snapshot& snapshot, std::string_view kind, std::size_t position) {
  if (kind == "minefield-records") {
    const MinefieldRecord& record = snapshot.minefield_records.at(position);
    return ground_of(record, {{record.record_id, legs_of(snapshot, record)}}, *snapshot.crs);
  }
  return of_record<geo::PlanarGeometry>(snapshot, kind, position, [](const auto& r) { return shape(r); });
}

const Kind& schema_of(std::string_view kind) {
  const Kind* found = find_kind(kind);
  return found != nullptr ? *found : *find_kind("reference-layer");
}

Record record_of(const Snapshot& snapshot, std::string_view kind, std::size_t position) {
  Snapshot alone;
  alone.crs = snapshot.crs;
  FG_CHECK(with_list(snapshot, kind, [&](auto member) { (alone.*member).push_back((snapshot.*member).at(position)); }));
  Record record = records_of(schema_of(kind), alone).at(0);
  if (kind == "minefield-records") {
    auto ground = with_ground_of_legs(record, legs_of(snapshot, snapshot.minefield_records.at(position)));
    if (ground) {
      record = std::move(*ground);
    }
  }
  return record;
}

}  // namespace firmground::serve
