#include "imaging/augment/augment.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler::imaging::augment {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> ramp(std::size_t count) {
  std::vector<float> pixels(count);
  std::iota(pixels.begin(), pixels.end(), 0.0F);
  return pixels;
}

std::vector<float> augmented(std::vector<float> pixels, std::size_t height, std::size_t width,
                             const Spec& spec, std::uint64_t seed) {
  Rng rng(seed);
  augment(pixels, height, width, spec, rng);
  return pixels;
}

TEST(Augment, WithoutChangesKeepsThePicture) {
  EXPECT_EQ(augmented(ramp(12), 3, 4, {}, 1), ramp(12));
}

TEST(Augment, FlipIsEitherThePictureOrItsMirror) {
  const std::vector<float> mirror{3, 2, 1, 0, 7, 6, 5, 4};
  int flipped = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto result = augmented(ramp(8), 2, 4, {.flip = true}, seed);
    const bool is_mirror = std::abs(result[0] - 3.0F) < 1e-4F;
    EXPECT_THAT(result, Pointwise(FloatNear(1e-4F), is_mirror ? mirror : ramp(8)));
    flipped += is_mirror ? 1 : 0;
  }
  EXPECT_NEAR(flipped, 100, 30);  // 4 deviations of a fair coin
}

TEST(Augment, TheSameSeedGivesTheSamePicture) {
  const Spec all{.flip = true,
                 .shift = 0.1,
                 .rotate_degrees = 10,
                 .scale = 0.1,
                 .brightness = 0.2,
                 .contrast = 0.2,
                 .noise = 0.1,
                 .erase = 0.5};
  EXPECT_EQ(augmented(ramp(784), 28, 28, all, 7), augmented(ramp(784), 28, 28, all, 7));
  EXPECT_NE(augmented(ramp(784), 28, 28, all, 7), augmented(ramp(784), 28, 28, all, 8));
}

// A bright spot 8 pixels right of the middle stays 8 pixels from it when the picture turns.
TEST(Augment, RotationKeepsTheDistanceFromTheMiddle) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<float> pixels(41 * 41, 0.0F);
    pixels[20 * 41 + 28] = 100.0F;
    pixels = augmented(pixels, 41, 41, {.rotate_degrees = 180}, seed);
    const auto peak = static_cast<std::size_t>(std::ranges::max_element(pixels) - pixels.begin());
    EXPECT_NEAR(
        std::hypot(static_cast<double>(peak % 41) - 20.0, static_cast<double>(peak / 41) - 20.0),
        8.0, 0.8);
  }
}

TEST(Augment, ShiftStaysWithinItsFraction) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<float> pixels(40 * 40, 0.0F);
    pixels[20 * 40 + 20] = 100.0F;
    pixels = augmented(pixels, 40, 40, {.shift = 0.1}, seed);
    const auto peak = static_cast<std::size_t>(std::ranges::max_element(pixels) - pixels.begin());
    EXPECT_LE(std::abs(static_cast<double>(peak % 40) - 20.0), 4.5);
    EXPECT_LE(std::abs(static_cast<double>(peak / 40) - 20.0), 4.5);
  }
}

TEST(Augment, NoiseHasMeanZeroAndAtMostItsDeviation) {
  const auto pixels = augmented(std::vector<float>(100'000, 0.0F), 100, 1000, {.noise = 0.5}, 3);
  double sum = 0.0;
  double squares = 0.0;
  for (const float value : pixels) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  EXPECT_NEAR(sum / 1e5, 0.0, 0.01);
  EXPECT_GT(squares, 0.0);
  EXPECT_LT(std::sqrt(squares / 1e5), 0.51);
}

TEST(Augment, EraseEmptiesARectangleOfTwoToFifteenPerCent) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto pixels = augmented(std::vector<float>(10'000, 1.0F), 100, 100, {.erase = 1.0}, seed);
    const auto erased = std::ranges::count(pixels, 0.0F);
    EXPECT_GE(erased, 180);
    EXPECT_LE(erased, 1600);
  }
}

TEST(Augment, WorksOnTheSmallestPictures) {
  const Spec all{.flip = true, .shift = 0.5, .rotate_degrees = 180, .scale = 1.0, .erase = 1.0};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(augmented(ramp(1), 1, 1, all, seed).size(), 1U);
    EXPECT_EQ(augmented(ramp(5), 1, 5, all, seed).size(), 5U);
  }
}

TEST(Augment, SettingsComeBackFromTheirJson) {
  const Spec spec{.flip = true, .shift = 0.1, .rotate_degrees = 7.5, .erase = 0.25};
  const auto back = spec_from_json(to_json(spec));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, spec);
}

TEST(Augment, RefusesMisspeltAndOutOfRangeSettings) {
  const auto misspelt = spec_from_json(Json{{"rotate_degree", 5}});
  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().advice, "write rotate_degrees");
  const auto large = spec_from_json(Json{{"shift", 0.9}});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().where, "shift");
}

}  // namespace
}  // namespace osler::imaging::augment
