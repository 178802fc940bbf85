#include "report/situation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "report/drawn_country.h"
#include "report/interval.h"

// NOLINTBEGIN(bugprone-unchecked-optional-access): a test that reads what is not there has failed
namespace firmground::report {
namespace {

using mineaction::Device;
using mineaction::HazardType;
using mineaction::LandState;
using mineaction::Outcome;
using mineaction::Sex;
using mineaction::Snapshot;
using mineaction::VictimOutcome;
using testing::Contains;
using testing::HasSubstr;

Situation report(const Snapshot& snapshot, const std::vector<drawn::Ground>& ground, const std::string& period = "",
                 const std::optional<EstimateSummary>& estimate = {}) {
  const SituationOptions options = period.empty() ? SituationOptions{} : *parse_period(period);
  return *situation_from_account(snapshot, drawn::account_of(snapshot, ground), estimate, options);
}

geo::PlanarGeometry field(double west) {
  return drawn::rectangle(500000 + west, 4400000, 100, 100);
}

/// Three hazards of which a part was cleared, reduced, cancelled in 2023, 2024, 2025: 100 ha, 30 ha, 20 ha.
Snapshot three_years() {
  Snapshot s = drawn::empty_country();
  s.hazards = {drawn::hazard("HA-1", HazardType::confirmed, field(0))};
  s.land_releases = {drawn::release("LR-1", Outcome::cleared, "2023-05-02", field(0)),
                     drawn::release("LR-2", Outcome::reduced, "2024-05-02", field(200)),
                     drawn::release("LR-3", Outcome::cancelled, "2025-05-02", field(400))};
  s.baselines = {{"First survey", drawn::date("2021-01-01"), 2000, "Ministry"},
                 {"Second survey", drawn::date("2024-06-01"), 1000, "Agency"}};
  return s;
}
const std::vector<drawn::Ground> kThreeYears = {{LandState::cleared, 1e6, 0},
                                                {LandState::reduced, 3e5, 1},
                                                {LandState::cancelled, 2e5, 2},
                                                {LandState::remaining_confirmed, 4e6},
                                                {LandState::remaining_suspected, 1e6}};

TEST(Situation, AnEmptyRegisterKnowsNothingAndSaysWhy) {
  const Situation s = report(drawn::empty_country(), {});
  EXPECT_FALSE(s.cleared_ha || s.reduced_ha || s.cancelled_ha || s.remaining_ha || s.share_of_baseline);
  EXPECT_FALSE(s.mines_found || s.erw_found || s.since || s.all || s.records.accuracy);
  EXPECT_FALSE(s.national_share || s.funding_total || s.estimate || s.years_at_present_pace);
  for (const char* key : {"cleared_ha", "remaining_ha", "share_of_baseline", "mines_found", "casualties.total",
                          "records.accuracy", "funding.total", "estimate", "years_at_present_pace"}) {
    EXPECT_TRUE(s.reasons.contains(key)) << key;
  }
  const auto json = nlohmann::json::parse(to_json(s));
  EXPECT_TRUE(json["cleared_ha"].is_null());
  EXPECT_TRUE(json["casualties"]["since"]["total"].is_null());
  EXPECT_TRUE(json["estimate"].is_null());
}

TEST(Situation, ClearedGroundIsDividedByTheBaselineInForce) {
  const Situation s = report(three_years(), kThreeYears);
  EXPECT_DOUBLE_EQ(*s.cleared_ha, 100);
  EXPECT_DOUBLE_EQ(*s.remaining_ha, 500);
  EXPECT_EQ(s.baseline->name, "Second survey");
  EXPECT_DOUBLE_EQ(*s.share_of_baseline, 0.1);
  EXPECT_EQ(report(three_years(), kThreeYears, "2023").baseline->name, "First survey");
}

TEST(Situation, NothingToDivideByGivesNoShareAndNeverZero) {
  Snapshot s = three_years();
  s.baselines = {{"Later survey", drawn::date("2026-01-01"), 1000, ""}};
  EXPECT_FALSE(report(s, kThreeYears).share_of_baseline);
  s.baselines = {{"No area", drawn::date("2020-01-01"), 0, ""}};
  const Situation without_area = report(s, kThreeYears);
  EXPECT_FALSE(without_area.share_of_baseline);
  EXPECT_THAT(without_area.reasons.at("share_of_baseline"), HasSubstr("No area"));
}

TEST(Situation, APeriodCountsWhatWasReleasedInItBesideTheTotalToDate) {
  const Situation s = report(three_years(), kThreeYears, "2024-03..2025-12-31");
  EXPECT_DOUBLE_EQ(*s.cleared_ha, 0);  // recorded releases, none of them clearance: a true zero
  EXPECT_DOUBLE_EQ(*s.reduced_ha, 30);
  EXPECT_DOUBLE_EQ(s.to_date->cleared_ha, 100);
  EXPECT_DOUBLE_EQ(*s.share_of_baseline, 0);
  EXPECT_DOUBLE_EQ(*s.share_of_baseline_to_date, 0.1);
  EXPECT_EQ(s.as_of.to_string(), "2025-12-31");
}

TEST(Situation, APeriodAfterTheLastInformationIsRefused) {
  const auto options = parse_period("2027");
  const Snapshot s = three_years();
  const auto refused = situation_from_account(s, drawn::account_of(s, kThreeYears), {}, *options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "report.period_after_information");
  EXPECT_EQ(parse_period("2025..2024").error().id, "report.period_reversed");
  EXPECT_EQ(parse_period("spring").error().id, "report.period_invalid");
}

TEST(Situation, PresentPaceIsTheMeanOfTheLastThreeFullYearsInsideHazards) {
  Snapshot s = three_years();
  EXPECT_DOUBLE_EQ(*report(s, kThreeYears).present_pace_ha_year, 50);  // (100 + 30 + 20) / 3
  EXPECT_DOUBLE_EQ(*report(s, kThreeYears).years_at_present_pace, 10);
  EXPECT_DOUBLE_EQ(*report(s, kThreeYears).baseline_remaining_ha, 850);  // of 1000 ha 150 are released
  EXPECT_DOUBLE_EQ(*report(s, kThreeYears).years_for_baseline, 17);
  s.as_of = drawn::date("2025-12-30");  // 2025 is not over: 2022 to 2024
  EXPECT_DOUBLE_EQ(*report(s, kThreeYears).present_pace_ha_year, 130.0 / 3);
  std::vector<drawn::Ground> outside = kThreeYears;
  for (drawn::Ground& ground : outside) {
    ground.inside_hazard = false;
  }
  const Situation idle = report(s, outside);
  EXPECT_DOUBLE_EQ(*idle.present_pace_ha_year, 0);
  EXPECT_FALSE(idle.years_at_present_pace);
  EXPECT_TRUE(idle.reasons.contains("years_at_present_pace"));
}

TEST(Situation, HazardsWithoutAPolygonLeaveTheRemainingAreaUnknown) {
  Snapshot s = three_years();
  auto account = drawn::account_of(s, kThreeYears);
  account.hazards_without_polygon = 1;
  EXPECT_FALSE(situation_from_account(s, account, {})->remaining_ha);
}

TEST(Situation, MinesAreApPlusAvAndTheCountOfAFindIsSummed) {
  Snapshot s = drawn::empty_country();
  s.finds = {drawn::find("F-1", Device::ap_mine, 3, "2024-01-05", {}),
             drawn::find("F-2", Device::av_mine, 2, "2025-01-05", {}),
             drawn::find("F-3", Device::uxo, 5, "2025-02-05", {}),
             drawn::find("F-4", Device::axo, 7, "2025-02-06", {}),
             drawn::find("F-5", Device::submunition, 11, "", {}),
             drawn::find("F-6", Device::erw, 13, "2025", {}),
             drawn::find("F-7", Device::ied, 17, "2025-03-01", {}),
             drawn::find("F-8", Device::unknown, 1, "2025-03-01", {}),
             drawn::find("F-9", Device::ap_mine, 100, "2026-03-01", {})};  // after the date of information
  const Situation all = report(s, {});
  EXPECT_EQ(all.mines_found, 5);
  EXPECT_EQ(all.erw_found, 36);
  EXPECT_EQ(all.other_found, 18);
  EXPECT_THAT(all.notes, Contains(HasSubstr("Found items without a date: 11")));
  const Situation year = report(s, {}, "2025");
  EXPECT_EQ(year.mines_found, 2);
  EXPECT_EQ(year.erw_found, 25);
  const Situation month = report(s, {}, "2025-02");  // "2025" may lie in it or not
  EXPECT_EQ(month.erw_found, 12);
  EXPECT_THAT(month.notes, Contains(HasSubstr("dated too roughly")));
}

TEST(Situation, EachCasualtyCountsOnceWhoeverReportsIt) {
  Snapshot s = drawn::empty_country();
  s.accidents = {drawn::accident("A-1", "2019-07-01", 1, 2), drawn::accident("A-2", "2020-11-10", {}, {}),
                 drawn::accident("A-3", "2024-07-01", 0, 1), drawn::accident("A-4", "2025-07-01", {}, {})};
  s.victims = {drawn::victim("V-1", "A-1", Sex::female, 17, true, VictimOutcome::killed),
               drawn::victim("V-2", "A-2", Sex::male, 18, false, VictimOutcome::injured),
               drawn::victim("V-3", "A-2", Sex::male, 40, {}, VictimOutcome::unknown),
               drawn::victim("V-4", "A-2", Sex::male, 40, {}, VictimOutcome::unknown),  // the same person again
               drawn::victim("V-5", "A-3", Sex::unknown, {}, true, VictimOutcome::injured),
               drawn::victim("V-6", "A-3", Sex::female, 5, true, VictimOutcome::injured),  // one more than the accident
               drawn::victim("V-7", "A-9", Sex::male, 30, true, VictimOutcome::killed)};   // no such accident
  s.victims[2].person_key = s.victims[3].person_key = "k1";
  const Situation r = report(s, {});
  EXPECT_EQ(r.all->total, 6);
  EXPECT_EQ(r.all->killed, 1);
  EXPECT_EQ(r.all->injured, 4);
  EXPECT_EQ(r.all->outcome_unknown, 1);
  EXPECT_EQ(r.all->women, 2);
  EXPECT_EQ(r.all->men, 2);
  EXPECT_EQ(r.all->sex_unknown, 2);  // the two persons of A-1 that nobody described
  EXPECT_EQ(r.all->children, 2);
  EXPECT_EQ(r.all->civilian, 3);
  EXPECT_EQ(r.since->total, 3);  // the since-date itself counts
  EXPECT_EQ(r.since->killed, 0);
  EXPECT_THAT(r.notes, Contains(HasSubstr("First: A-3: 1 in the accident, 2 victim records")));
  EXPECT_THAT(r.notes, Contains(HasSubstr("fewer victim records than casualties: 1")));
  EXPECT_THAT(r.notes, Contains(HasSubstr("repeat a person of the same accident: 1")));
  EXPECT_THAT(r.notes, Contains(HasSubstr("name no recorded accident: 1")));
  EXPECT_THAT(r.notes, Contains(HasSubstr("neither casualty figures nor victim records: 1")));
}

TEST(Situation, PersonsOfWhomNothingIsKnownAreNoGroupOfZero) {
  Snapshot s = drawn::empty_country();
  s.accidents = {drawn::accident("A-1", "2024-07-01", 1, 2)};
  const auto since = nlohmann::json::parse(to_json(report(s, {})))["casualties"]["since"];
  EXPECT_EQ(since["total"], 3);
  EXPECT_TRUE(since["women"].is_null());
  EXPECT_TRUE(since["children"].is_null());
  EXPECT_TRUE(since["civilian"].is_null());
  EXPECT_EQ(since["sex_unknown"], 3);
}

/// Records R-1... of one source, each 100 m square; released ground and mines as the test draws them.
mineaction::MinefieldRecord record(std::string id, std::string source, geo::PlanarGeometry geometry) {
  mineaction::MinefieldRecord r;
  r.record_id = std::move(id);
  r.source = std::move(source);
  r.geometry = std::move(geometry);
  return r;
}

TEST(Situation, ARecordIsJudgedOnlyWhereAFifthOfItsGrownOutlineWasReleased) {
  Snapshot s = drawn::empty_country();
  // Grown by 50 m a 100 m square covers 100 x 100 + 4 x 100 x 50 + pi x 50 x 50 = 37,854 m2; a fifth of it is 7,571 m2.
  s.minefield_records = {record("R-1", "archive", field(0)), record("R-2", "archive", field(1000)),
                         record("R-3", "archive", field(2000)), record("R-4", "hand-over", field(3000)),
                         record("R-5", "hand-over", {})};
  const auto strip = [](double west, double height) { return drawn::rectangle(500000 + west, 4400000, 100, height); };
  s.land_releases = {drawn::release("LR-1", Outcome::cleared, "2024-01-01", strip(0, 77)),
                     drawn::release("LR-2", Outcome::cleared, "2024-01-01", strip(1000, 77)),
                     drawn::release("LR-3", Outcome::cleared, "2024-01-01", strip(2000, 74))};  // a little too little
  s.finds = {drawn::find("F-1", Device::ap_mine, 1, "2024-01-01", {500149.9, 4400050}),         // 49.9 m beside R-1
             drawn::find("F-2", Device::ap_mine, 1, "2024-01-01", {501150.1, 4400050}),         // 50.1 m beside R-2
             drawn::find("F-3", Device::uxo, 1, "2024-01-01", {501050, 4400050}),               // no mine
             drawn::find("F-4", Device::av_mine, 1, "2024-01-01", {502050, 4400050})};
  const Situation r =
      report(s, {{LandState::cleared, 7700, 0}, {LandState::cleared, 7700, 1}, {LandState::cleared, 7400, 2}});
  EXPECT_EQ(r.records.records, 5);
  EXPECT_EQ(r.records.searched, 2);
  EXPECT_EQ(r.records.confirmed, 1);
  EXPECT_DOUBLE_EQ(*r.records.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(*r.records.p05, jeffreys_interval(1, 2).p05);
  ASSERT_EQ(r.records_by_source.size(), 2U);
  EXPECT_EQ(r.records_by_source[0].source, "archive");
  EXPECT_FALSE(r.records_by_source[1].accuracy);  // nothing of the hand-over was searched
  EXPECT_THAT(r.notes, Contains(HasSubstr("Minefield records without a position: 1")));
}

TEST(Situation, ARecordWhoseOutlineCrossesItselfIsJudgedByWhatItsLinesEnclose) {
  Snapshot s = drawn::empty_country();
  geo::PlanarPolygon bow_tie;
  bow_tie.outer = {{500000, 4400000}, {500200, 4400200}, {500200, 4400000}, {500000, 4400200}};
  s.minefield_records = {record("R-1", "archive", {{}, {}, {bow_tie}})};
  s.land_releases = {
      drawn::release("LR-1", Outcome::cleared, "2024-01-01", drawn::rectangle(499900, 4399900, 400, 400))};
  s.finds = {drawn::find("F-1", Device::ap_mine, 1, "2024-01-01", {500010, 4400100})};
  const Situation r = report(s, {{LandState::cleared, 160000, 0}});
  EXPECT_EQ(r.records.searched, 1);
  EXPECT_EQ(r.records.confirmed, 1);
}

TEST(Situation, MoneyInDifferentCurrenciesIsNeverSummed) {
  Snapshot s = drawn::empty_country();
  s.funding = {drawn::funding("F-1", 2024, 95, "AZN", true), drawn::funding("F-2", 2024, 5, "AZN", false),
               drawn::funding("F-3", 2024, 40, "AZN", {}), drawn::funding("F-4", 2025, 1000, "USD", false)};
  const Situation r = report(s, {});
  EXPECT_EQ(r.currency, "AZN");
  EXPECT_DOUBLE_EQ(*r.funding_total, 140);
  EXPECT_DOUBLE_EQ(*r.national_share, 0.95);
  EXPECT_THAT(r.funding_notes, Contains(HasSubstr("1,000 USD")));
  EXPECT_THAT(r.funding_notes, Contains(HasSubstr("40 AZN do not say")));
  EXPECT_FALSE(report(s, {}, "2024-03").funding_total);  // funding is recorded by year
  s.programme.default_currency = "EUR";
  EXPECT_EQ(report(s, {}).currency, "AZN");  // most contributions
}

TEST(Situation, AStaleEstimateIsShownWithItsAgeAndSaidToBeStale) {
  const EstimateSummary estimate{{1000, 800, 1300}, "2025-02-03T00:00:00.000Z", "abc", true};
  const Situation r = report(three_years(), kThreeYears, "", estimate);
  EXPECT_THAT(r.notes, Contains(HasSubstr("another state of the register")));
  const auto json = nlohmann::json::parse(to_json(r));
  EXPECT_EQ(json["estimate"]["items_mean"], 1000);
  EXPECT_EQ(json["estimate"]["made_at"], "2025-02-03T00:00:00.000Z");
  EXPECT_NE(r.stamp.id(), report(three_years(), kThreeYears).stamp.id());
}

TEST(Situation, OverlappingReleasesOfTheRealAccountCountEachSquareMetreOnce) {
  Snapshot s = drawn::empty_country();
  s.hazards = {drawn::hazard("HA-1", HazardType::confirmed, drawn::rectangle(500000, 4400000, 400, 100))};
  s.land_releases = {
      drawn::release("LR-1", Outcome::cleared, "2024-05-02", drawn::rectangle(500000, 4400000, 200, 100)),
      drawn::release("LR-2", Outcome::cleared, "2025-05-02", drawn::rectangle(500100, 4400000, 200, 100))};
  const Situation r = *situation(s, {});
  // On the central meridian of UTM a metre of ground is 0.9996 m of paper: 3 ha of paper are 3.0024 ha of ground.
  constexpr double kGround = 1 / (0.9996 * 0.9996);
  EXPECT_NEAR(*r.cleared_ha, 3 * kGround, 1e-5);
  EXPECT_NEAR(*r.remaining_ha, 1 * kGround, 1e-5);
  EXPECT_NEAR(*situation(s, {}, *parse_period("2025"))->cleared_ha, 1 * kGround, 1e-5);
  EXPECT_NEAR(*situation(s, {}, *parse_period("2024"))->remaining_ha, 2 * kGround, 1e-5);
}

TEST(Situation, TheJsonOfADrawnCountryIsTheOneThatWasRead) {
  const Snapshot s = drawn::many_scripts();
  const EstimateSummary estimate{{125000, 98000, 161000}, "2026-01-05T10:00:00.000Z", "abcdef", false};
  auto json =
      nlohmann::ordered_json::parse(to_json(*situation_from_account(s, drawn::account_of_many_scripts(s), estimate)));
  json.erase("stamp");  // it names the version
  std::ifstream file("tests/golden/situation.json");
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(json.dump(1) + "\n", golden) << json.dump(1);
}

}  // namespace
}  // namespace firmground::report
// NOLINTEND(bugprone-unchecked-optional-access)
