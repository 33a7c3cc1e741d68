#include "evaluate/metrics/curves.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "evaluate/metrics/auroc.h"
#include "evaluate/metrics/scoring.h"

namespace osler::evaluate::metrics {
namespace {

using ::testing::SizeIs;

struct Sample {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups = {};

  [[nodiscard]] Cases cases() const {
    return {.scores = scores, .labels = labels, .groups = groups};
  }
};

Sample draw(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  Sample out;
  for (std::size_t i = 0; i < n; ++i) {
    const double p = rng.uniform();
    out.scores.push_back(p);
    out.labels.push_back(rng.chance(p) ? 1 : 0);
  }
  return out;
}

TEST(Curve, GoesFromNothingMarkedToAllMarked) {
  const Sample sample{{0.9, 0.7, 0.7, 0.1}, {1, 1, 0, 0}};

  const auto points = curve(sample.cases());

  ASSERT_TRUE(points);
  ASSERT_THAT(*points, SizeIs(4));
  EXPECT_EQ(points->front().threshold, std::numeric_limits<double>::infinity());
  EXPECT_EQ(points->front().sensitivity, 0.0);
  EXPECT_EQ((*points)[2].tp, 2U);
  EXPECT_EQ((*points)[2].fp, 1U);
  EXPECT_EQ((*points)[2].threshold, 0.7);
  EXPECT_EQ(points->back().sensitivity, 1.0);
  EXPECT_EQ(points->back().specificity, 0.0);
}

TEST(Curve, NeedsBothClasses) {
  const Sample sample{{0.9, 0.7}, {1, 1}};

  ASSERT_FALSE(curve(sample.cases()));
  EXPECT_EQ(curve(sample.cases()).error().code, ErrorCode::FailedPrecondition);
}

// Ranked + - + -: precision 1 at recall 1/2, 2/3 at recall 1. AP = 1/2 + 1/2 * 2/3 = 5/6.
TEST(AveragePrecision, AgreesWithAHandWorkedExample) {
  const Sample sample{{4, 3, 2, 1}, {1, 0, 1, 0}};

  EXPECT_NEAR(average_precision(sample.cases())->value, 5.0 / 6.0, 1e-15);
}

TEST(AveragePrecision, OfOneClassIsNotEstimable) {
  const Sample sample{{4, 3}, {1, 1}};

  EXPECT_FALSE(average_precision(sample.cases())->estimable());
}

TEST(AveragePrecision, OfAScoreWithoutSkillIsThePrevalence) {
  Rng rng(3);
  Sample sample;
  for (int i = 0; i < 50'000; ++i) {
    sample.scores.push_back(rng.uniform());
    sample.labels.push_back(rng.chance(0.2) ? 1 : 0);
  }

  const auto found = average_precision(sample.cases(), {.resamples = 50});

  EXPECT_NEAR(found->value, 0.2, 0.01);
}

TEST(Bands, HoldTheCurve) {
  const auto sample = draw(500, 4);
  const auto points = *curve(sample.cases());

  const auto band = roc_band(sample.cases(), 21, {.resamples = 400});

  ASSERT_TRUE(band);
  ASSERT_THAT(band->at, SizeIs(21));
  EXPECT_EQ(band->upper.back(), 1.0);
  for (std::size_t i = 1; i < 20; ++i) {
    const double at = sensitivity_at(points, 1.0 - band->at[i]);
    EXPECT_LE(band->lower[i], at);
    EXPECT_GE(band->upper[i], at);
  }
}

TEST(Bands, OfPrecisionEndAtThePrevalence) {
  const auto sample = draw(500, 5);
  const double prevalence = static_cast<double>(sample.cases().positives()) / 500.0;

  const auto band = precision_band(sample.cases(), 11, {.resamples = 100});

  ASSERT_TRUE(band);
  EXPECT_LE(band->lower.back(), band->upper.back());
  EXPECT_NEAR(band->lower.back(), prevalence, 0.06);
}

TEST(Bootstrap, TheSameSeedGivesTheSameDigitsOnAnyThreads) {
  const auto sample = draw(300, 6);
  const BootstrapOptions one{.resamples = 100, .seed = 9, .threads = 1};
  const BootstrapOptions four{.resamples = 100, .seed = 9, .threads = 4};
  const Statistic mean = [&](std::span<const std::uint32_t> counts) {
    double sum = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sum += counts[i] * sample.scores[i];
    }
    return sum;
  };

