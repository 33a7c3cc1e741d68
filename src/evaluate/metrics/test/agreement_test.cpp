#include "evaluate/metrics/agreement.h"

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"

namespace osler::evaluate::metrics {
namespace {

using ::testing::HasSubstr;
using Table = std::vector<std::size_t>;

double half_width(const Estimate& kappa) {
  return (kappa.upper - kappa.lower) / 2.0;
}

// 20 both yes, 5 and 10 apart, 15 both no. Observed 35/50 = 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 =
// 0.5; kappa = 0.2 / 0.5 = 0.4. Variance: on the diagonal 0.4 (1 - 1.1 * 0.6)^2 + 0.3 (1 - 0.9 *
// 0.6)^2 = 0.04624 + 0.06348; off it 0.36 (0.1 * 1.1^2 + 0.2 * 0.9^2) = 0.10188; less (0.4 - 0.5 *
// 0.6)^2 = 0.01; together 0.2016, over 50 * 0.5^2 = 0.016128, whose root is 0.12700.
TEST(CohenKappa, OfATableByHand) {
  const auto kappa = cohen_kappa(Table{20, 5, 10, 15});

  ASSERT_TRUE(kappa);
  EXPECT_NEAR(kappa->value, 0.4, 1e-12);
  EXPECT_NEAR(half_width(*kappa), 1.959963985 * std::sqrt(0.016128), 1e-9);
  EXPECT_EQ(kappa->n, 50U);
  EXPECT_TRUE(kappa->reason.empty());
}

// Two dermatologists on 88 patients: the simple kappa that the manual of SAS prints for PROC FREQ
// is 0.3449, ASE 0.0724, limits 0.2030 and 0.4868.
TEST(CohenKappa, AgreesWithAnIndependentImplementation) {
  const auto kappa = cohen_kappa(Table{10, 4, 1, 0, 5, 10, 12, 2, 2, 4, 12, 5, 0, 2, 6, 13});

  ASSERT_TRUE(kappa);
  EXPECT_EQ(kappa->n, 88U);
  EXPECT_NEAR(kappa->value, 0.3449, 5e-5);
  EXPECT_NEAR(half_width(*kappa) / 1.959963985, 0.0724, 5e-5);
  EXPECT_NEAR(kappa->lower, 0.2030, 5e-5);
  EXPECT_NEAR(kappa->upper, 0.4868, 5e-5);
}

// Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 18.1: kappa 0.676.
TEST(CohenKappa, AgreesWithATextbook) {
  const auto kappa = cohen_kappa(Table{75, 1, 4, 5, 4, 1, 0, 0, 10});

  ASSERT_TRUE(kappa);
  EXPECT_NEAR(kappa->value, 0.676, 5e-4);
}

TEST(CohenKappa, IsTheSameWhoeverIsFirstAndWhateverIsCalledYes) {
  const auto one = cohen_kappa(Table{20, 5, 10, 15});
  const auto swapped = cohen_kappa(Table{20, 10, 5, 15});
  const auto renamed = cohen_kappa(Table{15, 10, 5, 20});

  for (const auto& other : {swapped, renamed}) {
    EXPECT_NEAR(other->value, one->value, 1e-12);
    EXPECT_NEAR(other->lower, one->lower, 1e-12);
    EXPECT_NEAR(other->upper, one->upper, 1e-12);
  }
}

// Readers who each err in a tenth of the cases, drawn many times: the interval holds the kappa of
// that population about as often as it says.
TEST(CohenKappa, CoversAsOftenAsItSays) {
  // Prevalence 0.4: both yes 0.4 * 0.81 + 0.6 * 0.01 = 0.33, both no 0.4 * 0.01 + 0.6 * 0.81 =
  // 0.49; each says yes in 0.42. Observed 0.82, by chance 0.42^2 + 0.58^2 = 0.5128.
  const double truth = (0.82 - 0.5128) / (1.0 - 0.5128);
  Rng rng(11);
  int held = 0;
  constexpr int kDraws = 2000;
  for (int draw = 0; draw < kDraws; ++draw) {
    Table table(4, 0);
    for (int i = 0; i < 200; ++i) {
      const bool present = rng.chance(0.4);
      const std::size_t first = present == rng.chance(0.9) ? 0 : 1;
      const std::size_t second = present == rng.chance(0.9) ? 0 : 1;
      ++table[first * 2 + second];
    }
    const auto kappa = cohen_kappa(table);
    ASSERT_TRUE(kappa && kappa->has_interval());
    held += kappa->lower <= truth && truth <= kappa->upper ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(held) / kDraws, 0.95, 0.015);
}

TEST(CohenKappa, SaysWhyThereIsNone) {
  struct Row {
    Table table;
    const char* reason;
  };
  for (const auto& row :
       {Row{{0, 0, 0, 0}, "no cases"}, Row{{7, 3, 0, 0}, "the first reader gave one answer"},
        Row{{7, 0, 3, 0}, "the second reader gave one answer"},
        Row{{7, 0, 0, 0}, "both readers gave one answer"}}) {
    const auto kappa = cohen_kappa(row.table);
    ASSERT_TRUE(kappa);
    EXPECT_FALSE(kappa->estimable());
    EXPECT_THAT(kappa->reason, HasSubstr(row.reason));
  }
}

// Ten of ten is no proof that they always will.
TEST(CohenKappa, OfFullAgreementHasNoInterval) {
  const auto kappa = cohen_kappa(Table{6, 0, 0, 4});

  EXPECT_EQ(kappa->value, 1.0);
  EXPECT_FALSE(kappa->has_interval());
  EXPECT_FALSE(kappa->reason.empty());
}

TEST(CohenKappa, RefusesWhatIsNoTable) {
  for (const auto& table : {Table{}, Table{1}, Table{1, 2, 3}, Table(5, 1)}) {
    EXPECT_EQ(cohen_kappa(table).error().code, ErrorCode::InvalidArgument) << table.size();
  }
  for (const double confidence : {0.0, 1.0, -1.0, std::nan("")}) {
    EXPECT_FALSE(cohen_kappa(Table{1, 2, 3, 4}, confidence));
  }
}

}  // namespace
}  // namespace osler::evaluate::metrics
