#include "geo/magnetic_field.h"

#include <gtest/gtest.h>

namespace firmground::geo {
namespace {

TEST(MagneticField, DeclinationIsThatOfThePublishedTestValues) {
  // Published test values of the World Magnetic Model 2025 at sea level, 2027.5 (declination rounded to 0.01 degree).
  EXPECT_NEAR(declination_deg({-59, -13}, 2027.5).value(), -17.49, 0.006);
  // And of the model of 2020: between 2020 and 2025 we draw the line between the two models, not the forecast of 2020.
  EXPECT_NEAR(declination_deg({-59, -13}, 2022.5).value(), -16.65, 0.1);
  // IGRF-12 against the World Magnetic Model of 2015, made from the same satellites.
  EXPECT_NEAR(declination_deg({0, 80}, 2015).value(), -3.85, 0.05);
  EXPECT_NEAR(declination_deg({120, 0}, 2015).value(), 0.57, 0.05);
  EXPECT_NEAR(declination_deg({-120, -80}, 2015).value(), 69.81, 0.1);
}

TEST(MagneticField, InKarabakhTheNeedleMovedEastByMoreThanADegreeWhileMinesWereLaid) {
  const LonLat aghdam{46.93, 39.99};
  const double in_1991 = declination_deg(aghdam, 1991.5).value();
  const double in_2020 = declination_deg(aghdam, 2020.9).value();
  EXPECT_GT(in_1991, 4);
  EXPECT_LT(in_1991, 6);
  EXPECT_GT(in_2020 - in_1991, 1);
  EXPECT_STREQ(magnetic_model(1991.5), "IGRF-12");
  EXPECT_STREQ(magnetic_model(2026), "WMM2025");
}

TEST(MagneticField, AYearThatNoModelCoversIsRefusedRatherThanExtrapolated) {
  EXPECT_EQ(declination_deg({47, 40}, 1930).error().id, "geo.declination_unknown");
  EXPECT_EQ(declination_deg({47, 40}, 2031).error().id, "geo.declination_unknown");
}

TEST(MagneticField, ADateThatIsOnlyAYearStandsForItsMiddle) {
  EXPECT_NEAR(decimal_year(base::Date::parse("1994").value()), 1994.5, 0.002);
  EXPECT_NEAR(decimal_year(base::Date::parse("1994-01-01").value()), 1994.0, 0.002);
}

}  // namespace
}  // namespace firmground::geo
