#include "dataset/leakage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/test/builders.h"

namespace osler::dataset {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// a and b are one picture in train and test; c and d one picture within train, labelled
// differently; e and f are two films of one patient in train and validation.
Manifest leaky() {
  Manifest manifest;
  manifest.items = {
      item("a", "p1", "1", "train", "x"),      item("b", "p2", "1", "test", "x"),
      item("c", "p3", "1", "train", "y"),      item("d", "p4", "0", "train", "y"),
      item("e", "p5", "0", "train", "z1"),     item("f", "p5", "0", "validation", "z2"),
      item("g", "p6", "0", "validation", "w"), item("h", "", "0", "test")};
  return manifest;
}

TEST(Leakage, IsFoundAndNamed) {
  const auto found = audit(leaky());
  ASSERT_THAT(found.duplicates, SizeIs(2));
  EXPECT_THAT(found.duplicates[0].ids, ElementsAre("a", "b"));
  EXPECT_TRUE(found.duplicates[0].across());
  EXPECT_FALSE(found.duplicates[0].label_conflict);
  EXPECT_TRUE(found.duplicates[1].label_conflict);
  EXPECT_EQ(found.across_splits, 1U);
  EXPECT_EQ(found.label_conflicts, 1U);
  ASSERT_THAT(found.patients, SizeIs(1));
  EXPECT_THAT(found.patients[0].ids, ElementsAre("e", "f"));
  EXPECT_EQ(found.without_pixels, 1U);
  EXPECT_THAT(found.pairs(), ElementsAre(HasSubstr("a, b"), HasSubstr("e, f")));
}

TEST(Leakage, IsRefusedUnlessTheStudySaysWhatToDo) {
  Manifest manifest = leaky();
  const auto refused = treat(manifest, LeakageTreatment::Refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(refused.error().where, HasSubstr("a, b"));
  EXPECT_EQ(manifest, leaky());
}

TEST(Leakage, KeptTogetherGoesToTheStrictestPart) {
  Manifest manifest = leaky();
  const auto treated = treat(manifest, LeakageTreatment::KeepTogether);
  ASSERT_TRUE(treated);
  EXPECT_EQ(treated->moved, 2U);
  EXPECT_EQ(manifest.items[0].split, "test");
  EXPECT_EQ(manifest.items[4].split, "validation");
  EXPECT_FALSE(audit(manifest).leaks());
}

TEST(Leakage, DroppingNeverTakesFromTheTestPart) {
  Manifest manifest = leaky();
  const auto treated = treat(manifest, LeakageTreatment::Drop);
  ASSERT_TRUE(treated);
  EXPECT_EQ(treated->dropped, 2U);
  EXPECT_EQ(count_splits(manifest).test, 2U);
  EXPECT_FALSE(audit(manifest).leaks());
}

TEST(Leakage, TreatmentsHaveNames) {
  EXPECT_EQ(*leakage_treatment("drop"), LeakageTreatment::Drop);
  EXPECT_FALSE(leakage_treatment("ignore"));
}

}  // namespace
}  // namespace osler::dataset
