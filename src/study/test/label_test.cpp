#include <optional>

#include <gtest/gtest.h>

#include "study/study.h"

namespace osler::study {
namespace {

TEST(Label, TakesOneAsPositiveAndEveryOtherValueAsNegative) {
  const Label label;
  EXPECT_EQ(label.read("1"), true);
  EXPECT_EQ(label.read(" 1.0 "), true);
  EXPECT_EQ(label.read("0"), false);
  EXPECT_EQ(label.read("no"), false);
  EXPECT_EQ(label.read(""), std::nullopt);
  EXPECT_EQ(label.read("  "), std::nullopt);
}

TEST(Label, WithNegativesLeavesAThirdValueUnlabelled) {
  const Label label{.column = "view", .positive = {"AP"}, .negative = {"PA"}, .contains = {}};
  EXPECT_EQ(label.read("AP"), true);
  EXPECT_EQ(label.read("PA"), false);
  EXPECT_EQ(label.read("LL"), std::nullopt);
}

TEST(Label, FindsOneFindingAmongSeveral) {
  const Label label{
      .column = "finding_labels", .positive = {}, .negative = {}, .contains = "Effusion"};
  EXPECT_EQ(label.read("Edema|Effusion"), true);
  EXPECT_EQ(label.read("Effusion"), true);
  EXPECT_EQ(label.read("Edema; Effusion ;Mass"), true);
  EXPECT_EQ(label.read("No Effusion Seen|Edema"), false);
  EXPECT_EQ(label.read("No Finding"), false);
  EXPECT_EQ(label.read(""), std::nullopt);
}

}  // namespace
}  // namespace osler::study
