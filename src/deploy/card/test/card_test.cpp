#include "deploy/card/card.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::deploy::card {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Evidence evidence() {
  Evidence made;
  made.model = "opacity";
  made.version = 3;
  made.finding = "opacity";
  made.purpose = "Marks adult frontal chest films that may show an opacity.";
  made.use_limits = {"Modality: CR, DX", "View: PA, AP"};
  made.test_films = 1200;
  made.metrics = {{"AUROC", {0.912, 0.893, 0.931, 1200}}};
  made.subgroups = {{"sex", "F", 600, 80, {{"Sensitivity", {0.9, 0.82, 0.95, 80}}}}};
  made.gates = {{"auroc", gates::Status::Fail, 0.912, 0.95, 1200, "AUROC is 0.912."}};
  made.sign_offs = {{"Ada Lovelace", "shadow use only"}};
  made.licences = {"SqueezeNet 1.1 weights: MIT; ImageNet's own terms are non-commercial"};
  return made;
}

TEST(Card, SaysWhatTheEvidenceSays) {
  const auto text = markdown(evidence());
  EXPECT_THAT(text, HasSubstr("# opacity, version 3"));
  EXPECT_THAT(text, HasSubstr("not a cleared medical device"));
  EXPECT_THAT(text, HasSubstr("- Modality: CR, DX"));
  EXPECT_THAT(text, HasSubstr("| AUROC | 0.912 | 0.893 to 0.931 | 1,200 |"));
  EXPECT_THAT(text, HasSubstr("| sex: F | 600 | 80 | Sensitivity | 0.900 | 0.820 to 0.950 | 80 |"));
  EXPECT_THAT(text, HasSubstr("| auroc | fail | AUROC is 0.912. |"));
  EXPECT_THAT(text, HasSubstr("Signed off by Ada Lovelace: shadow use only"));
  EXPECT_THAT(text, HasSubstr("non-commercial"));
}

TEST(Card, SaysWhatWasNotAssessedInsteadOfLeavingItOut) {
  const auto text = markdown({});
  for (const auto* title : {"## Intended use", "### By subgroup", "### Against metadata alone",
                            "## Performance on the test films"}) {
    EXPECT_THAT(text, HasSubstr(std::string(title) + "\n\nNot assessed."));
  }
}

TEST(Card, TextsCannotBreakItsShape) {
  auto made = evidence();
  made.purpose = "a\n## Cleared by everybody\n<script>|";
  made.gates[0].sentence = "a | b";
  const auto text = markdown(made);
  EXPECT_THAT(text, Not(HasSubstr("\n## Cleared")));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
  EXPECT_THAT(text, HasSubstr("a \\| b"));
}

TEST(Card, EqualEvidenceHasEqualText) {
  EXPECT_EQ(markdown(evidence()), markdown(evidence()));
}

}  // namespace
}  // namespace osler::deploy::card
