#include "workflow/scorer.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::workflow::internal {
namespace {

using ::testing::HasSubstr;

IntendedUse adults() {
  return *intended_use_from_json(
      R"({"modality": ["CR", "DX"], "body_part": ["CHEST"], "view": ["PA"], "age_years": [18, 120]})");
}

clinical::Instance film() {
  clinical::Instance instance;
  instance.modality = "DX";
  instance.body_part = "CHEST";
  instance.view_position = "PA";
  instance.age_years = 63.0;
  return instance;
}

TEST(IntendedUse, HoldsAFilmOfItsKind) {
  EXPECT_EQ(outside_because(film(), adults()), "");
  auto other = film();
  other.body_part = "chest";
  EXPECT_EQ(outside_because(other, adults()), "");
}

TEST(IntendedUse, WithoutLimitsHoldsEverything) {
  EXPECT_EQ(outside_because({}, *intended_use_from_json("{}")), "");
}

TEST(IntendedUse, SaysWhatIsOutside) {
  auto other = film();
  other.modality = "CT";
  EXPECT_THAT(outside_because(other, adults()), HasSubstr("CT film"));
  other = film();
  other.view_position = "AP";
  EXPECT_THAT(outside_because(other, adults()), HasSubstr("AP film"));
  other = film();
  other.body_part = "HAND";
  EXPECT_THAT(outside_because(other, adults()), HasSubstr("HAND film"));
  other = film();
  other.age_years = 7.0;
  EXPECT_THAT(outside_because(other, adults()), HasSubstr("7 years"));
}

TEST(IntendedUse, TakesNothingForGranted) {
  auto other = film();
  other.view_position = "";
  EXPECT_THAT(outside_because(other, adults()), HasSubstr("does not state its view"));
  other = film();
  other.age_years = std::nullopt;
  EXPECT_THAT(outside_because(other, adults()), HasSubstr("does not state an age"));
}

TEST(IntendedUse, RefusesABrokenDocument) {
  EXPECT_FALSE(intended_use_from_json("{"));
  EXPECT_FALSE(intended_use_from_json(R"({"view": "PA"})"));
}

}  // namespace
}  // namespace osler::workflow::internal
