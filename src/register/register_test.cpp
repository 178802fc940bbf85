#include "register/register.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "register/database.h"
#include "register/test_folder.h"

namespace firmground::registry {
namespace {

TEST(Register, IsMadeOnceAndNeverOverwritten) {
  const TestFolder folder;
  const auto made = Register::create(folder / "island.gpkg", "invented-country", "Island programme");
  ASSERT_TRUE(made) << base::to_text(made.error());
  const auto again = Register::create(folder / "island.gpkg", "invented-country", "");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().id, "registry.exists");
}

TEST(Register, RemembersItsProfileAndCrsInTheFile) {
  const TestFolder folder;
  ASSERT_TRUE(Register::create(folder / "p.gpkg", "generic", "Coast", 32638));
  const auto programme = Register::open(folder / "p.gpkg");
  ASSERT_TRUE(programme) << base::to_text(programme.error());
  const auto snapshot = programme->snapshot();
  ASSERT_TRUE(snapshot) << base::to_text(snapshot.error());
  EXPECT_EQ(snapshot->crs->epsg(), 32638);
  EXPECT_EQ(snapshot->programme.name, "Coast");
  EXPECT_EQ(snapshot->programme.country, "Coast");
}

TEST(Register, GuessesNoCrs) {
  const TestFolder folder;
  const auto made = Register::create(folder / "p.gpkg", "generic", "Coast");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().id, "registry.crs_needed");
  EXPECT_FALSE(std::filesystem::exists(folder / "p.gpkg"));
}

TEST(Register, NamesTheProfilesThereAre) {
  const TestFolder folder;
  const auto made = Register::create(folder / "p.gpkg", "atlantis", "");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().remedy.find("invented-country"), std::string::npos);
}

TEST(Register, RefusesAFileThatIsNoProgramme) {
  const TestFolder folder;
  folder.write("notes.gpkg", "this is a letter, not a register, and it is long enough to be taken for a page of one");
  const auto opened = Register::open(folder / "notes.gpkg");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().id, "registry.not_a_programme");
}

TEST(Register, KeepsDerivedResultsUntilTheyAreMadeAgain) {
  const TestFolder folder;
  auto programme = Register::create(folder / "p.gpkg", "invented-country", "");
  ASSERT_TRUE(programme);
  const auto none = programme->load("hazard-raster");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
  const std::string bytes("II*\0 with a zero byte", 21);
  ASSERT_TRUE(programme->store({"hazard-raster", "{}", "2026-01-01T00:00:00Z", "old"}));
  ASSERT_TRUE(programme->store({"hazard-raster", "{}", "2026-01-02T00:00:00Z", bytes}));
  const auto stored = programme->load("hazard-raster");
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ((*stored)->bytes, bytes);
}

}  // namespace
}  // namespace firmground::registry
