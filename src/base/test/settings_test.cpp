#include "base/settings.h"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

enum class Fruit { Apple, Pear };
constexpr std::array kFruits = {Settings::Word<Fruit>{"apple", Fruit::Apple},
                                Settings::Word<Fruit>{"pear", Fruit::Pear}};

struct Basket {
  std::string name = "basket";
  std::int64_t count = 3;
  double weight_kg = 0.5;
  bool ripe = false;
  Fruit fruit = Fruit::Apple;
  std::vector<std::string> labels;
  std::vector<double> sizes = {1.0, 2.0};
};

Result<Basket> read(const std::string& text) {
  const auto document = Json::parse(text);
  Basket basket;
  SettingsFault fault;
  const Settings settings(
      document, "", {"name", "count", "weight_kg", "ripe", "fruit", "labels", "sizes", "more"},
      fault);
  settings.read("name", basket.name)
      .read("count", basket.count, {1, 9})
      .read("weight_kg", basket.weight_kg, {0.0, 1.0, Settings::Range::Ends::LowestOutside})
      .read("ripe", basket.ripe)
      .read_word<Fruit>("fruit", basket.fruit, kFruits)
      .read("labels", basket.labels)
      .read("sizes", basket.sizes, {0.0, 10.0}, {1, 3});
  settings.section("more", {"colour"}).read("colour", basket.name);
  OSLER_TRY_DO(fault.result());
  return basket;
}

TEST(Settings, LeaveDefaultsWhereKeysAreAbsent) {
  const auto basket = read("{}");
  ASSERT_TRUE(basket) << basket.error().message;
  EXPECT_EQ(basket->count, 3);
  EXPECT_EQ(basket->name, "basket");
}

TEST(Settings, ReadEachKind) {
  const auto basket = read(R"({"name": 7, "count": 4, "weight_kg": 1, "ripe": true, "fruit": "pear",
                               "labels": ["a", 1, true], "sizes": [3]})");
  ASSERT_TRUE(basket) << basket.error().message;
  EXPECT_EQ(basket->name, "7");
  EXPECT_EQ(basket->count, 4);
  EXPECT_EQ(basket->weight_kg, 1.0);
  EXPECT_TRUE(basket->ripe);
  EXPECT_EQ(basket->fruit, Fruit::Pear);
  EXPECT_THAT(basket->labels, ElementsAre("a", "1", "true"));
  EXPECT_THAT(basket->sizes, ElementsAre(3.0));
}

TEST(Settings, OneTextMayStandForAList) {
  const auto basket = read(R"({"labels": "alone"})");
  ASSERT_TRUE(basket);
  EXPECT_THAT(basket->labels, ElementsAre("alone"));
}

TEST(Settings, PlacesCanBeNamedByTheCaller) {
  SettingsFault fault([](const std::string& path, SettingsFault::Part part) {
    return path + (part == SettingsFault::Part::Key ? ", its key" : ", its value");
  });
  const Json document = {{"a", 1}};
  Settings(document, "", {"b"}, fault);
  EXPECT_EQ(fault.result().error().where, "a, its key");
}

struct Wrong {
  const char* name;
  const char* text;
  const char* where;
  const char* message;
  const char* hint;
};

class SettingsRefuse : public ::testing::TestWithParam<Wrong> {};

TEST_P(SettingsRefuse, SayingWhatWhereAndWhatToDo) {
  const auto& row = GetParam();
  const auto basket = read(row.text);
  ASSERT_FALSE(basket);
  EXPECT_EQ(basket.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(basket.error().where, row.where);
  EXPECT_THAT(basket.error().message, HasSubstr(row.message));
  EXPECT_THAT(basket.error().advice, HasSubstr(row.hint));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, SettingsRefuse,
    ::testing::Values(
        Wrong{"Misspelt", R"({"cuont": 1})", "cuont", "no key \"cuont\"", "write count"},
        Wrong{"FarFromAll", R"({"zzzzzzzz": 1})", "zzzzzzzz", "no key", "the keys here are name"},
        Wrong{"MisspeltInside", R"({"more": {"color": 1}})", "more.color", "in more",
              "write colour"},
        Wrong{"NotASection", R"({"more": 3})", "more", "not a section", ""},
        Wrong{"TextForNumber", R"({"weight_kg": "much"})", "weight_kg", "a number is wanted",
              "above 0 and at most 1"},
        Wrong{"EndOutside", R"({"weight_kg": 0})", "weight_kg", "out of range", "above 0"},
        Wrong{"HalfACount", R"({"count": 2.5})", "count", "2.5", "whole number from 1 to 9"},
        Wrong{"TooMany", R"({"count": 10})", "count", "out of range", ""},
        Wrong{"FarTooMany", R"({"count": 18446744073709551615})", "count", "out of range", ""},
        Wrong{"NumberForTruth", R"({"ripe": 1})", "ripe", "\"ripe\" is 1", "true or false"},
        Wrong{"FractionForText", R"({"name": 1.50})", "name", "a text is wanted", "quotes"},
        Wrong{"UnknownWord", R"({"fruit": "paer"})", "fruit", "none of its words", "write pear"},
        Wrong{"ListInList", R"({"labels": [["a"]]})", "labels[0]", "a text is wanted", ""},
        Wrong{"TooLong", R"({"sizes": [1, 2, 3, 4]})", "sizes", "a list of 4", "1 to 3 numbers"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler
