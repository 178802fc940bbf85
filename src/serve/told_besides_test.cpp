#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "serve/app.h"
#include "serve/invented_programme.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::json;

estimate::PolygonEstimate hazard(const char* id) {
  return {.id = id,
          .probability_none = 0.2,
          .items_mean = 12,
          .items_p05 = 3,
          .items_p95 = 31,
          .evidence = 0.6,
          .area_m2 = 960'000,
          .reasons = {},
          .without = {{"the finds and searches near by", 0.4, 4}},
          .kinds = {{evidence::ItemKind::ap_mines, 0.7, 10, 2, 25}, {evidence::ItemKind::av_mines, 0.3, 2, 0, 7}}};
}

estimate::PolygonSurvey survey(std::size_t polygon, const char* id, estimate::SurveyKind kind, double net) {
  estimate::PolygonSurvey result;
  result.polygon = polygon;
  result.id = id;
  result.kind = kind;
  result.area_m2 = 9600;
  result.cost = 3840;
  result.decision = {estimate::Release::clear, 0.4, 0.6, net + 3840};
  result.net = net;
  return result;
}

/// HA-1 of the invented programme and HA-2, told all there is.
pipeline::StoredEstimate told() {
  pipeline::StoredEstimate estimate;
  estimate.totals = {500, 300, 800};
  estimate.mode = "effort";
  estimate.polygons["hazards"] = {hazard("HA-1"), hazard("HA-2")};
  estimate.polygons["districts"] = {hazard("D-1")};
  estimate.kinds = {{evidence::OrdnanceClass::mines, 12, 0, {{evidence::ItemKind::ap_mines, 12, {400, 250, 700}}}},
                    {evidence::OrdnanceClass::erw, 0, 9, {}}};
  estimate.closer =
      pipeline::CloserLook{.polygons = "hazards", .without_evidence = true, .settings = estimate::SurveySettings{}};
  using enum estimate::SurveyKind;
  estimate.closer->surveys = {survey(0, "HA-1", likeliest_tenth, 100), survey(0, "HA-1", whole, -50),
                              survey(1, "HA-2", likeliest_tenth, 900)};
  estimate.request = R"({"cell_m":50.0})";
  estimate.stamp = {
      .product = "hazard-estimate", .snapshot_hash = "abc", .version = "0.1.0", .settings = "{}", .seed = 7};
  return estimate;
}

Json ask(const pipeline::StoredEstimate& estimate, std::string_view target) {
  App app(std::make_unique<HeldSource>(ProgrammeContent{invented_snapshot(), estimate, {}}), StaticFiles(), {});
  EXPECT_TRUE(app.load(base::no_progress));
  Request headers;
  headers.host = "127.0.0.1";
  return Json::parse(*app.answer("GET", target, headers).body);
}

/// By an earlier version, which told nothing besides.
pipeline::StoredEstimate updated() {
  pipeline::StoredEstimate estimate = told();
  for (estimate::PolygonEstimate& polygon : estimate.polygons["hazards"]) {
    polygon.without.clear();
  }
  estimate.closer->outdated = true;
  estimate.closer->surveys.clear();
  estimate.stamp.settings = R"({"updated_from":"abc"})";
  return estimate;
}

TEST(ToldBesides, AHazardTellsItsKindsWhatEvidenceIsWorthAndItsSurveysBestFirst) {
  const Json estimate = ask(told(), "/api/records/hazards/HA-1").at("estimate");
  EXPECT_EQ(estimate.at("kinds").at("ap_mines").at("items_p95"), 25);
  EXPECT_EQ(estimate.at("without").at(0).at("evidence"), "the finds and searches near by");
  const Json& surveys = estimate.at("surveys");
  EXPECT_EQ(surveys.at("rank"), 2);
  EXPECT_EQ(surveys.at("ranked"), 2);
  EXPECT_EQ(surveys.at("kinds").at(0).at("survey"), "likeliest tenth");
  EXPECT_EQ(surveys.at("kinds").at(1).at("net_saving"), -50);
}

