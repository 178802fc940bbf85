#include "simulate/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "geo/area.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

using mineaction::Device;
using mineaction::Method;
using mineaction::Outcome;

enum class Purpose : std::uint8_t { road, village, farmland, belt, urgent };

constexpr double kLargestTask_ha = 40;
constexpr std::size_t kSitesAtATime = 12;

/// Share of the six years' land done by the end of each month-like step: slow start, best years 2023-2024.
constexpr std::array<double, 8> kYearEnd = {2020.86, 2021.0, 2022.0, 2023.0, 2024.0, 2025.0, 2026.0, 2026.83};
constexpr std::array<double, 8> kDoneByThen = {0, 0.004, 0.085, 0.26, 0.475, 0.67, 0.855, 1.0};

base::Date day_when_done(double share) {
  std::size_t i = 1;
  while (i + 1 < kDoneByThen.size() && kDoneByThen[i] < share) {
    ++i;
  }
  const double u = std::clamp((share - kDoneByThen[i - 1]) / (kDoneByThen[i] - kDoneByThen[i - 1]), 0.0, 1.0);
  const double year = std::lerp(kYearEnd[i - 1], kYearEnd[i], u);
  const auto days = static_cast<int>((year - 2020.86) * 365.25);
  const base::Date day(kOperationsBegin.first_day() + std::chrono::days(4 + days));
  return std::min(day, kAsOf);
}

/// The state of the work while tasks are chosen one after another.
struct Site {
  std::vector<std::uint32_t> last_task;
  Purpose purpose = Purpose::road;
};

class LandReleaseWork {
 public:
  LandReleaseWork(const Parameters& parameters, std::uint64_t seed, const Ground& ground, const Hazards& hazards,
                  const ItemsByParcel& items, const geo::Crs& crs);
  Operations run();

 private:
  void clear_some(double progress);
  void reduce_some(double progress);
  void cancel_some(double progress);
  bool release_whole_hazard(std::int32_t hazard, Outcome outcome, double progress);
  void release_parcels(std::vector<std::uint32_t> parcels, std::int32_t hazard, Outcome outcome, Method method,
                       double progress);
  void enter(Release release, double progress, double area_m2);

  Purpose choose_purpose(double progress);
  std::int64_t seed_parcel(Purpose purpose);
  std::int64_t beside(const std::vector<std::uint32_t>& task);
  std::vector<std::uint32_t> grow(std::uint32_t first, Purpose purpose, double most_m2);
  double wish(std::uint32_t parcel, std::uint32_t first, Purpose purpose, double shape) const;
  Method clearance_method(const std::vector<std::uint32_t>& parcels, Purpose purpose);
  bool free(std::uint32_t parcel) const { return ground_.land[parcel] != 0 && operations_.of_parcel[parcel] < 0; }
  double area_m2(std::uint32_t parcel) const {
    return ground_.parcels.area_m2(parcel) *
           scale_of_[parcel / static_cast<std::uint32_t>(ground_.parcels.grid().columns)];
  }
  double task_m2();

  const Parameters& parameters_;
  const Ground& ground_;
  const Hazards& hazards_;
  const ItemsByParcel& items_;
  const geo::Crs& crs_;
  std::uint64_t seed_;
  base::Random random_;
  std::vector<double> scale_of_;                          ///< ellipsoid / plane, per row of parcels
  std::array<std::vector<std::uint32_t>, 5> candidates_;  ///< parcels by purpose
  std::vector<std::uint8_t> hazard_done_;
  std::array<double, 3> done_m2_{};
  std::array<double, 3> wanted_m2_{};
  std::vector<Site> sites_;
  Operations operations_;
};

