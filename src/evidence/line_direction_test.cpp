#include "evidence/line_direction.h"

#include <gtest/gtest.h>

#include <cmath>

namespace firmground::evidence {
namespace {

constexpr geo::Grid kGround{50, 0, 200, 200, 200};  // 10 x 10 km

mineaction::Snapshot with_line(std::vector<geo::Xy> line) {
  mineaction::Snapshot snapshot;
  mineaction::ReferenceFeature feature;
  feature.layer = "contact-line";
  feature.geometry.lines.push_back(std::move(line));
  snapshot.reference_features.push_back(std::move(feature));
  return snapshot;
}

double angle_at(const LineDirection& direction, geo::Xy point) {
  const geo::Xy doubled = direction.doubled_at(point);
  return std::atan2(doubled.y, doubled.x) / 2;
}

TEST(LineDirection, IsTheLinesOwnEverywhereWhereItIsStraight) {
  const LineDirection direction(with_line({{0, 0}, {10'000, 5'000}}), kGround);
  for (const geo::Xy point : {geo::Xy{100, 100}, {5'000, 2'500}, {1'000, 9'000}, {9'900, 100}}) {
    EXPECT_NEAR(angle_at(direction, point), std::atan2(1, 2), 1e-9);
    EXPECT_NEAR(std::hypot(direction.doubled_at(point).x, direction.doubled_at(point).y), 1, 1e-9);
  }
}

TEST(LineDirection, DoesNotDependOnTheWayTheLineWasDrawn) {
  const LineDirection there(with_line({{0, 5'000}, {4'000, 6'000}, {10'000, 2'000}}), kGround);
  const LineDirection back(with_line({{10'000, 2'000}, {4'000, 6'000}, {0, 5'000}}), kGround);
  const geo::Xy point{3'000, 5'000};
  EXPECT_NEAR(there.doubled_at(point).x, back.doubled_at(point).x, 1e-9);
  EXPECT_NEAR(there.doubled_at(point).y, back.doubled_at(point).y, 1e-9);
}

TEST(LineDirection, NearACornerTheLineAgreesLessWithItself) {
  const LineDirection direction(with_line({{0, 5'000}, {5'000, 5'000}, {5'000, 0}}), kGround);
  const auto agreement = [&](geo::Xy point) {
    return std::hypot(direction.doubled_at(point).x, direction.doubled_at(point).y);
  };
  EXPECT_GT(agreement({1'000, 5'000}), 0.9);
  EXPECT_LT(agreement({5'000, 5'000}), 0.4);
}

TEST(LineDirection, IsEmptyWithoutALine) {
  EXPECT_TRUE(LineDirection(mineaction::Snapshot{}, kGround).empty());
}

}  // namespace
}  // namespace firmground::evidence
