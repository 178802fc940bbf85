#include "mineaction/as_entered.h"

#include <gtest/gtest.h>

namespace firmground::mineaction {
namespace {

Record empty_record(const Kind& kind) {
  Record record;
  record.values.resize(kind.fields.size());
  return record;
}

TEST(AsEntered, EveryKindWithAPlaceKeepsHowThePlaceWasGivenAndNoOtherKindDoes) {
  for (const Kind& kind : kinds()) {
    const bool has_place = kind.geometry != GeometryRule::none;
    EXPECT_EQ(kind.field("entered_as") != nullptr, has_place) << kind.name;
    EXPECT_EQ(is_as_entered_field(kind.fields.back().name), has_place) << kind.name;
    EXPECT_FALSE(is_as_entered_field(kind.fields.front().name)) << kind.name;
  }
}

TEST(AsEntered, WhatIsKeptComesBackAndAPlaceGivenInDegreesOnWgs84HasNothingToTell) {
  const Kind& finds = *find_kind("finds");
  Record record = empty_record(finds);
  EXPECT_FALSE(as_entered(finds, record));
  const AsEntered given{"38SNJ1234567890", "MGRS", "no datum shift: WGS 84", 0.5};
  set_as_entered(finds, given, record);
  EXPECT_EQ(as_entered(finds, record), given);
  const Kind& victims = *find_kind("victims");
  EXPECT_FALSE(as_entered(victims, empty_record(victims)));
}

TEST(AsEntered, ItReadsAsASentence) {
  EXPECT_EQ(to_text({"X=4429000 Y=8665000", "SK-42", "EPSG:15865 Pulkovo 1942 to WGS 84 (16)", 4.5}),
            "entered as X=4429000 Y=8665000 in SK-42; derived by EPSG:15865 Pulkovo 1942 to WGS 84 (16), accurate to "
            "4.5 m");
  EXPECT_EQ(to_text({"lat 40°12'N, lon 46°45'E", "WGS 84", "", {}}), "entered as lat 40°12'N, lon 46°45'E in WGS 84");
}

}  // namespace
}  // namespace firmground::mineaction
