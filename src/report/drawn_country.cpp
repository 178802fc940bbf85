#include "report/drawn_country.h"

#include <cmath>
#include <limits>

// NOLINTBEGIN(bugprone-unchecked-optional-access): a test that reads what is not there has failed
namespace firmground::report::drawn {

using mineaction::LandState;
using mineaction::Outcome;

namespace {

constexpr double kWest = 500000;
constexpr double kSouth = 4400000;

geo::Xy place(double x, double y) {
  return {kWest + x, kSouth + y};
}

geo::PlanarGeometry block(double x, double y, double width, double height) {
  return rectangle(kWest + x, kSouth + y, width, height);
}

geo::PlanarGeometry line(std::vector<geo::Xy> points) {
  return {{}, {std::move(points)}, {}};
}

void draw_people_and_money(mineaction::Snapshot& s) {
  using mineaction::Sex;
  using mineaction::VictimOutcome;
  for (int year = 2016; year <= 2025; ++year) {
    const std::string id = "A-" + std::to_string(year);
    s.accidents.push_back(accident(id, std::to_string(year) + "-06-01", year % 3, 1 + year % 4));
    s.victims.push_back(victim("V-" + id, id, year % 2 == 0 ? Sex::male : Sex::female, 9 + 3 * (year - 2016),
                               year % 3 != 0, VictimOutcome::injured));
    if (year >= 2020) {
      s.funding.push_back(funding("F-" + std::to_string(year), year, 9.5e6 + 1e6 * (year - 2020), "AZN", true));
      s.funding.push_back(funding("G-" + std::to_string(year), year, 0.5e6, "AZN", false));
    }
  }
  s.funding.push_back(funding("H-1", 2023, 250000, "USD", false));
}

void draw_ground(mineaction::Snapshot& s) {
  s.areas_of_interest.push_back({"Країна", block(0, 0, 24000, 20000)});
  s.districts.push_back({"AZ01", "Շիրակ", block(0, 0, 12000, 20000)});
  s.districts.push_back({"AZ02", "სამხრეთი", block(12000, 0, 12000, 20000)});
  s.places.push_back({"მარნეული", "town", 24000, {}, "", place(5000, 15000)});
  s.places.push_back({"Գյումրի", "town", 18000, {}, "", place(16000, 5000)});
  s.places.push_back({"Херсон", "city", 28000, {}, "", place(18500, 15500)});
  s.places.push_back({"الموصل", "village", 900, {}, "", place(4000, 4000)});
  s.places.push_back({"Füzuli", "village", 1200, {}, "", place(9500, 10500)});
  s.reference_features.push_back({"roads", "M1", line({place(0, 9000), place(11000, 11500), place(24000, 13000)})});
  s.reference_features.push_back({"contact-line", "", line({place(7000, 0), place(11000, 8000), place(13000, 20000)})});
  s.hazards.push_back(hazard("HA-1", mineaction::HazardType::confirmed, block(8000, 2000, 5000, 4000)));
  s.hazards.push_back(hazard("HA-2", mineaction::HazardType::suspected, block(10000, 8000, 6000, 9000)));
  s.hazards.push_back(hazard("HA-3", mineaction::HazardType::suspected, block(2000, 12000, 30, 30)));
  for (int i = 0; i < 6; ++i) {
    const Outcome outcome = i % 3 == 0 ? Outcome::cleared : i % 3 == 1 ? Outcome::reduced : Outcome::cancelled;
    s.land_releases.push_back(release("LR-" + std::to_string(i), outcome, std::to_string(2020 + i) + "-09-15",
                                      block(8000 + 900 * i, 2000 + 200 * i, 800, 2600)));
    s.finds.push_back(find("F-" + std::to_string(i), mineaction::Device::ap_mine, 120 + 10 * i,
                           std::to_string(2020 + i) + "-08-01", place(8300 + 900 * i, 2600 + 200 * i)));
    s.finds.push_back(find("G-" + std::to_string(i), mineaction::Device::av_mine, 40 + 9 * i,
                           std::to_string(2020 + i) + "-08-02", place(8400 + 900 * i, 2700 + 200 * i)));
    s.finds.push_back(find("H-" + std::to_string(i), mineaction::Device::uxo, 260 - 20 * i,
                           std::to_string(2020 + i) + "-08-03", place(8500 + 900 * i, 2800 + 200 * i)));
    mineaction::MinefieldRecord record;
    record.record_id = "R-" + std::to_string(i);
    record.source = i % 2 == 0 ? "2021 hand-over" : "Архив";
    record.geometry = block(8000 + 900 * i, i < 4 ? 2000 + 200 * i : 14000, 600, 600);
    s.minefield_records.push_back(record);
  }
}

}  // namespace

geo::PlanarGeometry rectangle(double west, double south, double width, double height) {
  geo::PlanarPolygon polygon;
  polygon.outer = {{west, south}, {west + width, south}, {west + width, south + height}, {west, south + height}};
  return {{}, {}, {polygon}};
}

mineaction::Snapshot empty_country() {
  mineaction::Snapshot s;
  s.programme = {
      "Drawn Mine Action Centre", "invented-country", date("2020-11-10"), "the end of the war", "AZN", "Drawn Country"};
  s.crs = *geo::Crs::from_epsg(32639);
  s.as_of = date("2025-12-31");
  s.hash = "0123456789abcdef";
  return s;
}

mineaction::HazardousArea hazard(std::string id, mineaction::HazardType type, geo::PlanarGeometry geometry) {
  mineaction::HazardousArea h;
  h.hazard_id = std::move(id);
  h.type = type;
  h.reported_on = date("2019-01-01");
  h.geometry = std::move(geometry);
  return h;
}

mineaction::LandRelease release(std::string id, Outcome outcome, std::string_view completed_on,
                                geo::PlanarGeometry geometry) {
  mineaction::LandRelease r;
  r.release_id = std::move(id);
  r.outcome = outcome;
  r.completed_on = date(completed_on);
  r.geometry = std::move(geometry);
  return r;
}

mineaction::Find find(std::string id, mineaction::Device device, std::int64_t count, std::string_view found_on,
                      geo::Xy position) {
  mineaction::Find f;
  f.find_id = std::move(id);
  f.device = device;
  f.count = count;
  if (!found_on.empty()) {
    f.found_on = date(found_on);
  }
  f.position = position;
  return f;
}

mineaction::Accident accident(std::string id, std::string_view occurred_on, std::optional<std::int64_t> killed,
                              std::optional<std::int64_t> injured) {
  mineaction::Accident a;
  a.accident_id = std::move(id);
  a.occurred_on = date(occurred_on);
  a.killed = killed;
  a.injured = injured;
  return a;
}

mineaction::Victim victim(std::string id, std::string accident, mineaction::Sex sex, std::optional<std::int64_t> age,
                          std::optional<bool> civilian, mineaction::VictimOutcome outcome) {
  mineaction::Victim v;
  v.victim_id = std::move(id);
  v.accident_id = std::move(accident);
  v.sex = sex;
  v.age = age;
  v.civilian = civilian;
  v.outcome = outcome;
  return v;
}

mineaction::Funding funding(std::string id, int year, double amount, std::string currency,
                            std::optional<bool> national) {
  mineaction::Funding f;
  f.contribution_id = std::move(id);
  f.year = year;
  f.amount = amount;
  f.currency = std::move(currency);
  f.national = national;
  return f;
}

mineaction::LandAccount account_of(const mineaction::Snapshot& snapshot, const std::vector<Ground>& ground) {
  mineaction::LandAccount account;
  account.as_of = snapshot.as_of;
  for (const Ground& g : ground) {
    mineaction::LandPiece piece;
    piece.state = g.state;
    piece.inside_hazard = g.inside_hazard;
    piece.release = g.release;
    piece.area_m2 = g.area_m2;
    if (g.release >= 0) {
      piece.geometry = snapshot.land_releases[static_cast<std::size_t>(g.release)].geometry;
    }
    account.all_cleared_m2 += g.state == LandState::cleared ? g.area_m2 : 0;
    account.all_reduced_m2 += g.state == LandState::reduced ? g.area_m2 : 0;
    account.all_cancelled_m2 += g.state == LandState::cancelled ? g.area_m2 : 0;
    account.remaining_suspected_m2 += g.state == LandState::remaining_suspected ? g.area_m2 : 0;
    account.remaining_confirmed_m2 += g.state == LandState::remaining_confirmed ? g.area_m2 : 0;
    account.pieces.push_back(std::move(piece));
  }
  return account;
}

mineaction::Snapshot many_scripts() {
  mineaction::Snapshot s = empty_country();
  s.programme.name = "Հայաստան · საქართველო · Україна · العراق";
  s.programme.country = "Україна";
  s.baselines.push_back({"Aerial survey", date("2021-03-01"), 11670, "Cabinet of Ministers"});
  draw_ground(s);
  draw_people_and_money(s);
  return s;
}

mineaction::LandAccount account_of_many_scripts(const mineaction::Snapshot& s) {
  std::vector<Ground> ground = {{LandState::remaining_confirmed, 1.4e7}, {LandState::remaining_suspected, 5.1e7}};
  for (std::int32_t i = 0; i < 6; ++i) {
    const auto state = i % 3 == 0 ? LandState::cleared : i % 3 == 1 ? LandState::reduced : LandState::cancelled;
    ground.push_back({state, 2.08e6, i});
  }
  mineaction::LandAccount account = account_of(s, ground);
  account.by_district_m2["Շիրակ"] = {{"cleared", 2.9e6}, {"reduced", 2.1e6}, {"remaining_confirmed", 1.2e7}};
  account.by_district_m2["სამხრეთი"] = {{"cleared", 1.2e6}, {"cancelled", 4.1e6}, {"remaining_suspected", 5.1e7}};
  return account;
}

geo::Raster hazard_over(const mineaction::Snapshot& s) {
  geo::Raster raster;
  raster.grid = geo::Grid::covering(geo::bounds(s.areas_of_interest.front().geometry), 100);
  raster.epsg = 32639;
  raster.band_names = {"probability_any", "expected_items", "expected_items_p05", "expected_items_p95", "evidence"};
  raster.bands.assign(5, std::vector<float>(raster.grid.size(), std::numeric_limits<float>::quiet_NaN()));
  for (std::size_t cell = 0; cell < raster.grid.size(); ++cell) {
    const geo::Xy p = raster.grid.centre(cell);
    if (p.x - kWest > 20000 && p.y - kSouth < 4000) {
      continue;  // not estimated
    }
    const double away = std::hypot(p.x - kWest - 11000, (p.y - kSouth - 6000) / 2);
    raster.bands[0][cell] = static_cast<float>(0.7 * std::exp(-away / 1500));
    raster.bands[4][cell] = p.x - kWest < 3000 ? 0.02F : 0.6F;
  }
  return raster;
}

}  // namespace firmground::report::drawn
// NOLINTEND(bugprone-unchecked-optional-access)
