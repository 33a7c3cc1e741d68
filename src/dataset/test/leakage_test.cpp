#include "dataset/leakage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::dataset {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Item item(const std::string& id, const std::string& patient, const std::string& pixels,
          const std::string& split, const std::string& label = "0") {
  return {.id = id,
          .patient = patient,
          .object = crypto::sha256(id),
          .media = "image/png",
          .labels = {{"finding", label}},
          .attributes = {},
          .split = split,
          .pixels = crypto::sha256(pixels)};
}

// a1 and a2: one picture in train and test, with unlike labels. b1, b2: one picture twice in train.
// c1, c2: one patient in validation and test. d: alone.
Manifest leaking() {
  return {.origin = {},
          .items = {item("a2", "p2", "A", "test", "1"), item("a1", "p1", "A", "train", "0"),
                    item("b1", "", "B", "train"), item("b2", "", "B", "train"),
                    item("c1", "p3", "C1", "validation"), item("c2", "p3", "C2", "test"),
                    item("d", "p4", "D", "train")}};
}

TEST(Leakage, FindsDuplicatesPatientsAndConflicts) {
  const auto found = audit(leaking());

  ASSERT_EQ(found.duplicates.size(), 2U);
  EXPECT_THAT(found.duplicates[0].ids, ElementsAre("a1", "a2"));
  EXPECT_THAT(found.duplicates[0].splits, ElementsAre("test", "train"));
  EXPECT_TRUE(found.duplicates[0].label_conflict);
  EXPECT_FALSE(found.duplicates[1].across());
  EXPECT_EQ(found.across_splits, 1U);
  EXPECT_EQ(found.label_conflicts, 1U);
  ASSERT_EQ(found.patients.size(), 1U);
  EXPECT_THAT(found.patients[0].ids, ElementsAre("c1", "c2"));
  EXPECT_TRUE(found.leaks());
}

TEST(Leakage, NamesThePairsByItemNotByPatient) {
  EXPECT_THAT(audit(leaking()).pairs(),
              ElementsAre("a2 (test) has the pixels of a1 (train)",
                          "c2 (test) has the patient of c1 (validation)"));
}

TEST(Leakage, RefusesWithThePairsUnlessTold) {
  Manifest manifest = leaking();

  const auto result = treat(manifest, LeakageTreatment::Refuse);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(result.error().message, HasSubstr("a2 (test) has the pixels of a1 (train)"));
  EXPECT_THAT(result.error().message, ::testing::Not(HasSubstr("p3")));
  EXPECT_EQ(manifest, leaking());
}

TEST(Leakage, DropsFromTheLaxerPartNeverFromTest) {
  Manifest manifest = leaking();

  const auto result = treat(manifest, LeakageTreatment::Drop);

  ASSERT_TRUE(result);
  EXPECT_EQ(result->dropped, 2U);
  std::vector<std::string> left;
  for (const auto& kept : manifest.items) {
    left.push_back(kept.id);
  }
  EXPECT_THAT(left, ElementsAre("a2", "b1", "b2", "c2", "d"));
  EXPECT_FALSE(audit(manifest).leaks());
  EXPECT_TRUE(treat(manifest, LeakageTreatment::Refuse));
}

TEST(Leakage, KeepsTogetherInTheStrictestPart) {
  Manifest manifest = leaking();
  // a1's patient has another film in train: it goes along.
  manifest.items.push_back(item("a3", "p1", "A3", "train"));

  const auto result = treat(manifest, LeakageTreatment::KeepTogether);

  ASSERT_TRUE(result);
  EXPECT_EQ(result->moved, 3U);
  EXPECT_EQ(manifest.items[1].split, "test");
  EXPECT_EQ(manifest.items[4].split, "test");
  EXPECT_EQ(manifest.items[7].split, "test");
  EXPECT_EQ(manifest.items[2].split, "train");
  EXPECT_FALSE(audit(manifest).leaks());
}

TEST(Leakage, ItemsWithoutASplitLeakNowhere) {
  Manifest manifest = leaking();
  for (auto& each : manifest.items) {
    each.split.clear();
  }
  const auto found = audit(manifest);
  EXPECT_EQ(found.duplicates.size(), 2U);
  EXPECT_FALSE(found.leaks());
}

TEST(Leakage, ReadsTheTreatmentsName) {
  EXPECT_EQ(*leakage_treatment("drop"), LeakageTreatment::Drop);
  EXPECT_EQ(*leakage_treatment("keep-together"), LeakageTreatment::KeepTogether);
  EXPECT_EQ(leakage_treatment("ignore").error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler::dataset
