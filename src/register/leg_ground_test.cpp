#include "register/leg_ground.h"

#include <gtest/gtest.h>

#include "mineaction/as_entered.h"
#include "mineaction/record_legs.h"
#include "register/copy.h"
#include "register/dialect.h"
#include "register/store_testing.h"
#include "register/undo.h"
#include "register/verify.h"

namespace firmground::registry {
namespace {

/// Two forms: F-1 is known by its legs alone, F-2 has a place of its own as well.
class LegGroundTest : public OnBothStores {
 protected:
  void SetUp() override {
    OnBothStores::SetUp();
    if (IsSkipped()) {
      return;
    }
    place_ = store_.place("p");
    programme_.emplace(Register::create(place_, "azerbaijan", "").value());
    enter("minefield-records",
          "record_id,recorded_on,longitude,latitude\nF-1,1994-05-20,,\nF-2,1994-05-20,46.9,39.99\n");
  }

  ImportOutcome enter(const char* kind, const std::string& text) {
    const std::string path = store_.folder() / (std::string(kind) + ".csv");
    store_.folder().write(std::string(kind) + ".csv", text);
    auto outcome = programme_->import_file(path, kind, {});
    EXPECT_TRUE(outcome) << base::to_text(outcome.error());
    EXPECT_EQ(outcome->refused, 0) << (outcome->issues.empty() ? "" : outcome->issues.front().error);
    return std::move(*outcome);
  }

  /// A mill in SK-42 zone 8, and a field of 200 m by 100 m that begins `metres` north of it.
  static std::string legs(const std::string& record, int metres) {
    std::string text =
        "record_id,leg,role,from_point,to_point,easting,northing,crs,bearing,bearing_unit,bearing_reference,distance,"
        "distance_unit\n" +
        record + ",1,tie-in,mill,A,8665000,4429000,SK-42 zone 8,0,deg,true," + std::to_string(metres) + ",m\n";
    const char* bearings[] = {"A,B,,,,0,deg,true,100", "B,C,,,,90,deg,true,200", "C,D,,,,180,deg,true,100",
                              "D,A,,,,270,deg,true,200"};
    for (int i = 0; i < 4; ++i) {
      text += record + "," + std::to_string(i + 2) + ",boundary," + bearings[i] + ",m\n";
    }
    return text;
  }

  std::string shown(const std::string& column, const std::string& record = "F-1") const {
    return sql_of(place_, "SELECT " + column + " FROM minefield_records WHERE record_id = '" + record + "'");
  }
  double latitude() const {
    const auto grounds = leg_grounds(*programme_, std::string("F-1"));
    return grounds->empty() ? 0 : grounds->at("F-1").geometry.polygons.at(0).outer.at(0).lat;
  }
  bool whole() const { return verify(*programme_)->whole(); }

