#include "dataset/label.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::dataset {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Manifest films() {
  Manifest manifest;
  for (const auto& [id, study] : {std::pair("a", "1.2.1"), std::pair("b", "1.2.1"),
                                  std::pair("c", "1.2.2"), std::pair("d", "1.2.3")}) {
    manifest.items.push_back({.id = id,
                              .patient = "",
                              .object = crypto::sha256(id),
                              .media = "application/dicom",
                              .labels = {},
                              .attributes = {{"study", study}, {"age", "40"}},
                              .split = "",
                              .pixels = std::nullopt});
  }
  return manifest;
}

CsvTable table(std::string_view text) {
  return *CsvTable::parse(text, "labels.csv");
}

LabelOptions by_study() {
  return {.key_column = "study",
          .match = "study",
          .labels = {"consolidation"},
          .attributes = {"age"},
          .patient_column = "patient",
          .translate = {}};
}

TEST(Labels, JoinAllFilmsOfAStudy) {
  Manifest manifest = films();

  const auto report = join_labels(manifest,
                                  table("study,patient,age,consolidation\n"
                                        "1.2.1,p1,54,1\n1.2.2,p2,,0\n9.9,p9,1,1\n1.2.3,p3,61,\n"),
                                  by_study());

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->rows, 4U);
  EXPECT_EQ(report->matched, 3U);
  EXPECT_EQ(report->labelled, 3U);
  EXPECT_EQ(report->unlabelled, 1U);
  EXPECT_THAT(report->unknown, ElementsAre(HasSubstr("line 4")));
  EXPECT_EQ(manifest.items[0].labels.at("consolidation"), "1");
  EXPECT_EQ(manifest.items[1].patient, "p1");
  EXPECT_EQ(manifest.items[1].attributes.at("age"), "54");
  EXPECT_EQ(manifest.items[2].attributes.at("age"), "40");
  EXPECT_FALSE(manifest.items[3].labels.contains("consolidation"));
}

TEST(Labels, TranslateTheKeyFirst) {
  Manifest manifest = films();
  auto options = by_study();
  options.translate = [](std::string_view key) { return "1.2." + std::string(key); };

  const auto report =
      join_labels(manifest, table("study,patient,age,consolidation\n3,p,1,1\n"), options);

  ASSERT_TRUE(report);
  EXPECT_EQ(manifest.items[3].labels.at("consolidation"), "1");
}

TEST(Labels, NameTheNearestColumn) {
  Manifest manifest = films();

  const auto report =
      join_labels(manifest, table("study,patient,age,consolidated\n1.2.1,p1,54,1\n"), by_study());

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(report.error().advice, HasSubstr("consolidated"));
  EXPECT_THAT(report.error().where, HasSubstr("it has study, patient, age, consolidated"));
}

TEST(Labels, RefuseRowsThatDisagree) {
  Manifest manifest = films();

  const auto report = join_labels(
      manifest, table("study,patient,age,consolidation\n1.2.1,p1,54,1\n1.2.1,p1,54,0\n"),
      by_study());

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::DataCorrupt);
  EXPECT_THAT(report.error().where, HasSubstr("line 2"));
  EXPECT_THAT(report.error().where, HasSubstr("line 3"));
  EXPECT_EQ(manifest, films());
}

TEST(Labels, SayWhenNoRowSpeaksOfAnyItem) {
  Manifest manifest = films();

  const auto report =
      join_labels(manifest, table("study,patient,age,consolidation\n7,p1,54,1\n"), by_study());

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::NotFound);
  EXPECT_THAT(report.error().message, HasSubstr("none of its 1 rows"));
}

}  // namespace
}  // namespace osler::dataset
