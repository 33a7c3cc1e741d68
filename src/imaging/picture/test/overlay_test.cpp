#include "imaging/picture/overlay.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace osler::imaging::picture {
namespace {

// A grey film of 100 by 100 that the network saw at 20 by 20.
constexpr std::uint8_t kGrey = 90;

Picture film() {
  return {100, 100, 1, std::vector<std::uint8_t>(10'000, kGrey)};
}

transform::Geometry whole_film() {
  transform::Geometry geometry;
  geometry.film_width = geometry.film_height = 100;
  geometry.width = geometry.height = 20;
  geometry.crop = {0.0, 0.0, 100.0, 100.0};
  geometry.step_x = geometry.step_y = 5.0;
  return geometry;
}

// A round hill with its peak at (14, 6) of the network's input.
std::vector<float> hill() {
  std::vector<float> heat(400);
  for (std::size_t y = 0; y < 20; ++y) {
    for (std::size_t x = 0; x < 20; ++x) {
      const double distance =
          std::hypot(static_cast<double>(x) - 13.5, static_cast<double>(y) - 5.5);
      heat[y * 20 + x] = static_cast<float>(std::max(0.0, 1.0 - distance / 6.0));
    }
  }
  return heat;
}

TEST(Overlay, WithoutAPeakLeavesTheFilm) {
  const auto result =
      overlay(film(), std::vector<float>(400, 0.0F), whole_film(), {.least_side = 100});
  ASSERT_TRUE(result);
  EXPECT_TRUE(std::ranges::all_of(result->samples, [](auto sample) { return sample == kGrey; }));
}

TEST(Overlay, DrawsThreeContoursWhereTheHillIs) {
  const auto result = overlay(film(), hill(), whole_film(), {.least_side = 100});
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->channels, 3U);
  const auto red = [&](std::size_t x, std::size_t y) { return result->samples[(y * 100 + x) * 3]; };
  EXPECT_EQ(red(5, 95), kGrey);
  // Along the row of the peak, from the left: three lines of the mark's colour, then the peak.
  int lines = 0;
  for (std::size_t x = 1; x < 70; ++x) {
    lines += red(x, 30) == 0x7f && red(x - 1, 30) != 0x7f ? 1 : 0;
  }
  EXPECT_EQ(lines, 3);
}

// No rainbow: film, tint, hatch, halo and line are all there is.
TEST(Overlay, UsesFiveColoursOnAGreyFilm) {
  const auto result = overlay(film(), hill(), whole_film(), {.least_side = 100});
  ASSERT_TRUE(result);
  std::set<std::vector<std::uint8_t>> colours;
  for (std::size_t i = 0; i < result->samples.size(); i += 3) {
    colours.insert({result->samples[i], result->samples[i + 1], result->samples[i + 2]});
  }
  EXPECT_EQ(colours.size(), 5U);
}

TEST(Overlay, EnlargesSmallFilmsByAWholeFactor) {
  const auto result = overlay(film(), hill(), whole_film());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->width, 700U);
}

TEST(Overlay, DrawsNothingOutsideTheCrop) {
  auto geometry = whole_film();
  geometry.crop = {0.0, 0.0, 50.0, 100.0};
  geometry.step_x = 2.5;
  const auto result = overlay(film(), std::vector<float>(400, 1.0F), geometry, {.least_side = 100});
  ASSERT_TRUE(result);
  for (std::size_t y = 0; y < 100; ++y) {
    for (std::size_t x = 53; x < 100; ++x) {
      EXPECT_EQ(result->samples[(y * 100 + x) * 3], kGrey);
    }
  }
  EXPECT_NE(result->samples[(50 * 100 + 20) * 3], kGrey);
}

TEST(Overlay, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(overlay(film(), std::vector<float>(399), whole_film()));
  EXPECT_FALSE(overlay({50, 50, 1, std::vector<std::uint8_t>(2500)}, hill(), whole_film()));
  EXPECT_FALSE(overlay(film(), std::vector<float>(400, 1.5F), whole_film()));
  EXPECT_FALSE(overlay(film(), std::vector<float>(400, std::nanf("")), whole_film()));
}

}  // namespace
}  // namespace osler::imaging::picture
