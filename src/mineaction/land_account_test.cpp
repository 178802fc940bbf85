#include "mineaction/land_account.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>
#include <sstream>

#include "base/parallel.h"
#include "base/random.h"
#include "geo/area.h"
#include "geo/overlay.h"
#include "mineaction/land_breakdown.h"

namespace firmground::mineaction {
namespace {

using geo::PlanarGeometry;
using geo::Xy;

constexpr double kCell = 50;
// The south-west corner of all drawn ground: UTM 39N on its central meridian, where a cell of 2,500 m2 on the map is
// this on the ground.
constexpr double kWest = 500'000;
constexpr double kSouth = 4'401'000;

Date on(const char* text) {
  return Date::parse(text).value();
}

PlanarGeometry rectangle(double x0, double y0, double x1, double y1) {
  PlanarGeometry geometry;
  geometry.polygons.push_back(
      {{{kWest + x0, kSouth + y0}, {kWest + x1, kSouth + y0}, {kWest + x1, kSouth + y1}, {kWest + x0, kSouth + y1}},
       {}});
  return geometry;
}

double ground(const PlanarGeometry& geometry, const Snapshot& snapshot) {
  return geo::ellipsoidal_area_m2(geometry, *snapshot.crs);
}

Snapshot empty_world() {
  Snapshot snapshot;
  snapshot.crs = geo::Crs::from_epsg(32639).value();
  snapshot.as_of = on("2026-01-01");
  return snapshot;
}

HazardousArea& add_hazard(Snapshot& world, std::string id, PlanarGeometry geometry,
                          HazardType type = HazardType::suspected) {
  HazardousArea& hazard = world.hazards.emplace_back();
  hazard.hazard_id = std::move(id);
  hazard.type = type;
  hazard.geometry = std::move(geometry);
  return hazard;
}

LandRelease& add_release(Snapshot& world, std::string id, Outcome outcome, const char* day, PlanarGeometry geometry,
                         Method method = Method::manual) {
  LandRelease& release = world.land_releases.emplace_back();
  release.release_id = std::move(id);
  release.outcome = outcome;
  release.method = method;
  release.completed_on = on(day);
  release.geometry = std::move(geometry);
  return release;
}

// The cells of a drawing whose letter is one of `letters`, each row as runs of neighbouring cells; rows that touch are
// united, so that the ground is one valid polygon or several.
PlanarGeometry drawn(const std::string& drawing, const std::string& letters) {
  std::vector<std::string> rows;
  std::istringstream lines(drawing);
  for (std::string line; std::getline(lines, line);) {
    line.erase(0, line.find_first_not_of(' '));
    line.erase(std::min(line.find("   "), line.size()));  // what stands right of the drawing explains it
    std::erase(line, ' ');
    if (!line.empty()) {
      rows.push_back(line);
    }
  }
  std::vector<PlanarGeometry> cells;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < rows[row].size(); ++column) {
      if (letters.find(rows[row][column]) != std::string::npos) {
        const double x = static_cast<double>(column) * kCell;
        const double y = static_cast<double>(rows.size() - 1 - row) * kCell;
        cells.push_back(rectangle(x, y, x + kCell, y + kCell));
      }
    }
  }
  std::vector<const PlanarGeometry*> all;
  all.reserve(cells.size());
  for (const PlanarGeometry& cell : cells) {
    all.push_back(&cell);
  }
  return geo::union_all(all).value();
}

// A number of cells of drawn ground, on the ellipsoid.
double cells(double count) {
  static const double kScale = geo::area_scale({kWest + 200, kSouth + 200}, geo::Crs::from_epsg(32639).value());
  return count * kCell * kCell * kScale;
}

constexpr double kSquareMetre = 0.5;  // half of one: sums are compared as whole square metres

void expect_conserved(const LandAccount& a) {
  EXPECT_NEAR(a.opening_m2 + a.new_m2,
              a.cancelled_m2 + a.reduced_m2 + a.cleared_m2 + a.remaining_suspected_m2 + a.remaining_confirmed_m2, 1e-3);
  EXPECT_NEAR(a.cancelled_m2 + a.reduced_m2 + a.cleared_m2 + a.cleared_outside_m2,
              a.all_cancelled_m2 + a.all_reduced_m2 + a.all_cleared_m2, 1e-3);
  double by_method = 0;
  for (const auto& [method, m2] : a.released_by_method_m2) {
    by_method += m2;
  }
  double by_year = 0;
  for (const auto& [year, outcomes] : a.by_year_m2) {
    for (const auto& [outcome, m2] : outcomes) {
      by_year += m2;
    }
  }
  double by_district = 0;
  for (const auto& [district, states] : a.by_district_m2) {
    for (const auto& [state, m2] : states) {
      by_district += m2;
    }
  }
  double pieces = 0;
  for (const LandPiece& piece : a.pieces) {
    pieces += piece.area_m2;
  }
  const double released = a.all_cancelled_m2 + a.all_reduced_m2 + a.all_cleared_m2;
  EXPECT_NEAR(by_method, released, 1e-3);
  EXPECT_NEAR(by_year, released, 1e-3);
  EXPECT_NEAR(by_district, pieces, 1e-3);
  EXPECT_NEAR(pieces, released + a.remaining_suspected_m2 + a.remaining_confirmed_m2, 1e-3);
}

