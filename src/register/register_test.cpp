#include "register/register.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "register/store_testing.h"

namespace firmground::registry {
namespace {

class RegisterTest : public OnBothStores {};

TEST_P(RegisterTest, IsMadeOnceAndNeverOverwritten) {
  const std::string place = store_.place("p");
  const auto made = Register::create(place, "invented-country", "Island programme");
  ASSERT_TRUE(made) << base::to_text(made.error());
  const auto again = Register::create(place, "invented-country", "");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().id, "registry.exists");
}

TEST_P(RegisterTest, RemembersItsProfileAndCrs) {
  const std::string place = store_.place("p");
  ASSERT_TRUE(Register::create(place, "generic", "Coast", 32638));
  const auto programme = Register::open(place);
  ASSERT_TRUE(programme) << base::to_text(programme.error());
  const auto snapshot = programme->snapshot();
  ASSERT_TRUE(snapshot) << base::to_text(snapshot.error());
  EXPECT_EQ(snapshot->crs->epsg(), 32638);
  EXPECT_EQ(snapshot->programme.name, "Coast");
  EXPECT_EQ(snapshot->programme.country, "Coast");
}

TEST_P(RegisterTest, GuessesNoCrs) {
  const std::string place = store_.place("p");
  const auto made = Register::create(place, "generic", "Coast");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().id, "registry.crs_needed");
  EXPECT_FALSE(Register::open(place));
}

TEST_P(RegisterTest, NamesTheProfilesThereAre) {
  const std::string place = store_.place("p");
  const auto made = Register::create(place, "atlantis", "");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().remedy.find("invented-country"), std::string::npos);
}

TEST(GeoPackage, RefusesAFileThatIsNoProgramme) {
  const TestFolder folder;
  folder.write("notes.gpkg", "this is a letter, not a register, and it is long enough to be taken for a page of one");
  const auto opened = Register::open(folder / "notes.gpkg");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().id, "registry.not_a_programme");
}

TEST_P(RegisterTest, EmptiesWhatResultsStandInPlaceOf) {
  auto programme = Register::create(store_.place("p"), "invented-country", "");
  ASSERT_TRUE(programme);
  const auto result = [](const std::string& name, const std::string& bytes) {
    return StoredResult{name, "{}", "2026-01-01T00:00:00Z", bytes};
  };
  ASSERT_TRUE(programme->store({result("tile/1", "old"), result("tile/2", "old"), result("tiles", "other")}));
  ASSERT_TRUE(programme->store({result("tile/1", "new"), result("map", "new")}, {"tile/", "nothing/"}));
  const auto bytes = [&](const std::string& name) { return (**programme->load(name)).bytes; };
  EXPECT_EQ(bytes("tile/1"), "new");
  EXPECT_EQ(bytes("tile/2"), "");
  EXPECT_EQ(bytes("tiles"), "other");
  EXPECT_EQ(bytes("map"), "new");
}

