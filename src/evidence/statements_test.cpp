#include "evidence/statements.h"

#include <gtest/gtest.h>

#include <cmath>

#include "evidence/drawn_statements_testing.h"

namespace firmground::evidence {
namespace {

using mineaction::Date;
using mineaction::Device;
using mineaction::HazardType;
using mineaction::Method;
using mineaction::Outcome;

const geo::Grid kGrid{50, 0, 20, 30, 20};

enum Class : std::uint8_t { sha_mines, sha_erw, sha_unnamed, cha_mines, cha_erw, cha_unnamed, cancelled };

/// Statements and searches, and what they make of the grid.
class Statements : public testing::Test {
 protected:
  void say(HazardType type, Device device, const DrawnSquare& square, const std::optional<Date>& day = {}) {
    snapshot_.hazards.push_back(drawn_hazard(type, device, square, kGrid));
    snapshot_.hazards.back().reported_on = day;
  }
  void cancel(const DrawnSquare& square, const Date& day, Method method = Method::nts) {
    snapshot_.land_releases.push_back(drawn_release(Outcome::cancelled, method, day, square, kGrid));
  }
  void search(const DrawnSquare& square, const Date& day) {
    snapshot_.land_releases.push_back(drawn_release(Outcome::cleared, Method::manual, day, square, kGrid));
    for (std::int32_t row = square.row; row < square.row + square.side; ++row) {
      for (std::int32_t column = square.column; column < square.column + square.side; ++column) {
        processed_[kGrid.index(column, row)] = 1;
      }
    }
  }
  CovariateField field(const std::optional<Date>& until = {}) const {
    return survey_statements(snapshot_, kGrid, processed_, until).value();
  }
  static float at(const CovariateField& field, std::int32_t column, std::int32_t row) {
    return field.value[kGrid.index(column, row)];
  }