TEST(LandAccount, ClearedGroundLeavesTheHazardAndTheRestRemains) {
  const std::string map = R"(
      . H H c .      H  confirmed hazardous area HA-1        one letter = 50 m
      . H H c .      c  part of HA-1, cleared by T-7 on 2024-05-02  )";
  Snapshot world = empty_world();
  add_hazard(world, "HA-1", drawn(map, "Hc"), HazardType::confirmed);
  add_release(world, "T-7", Outcome::cleared, "2024-05-02", drawn(map, "c"));
  const LandAccount now = account(world).value();
  EXPECT_NEAR(now.remaining_confirmed_m2, cells(4), kSquareMetre);
  EXPECT_NEAR(now.cleared_m2, cells(2), kSquareMetre);
  EXPECT_NEAR(now.new_m2, cells(6), kSquareMetre);
  EXPECT_EQ(now.opening_m2, 0);
  expect_conserved(now);
  const LandAccount before = account(world, {.from = {}, .until = on("2024-05-01"), .district = {}}).value();
  EXPECT_NEAR(before.remaining_confirmed_m2, cells(6), kSquareMetre);
  EXPECT_EQ(before.cleared_m2, 0);
}

TEST(LandAccount, TheStrongestReleaseCountsOnceWhereSeveralOverlap) {
  const std::string map = R"(
      n n b b . .
      n n a a t t
      . . a a t t )";
  Snapshot world = empty_world();
  add_hazard(world, "HA-1", rectangle(0, 0, 300, 150));
  add_release(world, "N-1", Outcome::cancelled, "2020-01-01", drawn(map, "nb"), Method::nts);
  add_release(world, "T-1", Outcome::reduced, "2021-01-01", drawn(map, "at"), Method::technical_survey);
  add_release(world, "C-1", Outcome::cleared, "2022-01-01", drawn(map, "ab"), Method::mechanical);
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.cleared_m2, cells(6), kSquareMetre);
  EXPECT_NEAR(a.reduced_m2, cells(4), kSquareMetre);
  EXPECT_NEAR(a.cancelled_m2, cells(4), kSquareMetre);
  EXPECT_NEAR(a.double_claimed_m2, cells(6), kSquareMetre);
  EXPECT_NEAR(a.remaining_suspected_m2, cells(18 - 14), kSquareMetre);
  EXPECT_NEAR(a.released_by_method_m2.at("mechanical"), cells(6), kSquareMetre);
  EXPECT_NEAR(a.by_year_m2.at(2020).at("cancelled"), cells(4), kSquareMetre);
  expect_conserved(a);
}

TEST(LandAccount, OfTwoEqualReleasesTheEarlierReportDecides) {
  Snapshot world = empty_world();
  add_hazard(world, "HA-1", rectangle(0, 0, 100, 100));
  add_release(world, "A", Outcome::cleared, "2023-01-01", rectangle(0, 0, 100, 100), Method::manual);
  add_release(world, "B", Outcome::cleared, "2021-01-01", rectangle(0, 0, 100, 100), Method::animal);
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.released_by_method_m2.at("animal"), cells(4), kSquareMetre);
  EXPECT_EQ(a.released_by_method_m2.count("manual"), 0U);
  EXPECT_NEAR(a.double_claimed_m2, cells(4), kSquareMetre);
}

TEST(LandAccount, WhereAConfirmedAndASuspectedAreaOverlapTheConfirmedOneCounts) {
  Snapshot world = empty_world();
  add_hazard(world, "HA-1", rectangle(0, 0, 100, 100), HazardType::suspected);
  add_hazard(world, "HA-2", rectangle(50, 0, 150, 100), HazardType::confirmed);
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.remaining_suspected_m2, cells(2), kSquareMetre);
  EXPECT_NEAR(a.remaining_confirmed_m2, cells(4), kSquareMetre);
  expect_conserved(a);
}

TEST(LandAccount, GroundReleasedOutsideAnyHazardIsKeptApart) {
  Snapshot world = empty_world();
  add_hazard(world, "HA-1", rectangle(0, 0, 100, 100));
  add_release(world, "C-1", Outcome::cleared, "2022-01-01", rectangle(50, 0, 200, 100));
  add_release(world, "N-1", Outcome::cancelled, "2022-01-01", rectangle(300, 0, 400, 50));
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.cleared_m2, cells(2), kSquareMetre);
  EXPECT_NEAR(a.cleared_outside_m2, cells(4 + 2), kSquareMetre);
  EXPECT_NEAR(a.all_cleared_m2, cells(6), kSquareMetre);
  EXPECT_NEAR(a.all_cancelled_m2, cells(2), kSquareMetre);
  EXPECT_EQ(a.cancelled_m2, 0);
  expect_conserved(a);
}

