#include "evaluate/metrics/paired.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "evaluate/metrics/confusion.h"
#include "evaluate/metrics/curves.h"

namespace osler::evaluate::metrics {
namespace {

// Positives marked by the first: 3 of 4, by the second: 1 of 4; the negative counts for neither.
// The sensitivities differ by 3/4 - 1/4 = 1/2.
TEST(Paired, AgreesWithAHandWorkedExample) {
  const std::vector<double> scores{0.9, 0.8, 0.7, 0.2, 0.1};
  const std::vector<std::uint8_t> labels{1, 1, 1, 1, 0};
  const std::vector<double> positive{1, 1, 1, 1, 0};
  const auto first = ratio({1, 1, 1, 0, 0}, positive);
  const auto second = ratio({1, 0, 0, 0, 0}, positive);
  const auto found = paired_difference({.scores = scores, .labels = labels}, first, second);
  EXPECT_DOUBLE_EQ(found.value, 0.5);
  EXPECT_EQ(found.n, 5U);
  EXPECT_GE(found.lower, 0.0);  // the second marks nothing that the first does not
  EXPECT_LE(found.upper, 1.0);
  EXPECT_LT(found.lower, 0.5);
  EXPECT_GT(found.upper, 0.5);
}

// Of each case drawn twice the ratio is what it is once; of the first alone 1 / 2.
TEST(Paired, CountsACaseAsOftenAsItWasDrawn) {
  const auto statistic = ratio({1, 3}, {2, 2});
  EXPECT_DOUBLE_EQ(statistic(std::vector<std::uint32_t>{1, 1}), 1.0);
  EXPECT_DOUBLE_EQ(statistic(std::vector<std::uint32_t>{2, 2}), 1.0);
  EXPECT_DOUBLE_EQ(statistic(std::vector<std::uint32_t>{1, 0}), 0.5);
  EXPECT_TRUE(std::isnan(statistic(std::vector<std::uint32_t>{0, 0})));
}

struct Sample {
  std::vector<double> first;
  std::vector<double> second;
  std::vector<std::uint8_t> labels;
  [[nodiscard]] Cases cases() const { return {.scores = first, .labels = labels}; }
};

// Two networks that see much the same.
Sample alike(std::size_t n) {
  Rng rng(3);
  Sample sample;
  for (std::size_t i = 0; i < n; ++i) {
    const bool positive = rng.chance(0.4);
    const double seen = rng.normal(positive ? 1.0 : 0.0, 1.0);
    sample.labels.push_back(positive ? 1 : 0);
    sample.first.push_back(seen + rng.normal(0.0, 0.1));
    sample.second.push_back(seen + rng.normal(0.0, 0.1));
  }
  return sample;
}

Statistic accuracy(const std::vector<double>& scores, const std::vector<std::uint8_t>& labels) {
  std::vector<double> right;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    right.push_back((scores[i] >= 0.5) == (labels[i] == 1) ? 1.0 : 0.0);
  }
  return ratio(right, std::vector<double>(scores.size(), 1.0));
}

TEST(Paired, IsNarrowerThanTheSameCasesTakenForTwoSets) {
  const auto sample = alike(400);
  const auto found = paired_difference(sample.cases(), accuracy(sample.first, sample.labels),
                                       accuracy(sample.second, sample.labels));
  const auto first = rates_at(sample.cases(), 0.5);
  const auto second = rates_at({.scores = sample.second, .labels = sample.labels}, 0.5);
  ASSERT_TRUE(first && second);
  const auto apart = difference(first->accuracy, second->accuracy);
  EXPECT_NEAR(found.value, apart.value, 1e-12);
  EXPECT_LT(found.upper - found.lower, 0.6 * (apart.upper - apart.lower));
}

TEST(Paired, ChangesItsSignWithTheOrder) {
  const auto sample = alike(300);
  const auto one = accuracy(sample.first, sample.labels);
  const auto other = accuracy(sample.second, sample.labels);
  const auto forth = paired_difference(sample.cases(), one, other);
  const auto back = paired_difference(sample.cases(), other, one);
  EXPECT_DOUBLE_EQ(forth.value, -back.value);
  EXPECT_NEAR(forth.lower, -back.upper, 1e-12);
}

TEST(Paired, HasNoIntervalWhereBothSayTheSame) {
  const auto sample = alike(50);
  const auto one = accuracy(sample.first, sample.labels);
  const auto found = paired_difference(sample.cases(), one, one);
  EXPECT_EQ(found.value, 0.0);
  EXPECT_FALSE(found.has_interval());
  EXPECT_FALSE(found.reason.empty());
  const auto none = ratio(std::vector<double>(50, 0.0), std::vector<double>(50, 0.0));
  EXPECT_FALSE(paired_difference(sample.cases(), one, none).estimable());
}

TEST(Paired, TakesTheAveragePrecisionAsAStatistic) {
  const auto sample = alike(200);
  const auto statistic = average_precision_of(sample.cases());
  const auto known = average_precision(sample.cases(), {.resamples = 10});
  ASSERT_TRUE(statistic && known);
  EXPECT_DOUBLE_EQ((*statistic)(std::vector<std::uint32_t>(200, 1)), known->value);
  EXPECT_EQ(average_precision_of({}).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler::evaluate::metrics