TEST_P(RegisterTest, KeepsDerivedResultsUntilTheyAreMadeAgain) {
  const std::string place = store_.place("p");
  auto programme = Register::create(place, "invented-country", "");
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

TEST(PostgreSQL, APasswordIsNeverRepeated) {
  const std::string secret = "o%20pen-sesame";
  for (const std::string& address : {"postgresql://office:" + secret + "@127.0.0.1:1/nation",
                                     "postgresql://127.0.0.1:1/nation?user=office&password=" + secret,
                                     "postgresql://office:" + secret + "@127.0.0.1:1/nation?no-such-word=" + secret,
                                     "postgresql://office:" + secret + "@[::1/nation"}) {
    const auto opened = Register::open(address);
    ASSERT_FALSE(opened);
    const std::string told = base::to_text(opened.error());
    EXPECT_EQ(told.find("sesame"), std::string::npos) << told;
    EXPECT_EQ(Register::create(address, "invented-country", "").error().message.find("sesame"), std::string::npos);
  }
}

TEST(PostgreSQL, ADatabaseWithoutARegisterIsNoProgramme) {
  TestStore store(StoreKind::postgresql);
  if (!store.usable()) {
    GTEST_SKIP() << "no PostgreSQL";
  }
  const auto opened = Register::open(store.place("p"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().id, "registry.not_a_programme");
}

TEST(PostgreSQL, ARestartedServerIsAskedAgainAndAPersonNoticesNothing) {
  TestStore store(StoreKind::postgresql);
  if (!store.usable()) {
    GTEST_SKIP() << "no PostgreSQL";
  }
  const std::string place = store.place("p");
  const auto programme = Register::create(place, "invented-country", "Island");
  ASSERT_TRUE(programme);
  const std::string hash = programme->snapshot()->hash;
  const std::string name =
      place.substr(place.rfind('/', place.find('?')) + 1, place.find('?') - place.rfind('/', place.find('?')) - 1);
  EXPECT_EQ(sql_of(test_server(),
                   "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '" + name + "'"),
            "1");
  const auto again = programme->snapshot();
  ASSERT_TRUE(again) << base::to_text(again.error());
  EXPECT_EQ(again->hash, hash);
}

/// The GRANT statements of docs/operations/postgresql.md, for roles of this test.
std::string documented_grants(const std::string& role) {
  std::string grants, line;
  std::ifstream document("docs/operations/postgresql.md");
  while (std::getline(document, line)) {
    if (line.starts_with("GRANT ") && line.find(" DATABASE ") == std::string::npos) {
      for (const std::string name : {"nation_writer", "nation_reader"}) {
        if (const auto at = line.find(name); at != std::string::npos) {
          line.replace(at, name.size(), role + name.substr(name.find('_')));
        }
      }
      grants += line + "\n";
    }
  }
  return grants;
}

TEST(PostgreSQL, TheDocumentedRolesMayEnterAndLookAndNoMore) {
  TestStore store(StoreKind::postgresql);
  if (!store.usable()) {
    GTEST_SKIP() << "no PostgreSQL";
  }
  const std::string place = store.place("p");
  ASSERT_TRUE(Register::create(place, "invented-country", "Island"));
  const std::string role = "role" + std::to_string(getpid());
  auto database = Database::open(place, Database::Mode::read_write, std::chrono::seconds(5));
  ASSERT_TRUE(database->execute("CREATE ROLE " + role + "_writer LOGIN; CREATE ROLE " + role + "_reader LOGIN"));
  const std::string grants = documented_grants(role);
  ASSERT_NE(grants.find("_writer"), std::string::npos);
  ASSERT_TRUE(database->execute(grants));
  for (const LayerInfo& layer : Register::open(place)->layers()) {
    ASSERT_TRUE(database->execute("GRANT DELETE ON " + sql_name(layer.table) + " TO " + role + "_writer"));
  }
  const auto as = [&](const std::string& who) {
    return std::string(place).replace(place.find("tester@"), 7, role + who + "@");
  };
  const std::string header = "find_id,release_id,found_on,device,count,longitude,latitude\n";
  const std::string file = store.folder().write("finds.csv", header + "F-1,,2022-05-01,UXO,1,51.1,41.1\n");
  for (const int accepted : {1, 0}) {
    const auto entered = Register::open(as("_writer"))->import_file(file, "finds", {});
    ASSERT_TRUE(entered) << base::to_text(entered.error());
    EXPECT_EQ(entered->accepted, accepted);
  }
  store.folder().write("finds.csv", header + "F-1,,2022-05-01,UXO,2,51.1,41.1\nF-2,,2022-05-01,UXO,1,51.1,41.1\n");
  EXPECT_EQ(Register::open(as("_writer"))->import_file(file, "finds", {})->accepted, 2);
  EXPECT_EQ(Register::open(as("_reader"))->snapshot()->hash, Register::open(place)->snapshot()->hash);
  store.folder().write("finds.csv", header + "F-3,,2022-05-01,UXO,2,51.1,41.1\n");
  const auto refused = Register::open(as("_reader"))->import_file(file, "finds", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().id, "registry.not_permitted");
  EXPECT_NE(sql_of(as("_writer"), "UPDATE finds_version SET device = 'UXO'").find("permission denied"),
            std::string::npos);
  EXPECT_NE(sql_of(as("_writer"), "DROP TRIGGER firmground_no_change ON finds_version").find("must be owner"),
            std::string::npos);
  ASSERT_TRUE(database->execute("DROP OWNED BY " + role + "_writer, " + role + "_reader; DROP ROLE " + role +
                                "_writer, " + role + "_reader"));
}

FIRMGROUND_ON_BOTH_STORES(RegisterTest);

}  // namespace
}  // namespace firmground::registry
