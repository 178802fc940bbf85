#include "evidence/confirmed_areas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "evidence/covariates.h"
#include "evidence/drawn_statements_testing.h"

namespace firmground::evidence {
namespace {

using mineaction::Date;
using mineaction::Device;
using mineaction::HazardType;
using mineaction::Method;
using mineaction::Outcome;

constexpr geo::Grid kGrid{50, 0, 20, 40, 20};

class ConfirmedAreas : public testing::Test {
 protected:
  void say(HazardType type, const DrawnSquare& square, const std::optional<Date>& day) {
    snapshot_.hazards.push_back(drawn_hazard(type, Device::uxo, square, kGrid));
    snapshot_.hazards.back().reported_on = day;
  }
  void search(const DrawnSquare& square, const Date& day) {
    snapshot_.land_releases.push_back(drawn_release(Outcome::cleared, Method::manual, day, square, kGrid));
    for (std::int32_t row = square.row; row < square.row + square.side; ++row) {
      for (std::int32_t column = square.column; column < square.column + square.side; ++column) {
        processed_[kGrid.index(column, row)] = 1;
      }
    }
  }
  std::optional<CovariateField> field(const std::optional<Date>& until = {}) const {
    return confirmed_areas(snapshot_, kGrid, processed_, until);
  }
  static float at(const CovariateField& field, std::int32_t column, std::int32_t row) {
    return field.value[kGrid.index(column, row)];
  }

  mineaction::Snapshot snapshot_;
  std::vector<std::uint8_t> processed_ = std::vector<std::uint8_t>(kGrid.size(), 0);
};

TEST_F(ConfirmedAreas, TellOfTheGroundRoundThem) {
  say(HazardType::confirmed, {10, 4, 4}, Date(2010, 1, 1));
  say(HazardType::suspected, {30, 4, 4}, Date(2010, 1, 1));
  const auto away = field();
  ASSERT_TRUE(away);
  EXPECT_EQ(at(*away, 11, 5), 0);
  EXPECT_EQ(at(*away, 18, 5), 250);
  EXPECT_EQ(at(*away, 31, 5), 900) << "a suspected area confirms nothing";
  std::vector<std::string> notes;
  const auto fields =
      covariate_fields(snapshot_, kGrid, std::vector<std::uint8_t>(kGrid.size(), 1), processed_, std::nullopt, notes);
  EXPECT_TRUE(std::any_of(fields.begin(), fields.end(), [&](const CovariateField& one) {
    return one.name == away->name && one.value == away->value;
  }));
}

TEST_F(ConfirmedAreas, ReportedAfterASearchTellNothingOfIt) {
  say(HazardType::confirmed, {0, 0, 4}, Date(2010, 1, 1));
  say(HazardType::confirmed, {20, 0, 4}, Date(2020, 1, 1));
  search({8, 0, 2}, Date(2015, 6, 1));
  search({16, 0, 2}, Date(2015, 6, 1));
  search({16, 4, 2}, Date(2021, 6, 1));
  const auto away = field();
  ASSERT_TRUE(away);
  EXPECT_EQ(at(*away, 8, 0), 250) << "the area near by was known";
  EXPECT_TRUE(std::isnan(at(*away, 16, 0))) << "the nearest may have been drawn for what was found here";
  EXPECT_NEAR(at(*away, 16, 4), 50 * std::hypot(4, 1), 0.01) << "it was known when this was searched";
  EXPECT_EQ(at(*away, 16, 2), 200) << "never searched: all that is known now counts";
  EXPECT_EQ(at(*field(Date(2019, 1, 1)), 16, 0), 650) << "as of then";
}

TEST_F(ConfirmedAreas, AreNoCovariateWhereNoneIsKnown) {
  say(HazardType::suspected, {0, 0, 4}, Date(2010, 1, 1));
  EXPECT_FALSE(field());
}

}  // namespace
}  // namespace firmground::evidence
