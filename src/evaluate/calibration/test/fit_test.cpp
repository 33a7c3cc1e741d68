#include "evaluate/calibration/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "evaluate/calibration/isotonic.h"
#include "evaluate/calibration/operating_point.h"
#include "evaluate/regression/logistic.h"

namespace osler::evaluate::calibration {
namespace {

using metrics::Cases;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Sample {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups = {};

  [[nodiscard]] Cases cases() const {
    return {.scores = scores, .labels = labels, .groups = groups};
  }
};

// Scores whose true probability is sigmoid(slope * score + intercept).
Sample draw(std::size_t n, double slope, double intercept, std::uint64_t seed) {
  Rng rng(seed);
  Sample out;
  for (std::size_t i = 0; i < n; ++i) {
    out.scores.push_back(rng.normal(0.0, 2.0));
    out.labels.push_back(
        rng.chance(regression::sigmoid(slope * out.scores.back() + intercept)) ? 1 : 0);
  }
  return out;
}

// 0.5 | 1, 0 pool to 0.5 twice: 0.5 0.5 0.5, then 2.
TEST(PoolAdjacentViolators, AgreesWithAHandWorkedExample) {
  const std::vector<double> values{0.5, 1.0, 0.0, 2.0};
  const std::vector<double> weights{1.0, 1.0, 1.0, 1.0};

  EXPECT_THAT(pool_adjacent_violators(values, weights), ElementsAre(0.5, 0.5, 0.5, 2.0));
}

TEST(PoolAdjacentViolators, WeightsThePools) {
  const std::vector<double> values{1.0, 0.0};
  const std::vector<double> weights{3.0, 1.0};

  EXPECT_THAT(pool_adjacent_violators(values, weights), ElementsAre(0.75, 0.75));
}

TEST(PoolAdjacentViolators, NeverFallsAndKeepsTheMean) {
  Rng rng(1);
  std::vector<double> values(1000);
  std::ranges::generate(values, [&] { return rng.normal(); });
  const std::vector<double> weights(1000, 1.0);

  const auto fitted = pool_adjacent_violators(values, weights);

  EXPECT_TRUE(std::ranges::is_sorted(fitted));
  double sum = 0.0;
  for (std::size_t i = 0; i < 1000; ++i) {
    sum += fitted[i] - values[i];
  }
  EXPECT_NEAR(sum, 0.0, 1e-9);
}

TEST(FitPlatt, FindsTheMapThatMadeTheData) {
  const auto sample = draw(50'000, 0.7, -1.0, 2);

  const auto map = *fit_platt(sample.cases());

  EXPECT_NEAR(map.slope, 0.7, 0.03);
  EXPECT_NEAR(map.intercept, -1.0, 0.05);
}

TEST(FitPlatt, SmoothingKeepsSeparatedClassesFinite) {
  const Sample sample{{-2, -1, 1, 2}, {0, 0, 1, 1}};

  const auto map = fit_platt(sample.cases());

  ASSERT_TRUE(map);
  EXPECT_LT(map->apply(2.0), 0.9);
  EXPECT_FALSE(fit_platt(sample.cases(), Targets::AsSeen));
}

TEST(FitPlatt, ScoresThatRunBackwardsSayThePrevalence) {
  const auto sample = draw(2000, -1.0, 0.0, 3);
  const double prevalence = static_cast<double>(sample.cases().positives()) / 2000.0;

  const auto map = *fit_platt(sample.cases());

  EXPECT_EQ(map.slope, 0.0);
  EXPECT_NEAR(map.apply(5.0), prevalence, 1e-12);
}

TEST(FitTemperature, FindsTheMapThatMadeTheData) {
  const auto sample = draw(50'000, 0.4, 0.0, 4);

  EXPECT_NEAR(fit_temperature(sample.cases())->slope, 0.4, 0.02);
}

TEST(FitIsotonic, KnotsRiseAndFollowTheTruth) {
  const auto sample = draw(50'000, 1.0, -0.5, 5);

  const auto map = *fit_isotonic(sample.cases());

  EXPECT_EQ(std::ranges::adjacent_find(map.x, std::greater_equal<>()), map.x.end());
  EXPECT_TRUE(std::ranges::is_sorted(map.y));
  EXPECT_NEAR(map.apply(0.5), 0.5, 0.05);
}

TEST(FitBest, TakesTemperatureWhereThatIsTheTruth) {
  const auto sample = draw(20'000, 0.5, 0.0, 6);

  const auto best = fit_best(sample.cases());

  ASSERT_TRUE(best) << best.error().message;
  ASSERT_EQ(best->candidates.size(), 3U);
  EXPECT_NE(best->map.method, Method::Isotonic);
  EXPECT_LE(best->candidates[0].log_loss, best->candidates[2].log_loss);
}

TEST(FitBest, TakesIsotonicWhereTheTruthIsNoLogistic) {
  Rng rng(7);
  Sample sample;
  for (int i = 0; i < 20'000; ++i) {
    const double score = rng.uniform(-3.0, 3.0);
    sample.scores.push_back(score);
    sample.labels.push_back(rng.chance(score < 0.0 ? 0.1 : score < 2.0 ? 0.4 : 0.95) ? 1 : 0);
  }

  EXPECT_EQ(fit_best(sample.cases())->map.method, Method::Isotonic);
}

TEST(FitBest, IsTheSameForTheSameSeed) {
  const auto sample = draw(500, 1.0, 0.0, 8);

  EXPECT_EQ(fit_best(sample.cases(), {.seed = 3})->candidates[1].log_loss,
            fit_best(sample.cases(), {.seed = 3})->candidates[1].log_loss);
}

TEST(FitBest, OneMethodIsTakenWithoutAChoice) {
  const Sample sample{{-1, 0, 1, 2}, {0, 1, 0, 1}};

  const auto best = fit_best(sample.cases(), {.methods = {Method::Platt}});

  ASSERT_TRUE(best);
  EXPECT_EQ(best->map.method, Method::Platt);
}

TEST(DealFolds, KeepsPatientsTogether) {
  auto sample = draw(1000, 1.0, 0.0, 9);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    sample.groups.push_back(i / 7);
  }

  const auto fold_of = *deal_folds(sample.cases(), 5, 1);

  std::vector<std::set<std::size_t>> folds(143);
  for (std::size_t i = 0; i < 1000; ++i) {
    folds[i / 7].insert(fold_of[i]);
  }
  EXPECT_TRUE(std::ranges::all_of(folds, [](const auto& of) { return of.size() == 1; }));
}

struct BadInput {
  const char* name;
  Sample sample;
  BestFitOptions options;
  ErrorCode code;
  const char* message;
};

class FitBestRejects : public ::testing::TestWithParam<BadInput> {};

TEST_P(FitBestRejects, SayingWhy) {
  const auto best = fit_best(GetParam().sample.cases(), GetParam().options);

  ASSERT_FALSE(best);
  EXPECT_EQ(best.error().code, GetParam().code);
  EXPECT_THAT(best.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, FitBestRejects,
    ::testing::Values(
        BadInput{"NoCases", {}, {}, ErrorCode::InvalidArgument, "no cases"},
        BadInput{"OneClass", {{1, 2}, {1, 1}}, {}, ErrorCode::FailedPrecondition, "one class"},
        BadInput{"Infinite",
                 {{1, std::numeric_limits<double>::infinity()}, {1, 0}},
                 {},
                 ErrorCode::FailedPrecondition,
                 "infinite"},
        BadInput{"NoMethod",
                 {{1, 2}, {1, 0}},
                 {.methods = {}},
                 ErrorCode::InvalidArgument,
                 "no calibration"},
        BadInput{
            "OneFold", {{1, 2}, {1, 0}}, {.folds = 1}, ErrorCode::InvalidArgument, "two folds"},
        BadInput{"TooFewPatients",
                 {{1, 2, 3}, {1, 0, 0}},
                 {},
                 ErrorCode::FailedPrecondition,
                 "only 1 patients"}),
    [](const auto& row) { return std::string(row.param.name); });

// Positives 0.9 0.8 0.4; negatives 0.7 0.3 0.2.
const Sample kSix{{0.9, 0.8, 0.4, 0.7, 0.3, 0.2}, {1, 1, 1, 0, 0, 0}};

TEST(OperatingPoint, IsTheLargestThresholdThatKeepsTheSensitivity) {
  EXPECT_EQ(operating_point(kSix.cases(), {.value = 0.6})->threshold, 0.8);   // 2 of 3
  EXPECT_EQ(operating_point(kSix.cases(), {.value = 0.67})->threshold, 0.4);  // 3 of 3
  EXPECT_EQ(operating_point(kSix.cases(), {.value = 1.0})->threshold, 0.4);
}

// Without: 0.1, 0.3, 0.6; with the finding: 0.5, 0.55, 0.7, 0.9, 0.95.
TEST(OperatingPoint, IsLoweredToTheNextCaseWithoutTheFinding) {
  const std::vector<double> scores{0.1, 0.3, 0.6, 0.5, 0.55, 0.7, 0.9, 0.95};
  const std::vector<std::uint8_t> labels{0, 0, 0, 1, 1, 1, 1, 1};
  const metrics::Cases cases{.scores = scores, .labels = labels};
  // Past 0.7, to the middle between it and 0.6; no case without the finding is marked before or
  // after.
  const auto high = lowered_at_no_cost(cases, 0.95);
  ASSERT_TRUE(high);
  EXPECT_DOUBLE_EQ(high->threshold, 0.65);
  EXPECT_EQ(high->table.tp, 3U);
  EXPECT_EQ(high->table.fp, 0U);
  // Past 0.5, to the middle between it and 0.3.
  EXPECT_DOUBLE_EQ(lowered_at_no_cost(cases, 0.55)->threshold, 0.4);
  // Nothing without the finding lies below: to the last one with it.
  const std::vector<std::uint8_t> all_above{0, 1, 0, 1, 1, 1, 1, 1};
  const std::vector<double> shifted{0.9, 0.3, 0.95, 0.5, 0.55, 0.7, 0.9, 0.95};
  EXPECT_DOUBLE_EQ(lowered_at_no_cost({.scores = shifted, .labels = all_above}, 0.55)->threshold,
                   0.3);
  EXPECT_FALSE(lowered_at_no_cost({}, 0.5));
}

TEST(OperatingPoint, IsTheSmallestThresholdThatReachesTheSpecificity) {
  using Kind = Rule::Kind;
  EXPECT_EQ(operating_point(kSix.cases(), {Kind::Specificity, 0.6})->threshold, 0.4);
  EXPECT_EQ(operating_point(kSix.cases(), {Kind::Specificity, 1.0})->threshold, 0.8);
}

TEST(OperatingPoint, ByYoudenTakesTheLargestOfEquals) {
  // 0.8: 2/3 + 1; 0.4: 1 + 2/3; both 5/3.
  EXPECT_EQ(operating_point(kSix.cases(), {.kind = Rule::Kind::Youden})->threshold, 0.8);
}

TEST(OperatingPoint, OfTiedProbabilitiesIsStillReached) {
  const Sample sample{{0.5, 0.5, 0.5, 0.1, 0.5}, {1, 1, 1, 0, 0}};

  const auto point = *operating_point(sample.cases(), {.value = 0.3});

  EXPECT_EQ(point.threshold, 0.5);
  EXPECT_EQ(point.table.tp, 3U);
  EXPECT_EQ(point.table.fp, 1U);
}

TEST(OperatingPoint, RefusesWhatCannotBe) {
  const Sample one_class{{0.5, 0.6}, {1, 1}};
  const Sample backwards{{0.1, 0.9}, {1, 0}};

  EXPECT_FALSE(operating_point(kSix.cases(), {.value = 0.0}));
  EXPECT_FALSE(operating_point(kSix.cases(), {.value = 1.1}));
  EXPECT_FALSE(operating_point(one_class.cases()));
  EXPECT_FALSE(operating_point(backwards.cases(), {Rule::Kind::Specificity, 1.0}));
  EXPECT_TRUE(operating_point(one_class.cases(), {Rule::Kind::Fixed, 0.3}));
}

TEST(FitScoreMap, ReadsScoresAsItsPartsDo) {
  const auto sample = draw(2000, 0.8, -1.0, 10);

  const auto fitted = fit_score_map(sample.cases(), {.rule = {.value = 0.95}, .high_from = 0.8});

  ASSERT_TRUE(fitted) << fitted.error().message;
  std::size_t marked = 0;
  std::size_t positives = 0;
  for (std::size_t i = 0; i < sample.scores.size(); ++i) {
    const auto reading = fitted->map.read(sample.scores[i]);
    EXPECT_EQ(reading.probability, fitted->calibration.map.apply(sample.scores[i]));
    positives += std::size_t{sample.labels[i]};
    marked += sample.labels[i] == 1 && reading.positive ? 1U : 0U;
    EXPECT_GE(reading.similar_n, 100U);
  }
  EXPECT_GE(static_cast<double>(marked), 0.95 * static_cast<double>(positives));
}

}  // namespace
}  // namespace osler::evaluate::calibration
