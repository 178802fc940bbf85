#include "simulate/programme.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "simulate/names.h"
#include "simulate/routes.h"

namespace firmground::simulate {

namespace {

using mineaction::Method;

double to_front_m(const LineOfContact& line, geo::Xy p) {
  double nearest_m = 1e9;
  for (std::size_t i = 0; i < line.points.size(); i += 5) {
    nearest_m = std::min(nearest_m, std::hypot(line.points[i].x - p.x, line.points[i].y - p.y));
  }
  return nearest_m;
}

std::int64_t rounded_to_ten(double people) {
  return std::lround(people / 10) * 10;
}

geo::PlanarGeometry patch(geo::Xy middle, double radius_m, base::Random& random) {
  geo::PlanarGeometry ground;
  std::vector<geo::Xy> ring;
  for (int i = 0; i < 10; ++i) {
    const double angle = 2 * std::numbers::pi * i / 10;
    const double reach_m = radius_m * random.uniform(0.8, 1.2);
    ring.push_back({middle.x + reach_m * std::cos(angle), middle.y + reach_m * std::sin(angle)});
  }
  ground.polygons.push_back({std::move(ring), {}});
  return ground;
}

}  // namespace

void list_places(const Parameters& parameters, std::uint64_t seed, const Settlements& settlements,
                 const LineOfContact& line, mineaction::Snapshot& known) {
  base::Random random = stream(seed, Stream::settlements, 3);
  for (const Settlement& settlement : settlements.all) {
    // People left where the front was near; most have not come back.
    const double near = std::exp(-to_front_m(line, settlement.position) / (6 * parameters.echelon_m));
    const auto displaced = rounded_to_ten(static_cast<double>(settlement.population) *
                                          std::min(0.95, 0.9 * near * random.uniform(0.5, 1.2)));
    mineaction::Place place;
    place.name = settlement.name;
    place.kind = settlement.kind;
    place.population = settlement.population - displaced;
    place.displaced = displaced;
    place.district = district_at(known.districts, settlement.position);
    place.position = settlement.position;
    known.places.push_back(place);
    const std::size_t schools =
        settlement.population > 400 ? 1 + static_cast<std::size_t>(settlement.population) / 9000 : 0;
    for (std::size_t i = 0; i < schools; ++i) {
      const double angle = random.uniform(0, 2 * std::numbers::pi);
      const double away_m = settlement.radius_m * std::sqrt(random.uniform());
      mineaction::Place school;
      school.name = schools == 1 ? fmt::format("{} school", settlement.name)
                                 : fmt::format("{} school {}", settlement.name, i + 1);
      school.kind = "school";
      school.position = {settlement.position.x + away_m * std::cos(angle),
                         settlement.position.y + away_m * std::sin(angle)};
      school.district = district_at(known.districts, school.position);
      known.places.push_back(std::move(school));
    }
  }
}

void pay(const Parameters& parameters, std::uint64_t seed, mineaction::Snapshot& known) {
  struct Year {
    int year;
    double share;
  };
  constexpr std::array<Year, 7> kYears = {
      {{2020, 0.01}, {2021, 0.11}, {2022, 0.17}, {2023, 0.2}, {2024, 0.19}, {2025, 0.18}, {2026, 0.14}}};
  struct Activity {
    const char* name;
    double share;
  };
  constexpr std::array<Activity, 5> kActivities = {{{"clearance", 0.72},
                                                    {"survey", 0.13},
                                                    {"equipment", 0.09},
                                                    {"risk education", 0.03},
                                                    {"victim assistance", 0.03}}};
  constexpr std::array<const char*, 4> kForeign = {"Harbour Foundation", "Union of Northern States", "Lantern Fund",
                                                   "Kingdom of the Isles"};
  const auto give = [&](const char* donor, bool national, int year, double usd, const char* activity) {
    known.funding.push_back({fmt::format("FU-{:04}", known.funding.size() + 1), donor, national, year,
                             std::round(usd / 100) * 100, "USD", activity});
  };
  base::Random random = stream(seed, Stream::money);
  for (const Year& year : kYears) {
    const double usd = parameters.money_usd * year.share;
    for (const Activity& activity : kActivities) {
      give("State budget", true, year.year, usd * parameters.national_share * activity.share, activity.name);
    }
    double left = 1;
    for (std::size_t i = 0; i < kForeign.size(); ++i) {
      const double share = i + 1 == kForeign.size() ? left : left * random.uniform(0.2, 0.6);
      left -= share;
      give(kForeign[i], false, year.year, usd * (1 - parameters.national_share) * share,
           kActivities[random.index(kActivities.size())].name);
    }
  }
}

void estimate_baselines(const Parameters& parameters, mineaction::Snapshot& known) {
  constexpr double kEarlierShare =
      800000.0 / 1166702.0;  // the founding case's first published figure beside its present one
  known.baselines.push_back({"Desk estimate 2021", base::Date(2021, 3, 1),
                             std::round(parameters.area_ha * kEarlierShare),
                             "Ministry of Defence, from maps of the fighting"});
  known.baselines.push_back({"National estimate 2023", base::Date(2023, 11, 1), parameters.area_ha,
                             "National Mine Action Agency, general survey"});
}

void raise_teams(const Parameters& parameters, std::uint64_t seed, const Settlements& settlements,
                 mineaction::Snapshot& known) {
  struct Trade {
    const char* kind;
    Method method;
    double m2_day, cost_day, share;
  };
  // domain.md 5.6: manual 25 m2 a day per deminer in crews of ten, dogs 800, machines 8,000.
  constexpr std::array<Trade, 5> kTrades = {{{"manual team", Method::manual, 250, 620, 0.55},
                                             {"dog team", Method::animal, 800, 540, 0.2},
                                             {"survey team", Method::technical_survey, 2500, 480, 0.12},
                                             {"BAC team", Method::bac, 6000, 560, 0.08},
                                             {"EOD team", Method::eod, 1500, 450, 0.05}}};
  constexpr std::array<const char*, 3> kOrganisations = {"National Mine Action Agency", "Firstfield Demining",
                                                         "Clearpath Cooperative"};
  base::Random random = stream(seed, Stream::resources);
  const auto base_of = [&] {
    return settlements.all[random.index(std::min<std::size_t>(settlements.all.size(), 30))].position;
  };
  const auto add = [&](std::vector<mineaction::Resource>& list, std::string id, const char* kind, Method method,
                       double m2_day, double cost_day) {
    mineaction::Resource resource;
    resource.id = std::move(id);
    resource.kind = kind;
    resource.method = method;
    resource.productivity_m2_day = std::round(m2_day * random.uniform(0.75, 1.25) / 10) * 10;
    resource.cost_day = std::round(cost_day * random.uniform(0.9, 1.15));
    resource.currency = "USD";
    resource.organisation = kOrganisations[random.index(kOrganisations.size())];
    resource.available_from =
        base::Date(2020 + static_cast<int>(random.index(6)), static_cast<unsigned>(1 + random.index(12)), 1);
    resource.base = base_of();
    list.push_back(std::move(resource));
  };
  const auto teams = static_cast<std::size_t>(parameters.teams);
  for (std::size_t i = 0; i < teams; ++i) {
    double u = random.uniform();
    std::size_t trade = 0;
    while (trade + 1 < kTrades.size() && (u -= kTrades[trade].share) >= 0) {
      ++trade;
    }
    add(known.teams, fmt::format("T-{:03}", i + 1), kTrades[trade].kind, kTrades[trade].method, kTrades[trade].m2_day,
        kTrades[trade].cost_day);
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(2, teams / 5); ++i) {
    add(known.assets, fmt::format("M-{:03}", i + 1), "flail", Method::mechanical, 8000, 1900);
  }
}

void propose_projects(const Parameters& parameters, std::uint64_t seed, const Settlements& settlements,
                      const LineOfContact& line, mineaction::Snapshot& known) {
  base::Random random = stream(seed, Stream::resources, 1);
  const auto add = [&](const char* kind, std::string name, geo::PlanarGeometry geometry, std::int64_t people) {
    mineaction::Project project;
    project.project_id = fmt::format("PR-{:03}", known.projects.size() + 1);
    project.name = std::move(name);
    project.kind = kind;
    project.people = people;
    project.needed_by =
        base::Date(2027 + static_cast<int>(random.index(4)), static_cast<unsigned>(1 + random.index(12)), 1);
    project.district = district_at(known.districts, geo::centroid(geometry));
    project.geometry = std::move(geometry);
    known.projects.push_back(std::move(project));
  };
  const auto point = [](geo::Xy p) {
    geo::PlanarGeometry geometry;
    geometry.points.push_back(p);
    return geometry;
  };
  // Settlements nearest to the front come first: their people wait.
  std::vector<std::size_t> waiting(settlements.all.size());
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    waiting[i] = i;
  }
  std::stable_sort(waiting.begin(), waiting.end(), [&](std::size_t a, std::size_t b) {
    return to_front_m(line, settlements.all[a].position) < to_front_m(line, settlements.all[b].position);
  });
  const auto wanted = static_cast<std::size_t>(parameters.projects);
  for (std::size_t i = 0; i < waiting.size() && known.projects.size() < wanted; ++i) {
    const Settlement& place = settlements.all[waiting[i]];
    const auto people = rounded_to_ten(static_cast<double>(place.population) * random.uniform(0.3, 0.9));
    switch (i % 5) {
      case 0:
        add("return", fmt::format("Return to {}", place.name), patch(place.position, place.radius_m + 250, random),
            people);
        break;
      case 1:
        add("farmland", fmt::format("Fields of {}", place.name),
            patch({place.position.x + random.normal(0, 900), place.position.y + random.normal(0, 900)}, 450, random),
            people / 2);
        break;
      case 2:
        add("heritage", fmt::format("Old monastery of {}", place.name),
            point({place.position.x + random.normal(0, 600), place.position.y + random.normal(0, 600)}), 0);
        break;
      case 3: {
        const Road& road = settlements.roads[random.index(settlements.roads.size())];
        geo::PlanarGeometry way;
        way.lines.push_back(road.line);
        add("road", fmt::format("Rebuilding of {}", road.name), std::move(way), people);
        break;
      }
      default: {
        const Settlement& other = settlements.all[waiting[(i + 3) % waiting.size()]];
        geo::PlanarGeometry way;
        way.lines.push_back({place.position, other.position});
        add("power", fmt::format("Power line {} - {}", place.name, other.name), std::move(way), people);
      }
    }
  }
}

