#include "evaluate/calibration/reliability.h"

#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "evaluate/regression/logistic.h"

namespace osler::evaluate::calibration {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Sample {
  std::vector<double> said;
  std::vector<std::uint8_t> seen;
  std::vector<std::uint32_t> groups = {};

  [[nodiscard]] Cases cases() const { return {.scores = said, .labels = seen, .groups = groups}; }
};

// Labels drawn from the stated probabilities: calibrated by construction.
Sample truthful(std::size_t n, std::uint64_t seed) {
  Rng rng(seed);
  Sample out;
  for (std::size_t i = 0; i < n; ++i) {
    out.said.push_back(rng.uniform());
    out.seen.push_back(rng.chance(out.said.back()) ? 1 : 0);
  }
  return out;
}

// By hand: two bins of two cases. Low bin says 0.2 and sees 0 of 2, high bin says 0.7 and sees 2 of
// 2: ECE = (2/4)(0.2) + (2/4)(0.3) = 0.25, MCE = 0.3.
TEST(Reliability, AgreesWithAHandWorkedExample) {
  const Sample sample{{0.1, 0.3, 0.6, 0.8}, {0, 0, 1, 1}};

  const auto result = reliability(sample.cases(), {.bins = 2});

  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(result->bins, SizeIs(2));
  EXPECT_NEAR(result->expected_error, 0.25, 1e-12);
  EXPECT_NEAR(result->largest_error, 0.30, 1e-12);
  EXPECT_EQ(result->bins[1].lowest, 0.6);
  EXPECT_EQ(result->bins[1].highest, 0.8);
  EXPECT_EQ(result->bins[1].positives, 2U);
}

TEST(Reliability, PutsTheEndpointsInTheOuterBins) {
  const Sample sample{{0.0, 1.0}, {0, 1}};

  const auto result = reliability(sample.cases(), {.bins = 10});

  ASSERT_TRUE(result);
  EXPECT_THAT(result->bins, SizeIs(2));
  EXPECT_EQ(result->expected_error, 0.0);
}

TEST(Reliability, EqualCountBinsHoldEqualCounts) {
  const Sample sample{{0.01, 0.02, 0.03, 0.97, 0.98, 0.99}, {0, 0, 0, 1, 1, 1}};

  const auto result = reliability(sample.cases(), {.bins = 3, .binning = Binning::EqualCount});

  ASSERT_TRUE(result);
  ASSERT_THAT(result->bins, SizeIs(3));
  for (const auto& bin : result->bins) {
    EXPECT_EQ(bin.count, 2U);
  }
}

TEST(Reliability, IsSmallWhenTheModelTellsTheTruth) {
  const auto sample = truthful(50'000, 1);

  const auto result = reliability(sample.cases());

  ASSERT_TRUE(result);
  EXPECT_LT(result->expected_error, 0.01);
}

struct BadInput {
  const char* name;
  Sample sample;
  std::size_t bins;
  const char* message;
};

class ReliabilityRejects : public ::testing::TestWithParam<BadInput> {};

TEST_P(ReliabilityRejects, SayingWhy) {
  const auto result = reliability(GetParam().sample.cases(), {.bins = GetParam().bins});

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, ReliabilityRejects,
    ::testing::Values(BadInput{"NoCases", {}, 10, "no cases"},
                      BadInput{"UnequalLengths", {{0.5, 0.5}, {1}}, 10, "2 scores but 1 labels"},
                      BadInput{"NoBins", {{0.5}, {1}}, 0, "at least one bin"},
                      BadInput{"AboveOne", {{1.5}, {1}}, 10, "outside [0, 1]"},
                      BadInput{"NotANumber",
                               {{std::numeric_limits<double>::quiet_NaN()}, {1}},
                               10,
                               "not a number"},
                      BadInput{"LabelOfTwo", {{0.5}, {2}}, 10, "neither 0 nor 1"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ExpectedCalibrationError, IntervalHoldsTheValue) {
  const auto sample = truthful(2000, 2);
  const ReliabilityOptions tenths{.bins = 10, .binning = Binning::EqualCount};

  const auto found = expected_calibration_error(sample.cases(), tenths);

  ASSERT_TRUE(found);
  EXPECT_NEAR(found->value, reliability(sample.cases(), tenths)->expected_error, 1e-12);
  EXPECT_GE(found->lower, 0.0);
  EXPECT_LE(found->lower, found->value);
  EXPECT_GE(found->upper, found->value);
}

TEST(ExpectedCalibrationError, SeesOverconfidence) {
  auto sample = truthful(5000, 3);
  for (auto& p : sample.said) {
    p = regression::sigmoid(3.0 * regression::logit(p));
  }

  EXPECT_GT(expected_calibration_error(sample.cases())->lower, 0.1);
}

TEST(CalibrationLine, OfATruthfulModelIsOneAndZero) {
  const auto sample = truthful(20'000, 4);

  const auto line = *calibration_line(sample.cases());

  EXPECT_LT(line.slope.lower, 1.0);
  EXPECT_GT(line.slope.upper, 1.0);
  EXPECT_LT(line.in_the_large.lower, 0.0);
  EXPECT_GT(line.in_the_large.upper, 0.0);
  EXPECT_NEAR(line.observed_to_expected, 1.0, 0.02);
}

TEST(CalibrationLine, UndoesAKnownDistortion) {
  auto sample = truthful(50'000, 5);
  for (auto& p : sample.said) {
    p = regression::sigmoid((regression::logit(p) + 1.0) / 0.5);
  }

  const auto line = *calibration_line(sample.cases());

  EXPECT_NEAR(line.slope.value, 0.5, 0.02);
  EXPECT_NEAR(line.intercept.value, -1.0, 0.05);
}

TEST(CalibrationLine, LeavesCertaintiesOutAndSaysSo) {
  auto sample = truthful(1000, 6);
  sample.said[0] = 0.0;
  sample.said[1] = 1.0;

  const auto line = *calibration_line(sample.cases());

  EXPECT_EQ(line.left_out, 2U);
  EXPECT_EQ(line.slope.n, 998U);
}

TEST(CalibrationLine, SaysWhyThereIsNone) {
  const Sample one_class{{0.2, 0.4}, {1, 1}};
  const Sample alike{{0.4, 0.4, 0.4}, {1, 0, 1}};
  const Sample apart{{0.1, 0.2, 0.8, 0.9}, {0, 0, 1, 1}};

  EXPECT_THAT(calibration_line(one_class.cases())->slope.reason, HasSubstr("one class"));
  EXPECT_THAT(calibration_line(alike.cases())->slope.reason, HasSubstr("equal"));
  EXPECT_THAT(calibration_line(apart.cases())->slope.reason, HasSubstr("separate"));
}

TEST(CalibrationLine, RepeatedFilmsOfAPatientDoNotNarrowIt) {
  const auto once = truthful(2000, 7);
  Sample twice = once;
  twice.said.insert(twice.said.end(), once.said.begin(), once.said.end());
  twice.seen.insert(twice.seen.end(), once.seen.begin(), once.seen.end());
  for (std::uint32_t i = 0; i < 4000; ++i) {
    twice.groups.push_back(i % 2000);
  }

  EXPECT_NEAR(calibration_line(twice.cases())->slope_error,
              calibration_line(once.cases())->slope_error, 0.005);
}

TEST(Corp, PartsSumToTheBrierScore) {
  const auto sample = truthful(500, 8);

  const auto parts = *corp(sample.cases());

  EXPECT_NEAR(parts.miscalibration - parts.discrimination + parts.uncertainty, parts.brier, 1e-12);
  EXPECT_GE(parts.miscalibration, 0.0);
  EXPECT_GE(parts.discrimination, 0.0);
}

}  // namespace
}  // namespace osler::evaluate::calibration
