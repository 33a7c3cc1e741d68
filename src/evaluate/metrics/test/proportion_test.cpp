#include "evaluate/metrics/proportion.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "evaluate/metrics/confusion.h"

namespace osler::evaluate::metrics {
namespace {

using ::testing::HasSubstr;

constexpr Interval kAll[] = {Interval::Wilson, Interval::ClopperPearson, Interval::AgrestiCoull,
                             Interval::Jeffreys, Interval::Wald};

// Newcombe 1998 (Statistics in Medicine 17:857), table I: 81 of 263 is 0.2553 to 0.3662 by Wilson.
TEST(Proportion, AgreesWithAPublishedExample) {
  const auto found = proportion(81, 263);

  EXPECT_NEAR(found.lower, 0.2553, 5e-5);
  EXPECT_NEAR(found.upper, 0.3662, 5e-5);
}

// 0 of n: Clopper-Pearson ends at 1 - 0.025^(1/n).
TEST(Proportion, NoneOfTenIsNotZeroForSure) {
  const auto exact = proportion(0, 10, {.interval = Interval::ClopperPearson});

  EXPECT_EQ(exact.lower, 0.0);
  EXPECT_NEAR(exact.upper, 1.0 - std::pow(0.025, 0.1), 1e-12);
  EXPECT_EQ(proportion(0, 10).lower, 0.0);
  EXPECT_GT(proportion(0, 10).upper, 0.2);
}

TEST(Proportion, MirrorsWithItsComplement) {
  for (const Interval interval : kAll) {
    for (const std::size_t x : {0U, 1U, 7U, 29U, 30U}) {
      const auto one = proportion(x, 30, {.interval = interval});
      const auto other = proportion(30 - x, 30, {.interval = interval});
      EXPECT_NEAR(one.lower, 1.0 - other.upper, 1e-12);
      EXPECT_NEAR(one.upper, 1.0 - other.lower, 1e-12);
    }
  }
}

TEST(Proportion, NothingOfNothingIsNotEstimable) {
  const auto found = proportion(0, 0);

  EXPECT_FALSE(found.estimable());
  EXPECT_THAT(found.reason, HasSubstr("no cases"));
}

// Exact coverage by summing the binomial, averaged over p: Wilson stays near 0.95, Clopper-Pearson
// never falls below it (Brown, Cai and DasGupta 2001).
TEST(Proportion, CoversAsOftenAsItSays) {
  const std::size_t n = 40;
  double wilson = 0.0;
  double steps = 0.0;
  for (double p = 0.02; p < 0.985; p += 0.01) {
    double exact = 0.0;
    for (std::size_t x = 0; x <= n; ++x) {
      const double weight = std::exp(
          std::lgamma(n + 1.0) - std::lgamma(static_cast<double>(x) + 1.0) -
          std::lgamma(static_cast<double>(n - x) + 1.0) + static_cast<double>(x) * std::log(p) +
          static_cast<double>(n - x) * std::log1p(-p));
      const auto by_wilson = proportion(x, n);
      const auto by_beta = proportion(x, n, {.interval = Interval::ClopperPearson});
      wilson += by_wilson.lower <= p && p <= by_wilson.upper ? weight : 0.0;
      exact += by_beta.lower <= p && p <= by_beta.upper ? weight : 0.0;
    }
    EXPECT_GE(exact, 0.95 - 1e-9) << p;
    steps += 1.0;
  }
  EXPECT_NEAR(wilson / steps, 0.95, 0.01);
}

TEST(ClusteredProportion, TwinsCountHalf) {
  std::vector<std::uint8_t> hits;
  std::vector<std::uint32_t> groups;
  for (std::uint32_t patient = 0; patient < 400; ++patient) {
    for (int film = 0; film < 2; ++film) {
      hits.push_back(patient % 4 == 0 ? 1 : 0);
      groups.push_back(patient);
    }
  }

  EXPECT_NEAR(design_effect(hits, groups), 2.0, 0.02);
  const auto found = *clustered_proportion(hits, groups);
  const auto once = proportion(100, 400);
  EXPECT_EQ(found.value, 0.25);
  EXPECT_EQ(found.n, 800U);
  EXPECT_NEAR(found.lower, once.lower, 1e-3);
  EXPECT_NEAR(found.upper, once.upper, 1e-3);
}

TEST(ClusteredProportion, IndependentFilmsOfAPatientLoseNothing) {
  Rng rng(5);
  std::vector<std::uint8_t> hits;
  std::vector<std::uint32_t> groups;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    hits.push_back(rng.chance(0.3) ? 1 : 0);
    groups.push_back(i / 4);
  }

