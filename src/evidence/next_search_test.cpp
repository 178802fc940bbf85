#include "evidence/next_search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/parallel.h"

namespace firmground::evidence {
namespace {

using geo::Xy;

geo::PlanarGeometry rectangle(Xy south_west, double width_m, double height_m) {
  return {{},
          {},
          {{{south_west,
             {south_west.x + width_m, south_west.y},
             {south_west.x + width_m, south_west.y + height_m},
             {south_west.x, south_west.y + height_m}},
            {}}}};
}

constexpr Xy kCorner{600'000, 4'430'000};

/// One record of a field 300 m long, believed to exist as surely as asked, known to within some metres where it lies.
/// `searched`: ground where nothing was found.
struct Doubt {
  mineaction::Snapshot snapshot;
  Reconciliation result;
};

Doubt doubtful_record(double probability, const geo::PlanarGeometry& searched) {
  Doubt doubt;
  mineaction::Snapshot& s = doubt.snapshot;
  s.crs = geo::Crs::from_epsg(32638).value();
  mineaction::LandRelease release;
  release.release_id = "R-1";
  release.outcome = mineaction::Outcome::cleared;
  release.method = mineaction::Method::manual;
  release.coverage = 1;
  release.geometry = searched;
  s.land_releases.push_back(release);
  mineaction::MinefieldRecord record;
  record.record_id = "F-1";
  record.source = "archive";
  record.mines_recorded = 100;
  record.geometry = rectangle(kCorner, 300, 60);
  s.minefield_records.push_back(record);
  RecordVerdict verdict;
  verdict.record_id = "F-1";
  verdict.source = "archive";
  verdict.probability_exists = probability;
  verdict.hypothesis = "as-recorded";
  verdict.hypothesis_probability = 1;
  verdict.hypotheses = {{"as-recorded", 1.0}};
  verdict.radius50_m = 10;
  verdict.radius90_m = 18;
  verdict.corrected = record.geometry;
  doubt.result.records.push_back(verdict);
  SourceVerdict source;
  source.source = "archive";
  source.spread_m.value = 20;
  doubt.result.sources.push_back(source);
  return doubt;
}

std::vector<NextSearch> searches_of(const Doubt& doubt) {
  const SearchImage image(doubt.snapshot);
  return next_searches(doubt.snapshot, doubt.result, standard_hypotheses(), image, {});
}

TEST(NextSearch, AFieldThatPerhapsWasNeverLaidIsSettledByAStripThroughIt) {
  const auto searches = searches_of(doubtful_record(0.5, rectangle({599'000, 4'429'000}, 100, 100)));
  ASSERT_EQ(searches.size(), 1U);
  const NextSearch& search = searches[0];
  EXPECT_NEAR(search.doubt_bits, 1, 1e-9);
  EXPECT_GT(search.settles_bits, 0.5);
  EXPECT_LE(search.settles_bits, search.doubt_bits);
  const Xy middle = geo::centroid(search.strip);
  EXPECT_NEAR(middle.x, kCorner.x + 150, 150);
  EXPECT_NEAR(middle.y, kCorner.y + 30, 30);
  const geo::Box box = geo::bounds(search.strip);
  EXPECT_NEAR((box.max_x - box.min_x) * (box.max_y - box.min_y), 2000, 1e-6);
  EXPECT_GT(search.found.probability_exists, 0.9);
  EXPECT_LT(search.empty.probability_exists, 0.2);
  const double expected = search.chance_of_find * search.found.probability_exists +
                          (1 - search.chance_of_find) * search.empty.probability_exists;
  EXPECT_NEAR(expected, 0.5, 1e-6);  // no search is expected to change the mean
}

TEST(NextSearch, GroundThatWasSearchedIsNotProposedAgain) {
  const auto searches = searches_of(doubtful_record(0.5, rectangle({kCorner.x - 20, kCorner.y - 30}, 200, 120)));
  ASSERT_EQ(searches.size(), 1U);
  EXPECT_GE(geo::bounds(searches[0].strip).min_x, kCorner.x + 140);
}

TEST(NextSearch, WhereAllWasSearchedOrNothingIsDoubtfulNothingIsProposed) {
  EXPECT_TRUE(searches_of(doubtful_record(0.5, rectangle({kCorner.x - 300, kCorner.y - 300}, 900, 700))).empty());
  EXPECT_TRUE(searches_of(doubtful_record(1, rectangle({599'000, 4'429'000}, 100, 100))).empty());
}

TEST(NextSearch, TwoReadingsAreToldApartWhereOnlyOneOfThemPutsTheField) {
  Doubt doubt = doubtful_record(0.98, rectangle({599'000, 4'429'000}, 100, 100));
  doubt.result.records[0].hypotheses = {{"as-recorded", 0.5}, {"gauss-kruger-as-utm", 0.5}};
  const auto searches = searches_of(doubt);
  ASSERT_EQ(searches.size(), 1U);
  EXPECT_GT(searches[0].settles_bits, 0.5);
  EXPECT_NE(searches[0].found.hypothesis, searches[0].empty.hypothesis);
}

TEST(NextSearch, TheSameStripIsProposedOnAnyThreadCount) {
  const Doubt doubt = doubtful_record(0.6, rectangle({599'000, 4'429'000}, 100, 100));
  base::set_thread_count(1);
  const auto one = searches_of(doubt);
  base::set_thread_count(3);
  const auto three = searches_of(doubt);
  base::set_thread_count(0);
  ASSERT_EQ(one.size(), three.size());
  EXPECT_EQ(one[0].settles_bits, three[0].settles_bits);
  EXPECT_EQ(one[0].strip, three[0].strip);
}

}  // namespace
}  // namespace firmground::evidence
