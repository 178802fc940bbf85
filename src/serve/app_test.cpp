#include "serve/app.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "serve/gzip.h"
#include "serve/invented_programme.h"

namespace firmground::serve {
namespace {

using Json = nlohmann::json;

class AppTest : public testing::Test {
 protected:
  AppTest() : AppTest(ProgrammeContent{invented_snapshot(), {}, {}}) {}
  explicit AppTest(ProgrammeContent content) {
    auto source = std::make_unique<HeldSource>(std::move(content));
    source_ = source.get();
    app_ = std::make_unique<App>(std::move(source), StaticFiles(), std::vector<std::string>{"maps.example"});
    EXPECT_TRUE(app_->load(base::no_progress));
  }

  Response ask(std::string_view target, std::string_view method = "GET", const char* host = "127.0.0.1:8080") {
    Request headers;
    headers.host = host;
    return app_->answer(method, target, headers);
  }
  Json json(std::string_view target) { return Json::parse(*ask(target).body); }

  static std::string address(geo::Xy p) {
    const geo::LonLat at = geo::Crs::from_epsg(32639)->to_lon_lat(p);
    return "lon=" + std::to_string(at.lon) + "&lat=" + std::to_string(at.lat);
  }

  HeldSource* source_ = nullptr;
  std::unique_ptr<App> app_;
};

TEST_F(AppTest, TheProgrammeNamesItsLayersAndNoVictims) {
  const Json programme = json("/api/programme");
  EXPECT_EQ(programme.at("name"), "Test programme");
  EXPECT_EQ(programme.at("epsg"), 32639);
  std::vector<std::string> names;
  for (const Json& layer : programme.at("layers")) {
    names.push_back(layer.at("name"));
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"area-of-interest", "land-release", "hazards", "finds", "accidents", "places"}));
  EXPECT_FALSE(programme.at("hazard_raster").at("available"));
}

TEST_F(AppTest, NothingOfAVictimLeavesTheServer) {
  for (const char* target : {"/api/records/victims/V-SECRET", "/tiles/victims/0/0/0.mvt", "/api/search?q=V-SECRET"}) {
    const Response response = ask(target);
    EXPECT_TRUE(response.status == 404 || Json::parse(*response.body).at("results").empty()) << target;
  }
  for (const char* target : {"/api/records/accidents/A-1", "/api/situation", "/api/programme", "/api/account"}) {
    const std::string body = *ask(target).body;
    EXPECT_EQ(body.find("V-SECRET"), std::string::npos) << target;
    EXPECT_EQ(body.find("person-key-secret"), std::string::npos) << target;
    EXPECT_EQ(body.find("herding"), std::string::npos) << target;
  }
}

TEST_F(AppTest, ARecordShowsItsFieldsItsAreaAndWhatItIsLinkedTo) {
  const Json release = json("/api/records/land-release/LR-1");
  EXPECT_NEAR(release.at("area_m2").get<double>(), 90'000, 200);  // 300 m x 300 m, scale 0.9996 of the projection
  EXPECT_EQ(release.at("geometry").at("type"), "Polygon");
  EXPECT_EQ(release.at("versions").at(0).at("source"), "finds.csv, row 2");
  std::vector<std::string> links;
  for (const Json& link : release.at("links")) {
    links.push_back(link.at("id"));
  }
  EXPECT_EQ(links, (std::vector<std::string>{"HA-1", "F-1"}));
  EXPECT_EQ(json("/api/records/land-release/LR-2").at("status"), 404);
}

TEST_F(AppTest, APlaceTellsWhatIsRecordedThereNearestFirst) {
  const Json records = json("/api/at?" + address({kCorner.x + 5100, kCorner.y + 5110}) + "&radius_m=50").at("records");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].at("kind"), "hazards");
  EXPECT_EQ(records[1].at("kind"), "land-release");
  EXPECT_EQ(records[2].at("id"), "F-1");
  EXPECT_NEAR(records[2].at("distance_m").get<double>(), 10, 0.2);
}

TEST_F(AppTest, WhereNothingIsEstimatedTheServerSaysUnknownNotZero) {
  const Json at = json("/api/hazard/at?" + address({kCorner.x + 5100, kCorner.y + 5110}));
  EXPECT_FALSE(at.at("estimated"));
  EXPECT_TRUE(at.at("probability_any").is_null());
  EXPECT_TRUE(at.at("processed"));
  EXPECT_EQ(at.at("reasons").at(0).at("text"), "Cleared by manual on 2025-05-02 to 20 cm");
  EXPECT_EQ(json("/api/estimate").at("code"), "SV-0206");
}

