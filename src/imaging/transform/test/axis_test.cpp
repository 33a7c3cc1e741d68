#include "imaging/transform/internal/axis.h"

#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::imaging::transform {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> resampled(const AxisPlan& plan, const std::vector<float>& row,
                             float padding = -1.0F) {
  std::vector<float> result(plan.size);
  resample_row(make_axis(plan), row, padding, result);
  return result;
}

TEST(Axis, OfTheSameSizeChangesNothing) {
  const std::vector<float> row{3.0F, 1.0F, 4.0F, 1.0F};
  EXPECT_EQ(resampled({4, 0.0, 1.0, 0, 4}, row), row);
}

// Step 2: the first result pixel's middle is at 1, its triangle 2 wide on both sides reaches the
// pixel middles 0.5, 1.5, 2.5 with 0.75, 0.75, 0.25: (0.75*0 + 0.75*4 + 0.25*8) / 1.75 = 20/7.
// The second one mirrors it: (0.25*4 + 0.75*8 + 0.75*12) / 1.75 = 64/7.
TEST(Axis, HalvingAgreesWithAHandWorkedExample) {
  const auto result = resampled({2, 0.0, 2.0, 0, 4}, {0.0F, 4.0F, 8.0F, 12.0F});
  EXPECT_NEAR(result[0], 20.0 / 7.0, 1e-6);
  EXPECT_NEAR(result[1], 64.0 / 7.0, 1e-6);
}

// Step 1/2: middles at 0.25, 0.75, 1.25, 1.75 between pixel middles 0.5 and 1.5; the ends repeat.
TEST(Axis, DoublingIsLinearInterpolation) {
  EXPECT_THAT(resampled({4, 0.0, 0.5, 0, 2}, {0.0F, 4.0F}),
              Pointwise(FloatNear(1e-6F), {0.0F, 1.0F, 3.0F, 4.0F}));
}

TEST(Axis, GivesPaddingWhereThereIsNoFilm) {
  EXPECT_THAT(resampled({4, -1.0, 1.0, 0, 2}, {5.0F, 6.0F}, 9.0F),
              Pointwise(FloatNear(1e-6F), {9.0F, 5.0F, 6.0F, 9.0F}));
}

TEST(Axis, UsesNothingOutsideTheCrop) {
  const auto result = resampled({2, 1.0, 1.0, 1, 3}, {100.0F, 1.0F, 2.0F, 100.0F});
  EXPECT_THAT(result, Pointwise(FloatNear(1e-6F), {1.0F, 2.0F}));
}

// A property: a constant stays itself, whatever the factor.
TEST(Axis, WeightsOfEachPixelSumToOne) {
  for (const std::size_t size : {1U, 7U, 64U, 1000U}) {
    const auto axis = make_axis({size, 0.0, 333.0 / static_cast<double>(size), 0, 333});
    for (const auto& taps : axis.taps) {
      const auto first = axis.weights.begin() + static_cast<std::ptrdiff_t>(taps.offset);
      EXPECT_NEAR(std::accumulate(first, first + static_cast<std::ptrdiff_t>(taps.count), 0.0), 1.0,
                  1e-5);
      EXPECT_LE(taps.first + taps.count, 333U);
    }
  }
}

// Fine stripes turn grey instead of into broad false stripes.
TEST(Axis, DoesNotAliasFineStripes) {
  std::vector<float> stripes(1000);
  for (std::size_t i = 0; i < stripes.size(); ++i) {
    stripes[i] = i % 2 == 0 ? 0.0F : 1.0F;
  }
  for (const float value : resampled({99, 0.0, 1000.0 / 99.0, 0, 1000}, stripes)) {
    EXPECT_NEAR(value, 0.5, 0.02);
  }
}

}  // namespace
}  // namespace osler::imaging::transform
