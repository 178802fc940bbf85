#include "evidence/reconcile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/parallel.h"
#include "base/random.h"
#include "mineaction/record_conversion.h"

namespace firmground::evidence {
namespace {

using geo::Xy;

geo::PlanarGeometry rectangle(Xy south_west, double width_m, double height_m) {
  geo::PlanarGeometry made;
  made.polygons.push_back({{south_west,
                            {south_west.x + width_m, south_west.y},
                            {south_west.x + width_m, south_west.y + height_m},
                            {south_west.x, south_west.y + height_m}},
                           {}});
  return made;
}

geo::PlanarGeometry moved(geo::PlanarGeometry geometry, Xy by) {
  for (Xy& p : geometry.polygons[0].outer) {
    p = {p.x + by.x, p.y + by.y};
  }
  return geometry;
}

/// Fields of 200 m x 60 m on a wide grid, all ground searched well; each was recorded 120 m too far east and 60 m too
/// far north, but for every fourth record, of which no field was laid.
struct Archive {
  mineaction::Snapshot snapshot;
  std::vector<bool> laid;
};

Archive shifted_archive(Xy shift, int fields, int every_nth_is_nothing) {
  Archive archive;
  mineaction::Snapshot& s = archive.snapshot;
  s.crs = geo::Crs::from_epsg(32638).value();
  base::Random random(7);
  constexpr double kApart_m = 1500;
  const Xy origin{600'000, 4'430'000};
  for (int i = 0; i < fields; ++i) {
    const int row = i / 8;
    const Xy corner{origin.x + (i % 8) * kApart_m, origin.y + row * kApart_m};
    mineaction::LandRelease release;
    release.release_id = fmt::format("R-{:03}", i);
    release.outcome = mineaction::Outcome::cleared;
    release.method = mineaction::Method::manual;
    release.coverage = 1;
    release.geometry = rectangle({corner.x - 500, corner.y - 500}, 1200, 1060);
    s.land_releases.push_back(release);
    mineaction::MinefieldRecord record;
    record.record_id = fmt::format("F-{:03}", i);
    record.source = "archive";
    record.mines_recorded = 90;
    record.recorded_crs = "EPSG:28408";
    const geo::PlanarGeometry field = rectangle(corner, 200, 60);
    record.geometry = moved(field, {shift.x + random.normal(0, 12), shift.y + random.normal(0, 12)});
    s.minefield_records.push_back(record);
    archive.laid.push_back(i % every_nth_is_nothing != 0);
    for (int m = 0; archive.laid.back() && m < 70; ++m) {
      mineaction::Find find;
      find.find_id = fmt::format("M-{:03}-{:03}", i, m);
      find.device = mineaction::Device::ap_mine;
      find.position = {corner.x + random.uniform(10, 190), corner.y + random.uniform(8, 52)};
      s.finds.push_back(find);
    }
  }
  mineaction::finish_snapshot(s);
  return archive;
}

TEST(Reconcile, AShiftThatABatchSharesIsFoundByAllItsRecordsTogether) {
  const Archive archive = shifted_archive({120, 60}, 32, 1000);
  const Reconciliation result = reconcile(archive.snapshot, {}).value();
  ASSERT_EQ(result.sources.size(), 1U);
  const SourceVerdict& source = result.sources[0];
  EXPECT_LE(source.shift_x_m.p05, 120);
  EXPECT_GE(source.shift_x_m.p95, 120);
  EXPECT_NEAR(source.shift_y_m.value, 60, 25);
  EXPECT_EQ(source.records, 32);
  EXPECT_EQ(source.informative, 32);
  for (const RecordVerdict& record : result.records) {
    EXPECT_NEAR(record.dx_m, 120, 60) << record.record_id;
    EXPECT_NEAR(record.dy_m, 60, 45) << record.record_id;
    EXPECT_LE(record.radius50_m, record.radius90_m);
  }
}

TEST(Reconcile, ExchangedDigitsOfAGridReferenceAreNamed) {
  Archive archive = shifted_archive({0, 0}, 32, 1000);
  mineaction::Snapshot& s = archive.snapshot;
  constexpr std::size_t kWhich = 5;
  ASSERT_EQ(s.minefield_records[kWhich].record_id, "F-005");
  s.minefield_records[kWhich].geometry = {};
  s.minefield_records[kWhich].recorded_crs = "MGRS";
  const std::array<std::pair<double, double>, 3> sides = {{{90, 200}, {0, 60}, {270, 200}}};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    mineaction::MinefieldRecordLeg leg;
    leg.record_id = "F-005";
    leg.leg = static_cast<std::int64_t>(i) + 1;
    leg.role = "boundary";
    leg.position = i == 0 ? "38TPK 05700 30000" : "";  // 07500 30000 was meant
    leg.bearing = sides[i].first;
    leg.bearing_unit = "deg";
    leg.bearing_reference = "grid";
    leg.distance = sides[i].second;
    leg.distance_unit = "m";
    s.minefield_record_legs.push_back(leg);
  }
  mineaction::finish_snapshot(s);
  const Reconciliation result = reconcile(s, {}).value();
  const RecordVerdict& verdict = result.records[kWhich];
  EXPECT_EQ(verdict.hypothesis, "digits-transposed");
  EXPECT_GT(verdict.hypothesis_probability, 0.9);
  const geo::Xy middle = geo::centroid(verdict.corrected);
  EXPECT_LT(std::hypot(middle.x - 607'600, middle.y - 4'430'030), 30);
}

TEST(Reconcile, AFieldThatWasSearchedForInVainIsDoubtedAndNeverRuledOut) {
  const Archive archive = shifted_archive({0, 0}, 32, 4);
  const Reconciliation result = reconcile(archive.snapshot, {}).value();
  double highest_of_none = 0;
  double lowest_of_laid = 1;
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    const double p = result.records[i].probability_exists;
    (archive.laid[i] ? lowest_of_laid = std::min(lowest_of_laid, p) : highest_of_none = std::max(highest_of_none, p));
  }
  EXPECT_LT(highest_of_none, lowest_of_laid);
  EXPECT_LT(highest_of_none, 0.85);
  EXPECT_GT(highest_of_none, 0.2);  // the field may have been lifted before anyone searched
  EXPECT_GT(lowest_of_laid, 0.9);
  EXPECT_LE(result.sources[0].existence.p05, 0.75);
  EXPECT_GE(result.sources[0].existence.p95, 0.75);
}

TEST(Reconcile, ARecordBesideGroundThatNobodySearchedKeepsWhatItsSourceSays) {
  Archive archive = shifted_archive({0, 0}, 32, 1000);
  mineaction::MinefieldRecord alone = archive.snapshot.minefield_records.front();
  alone.record_id = "Z-far";
  alone.geometry = moved(alone.geometry, {0, 40'000});
  archive.snapshot.minefield_records.push_back(alone);
  mineaction::finish_snapshot(archive.snapshot);
  const Reconciliation result = reconcile(archive.snapshot, {}).value();
  const RecordVerdict& record = result.records.back();
  EXPECT_EQ(record.record_id, "Z-far");
  EXPECT_EQ(record.searched_share, 0);
  EXPECT_EQ(record.hypothesis, "as-recorded");
  EXPECT_GT(record.probability_exists, 0.8);
  EXPECT_GE(record.radius90_m, 2 * result.sources[0].spread_m.value);
}

TEST(Reconcile, GaussKruegerCoordinatesTakenForUtmAreRecognised) {
  Archive archive = shifted_archive({0, 0}, 32, 1000);
  const geo::Crs& crs = *archive.snapshot.crs;
  auto& record = archive.snapshot.minefield_records[5];
  for (Xy& p : record.geometry.polygons[0].outer) {
    const auto numbers = geo::numbers_in("EPSG:28408", std::array{crs.to_lon_lat(p)}).value();
    p = {numbers[0].x - 8e6, numbers[0].y};
  }
  const Reconciliation result = reconcile(archive.snapshot, {}).value();
  EXPECT_EQ(result.records[5].hypothesis, "gauss-kruger-as-utm");
  EXPECT_GT(result.records[5].hypothesis_probability, 0.8);
  EXPECT_GT(std::hypot(result.records[5].dx_m, result.records[5].dy_m), 1800);
  const std::string words = in_words(result.records[5], standard_hypotheses(), "en");
  EXPECT_NE(words.find("plotted as UTM"), std::string::npos);
  EXPECT_NE(words.find("times likelier than as recorded"), std::string::npos);
}

TEST(Reconcile, TheSameRecordsGiveTheSameBytesOnAnyThreadCount) {
  const Archive archive = shifted_archive({30, -20}, 16, 5);
  base::set_thread_count(1);
  const std::string one = to_json(reconcile(archive.snapshot, {}).value(), "{}");
  base::set_thread_count(3);
  const std::string three = to_json(reconcile(archive.snapshot, {}).value(), "{}");
  base::set_thread_count(0);
  EXPECT_EQ(one, three);
}

TEST(Reconcile, ASourceThatNobodyHandedOverIsRefusedByName) {
  const Archive archive = shifted_archive({0, 0}, 8, 1000);
  ReconcileOptions options;
  options.sources = {"the other archive"};
  const auto refused = reconcile(archive.snapshot, options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().id, "evidence.no_such_source");
}

TEST(Reconcile, AProgrammeWithoutRecordsOrSearchedGroundGivesNoVerdictsAndNoError) {
  mineaction::Snapshot empty;
  empty.crs = geo::Crs::from_epsg(32638).value();
  const Reconciliation result = reconcile(empty, {}).value();
  EXPECT_TRUE(result.records.empty());
  EXPECT_TRUE(result.sources.empty());
}

}  // namespace
}  // namespace firmground::evidence
