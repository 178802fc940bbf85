#include "base/secret.h"

#include <gtest/gtest.h>

namespace firmground::base {
namespace {

TEST(Secret, OnlyTheKeyThatSealedOpens) {
  const Secret key = Secret::random();
  const std::string sealed = seal(key, "Rashad, born 1984");
  EXPECT_EQ(sealed.find("Rashad"), std::string::npos);
  EXPECT_EQ(unseal(key, sealed), "Rashad, born 1984");
  EXPECT_FALSE(unseal(Secret::random(), sealed));
  std::string changed = sealed;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_FALSE(unseal(key, changed));
  EXPECT_FALSE(unseal(key, "short"));
  EXPECT_NE(seal(key, "Rashad, born 1984"), sealed) << "equal texts do not look equal";
}

TEST(Secret, APassphraseGivesTheSameKeyWithTheSameSaltOnly) {
  PassphraseRecipe recipe = PassphraseRecipe::fresh();
  recipe.operations = 1;
  recipe.memory_bytes = std::uint64_t{8192} * 16;
  const auto key = derive_key("correct horse battery", recipe);
  ASSERT_TRUE(key);
  EXPECT_EQ(derive_key("correct horse battery", recipe)->bytes(), key->bytes());
  EXPECT_NE(derive_key("correct horse batterz", recipe)->bytes(), key->bytes());
  PassphraseRecipe other = recipe;
  other.salt = PassphraseRecipe::fresh().salt;
  EXPECT_NE(derive_key("correct horse battery", other)->bytes(), key->bytes());
  other.salt = "salt";
  EXPECT_FALSE(derive_key("correct horse battery", other));
}

TEST(Secret, Base64ComesBackAndRubbishDoesNot) {
  const std::string bytes("\0\x01\xff mine", 8);
  EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  EXPECT_EQ(from_base64(""), "");
  EXPECT_FALSE(from_base64("not base64!"));
}

}  // namespace
}  // namespace firmground::base
