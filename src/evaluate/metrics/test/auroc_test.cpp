#include "evaluate/metrics/auroc.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"

namespace osler::evaluate::metrics {
namespace {

using ::testing::HasSubstr;

struct Sample {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups = {};

  [[nodiscard]] Cases cases() const {
    return {.scores = scores, .labels = labels, .groups = groups};
  }
};

Sample draw(std::size_t n, double shift, std::uint64_t seed) {
  Rng rng(seed);
  Sample out;
  for (std::size_t i = 0; i < n; ++i) {
    const bool positive = rng.chance(0.3);
    out.labels.push_back(positive ? 1 : 0);
    out.scores.push_back(rng.normal(positive ? shift : 0.0, 1.0));
  }
  return out;
}

// The definition, pair by pair.
double by_pairs(const Sample& sample) {
  double wins = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < sample.scores.size(); ++i) {
    for (std::size_t j = 0; j < sample.scores.size(); ++j) {
      if (sample.labels[i] == 1 && sample.labels[j] == 0) {
        pairs += 1.0;
        wins += sample.scores[i] > sample.scores[j]    ? 1.0
                : sample.scores[i] == sample.scores[j] ? 0.5
                                                       : 0.0;
      }
    }
  }
  return wins / pairs;
}

// Positives 3, 5; negatives 1, 2, 3. Wins of 3: 1, 1, 1/2; of 5: 1, 1, 1. Area 5.5 / 6.
// V10 = 5/6, 1: variance about 11/12 is 2 (1/12)^2 / 1, over m 2: 1/144.
// V01 = 1, 1, 3/4: squares (1/12)^2 (1/12)^2 (1/6)^2 = 6/144, over n - 1 = 2 and n = 3: 1/144.
TEST(Auroc, AgreesWithAHandWorkedExample) {
  const Sample sample{{3, 5, 1, 2, 3}, {1, 1, 0, 0, 0}};

  const auto result = auroc(sample.cases());

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_NEAR(result->area.value, 5.5 / 6.0, 1e-15);
  EXPECT_NEAR(result->variance, 2.0 / 144.0, 1e-15);
  EXPECT_EQ(result->positives, 2U);
  EXPECT_EQ(result->negatives, 3U);
}

TEST(Auroc, AgreesWithItsDefinitionPairByPair) {
  auto sample = draw(300, 1.0, 7);
  for (auto& score : sample.scores) {
    score = std::round(score * 4.0) / 4.0;  // many ties
  }

  EXPECT_NEAR(auroc(sample.cases())->area.value, by_pairs(sample), 1e-12);
}

TEST(Auroc, IsUnchangedByRisingMapsAndOrder) {
  auto sample = draw(5000, 1.0, 8);
  const auto before = *auroc(sample.cases());
  Sample other{{sample.scores.rbegin(), sample.scores.rend()},
               {sample.labels.rbegin(), sample.labels.rend()}};
  for (auto& score : other.scores) {
    score = std::exp(score) - 3.0;
  }

  const auto after = *auroc(other.cases());

  EXPECT_DOUBLE_EQ(after.area.value, before.area.value);
  EXPECT_NEAR(after.variance, before.variance, 1e-15);
}

TEST(Auroc, TurnsAroundWithTheSign) {
  auto sample = draw(500, 1.0, 9);
  const auto before = *auroc(sample.cases());
  for (auto& score : sample.scores) {
    score = -score;
  }

  EXPECT_NEAR(auroc(sample.cases())->area.value, 1.0 - before.area.value, 1e-12);
}

TEST(Auroc, OneCaseAGroupChangesNothing) {
  auto sample = draw(2000, 1.0, 10);
  const auto alone = *auroc(sample.cases());
  for (std::uint32_t i = 0; i < 2000; ++i) {
    sample.groups.push_back(1999 - i);
  }
  const auto grouped = *auroc(sample.cases());

  EXPECT_FALSE(grouped.clustered);
  EXPECT_DOUBLE_EQ(grouped.variance, alone.variance);
}

// Each case written twice adds no knowledge: seen as independent, the variance halves; seen as
// pairs of one patient, it stays (but for the divisors m - 1).
TEST(Auroc, DoesNotGainFromRepeatedFilmsOfAPatient) {
  const auto once = draw(1000, 1.0, 11);
  Sample twice = once;
  twice.scores.insert(twice.scores.end(), once.scores.begin(), once.scores.end());
  twice.labels.insert(twice.labels.end(), once.labels.begin(), once.labels.end());
  const double single = auroc(once.cases())->variance;
  EXPECT_NEAR(auroc(twice.cases())->variance / single, 0.5, 0.01);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    twice.groups.push_back(i % 1000);
  }

  const auto grouped = *auroc(twice.cases());

  EXPECT_TRUE(grouped.clustered);
  EXPECT_NEAR(grouped.variance / single, 1.0, 0.01);
}

// Two positives and two negatives apart: the exact interval of 2 of 2 is (0.025^(1/2), 1).
TEST(Auroc, APerfectAreaKeepsAnInterval) {
  const Sample sample{{1, 2, 3, 4}, {0, 0, 1, 1}};

  const auto area = auroc(sample.cases())->area;

  EXPECT_EQ(area.value, 1.0);
  EXPECT_NEAR(area.lower, std::sqrt(0.025), 1e-12);
  EXPECT_EQ(area.upper, 1.0);
}