  std::string place_;
  std::optional<Register> programme_;
};

TEST_P(LegGroundTest, ARecordKnownByItsLegsIsShownWhereTheyLeadThoughNoVersionSaysSo) {
  ASSERT_EQ(sql_of(place_, "SELECT count(*) FROM minefield_records WHERE geom IS NULL"), "1");
  enter("minefield-record-legs", legs("F-1", 300));
  EXPECT_EQ(shown("geom IS NOT NULL"), shown("1 = 1"));
  EXPECT_EQ(shown("derived_by"), "legs from a reference point: EPSG:15865 Pulkovo 1942 to WGS 84 (16)");
  EXPECT_EQ(shown("entered_crs"), "SK-42 zone 8");
  EXPECT_EQ(shown("derived_accuracy_m"), "4.5");
  EXPECT_EQ(shown("entered_as").substr(0, 36), "1 tie-in mill at 8665000 4429000 mil");
  EXPECT_EQ(programme_->history("minefield-records", "F-1")->size(), 1U);
  const auto snapshot = programme_->snapshot().value();
  EXPECT_TRUE(snapshot.minefield_records.at(0).geometry.empty()) << "what follows from legs is not evidence of its own";
  EXPECT_FALSE(snapshot.minefield_records.at(1).geometry.empty());
  EXPECT_TRUE(whole());
}

TEST_P(LegGroundTest, APlaceOfItsOwnIsNeverReplacedByLegs) {
  enter("minefield-record-legs", legs("F-2", 300));
  EXPECT_EQ(shown("derived_by IS NULL", "F-2"), shown("1 = 1", "F-2"));
  EXPECT_TRUE(leg_grounds(*programme_)->empty());
  EXPECT_TRUE(whole());
}

TEST_P(LegGroundTest, TheGroundMovesWithItsLegsAndGoesWithThem) {
  const auto first = enter("minefield-record-legs", legs("F-1", 300));
  const double before = latitude();
  const auto second = enter("minefield-record-legs", legs("F-1", 1300));
  EXPECT_NEAR((latitude() - before) * 111'000, 1000, 5);
  EXPECT_TRUE(whole());
  ASSERT_TRUE(undo_import(*programme_, second.batch, "a", "typing error"));
  EXPECT_DOUBLE_EQ(latitude(), before);
  EXPECT_TRUE(whole());
  ASSERT_TRUE(undo_import(*programme_, first.batch, "a", "another field"));
  EXPECT_EQ(shown("geom IS NULL AND entered_as IS NULL"), shown("1 = 1"));
  EXPECT_TRUE(whole());
}

TEST_P(LegGroundTest, ANewVersionOfTheRecordKeepsTheGroundOfItsLegs) {
  enter("minefield-record-legs", legs("F-1", 300));
  enter("minefield-records", "record_id,recorded_on,unit,longitude,latitude\nF-1,1994-05-20,3rd engineers,,\n");
  EXPECT_EQ(shown("unit"), "3rd engineers");
  EXPECT_EQ(shown("geom IS NOT NULL"), shown("1 = 1"));
  EXPECT_TRUE(whole());
}

TEST_P(LegGroundTest, AnotherPlaceOnTheLayerThanTheLegsSayIsFoundOut) {
  enter("minefield-record-legs", legs("F-1", 300));
  auto database = Database::open(place_, Database::Mode::read_write, std::chrono::seconds(5)).value();
  ASSERT_TRUE(database.execute("UPDATE firmground_gate SET is_open = 1"));
  ASSERT_TRUE(
      database.execute("UPDATE minefield_records SET geom = (SELECT geom FROM minefield_records WHERE record_id "
                       "= 'F-2') WHERE record_id = 'F-1'"));
  ASSERT_TRUE(database.execute("UPDATE firmground_gate SET is_open = 0"));
  const auto verification = verify(*programme_);
  ASSERT_EQ(verification->finding_count, 1);
  EXPECT_NE(verification->findings.front().what.find("F-1"), std::string::npos);
}

TEST_P(LegGroundTest, LegsThatLeadNowhereAreToldOnEntry) {
  std::string text = legs("F-1", 300);
  text.replace(text.find("270,deg,true,200"), 16, "270,deg,true,900");
  const auto outcome = enter("minefield-record-legs", text);
  ASSERT_EQ(outcome.issues.size(), 1U);
  EXPECT_EQ(outcome.issues.front().row, 1);
  EXPECT_EQ(outcome.issues.front().value, "F-1");
  EXPECT_FALSE(outcome.issues.front().refused);
  EXPECT_NE(outcome.issues.front().error.find("700"), std::string::npos) << outcome.issues.front().error;
}

TEST_P(LegGroundTest, ARecordWhoseLegsLeadToNoGroundStaysAsItWasEntered) {
  std::string text = legs("F-1", 300);
  text.replace(text.find("8665000,4429000"), 15, ",");
  enter("minefield-record-legs", text);
  EXPECT_EQ(shown("geom IS NULL AND entered_as IS NULL"), shown("1 = 1"));
  EXPECT_EQ(shown("recorded_on"), "1994-05-20");
  EXPECT_TRUE(leg_grounds(*programme_)->empty());
  EXPECT_TRUE(whole());
}

TEST_P(LegGroundTest, WhatAFileOfOursDerivedIsNotTakenForAPlaceOfItsOwnWhereTheLegsAreThere) {
  enter("minefield-record-legs", legs("F-1", 300));
  const std::string exported =
      "record_id,recorded_on,wkt,entered_as,entered_crs,derived_by,derived_accuracy_m\nF-1,1994-05-20,\"POLYGON ((46.9 "
      "40, "
      "46.91 40, 46.91 40.01, 46.9 40))\",legs,SK-42 zone 8,legs from a reference point: EPSG:15865,4.5\n";
  EXPECT_EQ(enter("minefield-records", exported).unchanged, 1);
  EXPECT_TRUE(programme_->snapshot()->minefield_records.at(0).geometry.empty());
}

TEST_P(LegGroundTest, ACopyInTheOtherStoreShowsTheSameGround) {
  enter("minefield-record-legs", legs("F-1", 300));
  const std::string there = store_.folder() / "copy.gpkg";
  ASSERT_TRUE(copy_programme(place_, there, base::no_progress));
  EXPECT_EQ(sql_of(there, "SELECT derived_by FROM minefield_records WHERE record_id = 'F-1'"), shown("derived_by"));
  const auto copied = Register::open(there).value();
  EXPECT_TRUE(verify(copied)->whole());
}

/// Takes the guards off the tables and says that the register is of layout 2, with its layers as that layout showed
/// them.
void age(const std::string& place, StoreKind store) {
  auto database = Database::open(place, Database::Mode::read_write, std::chrono::seconds(5)).value();
  const bool file = store == StoreKind::geopackage;
  for (const char* table : {"firmground_setting", "firmground_migration"}) {
    const std::string name(table);
    ASSERT_TRUE(database.execute(
        file ? "DROP TRIGGER \"" + name + "_no_UPDATE\"; DROP TRIGGER \"" + name + "_no_DELETE\""
             : "DROP TRIGGER firmground_no_change ON " + name + "; DROP TRIGGER firmground_no_truncate ON " + name));
  }
  ASSERT_TRUE(database.execute("UPDATE firmground_setting SET value = '2' WHERE name = 'layout'"));
  ASSERT_TRUE(database.execute("UPDATE firmground_gate SET is_open = 1"));
  ASSERT_TRUE(
      database.execute("UPDATE minefield_records SET geom = NULL, entered_as = NULL, entered_crs = NULL, "
                       "derived_by = NULL, derived_accuracy_m = NULL WHERE record_id = 'F-1'"));
  ASSERT_TRUE(database.execute("UPDATE firmground_gate SET is_open = 0"));
  const auto restored = database.dialect().append_only("firmground_migration", "A migration");
  ASSERT_TRUE(database.execute("DELETE FROM firmground_migration; " + restored +
                               database.dialect().append_only("firmground_setting", "A setting")));
}

TEST_P(LegGroundTest, ARegisterOfAnEarlierLayoutShowsTheGroundOfItsLegsOnceItIsOpened) {
  enter("minefield-record-legs", legs("F-1", 300));
  const std::string hash = programme_->snapshot()->hash;
  programme_.reset();
  age(place_, store_.kind());
  ASSERT_EQ(sql_of(place_, "SELECT count(*) FROM minefield_records WHERE geom IS NULL"), "1");
  programme_.emplace(Register::open(place_).value());
  EXPECT_EQ(sql_of(place_, "SELECT count(*) FROM minefield_records WHERE geom IS NOT NULL"), "2");
  EXPECT_EQ(shown("entered_crs"), "SK-42 zone 8");
  EXPECT_EQ(programme_->snapshot()->hash, hash);
  EXPECT_TRUE(whole());
}

FIRMGROUND_ON_BOTH_STORES(LegGroundTest);

}  // namespace
}  // namespace firmground::registry