TEST(ToldBesides, TheRankingNamesTheCostsThatItRestsOn) {
  const Json surveys = ask(told(), "/api/surveys?limit=1");
  EXPECT_EQ(surveys.at("ranking").size(), 1U);
  EXPECT_EQ(surveys.at("ranking").at(0).at("id"), "HA-2");
  EXPECT_EQ(surveys.at("ranked"), 2);
  EXPECT_EQ(surveys.at("worth_their_cost"), 2);
  EXPECT_EQ(surveys.at("settings").at("loss_per_item"), 25'000);
  EXPECT_TRUE(surveys.at("stamp").contains("snapshot_hash") || surveys.at("stamp").contains("snapshot"));
  EXPECT_EQ(ask(told(), "/api/surveys?limit=0").at("status"), 400);
}

TEST(ToldBesides, TheEstimateSaysWhatIsToldAndLeavesTheListToItsOwnRoute) {
  const Json estimate = ask(told(), "/api/estimate");
  EXPECT_FALSE(estimate.contains("closer"));
  EXPECT_TRUE(estimate.at("told_besides").at("surveys"));
  EXPECT_TRUE(estimate.at("told_besides").at("why_not").is_null());
}

TEST(ToldBesides, AfterAnUpdateKindsAreToldAndWhatIsNotIsNeverZero) {
  const Json estimate = ask(updated(), "/api/records/hazards/HA-1").at("estimate");
  EXPECT_EQ(estimate.at("kinds").at("ap_mines").at("items_mean"), 10);
  EXPECT_EQ(ask(updated(), "/api/estimate").at("kinds").at(0).at("kinds").at(0).at("items_mean"), 400);
  for (const char* part : {"without", "surveys"}) {
    EXPECT_TRUE(estimate.at(part).is_null()) << part;
  }
  EXPECT_EQ(estimate.at("why_not_told"), "updated");
  EXPECT_EQ(estimate.at("command"), "firmground estimate test.gpkg --without-evidence --surveys");
  EXPECT_EQ(ask(updated(), "/api/estimate").at("told_besides").at("why_not"), "updated");
  const Json refused = ask(updated(), "/api/surveys");
  EXPECT_EQ(refused.at("code"), "SV-0209");
  EXPECT_NE(refused.at("remedy").get<std::string>().find("--surveys"), std::string::npos);
}

TEST(ToldBesides, AfterAnUpdateOnlyPolygonsTooLargeForItLackEvidenceAndSurveys) {
  pipeline::StoredEstimate estimate = told();
  estimate.stamp.settings = R"({"updated_from":"abc"})";
  estimate.polygons["hazards"][0].besides_known = false;
  estimate.polygons["hazards"][0].without.clear();
  const Json large = ask(estimate, "/api/records/hazards/HA-1").at("estimate");
  EXPECT_TRUE(large.at("without").is_null() && large.at("surveys").is_null());
  EXPECT_EQ(large.at("why_not_told"), "updated");
  EXPECT_EQ(large.at("kinds").at("ap_mines").at("items_mean"), 10);
  EXPECT_TRUE(ask(estimate, "/api/estimate").at("told_besides").at("why_not").is_null());
  EXPECT_EQ(ask(estimate, "/api/surveys").at("ranked"), 2);
}

TEST(ToldBesides, APolygonOfWhichNothingIsKnownHasNoEmptyLists) {
  pipeline::StoredEstimate estimate = told();
  estimate::PolygonEstimate& polygon = estimate.polygons["hazards"][0];
  polygon.items_mean = polygon.probability_none = std::numeric_limits<double>::quiet_NaN();
  polygon.kinds.clear();
  polygon.without.clear();
  const Json json = ask(estimate, "/api/records/hazards/HA-1").at("estimate");
  EXPECT_TRUE(json.at("items_mean").is_null() && json.at("without").is_null() && json.at("surveys").is_null());
  EXPECT_EQ(json.at("why_not_told"), "not-estimated");
}

TEST(ToldBesides, WithoutAnEstimateThereIsNoRanking) {
  App app(std::make_unique<HeldSource>(ProgrammeContent{invented_snapshot(), {}, {}}), StaticFiles(), {});
  ASSERT_TRUE(app.load(base::no_progress));
  Request headers;
  headers.host = "127.0.0.1";
  EXPECT_EQ(Json::parse(*app.answer("GET", "/api/surveys", headers).body).at("code"), "SV-0206");
  headers.host = "evil.example";
  EXPECT_EQ(app.answer("GET", "/api/surveys", headers).status, 421);
}

}  // namespace
}  // namespace firmground::serve
