#include "learn/losses/loss.h"

#include <cmath>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learn/losses/internal/loss.h"

namespace osler::learn::losses {
namespace {

using ::testing::HasSubstr;

constexpr ClassWeights kPlain{};

double value(const Settings& settings, const ClassWeights& weights, double logit, double target) {
  return loss(at::full({1}, logit, at::kDouble), at::full({1}, target, at::kDouble), settings,
              weights, 1.0)
      .item<double>();
}

// By hand: logit 0 is p = 1/2, so each case costs log 2 = 0.693147; a positive one of weight 3
// costs 2.079442. Logit log 3 is p = 3/4: -log 0.75 = 0.287682 if positive, -log 0.25 = 1.386294
// if negative.
TEST(Loss, WeightedCrossEntropyAgreesWithTheHand) {
  const Settings settings{};
  EXPECT_NEAR(value(settings, {.negative = 1.0, .positive = 3.0}, 0.0, 1.0), 2.079442, 1e-6);
  EXPECT_NEAR(value(settings, {.negative = 1.0, .positive = 3.0}, 0.0, 0.0), 0.693147, 1e-6);
  EXPECT_NEAR(value(settings, kPlain, std::log(3.0), 1.0), 0.287682, 1e-6);
  EXPECT_NEAR(value(settings, kPlain, std::log(3.0), 0.0), 1.386294, 1e-6);
}

// By hand, gamma 2: p = 3/4 and positive gives (1/4)^2 * 0.287682 = 0.0179801; negative gives
// (3/4)^2 * 1.386294 = 0.7797905.
TEST(Loss, FocalAgreesWithTheHand) {
  const Settings settings{.kind = Kind::Focal, .gamma = 2.0};
  EXPECT_NEAR(value(settings, kPlain, std::log(3.0), 1.0), 0.0179801, 1e-6);
  EXPECT_NEAR(value(settings, kPlain, std::log(3.0), 0.0), 0.7797905, 1e-6);
}

TEST(Loss, FocalWithoutGammaIsCrossEntropy) {
  const Settings focal{.kind = Kind::Focal, .gamma = 0.0};
  for (const double logit : {-3.0, -0.2, 0.0, 1.7}) {
    EXPECT_DOUBLE_EQ(value(focal, kPlain, logit, 1.0), value({}, kPlain, logit, 1.0));
  }
}

// By hand: smoothing 0.2 makes 1 into 0.9. At p = 3/4: 0.9 * 0.287682 + 0.1 * 1.386294 = 0.397543.
TEST(Loss, SmoothsTheTargets) {
  EXPECT_NEAR(value({.label_smoothing = 0.2}, kPlain, std::log(3.0), 1.0), 0.397543, 1e-6);
}

TEST(Loss, OfShardsAddsUpToTheLossOfTheBatch) {
  const auto logits = at::tensor({-1.0, 0.3, 2.0, -0.4}, at::kDouble);
  const auto targets = at::tensor({0.0, 1.0, 1.0, 1.0}, at::kDouble);
  const auto weights = ClassWeights{.negative = 2.0, .positive = 0.7};
  const auto whole = loss(logits, targets, {}, weights, 4.0).item<double>();
  const auto parts = loss(logits.narrow(0, 0, 2), targets.narrow(0, 0, 2), {}, weights, 4.0) +
                     loss(logits.narrow(0, 2, 2), targets.narrow(0, 2, 2), {}, weights, 4.0);
  EXPECT_NEAR(whole, parts.item<double>(), 1e-12);
}

TEST(Loss, HasTheGradientOfItsDifferences) {
  for (const Kind kind : {Kind::WeightedBce, Kind::Focal}) {
    const Settings settings{.kind = kind, .gamma = 1.5, .label_smoothing = 0.1};
    const ClassWeights weights{.negative = 0.8, .positive = 1.6};
    for (const double target : {0.0, 1.0}) {
      for (const double at_logit : {-2.0, 0.1, 1.3}) {
        auto logit = at::full({1}, at_logit, at::kDouble).set_requires_grad(true);
        loss(logit, at::full({1}, target, at::kDouble), settings, weights, 1.0).backward();
        const double step = 1e-5;
        const double difference = (value(settings, weights, at_logit + step, target) -
                                   value(settings, weights, at_logit - step, target)) /
                                  (2.0 * step);
        EXPECT_NEAR(logit.grad().item<double>(), difference, 1e-7);
      }
    }
  }
}

// By hand: 1 positive of 4 weighs 4 / (2 * 1) = 2, a negative one 4 / (2 * 3) = 2/3.
TEST(ClassWeights, BalancedGiveBothClassesTheSameTotal) {
  const auto weights = class_weights({}, std::vector<std::uint8_t>{1, 0, 0, 0});
  ASSERT_TRUE(weights);
  EXPECT_DOUBLE_EQ(weights->positive, 2.0);
  EXPECT_DOUBLE_EQ(weights->negative, 2.0 / 3.0);
}

TEST(ClassWeights, RefuseAPartWithoutOneClass) {
  const auto weights = class_weights({}, std::vector<std::uint8_t>{0, 0});
  ASSERT_FALSE(weights);
  EXPECT_EQ(weights.error().code, ErrorCode::FailedPrecondition);
  EXPECT_THAT(weights.error().message, HasSubstr("no positive case"));
}

}  // namespace
}  // namespace osler::learn::losses