LandReleaseWork::LandReleaseWork(const Parameters& parameters, std::uint64_t seed, const Ground& ground,
                                 const Hazards& hazards, const ItemsByParcel& items, const geo::Crs& crs)
    : parameters_(parameters),
      ground_(ground),
      hazards_(hazards),
      items_(items),
      crs_(crs),
      seed_(seed),
      random_(stream(seed, Stream::operations)) {
  const geo::Grid& grid = ground.parcels.grid();
  for (std::int32_t row = 0; row < grid.rows; ++row) {
    scale_of_.push_back(geo::area_scale(grid.centre(grid.columns / 2, row), crs));
  }
  operations_.of_parcel.assign(grid.size(), -1);
  hazard_done_.assign(hazards.all.size(), 0);
  wanted_m2_ = {parameters.cancelled_ha * 1e4, parameters.reduced_ha * 1e4, parameters.cleared_ha * 1e4};
  sites_.resize(kSitesAtATime);
  for (std::uint32_t parcel = 0; parcel < grid.size(); ++parcel) {
    if (ground.land[parcel] == 0) {
      continue;
    }
    const bool front = static_cast<double>(ground.front_m[parcel]) < 2.5 * parameters.echelon_m;
    if (ground.road_m[parcel] < 120) {
      candidates_[static_cast<std::size_t>(Purpose::road)].push_back(parcel);
    }
    if (ground.village_m[parcel] < 900) {
      candidates_[static_cast<std::size_t>(Purpose::village)].push_back(parcel);
    }
    if (ground.farmland[parcel] != 0) {
      candidates_[static_cast<std::size_t>(Purpose::farmland)].push_back(parcel);
    }
    if (const std::int32_t hazard = hazards.of_parcel[parcel]; hazard >= 0) {
      const bool confirmed =
          hazards.all[static_cast<std::size_t>(hazard)].record.type == mineaction::HazardType::confirmed;
      const bool near_people = ground.road_m[parcel] < 600 || ground.village_m[parcel] < 1200;
      if (confirmed && near_people) {
        candidates_[static_cast<std::size_t>(Purpose::urgent)].push_back(parcel);
      }
      if (front) {
        candidates_[static_cast<std::size_t>(Purpose::belt)].push_back(parcel);
      }
    }
  }
}

double LandReleaseWork::task_m2() {
  return 1e4 * std::clamp(parameters_.task_median_ha * std::exp(random_.normal(0, 0.75)), 1.0, kLargestTask_ha);
}

/// Urgent tasks, few and small, go first to what was seen beside homes and roads; belts rise to their full share at the
/// end.
Purpose LandReleaseWork::choose_purpose(double progress) {
  const double belt = parameters_.belt_share * (0.3 + 0.7 * progress);
  const double urgent = (1 - belt) * (0.75 * std::exp(-progress / 0.06) + 0.12 * (1 - progress));
  const double u = random_.uniform();
  if (u < belt) {
    return Purpose::belt;
  }
  if (u < belt + urgent) {
    return Purpose::urgent;
  }
  const double rest = random_.uniform();
  const double road = 0.32 - 0.2 * progress;
  const double village = 0.36 - 0.12 * progress;
  return rest < road ? Purpose::road : rest < road + village ? Purpose::village : Purpose::farmland;
}

std::int64_t LandReleaseWork::seed_parcel(Purpose purpose) {
  const auto& candidates = candidates_[static_cast<std::size_t>(purpose)];
  for (int attempt = 0; attempt < 80 && !candidates.empty(); ++attempt) {
    const std::uint32_t parcel = candidates[random_.index(candidates.size())];
    // Of two equal places the suspected one is worked on first.
    const double keen = hazards_.of_parcel[parcel] >= 0 ? 1 : 0.15;
    if (free(parcel) && random_.chance(keen)) {
      return parcel;
    }
  }
  return -1;
}

std::int64_t LandReleaseWork::beside(const std::vector<std::uint32_t>& task) {
  for (int attempt = 0; attempt < 12 && !task.empty(); ++attempt) {
    const std::uint32_t parcel = task[random_.index(task.size())];
    const auto wide = static_cast<std::uint32_t>(ground_.parcels.grid().columns);
    const std::array<std::uint32_t, 4> next = {parcel - 1, parcel + 1, parcel - wide, parcel + wide};
    const std::uint32_t neighbour = next[random_.index(4)];
    if (neighbour < ground_.land.size() && free(neighbour)) {
      return neighbour;
    }
  }
  return -1;
}

/// Smaller is better. Tasks are compact, follow their road, and mostly stop at the edge of their hazard.
double LandReleaseWork::wish(std::uint32_t parcel, std::uint32_t first, Purpose purpose, double shape) const {
  const geo::Xy p = ground_.parcels.centre(parcel);
  const geo::Xy q = ground_.parcels.centre(first);
  const double along = (p.x - q.x) * std::cos(shape) + (p.y - q.y) * std::sin(shape);
  const double across = (p.y - q.y) * std::cos(shape) - (p.x - q.x) * std::sin(shape);
  double metres = std::hypot(along, 1.6 * across);
  if (purpose == Purpose::road) {
    metres = 0.4 * std::hypot(p.x - q.x, p.y - q.y) + 6 * static_cast<double>(ground_.road_m[parcel]);
  }
  const bool led_by_hazard = purpose == Purpose::belt || purpose == Purpose::urgent;
  if (led_by_hazard && hazards_.of_parcel[parcel] != hazards_.of_parcel[first]) {
    metres += 700;
  }
  if (hazards_.of_parcel[parcel] < 0) {
    metres += 120;  // nobody suspects this ground: it comes with the task only where it rounds it off
  }
  if (purpose == Purpose::farmland && ground_.farmland[parcel] == 0) {
    metres += 500;
  }
  return metres;
}

