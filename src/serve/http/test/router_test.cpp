#include "serve/http/router.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/http/test/loopback.h"

namespace osler::serve::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Route named(Method method, const char* pattern, const char* id) {
  Route made = test::route(method, pattern, [](const Request&) { return Response(); });
  made.id = id;
  return made;
}

Router studies() {
  Router router;
  router.add(named(Method::Get, "/", "root"));
  router.add(named(Method::Get, "/api/studies", "list"));
  router.add(named(Method::Post, "/api/studies", "create"));
  router.add(named(Method::Get, "/api/studies/new", "blank"));
  router.add(named(Method::Get, "/api/studies/{study}", "study"));
  router.add(named(Method::Delete, "/api/studies/{study}", "remove"));
  router.add(named(Method::Get, "/api/studies/{id}/images/{sop}/pixels", "pixels"));
  router.add(named(Method::Get, "/files/{rest...}", "files"));
  router.add(named(Method::Get, "/files/{name}/meta", "meta"));
  return router;
}

std::string found(const Router& router, Method method, std::string_view path) {
  const auto match = router.match(method, path);
  return match.route == nullptr ? "none" : match.route->id;
}

TEST(Router, FindsTheNarrowestRoute) {
  const Router router = studies();
  ASSERT_TRUE(router.check()) << router.check().error().message;

  EXPECT_EQ(found(router, Method::Get, "/"), "root");
  EXPECT_EQ(found(router, Method::Head, "/api/studies"), "list");
  EXPECT_EQ(found(router, Method::Post, "/api/studies"), "create");
  EXPECT_EQ(found(router, Method::Get, "/api/studies/new"), "blank");
  EXPECT_EQ(found(router, Method::Get, "/api/studies/old"), "study");
  // The literal offers GET alone, so the wider pattern's DELETE is meant.
  EXPECT_EQ(found(router, Method::Delete, "/api/studies/new"), "remove");
  EXPECT_EQ(found(router, Method::Get, "/files/a/meta"), "meta");
  EXPECT_EQ(found(router, Method::Get, "/files/a/b"), "files");
  EXPECT_EQ(found(router, Method::Get, "/nothing"), "none");
  EXPECT_EQ(found(router, Method::Get, "/api/studies/1/images"), "none");
}

TEST(Router, GivesEachPatternItsOwnNames) {
  const Router router = studies();

  EXPECT_THAT(router.match(Method::Get, "/api/studies/1.2").parameters,
              ElementsAre(Pair("study", "1.2")));
  EXPECT_THAT(router.match(Method::Get, "/api/studies/1.2/images/3.4/pixels").parameters,
              ElementsAre(Pair("id", "1.2"), Pair("sop", "3.4")));
  EXPECT_THAT(router.match(Method::Get, "/files/a/b/c").parameters,
              ElementsAre(Pair("rest", "a/b/c")));
  EXPECT_THAT(router.match(Method::Get, "/files").parameters, ElementsAre(Pair("rest", "")));
}

TEST(Router, SaysWhichMethodsThereAre) {
  const Router router = studies();

  EXPECT_EQ(router.match(Method::Put, "/api/studies").allow, "GET, HEAD, POST");
  EXPECT_EQ(router.match(std::nullopt, "/api/studies/new").allow, "GET, HEAD, DELETE");
  EXPECT_EQ(router.match(Method::Put, "/nothing").allow, "");
}

struct BadRoute {
  const char* name;
  Method method;
  const char* pattern;
  const char* id;
  const char* message;
};

class RouterRefuses : public ::testing::TestWithParam<BadRoute> {};

TEST_P(RouterRefuses, SayingWhy) {
  Router router = studies();
  router.add(named(GetParam().method, GetParam().pattern, GetParam().id));

  const auto checked = router.check();

  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(checked.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Routes, RouterRefuses,
    ::testing::Values(BadRoute{"NoSlash", Method::Get, "api", "x", "begins with"},
                      BadRoute{"SlashAtTheEnd", Method::Get, "/api/", "x", "does not end"},
                      BadRoute{"BadId", Method::Get, "/x", "List It", "an id is"},
                      BadRoute{"IdTwice", Method::Get, "/x", "list", "another route's"},
                      BadRoute{"SameShape", Method::Get, "/api/studies/{other}", "x",
                               "\"study\" answers"},
                      BadRoute{"TailInside", Method::Get, "/x/{rest...}/y", "x", "last segment"},
                      BadRoute{"NameTwice", Method::Get, "/x/{a}/{a}", "x", "stands twice"},
                      BadRoute{"HalfBraces", Method::Get, "/x/{a}b", "x", "name is wrong"},
                      BadRoute{"EmptySegment", Method::Get, "/x//y", "x", "empty"},
                      BadRoute{"OwnHead", Method::Head, "/x", "x", "HEAD"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Router, RefusesAnInlineRouteThatWantsAPermission) {
  Router router;
  Route bad = named(Method::Get, "/x", "x");
  bad.inline_ = true;
  bad.access = "study.read";
  router.add(bad);
  EXPECT_FALSE(router.check());

  Router good;
  bad.access = kPublic;
  good.add(bad);
  EXPECT_TRUE(good.check());
}

}  // namespace
}  // namespace osler::serve::http
