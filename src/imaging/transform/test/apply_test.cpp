#include "imaging/transform/apply.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"

namespace osler::imaging::transform {
namespace {

using ::testing::Each;
using ::testing::FloatNear;
using ::testing::Pointwise;
using ::testing::SizeIs;

clinical::Image noise(std::size_t height, std::size_t width) {
  clinical::Image image;
  image.height = height;
  image.width = width;
  image.bits_stored = 12;
  image.samples.resize(height * width);
  Rng rng(20260101);
  for (auto& sample : image.samples) {
    sample = static_cast<float>(rng.below(4096));
  }
  return image;
}

// Four quarters of one grey each, halved in size: each pixel is its own quarter, the neighbours'
// weight along an edge being 0.25 / 1.75 = 1/7 (see the axis' example): (6/7) * 255 + (1/7) * 0.
TEST(Apply, AgreesWithAHandWorkedExample) {
  clinical::Image image;
  image.width = image.height = 16;
  image.samples.resize(256);
  for (std::size_t y = 0; y < 16; ++y) {
    for (std::size_t x = 0; x < 16; ++x) {
      image.samples[y * 16 + x] = x < 8 ? 0.0F : 255.0F;
    }
  }
  const auto result = apply({.size = {8, 8}, .normalise = Normalise::Unit}, image);
  ASSERT_TRUE(result) << result.error().message;
  for (std::size_t y = 0; y < 8; ++y) {
    EXPECT_THAT(std::vector<float>(result->begin() + static_cast<std::ptrdiff_t>(y * 8),
                                   result->begin() + static_cast<std::ptrdiff_t>(y * 8 + 8)),
                Pointwise(FloatNear(1e-5F), {0.0F, 0.0F, 0.0F, 0.125F, 0.875F, 1.0F, 1.0F, 1.0F}));
  }
}

TEST(Apply, ZScoreHasMeanZeroAndDeviationOne) {
  const auto result = apply({.size = {32, 48}}, noise(300, 200));
  ASSERT_TRUE(result);
  ASSERT_THAT(*result, SizeIs(32 * 48));
  double sum = 0.0;
  double squares = 0.0;
  for (const float value : *result) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  EXPECT_NEAR(sum / 1536.0, 0.0, 1e-4);
  EXPECT_NEAR(squares / 1536.0, 1.0, 1e-3);
}

TEST(Apply, ZScoreOfAPaddedFilmIsThatOfTheFilm) {
  const auto result = transformed({.size = {32, 32}, .aspect = Aspect::Pad}, noise(200, 100));
  ASSERT_TRUE(result);
  double sum = 0.0;
  for (std::size_t y = 0; y < 32; ++y) {
    for (std::size_t x = 8; x < 24; ++x) {
      sum += static_cast<double>(result->pixels[y * 32 + x]);
    }
  }
  EXPECT_NEAR(sum / 512.0, 0.0, 1e-4);
  // Padding is black: darker than any pixel of the film.
  EXPECT_EQ(result->pixels[0], result->pixels[31]);
  EXPECT_LT(result->pixels[0], result->pixels[8]);
}

TEST(Apply, FixedUsesTheNumbersGiven) {
  clinical::Image image;
  image.width = image.height = 10;
  image.samples.assign(100, 51.0F);
  const auto result =
      apply({.size = {8, 8}, .normalise = Normalise::Fixed, .mean = 0.1, .deviation = 0.5}, image);
  ASSERT_TRUE(result);
  EXPECT_THAT(*result, Each(FloatNear(0.2F, 1e-5F)));
}

TEST(Apply, DoesNotDependOnSlopeAndInterceptUnderPercentiles) {
  auto image = noise(64, 64);
  const Spec spec{.window = Window::Percentile, .size = {16, 16}};
  const auto plain = apply(spec, image);
  image.rescale_slope = 2.5;
  image.rescale_intercept = -1024.0;
  const auto rescaled = apply(spec, image);
  ASSERT_TRUE(plain && rescaled);
  EXPECT_THAT(*rescaled, Pointwise(FloatNear(1e-4F), *plain));
}

TEST(Apply, GreyKeepsTheFilmsSize) {
  const auto film = noise(20, 30);
  const auto result = grey({}, film);
  ASSERT_TRUE(result);
  EXPECT_THAT(*result, SizeIs(600));
}

TEST(Apply, RefusesAFilmOfOneValueAndOneWithoutNumbers) {
  clinical::Image image;
  image.width = image.height = 10;
  image.samples.assign(100, 51.0F);
  const auto flat = apply({.size = {8, 8}}, image);
  ASSERT_FALSE(flat);
  EXPECT_EQ(flat.error().code, ErrorCode::FailedPrecondition);

  image.samples[37] = std::numeric_limits<float>::infinity();
  const auto infinite = apply({.size = {8, 8}}, image);
  ASSERT_FALSE(infinite);
  EXPECT_EQ(infinite.error().code, ErrorCode::FailedPrecondition);

  image.samples.clear();
  const auto empty = apply({.size = {8, 8}}, image);
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler::imaging::transform