std::vector<std::uint32_t> LandReleaseWork::grow(std::uint32_t first, Purpose purpose, double most_m2) {
  const double shape = random_.uniform(0, 3.14159);
  std::vector<std::uint32_t> task;
  std::vector<std::pair<double, std::uint32_t>> frontier{{0, first}};
  double grown_m2 = 0;
  while (!frontier.empty()) {
    const auto best = std::min_element(frontier.begin(), frontier.end());
    const std::uint32_t parcel = best->second;
    const double metres = best->first;
    *best = frontier.back();
    frontier.pop_back();
    const double m2 = area_m2(parcel);
    if (!task.empty() && (grown_m2 + 0.5 * m2 > most_m2 || (metres > 900 && grown_m2 > 0.3 * most_m2))) {
      break;
    }
    task.push_back(parcel);
    grown_m2 += m2;
    const auto wide = static_cast<std::uint32_t>(ground_.parcels.grid().columns);
    for (const std::uint32_t next : {parcel - 1, parcel + 1, parcel - wide, parcel + wide}) {
      const bool known = next >= ground_.land.size() || std::find(task.begin(), task.end(), next) != task.end() ||
                         std::any_of(frontier.begin(), frontier.end(), [&](const auto& f) { return f.second == next; });
      if (!known && free(next)) {
        frontier.emplace_back(wish(next, first, purpose, shape), next);
      }
    }
  }
  std::sort(task.begin(), task.end());
  return task;
}

Method LandReleaseWork::clearance_method(const std::vector<std::uint32_t>& parcels, Purpose purpose) {
  std::int64_t mines = 0;
  std::int64_t erw = 0;
  for (const std::uint32_t parcel : parcels) {
    mines += items_.mines[parcel];
    erw += items_.erw[parcel];
  }
  // Battle area clearance is for ground known to hold no mines (IMAS 09.11); what survey believed is mostly right.
  if (random_.chance(mines == 0 ? (erw > 0 ? 0.4 : 0.16) : 0.02)) {
    return Method::bac;
  }
  const double u = random_.uniform();
  if (purpose == Purpose::farmland || purpose == Purpose::road) {
    return u < 0.36 ? Method::manual : u < 0.74 ? Method::mechanical : u < 0.96 ? Method::animal : Method::eod;
  }
  return u < 0.66 ? Method::manual : u < 0.78 ? Method::mechanical : u < 0.97 ? Method::animal : Method::eod;
}

void LandReleaseWork::clear_some(double progress) {
  const double left_m2 = wanted_m2_[2] - done_m2_[2];
  Site& site = sites_[random_.index(sites_.size())];
  std::int64_t first = random_.chance(0.6) ? beside(site.last_task) : -1;
  if (first < 0) {
    site.purpose = choose_purpose(progress);
    first = seed_parcel(site.purpose);
  }
  if (first < 0) {
    site.purpose = Purpose::farmland;
    first = static_cast<std::int64_t>(random_.index(ground_.land.size()));
    if (!free(static_cast<std::uint32_t>(first))) {
      return;
    }
  }
  const bool led_by_hazard = site.purpose == Purpose::belt || site.purpose == Purpose::urgent;
  const std::int32_t hazard = hazards_.of_parcel[static_cast<std::size_t>(first)];
  if (led_by_hazard && hazard >= 0 && random_.chance(0.4) && release_whole_hazard(hazard, Outcome::cleared, progress)) {
    site.last_task = operations_.releases.back().parcels;
    return;
  }
  std::vector<std::uint32_t> parcels =
      grow(static_cast<std::uint32_t>(first), site.purpose, std::min(task_m2(), left_m2));
  site.last_task = parcels;
  const Method method = clearance_method(parcels, site.purpose);
  release_parcels(std::move(parcels), hazard, Outcome::cleared, method, progress);
}

