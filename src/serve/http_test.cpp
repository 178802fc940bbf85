#include "serve/http.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "serve/gzip.h"

namespace firmground::serve {
namespace {

TEST(Http, AnAddressIsReadIntoSegmentsAndParameters) {
  const auto request = parse_target("/api/records/land-release/LR%201?q=A%C4%9Fdam+x&empty=");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->path, (std::vector<std::string>{"api", "records", "land-release", "LR 1"}));
  EXPECT_EQ(request->query.at("q"), "Ağdam x");
  EXPECT_EQ(request->query.at("empty"), "");
}

TEST(Http, AHostileAddressIsRefusedInWords) {
  for (const char* target : {"/../etc/passwd", "/%2e%2e/etc/passwd", "/a/%2Fetc", "/a%5C..%5Cb", "/a%00b", "/%zz",
                             "/a%", "/%ff%fe", "/%c0%ae%c0%ae/", "/x?q=%0d%0aSet-Cookie:a", "no-slash", ""}) {
    const auto request = parse_target(target);
    ASSERT_FALSE(request) << target;
    EXPECT_EQ(request.error().http, 400) << target;
  }
  EXPECT_EQ(parse_target("/" + std::string(5000, 'a')).error().http, 414);
}

TEST(Http, ANumberOutOfRangeIsRefusedWithItsRange) {
  for (const char* value : {"181", "-1e9", "nan", "inf", "abc", "", "1%20", "0x10", "1,5"}) {
    const auto request = parse_target(std::string("/api/at?lon=") + value);
    ASSERT_TRUE(request);
    const auto number = number_parameter(*request, "lon", -180, 180);
    ASSERT_FALSE(number) << value;
    EXPECT_EQ(number.error().id, "serve.parameter_invalid");
    EXPECT_NE(number.error().message.find("lon"), std::string::npos);
  }
  EXPECT_EQ(number_parameter(*parse_target("/x"), "lon", -180, 180).error().id, "serve.parameter_missing");
  EXPECT_EQ(*number_parameter(*parse_target("/x?lon=51.5"), "lon", -180, 180), 51.5);
}

TEST(Http, AnUnchangedAnswerIsNotSentAgain) {
  Request request;
  const Response first = finish(json_response("{}"), request);
  EXPECT_EQ(first.status, 200);
  request.if_none_match = first.etag;
  const Response again = finish(json_response("{}"), request);
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body->empty());
  EXPECT_EQ(finish(json_response("{\"changed\":1}"), request).status, 200);
}

TEST(Http, ALongAnswerIsCompressedOnlyForWhoAccepts) {
  const std::string text(5000, 'x');
  Request request;
  EXPECT_EQ(*finish(json_response(text), request).body, text);
  request.accept_encoding = "br, gzip;q=0.8";
  const Response compressed = finish(json_response(text), request);
  EXPECT_EQ(compressed.content_encoding, "gzip");
  EXPECT_EQ(gunzip(*compressed.body), text);
  request.accept_encoding = "gzip;q=0";
  EXPECT_EQ(finish(json_response(text), request).content_encoding, "");
  EXPECT_TRUE(accepts("gzip", "gzip"));
  EXPECT_FALSE(accepts("x-gzip-other", "gzip"));
  EXPECT_FALSE(accepts("gzipped", "gzip"));
}

TEST(Http, AProblemSaysWhatIsWrongAndWhatToDo) {
  const Response response = problem(base::make_error("serve.layer_unknown", {{"layer", "mines"}, {"layers", "finds"}}));
  EXPECT_EQ(response.status, 404);
  const auto json = nlohmann::json::parse(*response.body);
  EXPECT_EQ(json.at("status"), 404);
  EXPECT_EQ(json.at("code"), "SV-0201");
  EXPECT_NE(json.at("detail").get<std::string>().find("mines"), std::string::npos);
  EXPECT_FALSE(json.at("remedy").get<std::string>().empty());
}

}  // namespace
}  // namespace firmground::serve
