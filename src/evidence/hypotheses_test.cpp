#include "evidence/hypotheses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace firmground::evidence {
namespace {

const geo::Box kEverywhere{0, 3'000'000, 2'000'000, 6'000'000};

mineaction::MinefieldRecord drawn_at(geo::Xy p) {
  mineaction::MinefieldRecord record;
  record.record_id = "F-1";
  record.recorded_on = base::Date::parse("1994-05-20").value();
  record.geometry.polygons = {{{p, {p.x + 200, p.y}, {p.x + 200, p.y + 60}, {p.x, p.y + 60}}, {}}};
  return record;
}

geo::Xy move_of(const std::vector<Candidate>& candidates, const std::string& id) {
  const auto& table = standard_hypotheses();
  const geo::Xy from = geo::centroid(candidates.front().geometry);
  for (const Candidate& candidate : candidates) {
    if (table[candidate.hypothesis].id == id) {
      const geo::Xy to = geo::centroid(candidate.geometry);
      return {to.x - from.x, to.y - from.y};
    }
  }
  return {NAN, NAN};
}

TEST(Hypotheses, TheTableIsOrderedExplainedAndSumsToNoMoreThanItPromises) {
  double all = 0;
  for (const Hypothesis& hypothesis : standard_hypotheses()) {
    all += hypothesis.prior;
    for (const char* language : {"en", "ru", "az"}) {
      EXPECT_TRUE(hypothesis.words.contains(language)) << hypothesis.id << " " << language;
    }
  }
  EXPECT_EQ(standard_hypotheses().front().id, "as-recorded");
  EXPECT_GT(all, 1);
  EXPECT_LT(all, 1.3);
}

TEST(Hypotheses, AnOutlineIsMovedByTheSizesThatBlundersHave) {
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  const auto candidates = candidates_of(drawn_at({664'000, 4'428'000}), {}, crs, kEverywhere, standard_hypotheses());
  const geo::Xy datum = move_of(candidates, "sk42-as-wgs84");
  EXPECT_NEAR(std::hypot(datum.x, datum.y), 103, 2);
  EXPECT_LT(datum.x, -95);  // the true place lies west of the plotted one
  const geo::Xy projection = move_of(candidates, "gauss-kruger-as-utm");
  EXPECT_NEAR(std::hypot(projection.x, projection.y), 1850, 30);
  const geo::Xy three = move_of(candidates, "three-parameter-shift");
  EXPECT_NEAR(std::hypot(three.x, three.y), 13.7, 1);
  EXPECT_TRUE(std::isnan(move_of(candidates, "reversed-azimuth").x));  // it has no legs
}

TEST(Hypotheses, LegsAreWalkedAgainWithEveryReadingThatChangesThem) {
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  mineaction::MinefieldRecord record = drawn_at({664'000, 4'428'000});
  record.geometry = {};
  const auto leg = [](std::int64_t number, const char* role, double bearing, double distance) {
    mineaction::MinefieldRecordLeg made;
    made.record_id = "F-1";
    made.leg = number;
    made.role = role;
    made.from_point = "P" + std::to_string(number - 1);
    made.to_point = "P" + std::to_string(number);
    made.bearing = bearing;
    made.bearing_unit = "mil6400";
    made.bearing_reference = "true";
    made.distance = distance;
    made.distance_unit = "m";
    return made;
  };
  std::vector<mineaction::MinefieldRecordLeg> legs = {leg(1, "tie-in", 1920, 500), leg(2, "boundary", 0, 60),
                                                      leg(3, "boundary", 1600, 200), leg(4, "boundary", 3200, 60)};
  legs[0].easting = 8'664'000;
  legs[0].northing = 4'428'000;
  legs[0].crs = "SK-42 zone 8";
  const auto candidates = candidates_of(record, legs, crs, kEverywhere, standard_hypotheses());
  const geo::Xy mils = move_of(candidates, "mil6000-as-mil6400");
  // 1920 is 108 degrees of mils and 115.2 of thousandths: 63 m at 500 m, and the outline turns about its first corner.
  EXPECT_NEAR(std::hypot(mils.x, mils.y), 73, 2);
  const geo::Xy reversed = move_of(candidates, "reversed-azimuth");
  EXPECT_NEAR(std::hypot(reversed.x, reversed.y), 1000, 5);
  EXPECT_TRUE(std::isnan(move_of(candidates, "true-as-magnetic").x));  // no bearing is written as magnetic
  std::swap(legs[0].easting, legs[0].northing);
  const auto swapped = candidates_of(record, legs, crs, kEverywhere, standard_hypotheses());
  ASSERT_FALSE(swapped.empty());
  EXPECT_EQ(standard_hypotheses()[swapped.front().hypothesis].id, "swapped-axes");
}

/// A strip of 200 m by 60 m, walked from a corner whose position is written.
std::vector<mineaction::MinefieldRecordLeg> strip_from(const std::string& position, const std::string& crs,
                                                       const std::string& bearings) {
  std::vector<mineaction::MinefieldRecordLeg> legs(3);
  for (std::size_t i = 0; i < legs.size(); ++i) {
    auto& leg = legs[i];
    leg.record_id = "F-1";
    leg.leg = static_cast<std::int64_t>(i) + 1;
    leg.role = "boundary";
    leg.from_point = "P" + std::to_string(i);
    leg.to_point = "P" + std::to_string(i + 1);
    leg.bearing = std::array{90.0, 180.0, 270.0}[i];
    leg.bearing_unit = "deg";
    leg.bearing_reference = bearings;
    leg.distance = i == 1 ? 60 : 200;
    leg.distance_unit = "m";
  }
  legs[0].position = position;
  legs[0].crs = crs;
  return legs;
}

mineaction::MinefieldRecord by_legs_alone() {
  mineaction::MinefieldRecord record = drawn_at({});
  record.geometry = {};
  return record;
}

/// Where a hypothesis puts a record, metres east and north of where it lies as recorded.
std::vector<geo::Xy> moves_of(const std::vector<Candidate>& candidates, const std::string& id) {
  std::vector<geo::Xy> moves;
  const geo::Xy from = geo::centroid(candidates.front().geometry);
  for (const Candidate& candidate : candidates) {
    if (standard_hypotheses()[candidate.hypothesis].id == id) {
      const geo::Xy to = geo::centroid(candidate.geometry);
      moves.push_back({std::round(to.x - from.x), std::round(to.y - from.y)});
    }
  }
  return moves;
}

bool contains(const std::vector<geo::Xy>& moves, geo::Xy wanted) {
  return std::any_of(moves.begin(), moves.end(),
                     [&](const geo::Xy& move) { return std::hypot(move.x - wanted.x, move.y - wanted.y) < 2; });
}

TEST(Hypotheses, GridBearingsTakenForMagneticOrTrueOnesAreWalkedFromGridNorth) {
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  const std::string corner = "38TPK 64120 28340";
  const auto meant = mineaction::outline_of_legs(by_legs_alone(), strip_from(corner, "MGRS", "grid"));
  const geo::Xy right = geo::centroid(crs.to_programme(meant.geometry));
  for (const auto& [written, id] : {std::pair("magnetic", "grid-as-magnetic"), std::pair("true", "grid-as-true")}) {
    const auto candidates =
        candidates_of(by_legs_alone(), strip_from(corner, "MGRS", written), crs, kEverywhere, standard_hypotheses());
    const geo::Xy from = geo::centroid(candidates.front().geometry);
    EXPECT_TRUE(contains(moves_of(candidates, id), {right.x - from.x, right.y - from.y})) << id;
    const std::string other = written == std::string("true") ? "grid-as-magnetic" : "grid-as-true";
    EXPECT_TRUE(moves_of(candidates, other).empty());
  }
}

TEST(Hypotheses, TwoNeighbouringDigitsAreExchangedWhereTheFieldStaysNear) {
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  // 64120 was written 61420.
  const std::vector<geo::Xy> all = {{2700, 0}, {-180, 0}, {0, 90}};
  const auto by_legs = candidates_of(by_legs_alone(), strip_from("38TPK 61420 28340", "MGRS", "grid"), crs, kEverywhere,
                                     standard_hypotheses());
  mineaction::MinefieldRecord point = by_legs_alone();
  point.geometry.points = {{661'420.5, 4'428'340.5}};
  const WrittenPositions written = {{"F-1", {"38TPK 61420 28340", "WGS 84", "", std::nullopt}}};
  const auto drawn = candidates_of(point, {}, crs, kEverywhere, standard_hypotheses(), written);
  for (const auto& candidates : {by_legs, drawn}) {
    const auto moves = moves_of(candidates, "digits-transposed");
    EXPECT_EQ(moves.size(), all.size());
    for (const geo::Xy& move : all) {
      EXPECT_TRUE(contains(moves, move)) << move.x << " " << move.y;
    }
  }
  // Given as longitude and latitude by a file: nobody wrote digits.
  EXPECT_TRUE(moves_of(candidates_of(point, {}, crs, kEverywhere, standard_hypotheses()), "digits-transposed").empty());
}

TEST(Hypotheses, DigitsOfDegreesAreExchangedToo) {
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  mineaction::MinefieldRecord point = by_legs_alone();
  const WrittenPositions written = {{"F-1", {"39 59 12.5 N 46 55 30.0 E", "WGS 84", "", std::nullopt}}};  // 21.5
  point.geometry.points = {crs.to_programme(geo::LonLat{46 + 55.5 / 60, 39 + (59 + 12.5 / 60) / 60})};
  const auto moves =
      moves_of(candidates_of(point, {}, crs, kEverywhere, standard_hypotheses(), written), "digits-transposed");
  const double second_m = 30.87;
  EXPECT_EQ(moves.size(), 2U);
  EXPECT_TRUE(contains(moves, {geo::Xy{-9 * second_m * std::sin(1.245 / 57.3), 9 * second_m}})) << moves[0].y;
}

TEST(Hypotheses, AGridReferenceMayHaveLostDigitsOrBeenFilledUpWithZeros) {
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  const auto padded = candidates_of(by_legs_alone(), strip_from("38TPK 06412 02834", "MGRS", "grid"), crs, kEverywhere,
                                    standard_hypotheses());
  EXPECT_EQ(moves_of(padded, "grid-reference-padded").size(), 1U);
  EXPECT_TRUE(contains(moves_of(padded, "grid-reference-padded"), {664'125 - 606'412.5, 4'428'345 - 4'402'834.5}));
  EXPECT_TRUE(moves_of(padded, "grid-reference-cut").empty());
  const auto cut = candidates_of(by_legs_alone(), strip_from("38TPK 641 283", "MGRS", "grid"), crs, kEverywhere,
                                 standard_hypotheses());
  EXPECT_TRUE(contains(moves_of(cut, "grid-reference-cut"), {0, 0}));
  EXPECT_TRUE(moves_of(cut, "grid-reference-padded").empty());
  for (const Candidate& candidate : cut) {
    const bool is_cut = standard_hypotheses()[candidate.hypothesis].id == "grid-reference-cut";
    EXPECT_NEAR(candidate.turned_m, is_cut ? 100 / std::sqrt(12.0) : 0, 1e-9);  // anywhere in a square of 100 m
  }
}

TEST(Hypotheses, DistancesFromGridLinesMayHaveBeenMeasuredWithTheScaleOfAnotherMap) {
  const geo::Crs crs = geo::Crs::from_epsg(32638).value();
  const auto candidates = candidates_of(by_legs_alone(), strip_from("38TPK 64250 28140", "MGRS", "grid"), crs,
                                        kEverywhere, standard_hypotheses());
  const auto half = moves_of(candidates, "plotting-scale-half");
  EXPECT_EQ(half.size(), 1U);
  EXPECT_TRUE(contains(half, {250, 140}));
  const auto twice = moves_of(candidates, "plotting-scale-double");
  EXPECT_EQ(twice.size(), 4U);  // a distance that came out twice as long may have crossed a line
  EXPECT_TRUE(contains(twice, {-125, -70}));
  EXPECT_TRUE(contains(twice, {-625, -570}));
}

TEST(Hypotheses, AProgrammeAddsItsOwnAndIsToldWhatIsWrongWithThem) {
  const auto own = parse_hypotheses(
      "[[hypothesis]]\nid = \"old-sheet\"\nprior = 0.1\nen = \"Drawn on the 1937 sheet.\"\nreread = { from = "
      "\"wgs84\", as = "
      "\"Pulkovo 1995\" }\n",
      "own.toml");
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(own->front().id, "old-sheet");
  EXPECT_EQ(parse_hypotheses("[[hypothesis]]\nid = \"x\"\n", "own.toml").error().id, "evidence.hypotheses_invalid");
  EXPECT_EQ(parse_hypotheses("[[hypothesis]]\nid = \"x\"\nprior = 0.1\nen = \"X.\"\nwritten = { digits = \"lost\" }\n",
                             "own.toml")
                .error()
                .id,
            "evidence.hypotheses_invalid");
  EXPECT_EQ(parse_hypotheses("", "own.toml").error().id, "evidence.hypotheses_invalid");
  EXPECT_EQ(parse_hypotheses("[[hypothesis", "own.toml").error().id, "evidence.hypotheses_invalid");
}

}  // namespace
}  // namespace firmground::evidence
