#include "serve/http/query.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::serve::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(ParseTarget, DecodesPathAndQuery) {
  const auto target = parse_target("/api/st%C3%BCdies/1.2%2B3/?a=1%202&b=x+y&a=&c", "h");

  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->path,
            "/api/st\xC3\xBC"
            "dies/1.2+3");
  EXPECT_THAT(target->query,
              ElementsAre(Pair("a", "1 2"), Pair("b", "x y"), Pair("a", ""), Pair("c", "")));
}

TEST(ParseTarget, TakesTheRootAndDropsTheSlashAtTheEnd) {
  EXPECT_EQ(parse_target("/", "h")->path, "/");
  EXPECT_EQ(parse_target("/?q=1", "h")->path, "/");
  EXPECT_EQ(parse_target("/a/", "h")->path, "/a");
  EXPECT_EQ(parse_target("/a+b", "h")->path, "/a+b");
}

TEST(ParseTarget, TakesTheAbsoluteFormOfItsOwnHostAlone) {
  const auto own = parse_target("http://Films.example:8080/a?b=c", "films.example:8080");
  ASSERT_TRUE(own);
  EXPECT_EQ(own->path, "/a");

  EXPECT_FALSE(parse_target("http://other.example/a", "films.example"));
  EXPECT_FALSE(parse_target("http://films.example@other.example/a", "films.example"));
  EXPECT_FALSE(parse_target("http://films.example", "films.example"));
  EXPECT_FALSE(parse_target("http:///a", ""));
  EXPECT_FALSE(parse_target("ftp://films.example/a", "films.example"));
}

class TargetRefuses : public ::testing::TestWithParam<const char*> {};

TEST_P(TargetRefuses, WithoutSayingWhatStoodThere) {
  const auto target = parse_target(GetParam(), "h");

  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(target.error().message, Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(Targets, TargetRefuses,
                         ::testing::Values("", "*", "secret", "/..", "/secret/../etc",
                                           "/secret/%2e%2e/etc", "/secret/.%2E", "/./a", "//secret",
                                           "/a//b", "/a//", "/a%2Fsecret", "/a%5csecret",
                                           "/a\\secret", "/%00", "/%", "/%4", "/%zz", "/a%0Asecret",
                                           "/%FF", "/%C0%AF", "/%ED%A0%80", "/a?%", "/a?secret=%FF",
                                           "/a?b=%00", "/a#secret", "h:443"));

TEST(ParseQuery, StopsAtAHundredParameters) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "&a=1";
  }
  EXPECT_EQ(parse_query(text)->size(), 100U);
  EXPECT_FALSE(parse_query(text + "&a=1"));
}

TEST(PercentEncode, ComesBackAsItWas) {
  const std::string text = "a b/\xC3\xBC%&=?+~";

  EXPECT_EQ(percent_encode("a b/~"), "a%20b%2F~");
  EXPECT_EQ(*percent_decode(percent_encode(text), Plus::Plus), text);
}

TEST(IsUtf8, FollowsTheTableOfTheUnicodeStandard) {
  EXPECT_TRUE(
      is_utf8("a\xC2\x80\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
  for (const char* bad : {"\x80", "\xC1\xBF", "\xC2", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE0\xA0",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                          "\xC2"
                          "a"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace osler::serve::http
