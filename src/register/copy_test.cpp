#include "register/copy.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "register/layout.h"
#include "register/register.h"
#include "register/store_testing.h"
#include "register/vault.h"

namespace firmground::registry {
namespace {

constexpr const char* kFilled = "tests/data/register/layout-1.gpkg";

/// Everything that a person can ask of a register, in words.
std::string told_by(const std::string& place) {
  const auto programme = Register::open(place);
  if (!programme) {
    return base::to_text(programme.error());
  }
  std::string told = programme->snapshot()->hash + " " + programme->snapshot(mineaction::Date(2022, 1, 15))->hash;
  for (const LayerInfo& layer : programme->layers()) {
    told += "\n" + layer.kind + " " + std::to_string(layer.count);
  }
  for (const char* id : {"F-1", "F-2", "F-3", "F-4", "F-6"}) {
    const auto history = programme->history("finds", id);
    for (const VersionInfo& version : *history) {
      told += "\n" + std::string(id) + " " + std::to_string(version.version) + " " + version.state + " " +
              version.author + " " + version.source + " " + version.entered_at + " " + version.information_date;
    }
  }
  return told + "\n" + programme->load("situation")->value().bytes + "\n" +
         rows_of(place, "SELECT uuid || '=' || local_id FROM firmground_record ORDER BY record_id") +
         rows_of(place, "SELECT local_id || ':' || code || ':' || value FROM firmground_issue ORDER BY issue_id") +
         rows_of(place,
                 "SELECT version_id || '/' || find_id || '/' || version_number FROM finds_version ORDER BY "
                 "version_id") +
         rows_of(place,
                 "SELECT link_id || ' ' || action || ' ' || length(leaves) FROM firmground_audit ORDER BY link_id");
}

std::string audit_head(const std::string& place) {
  auto database = Database::open(place, Database::Mode::read_write, std::chrono::seconds(5));
  auto select = database->prepare("SELECT link_hash FROM firmground_audit ORDER BY link_id DESC LIMIT 1");
  return *select->step() ? std::string(select->blob(0)) : "";
}

class CopyTest : public OnBothStores {
 protected:
  std::string filled() const {
    std::filesystem::copy_file(kFilled, store_.folder() / "filled.gpkg");
    return store_.folder() / "filled.gpkg";
  }
};

TEST_P(CopyTest, ThereAndBackTheRegisterSaysTheSame) {
  const std::string from = filled();
  const std::string there = store_.place("there");
  const std::string back = store_.folder() / "back.gpkg";
  const auto out = copy_programme(from, there);
  ASSERT_TRUE(out) << base::to_text(out.error());
  EXPECT_EQ(told_by(there), told_by(from));
  EXPECT_EQ(audit_head(there), audit_head(from));
  ASSERT_TRUE(copy_programme(there, back));
  EXPECT_EQ(told_by(back), told_by(from));
  EXPECT_EQ(audit_head(back), audit_head(from));
  EXPECT_EQ(sql_of(back, "PRAGMA integrity_check"), "ok");
  EXPECT_EQ(sql_of(back, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
  EXPECT_EQ(sql_of(back, "SELECT rtreecheck('rtree_finds_geom')"), "ok");
}

TEST_P(CopyTest, TheCopyIsWorkedOnAsTheRegisterWas) {
  const std::string there = store_.place("there");
  ASSERT_TRUE(copy_programme(filled(), there));
  auto programme = Register::open(there);
  const std::string header = "find_id,release_id,found_on,device,model,count,depth_cm,longitude,latitude\n";
  const std::string old = "F-2,LR-404,2022-05,UXO,,3,,51.102,41.102\n";
  const auto entered = programme->import_file(
      store_.folder().write("finds.csv", header + old + "F-7,,2022-07-01,UXO,,1,,51.2,41.2\n"), "finds", {});
  ASSERT_TRUE(entered) << base::to_text(entered.error());
  EXPECT_EQ(entered->unchanged, 1);
  EXPECT_EQ(entered->accepted, 1);
  EXPECT_EQ(programme->history("finds", "F-7")->size(), 1U);
  EXPECT_NE(sql_of(there, "DELETE FROM finds_version").find("never changed"), std::string::npos);
}

TEST_P(CopyTest, AProgrammeIsNeverCopiedOverAnother) {
  const std::string there = store_.place("there");
  ASSERT_TRUE(Register::create(there, "invented-country", "Other"));
  const std::string before = Register::open(there)->snapshot()->hash;
  const auto refused = copy_programme(filled(), there);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.exists");
  EXPECT_EQ(Register::open(there)->snapshot()->hash, before);
}

TEST_P(CopyTest, ATableThatIsNotUnderstoodStopsTheCopyAndNothingIsMade) {
  const std::string from = filled();
  ASSERT_TRUE(Register::open(from));
  sql_of(from, "CREATE TABLE firmground_later (id INTEGER PRIMARY KEY)");
  const std::string there = store_.place("there");
  const auto refused = copy_programme(from, there);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.copy_table_unknown");
  EXPECT_FALSE(Register::open(there));
}

TEST_P(CopyTest, StoppedHalfWayNothingIsMade) {
  const std::string there = store_.place("there");
  const auto stopped = copy_programme(
      filled(), there, [](std::string_view step, double) { return step.find("issue") == std::string::npos; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().id, "base.cancelled");
  EXPECT_FALSE(Register::open(there));
  EXPECT_TRUE(copy_programme(store_.folder() / "filled.gpkg", there)) << "a copy that was stopped can be made again";
}

TEST_P(CopyTest, TheVaultStaysWhereItIsAndTheCopyIsMadeAllTheSame) {
  const std::string from = filled();
  {
    auto programme = Register::open(from);
    const auto made = create_vault(*programme, {"Leyla", "", store_.folder().write("key", std::string(40, 'k'))});
    ASSERT_TRUE(made) << base::to_text(made.error());
  }
  const auto report = copy_programme(from, store_.place("there"));
  ASSERT_TRUE(report) << base::to_text(report.error());
  EXPECT_EQ(report->findings, 0);
}

FIRMGROUND_ON_BOTH_STORES(CopyTest);

}  // namespace
}  // namespace firmground::registry