  mineaction::Snapshot snapshot_;
  std::vector<std::uint8_t> processed_ = std::vector<std::uint8_t>(kGrid.size(), 0);
};

TEST_F(Statements, AreTheSourceClassesOfWhatIsRecorded) {
  say(HazardType::suspected, Device::ap_mine, {0, 0, 3});
  say(HazardType::suspected, Device::uxo, {4, 0, 3});
  say(HazardType::suspected, Device::unknown, {8, 0, 3});
  say(HazardType::confirmed, Device::submunition, {12, 0, 3});
  const CovariateField said = field();
  EXPECT_EQ(at(said, 1, 1), sha_mines);
  EXPECT_EQ(at(said, 5, 1), sha_erw);
  EXPECT_EQ(at(said, 9, 1), sha_unnamed);
  EXPECT_EQ(at(said, 13, 1), cha_erw);
  EXPECT_TRUE(std::isnan(at(said, 3, 1))) << "nobody said anything: not known, and not nothing";
  EXPECT_EQ((*said.statements)[sha_mines].polygons, 1U);
  EXPECT_EQ((*said.statements)[cha_mines].polygons, 0U);
  EXPECT_EQ(said.labels.size(), said.statements->size());
}

TEST_F(Statements, AConfirmedAreaGoesBeforeASuspectedOneAndALaterBeforeAnEarlier) {
  say(HazardType::confirmed, Device::uxo, {0, 0, 3}, Date(2010, 1, 1));
  say(HazardType::suspected, Device::ap_mine, {0, 0, 3}, Date(2020, 1, 1));
  say(HazardType::suspected, Device::uxo, {6, 0, 3}, Date(2020, 1, 1));
  say(HazardType::suspected, Device::ap_mine, {6, 0, 3}, Date(2010, 1, 1));
  EXPECT_EQ(at(field(), 1, 1), cha_erw);
  EXPECT_EQ(at(field(), 7, 1), sha_erw);
}

TEST_F(Statements, ACancellationWithoutASearchCountsUntilTheGroundIsReportedAgain) {
  say(HazardType::suspected, Device::ap_mine, {0, 0, 3}, Date(2020, 1, 1));
  cancel({0, 0, 3}, Date(2022, 5, 1));
  say(HazardType::suspected, Device::ap_mine, {6, 0, 3}, Date(2023, 1, 1));
  cancel({6, 0, 3}, Date(2022, 5, 1));
  cancel({12, 0, 3}, Date(2022, 5, 1), Method::manual);
  cancel({18, 0, 3}, Date(2022, 5, 1));
  EXPECT_EQ(at(field(), 1, 1), cancelled);
  EXPECT_EQ(at(field(), 7, 1), sha_mines);
  EXPECT_TRUE(std::isnan(at(field(), 13, 1))) << "searched by hand: effort, and no statement";
  EXPECT_EQ(at(field(), 19, 1), cancelled) << "that nothing speaks for ordnance is said of unsuspected ground too";
  EXPECT_EQ((*field().statements)[cancelled].polygons, 2U);
}

TEST_F(Statements, TellOfGroundThatWasSearchedLater) {
  say(HazardType::suspected, Device::ap_mine, {0, 0, 4}, Date(2020, 1, 1));
  search({0, 0, 2}, Date(2021, 1, 1));
  say(HazardType::suspected, Device::ap_mine, {6, 0, 4}, Date(2022, 1, 1));
  search({6, 0, 2}, Date(2021, 1, 1));
  say(HazardType::suspected, Device::ap_mine, {12, 0, 4});
  search({12, 0, 2}, Date(2021, 1, 1));
  const CovariateField said = field();
  EXPECT_EQ(at(said, 1, 1), static_cast<float>(sha_mines) + 0.5F) << "searched after it was said";
  EXPECT_EQ(at(said, 3, 3), sha_mines);
  EXPECT_TRUE(std::isnan(at(said, 7, 1))) << "what was found may be why it was said";
  EXPECT_EQ(at(said, 9, 3), sha_mines);
  EXPECT_EQ(at(said, 13, 1), static_cast<float>(sha_mines) + 0.5F) << "the day is not known";
  EXPECT_EQ((*said.statements)[sha_mines].polygons, 3U);
  EXPECT_EQ((*said.statements)[sha_mines].searched, 2U);
  EXPECT_EQ((*said.statements)[sha_mines].cells, 8U);
}

TEST_F(Statements, APolygonOfManyCellsIsOneFact) {
  say(HazardType::suspected, Device::ap_mine, {0, 0, 15});
  say(HazardType::suspected, Device::ap_mine, {16, 0, 1});
  say(HazardType::suspected, Device::ap_mine, {18, 0, 1});
  search({0, 0, 20}, Date(2021, 1, 1));
  EXPECT_NEAR((*field().statements)[sha_mines].facts, 1.02, 0.01);
  for (std::int32_t k = 0; k < 5; ++k) {
    say(HazardType::confirmed, Device::ap_mine, {2 * k, 17, 1});
  }
  EXPECT_NEAR((*field().statements)[cha_mines].facts, 5, 1e-9);
}

TEST_F(Statements, OfThePastAreThoseMadeUntilThen) {
  say(HazardType::suspected, Device::ap_mine, {0, 0, 3}, Date(2010, 1, 1));
  say(HazardType::suspected, Device::ap_mine, {6, 0, 3}, Date(2020, 1, 1));
  cancel({0, 0, 3}, Date(2020, 5, 1));
  EXPECT_EQ(at(field(Date(2015, 12, 31)), 1, 1), sha_mines);
  EXPECT_TRUE(std::isnan(at(field(Date(2015, 12, 31)), 7, 1)));
  EXPECT_EQ(at(field(), 1, 1), cancelled);
}

TEST_F(Statements, AreNoCovariateWhereNothingWasSaid) {
  search({0, 0, 5}, Date(2021, 1, 1));
  EXPECT_FALSE(survey_statements(snapshot_, kGrid, processed_, {}).has_value());
}

}  // namespace
}  // namespace firmground::evidence
