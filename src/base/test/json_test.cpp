#include "base/json.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler {
namespace {

TEST(Json, EqualDocumentsHaveEqualBytes) {
  const auto one = parse_json(R"({"b": 1, "a": [true, null, "é"]})", "one");
  const auto two = parse_json(R"({"a":[true,null,"é"],"b":1})", "two");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(dump_json(*one), dump_json(*two));
  EXPECT_EQ(dump_json(*one), "{\"a\":[true,null,\"é\"],\"b\":1}");
}

TEST(Json, RefusesWhatItCannotTrust) {
  EXPECT_FALSE(parse_json("{", "x"));
  EXPECT_FALSE(parse_json(R"({"a": 1, "a": 2})", "x"));
  EXPECT_FALSE(parse_json(std::string(100'000, '['), "x"));
  EXPECT_FALSE(parse_json("[1, 2, 3]", "x", {.bytes = 4}));
  EXPECT_TRUE(parse_json(R"({"a": "]]]][[[["})", "x", {.depth = 1}));
}

TEST(Json, DoesNotRepeatTheTextInTheError) {
  const auto result = parse_json(R"({"name": "DOE^JANE" oops})", "x");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message.find("DOE"), std::string::npos);
}

TEST(Json, MembersAreCheckedForTheirType) {
  const Json object{{"n", 1.5}, {"i", 3}, {"s", "text"}, {"b", true}};
  EXPECT_EQ(*json_number(object, "n"), 1.5);
  EXPECT_EQ(*json_integer(object, "i"), 3);
  EXPECT_EQ(*json_string(object, "s"), "text");
  EXPECT_TRUE(*json_bool(object, "b"));
  EXPECT_FALSE(json_integer(object, "n"));
  EXPECT_FALSE(json_string(object, "absent"));
  EXPECT_FALSE(json_bool(Json::array(), "b"));
}

}  // namespace
}  // namespace osler