TEST(Auroc, LogitIntervalStaysInside) {
  const auto sample = draw(60, 2.5, 12);

  const auto area = auroc(sample.cases(), {.scale = AurocScale::Logit})->area;

  EXPECT_GT(area.lower, 0.0);
  EXPECT_LT(area.lower, area.value);
  EXPECT_GT(area.upper, area.value);
  EXPECT_LT(area.upper, 1.0);
}

TEST(Auroc, DoesNotOverflowOnAMillionCases) {
  const auto sample = draw(1'000'000, 1.0, 13);

  const auto result = *auroc(sample.cases());

  EXPECT_NEAR(result.area.value, 0.7602, 0.002);  // Phi(1 / sqrt 2)
  EXPECT_GT(result.area.lower, 0.755);
  EXPECT_LT(result.area.upper, 0.765);
  EXPECT_LT(result.area.lower, result.area.upper);
}

struct Unknowable {
  const char* name;
  Sample sample;
  const char* reason;
  bool has_value;
};

class AurocSays : public ::testing::TestWithParam<Unknowable> {};

TEST_P(AurocSays, WhyThereIsNoNumber) {
  const auto result = auroc(GetParam().sample.cases());

  ASSERT_TRUE(result);
  EXPECT_EQ(result->area.estimable(), GetParam().has_value);
  EXPECT_FALSE(result->area.has_interval());
  EXPECT_THAT(result->area.reason, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Samples, AurocSays,
    ::testing::Values(
        Unknowable{"OnlyPositive", {{1, 2}, {1, 1}}, "one class", false},
        Unknowable{"OnlyNegative", {{1, 2}, {0, 0}}, "one class", false},
        Unknowable{"AllTied", {{1, 1, 1, 1}, {0, 1, 0, 1}}, "equal", false},
        Unknowable{"OnePositive", {{1, 2, 3}, {0, 1, 0}}, "one case", true},
        Unknowable{"OnePatient", {{1, 2, 3, 2}, {0, 1, 0, 1}, {0, 0, 0, 0}}, "one patient", true}),
    [](const auto& row) { return std::string(row.param.name); });

struct BadInput {
  const char* name;
  Sample sample;
  const char* message;
};

class AurocRejects : public ::testing::TestWithParam<BadInput> {};

TEST_P(AurocRejects, SayingWhy) {
  const auto result = auroc(GetParam().sample.cases());

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, AurocRejects,
    ::testing::Values(BadInput{"NoCases", {}, "no cases"},
                      BadInput{"UnequalLengths", {{1, 2}, {1}}, "2 scores but 1 labels"},
                      BadInput{"UnequalGroups", {{1, 2}, {1, 0}, {1}}, "2 scores but 1 groups"},
                      BadInput{"NotANumber",
                               {{1, std::numeric_limits<double>::quiet_NaN()}, {1, 0}},
                               "not a number"},
                      BadInput{"LabelOfTwo", {{1, 2}, {1, 2}}, "neither 0 nor 1"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ComparePaired, AScoreDoesNotDifferFromItself) {
  const auto sample = draw(200, 1.0, 14);

  const auto result = compare_paired(sample.cases(), sample.scores);

  ASSERT_TRUE(result);
  EXPECT_EQ(result->difference.value, 0.0);
  EXPECT_FALSE(result->difference.has_interval());
  EXPECT_EQ(result->p_value, 1.0);
}

TEST(ComparePaired, IsAntisymmetric) {
  const auto sample = draw(500, 1.0, 15);
  auto other = sample;
  Rng rng(16);
  for (auto& score : other.scores) {
    score += rng.normal();
  }

  const auto forth = *compare_paired(sample.cases(), other.scores);
  const auto back = *compare_paired(other.cases(), sample.scores);

  EXPECT_NEAR(forth.difference.value, -back.difference.value, 1e-15);
  EXPECT_NEAR(forth.statistic, -back.statistic, 1e-9);
  EXPECT_NEAR(forth.p_value, back.p_value, 1e-12);
  EXPECT_LT(forth.p_value, 0.05);
}

TEST(ComparePaired, NeedsAScoreForEachCase) {
  const auto sample = draw(20, 1.0, 17);

  EXPECT_FALSE(compare_paired(sample.cases(), std::vector<double>{1.0}));
}

TEST(PartialAuroc, TheWholeRangeIsTheWholeArea) {
  const auto sample = draw(400, 1.0, 18);
  const double area = auroc(sample.cases())->area.value;

  EXPECT_NEAR(*partial_auroc(sample.cases(), {.from = 1.0, .to = 0.0}), area, 1e-12);
  EXPECT_NEAR(
      *partial_auroc(sample.cases(), {.axis = PartialAxis::Sensitivity, .from = 1.0, .to = 0.0}),
      area, 1e-12);
}

TEST(PartialAuroc, RefusesBoundsThatAreNone) {
  const auto sample = draw(20, 1.0, 19);

  EXPECT_FALSE(partial_auroc(sample.cases(), {.from = 0.9, .to = 0.9}));
  EXPECT_FALSE(partial_auroc(sample.cases(), {.from = 1.5, .to = 0.9}));
}

}  // namespace
}  // namespace osler::evaluate::metrics
