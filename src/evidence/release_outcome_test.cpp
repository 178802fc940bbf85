#include <gtest/gtest.h>

#include <algorithm>

#include "evidence/covariates.h"
#include "evidence/drawn_statements_testing.h"
#include "evidence/effort.h"

namespace firmground::evidence {
namespace {

using mineaction::Method;
using mineaction::Outcome;

constexpr geo::Grid kGrid{50, 0, 20, 20, 20};

std::optional<CovariateField> outcomes_of(const std::vector<mineaction::LandRelease>& releases) {
  mineaction::Snapshot snapshot;
  snapshot.land_releases = releases;
  Observations observations;
  observations.grid = kGrid;
  observations.inside.assign(kGrid.size(), 1);
  place_effort(snapshot, {}, observations);
  for (CovariateField& field :
       covariate_fields(snapshot, kGrid, observations.inside, observations.processed, {}, observations.notes)) {
    if (field.tells_outcome) {
      return std::move(field);
    }
  }
  return std::nullopt;
}

mineaction::LandRelease release(Outcome outcome, Method method, const DrawnSquare& square) {
  return drawn_release(outcome, method, mineaction::Date(2015, 6, 1), square, kGrid);
}

TEST(ReleaseOutcome, IsThatOfMostOfTheSearch) {
  const auto field = outcomes_of({release(Outcome::cleared, Method::manual, {0, 0, 8}),
                                  release(Outcome::reduced, Method::technical_survey, {4, 0, 8}),
                                  release(Outcome::reduced, Method::technical_survey, {4, 0, 8}),
                                  release(Outcome::cancelled, Method::nts, {0, 12, 4})});
  ASSERT_TRUE(field);
  const auto at = [&](std::int32_t column, std::int32_t row) { return field->value[kGrid.index(column, row)]; };
  EXPECT_EQ(at(1, 1), 0) << "cleared";
  EXPECT_EQ(at(10, 1), 1) << "reduced";
  EXPECT_EQ(at(5, 1), 1) << "cleared once, and searched twice as land to reduce";
  EXPECT_EQ(at(1, 13), 0) << "cancelled by people who looked at nothing: not searched";
  EXPECT_EQ(at(18, 18), 0) << "never searched";
  EXPECT_EQ(field->labels.size(), 2U);
}

TEST(ReleaseOutcome, SaysNothingWhereLandWasReleasedInOneWay) {
  EXPECT_FALSE(outcomes_of({release(Outcome::cleared, Method::manual, {0, 0, 8})}));
  EXPECT_FALSE(outcomes_of({release(Outcome::reduced, Method::technical_survey, {0, 0, 8})}));
  EXPECT_FALSE(outcomes_of({release(Outcome::reduced, Method::technical_survey, {0, 0, 12}),
                            release(Outcome::cleared, Method::manual, {14, 14, 2})}))
      << "too little was cleared to stand for ground never searched";
}

}  // namespace
}  // namespace firmground::evidence
