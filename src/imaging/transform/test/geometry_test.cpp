#include "imaging/transform/geometry.h"

#include <vector>

#include <gtest/gtest.h>

#include "imaging/transform/apply.h"

namespace osler::imaging::transform {
namespace {

clinical::Image blank(std::size_t height, std::size_t width, float value = 100.0F) {
  clinical::Image image;
  image.height = height;
  image.width = width;
  image.samples.assign(height * width, value);
  return image;
}

void expect_rectangle(const Rectangle& seen, const Rectangle& wanted) {
  EXPECT_NEAR(seen.left, wanted.left, 1e-9);
  EXPECT_NEAR(seen.top, wanted.top, 1e-9);
  EXPECT_NEAR(seen.right, wanted.right, 1e-9);
  EXPECT_NEAR(seen.bottom, wanted.bottom, 1e-9);
}

TEST(Geometry, StretchScalesEachAxis) {
  const auto place = geometry({.size = {10, 20}}, blank(100, 100));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->step_y, 10.0);
  EXPECT_EQ(place->step_x, 5.0);
  expect_rectangle(place->to_film(Rectangle{2.0, 1.0, 4.0, 3.0}), {10.0, 10.0, 20.0, 30.0});
}

// 100 high, 50 wide into 10 by 10: step 10, and 2.5 pixels of padding left and right.
TEST(Geometry, PadKeepsTheAspect) {
  const auto place = geometry({.size = {10, 10}, .aspect = Aspect::Pad}, blank(100, 50));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->step_x, 10.0);
  EXPECT_EQ(place->step_y, 10.0);
  EXPECT_EQ(place->left, -25.0);
  expect_rectangle(place->to_film(Rectangle{0.0, 0.0, 10.0, 10.0}), {0.0, 0.0, 50.0, 100.0});
  expect_rectangle(place->to_input(Rectangle{0.0, 0.0, 50.0, 100.0}), {2.5, 0.0, 7.5, 10.0});
}

// 0.2 mm pixels to 2 mm pixels: ten for one; 8 of them cut 80 film pixels from the middle of 100.
TEST(Geometry, SpacingCutsFromTheMiddle) {
  auto image = blank(100, 100);
  image.spacing_mm = {0.2, 0.2};
  const auto place = geometry({.size = {8, 8}, .spacing_mm = 2.0}, image);
  ASSERT_TRUE(place);
  EXPECT_NEAR(place->step_x, 10.0, 1e-9);
  EXPECT_NEAR(place->left, 10.0, 1e-9);
  EXPECT_NEAR(place->top, 10.0, 1e-9);
}

TEST(Geometry, BorderIsCutFromEachEdge) {
  const auto place = geometry({.crop_border = 0.1, .size = {8, 8}}, blank(100, 200));
  ASSERT_TRUE(place);
  expect_rectangle(place->crop, {20.0, 10.0, 180.0, 90.0});
  EXPECT_EQ(place->step_x, 20.0);
}

TEST(Geometry, ForegroundLeavesTheDarkFrame) {
  auto image = blank(100, 120, 0.0F);
  for (std::size_t y = 10; y < 80; ++y) {
    for (std::size_t x = 30; x < 110; ++x) {
      image.samples[y * 120 + x] = 128.0F;
    }
  }
  image.samples[5 * 120 + 60] = 255.0F;  // a speck of dust is no picture
  const auto place = geometry({.crop_foreground = true, .size = {8, 8}}, image);
  ASSERT_TRUE(place);
  expect_rectangle(place->crop, {30.0, 10.0, 110.0, 80.0});
}

TEST(Geometry, OfABlankFilmHasNoForeground) {
  const auto place = geometry({.crop_foreground = true, .size = {8, 8}}, blank(64, 64, 0.0F));
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, ErrorCode::FailedPrecondition);
}

TEST(Geometry, SpacingIsNeededWhereTheTransformWorksInMillimetres) {
  const auto place = geometry({.size = {8, 8}, .spacing_mm = 1.0}, blank(64, 64));
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, ErrorCode::FailedPrecondition);
}

// A property: a bright square on the film is found where the geometry says, for each way to get
// there.
TEST(Geometry, PointsToWhereApplyPutThings) {
  auto image = blank(300, 240, 10.0F);
  for (std::size_t y = 100; y < 140; ++y) {
    for (std::size_t x = 60; x < 100; ++x) {
      image.samples[y * 240 + x] = 250.0F;
    }
  }
  image.spacing_mm = {0.5, 0.5};
  for (const auto& spec :
       {Spec{.size = {60, 60}}, Spec{.size = {60, 60}, .aspect = Aspect::Pad},
        Spec{.crop_border = 0.1, .size = {50, 70}}, Spec{.size = {64, 64}, .spacing_mm = 2.0}}) {
    const auto result = transformed(spec, image);
    ASSERT_TRUE(result) << result.error().message;
    const auto box = result->geometry.to_input(Rectangle{60.0, 100.0, 100.0, 140.0});
    double sum_x = 0.0;
    double sum_y = 0.0;
    double count = 0.0;
    for (std::size_t y = 0; y < spec.size[0]; ++y) {
      for (std::size_t x = 0; x < spec.size[1]; ++x) {
        if (result->pixels[y * spec.size[1] + x] > 1.5F) {
          sum_x += static_cast<double>(x) + 0.5;
          sum_y += static_cast<double>(y) + 0.5;
          count += 1.0;
        }
      }
    }
    ASSERT_GT(count, 0.0);
    EXPECT_NEAR(sum_x / count, (box.left + box.right) / 2.0, 0.6);
    EXPECT_NEAR(sum_y / count, (box.top + box.bottom) / 2.0, 0.6);
  }
}

}  // namespace
}  // namespace osler::imaging::transform
