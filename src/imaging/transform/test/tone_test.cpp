#include "imaging/transform/internal/tone.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::imaging::transform {
namespace {

using ::testing::FloatNear;
using ::testing::Pointwise;

clinical::Image row_of(std::vector<float> samples, int bits = 8) {
  clinical::Image image;
  image.width = samples.size();
  image.height = 1;
  image.samples = std::move(samples);
  image.bits_stored = bits;
  return image;
}

std::vector<float> toned(const clinical::Image& image, const Spec& spec = {}) {
  const auto tone = Tone::create(spec, image);
  EXPECT_TRUE(tone) << tone.error().message;
  std::vector<float> buffer;
  std::vector<float> grey(image.width);
  EXPECT_TRUE(tone->apply(grey_row(image, 0, buffer), grey));
  return grey;
}

TEST(Tone, EightBitsWithoutAWindowAreTheirWholeRange) {
  EXPECT_THAT(toned(row_of({0.0F, 51.0F, 255.0F})),
              Pointwise(FloatNear(1e-6F), {0.0F, 0.2F, 1.0F}));
}

// PS3.3 C.11.2.1.2.1 gives c = 2048, w = 4096: y = ((x - 2047.5) / 4095 + 0.5), so 0 is black and
// 4095 is white. Values beyond are clipped.
TEST(Tone, LinearWindowFollowsTheStandardsFormula) {
  auto image = row_of({0.0F, 2047.5F, 4095.0F, 5000.0F}, 13);
  image.window = clinical::Image::Window{2048.0, 4096.0, false};
  EXPECT_THAT(toned(image), Pointwise(FloatNear(1e-6F), {0.0F, 0.5F, 1.0F, 1.0F}));
}

// c = 40, w = 400 on Hounsfield units that are stored + 1024: stored 1064 - 0.5 is the middle.
TEST(Tone, WindowComesAfterTheModalityLut) {
  auto image = row_of({864.0F, 1063.0F, 1064.0F, 1300.0F}, 12);
  image.rescale_intercept = -1024.0;
  image.window = clinical::Image::Window{40.0, 400.0, false};
  EXPECT_THAT(toned(image), Pointwise(FloatNear(1e-5F), {0.0F, (1063.0F - 1063.5F) / 399.0F + 0.5F,
                                                         (0.5F) / 399.0F + 0.5F, 1.0F}));
}

TEST(Tone, SigmoidIsHalfAtItsCentre) {
  auto image = row_of({100.0F, 200.0F}, 12);
  image.window = clinical::Image::Window{100.0, 50.0, true};
  EXPECT_THAT(toned(image), Pointwise(FloatNear(1e-5F),
                                      {0.5F, static_cast<float>(1.0 / (1.0 + std::exp(-8.0)))}));
}

TEST(Tone, AWindowOfWidthOneIsAStep) {
  auto image = row_of({9.0F, 10.0F, 11.0F});
  image.window = clinical::Image::Window{10.5, 1.0, false};
  EXPECT_THAT(toned(image), Pointwise(FloatNear(0.0F), {0.0F, 0.0F, 1.0F}));
}

TEST(Tone, VoiTableGoesBeforeTheWindowAndClipsAtItsEnds) {
  auto image = row_of({0.0F, 10.0F, 11.0F, 12.0F, 90.0F});
  image.window = clinical::Image::Window{5.0, 2.0, false};
  image.voi_lut = clinical::Image::Lut{10, 8, {0, 255, 51}};
  EXPECT_THAT(toned(image), Pointwise(FloatNear(1e-6F), {0.0F, 0.0F, 1.0F, 0.2F, 0.2F}));
}

TEST(Tone, ModalityTableGoesInPlaceOfSlopeAndIntercept) {
  auto image = row_of({0.0F, 1.0F, 2.0F});
  image.rescale_slope = 100.0;
  image.modality_lut = clinical::Image::Lut{0, 16, {1000, 500, 0}};
  image.window = clinical::Image::Window{500.5, 1001.0, false};
  EXPECT_THAT(toned(image), Pointwise(FloatNear(1e-6F), {1.0F, 0.5F, 0.0F}));
}

TEST(Tone, Monochrome1IsTheSameFilmTurned) {
  auto image = row_of({0.0F, 10.0F, 200.0F, 255.0F});
  const auto straight = toned(image);
  image.photometric = clinical::Photometric::Monochrome1;
  const auto turned = toned(image);
  for (std::size_t i = 0; i < straight.size(); ++i) {
    EXPECT_NEAR(straight[i] + turned[i], 1.0F, 1e-6F);
  }
}

// 0, 1 … 1000: the percentiles are the values themselves, to a tenth of a per cent.
TEST(Tone, PercentilesAreThoseOfTheFilm) {
  std::vector<float> ramp(1001);
  for (std::size_t i = 0; i < ramp.size(); ++i) {
    ramp[i] = static_cast<float>(i);
  }
  const auto grey =
      toned(row_of(ramp, 12), {.window = Window::Percentile, .percentiles = {10.0, 90.0}});
  EXPECT_EQ(grey[100], 0.0F);
  EXPECT_NEAR(grey[500], 0.5F, 2e-3F);
  EXPECT_EQ(grey[900], 1.0F);
}

TEST(Tone, ColourBecomesLuma) {
  clinical::Image image = row_of({255.0F, 0.0F, 0.0F, 255.0F, 255.0F, 255.0F});
  image.width = 2;
  image.channels = 3;
  image.photometric = clinical::Photometric::Rgb;
  EXPECT_THAT(toned(image), Pointwise(FloatNear(1e-4F), {0.299F, 1.0F}));
}

TEST(Tone, SignedValuesStartBelowZero) {
  auto image = row_of({-128.0F, 127.0F});
  image.is_signed = true;
  EXPECT_THAT(toned(image), Pointwise(FloatNear(1e-6F), {0.0F, 1.0F}));
}

TEST(Tone, RefusesWhatIsNotANumberAndWhatDoesNotFit) {
  auto image = row_of({1.0F, std::numeric_limits<float>::quiet_NaN()}, 12);
  const auto percentile = Tone::create({}, image);
  if (percentile) {
    std::vector<float> grey(2);
    EXPECT_EQ(percentile->apply(image.samples, grey).error().code, ErrorCode::FailedPrecondition);
  } else {
    EXPECT_EQ(percentile.error().code, ErrorCode::FailedPrecondition);
  }
  image.width = 3;
  EXPECT_EQ(Tone::create({}, image).error().code, ErrorCode::InvalidArgument);
  image.width = 2;
  image.channels = 2;
  EXPECT_EQ(Tone::create({}, image).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace osler::imaging::transform
