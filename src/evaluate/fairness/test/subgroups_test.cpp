#include "evaluate/fairness/subgroups.h"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/rng.h"
#include "tests/support/statistics.h"

namespace osler::evaluate::fairness {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Sample {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  Column column{.name = "sex", .values = {}};

  [[nodiscard]] metrics::Cases cases() const { return {.scores = scores, .labels = labels}; }
  [[nodiscard]] Result<SubgroupTable> table(const SubgroupOptions& options = {}) const {
    return subgroups(cases(), std::span(&column, 1), options);
  }
};

// Women's positives score higher by `shift` than men's.
Sample draw(std::size_t n, double shift, std::uint64_t seed) {
  Rng rng(seed);
  Sample out;
  for (std::size_t i = 0; i < n; ++i) {
    const bool woman = rng.chance(0.5);
    const bool positive = rng.chance(0.4);
    out.column.values.emplace_back(woman ? "F" : "M");
    out.labels.push_back(positive ? 1 : 0);
    out.scores.push_back(rng.normal(positive ? 1.0 + (woman ? shift : 0.0) : 0.0, 1.0));
  }
  return out;
}

// Women: 2 of 2 positives at or above 0.5; men 1 of 2.
TEST(Subgroups, AgreeWithAHandWorkedExample) {
  const Sample sample{{0.9, 0.8, 0.1, 0.7, 0.2, 0.3},
                      {1, 1, 0, 1, 1, 0},
                      {.name = "sex", .values = {"F", "F", "F", "M", "M", "M"}}};

  const auto table = *sample.table({.minimum = 1});

  ASSERT_THAT(table.groups, SizeIs(2));
  EXPECT_EQ(table.groups[0].value, "F");
  EXPECT_EQ(table.groups[0].sensitivity.value, 1.0);
  EXPECT_EQ(table.groups[1].sensitivity.value, 0.5);
  EXPECT_EQ(table.groups[1].auroc.value, 0.5);
  const Gap* gap = table.largest(Measure::Sensitivity);
  ASSERT_NE(gap, nullptr);
  EXPECT_EQ(gap->best, "F");
  EXPECT_EQ(gap->worst, "M");
  EXPECT_EQ(gap->difference.value, 0.5);
}

TEST(Subgroups, ShowARealGapAsOne) {
  const auto table = *draw(4000, 1.0, 1).table({.threshold = 1.0});

  EXPECT_GT(table.largest(Measure::Sensitivity)->adjusted.lower, 0.2);
  EXPECT_GT(table.largest(Measure::Auroc)->adjusted.lower, 0.05);
}

TEST(Subgroups, DoNotCryGapOverEqualGroups) {
  int cried = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto table = *draw(400, 0.0, 100 + seed).table({.threshold = 1.0});
    cried += table.largest(Measure::Sensitivity)->adjusted.lower > 0.0 ? 1 : 0;
  }

  // The best of two was picked, so a 95 % interval may miss 0 on one side 5 % of the time.
  EXPECT_LE(cried, 20);
}

TEST(Subgroups, SayTooFewInsteadOfANumber) {
  auto sample = draw(400, 0.0, 3);
  sample.column.values[0] = "O";

  const auto table = *sample.table();

  ASSERT_THAT(table.groups, SizeIs(3));
  EXPECT_EQ(table.groups[2].value, "O");
  EXPECT_EQ(table.groups[2].n, 1U);
  EXPECT_FALSE(table.groups[2].sensitivity.estimable());
  EXPECT_THAT(table.groups[2].sensitivity.reason, HasSubstr("too few"));
  EXPECT_EQ(table.largest(Measure::Sensitivity)->pairs, 1U);
}

TEST(Subgroups, CallAnEmptyValueNotRecordedAndLeaveItOutOfGaps) {
  auto sample = draw(600, 0.0, 4);
  for (std::size_t i = 0; i < 200; ++i) {
    sample.column.values[i] = "";
    sample.scores[i] = sample.labels[i];
  }

  const auto table = *sample.table({.threshold = 0.5});

  EXPECT_EQ(table.groups.back().value, "not recorded");
  EXPECT_NE(table.largest(Measure::Sensitivity)->best, "not recorded");
}

