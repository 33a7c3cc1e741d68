#include "imaging/picture/picture.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace osler::imaging::picture {
namespace {

using ::testing::ElementsAre;

std::uint32_t number_at(const Bytes& bytes, std::size_t place) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | std::to_integer<std::uint32_t>(bytes[place + i]);
  }
  return number;
}

// Reads back what to_png wrote: 8-byte signature, IHDR (25 bytes), IDAT, IEND.
std::vector<std::uint8_t> samples_of(const Bytes& png, std::size_t stride, std::size_t rows,
                                     std::size_t channels) {
  const auto length = number_at(png, 33);
  std::vector<std::uint8_t> raw((stride + 1) * rows);
  auto size = static_cast<uLongf>(raw.size());
  EXPECT_EQ(::uncompress(raw.data(), &size, reinterpret_cast<const Bytef*>(&png[41]), length),
            Z_OK);
  std::vector<std::uint8_t> samples;
  for (std::size_t y = 0; y < rows; ++y) {
    EXPECT_EQ(raw[y * (stride + 1)], 1);  // filter "Sub"
    for (std::size_t i = 0; i < stride; ++i) {
      const auto left = i < channels ? 0 : samples[samples.size() - channels];
      samples.push_back(static_cast<std::uint8_t>(raw[y * (stride + 1) + 1 + i] + left));
    }
  }
  return samples;
}

TEST(Png, HoldsTheSamplesItWasGiven) {
  for (const std::size_t channels : {1U, 3U}) {
    Picture picture{7, 5, channels, {}};
    for (std::size_t i = 0; i < 35 * channels; ++i) {
      picture.samples.push_back(static_cast<std::uint8_t>(i * 37));
    }
    const auto png = to_png(picture);
    ASSERT_TRUE(png) << png.error().message;
    EXPECT_EQ(as_text(BytesView(*png).subspan(1, 3)), "PNG");
    EXPECT_EQ(number_at(*png, 16), 7U);
    EXPECT_EQ(number_at(*png, 20), 5U);
    EXPECT_EQ(std::to_integer<int>((*png)[25]), channels == 1 ? 0 : 2);
    EXPECT_EQ(samples_of(*png, 7 * channels, 5, channels), picture.samples);
    EXPECT_EQ(as_text(BytesView(*png).last(8).first(4)), "IEND");
  }
}

TEST(Png, EqualPicturesHaveEqualBytes) {
  const Picture picture{40, 30, 1, std::vector<std::uint8_t>(1200, 77)};
  EXPECT_EQ(*to_png(picture), *to_png(picture));
}

// The chunk IEND has a CRC that every PNG file ends with.
TEST(Png, ChecksumsAreThoseOfTheStandard) {
  const auto png = to_png({1, 1, 1, {0}});
  ASSERT_TRUE(png);
  EXPECT_EQ(number_at(*png, png->size() - 4), 0xae426082U);
}

TEST(Png, RefusesSizesThatDoNotFit) {
  EXPECT_FALSE(to_png({2, 2, 1, {1, 2, 3}}));
  EXPECT_FALSE(to_png({0, 0, 1, {}}));
  EXPECT_FALSE(to_png({1, 1, 2, {1, 2}}));
}

TEST(ToGrey8, UsesTheFilmsWindowAndTurnsMonochrome1) {
  clinical::Image image;
  image.width = 3;
  image.height = 1;
  image.bits_stored = 12;
  image.samples = {100.0F, 200.0F, 300.0F};
  image.window = clinical::Image::Window{200.5, 201.0, false};
  const auto straight = to_grey8(image);
  ASSERT_TRUE(straight);
  EXPECT_THAT(straight->samples, ElementsAre(0, 128, 255));
  image.photometric = clinical::Photometric::Monochrome1;
  const auto turned = to_grey8(image);
  ASSERT_TRUE(turned);
  EXPECT_THAT(turned->samples, ElementsAre(255, 128, 0));
}

TEST(Thumbnail, KeepsTheAspectAndAverages) {
  Picture picture{4, 2, 1, {0, 100, 10, 30, 0, 100, 10, 30}};
  const auto small = thumbnail(picture, 2);
  EXPECT_EQ(small.width, 2U);
  EXPECT_EQ(small.height, 1U);
  EXPECT_THAT(small.samples, ElementsAre(50, 20));
}

TEST(Thumbnail, IsNeverLargerThanThePicture) {
  const Picture picture{3, 2, 3, std::vector<std::uint8_t>(18, 9)};
  EXPECT_EQ(thumbnail(picture, 100).samples, picture.samples);
}

}  // namespace
}  // namespace osler::imaging::picture
