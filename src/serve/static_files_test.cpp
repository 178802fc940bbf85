#include "serve/static_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace firmground::serve {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() : folder_(fs::temp_directory_path() / ("static_files_test_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_ / "dist" / "assets");
    write("dist/index.html", "<p>app</p>");
    write("dist/assets/index-B7fQ2x1a.mjs", "export {}");
    write("dist/assets/index-B7fQ2x1a.mjs.br", "brotli");
    write("dist/font.woff2", "font");
    write("secret.txt", "secret");
    write("dist/.env", "hidden");
    fs::create_symlink(folder_ / "secret.txt", folder_ / "dist" / "link.txt");
    files_ = *StaticFiles::from_folder((folder_ / "dist").string());
  }
  ~StaticFilesTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  base::Result<Response> get(const std::string& target, const std::string& accept_encoding = {}) const {
    FG_TRY(Request request, parse_target(target));
    request.accept_encoding = accept_encoding;
    return files_.get(request);
  }

  fs::path folder_;
  StaticFiles files_;
};

TEST_F(StaticFilesTest, AnAddressOfTheAppGivesThePage) {
  for (const char* target : {"/", "/map", "/report/situation"}) {
    const auto response = get(target);
    ASSERT_TRUE(response) << target;
    EXPECT_EQ(*response->body, "<p>app</p>");
    EXPECT_EQ(response->cache_control, "no-cache");
  }
}

TEST_F(StaticFilesTest, ABuiltFileIsServedWithItsTypeCompressedAndForGood) {
  const auto response = get("/assets/index-B7fQ2x1a.mjs", "gzip, br");
  ASSERT_TRUE(response);
  EXPECT_EQ(*response->body, "brotli");
  EXPECT_EQ(response->content_encoding, "br");
  EXPECT_EQ(response->content_type, "text/javascript; charset=utf-8");
  EXPECT_NE(response->cache_control.find("immutable"), std::string::npos);
  EXPECT_EQ(*get("/assets/index-B7fQ2x1a.mjs")->body, "export {}");
  EXPECT_EQ(get("/font.woff2")->content_type, "font/woff2");
}

TEST_F(StaticFilesTest, NothingOutsideTheFolderIsRead) {
  for (const char* target : {"/link.txt", "/.env", "/missing.js", "/assets", "/secret.txt"}) {
    const auto response = get(target);
    EXPECT_TRUE(!response || *response->body == "<p>app</p>") << target;
  }
  EXPECT_EQ(get("/..%2fsecret.txt").error().id, "serve.bad_path");
}

TEST_F(StaticFilesTest, AFolderWithoutAPageIsRefused) {
  EXPECT_EQ(StaticFiles::from_folder(folder_.string()).error().id, "serve.web_folder");
}

}  // namespace
}  // namespace firmground::serve
