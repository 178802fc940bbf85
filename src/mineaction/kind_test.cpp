#include "mineaction/kind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mineaction/code_lists.h"

namespace firmground::mineaction {
namespace {

TEST(Kinds, EveryCanonicalKindIsDescribed) {
  for (const char* name : {"area-of-interest", "hazards", "minefield-records", "minefield-record-legs", "land-release",
                           "finds", "accidents", "victims", "places", "reference-layer", "districts", "teams", "assets",
                           "projects", "tasks", "funding", "baselines"}) {
    EXPECT_NE(find_kind(name), nullptr) << name;
  }
  EXPECT_EQ(find_kind("roads"), nullptr);
}

TEST(Kinds, AKindComesAfterTheKindsItLinksTo) {
  std::set<std::string> earlier;
  for (const Kind& kind : kinds()) {
    for (const Field& field : kind.fields) {
      EXPECT_TRUE(field.link_kind.empty() || earlier.contains(field.link_kind)) << kind.name << "." << field.name;
    }
    earlier.insert(kind.name);
  }
}

TEST(Kinds, EveryFieldHasAShortNameOfItsOwn) {
  for (const Kind& kind : kinds()) {
    const std::vector<std::string> names = ten_letter_names(kind);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), kind.fields.size()) << kind.name;
    EXPECT_TRUE(std::all_of(names.begin(), names.end(), [](const std::string& n) { return n.size() <= 10; }));
  }
  const Kind& releases = *find_kind("land-release");
  const std::vector<std::string> names = ten_letter_names(releases);
  EXPECT_EQ(names[releases.field_index("declared_area")], "declared_a");
  EXPECT_EQ(names[releases.field_index("declared_area_unit")], "declared_1");
}

TEST(Kinds, TheFirstFieldIsTheLocalIdGivenOrGenerated) {
  for (const Kind& kind : kinds()) {
    const Field& id = kind.fields.front();
    EXPECT_EQ(id.type, FieldType::text) << kind.name;
    EXPECT_NE(id.required, !kind.generated_id.empty()) << kind.name;
    for (const std::string& part : kind.generated_id) {
      EXPECT_TRUE(part == "geometry" || kind.field(part) != nullptr) << kind.name;
    }
  }
}

TEST(Kinds, EveryFieldExplainsItselfAndNoColumnNameIsAmbiguous) {
  for (const Kind& kind : kinds()) {
    EXPECT_TRUE(kind.information_date.empty() || kind.field(kind.information_date) != nullptr);
    std::set<std::string> names;
    for (const Field& field : kind.fields) {
      EXPECT_FALSE(field.help.empty()) << kind.name << "." << field.name;
      EXPECT_TRUE(names.insert(field.name).second) << kind.name << "." << field.name;
      for (const std::string& alias : field.aliases) {
        EXPECT_TRUE(names.insert(alias).second) << kind.name << "." << alias;
      }
      if (field.type == FieldType::code) {
        EXPECT_FALSE(code_list(field.code_list).values.empty());
      }
    }
  }
}

TEST(Kinds, AMisspelledKindFindsItsNeighbour) {
  EXPECT_EQ(nearest_kind("find"), "finds");
  EXPECT_EQ(nearest_kind("landrelease"), "land-release");
  EXPECT_EQ(nearest_kind("hazzards"), "hazards");
}

Record place(const char* name, double lon) {
  const Kind& kind = *find_kind("places");
  Record record;
  record.values.resize(kind.fields.size());
  record.values[kind.field_index("name")] = std::string(name);
  record.geometry.points = {{lon, 41.5}};
  return record;
}

TEST(GeneratedId, TwoVillagesOfOneNameStayTwo) {
  const Kind& kind = *find_kind("places");
  EXPECT_EQ(generated_id(kind, place("Novo Selo", 51.5)), generated_id(kind, place("Novo Selo", 51.5)));
  EXPECT_NE(generated_id(kind, place("Novo Selo", 51.5)), generated_id(kind, place("Novo Selo", 51.6)));
  EXPECT_TRUE(generated_id(kind, place("Novo Selo", 51.5)).starts_with("Novo Selo-"));
}

TEST(GeneratedId, DoesNotChangeWhenCoordinatesWereWrittenToOneMillimetre) {
  const Kind& kind = *find_kind("places");
  EXPECT_EQ(generated_id(kind, place("Dağ", 51.123456780000001)), generated_id(kind, place("Dağ", 51.12345678)));
}

}  // namespace
}  // namespace firmground::mineaction