namespace {

/// Numbers below n, shuffled (Fisher & Yates; Durstenfeld 1964).
std::vector<std::size_t> in_any_order(std::size_t n, base::Random& random) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t left = n; left > 1; --left) {
    std::swap(order[left - 1], order[random.index(left)]);
  }
  return order;
}

}  // namespace

void plan_tasks(std::uint64_t seed, const Hazards& hazards, const Operations& operations, mineaction::Snapshot& known) {
  base::Random random = stream(seed, Stream::resources, 2);
  // In any order but that of the list, whose first ones were drawn round fields that were laid.
  for (const std::size_t number : in_any_order(hazards.all.size(), random)) {
    const SurveyedHazard& hazard = hazards.all[number];
    const bool untouched = std::all_of(hazard.parcels.begin(), hazard.parcels.end(),
                                       [&](std::uint32_t parcel) { return operations.of_parcel[parcel] < 0; });
    const bool confirmed = hazard.record.type == mineaction::HazardType::confirmed;
    if (!untouched || !confirmed || known.teams.empty() || known.tasks.size() >= known.teams.size()) {
      continue;
    }
    mineaction::Task task;
    task.task_id = fmt::format("TK-{:04}", known.tasks.size() + 1);
    task.hazard_id = hazard.record.hazard_id;
    const mineaction::Resource& team = known.teams[known.tasks.size()];
    task.team_id = team.id;
    task.method = team.method;
    task.state = "planned";
    const auto start = kAsOf.first_day() + std::chrono::days(10 + random.index(120));
    task.planned_from = base::Date(start);
    task.planned_to = base::Date(start + std::chrono::days(20 + random.index(90)));
    task.geometry = hazard.record.geometry;
    known.tasks.push_back(std::move(task));
  }
}

}  // namespace firmground::simulate