TEST(LandAccount, AHoleInAHazardIsNoHazard) {
  Snapshot world = empty_world();
  const std::string map = R"(
      H H H
      H . H
      H H H )";
  add_hazard(world, "HA-1", drawn(map, "H"));
  add_release(world, "C-1", Outcome::cleared, "2022-01-01",
              rectangle(50, 50, 100, 150));  // the hole, and the cell north of it
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.remaining_suspected_m2, cells(7), kSquareMetre);
  EXPECT_NEAR(a.cleared_m2, cells(1), kSquareMetre);
  EXPECT_NEAR(a.cleared_outside_m2, cells(1), kSquareMetre);
  expect_conserved(a);
}

TEST(LandAccount, TheSameOutlineReportedTwiceIsOneArea) {
  Snapshot world = empty_world();
  for (const char* id : {"HA-1", "HA-2", "HA-3"}) {
    add_hazard(world, id, rectangle(0, 0, 100, 100));
  }
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.remaining_suspected_m2, cells(4), kSquareMetre);
  ASSERT_EQ(a.pieces.size(), 1U);
  EXPECT_EQ(world.hazards[static_cast<std::size_t>(a.pieces[0].hazard)].hazard_id, "HA-1");
}

TEST(LandAccount, NoRecordsGiveAnAccountOfNothingAndNotAnError) {
  const LandAccount a = account(empty_world()).value();
  EXPECT_EQ(a.new_m2, 0);
  EXPECT_TRUE(a.pieces.empty());
  EXPECT_THAT(a.stamp, testing::HasSubstr("\"product\":\"land-account\""));
}

TEST(LandAccount, AreasWithoutPolygonAreCountedByNameAndNotAsZeroGround) {
  Snapshot world = empty_world();
  PlanarGeometry point;
  point.points = {{kWest, kSouth}};
  add_hazard(world, "HA-1", point).declared_area_m2 = 700;
  add_hazard(world, "HA-2", {});
  add_hazard(world, "HA-3", rectangle(0, 0, 50, 50));
  add_release(world, "T-1", Outcome::cleared, "2022-01-01", point);
  const LandAccount a = account(world).value();
  EXPECT_EQ(a.hazards_without_polygon, 2);
  EXPECT_EQ(a.declared_without_polygon_m2, 700);
  EXPECT_EQ(a.releases_without_polygon, 1);
  EXPECT_THAT(a.notes, testing::ElementsAre(testing::HasSubstr("HA-1, HA-2"), testing::HasSubstr("T-1")));
  EXPECT_NEAR(a.remaining_suspected_m2, cells(1), kSquareMetre);
}

TEST(LandAccount, ARingThatCrossesItselfIsCountedAndNamed) {
  Snapshot world = empty_world();
  PlanarGeometry bow_tie;
  bow_tie.polygons.push_back(
      {{{kWest, kSouth}, {kWest + 100, kSouth + 100}, {kWest + 100, kSouth}, {kWest, kSouth + 100}}, {}});
  add_hazard(world, "HA-BAD", bow_tie);
  add_release(world, "T-1", Outcome::cleared, "2022-01-01", rectangle(0, 0, 50, 100));
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.remaining_suspected_m2, cells(1), kSquareMetre);  // the eastern lobe
  EXPECT_NEAR(a.cleared_m2, cells(1), kSquareMetre);
  EXPECT_NEAR(a.cleared_outside_m2, cells(1), kSquareMetre);  // the western half of the square, less the western lobe
  EXPECT_THAT(a.notes, testing::ElementsAre(
                           testing::AllOf(testing::HasSubstr("HA-BAD"), testing::HasSubstr("Self-intersection"))));
  expect_conserved(a);
}

TEST(LandAccount, GroundThatARingRunsRoundTwiceStaysHazardous) {
  Snapshot world = empty_world();
  PlanarGeometry twice;  // a 100 m square and in it a 50 m square, drawn in one line with the same turn
  twice.polygons.push_back({{{kWest, kSouth},
                             {kWest + 100, kSouth},
                             {kWest + 100, kSouth + 100},
                             {kWest, kSouth + 100},
                             {kWest, kSouth},
                             {kWest + 50, kSouth},
                             {kWest + 50, kSouth + 50},
                             {kWest, kSouth + 50}},
                            {}});
  add_hazard(world, "HA-1", twice);
  const LandAccount a = account(world).value();
  EXPECT_NEAR(a.remaining_suspected_m2, cells(4), kSquareMetre);
  EXPECT_EQ(a.notes.size(), 1U);
}

