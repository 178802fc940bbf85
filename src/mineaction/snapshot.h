#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/dates.h"
#include "geo/crs.h"
#include "geo/geometry.h"
#include "geo/raster.h"
#include "mineaction/code_lists.h"

/// The field's nouns as plain values. Geometry is in the programme CRS (metres); empty geometry = not recorded.
/// std::nullopt and empty strings mean "not known", which is never zero. Field names are the canonical import columns.
namespace firmground::mineaction {

using base::Date;

struct AreaOfInterest {
  std::string name;
  geo::PlanarGeometry geometry;
};
struct District {
  std::string district_id;
  std::string name;
  geo::PlanarGeometry geometry;
};

struct HazardousArea {
  std::string hazard_id;
  HazardType type = HazardType::suspected;
  std::string status;
  Device device = Device::unknown;
  std::string evidence;
  std::optional<Date> reported_on;
  std::string district;
  std::optional<double> declared_area_m2;
  geo::PlanarGeometry geometry;
};

struct MinefieldRecord {
  std::string record_id;
  std::string source;  ///< batch: hand-over, archive
  std::optional<std::int64_t> mines_recorded;
  Device device = Device::unknown;
  std::optional<Date> recorded_on;
  std::string unit;
  std::string sheet;
  std::string recorded_crs;
  geo::PlanarGeometry geometry;
  std::string read_as{};  ///< id of the hypothesis by which a person moved the outline; empty = it lies as recorded
};

/// One leg of a record given by bearings and distances, as written (docs/formats/import-columns.md).
struct MinefieldRecordLeg {
  std::string record_id;
  std::int64_t leg = 0;
  std::string role;
  std::string from_point;
  std::string to_point;
  std::optional<double> easting;
  std::optional<double> northing;
  std::string crs;
  std::optional<double> bearing;
  std::string bearing_unit;
  std::string bearing_reference;
  std::optional<double> distance;
  std::string distance_unit;
  std::string id{};        ///< local id; empty = made from record_id and leg
  std::string position{};  ///< of from_point as one text, in place of easting and northing
};

struct LandRelease {
  std::string release_id;
  std::string hazard_id;
  Outcome outcome = Outcome::cancelled;
  Method method = Method::unknown;
  Date completed_on;
  std::optional<double> coverage;  ///< share of the polygon really searched, 0..1
  std::optional<double> depth_cm;
  std::string organisation;
  std::string donor;
  std::optional<double> declared_area_m2;
  geo::PlanarGeometry geometry;
};

struct Find {
  std::string find_id;
  std::string release_id;
  std::optional<Date> found_on;
  Device device = Device::unknown;
  std::string model;
  std::int64_t count = 1;
  std::optional<double> depth_cm;
  geo::Xy position;
};

struct Accident {
  std::string accident_id;
  Date occurred_on;
  std::optional<double> precision_m;
  Device device = Device::unknown;
  std::optional<std::int64_t> killed;
  std::optional<std::int64_t> injured;
  std::optional<geo::Xy> position;
};

/// What statistics need of a victim; names live in the vault, never here.
struct Victim {
  std::string victim_id;
  std::string accident_id;
  Sex sex = Sex::unknown;
  std::optional<std::int64_t> age;
  std::optional<bool> civilian;
  VictimOutcome outcome = VictimOutcome::unknown;
  std::string activity;
  std::string person_key;
};

struct Place {
  std::string name;
  std::string kind;  ///< city, town, village, school, ...
  std::optional<std::int64_t> population;
  std::optional<std::int64_t> displaced;
  std::string district;
  geo::Xy position;
  std::string id{};  ///< local id; empty = made from name and position
};

struct Project {
  std::string project_id;
  std::string name;
  std::string kind;
  std::optional<std::int64_t> people;
  std::optional<Date> needed_by;
  std::string district;
  geo::PlanarGeometry geometry;
};

/// A team or an asset (machine, dog group): what can be sent, from where, at what rate and cost.
struct Resource {
  std::string id;
  std::string kind;
  Method method = Method::unknown;
  std::optional<double> productivity_m2_day;
  std::optional<double> cost_day;
  std::string currency;
  std::string organisation;
  std::optional<Date> available_from;
  std::optional<Date> available_to;
  std::optional<geo::Xy> base;
};

struct Task {
  std::string task_id;
  std::string hazard_id;
  Method method = Method::unknown;
  std::string team_id;
  std::string state;
  std::optional<Date> planned_from;
  std::optional<Date> planned_to;
  geo::PlanarGeometry geometry;
};

struct Funding {
  std::string contribution_id;
  std::string donor;
  std::optional<bool> national;
  int year = 0;
  double amount = 0;
  std::string currency;
  std::string activity;
};

struct Baseline {
  std::string name;
  Date estimated_on;
  double area_ha = 0;
  std::string source;
  std::string id{};  ///< local id; empty = made from name and estimated_on
};

/// A feature of a reference layer ("roads", "contact-line", "water" ...).
struct ReferenceFeature {
  std::string layer;
  std::string name;
  geo::PlanarGeometry geometry;
  std::string id{};  ///< local id; empty = made from layer, name and geometry
};

/// A covariate raster, one band, named by its file stem ("dem").
struct Covariate {
  std::string name;
  geo::Raster raster;
};

/// What the profile and the programme's own settings say.
struct Programme {
  std::string name;
  std::string profile;
  Date since_date;         ///< "casualties since": end of the war
  std::string since_name;  ///< "the end of the war"
  std::string default_currency;
  std::string country;
};

/// The approved current state of a register at a date: what every stage reads. Each vector is sorted by its local id,
/// so that the same content gives the same bytes whatever the order of entry.
struct Snapshot {
  Programme programme;
  std::optional<geo::Crs> crs;
  Date as_of;
  std::string hash;  ///< content hash (local ids and values), set by whoever makes the snapshot: content_hash_of()
  /// Of the register, when all of it was read; 0: not known.  In no hash.
  std::int64_t last_entry = 0;

  std::vector<AreaOfInterest> areas_of_interest;
  std::vector<District> districts;
  std::vector<HazardousArea> hazards;
  std::vector<MinefieldRecord> minefield_records;
  std::vector<MinefieldRecordLeg> minefield_record_legs;
  std::vector<LandRelease> land_releases;
  std::vector<Find> finds;
  std::vector<Accident> accidents;
  std::vector<Victim> victims;
  std::vector<Place> places;
  std::vector<Project> projects;
  std::vector<Resource> teams;
  std::vector<Resource> assets;
  std::vector<Task> tasks;
  std::vector<Funding> funding;
  std::vector<Baseline> baselines;
  std::vector<ReferenceFeature> reference_features;
  std::vector<Covariate> covariates;
};

/// Content hash over everything but `hash` itself and `last_entry`.
std::string content_hash_of(const Snapshot& snapshot);

/// The baseline in force at a date: the one with the latest estimated_on that is not after it; null when there is none.
const Baseline* baseline_at(const Snapshot& snapshot, const Date& date);

}  // namespace firmground::mineaction
