#include "evidence/hypotheses.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(Hypotheses, AProgrammeAddsItsOwnAndIsToldWhatIsWrongWithThem) {
  const auto own = parse_hypotheses(
      "[[hypothesis]]\nid = \"old-sheet\"\nprior = 0.1\nen = \"Drawn on the 1937 sheet.\"\nreread = { from = "
      "\"wgs84\", as = "
      "\"Pulkovo 1995\" }\n",
      "own.toml");
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(own->front().id, "old-sheet");
  EXPECT_EQ(parse_hypotheses("[[hypothesis]]\nid = \"x\"\n", "own.toml").error().id, "evidence.hypotheses_invalid");
  EXPECT_EQ(parse_hypotheses("", "own.toml").error().id, "evidence.hypotheses_invalid");
  EXPECT_EQ(parse_hypotheses("[[hypothesis", "own.toml").error().id, "evidence.hypotheses_invalid");
}

}  // namespace
}  // namespace firmground::evidence
