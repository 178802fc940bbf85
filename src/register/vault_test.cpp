#include "register/vault.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "register/database.h"
#include "register/entered_island_testing.h"
#include "register/folded_name.h"
#include "register/undo.h"
#include "register/verify.h"

namespace firmground::registry {
namespace {

/// Key files, because a passphrase costs a quarter of a second each time.
class VaultTest : public EnteredIsland {
 protected:
  void SetUp() override {
    EnteredIsland::SetUp();
    leyla_ = {"Leyla", "", folder_.write("leyla.key", std::string(32, 'l'))};
    orkhan_ = {"Orkhan", "", folder_.write("orkhan.key", std::string(32, 'o'))};
    ASSERT_TRUE(create_vault(*programme_, leyla_));
    ASSERT_TRUE(grant_vault_key(*programme_, leyla_, orkhan_));
  }
  std::string vault() const { return vault_path(path()); }
  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream(vault(), std::ios::binary).rdbuf();
    return text.str();
  }
  /// The last link of the audit chain, as a person reads it.
  std::string last_link() {
    auto database = Database::open(path(), Database::Mode::read_write, std::chrono::seconds(5)).value();
    return database
        .text(
            "SELECT action || '/' || author || '/' || subject || '/' || reason FROM firmground_audit ORDER BY link_id "
            "DESC LIMIT 1")
        .value();
  }