TEST(LandAccount, RingsWithoutGroundNeitherCrashNorVanishUnsaid) {
  Snapshot world = empty_world();
  PlanarGeometry flat;
  flat.polygons.push_back({{{kWest, kSouth}, {kWest + 100, kSouth}, {kWest + 50, kSouth}}, {}});
  add_hazard(world, "HA-FLAT", flat);
  PlanarGeometry two_corners;
  two_corners.polygons.push_back({{{kWest, kSouth}, {kWest + 100, kSouth}}, {}});
  add_hazard(world, "HA-TWO", two_corners);
  PlanarGeometry nowhere = rectangle(0, 0, 50, 50);
  nowhere.polygons[0].outer[0].x = std::nan("");
  add_hazard(world, "HA-NAN", nowhere);
  const LandAccount a = account(world).value();
  EXPECT_EQ(a.new_m2, 0);
  EXPECT_EQ(a.hazards_without_polygon, 2);
  EXPECT_THAT(a.notes, testing::ElementsAre(testing::HasSubstr("HA-NAN, HA-TWO"), testing::HasSubstr("HA-FLAT")));
}

TEST(LandAccount, GroundThatTwoReportsClaimNamesBothAndIsProcessedTwice) {
  const std::string map = R"(
      m m b b r r      m  cleared by M-1; b  claimed by M-1 and D-1; r  cleared by D-1, which reports 80 % coverage
      m m b b r r )";
  Snapshot world = empty_world();
  add_hazard(world, "HA-1", rectangle(0, 0, 300, 100), HazardType::confirmed);
  add_release(world, "M-1", Outcome::cleared, "2022-01-01", drawn(map, "mb"), Method::manual).organisation = "North";
  add_release(world, "D-1", Outcome::cleared, "2023-01-01", drawn(map, "br"), Method::animal).coverage = 0.8;
  add_release(world, "N-1", Outcome::cancelled, "2021-01-01", drawn(map, "r"), Method::nts);
  const LandAccount a = account(world).value();
  ASSERT_EQ(a.double_claims.size(), 2U);
  EXPECT_EQ(a.double_claims[0].release_a, "M-1");  // the earlier decides
  EXPECT_EQ(a.double_claims[0].release_b, "D-1");
  EXPECT_NEAR(a.double_claims[0].area_m2, cells(4), kSquareMetre);
  EXPECT_EQ(a.double_claims[1].release_b, "N-1");
  EXPECT_NEAR(a.processed.total_m2, cells(8 + 8), kSquareMetre);
  EXPECT_NEAR(a.processed.searched_m2, cells(0.8 * 8), kSquareMetre);
  EXPECT_NEAR(a.processed.coverage_unknown_m2, cells(8), kSquareMetre);
  EXPECT_EQ(a.processed.by_method_m2.count("nts"), 0U);
  EXPECT_NEAR(a.processed.by_organisation_m2.at("North"), cells(8), kSquareMetre);
  EXPECT_NEAR(a.processed.by_organisation_m2.at("(not recorded)"), cells(8), kSquareMetre);
  expect_conserved(a);
}

TEST(LandAccount, PartsByOperatorMethodOrdnanceAndHazardAreConservedAndAddUp) {
  const std::string map = R"(
      A a b B
      A a b B
      . c d . )";
  Snapshot world = empty_world();
  add_hazard(world, "HA-1", drawn(map, "Aa"), HazardType::confirmed).device = Device::ap_mine;
  add_hazard(world, "HA-2", drawn(map, "Bb")).device = Device::uxo;
  add_release(world, "R-1", Outcome::cleared, "2022-01-01", drawn(map, "abc"), Method::manual).organisation = "North";
  add_release(world, "R-2", Outcome::reduced, "2023-01-01", drawn(map, "bd"), Method::animal).organisation = "South";
  const LandAccount whole = account(world).value();
  const auto part = [&](auto set) {
    AccountOptions asked;
    set(asked);
    LandAccount a = account(world, asked).value();
    expect_conserved(a);
    return a;
  };
  const LandAccount north = part([](AccountOptions& o) { o.organisation = "North"; });
  EXPECT_NEAR(north.cleared_m2, cells(4), kSquareMetre);
  EXPECT_NEAR(north.cleared_outside_m2, cells(1), kSquareMetre);
  EXPECT_EQ(north.remaining_suspected_m2 + north.remaining_confirmed_m2, 0);
  EXPECT_NEAR(part([](AccountOptions& o) { o.method = Method::animal; }).cleared_outside_m2, cells(1), kSquareMetre);
  const LandAccount mines = part([](AccountOptions& o) { o.device = Device::ap_mine; });
  EXPECT_NEAR(mines.remaining_confirmed_m2, cells(2), kSquareMetre);
  EXPECT_EQ(mines.cleared_outside_m2, 0);
  EXPECT_NEAR(part([](AccountOptions& o) { o.hazard = "HA-2"; }).new_m2, cells(4), kSquareMetre);
  const auto rows = break_down(world, whole, {AccountKey::organisation, AccountKey::type});
  double cleared = 0;
  double remaining = 0;
  for (const AccountRow& row : rows) {
    cleared += row.cleared_m2;
    remaining += row.remaining_suspected_m2 + row.remaining_confirmed_m2;
  }
  EXPECT_NEAR(cleared, whole.cleared_m2, 1e-6);
  EXPECT_NEAR(remaining, whole.remaining_suspected_m2 + whole.remaining_confirmed_m2, 1e-6);
  EXPECT_THAT(rows.front().keys, testing::ElementsAre("(not released)", "CHA"));
}

