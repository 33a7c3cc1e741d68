#include "base/text.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace osler {
namespace {

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> columns{"consolidation", "effusion", "heart_size"};
  EXPECT_EQ(nearest("consolidaton", columns), "consolidation");
  EXPECT_EQ(nearest("Effusions", columns), "effusion");
  EXPECT_EQ(nearest("kidney", columns), std::nullopt);
}

TEST(Text, WritesNumbersAsPeopleReadThem) {
  EXPECT_EQ(with_thousands(1256), "1,256");
  EXPECT_EQ(with_thousands(-1'000'000), "-1,000,000");
  EXPECT_EQ(with_thousands(12), "12");
  EXPECT_EQ(fixed(0.9432, 3), "0.943");
  EXPECT_EQ(human_bytes(412), "412 B");
  EXPECT_EQ(human_bytes(1'900'000'000), "1.9 GB");
  EXPECT_EQ(clock_time(42), "0:42");
  EXPECT_EQ(clock_time(3723), "1:02:03");
  EXPECT_EQ(counted(1, "film"), "1 film");
  EXPECT_EQ(counted(1200, "film"), "1,200 films");
  EXPECT_EQ(counted(2, "research copy"), "2 research copies");
  EXPECT_EQ(counted(0, "day"), "0 days");
}

TEST(Text, ReadsWholeNumbersOnly) {
  EXPECT_EQ(parse_number(" 1.5 "), 1.5);
  EXPECT_EQ(parse_number("+2"), 2.0);
  EXPECT_EQ(parse_number("1.5x"), std::nullopt);
  EXPECT_EQ(parse_number(""), std::nullopt);
  EXPECT_EQ(parse_integer("-3"), -3);
  EXPECT_EQ(parse_integer("3.0"), std::nullopt);
}

TEST(Text, SplitsJoinsTrimsAndEscapes) {
  EXPECT_EQ(split("a\\b\\", '\\'), (std::vector<std::string>{"a", "b", ""}));
  EXPECT_EQ(join(std::vector<std::string>{"a", "b"}, ", "), "a, b");
  EXPECT_EQ(trim("  x \n"), "x");
  EXPECT_EQ(trim(" "), "");
  EXPECT_EQ(escape_html("<b>&\"'"), "&lt;b&gt;&amp;&quot;'");
}

}  // namespace
}  // namespace osler
