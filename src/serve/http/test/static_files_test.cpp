#include "serve/http/static_files.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "serve/http/server.h"
#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using test::get;
using ::testing::HasSubstr;

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() {
    put("index.html", "<!doctype html><title>osler</title>" + std::string(2000, ' '));
    put("favicon.svg", "<svg/>");
    put("assets/app-BdF3x9Qz.js", "console.log(1);" + std::string(5000, ' '));
    put("assets/plain.js", "1;");
    put("fonts/text.woff2", "wOF2" + std::string(3000, ' '));
    put("strange.xyz", "?");
  }
  void put(const std::string& name, const std::string& bytes) const {
    ASSERT_TRUE(write_file(folder_.path() / name, std::string_view(bytes)));
  }
  Router site() const {
    auto files = StaticFiles::load(folder_.path());
    EXPECT_TRUE(files);
    Router router;
    router.add(files->route());
    router.add(
        test::route(Method::Get, "/api/x", [](const Request&) { return test::text("api"); }));
    return router;
  }

  TemporaryFolder folder_;
};

TEST_F(StaticFilesTest, LetsBrowsersKeepWhatHasAHashInItsName) {
  test::Running running({}, site());
  auto client = running.client();

  const auto hashed = client.ask(get("/assets/app-BdF3x9Qz.js"));
  EXPECT_EQ(hashed.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(hashed.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(hashed.header("Content-Security-Policy"), kContentSecurityPolicy);
  EXPECT_EQ(client.ask(get("/assets/plain.js")).header("Cache-Control"), "no-cache");
  EXPECT_EQ(client.ask(get("/")).header("Cache-Control"), "no-cache");
  EXPECT_EQ(client.ask(get("/favicon.svg")).header("Content-Type"), "image/svg+xml");
  EXPECT_EQ(client.ask(get("/strange.xyz")).header("Content-Type"), "application/octet-stream");
}

TEST_F(StaticFilesTest, GivesTheApplicationForItsOwnPathsAlone) {
  test::Running running({}, site());
  auto client = running.client();

  for (const char* path : {"/", "/index.html", "/studies", "/studies/1.2.840.10008"}) {
    EXPECT_THAT(client.ask(get(path)).body, HasSubstr("<title>osler")) << path;
  }
  for (const char* path : {"/missing.js", "/assets/gone.css", "/api/unknown", "/api"}) {
    const auto answer = client.ask(get(path));
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
  }
  EXPECT_EQ(client.ask(get("/api/x")).body, "api");
}

TEST_F(StaticFilesTest, HasEachTextCompressedBeforehand) {
  test::Running running({}, site());
  auto client = running.client();
  const std::string path = "/assets/app-BdF3x9Qz.js";

  const auto packed = client.ask(get(path, "Accept-Encoding: gzip\r\n"));
  const auto plain = client.ask(get(path));

  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.header("Vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), 200U);
  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_EQ(plain.body.size(), 5015U);
  EXPECT_NE(packed.header("ETag"), plain.header("ETag")) << "other bytes, other strong tag";
  EXPECT_FALSE(plain.header("ETag").starts_with("W/"));
  for (const auto& answer : {packed, plain}) {
    EXPECT_EQ(client.ask(get(path, "If-None-Match: " + answer.header("ETag") + "\r\n")).status,
              304);
  }
  EXPECT_EQ(
      client.ask(get("/fonts/text.woff2", "Accept-Encoding: gzip\r\n")).header("Content-Encoding"),
      "");
}

TEST_F(StaticFilesTest, LeavesLinksOut) {
  std::filesystem::create_symlink("/etc/hostname", folder_.path() / "leak.txt");
  test::Running running({}, site());
  auto client = running.client();

  EXPECT_EQ(client.ask(get("/leak.txt")).status, 404);
}

TEST_F(StaticFilesTest, RefusesAFolderThatIsNoneOrTooLarge) {
  EXPECT_EQ(StaticFiles::load(folder_.path() / "missing").error().code, ErrorCode::NotFound);
  EXPECT_EQ(StaticFiles::load(folder_.path() / "assets").error().code, ErrorCode::NotFound);
  EXPECT_EQ(StaticFiles::load(folder_.path(), {.most_files = 3}).error().code,
            ErrorCode::NotSupported);
  EXPECT_EQ(StaticFiles::load(folder_.path(), {.most_bytes = 100}).error().code,
            ErrorCode::NotSupported);
}

}  // namespace
}  // namespace osler::serve::http