TEST(LandAccount, ANameThatNoRecordHasIsRefusedWithThoseThatThereAre) {
  Snapshot world = empty_world();
  add_release(world, "R-1", Outcome::cleared, "2022-01-01", rectangle(0, 0, 50, 50)).organisation = "North";
  AccountOptions asked;
  asked.organisation = "north";
  const auto refused = account(world, asked);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "account.value_unknown");
  EXPECT_THAT(refused.error().remedy, testing::HasSubstr("North"));
}

TEST(LandAccount, AShareOfTheBaselineNamesItsPartsItsBaselineAndItsDate) {
  Snapshot world = empty_world();
  world.baselines = {{"Old", on("2020-01-01"), 1, "survey"}, {"New", on("2025-01-01"), 2, "survey"}};
  add_release(world, "R-1", Outcome::cleared, "2022-01-01", rectangle(0, 0, 50, 50));
  const LandAccount then = account(world, {.from = {}, .until = on("2024"), .district = {}}).value();
  ASSERT_EQ(then.shares.size(), 2U);
  EXPECT_EQ(then.baseline->name, "Old");
  EXPECT_NEAR(then.shares[0].share, cells(1) / 10'000, 1e-9);
  EXPECT_EQ(then.shares[0].denominator_m2, 10'000);
  EXPECT_EQ(account(world).value().baseline->name, "New");
}

// --- periods

class Period : public testing::Test {
 protected:
  // Three cells of an old area, one of them cleared before the year and one in it; a new area of two cells, one
  // cleared.
  Period() {
    add_hazard(world_, "OLD", rectangle(0, 0, 150, 50)).reported_on = on("2020");
    add_hazard(world_, "NEW", rectangle(0, 100, 100, 150)).reported_on = on("2024-03-01");
    add_release(world_, "C-2023", Outcome::cleared, "2023-12-31", rectangle(0, 0, 50, 50));
    add_release(world_, "C-2024", Outcome::cleared, "2024-01-01", rectangle(50, 0, 100, 50));
    add_release(world_, "R-2024", Outcome::reduced, "2024-12-31", rectangle(0, 100, 50, 150));
    add_release(world_, "C-2025", Outcome::cleared, "2025-01-01", rectangle(50, 100, 100, 150));
  }
  LandAccount of(const char* from, const char* until) {
    return account(world_, {.from = on(from), .until = on(until), .district = {}}).value();
  }
  Snapshot world_ = empty_world();
};

TEST_F(Period, OpeningIsWhatWasKnownAndNotReleasedWhenTheFirstDayBegan) {
  const LandAccount a = of("2024", "2024");
  EXPECT_NEAR(a.opening_m2, cells(2), kSquareMetre);
  EXPECT_NEAR(a.new_m2, cells(2), kSquareMetre);
  EXPECT_NEAR(a.cleared_m2, cells(1), kSquareMetre);
  EXPECT_NEAR(a.reduced_m2, cells(1), kSquareMetre);
  EXPECT_NEAR(a.remaining_suspected_m2, cells(2), kSquareMetre);
  expect_conserved(a);
}

TEST_F(Period, WhatRemainsAtTheEndOfAYearOpensTheNext) {
  const LandAccount y2023 = of("2023-01-01", "2023-12-31");
  const LandAccount y2024 = of("2024-01-01", "2024-12-31");
  const LandAccount y2025 = of("2025-01-01", "2025-12-31");
  EXPECT_NEAR(y2023.remaining_suspected_m2, y2024.opening_m2, 1e-3);
  EXPECT_NEAR(y2024.remaining_suspected_m2, y2025.opening_m2, 1e-3);
  const LandAccount all = account(world_).value();
  EXPECT_NEAR(y2023.cleared_m2 + y2024.cleared_m2 + y2025.cleared_m2, all.cleared_m2, 1e-3);
  EXPECT_NEAR(y2025.remaining_suspected_m2, all.remaining_suspected_m2, 1e-3);
}

TEST_F(Period, AreasWithoutADateWereAlwaysKnown) {
  world_.hazards[1].reported_on.reset();
  EXPECT_NEAR(of("2024", "2024").opening_m2, cells(4), kSquareMetre);
}

TEST_F(Period, GroundReleasedBeforeIsNotReleasedAgainButAnUpgradeIsTold) {
  world_.land_releases.clear();
  add_release(world_, "N-1", Outcome::cancelled, "2022-01-01", rectangle(0, 0, 150, 50));
  add_release(world_, "C-1", Outcome::cleared, "2024-06-01", rectangle(0, 0, 50, 50));
  const LandAccount a = of("2024", "2024");
  EXPECT_EQ(a.opening_m2, 0);
  EXPECT_EQ(a.cleared_m2, 0);
  EXPECT_NEAR(a.upgraded_m2, cells(1), kSquareMetre);
  EXPECT_NEAR(a.remaining_suspected_m2, cells(2), kSquareMetre);  // NEW
  expect_conserved(a);
  EXPECT_NEAR(account(world_).value().cleared_m2, cells(1), kSquareMetre);
}

TEST_F(Period, AReleaseOlderThanTheReportOfItsHazardIsSaid) {
  add_release(world_, "C-2000", Outcome::cleared, "2000-01-01", rectangle(0, 100, 100, 150));
  const LandAccount a = account(world_, {.from = {}, .until = on("2024-03-02"), .district = {}}).value();
  EXPECT_NEAR(a.released_before_known_m2, cells(2), kSquareMetre);
  EXPECT_THAT(a.notes, testing::ElementsAre(testing::HasSubstr("older than the report of their hazard")));
}

// --- districts

class Districts : public testing::Test {
 protected:
  Districts() {
    world_.districts = {{"AZ-1", "West", rectangle(-500, -500, 75, 1000)},
                        {"AZ-2", "East", rectangle(75, -500, 1000, 1000)}};
    add_hazard(world_, "HA-1", rectangle(0, 0, 150, 100)).district = "East";  // the column is not asked
    add_release(world_, "C-1", Outcome::cleared, "2022-01-01", rectangle(50, 0, 100, 100));
    add_hazard(world_, "HA-2", rectangle(2000, 0, 2050, 50));
  }
  Snapshot world_ = empty_world();
};

TEST_F(Districts, BordersCutTheGroundAndWhatLiesInNoneIsListedSo) {
  const LandAccount a = account(world_).value();
  EXPECT_NEAR(a.by_district_m2.at("West").at("remaining_suspected"), cells(2), kSquareMetre);
  EXPECT_NEAR(a.by_district_m2.at("West").at("cleared"), cells(1), kSquareMetre);
  EXPECT_NEAR(a.by_district_m2.at("East").at("remaining_suspected"), cells(2), kSquareMetre);
  EXPECT_NEAR(a.by_district_m2.at("East").at("cleared"), cells(1), kSquareMetre);
  EXPECT_NEAR(a.by_district_m2.at("(no district)").at("remaining_suspected"), cells(1), kSquareMetre);
  expect_conserved(a);
}

TEST_F(Districts, OneDistrictIsAskedByIdOrName) {
  for (const char* wanted : {"AZ-1", "West"}) {
    const LandAccount a = account(world_, {.from = {}, .until = {}, .district = wanted}).value();
    EXPECT_NEAR(a.new_m2, cells(3), kSquareMetre);
    EXPECT_NEAR(a.cleared_m2, cells(1), kSquareMetre);
    EXPECT_EQ(a.by_district_m2.size(), 1U);
    expect_conserved(a);
  }
}

TEST_F(Districts, AnUnknownDistrictIsRefusedWithTheKnownOnes) {
  const auto refused = account(world_, {.from = {}, .until = {}, .district = "North"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "account.district_unknown");
  EXPECT_THAT(refused.error().remedy, testing::HasSubstr("West, East"));
}

TEST_F(Districts, WhereDistrictsOverlapEachSquareMetreGoesToOne) {
  world_.districts.push_back({"AZ-3", "Disputed", rectangle(-100, -100, 120, 1000)});
  const LandAccount a = account(world_).value();
  EXPECT_EQ(a.by_district_m2.count("Disputed"), 0U);
  expect_conserved(a);
}

// --- random ground against arithmetic that shares nothing with the overlay

struct CellTruth {
  double opening = 0, fresh = 0, cancelled = 0, reduced = 0, cleared = 0, suspected = 0, confirmed = 0, outside = 0,
         twice = 0;
};

// Every record is a rectangle of whole cells: each cell is counted by looking at every record.
struct CellRecord {
  bool hazard;
  bool confirmed;
  Outcome outcome;
  Date day;
  int x0, y0, x1, y1;
  bool has(int x, int y) const { return x >= x0 && x < x1 && y >= y0 && y < y1; }
};

CellTruth count_cells(const std::vector<CellRecord>& records, int size, const std::optional<Date>& from) {
  CellTruth truth;
  for (int x = 0; x < size; ++x) {
    for (int y = 0; y < size; ++y) {
      bool hazard = false;
      bool confirmed = false;
      bool known_before = false;
      bool released_before = false;
      int strongest = -1;
      int releases = 0;
      for (const CellRecord& r : records) {
        if (!r.has(x, y)) {
          continue;
        }
        if (r.hazard) {
          hazard = true;
          confirmed |= r.confirmed;
          known_before |= from && r.day < *from;
        } else {
          ++releases;
          strongest = std::max(strongest, static_cast<int>(r.outcome));
          released_before |= from && r.day < *from;
        }
      }
      if (released_before) {
        continue;
      }
      truth.twice += releases >= 2;
      truth.outside += !hazard && releases > 0;
      if (hazard) {
        (known_before ? truth.opening : truth.fresh) += 1;
        truth.cancelled += strongest == 0;
        truth.reduced += strongest == 1;
        truth.cleared += strongest == 2;
        truth.confirmed += strongest < 0 && confirmed;
        truth.suspected += strongest < 0 && !confirmed;
      }
    }
  }
  return truth;
}

TEST(LandAccountOnRandomGround, AgreesWithCountingEveryCellByHand) {
  constexpr int kSize = 14;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    base::Random random(seed);
    Snapshot world = empty_world();
    std::vector<CellRecord> records;
    for (std::size_t i = 0; i < 2 + random.index(24); ++i) {
      CellRecord r{random.chance(0.5),
                   random.chance(0.5),
                   static_cast<Outcome>(random.index(3)),
                   Date(2020 + static_cast<int>(random.index(5)), 6, 15),
                   static_cast<int>(random.index(kSize - 1)),
                   static_cast<int>(random.index(kSize - 1)),
                   0,
                   0};
      r.x1 = r.x0 + 1 + static_cast<int>(random.index(static_cast<std::size_t>(kSize - r.x0)));
      r.y1 = r.y0 + 1 + static_cast<int>(random.index(static_cast<std::size_t>(kSize - r.y0)));
      records.push_back(r);
      const PlanarGeometry area = rectangle(r.x0 * kCell, r.y0 * kCell, r.x1 * kCell, r.y1 * kCell);
      if (r.hazard) {
        add_hazard(world, fmt::format("H{:02}", i), area, r.confirmed ? HazardType::confirmed : HazardType::suspected)
            .reported_on = r.day;
      } else {
        add_release(world, fmt::format("R{:02}", i), r.outcome, r.day.to_string().c_str(), area);
      }
    }
    const std::optional<Date> from = seed % 2 == 0 ? std::optional<Date>() : std::optional(on("2022"));
    const CellTruth truth = count_cells(records, kSize, from);
    const LandAccount a = account(world, {.from = from, .until = {}, .district = {}}).value();
    EXPECT_NEAR(a.opening_m2, cells(truth.opening), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.new_m2, cells(truth.fresh), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.cancelled_m2, cells(truth.cancelled), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.reduced_m2, cells(truth.reduced), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.cleared_m2, cells(truth.cleared), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.remaining_suspected_m2, cells(truth.suspected), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.remaining_confirmed_m2, cells(truth.confirmed), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.cleared_outside_m2, cells(truth.outside), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.double_claimed_m2, cells(truth.twice), kSquareMetre) << "seed " << seed;
    expect_conserved(a);
  }
}

PlanarGeometry star(base::Random& random, Xy centre, double radius, int corners) {
  PlanarGeometry geometry;
  auto& outer = geometry.polygons.emplace_back().outer;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * i / corners;
    const double r = radius * random.uniform(0.3, 1);
    outer.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return geometry;
}

// Ground that real registers hold: stars, the same outline twice, outlines grown by millimetres (slivers), parts that
// share an edge.
Snapshot ragged_world(std::uint64_t seed, int records) {
  base::Random random(seed);
  Snapshot world = empty_world();
  std::vector<PlanarGeometry> drawn_before;
  for (int i = 0; i < records; ++i) {
    const Xy centre{kWest + random.uniform(0, 1500), kSouth + random.uniform(0, 1500)};
    PlanarGeometry area = star(random, centre, random.uniform(50, 400), 3 + static_cast<int>(random.index(14)));
    if (!drawn_before.empty() && random.chance(0.3)) {
      area = drawn_before[random.index(drawn_before.size())];
      const double shift = random.chance(0.5) ? 0 : random.uniform(-0.003, 0.003);
      for (Xy& p : area.polygons[0].outer) {
        p.x += shift;
      }
    }
    drawn_before.push_back(area);
    const Date day(2015 + static_cast<int>(random.index(10)), 1 + static_cast<unsigned>(random.index(12)), 15);
    if (random.chance(0.5)) {
      add_hazard(world, fmt::format("H{:03}", i), area,
                 random.chance(0.5) ? HazardType::confirmed : HazardType::suspected)
          .reported_on = day;
    } else {
      add_release(world, fmt::format("R{:03}", i), static_cast<Outcome>(random.index(3)), day.to_string().c_str(), area,
                  static_cast<Method>(1 + random.index(6)));
    }
  }
  return world;
}

double union_area(const Snapshot& world, bool hazards) {
  std::vector<const PlanarGeometry*> all;
  if (hazards) {
    for (const auto& h : world.hazards) {
      all.push_back(&h.geometry);
    }
  } else {
    for (const auto& r : world.land_releases) {
      all.push_back(&r.geometry);
    }
  }
  return ground(geo::union_all(all).value(), world);
}

TEST(LandAccountOnRandomGround, TheUnionsOfHazardsAndOfReleasesAreConservedToTheSquareMetre) {
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    const Snapshot world = ragged_world(seed, 40);
    const LandAccount a = account(world).value();
    expect_conserved(a);
    EXPECT_NEAR(a.opening_m2 + a.new_m2, union_area(world, true), kSquareMetre) << "seed " << seed;
    EXPECT_NEAR(a.cancelled_m2 + a.reduced_m2 + a.cleared_m2 + a.cleared_outside_m2, union_area(world, false),
                kSquareMetre)
        << "seed " << seed;
  }
}

TEST(LandAccountOnRandomGround, PiecesNeverOverlapAndEachIsValid) {
  const Snapshot world = ragged_world(7, 40);
  const LandAccount a = account(world).value();
  std::vector<const PlanarGeometry*> all;
  double sum = 0;
  for (const LandPiece& piece : a.pieces) {
    EXPECT_EQ(geo::validity_problem(piece.geometry), "");
    EXPECT_GT(piece.area_m2, 0);
    all.push_back(&piece.geometry);
    sum += piece.area_m2;
  }
  EXPECT_NEAR(ground(geo::union_all(all).value(), world), sum, kSquareMetre);
}

TEST(LandAccountOnRandomGround, ARandomPointIsInThePieceThatItsRecordsAskFor) {
  const Snapshot world = ragged_world(8, 60);
  const LandAccount a = account(world).value();
  base::Random random(1);
  for (int i = 0; i < 3000; ++i) {
    const Xy p{kWest + random.uniform(-300, 1800), kSouth + random.uniform(-300, 1800)};
    int outcome = -1;
    for (const LandRelease& r : world.land_releases) {
      outcome = geo::contains(r.geometry, p) ? std::max(outcome, static_cast<int>(r.outcome)) : outcome;
    }
    bool hazard = false;
    bool confirmed = false;
    for (const HazardousArea& h : world.hazards) {
      if (geo::contains(h.geometry, p)) {
        hazard = true;
        confirmed |= h.type == HazardType::confirmed;
      }
    }
    const LandPiece* holder = nullptr;
    for (const LandPiece& piece : a.pieces) {
      holder = geo::contains(piece.geometry, p) ? &piece : holder;
    }
    ASSERT_EQ(holder != nullptr, hazard || outcome >= 0);
    if (holder != nullptr) {
      EXPECT_EQ(holder->inside_hazard, hazard);
      const LandState expected = outcome == 2   ? LandState::cleared
                                 : outcome == 1 ? LandState::reduced
                                 : outcome == 0 ? LandState::cancelled
                                 : confirmed    ? LandState::remaining_confirmed
                                                : LandState::remaining_suspected;
      EXPECT_EQ(holder->state, expected);
    }
  }
}

TEST(LandAccountOnRandomGround, ThreadsAndTheOrderOfRecordsChangeNothing) {
  Snapshot world = ragged_world(9, 80);
  base::set_thread_count(1);
  const LandAccount one = account(world).value();
  base::set_thread_count(4);
  const LandAccount four = account(world).value();
  base::set_thread_count(0);
  ASSERT_EQ(one.pieces.size(), four.pieces.size());
  for (std::size_t i = 0; i < one.pieces.size(); ++i) {
    EXPECT_EQ(one.pieces[i].geometry, four.pieces[i].geometry);
    EXPECT_EQ(one.pieces[i].area_m2, four.pieces[i].area_m2);
  }
  EXPECT_EQ(one.new_m2, four.new_m2);
  std::reverse(world.hazards.begin(), world.hazards.end());
  std::reverse(world.land_releases.begin(), world.land_releases.end());
  const LandAccount turned = account(world).value();
  EXPECT_NEAR(one.new_m2, turned.new_m2, 1e-6);
  EXPECT_NEAR(one.cleared_m2, turned.cleared_m2, 1e-6);
  EXPECT_EQ(one.pieces.size(), turned.pieces.size());
}

}  // namespace
}  // namespace firmground::mineaction
