#include "dicom/quality/quality.h"

#include <cmath>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::dicom::quality {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Check> checks(const std::vector<Finding>& found) {
  std::vector<Check> kinds;
  for (const auto& finding : found) {
    EXPECT_FALSE(finding.text.empty());
    kinds.push_back(finding.check);
  }
  return kinds;
}

// A chest film in rough strokes: dark air around a grey body, two dark lungs, a bright spine,
// noise.
clinical::Image film(std::size_t side = 128) {
  clinical::Image image;
  image.width = side;
  image.height = side;
  image.bits_stored = 12;
  image.samples.resize(side * side);
  std::mt19937 rng(7);
  std::uniform_real_distribution<float> noise(0.0F, 60.0F);
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      const double u = static_cast<double>(x) / static_cast<double>(side);
      const double v = static_cast<double>(y) / static_cast<double>(side);
      const auto inside = [&](double cx, double cy, double rx, double ry) {
        return std::hypot((u - cx) / rx, (v - cy) / ry) < 1.0;
      };
      float value = inside(0.5, 0.55, 0.45, 0.6) ? 1800.0F : 100.0F;
      value = inside(0.28, 0.45, 0.13, 0.27) || inside(0.72, 0.45, 0.13, 0.27) ? 900.0F : value;
      value = std::abs(u - 0.5) < 0.08 && v > 0.1 ? 2600.0F : value;
      image.samples[y * side + x] = std::floor(value + noise(rng));
    }
  }
  return image;
}

clinical::Instance header() {
  clinical::Instance instance;
  instance.sop_class_uid = "1.2.840.10008.5.1.4.1.1.1.1";
  instance.sop_instance_uid = "1.2";
  instance.study_instance_uid = "1.3";
  instance.series_instance_uid = "1.4";
  instance.modality = "DX";
  instance.body_part = "CHEST";
  instance.photometric = "MONOCHROME2";
  instance.rows = 128;
  instance.columns = 128;
  instance.frames = 1;
  return instance;
}

TEST(Quality, HasNothingToSayOfAGoodFilm) {
  EXPECT_THAT(assess(header(), film(), {.modalities = {"DX", "CR"}, .body_parts = {"chest"}}),
              IsEmpty());
}

TEST(Quality, FindsBlankFilmsThroughTheirNoise) {
  auto image = film();
  std::mt19937 rng(3);
  std::normal_distribution<float> noise(2000.0F, 40.0F);
  for (float& sample : image.samples) {
    sample = std::round(noise(rng));
  }

  EXPECT_THAT(checks(assess(header(), image)), ElementsAre(Check::Blank));
}

TEST(Quality, FindsClippedFilmsButNotTheirBackground) {
  auto clipped = film();
  auto collimated = film();
  for (std::size_t i = 0; i < clipped.samples.size(); ++i) {
    clipped.samples[i] = std::max(clipped.samples[i], 1500.0F);
    collimated.samples[i] = std::max(collimated.samples[i], 200.0F);
  }

  EXPECT_THAT(checks(assess(header(), clipped)), ElementsAre(Check::Clipped));
  EXPECT_THAT(assess(header(), collimated), IsEmpty());
}

TEST(Quality, FindsExchangedBlackAndWhite) {
  auto image = film();
  image.photometric = clinical::Photometric::Monochrome1;

  EXPECT_THAT(checks(assess(header(), image)), ElementsAre(Check::Inverted));
  for (float& sample : image.samples) {
    sample = 4095.0F - sample;
  }
  EXPECT_THAT(assess(header(), image), IsEmpty());
}

TEST(Quality, AsksOnlyFrontalChestFilmsWhichWayTheyGo) {
  auto image = film();
  image.photometric = clinical::Photometric::Monochrome1;
  auto hand = header();
  hand.body_part = "HAND";
  auto lateral = header();
  lateral.view_position = "LL";

  EXPECT_THAT(assess(hand, image), IsEmpty());
  EXPECT_THAT(assess(lateral, image), IsEmpty());
}

TEST(Quality, FindsTooFewLevels) {
  auto image = film();
  for (float& sample : image.samples) {
    sample = std::floor(sample / 300.0F) * 300.0F;
  }

  EXPECT_THAT(checks(assess(header(), image)), ::testing::Contains(Check::FewLevels));
}

TEST(Quality, ReadsTheHeader) {
  auto other = header();
  other.modality = "CT";
  other.body_part = "HEAD";
  auto bare = header();
  bare.series_instance_uid.clear();
  bare.photometric.clear();
  auto report = header();
  report.frames = 0;

  EXPECT_THAT(checks(assess(other, {.modalities = {"DX"}, .body_parts = {"CHEST"}})),
              ElementsAre(Check::WrongModality, Check::WrongBodyPart));
  const auto missing = assess(bare);
  ASSERT_THAT(checks(missing), ElementsAre(Check::MissingTags));
  EXPECT_EQ(missing[0].text, "without Series Instance UID, Photometric Interpretation");
  EXPECT_THAT(checks(assess(report)), ElementsAre(Check::NoPixels));
}

TEST(Quality, ExpectsTextWhereNothingDeniesIt) {
  auto ultrasound = header();
  ultrasound.modality = "US";
  auto capture = header();
  capture.sop_class_uid = "1.2.840.10008.5.1.4.1.1.7";
  auto screen = header();
  screen.image_type = "DERIVED\\SECONDARY\\SCREEN SAVE";
  auto denied = ultrasound;
  denied.burned_in_annotation = "NO";
  auto said = header();
  said.burned_in_annotation = "YES";

  for (const auto& instance : {ultrasound, capture, screen, said}) {
    EXPECT_THAT(checks(assess(instance)), ElementsAre(Check::BurnedInText));
  }
  EXPECT_THAT(assess(denied), IsEmpty());
}

TEST(PixelDigest, DependsOnPixelsAlone) {
  auto image = film();
  const auto digest = pixel_digest(image);
  auto described = image;
  described.bits_stored = 16;
  described.rescale_slope = 2.0;
  auto changed = image;
  changed.samples[77] += 1.0F;
  auto turned = image;
  turned.width = image.width / 2;
  turned.height = image.height * 2;

  EXPECT_EQ(pixel_digest(described), digest);
  EXPECT_NE(pixel_digest(changed), digest);
  EXPECT_NE(pixel_digest(turned), digest);
}

}  // namespace
}  // namespace osler::dicom::quality
