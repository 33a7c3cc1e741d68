#include "evaluate/regression/logistic.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"

namespace osler::evaluate::regression {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// One binary column: the fit is the log odds of each group. 1 of 4 without, 3 of 4 with it:
// intercept log(1/3), slope log(3) - log(1/3) = 2 log 3; its error is sqrt(1/1 + 1/3 + 1/3 + 1/1).
TEST(Logistic, AgreesWithAHandWorkedExample) {
  const std::vector<double> x{0, 0, 0, 0, 1, 1, 1, 1};
  const std::vector<double> y{1, 0, 0, 0, 1, 1, 1, 0};

  const auto fit = logistic({.values = x, .columns = 1}, y);

  ASSERT_TRUE(fit) << fit.error().message;
  EXPECT_TRUE(fit->converged);
  ASSERT_THAT(fit->coefficients, SizeIs(2));
  EXPECT_NEAR(fit->coefficients[0], -std::log(3.0), 1e-10);
  EXPECT_NEAR(fit->coefficients[1], 2.0 * std::log(3.0), 1e-10);
  EXPECT_NEAR(fit->errors[1], std::sqrt(8.0 / 3.0), 1e-9);
}

TEST(Logistic, WithoutColumnsSaysTheLogOdds) {
  const std::vector<double> y{1, 0, 0, 0};

  const auto fit = logistic({}, y);

  ASSERT_TRUE(fit) << fit.error().message;
  EXPECT_NEAR(fit->coefficients[0], std::log(1.0 / 3.0), 1e-10);
}

TEST(Logistic, FindsTheCoefficientsThatMadeTheData) {
  Rng rng(1);
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 40'000; ++i) {
    const double a = rng.normal();
    const double b = rng.normal();
    x.insert(x.end(), {a, b});
    y.push_back(rng.chance(sigmoid(-0.5 + 1.0 * a - 2.0 * b)) ? 1.0 : 0.0);
  }

  const auto fit = *logistic({.values = x, .columns = 2}, y);

  EXPECT_NEAR(fit.coefficients[0], -0.5, 4.0 * fit.errors[0]);
  EXPECT_NEAR(fit.coefficients[1], 1.0, 4.0 * fit.errors[1]);
  EXPECT_NEAR(fit.coefficients[2], -2.0, 4.0 * fit.errors[2]);
  EXPECT_NEAR(fit.errors[1], sandwich_errors({.values = x, .columns = 2}, y, {}, fit)[1], 1e-3);
}

TEST(Logistic, SaysWhenTheClassesAreSeparated) {
  const std::vector<double> x{-2, -1, 1, 2};
  const std::vector<double> y{0, 0, 1, 1};

  EXPECT_FALSE(logistic({.values = x, .columns = 1}, y)->converged);
  EXPECT_TRUE(logistic({.values = x, .columns = 1}, y, {.ridge = 1.0})->converged);
}

TEST(Logistic, RidgeShrinksTheSlopesButNotTheIntercept) {
  const std::vector<double> x{0, 0, 0, 0, 1, 1, 1, 1};
  const std::vector<double> y{1, 1, 1, 0, 1, 1, 1, 1};

  const auto fit = *logistic({.values = x, .columns = 1}, y, {.ridge = 1e6});

  EXPECT_NEAR(fit.coefficients[1], 0.0, 1e-4);
  EXPECT_NEAR(fit.coefficients[0], std::log(7.0), 1e-3);
}

TEST(Logistic, AnOffsetIsTakenAsGiven) {
  const std::vector<double> offset{1, 1, 1, 1};
  const std::vector<double> y{1, 0, 1, 0};

  const auto fit = *logistic({}, y, {.offset = offset});

  EXPECT_NEAR(fit.coefficients[0], -1.0, 1e-10);
}

// Rows written twice in groups of two: the sandwich gives the errors of the rows once.
TEST(SandwichErrors, DoNotGainFromRepeatedRows) {
  Rng rng(2);
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 2000; ++i) {
    x.push_back(rng.normal());
    y.push_back(rng.chance(sigmoid(x.back())) ? 1.0 : 0.0);
  }
  const auto once = *logistic({.values = x, .columns = 1}, y);
  auto x2 = x;
  auto y2 = y;
  x2.insert(x2.end(), x.begin(), x.end());
  y2.insert(y2.end(), y.begin(), y.end());
  std::vector<std::uint32_t> groups(4000);
  for (std::uint32_t i = 0; i < 4000; ++i) {
    groups[i] = i % 2000;
  }
  const Design twice{.values = x2, .columns = 1};
  const auto fit = *logistic(twice, y2);

  EXPECT_NEAR(sandwich_errors(twice, y2, groups, fit)[1], once.errors[1], 0.1 * once.errors[1]);
  EXPECT_LT(fit.errors[1], 0.75 * once.errors[1]);
}

struct BadInput {
  const char* name;
  std::vector<double> x;
  std::vector<double> y;
  std::size_t columns;
  ErrorCode code;
  const char* message;
};

class LogisticRejects : public ::testing::TestWithParam<BadInput> {};

TEST_P(LogisticRejects, SayingWhy) {
  const auto& input = GetParam();

  const auto fit = logistic({.values = input.x, .columns = input.columns}, input.y);

  ASSERT_FALSE(fit);
  EXPECT_EQ(fit.error().code, input.code);
  EXPECT_THAT(fit.error().message, HasSubstr(input.message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, LogisticRejects,
    ::testing::Values(
        BadInput{"NoRows", {}, {}, 1, ErrorCode::InvalidArgument, "no rows"},
        BadInput{
            "UnequalLengths", {1, 2}, {1}, 1, ErrorCode::InvalidArgument, "2 values for 1 rows"},
        BadInput{"NotFinite",
                 {std::numeric_limits<double>::infinity(), 1},
                 {1, 0},
                 1,
                 ErrorCode::InvalidArgument,
                 "not finite"},
        BadInput{
            "TargetOutside", {1, 2}, {1.5, 0}, 1, ErrorCode::InvalidArgument, "outside [0, 1]"},
        BadInput{"ConstantColumn",
                 {1, 1, 1},
                 {1, 0, 1},
                 1,
                 ErrorCode::FailedPrecondition,
                 "independent"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::evaluate::regression
