#include "dicom/deidentify/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler::dicom::deidentify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Profile, ResearchKeepsWhatModelsNeed) {
  EXPECT_THAT(Profile::research().method_codes(),
              ElementsAre("113100", "113107", "113108", "113109"));
}

TEST(Profile, EveryOptionHasItsCode) {
  const Profile all{.dates = Dates::Kept,
                    .retain_uids = true,
                    .retain_device_identity = true,
                    .retain_institution_identity = true,
                    .retain_patient_characteristics = true,
                    .retain_safe_private = true};
  EXPECT_THAT(all.method_codes(),
              ElementsAre("113100", "113106", "113108", "113109", "113110", "113111", "113112"));
  for (const auto& code : all.method_codes()) {
    EXPECT_FALSE(method_meaning(code).empty()) << code;
    EXPECT_LE(method_meaning(code).size(), 64U) << code;
  }
}

TEST(Profile, ComesBackFromJson) {
  const auto profile = Profile::from_json(Profile::research().to_json());

  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(*profile, Profile::research());
  EXPECT_EQ(*Profile::from_json(Json::object()), Profile::basic());
}

struct BadDocument {
  const char* name;
  const char* json;
  const char* message;
};
class ProfileRejects : public ::testing::TestWithParam<BadDocument> {};

TEST_P(ProfileRejects, SayingWhy) {
  const auto profile = Profile::from_json(Json::parse(GetParam().json));

  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(profile.error().message + " " + profile.error().advice,
              HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, ProfileRejects,
    ::testing::Values(BadDocument{"NoObject", "[]", "not a JSON object"},
                      BadDocument{"Misspelt", R"({"retain_uid": true})", "write retain_uids"},
                      BadDocument{"UnknownDates", R"({"dates": "moved"})",
                                  "removed, shifted or kept"},
                      BadDocument{"NoBoolean", R"({"retain_uids": 1})", "neither true nor false"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::dicom::deidentify