  VaultKey leyla_, orkhan_;
};

TEST_F(VaultTest, WhatItHoldsIsInNoFileInClear) {
  const auto key =
      add_to_vault(*programme_, leyla_, {"V-1", "Rashad Aliyev", "1984-05-02", "+994 12 0", "", "", "", ""});
  ASSERT_TRUE(key) << base::to_text(key.error());
  EXPECT_EQ(key->size(), 32U);
  EXPECT_EQ(bytes().find("Rashad"), std::string::npos);
  std::ostringstream programme;
  programme << std::ifstream(path(), std::ios::binary).rdbuf();
  EXPECT_EQ(programme.str().find("Rashad"), std::string::npos);
  EXPECT_TRUE(verify(*programme_)->whole());
}

TEST_F(VaultTest, EveryReadingHasAPersonAndAReasonInTheAuditChain) {
  ASSERT_TRUE(add_to_vault(*programme_, leyla_, {"V-1", "Rashad Aliyev", "1984", "", "", "", "", ""}));
  ASSERT_TRUE(add_to_vault(*programme_, orkhan_, {"V-1", "Rashad Aliyev", "1984", "his brother", "", "", "", ""}));
  EXPECT_EQ(read_vault(*programme_, orkhan_, "V-1", "").error().id, "registry.reason_needed");
  const auto read = read_vault(*programme_, orkhan_, "V-1", "prosthesis is ready");
  ASSERT_TRUE(read) << base::to_text(read.error());
  EXPECT_EQ(read->contact, "his brother") << "the latest entry counts";
  EXPECT_EQ(read->added_by, "Orkhan");
  EXPECT_EQ(last_link(), "vault-read/Orkhan/victims V-1/prosthesis is ready");
  EXPECT_EQ(read_vault(*programme_, orkhan_, "V-2", "who is it").error().id, "registry.vault_no_entry");
  EXPECT_TRUE(verify(*programme_)->whole());
}

TEST_F(VaultTest, NobodyOpensItWithoutAKeyOfTheirOwn) {
  const VaultKey nobody{"Nobody", "a passphrase long enough", ""};
  EXPECT_EQ(read_vault(*programme_, nobody, "V-1", "curious").error().id, "registry.vault_locked");
  const VaultKey stolen{"Leyla", "", orkhan_.key_file};
  EXPECT_EQ(read_vault(*programme_, stolen, "V-1", "curious").error().id, "registry.vault_locked");
  EXPECT_EQ(*vault_people(*programme_), (std::vector<std::string>{"Leyla", "Orkhan"}));
  EXPECT_EQ(create_vault(*programme_, leyla_).error().id, "registry.vault_exists");
  EXPECT_EQ(grant_vault_key(*programme_, leyla_, orkhan_).error().id, "registry.vault_person_exists");
  EXPECT_EQ(grant_vault_key(*programme_, leyla_, {"Aysel", "short", ""}).error().id, "registry.vault_key_weak");
}

TEST_F(VaultTest, APassphraseOpensItToo) {
  const VaultKey aysel{"Aysel", "lamp river seven moss gate", ""};
  ASSERT_TRUE(grant_vault_key(*programme_, leyla_, aysel));
  ASSERT_TRUE(add_to_vault(*programme_, aysel, {"V-7", "Nigar", "", "", "", "", "", ""}));
  EXPECT_EQ(read_vault(*programme_, leyla_, "V-7", "pension file")->name, "Nigar");
  EXPECT_EQ(read_vault(*programme_, {"Aysel", "lamp river seven moss gates", ""}, "V-7", "pension file").error().id,
            "registry.vault_locked");
}

TEST_F(VaultTest, AnExportNeedsTheKeysOfTwoPeople) {
  ASSERT_TRUE(add_to_vault(*programme_, leyla_, {"V-2", "Nigar", "", "", "", "", "", ""}));
  ASSERT_TRUE(add_to_vault(*programme_, leyla_, {"V-1", "Rashad", "", "", "", "", "", ""}));
  EXPECT_EQ(export_vault(*programme_, leyla_, leyla_, "ministry").error().id, "registry.vault_two_people");
  const VaultKey pretended{"Orkhan", "", leyla_.key_file};
  EXPECT_EQ(export_vault(*programme_, leyla_, pretended, "ministry").error().id, "registry.vault_locked");
  const auto exported = export_vault(*programme_, leyla_, orkhan_, "ministry of health, letter 12");
  ASSERT_TRUE(exported) << base::to_text(exported.error());
  ASSERT_EQ(exported->size(), 2U);
  EXPECT_EQ(exported->front().victim_id, "V-1");
  EXPECT_EQ(last_link(), "vault-export/Leyla and Orkhan/all 2 victims/ministry of health, letter 12");
}

TEST_F(VaultTest, TwoReportsOfOnePersonGetOneKey) {
  const auto police = person_key(*programme_, leyla_, "Rəşad  ƏLİYEV", "1984-05-02");
  const auto hospital = person_key(*programme_, orkhan_, "əliyev, rəşad", "1984-05-02");
  ASSERT_TRUE(police && hospital);
  EXPECT_EQ(*police, *hospital);
  EXPECT_EQ(*person_key(*programme_, leyla_, "АЛИЕВ Рашад", "1984"),
            *person_key(*programme_, leyla_, "рашад алиев", "1984"));
  EXPECT_NE(*police, *person_key(*programme_, leyla_, "Rəşad Əliyev", "1985-05-02"));
  EXPECT_EQ(*add_to_vault(*programme_, leyla_, {"V-1", "əliyev, rəşad", "1984-05-02", "", "", "", "", ""}), *hospital);
}

TEST_F(VaultTest, AnEntryTakenOutOfTheVaultIsFoundWithoutAnyKey) {
  ASSERT_TRUE(add_to_vault(*programme_, leyla_, {"V-1", "Rashad", "", "", "", "", "", ""}));
  ASSERT_TRUE(add_to_vault(*programme_, leyla_, {"V-2", "Nigar", "", "", "", "", "", ""}));
  const std::string whole = bytes();
  const std::string cut = whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1);
  std::ofstream(vault(), std::ios::binary) << cut;
  const auto verification = verify(*programme_);
  ASSERT_EQ(verification->finding_count, 1);
  EXPECT_NE(verification->findings.front().what.find("victims V-2"), std::string::npos);
  std::string changed = whole;
  changed[whole.find("sealed") + 20] ^= 1;
  std::ofstream(vault(), std::ios::binary) << changed;
  EXPECT_FALSE(verify(*programme_)->whole());
  std::ofstream(vault(), std::ios::binary) << whole << R"({"previous":"a line that a crash)";
  EXPECT_TRUE(verify(*programme_)->whole()) << "what was never told of was never there";
  EXPECT_TRUE(add_to_vault(*programme_, leyla_, {"V-3", "Aysel", "", "", "", "", "", ""}));
  EXPECT_EQ(read_vault(*programme_, leyla_, "V-3", "to see")->name, "Aysel");
}

TEST(FoldedName, KnowsTheLettersOfEveryScript) {
  EXPECT_EQ(folded_name("  Rəşad-ƏLİ oğlu "), folded_name("rəşad əLi OĞLU"));
  EXPECT_EQ(folded_name("Иванов П."), "иванов п");
  EXPECT_EQ(folded_name(" - "), "");
}

}  // namespace
}  // namespace firmground::registry
