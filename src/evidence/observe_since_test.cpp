#include "evidence/observe_since.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <string>

#include "evidence/drawn_statements_testing.h"

namespace firmground::evidence {
namespace {

using mineaction::Date;
using mineaction::Device;
using mineaction::HazardType;
using mineaction::Method;
using mineaction::Outcome;
using mineaction::Snapshot;
using mineaction::SnapshotChange;

constexpr geo::Grid kGrid{50, 0, 200, 200, 200};

mineaction::LandRelease release(const std::string& id, Outcome outcome, Method method, const Date& day,
                                const DrawnSquare& square) {
  mineaction::LandRelease drawn = drawn_release(outcome, method, day, square, kGrid);
  drawn.release_id = id;
  return drawn;
}

mineaction::Find find(const std::string& id, double column, double row, Device device, std::int64_t count = 1) {
  mineaction::Find found;
  found.find_id = id;
  found.found_on = Date(2016, 3, 1);
  found.device = device;
  found.count = count;
  found.position = {kGrid.west_m() + column * kGrid.cell_m, kGrid.north_m() - row * kGrid.cell_m};
  return found;
}

mineaction::Accident accident(const std::string& id, double column, double row) {
  mineaction::Accident met;
  met.accident_id = id;
  met.occurred_on = Date(2017, 5, 1);
  met.device = Device::uxo;
  met.position = {kGrid.west_m() + column * kGrid.cell_m, kGrid.north_m() - row * kGrid.cell_m};
  return met;
}

/// Two areas, each searched in part, with finds, and accidents beside them.
Snapshot drawn_country() {
  Snapshot country;
  country.crs = *geo::Crs::from_epsg(32638);
  country.areas_of_interest.push_back({"all", outline_of({0, 0, 200}, kGrid)});
  country.hazards = {drawn_hazard(HazardType::confirmed, Device::ap_mine, {40, 40, 20}, kGrid),
                     drawn_hazard(HazardType::suspected, Device::uxo, {120, 120, 20}, kGrid)};
  country.hazards[0].reported_on = Date(2012, 1, 1);
  country.hazards[1].reported_on = Date(2014, 1, 1);
  country.land_releases = {release("A", Outcome::cleared, Method::manual, Date(2015, 6, 1), {40, 40, 9}),
                           release("B", Outcome::cleared, Method::manual, Date(2016, 6, 1), {52, 40, 6}),
                           release("C", Outcome::reduced, Method::technical_survey, Date(2016, 7, 1), {120, 120, 8}),
                           release("D", Outcome::cancelled, Method::nts, Date(2017, 7, 1), {130, 130, 8})};
  country.finds = {find("1", 41.5, 41.5, Device::ap_mine, 2), find("2", 45.5, 44.5, Device::ap_mine),
                   find("3", 48.5, 47.2, Device::unknown), find("4", 150.5, 20.5, Device::uxo)};
  country.accidents = {accident("1", 60.5, 60.5), accident("2", 160.5, 160.5)};
  country.hash = "then";
  return country;
}

Observations observed(const Snapshot& snapshot) {
  auto all = observe(snapshot);
  EXPECT_TRUE(all.has_value());
  return std::move(*all);
}

void expect_same(const Observations& since, const Observations& anew) {
  EXPECT_EQ(since.snapshot_hash, anew.snapshot_hash);
  EXPECT_EQ(since.processed, anew.processed);
  for (std::size_t k = 0; k < kOrdnanceClasses.size(); ++k) {
    SCOPED_TRACE(to_string(kOrdnanceClasses[k]));
    ASSERT_EQ(since.searched[k].size(), anew.searched[k].size());
    for (std::size_t i = 0; i < anew.searched[k].size(); ++i) {
      ASSERT_EQ(since.searched[k][i].cell, anew.searched[k][i].cell);
      ASSERT_EQ(since.searched[k][i].found, anew.searched[k][i].found) << since.searched[k][i].cell;
      ASSERT_NEAR(since.searched[k][i].share, anew.searched[k][i].share, 1e-6);
      ASSERT_NEAR(since.searched[k][i].detection, anew.searched[k][i].detection, 1e-6);
    }
    const auto said = [](const Report& r) { return std::tuple(r.cell, r.count, r.year, r.vague); };
    EXPECT_TRUE(std::equal(since.reports[k].begin(), since.reports[k].end(), anew.reports[k].begin(),
                           anew.reports[k].end(),
                           [&](const Report& a, const Report& b) { return said(a) == said(b); }));
    EXPECT_TRUE(std::equal(since.kinds[k].cells.begin(), since.kinds[k].cells.end(), anew.kinds[k].cells.begin(),
                           anew.kinds[k].cells.end(), [](const KindCount& a, const KindCount& b) {
                             return a.cell == b.cell && a.count == b.count;
                           }));
    EXPECT_EQ(since.kinds[k].stated, anew.kinds[k].stated);
    EXPECT_EQ(since.kinds[k].unstated, anew.kinds[k].unstated);
  }
  ASSERT_EQ(since.covariates.size(), anew.covariates.size());
  for (std::size_t c = 0; c < anew.covariates.size(); ++c) {
    EXPECT_EQ(since.covariates[c].name, anew.covariates[c].name);
    for (std::size_t cell = 0; cell < anew.covariates[c].value.size(); ++cell) {
      const float a = since.covariates[c].value[cell];
      const float b = anew.covariates[c].value[cell];
      ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << anew.covariates[c].name << " of cell " << cell;
    }
    if (anew.covariates[c].searched_before) {
      EXPECT_EQ(*since.covariates[c].searched_before, *anew.covariates[c].searched_before);
    }
  }
}

Observations part_of(const Observations& country, const Region& part) {
  Observations result = observations_in(country, part);
  for (const CovariateField& field : country.covariates) {
    result.covariates.push_back(field_in(field, country.grid, part));
    if (field.searched_before) {
      SearchedBefore here{field.searched_before->latest, {}};
      for (const SearchedIn& searched : field.searched_before->cells) {
        if (const auto cell = cell_in(part, country.grid, searched.cell)) {
          here.cells.push_back({*cell, searched.year});
        }
      }
      result.covariates.back().searched_before = std::make_shared<const SearchedBefore>(std::move(here));
    }
  }
  return result;
}

/// What is known of the country outside a part of it.
GroundBeyond beyond(const Observations& country, const Observations& part) {
  GroundBeyond result;
  const auto known = [](const std::vector<float>& values) {
    return std::count_if(values.begin(), values.end(), [](float value) { return !std::isnan(value); });
  };
  for (std::size_t c = 0; c < country.covariates.size(); ++c) {
    if (country.covariates[c].tells_outcome) {
      const ReleasedCells all = released_cells(country.processed, country.covariates[c].value);
      const ReleasedCells here = released_cells(part.processed, part.covariates[c].value);
      result.released = {all.searched - here.searched, all.cleared - here.cleared};
    }
    if (country.covariates[c].statements) {
      result.said = known(country.covariates[c].value) > known(part.covariates[c].value);
    }
  }
  return result;
}

/// All records of both.
SnapshotChange all_of(const Snapshot& before, const Snapshot& now) {
  return {before, now};
}

template <typename Record, typename Alike>
void take_changed(const std::vector<Record>& before, const std::vector<Record>& now, Alike alike,
                  std::vector<Record>& gone, std::vector<Record>& come) {
  const auto among = [&](const std::vector<Record>& list, const Record& one) {
    return std::any_of(list.begin(), list.end(), [&](const Record& other) { return alike(one, other); });
  };
  std::copy_if(before.begin(), before.end(), std::back_inserter(gone), [&](const Record& r) { return !among(now, r); });
  std::copy_if(now.begin(), now.end(), std::back_inserter(come), [&](const Record& r) { return !among(before, r); });
}

/// Only the records that are not the same in both.
SnapshotChange difference(const Snapshot& before, const Snapshot& now) {
  SnapshotChange change;
  change.gone.crs = change.come.crs = now.crs;
  take_changed(
      before.finds, now.finds,
      [](const mineaction::Find& a, const mineaction::Find& b) {
        return a.find_id == b.find_id && a.device == b.device && a.position.x == b.position.x;
      },
      change.gone.finds, change.come.finds);
  take_changed(
      before.accidents, now.accidents,
      [](const mineaction::Accident& a, const mineaction::Accident& b) {
        return a.accident_id == b.accident_id && a.position->x == b.position->x;
      },
      change.gone.accidents, change.come.accidents);
  take_changed(
      before.land_releases, now.land_releases,
      [](const mineaction::LandRelease& a, const mineaction::LandRelease& b) {
        return a.release_id == b.release_id && a.completed_on == b.completed_on && a.outcome == b.outcome &&
               a.geometry == b.geometry;
      },
      change.gone.land_releases, change.come.land_releases);
  return change;
}

/// What covariates say that they were is what they were.
void expect_was(const Observations& since, const Observations& then) {
  for (std::size_t c = 0; c < since.covariates.size(); ++c) {
    for (const auto& [cell, value] : since.covariates[c].was) {
      const float was = then.covariates[c].value[cell];
      EXPECT_TRUE(value == was || (std::isnan(value) && std::isnan(was))) << cell;
      EXPECT_NE(value, since.covariates[c].value[cell]) << cell;
    }
  }
}

/// The same of a part of the country round what changed.
void expect_followed_in_part(const Snapshot& now, const SnapshotChange& change, const Observations& then,
                             const Observations& anew) {
  const auto changed = ground_changed(changed_boxes(change), kGrid);
  if (!changed) {
    return;
  }
  const Region part = grown(*changed, then.grid, 2 * share_searched_reach(then.grid));
  Observations since = part_of(then, part);
  const GroundBeyond rest = beyond(then, since);
  ASSERT_TRUE(observe_since(now, change, changed_boxes(change), {}, since, rest));
  expect_same(since, part_of(anew, part));
  expect_was(since, part_of(then, part));
}

/// What is observed now is what observing all of it anew gives, and some of it was not so before.
void expect_followed(const std::function<void(Snapshot&)>& change, const Snapshot& before = drawn_country()) {
  Snapshot now = before;
  change(now);
  now.hash = "now";
  const Observations anew = observed(now);
  const Observations then = observed(before);
  for (const SnapshotChange& known : {all_of(before, now), difference(before, now)}) {
    Observations since = then;
    ASSERT_TRUE(observe_since(now, known, changed_boxes(known), {}, since));
    expect_same(since, anew);
    expect_was(since, then);
    expect_followed_in_part(now, known, then, anew);
  }
}

TEST(ObserveSince, NothingCameIn) {
  expect_followed([](Snapshot&) {});
}

TEST(ObserveSince, AFindInSearchedGroundBesideItAndFarFromIt) {
  expect_followed([](Snapshot& now) {
    now.finds.push_back(find("5", 42.5, 42.5, Device::av_mine, 3));
    now.finds.push_back(find("6", 49.1, 45.5, Device::uxo));  // five metres off the edge of what was searched
    now.finds.push_back(find("7", 100.5, 100.5, Device::unknown));
  });
}

TEST(ObserveSince, AFindSomeMetresOffTheEdgeOfTheCountryCountsToWhatWasSearchedThere) {
  expect_followed([](Snapshot& now) {
    now.land_releases.push_back(release("E", Outcome::cleared, Method::manual, Date(2018, 1, 1), {0, 90, 6}));
    now.finds.push_back(find("5", -0.1, 92.5, Device::ap_mine));
  });
}

TEST(ObserveSince, WhereNobodyDrewTheCountryWhatComesInMaySayWhereItIs) {
  Snapshot before = drawn_country();
  before.areas_of_interest.clear();
  Snapshot now = before;
  now.finds.push_back(find("5", 250.5, 92.5, Device::ap_mine));
  Observations observations = observed(before);
  EXPECT_FALSE(observe_since(now, all_of(before, now), changed_boxes(all_of(before, now)), {}, observations));
}

TEST(ObserveSince, AFindIsWithdrawnMovedAndSaysSomethingElse) {
  expect_followed([](Snapshot& now) {
    now.finds[0].position = {now.finds[0].position.x + 150, now.finds[0].position.y};
    now.finds[1].device = Device::submunition;
    now.finds.pop_back();
  });
}

TEST(ObserveSince, AnAccidentComesAndOneGoes) {
  expect_followed([](Snapshot& now) {
    now.accidents[0] = accident("1", 10.5, 10.5);
    now.accidents.push_back(accident("3", 60.5, 60.5));
  });
}

TEST(ObserveSince, ReleasesComeGrowAndGo) {
  expect_followed([](Snapshot& now) {
    now.land_releases[0] = release("A", Outcome::cleared, Method::manual, Date(2015, 6, 1), {40, 40, 12});
    now.land_releases.erase(now.land_releases.begin() + 1);
    now.land_releases.push_back(release("E", Outcome::reduced, Method::mechanical, Date(2018, 1, 1), {146, 16, 9}));
  });
}

TEST(ObserveSince, ASearchTakesInWhatWasReportedThere) {
  expect_followed([](Snapshot& now) {
    now.land_releases.push_back(release("E", Outcome::cleared, Method::manual, Date(2018, 1, 1), {57, 57, 8}));
  });
}

TEST(ObserveSince, ACancellationComesAndOneIsWithdrawn) {
  expect_followed([](Snapshot& now) {
    now.land_releases.pop_back();
    now.land_releases.push_back(release("F", Outcome::cancelled, Method::nts, Date(2018, 1, 1), {122, 126, 6}));
  });
}

TEST(ObserveSince, GroundIsSearchedBeforeTheLastConfirmedAreaWasReported) {
  expect_followed([](Snapshot& now) {
    now.land_releases.push_back(release("E", Outcome::cleared, Method::manual, Date(2011, 1, 1), {70, 70, 4}));
  });
}

/// And an area confirmed earlier, ground searched between the two beside it, and ground searched far from both.
Snapshot long_searched_country() {
  Snapshot country = drawn_country();
  country.hazards.insert(country.hazards.begin() + 1,
                         drawn_hazard(HazardType::confirmed, Device::ap_mine, {74, 70, 4}, kGrid));
  country.hazards[1].reported_on = Date(2008, 1, 1);
  country.land_releases.push_back(release("E", Outcome::cleared, Method::manual, Date(2011, 1, 1), {62, 40, 6}));
  country.land_releases.push_back(release("F", Outcome::reduced, Method::manual, Date(2012, 1, 1), {70, 70, 4}));
  country.land_releases.push_back(release("G", Outcome::cleared, Method::manual, Date(2007, 1, 1), {190, 190, 6}));
  return country;
}

void search_again(Snapshot& country) {
  country.land_releases.push_back(release("H", Outcome::cleared, Method::manual, Date(2018, 1, 1), {66, 42, 8}));
  country.land_releases.push_back(release("I", Outcome::cleared, Method::manual, Date(2010, 1, 1), {80, 70, 4}));
  country.land_releases[5].completed_on = Date(2007, 1, 1);
  country.land_releases[6].completed_on = Date(2019, 1, 1);
}

const CovariateField& distance_to_confirmed(const Observations& observations) {
  return *std::find_if(observations.covariates.begin(), observations.covariates.end(),
                       [](const CovariateField& field) { return field.searched_before != nullptr; });
}

TEST(ObserveSince, GroundSearchedBeforeAConfirmedAreaWasReportedIsSearchedAgain) {
  expect_followed(search_again, long_searched_country());
}

TEST(ObserveSince, DistancesToConfirmedAreasThatWereOthersAreThoseOfMeasuringAllAgain) {
  const Snapshot before = long_searched_country();
  Snapshot now = before;
  search_again(now);
  const Observations then = observed(before);
  const Observations anew = observed(now);
  Observations since = then;
  ASSERT_TRUE(observe_since(now, all_of(before, now), changed_boxes(all_of(before, now)), {}, since));
  const CovariateField& distance = distance_to_confirmed(since);
  EXPECT_EQ(distance.was.size(), 8U + 16U + 36U)
      << "of H where it lies on E, of F, which nearer areas came after, and G";
  const auto measured = covariates_since(then.covariates, covariates_of_searches(now, anew.grid, anew.processed, {}),
                                         now, anew.grid, anew.processed, {});
  const auto again = std::find_if(measured.begin(), measured.end(),
                                  [](const CovariateField& field) { return field.searched_before != nullptr; });
  ASSERT_NE(again, measured.end());
  EXPECT_EQ(*again->searched_before, *distance.searched_before);
  ASSERT_EQ(again->was.size(), distance.was.size());
  for (std::size_t k = 0; k < distance.was.size(); ++k) {
    EXPECT_EQ(again->was[k].first, distance.was[k].first);
  }
}

TEST(ObserveSince, IsLeftToObservingAnewWhereACovariateIsMeasuredOtherwise) {
  const Snapshot before = drawn_country();
  const auto since = [&](const std::function<void(Snapshot&)>& change) {
    Snapshot now = before;
    change(now);
    Observations observations = observed(before);
    return observe_since(now, all_of(before, now), changed_boxes(all_of(before, now)), {}, observations);
  };
  EXPECT_FALSE(since([](Snapshot& now) {
    std::erase_if(now.land_releases, [](const auto& r) { return r.release_id == "C"; });
  })) << "all of what was searched was cleared then";
  EXPECT_FALSE(since([](Snapshot& now) { now.land_releases[2].outcome = Outcome::cleared; }))
      << "nor is any reduced now, on the same ground";
  EXPECT_FALSE(since([](Snapshot& now) {
    now.land_releases.push_back(release("E", Outcome::cleared, Method::manual, Date(2018, 1, 1), {100, 0, 90}));
  })) << "much of the country";
}

}  // namespace
}  // namespace firmground::evidence