TEST_F(AppTest, ASearchTypedOnAPlainKeyboardFindsAMarkedName) {
  const Json results = json("/api/search?q=agdam").at("results");
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].at("label"), "Ağdam");
  EXPECT_EQ(json("/api/search?q=f-1").at("results").at(0).at("kind"), "finds");
}

TEST_F(AppTest, OnlyReadingIsPossible) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
    const Response response = ask("/api/programme", method);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.allow, "GET, HEAD");
  }
}

TEST_F(AppTest, ABadQuestionIsAnsweredInWords) {
  for (const char* target :
       {"/api/at", "/api/at?lon=200&lat=0", "/api/at?lon=51&lat=41&radius_m=1e9", "/tiles/finds/3/9/0.mvt",
        "/tiles/finds/99/0/0.mvt", "/tiles/finds/-1/0/0.mvt", "/tiles/finds/1/x/0.mvt", "/api/search",
        "/tiles/finds/4294967299/0/0.mvt", "/tiles/hazard/probability_any/2/7/0.png"}) {
    const Response response = ask(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(response.content_type, "application/problem+json; charset=utf-8");
    EXPECT_FALSE(Json::parse(*response.body).at("remedy").get<std::string>().empty());
  }
  for (const char* target :
       {"/api/nothing", "/tiles/nothing/0/0/0.mvt", "/tiles/hazard/nothing/0/0/0.png", "/tiles/hillshade/0/0/0.png",
        "/api/records/nothing/1", "/api/records/finds", "/tiles/finds/0/0/0.png"}) {
    EXPECT_EQ(ask(target).status, 404) << target;
  }
}

TEST_F(AppTest, AForeignPageCannotReadTheRegisterThroughANameOfItsOwn) {
  EXPECT_EQ(ask("/api/programme", "GET", "evil.example:8080").status, 421);
  EXPECT_EQ(ask("/api/programme", "GET", "").status, 421);
  for (const char* host : {"localhost:8080", "127.0.0.1", "[::1]:8080", "maps.example"}) {
    EXPECT_EQ(ask("/api/programme", "GET", host).status, 200) << host;
  }
}

TEST_F(AppTest, AChangedProgrammeIsServedWithoutARestart) {
  const Response before = ask("/tiles/finds/0/0/0.mvt");
  mineaction::Snapshot changed = invented_snapshot();
  changed.finds[0].device = mineaction::Device::uxo;
  mineaction::finish_snapshot(changed);
  source_->exchange({changed, {}, {}}, "2");
  ask("/health");
  app_->settle();
  EXPECT_EQ(json("/health").at("snapshot"), changed.hash);
  const Response after = ask("/tiles/finds/0/0/0.mvt");
  EXPECT_NE(before.etag, after.etag);
  EXPECT_NE(after.body->find("UXO"), std::string::npos);
}

TEST_F(AppTest, SituationAndAccountAreAnswered) {
  EXPECT_EQ(json("/api/situation").at("mines_found"), 1);
  EXPECT_NEAR(json("/api/account").at("cleared_ha").get<double>(), 9, 0.05);
}

TEST_F(AppTest, AnAccountIsAskedForAPartAsOnTheCommandLine) {
  const auto whole = json("/api/account");
  const auto manual = json("/api/account?method=manual");
  const auto by_method = json("/api/account?by=method,year&unit=m2");
  EXPECT_LE(manual.at("cleared_ha").get<double>(), whole.at("cleared_ha").get<double>());
  double cleared_m2 = 0;
  for (const auto& row : by_method.at("rows")) {
    cleared_m2 += row.at("cleared_m2").get<double>();
  }
  EXPECT_NEAR(cleared_m2, 10'000 * whole.at("cleared_ha").get<double>(), 1);
  const auto later = json("/api/account?from=2100-01-01&until=2100-12-31");
  EXPECT_EQ(later.at("new_ha"), 0);
  EXPECT_GT(later.at("opening_ha").get<double>(), 0);
}

TEST_F(AppTest, AnAccountOfWhatIsNotThereIsRefusedAndNeverTheWholeCountry) {
  EXPECT_EQ(ask("/api/account?distrct=North").status, 400);
  EXPECT_EQ(ask("/api/account?district=").status, 400);
  EXPECT_EQ(ask("/api/account?unit=acres").status, 400);
  EXPECT_EQ(ask("/api/account?district=Nowhere").status, 404);
  EXPECT_EQ(ask("/api/account?organisation=Nobody").status, 404);
  EXPECT_EQ(ask("/api/account?method=magic").status, 404);
  EXPECT_EQ(ask("/api/account?by=colour").status, 404);
  EXPECT_EQ(ask("/api/account?from=yesterday").status, 422);
}

}  // namespace
}  // namespace firmground::serve