TEST(Subgroups, SkipAColumnOfOneGroup) {
  Sample sample{{0.1, 0.9}, {0, 1}, {.name = "site", .values = {"A", "A"}}};

  EXPECT_THAT(sample.table()->groups, IsEmpty());
  EXPECT_EQ(sample.table()->largest(Measure::Auroc), nullptr);
}

TEST(Subgroups, CutManyGroupsAndSaySo) {
  auto sample = draw(1000, 0.0, 5);
  for (std::size_t i = 0; i < 1000; ++i) {
    sample.column.values[i] = "station " + std::to_string(i % 50);
  }

  const auto table = *sample.table({.groups = 10});

  EXPECT_THAT(table.groups, SizeIs(10));
  ASSERT_THAT(table.omitted, SizeIs(1));
  EXPECT_THAT(table.omitted[0], HasSubstr("40 of 50 groups"));
}

TEST(Subgroups, RefuseAColumnOfAnotherLength) {
  Sample sample{{0.1, 0.9}, {0, 1}, {.name = "site", .values = {"A"}}};

  const auto table = sample.table();

  ASSERT_FALSE(table);
  EXPECT_THAT(table.error().message, HasSubstr("\"site\" has 1 values for 2 cases"));
}

TEST(Subgroups, BecomeADocument) {
  const auto document = to_json(*draw(400, 1.0, 6).table({.threshold = 1.0}));

  EXPECT_EQ(document.at("groups").size(), 2U);
  EXPECT_EQ(document.at("gaps").size(), 3U);
  EXPECT_TRUE(document.at("groups")[0].at("auroc").at("value").is_number());
}

TEST(AgeBand, CoversEveryAge) {
  EXPECT_EQ(age_band(0.0), "under 18");
  EXPECT_EQ(age_band(17.99), "under 18");
  EXPECT_EQ(age_band(18.0), "18 to 39");
  EXPECT_EQ(age_band(79.9), "60 to 79");
  EXPECT_EQ(age_band(101.0), "80 and over");
  EXPECT_EQ(age_band(-1.0), "");
  EXPECT_EQ(age_band(std::nan("")), "");
}

TEST(GroupName, ReadsAsPeopleSpeak) {
  EXPECT_EQ(group_name("sex", "F"), "women");
  EXPECT_EQ(group_name("age_band", "80 and over"), "age 80 and over");
  EXPECT_EQ(group_name("site", "North"), "site North");
  EXPECT_EQ(group_name("body_part", "CHEST"), "body part CHEST");
  EXPECT_EQ(group_name("manufacturer", "Maker A"), "Maker A");
}

TEST(Oracle, GroupsAsFairlearn) {
  OSLER_ORACLE(oracle, "fairness");
  const auto scores = oracle.column("fairness.csv", "p");
  const auto labels = oracle.labels("fairness.csv", "y");
  Column race{.name = "group", .values = {}};
  for (const double group : oracle.column("fairness.csv", "group")) {
    race.values.push_back(std::to_string(static_cast<int>(group)));
  }

  const auto table = *subgroups({.scores = scores, .labels = labels}, std::span(&race, 1),
                                {.threshold = 0.33, .minimum = 1});

  ASSERT_THAT(table.groups, SizeIs(3));
  for (const auto& group : table.groups) {
    const auto& want = oracle.expected().at("by_group").at(group.value);
    oracle.compare(static_cast<double>(group.n), want.at("n"), group.value);
    oracle.compare(group.sensitivity.value, want.at("tpr"), group.value);
    oracle.compare(group.specificity.value, want.at("tnr"), group.value);
    oracle.compare(group.ppv.value, want.at("ppv"), group.value);
    oracle.compare(group.auroc.value, want.at("auc"), group.value);
  }
  const auto& want = oracle.expected().at("aggregate_group");
  oracle.compare(table.largest(Measure::Sensitivity)->difference.value,
                 want.at("equal_opportunity_difference"), "sensitivity gap");
  oracle.compare(table.largest(Measure::Auroc)->difference.value, want.at("auc_gap"), "auroc gap");
}

}  // namespace
}  // namespace osler::evaluate::fairness
