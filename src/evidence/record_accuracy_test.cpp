#include "evidence/record_accuracy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/parallel.h"
#include "base/random.h"
#include "evidence/accuracy_figures.h"
#include "mineaction/record_conversion.h"

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

geo::PlanarGeometry turned(geo::PlanarGeometry geometry, double degrees) {
  const Xy middle = geo::centroid(geometry);
  const double angle = degrees * 3.14159265358979 / 180;
  for (Xy& p : geometry.polygons[0].outer) {
    const Xy d{p.x - middle.x, p.y - middle.y};
    p = {middle.x + d.x * std::cos(angle) - d.y * std::sin(angle),
         middle.y + d.x * std::sin(angle) + d.y * std::cos(angle)};
  }
  return geometry;
}

/// Fields of 300 m x 60 m, 1 km apart, each searched whole, drawn `shift` away from where their mines lie; the verdicts
/// are those of who knows it.
struct Ground {
  mineaction::Snapshot snapshot;
  Reconciliation result;
};

constexpr std::int64_t kMines = 40;

Ground drawn_ground(int fields, Xy shift, double found_turned_deg = 0) {
  Ground ground;
  mineaction::Snapshot& s = ground.snapshot;
  s.crs = geo::Crs::from_epsg(32638).value();
  base::Random random(3);
  for (int i = 0; i < fields; ++i) {
    const int row = i / 6;
    const Xy corner{600'000 + (i % 6) * 1000.0, 4'430'000 + row * 1000.0};
    mineaction::LandRelease release;
    release.release_id = fmt::format("R-{:03}", i);
    release.outcome = mineaction::Outcome::cleared;
    release.method = mineaction::Method::manual;
    release.coverage = 1;
    release.geometry = rectangle({corner.x - 200, corner.y - 200}, 700, 460);
    s.land_releases.push_back(release);
    const geo::PlanarGeometry field = rectangle(corner, 300, 60);
    mineaction::MinefieldRecord record;
    record.record_id = fmt::format("F-{:03}", i);
    record.source = i % 2 == 0 ? "even" : "odd";
    record.mines_recorded = kMines;
    record.device = mineaction::Device::ap_mine;
    record.geometry = rectangle({corner.x + shift.x, corner.y + shift.y}, 300, 60);
    s.minefield_records.push_back(record);
    const geo::PlanarGeometry found = turned(field, found_turned_deg);
    const Xy o = found.polygons[0].outer[0];
    const Xy a = found.polygons[0].outer[1];
    const Xy b = found.polygons[0].outer[3];
    for (int m = 0; m < kMines; ++m) {
      const double u = random.uniform();
      const double v = random.uniform();
      mineaction::Find find;
      find.find_id = fmt::format("M-{:03}-{:03}", i, m);
      find.device = m < 30 ? mineaction::Device::ap_mine : mineaction::Device::av_mine;
      find.position = {o.x + u * (a.x - o.x) + v * (b.x - o.x), o.y + u * (a.y - o.y) + v * (b.y - o.y)};
      s.finds.push_back(find);
    }
    RecordVerdict verdict;
    verdict.record_id = record.record_id;
    verdict.source = record.source;
    verdict.probability_exists = 1;
    verdict.hypothesis = "as-recorded";
    verdict.hypotheses = {{"as-recorded", 0.8}, {"sk42-as-wgs84", 0.2}};
    verdict.dx_m = shift.x;
    verdict.dy_m = shift.y;
    verdict.radius50_m = 10;
    verdict.radius90_m = 20;
    verdict.corrected = field;
    verdict.finds_inside = kMines;
    ground.result.records.push_back(verdict);
  }
  mineaction::finish_snapshot(s);
  ground.result.searched_ha = 32.2 * fields;
  return ground;
}

const AccuracyGroup& all_of(const RecordAccuracy& accuracy) {
  return accuracy.groups.front();
}

const Definition& definition(const AccuracyGroup& group, const std::string& id) {
  const auto at = std::find_if(group.definitions.begin(), group.definitions.end(),
                               [&](const Definition& each) { return each.id == id; });
  EXPECT_NE(at, group.definitions.end()) << id;
  return *at;
}

TEST(RecordAccuracy, FieldsThatWereDrawnElsewhereAreToldByHowFarAndWhichWayTheyMustMove) {
  const Ground ground = drawn_ground(12, {-90, 0});
  const AccuracyGroup group = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  EXPECT_NEAR(group.moved_m.value.value(), 90, 1e-9);
  EXPECT_NEAR(group.shift_m.value.value(), 90, 1e-9);
  EXPECT_NEAR(group.bearing_deg.value.value(), 90, 1e-6);  // to the east, where the mines are
  EXPECT_NEAR(group.fit.value().scale, 1, 1e-9);
  EXPECT_NEAR(group.fit.value().residual_m, 0, 1e-6);
  EXPECT_GT(group.overlap.value.value(), 0.75);
  EXPECT_NEAR(group.overlap_drawn.value.value(), 210.0 / 390, 0.1);
  EXPECT_EQ(group.overlap.basis, 12);
}

TEST(RecordAccuracy, MinesThatLieAcrossTheOutlineTellByHowMuchTheRecordWasTurned) {
  const Ground ground = drawn_ground(12, {0, 0}, 9);
  const AccuracyGroup group = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  EXPECT_NEAR(group.rotation_deg.value.value(), 9, 2.5);
  EXPECT_LE(group.rotation_deg.p05.value(), group.rotation_deg.value.value());
  EXPECT_LT(group.residual_m.value.value(), 8);
}

TEST(RecordAccuracy, MinesAreCountedByTheRecordedCategory) {
  const Ground ground = drawn_ground(12, {0, 0});
  const AccuracyGroup group = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  EXPECT_NEAR(group.type_agreement.value.value(), 0.75, 1e-9);
  ASSERT_EQ(group.by_type.size(), 1U);
  EXPECT_EQ(group.by_type[0].device, "AP mine");
  EXPECT_EQ(group.by_type[0].found, 12 * 30);
  const double effort = 12 * 30 / group.found_of_recorded.value.value() / (12 * kMines);
  EXPECT_GT(effort, 0.5);  // what the method finds of all mines, so more were there than found
  EXPECT_LE(effort, 1);
  EXPECT_NEAR(definition(group, "mines-found").share.value.value(), 0.75, 1e-9);
}

TEST(RecordAccuracy, ExistenceIsWeighedAndFewRecordsMakeItsIntervalWide) {
  Ground few = drawn_ground(6, {0, 0});
  Ground many = drawn_ground(60, {0, 0});
  for (Ground* ground : {&few, &many}) {
    for (RecordVerdict& verdict : ground->result.records) {
      verdict.probability_exists = 0.6;
    }
  }
  const AccuracyFigure narrow = all_of(record_accuracy(many.snapshot, many.result, {})).existence;
  const AccuracyFigure wide = all_of(record_accuracy(few.snapshot, few.result, {})).existence;
  EXPECT_NEAR(narrow.value.value(), 0.6, 1e-9);
  EXPECT_LT(narrow.p95.value() - narrow.p05.value(), 0.4);
  EXPECT_GT(wide.p95.value() - wide.p05.value(), 1.5 * (narrow.p95.value() - narrow.p05.value()));
}

TEST(RecordAccuracy, WithoutSearchedGroundEveryMeasureIsNotKnownAndNoneIsZero) {
  Ground ground = drawn_ground(12, {0, 0});
  ground.snapshot.land_releases.clear();
  ground.snapshot.finds.clear();
  ground.result.searched_ha = 0;
  const AccuracyGroup group = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  EXPECT_EQ(group.records, 12);
  EXPECT_EQ(group.searched, 0);
  for (const AccuracyFigure* figure :
       {&group.existence, &group.moved_m, &group.overlap, &group.overlap_drawn, &group.found_of_recorded,
        &group.type_agreement, &group.unrecorded, &group.saved_m2, &group.residual_m, &group.rotation_deg}) {
    EXPECT_FALSE(figure->value.has_value());
    EXPECT_EQ(figure->basis, 0);
  }
  EXPECT_TRUE(group.causes.empty());
}

TEST(RecordAccuracy, MinesFoundFarFromEveryRecordAreMissingFromTheRecords) {
  Ground ground = drawn_ground(9, {0, 0});
  mineaction::Find find = ground.snapshot.finds.front();
  for (int m = 0; m < 4; ++m) {
    find.find_id = fmt::format("N-{}", m);
    find.position = {600'480 + m * 10.0, 4'430'450};
    ground.snapshot.finds.push_back(find);
  }
  mineaction::finish_snapshot(ground.snapshot);
  const AccuracyGroup group = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  EXPECT_GE(group.unrecorded.basis, 10);
  EXPECT_NEAR(group.unrecorded.value.value(), 1.0 / static_cast<double>(group.unrecorded.basis), 1e-9);
}

TEST(RecordAccuracy, AStatedAccuracyIsHeldAgainstEachWayToCountIt) {
  const Ground ground = drawn_ground(20, {-75, 0});
  const AccuracyGroup group = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  EXPECT_NEAR(definition(group, "laid").share.value.value(), 1, 1e-9);
  EXPECT_LT(definition(group, "within-50-m").share.value.value(), 0.05);
  EXPECT_GT(definition(group, "within-100-m").share.value.value(), 0.9);
  const auto nearest = nearest_to(group, 0.74);
  EXPECT_EQ(nearest.front()->id, "mines-found");
  EXPECT_NEAR(definition(group, "not-misread").share.value.value(), 0.8, 1e-9);
}

TEST(RecordAccuracy, AFieldWithWhatIsNotStatedStandsInAGroupOfItsOwn) {
  const Ground ground = drawn_ground(8, {0, 0});
  const RecordAccuracy accuracy = record_accuracy(ground.snapshot, ground.result, {});
  std::vector<std::string> names;
  names.reserve(accuracy.groups.size());
  for (const AccuracyGroup& group : accuracy.groups) {
    names.push_back(group.by + ":" + group.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"all:", "source:even", "source:odd", "unit:", "year:", "sheet:"}));
  EXPECT_EQ(accuracy.groups[1].records, 4);
}

TEST(RecordAccuracy, ARecordSavesTheGroundThatASearchWithoutItWouldNeed) {
  Ground ground = drawn_ground(12, {0, 0});
  const AccuracyGroup group = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  const double reach = 10 * 1.8226;  // 90 % of a normal law of which half lies within 10 m
  const double region = 300 * 60 + 720 * reach + 3.14159265 * reach * reach;
  EXPECT_NEAR(group.saved_m2.value.value(), 0.9 * 322'000 - 2 * region, 5);  // two readings share 90 % of the weight
  EXPECT_FALSE(group.saved_days.value.has_value());  // no team says how much ground it does a day
  mineaction::Resource team;
  team.id = "T-1";
  team.productivity_m2_day = 500;
  ground.snapshot.teams.push_back(team);
  const AccuracyGroup with_team = all_of(record_accuracy(ground.snapshot, ground.result, {}));
  EXPECT_NEAR(with_team.saved_days.value.value(), with_team.saved_m2.value.value() / 500, 1e-6);
}

TEST(RecordAccuracy, TheSameRecordsGiveTheSameBytesOnAnyThreadCount) {
  const Ground ground = drawn_ground(20, {40, 30});
  base::set_thread_count(1);
  const std::string one = to_json(record_accuracy(ground.snapshot, ground.result, {}));
  base::set_thread_count(3);
  const std::string three = to_json(record_accuracy(ground.snapshot, ground.result, {}));
  base::set_thread_count(0);
  EXPECT_EQ(one, three);
}

TEST(AccuracyFigures, TheIntervalOfAShareHoldsWhatFewRecordsCannotTell) {
  base::Random random(1);
  const AccuracyFigure one = share_of({1}, random);
  EXPECT_EQ(one.value.value(), 1);
  EXPECT_LT(one.p05.value(), 0.5);
  const AccuracyFigure none = share_of({}, random);
  EXPECT_FALSE(none.value || none.p05 || none.p95);
  const AccuracyFigure four = median_of({{1}, {2}, {3}, {4}}, random);
  EXPECT_TRUE(four.value.has_value());
  EXPECT_FALSE(four.p05.has_value());
}

}  // namespace
}  // namespace firmground::evidence
