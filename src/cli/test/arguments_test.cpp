#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/terminal.h"
#include "cli/verb.h"

namespace osler::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Usage usage() {
  return {.verb = "score",
          .summary = "score films",
          .form = "MODEL PATH… [options]",
          .examples = {"osler score chest film.dcm"},
          .options = {{"threads", "N", "how many"}, {"fast", "", "less careful"}},
          .least = 1,
          .most = 2};
}

Result<Arguments> parse(std::vector<std::string> words) {
  return Arguments::parse(usage(), words);
}

TEST(Arguments, StandInAnyOrder) {
  const auto parsed = parse({"chest", "--threads", "4", "film.dcm", "--fast", "--home=/srv"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_THAT(parsed->positional(), ElementsAre("chest", "film.dcm"));
  EXPECT_EQ(*parsed->integer("threads", 1, 1, 8), 4);
  EXPECT_TRUE(parsed->has("fast"));
  EXPECT_EQ(parsed->text("home"), "/srv");
  EXPECT_EQ(*parsed->integer("absent", 7, 0, 9), 7);
}

TEST(Arguments, MayStandSeveralTimes) {
  const auto parsed = parse({"chest", "--threads", "4", "--threads=5"});
  ASSERT_TRUE(parsed);
  EXPECT_THAT(parsed->texts("threads"), ElementsAre("4", "5"));
  EXPECT_EQ(parsed->text("threads"), "5");
  EXPECT_TRUE(parsed->texts("fast").empty());
}

TEST(Arguments, AfterTwoDashesAreNames) {
  const auto parsed = parse({"--", "--fast"});
  ASSERT_TRUE(parsed);
  EXPECT_THAT(parsed->positional(), ElementsAre("--fast"));
  EXPECT_FALSE(parsed->has("fast"));
}

TEST(Arguments, AreRefusedWithAdvice) {
  const auto unknown = parse({"chest", "--thread5", "4"});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().advice, HasSubstr("--threads"));
  EXPECT_FALSE(parse({}));
  EXPECT_FALSE(parse({"a", "b", "c"}));
  EXPECT_FALSE(parse({"chest", "--threads"}));
  EXPECT_FALSE(parse({"chest", "--threads", "many"})->integer("threads", 1, 1, 8));
  EXPECT_FALSE(parse({"chest", "--threads", "9"})->integer("threads", 1, 1, 8));
}

TEST(Help, OfEveryVerbHasAnExampleThatBeginsWithIt) {
  for (const Verb& verb : verbs()) {
    const std::string page = help_page(verb.usage);
    EXPECT_THAT(page, HasSubstr("Examples\n  osler " + verb.usage.verb)) << verb.usage.verb;
    EXPECT_THAT(page, HasSubstr("--json")) << verb.usage.verb;
    EXPECT_THAT(page, HasSubstr("Exit codes")) << verb.usage.verb;
  }
}

TEST(Terminal, ShowsAnErrorInThreeLines) {
  const Error error = Error(ErrorCode::NotFound, "no such film").at("a.dcm").hint("look again");
  EXPECT_EQ(error_text(error), "error   no such film\nwhere   a.dcm\ndo      look again\n");
  EXPECT_EQ(error_json(error),
            "{\"error\":{\"code\":\"NotFound\",\"hint\":\"look again\",\"message\":\"no such "
            "film\",\"where\":\"a.dcm\"}}\n");
}

}  // namespace
}  // namespace osler::cli
