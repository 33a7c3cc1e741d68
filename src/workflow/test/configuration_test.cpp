#include "workflow/configuration.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace osler::workflow {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConfigurationTest : public ::testing::Test {
 protected:
  Result<Configuration> read(std::string_view text) {
    EXPECT_TRUE(write_file(path(), text));
    return read_configuration(path());
  }
  Configuration good(std::string_view text) {
    auto read_back = read(text);
    EXPECT_TRUE(read_back) << read_back.error().message;
    return read_back ? *std::move(read_back) : Configuration{};
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "config.json"; }

  TemporaryFolder folder_;
};

TEST_F(ConfigurationTest, WithoutAFileHasTheValuesOfTheHeader) {
  for (const bool with_empty_file : {false, true}) {
    const auto read_back = with_empty_file ? read("{}") : read_configuration(path());
    ASSERT_TRUE(read_back);
    EXPECT_TRUE(read_back->deidentify_on_ingest);
    EXPECT_EQ(read_back->actor, "");
    EXPECT_EQ(read_back->site, "");
    EXPECT_FALSE(read_back->test_system);
    EXPECT_EQ(read_back->marks, MarksPolicy::OnRequest);
    EXPECT_THAT(read_back->targets, ElementsAre(minutes(30), minutes(60), minutes(240)));
    EXPECT_TRUE(read_back->ai_raises);
    EXPECT_THAT(read_back->looks_at, IsEmpty());
    EXPECT_THAT(read_back->models, IsEmpty());
  }
}

TEST_F(ConfigurationTest, ReadsEveryKey) {
  const auto read_back = good(R"({
    "deidentify_on_ingest": false, "actor": "pacs", "site": "Northfield General",
    "test_system": true, "marks": "after_first_read", "ai_raises": false,
    "targets_minutes": {"critical": 10, "routine": 600},
    "looks_at": [{"model": "chest-opacity", "modality": ["DX"], "body_part": ["CHEST", "LUNG"]}],
    "models": [{"name": "chest-opacity", "owner": "Radiology", "risk": "II",
                "next_review": "2026-12-15", "override_limit": 0.15},
               {"name": "film-view"}]})");
  EXPECT_FALSE(read_back.deidentify_on_ingest);
  EXPECT_EQ(read_back.actor, "pacs");
  EXPECT_EQ(read_back.site, "Northfield General");
  EXPECT_TRUE(read_back.test_system);
  EXPECT_EQ(read_back.marks, MarksPolicy::AfterFirstRead);
  EXPECT_FALSE(read_back.ai_raises);
  // What is not said keeps its value.
  EXPECT_THAT(read_back.targets, ElementsAre(minutes(10), minutes(60), minutes(600)));
  ASSERT_EQ(read_back.looks_at.size(), 1U);
  EXPECT_EQ(read_back.looks_at[0].model, "chest-opacity");
  EXPECT_THAT(read_back.looks_at[0].modality, ElementsAre("DX"));
  EXPECT_THAT(read_back.looks_at[0].body_part, ElementsAre("CHEST", "LUNG"));
  const auto notes = read_back.notes_on("chest-opacity");
  EXPECT_EQ(notes.owner, "Radiology");
  EXPECT_EQ(notes.risk, "II");
  EXPECT_EQ(notes.next_review, "2026-12-15");
  EXPECT_EQ(notes.override_limit, 0.15);
  EXPECT_EQ(read_back.notes_on("film-view").owner, "");
  EXPECT_EQ(read_back.notes_on("unheard-of").model, "unheard-of");
  EXPECT_FALSE(read_back.notes_on("unheard-of").override_limit);
}

TEST_F(ConfigurationTest, RefusesWhatItDoesNotKnowWithTheNearestKey) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"({"marsk": "on_request"})", "marks"},
      {R"({"targets_minutes": {"urgnt": 5}})", "urgent"},
      {R"({"looks_at": [{"model": "a", "modalty": []}]})", "modality"},
      {R"({"models": [{"name": "a", "ownr": "b"}]})", "owner"},
  };
  for (const auto& [text, known] : cases) {
    const auto refused = read(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument) << text;
    EXPECT_THAT(refused.error().advice, HasSubstr(known)) << text;
  }
}

TEST_F(ConfigurationTest, RefusesValuesOutsideTheirRange) {
  for (const char* text : {
           R"({"marks": "always"})",
           R"({"targets_minutes": {"urgent": 0}})",
           R"({"targets_minutes": {"urgent": 10081}})",
           R"({"models": [{"name": "a", "next_review": "15 Dec 2026"}]})",
           R"({"models": [{"name": "a", "next_review": "2026-02-30"}]})",
           R"({"models": [{"name": "a", "next_review": "2026-13-01"}]})",
           R"({"models": [{"name": "a", "next_review": "2026-12-1"}]})",
           R"({"models": [{"name": "a", "next_review": "2026-+1-01"}]})",
           R"({"models": [{"name": "a", "next_review": "2026- 1-01"}]})",
           R"({"models": [{"name": "a", "override_limit": 0}]})",
           R"({"models": [{"name": "a", "override_limit": 1.5}]})",
           R"({"models": [{"name": "a"}, {"name": "a"}]})",
       }) {
    const auto refused = read(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument) << text;
  }
  const auto long_owner =
      read(R"({"models": [{"name": "a", "owner": ")" + std::string(201, 'x') + "\"}]}");
  ASSERT_FALSE(long_owner);
  EXPECT_EQ(long_owner.error().code, ErrorCode::InvalidArgument);
}

TEST_F(ConfigurationTest, RefusesValuesOfAnotherType) {
  for (const char* text : {
           "[]",
           "{",
           R"({"deidentify_on_ingest": "yes"})",
           R"({"test_system": 1})",
           R"({"ai_raises": null})",
           R"({"actor": 7})",
           R"({"site": []})",
           R"({"marks": true})",
           R"({"targets_minutes": 30})",
           R"({"targets_minutes": {"urgent": "soon"}})",
           R"({"looks_at": {}})",
           R"({"looks_at": ["a"]})",
           R"({"looks_at": [{"modality": ["DX"]}]})",
           R"({"looks_at": [{"model": "a", "modality": "DX"}]})",
           R"({"looks_at": [{"model": "a", "body_part": [1]}]})",
           R"({"models": {}})",
           R"({"models": [1]})",
           R"({"models": [{"owner": "b"}]})",
           R"({"models": [{"name": "a", "risk": 2}]})",
           R"({"models": [{"name": "a", "override_limit": "0.1"}]})",
       }) {
    const auto refused = read(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::DataCorrupt) << text;
  }
}

TEST_F(ConfigurationTest, HasOneWordForEachChoice) {
  EXPECT_EQ(to_string(Urgency::Critical), "critical");
  EXPECT_EQ(to_string(Urgency::Urgent), "urgent");
  EXPECT_EQ(to_string(Urgency::Routine), "routine");
  EXPECT_EQ(to_string(MarksPolicy::OnRequest), "on_request");
  EXPECT_EQ(to_string(MarksPolicy::AfterFirstRead), "after_first_read");
}

}  // namespace
}  // namespace osler::workflow
