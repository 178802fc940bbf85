#include "mineaction/kind_schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace firmground::mineaction {
namespace {

TEST(KindSchema, SaysOfEveryColumnWhatAFormMustKnow) {
  const auto json = nlohmann::json::parse(json_schema(*find_kind("land-release")));
  EXPECT_EQ(json["title"], "land-release");
  EXPECT_EQ(json["x-geometry"], "polygon");
  const auto& coverage = json["properties"]["coverage"];
  EXPECT_EQ(coverage["maximum"], 1);
  EXPECT_EQ(coverage["type"], nlohmann::json::array({"number", "null"}));
  const auto& outcome = json["properties"]["outcome"];
  EXPECT_EQ(outcome["enum"], nlohmann::json::array({"cancelled", "reduced", "cleared"}));
  EXPECT_EQ(outcome["type"], "string");
  EXPECT_EQ(json["properties"]["hazard_id"]["x-link"], "hazards");
  EXPECT_EQ(nlohmann::json::parse(json_schema(*find_kind("victims")))["properties"]["person_key"]["x-privacy"],
            "personal");
}

TEST(KindSchema, EveryKindHasOne) {
  for (const Kind& kind : kinds()) {
    const auto json = nlohmann::json::parse(json_schema(kind));
    EXPECT_EQ(json["properties"].size(), kind.fields.size()) << kind.name;
    for (const Field& field : kind.fields) {
      EXPECT_FALSE(type_in_words(field).empty()) << kind.name << "." << field.name;
    }
  }
}

}  // namespace
}  // namespace firmground::mineaction