  EXPECT_NEAR(design_effect(hits, groups), 1.0, 0.05);
}

TEST(ClusteredProportion, RefusesWhatDoesNotFit) {
  const std::vector<std::uint8_t> hits{1, 0};
  const std::vector<std::uint32_t> one{0};
  const std::vector<std::uint8_t> odd{2};

  EXPECT_FALSE(clustered_proportion(hits, one));
  EXPECT_FALSE(clustered_proportion(odd, {}));
}

// Newcombe 1998 (17:873), table II: 56/70 - 48/80 is 0.2000, method 10: 0.0524 to 0.3339.
TEST(Difference, AgreesWithAPublishedExample) {
  const auto found = difference(proportion(56, 70), proportion(48, 80));

  EXPECT_NEAR(found.value, 0.2, 1e-12);
  EXPECT_NEAR(found.lower, 0.0524, 5e-5);
  EXPECT_NEAR(found.upper, 0.3339, 5e-5);
}

TEST(Confusion, CountsAtOrAboveTheThreshold) {
  const std::vector<double> scores{0.1, 0.5, 0.5, 0.9};
  const std::vector<std::uint8_t> labels{0, 0, 1, 1};

  const auto table = *confusion({.scores = scores, .labels = labels}, 0.5);

  EXPECT_EQ(table.tp, 2U);
  EXPECT_EQ(table.fp, 1U);
  EXPECT_EQ(table.fn, 0U);
  EXPECT_EQ(table.tn, 1U);
}

TEST(Confusion, RatesWithoutCasesSayWhy) {
  const std::vector<double> scores{0.1, 0.5};
  const std::vector<std::uint8_t> labels{1, 1};

  const auto found = *rates_at({.scores = scores, .labels = labels}, 0.9);

  EXPECT_EQ(found.sensitivity.value, 0.0);
  EXPECT_TRUE(found.sensitivity.has_interval());
  EXPECT_FALSE(found.specificity.estimable());
  EXPECT_FALSE(found.ppv.estimable());
  EXPECT_EQ(found.npv.value, 0.0);
}

TEST(Confusion, PatientsWidenTheRates) {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> groups;
  for (std::uint32_t i = 0; i < 400; ++i) {
    labels.push_back(i % 8 < 4 ? 1 : 0);
    scores.push_back(i % 16 < 12 ? 0.9 : 0.1);
    groups.push_back(i / 4);
  }
  const auto apart = *rates_at({.scores = scores, .labels = labels}, 0.5);
  const auto together = *rates_at({.scores = scores, .labels = labels, .groups = groups}, 0.5);

  EXPECT_EQ(apart.specificity.value, together.specificity.value);
  EXPECT_GT(together.specificity.upper - together.specificity.lower,
            1.7 * (apart.specificity.upper - apart.specificity.lower));
}

TEST(Confusion, RefusesAThresholdThatIsNoNumber) {
  const std::vector<double> scores{0.1};
  const std::vector<std::uint8_t> labels{1};

  EXPECT_FALSE(confusion({.scores = scores, .labels = labels}, std::nan("")));
}

}  // namespace
}  // namespace osler::evaluate::metrics
