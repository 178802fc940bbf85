#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mineaction/land_account.h"
#include "mineaction/snapshot.h"

/// For tests: a country drawn by hand in EPSG:32639, and an account of it that was computed by hand, too.
namespace firmground::report::drawn {

geo::PlanarGeometry rectangle(double west, double south, double width, double height);

inline base::Date date(std::string_view text) {
  return *base::Date::parse(text);
}

/// A snapshot without a record: programme, CRS and the date of information 2025-12-31.
mineaction::Snapshot empty_country();

mineaction::HazardousArea hazard(std::string id, mineaction::HazardType type, geo::PlanarGeometry geometry);
mineaction::LandRelease release(std::string id, mineaction::Outcome outcome, std::string_view completed_on,
                                geo::PlanarGeometry geometry);
mineaction::Find find(std::string id, mineaction::Device device, std::int64_t count, std::string_view found_on,
                      geo::Xy position);
mineaction::Accident accident(std::string id, std::string_view occurred_on, std::optional<std::int64_t> killed,
                              std::optional<std::int64_t> injured);
mineaction::Victim victim(std::string id, std::string accident, mineaction::Sex sex, std::optional<std::int64_t> age,
                          std::optional<bool> civilian, mineaction::VictimOutcome outcome);
mineaction::Funding funding(std::string id, int year, double amount, std::string currency,
                            std::optional<bool> national);

/// The account of a country whose releases overlap nothing: one piece each, inside a hazard or not as said.
/// Areas are given, so that the expected figures can be computed in the head.
struct Ground {
  mineaction::LandState state;
  double area_m2;
  std::int32_t release = -1;
  bool inside_hazard = true;
};
mineaction::LandAccount account_of(const mineaction::Snapshot& snapshot, const std::vector<Ground>& ground);

/// A small country with something of everything, names in five scripts.
mineaction::Snapshot many_scripts();
mineaction::LandAccount account_of_many_scripts(const mineaction::Snapshot& snapshot);
/// A hazard raster over it: a hot spot, a corner that is not estimated, an edge with hardly any evidence.
geo::Raster hazard_over(const mineaction::Snapshot& snapshot);

}  // namespace firmground::report::drawn