  EXPECT_EQ(bootstrap(sample.cases(), mean, one), bootstrap(sample.cases(), mean, four));
  EXPECT_NE(bootstrap(sample.cases(), mean, one),
            bootstrap(sample.cases(), mean, {.resamples = 100, .seed = 10}));
}

TEST(Bootstrap, KeepsEachClassAsLargeAsItWas) {
  const auto sample = draw(200, 7);
  const auto m = static_cast<double>(sample.cases().positives());
  const auto replicates = bootstrap(sample.cases(),
                                    [&](std::span<const std::uint32_t> counts) {
                                      double positives = 0.0;
                                      for (std::size_t i = 0; i < counts.size(); ++i) {
                                        positives += sample.labels[i] * counts[i];
                                      }
                                      return positives;
                                    },
                                    {.resamples = 50});

  for (const double positives : replicates) {
    EXPECT_EQ(positives, m);
  }
}

TEST(Bootstrap, DrawsWholePatients) {
  auto sample = draw(200, 8);
  for (std::uint32_t i = 0; i < 200; ++i) {
    sample.groups.push_back(i / 5);
  }
  const auto replicates = bootstrap(sample.cases(),
                                    [](std::span<const std::uint32_t> counts) {
                                      double odd = 0.0;
                                      for (std::size_t i = 0; i < counts.size(); ++i) {
                                        odd += counts[i] != counts[i / 5 * 5] ? 1.0 : 0.0;
                                      }
                                      return odd;
                                    },
                                    {.resamples = 50});

  for (const double odd : replicates) {
    EXPECT_EQ(odd, 0.0);
  }
}

// For a mean, the bootstrap's spread is sd / sqrt n.
TEST(Bootstrap, OfAMeanAgreesWithTheNormalTheory) {
  const auto sample = draw(2000, 9);
  const auto found = *brier(sample.cases(), {.resamples = 4000});
  double squares = 0.0;
  for (std::size_t i = 0; i < 2000; ++i) {
    const double loss = std::pow(sample.scores[i] - sample.labels[i], 2);
    squares += (loss - found.value) * (loss - found.value);
  }
  const double half = 1.96 * std::sqrt(squares) / 2000.0;

  // A little under: the classes keep their size.
  EXPECT_NEAR((found.upper - found.lower) / 2.0, half, 0.06 * half);
}

TEST(Bootstrap, WhereNothingVariesThereIsNoInterval) {
  const Sample sample{{1, 2, 3, 4, 5, 6}, {0, 0, 0, 1, 1, 1}};

  const auto found = *average_precision(sample.cases());

  EXPECT_EQ(found.value, 1.0);
  EXPECT_FALSE(found.has_interval());
  EXPECT_FALSE(found.reason.empty());
}

TEST(Scoring, AgreesWithHandWorkedExamples) {
  const Sample sample{{0.8, 0.4}, {1, 0}};

  EXPECT_NEAR(brier(sample.cases())->value, (0.04 + 0.16) / 2.0, 1e-15);
  EXPECT_NEAR(scaled_brier(sample.cases())->value, 1.0 - 0.1 / 0.25, 1e-12);
  EXPECT_NEAR(log_loss(sample.cases())->value, -(std::log(0.8) + std::log(0.6)) / 2.0, 1e-12);
}

TEST(Scoring, RefusesWhatIsNoProbability) {
  const Sample sample{{1.5, 0.4}, {1, 0}};

  EXPECT_FALSE(brier(sample.cases()));
  EXPECT_FALSE(log_loss(sample.cases()));
}

TEST(NetBenefit, AgreesWithItsFormula) {
  const Sample sample{{0.9, 0.6, 0.3, 0.1}, {1, 0, 1, 0}};
  const std::vector<double> at{0.2, 0.5};

  const auto found = net_benefit(sample.cases(), at);

  ASSERT_TRUE(found);
  EXPECT_NEAR((*found)[0].model, 2.0 / 4.0 - 1.0 / 4.0 * 0.25, 1e-12);
  EXPECT_NEAR((*found)[1].model, 1.0 / 4.0 - 1.0 / 4.0, 1e-12);
  EXPECT_NEAR((*found)[0].treat_all, 0.5 - 0.5 * 0.25, 1e-12);
  EXPECT_FALSE(net_benefit(sample.cases(), std::vector<double>{1.0}));
}

}  // namespace
}  // namespace osler::evaluate::metrics
