#include "imaging/transform/spec.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler::imaging::transform {
namespace {

using ::testing::HasSubstr;

Result<Spec> read(const std::string& text) {
  return spec_from_json(Json::parse(text));
}

TEST(Spec, ComesBackFromItsJson) {
  const Spec spec{.window = Window::Percentile,
                  .percentiles = {1.0, 99.0},
                  .crop_border = 0.05,
                  .crop_foreground = true,
                  .size = {224, 192},
                  .spacing_mm = 0.7,
                  .aspect = Aspect::Pad,
                  .normalise = Normalise::Fixed,
                  .mean = 0.4,
                  .deviation = 0.2};
  const auto back = spec_from_json(to_json(spec));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, spec);
  EXPECT_EQ(digest(*back), digest(spec));
  EXPECT_NE(digest(*back), digest(Spec{}));
}

TEST(Spec, TakesDefaultsForWhatIsAbsentAndOneNumberForASquare) {
  const auto spec = read(R"({"size": 28})");
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(*spec, (Spec{.size = {28, 28}}));
}

struct BadSpec {
  const char* name;
  const char* text;
  const char* where;
  const char* message;
  const char* hint;
};

class SpecRejects : public ::testing::TestWithParam<BadSpec> {};

TEST_P(SpecRejects, SayingWhatWhereAndWhatToDo) {
  const auto& row = GetParam();
  const auto spec = read(row.text);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(spec.error().where, row.where);
  EXPECT_THAT(spec.error().message, HasSubstr(row.message));
  EXPECT_THAT(spec.error().advice, HasSubstr(row.hint));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, SpecRejects,
    ::testing::Values(
        BadSpec{"NotAnObject", "[]", "", "not a section", ""},
        BadSpec{"Misspelt", R"({"normalize": "unit"})", "normalize", "no key", "normalise"},
        BadSpec{"UnknownWord", R"({"window": "haeder"})", "window", "none of its words", "header"},
        BadSpec{"TooSmall", R"({"size": 4})", "size", "out of range", "at least 8"},
        BadSpec{"HalfAPixel", R"({"size": [64, 32.5]})", "size", "whole pixels", "height"},
        BadSpec{"ThreeSides", R"({"size": [64, 64, 64]})", "size", "a list of 3", "2 numbers"},
        BadSpec{"CropOfAll", R"({"crop_border": 0.5})", "crop_border", "out of range", "0.45"},
        BadSpec{"NoSpacing", R"({"spacing_mm": 0})", "spacing_mm", "out of range", "above 0"},
        BadSpec{"PercentilesTurned", R"({"percentiles": [99, 1]})", "percentiles", "not below", ""},
        BadSpec{"MeanWithoutUse", R"({"mean": 0.3})", "mean", "normalise: fixed", "remove"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::imaging::transform