/// Technical survey takes the parts of hazards where nothing is found.
void LandReleaseWork::reduce_some(double progress) {
  const std::int64_t first = seed_parcel(random_.chance(0.5) ? Purpose::belt : Purpose::village);
  if (first < 0 || hazards_.of_parcel[static_cast<std::size_t>(first)] < 0) {
    return;
  }
  std::vector<std::uint32_t> parcels =
      grow(static_cast<std::uint32_t>(first), Purpose::urgent, std::min(task_m2(), wanted_m2_[1] - done_m2_[1]));
  std::int64_t items = 0;
  for (const std::uint32_t parcel : parcels) {
    items += items_.mines[parcel] + items_.erw[parcel];
  }
  if (items > 0 && !random_.chance(0.12)) {
    return;  // survey found something: this ground goes to clearance
  }
  release_parcels(std::move(parcels), hazards_.of_parcel[static_cast<std::size_t>(first)], Outcome::reduced,
                  Method::technical_survey, progress);
}

void LandReleaseWork::cancel_some(double progress) {
  const auto hazard = static_cast<std::int32_t>(random_.index(hazards_.all.size()));
  const SurveyedHazard& surveyed = hazards_.all[static_cast<std::size_t>(hazard)];
  const bool suspected = surveyed.record.type == mineaction::HazardType::suspected;
  if (!suspected || !random_.chance(surveyed.items > 0 ? 0.08 : 1.0)) {
    return;
  }
  release_whole_hazard(hazard, Outcome::cancelled, progress);
}

/// The hazard's own polygon, when nothing it touches was released before.
bool LandReleaseWork::release_whole_hazard(std::int32_t hazard, Outcome outcome, double progress) {
  const SurveyedHazard& surveyed = hazards_.all[static_cast<std::size_t>(hazard)];
  const geo::PlanarGeometry& polygon = surveyed.record.geometry;
  const double polygon_m2 = geo::ellipsoidal_area_m2(polygon, crs_);
  const double left_m2 = wanted_m2_[static_cast<std::size_t>(outcome)] - done_m2_[static_cast<std::size_t>(outcome)];
  if (hazard_done_[static_cast<std::size_t>(hazard)] != 0 || polygon_m2 > left_m2 ||
      (outcome == Outcome::cleared && polygon_m2 > kLargestTask_ha * 1e4)) {
    return false;
  }
  const geo::Grid& grid = ground_.parcels.grid();
  const geo::Box box = geo::bounds(polygon).grown(grid.cell_m);
  std::vector<std::uint32_t> touched;
  for (std::int32_t row = grid.row_of(box.max_y); row <= grid.row_of(box.min_y); ++row) {
    for (std::int32_t column = grid.column_of(box.min_x); column <= grid.column_of(box.max_x); ++column) {
      if (!grid.has(column, row)) {
        return false;
      }
      const auto parcel = static_cast<std::uint32_t>(grid.index(column, row));
      const auto corners = ground_.parcels.corners(parcel);
      if (std::any_of(corners.begin(), corners.end(), [&](const geo::Xy& p) { return geo::contains(polygon, p); })) {
        touched.push_back(parcel);
      }
    }
  }
  for (const geo::Xy& corner : polygon.polygons[0].outer) {
    touched.push_back(static_cast<std::uint32_t>(ground_.parcels.parcel_of(corner)));
  }
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  if (!std::all_of(touched.begin(), touched.end(),
                   [&](std::uint32_t parcel) { return parcel < ground_.land.size() && free(parcel); })) {
    return false;
  }
  Release release;
  release.whole_hazard = true;
  release.record.geometry = polygon;
  release.record.hazard_id = surveyed.record.hazard_id;
  release.record.outcome = outcome;
  release.record.method =
      outcome == Outcome::cancelled ? Method::nts : clearance_method(surveyed.parcels, Purpose::belt);
  release.parcels = std::move(touched);
  hazard_done_[static_cast<std::size_t>(hazard)] = 1;
  enter(std::move(release), progress, polygon_m2);
  return true;
}

void LandReleaseWork::release_parcels(std::vector<std::uint32_t> parcels, std::int32_t hazard, Outcome outcome,
                                      Method method, double progress) {
  Release release;
  release.record.outcome = outcome;
  release.record.method = method;
  if (hazard >= 0) {
    release.record.hazard_id = hazards_.all[static_cast<std::size_t>(hazard)].record.hazard_id;
  }
  release.record.geometry = ground_.parcels.outline(parcels);
  release.parcels = std::move(parcels);
  enter(std::move(release), progress, geo::ellipsoidal_area_m2(release.record.geometry, crs_));
}

void LandReleaseWork::enter(Release release, double progress, double area_m2) {
  const auto number = static_cast<std::int32_t>(operations_.releases.size());
  for (const std::uint32_t parcel : release.parcels) {
    operations_.of_parcel[parcel] = number;
  }
  const auto outcome = static_cast<std::size_t>(release.record.outcome);
  done_m2_[outcome] += area_m2;
  base::Random random = stream(seed_, Stream::release, static_cast<std::uint64_t>(number));
  const base::Date done = day_when_done(std::clamp(progress + random.normal(0, 0.01), 0.0, 1.0));
  release.record.completed_on = done;
  const auto days = std::chrono::days(static_cast<int>(5 + area_m2 / 1e4 * random.uniform(1, 4)));
  release.started = base::Date(std::max(kOperationsBegin.first_day(), done.first_day() - days));
  if (release.record.method != Method::nts) {
    const bool partial = random.chance(parameters_.partial_coverage_share);
    release.record.coverage = partial ? std::round(random.uniform(0.6, 0.95) * 100) / 100 : 1.0;
    constexpr std::array<double, 4> kDepths_cm = {13, 15, 20, 30};
    release.record.depth_cm = release.record.method == Method::bac ? 0 : kDepths_cm[random.index(kDepths_cm.size())];
  }
  constexpr std::array<const char*, 6> kOrganisations = {"National Mine Action Agency", "Army Engineers",
                                                         "Emergency Service",           "Firstfield Demining",
                                                         "Clearpath Cooperative",       "Island Clearance Trust"};
  constexpr std::array<double, 6> kShareUpTo = {0.42, 0.68, 0.78, 0.87, 0.94, 1.0};
  const double u = random.uniform();
  release.record.organisation = kOrganisations[static_cast<std::size_t>(
      std::lower_bound(kShareUpTo.begin(), kShareUpTo.end(), u) - kShareUpTo.begin())];
  constexpr std::array<const char*, 4> kForeign = {"Harbour Foundation", "Union of Northern States", "Lantern Fund",
                                                   "Kingdom of the Isles"};
  release.record.donor =
      random.chance(parameters_.national_share) ? "State budget" : kForeign[random.index(kForeign.size())];
  release.record.declared_area_m2 = std::round(area_m2 * std::exp(random.normal(0, 0.004)));
  operations_.releases.push_back(std::move(release));
}

Operations LandReleaseWork::run() {
  // One square metre short of what is wanted is enough; a hundred fruitless tries in a row means that the island is
  // used up.
  int fruitless = 0;
  while (fruitless < 20000) {
    std::array<double, 3> share{};
    for (std::size_t i = 0; i < 3; ++i) {
      const double least_m2 = 5500;  // about half a parcel: the last task ends within it
      share[i] = wanted_m2_[i] - done_m2_[i] < least_m2 ? 1 : done_m2_[i] / wanted_m2_[i];
    }
    const std::size_t outcome = static_cast<std::size_t>(std::min_element(share.begin(), share.end()) - share.begin());
    if (share[outcome] >= 1) {
      break;
    }
    const std::size_t before = operations_.releases.size();
    outcome == 0 ? cancel_some(share[0]) : outcome == 1 ? reduce_some(share[1]) : clear_some(share[2]);
    fruitless = operations_.releases.size() == before ? fruitless + 1 : 0;
    if (fruitless % 500 == 499 && outcome < 2) {
      wanted_m2_[outcome] = done_m2_[outcome];  // survey has no more such ground to give
    }
  }
  // By date, as a register would list them.
  std::vector<std::int32_t> order(operations_.releases.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = static_cast<std::int32_t>(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return operations_.releases[static_cast<std::size_t>(a)].record.completed_on <
           operations_.releases[static_cast<std::size_t>(b)].record.completed_on;
  });
  Operations sorted;
  sorted.of_parcel.assign(operations_.of_parcel.size(), -1);
  for (const std::int32_t old : order) {
    Release& release = operations_.releases[static_cast<std::size_t>(old)];
    release.record.release_id = fmt::format("LR-{:05}", sorted.releases.size() + 1);
    for (const std::uint32_t parcel : release.parcels) {
      sorted.of_parcel[parcel] = static_cast<std::int32_t>(sorted.releases.size());
    }
    sorted.releases.push_back(std::move(release));
  }
  return sorted;
}

}  // namespace

Operations release_land(const Parameters& parameters, std::uint64_t seed, const Ground& ground, const Hazards& hazards,
                        const ItemsByParcel& items, const geo::Crs& crs) {
  return LandReleaseWork(parameters, seed, ground, hazards, items, crs).run();
}

}  // namespace firmground::simulate
