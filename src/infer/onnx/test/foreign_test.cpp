#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "base/arrays/npy.h"
#include "base/file.h"
#include "infer/engine/session.h"
#include "infer/onnx/adapt.h"
#include "tests/support/shared_data.h"

namespace osler::infer::onnx {
namespace {

constexpr std::size_t kSide = 28;

Bytes foreign() {
  return *read_file(std::filesystem::path(OSLER_FIXTURES) / "foreign/foreign.onnx");
}

// pattern() of tests/fixtures/foreign/make_foreign.py, one channel.
std::vector<float> pattern(std::size_t count) {
  std::vector<float> grey;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t p = 0; p < kSide * kSide; ++p) {
      const double angle = 0.37 * static_cast<double>(i) +
                           0.21 * static_cast<double>(p / kSide * (i % 3 + 1)) +
                           0.13 * static_cast<double>(p % kSide);
      grey.push_back(static_cast<float>(0.5 + 0.5 * std::sin(angle)));
    }
  }
  return grey;
}

engine::Session adapted() {
  const auto network = adapt(foreign(), {.height = kSide, .width = kSide});
  EXPECT_TRUE(network) << network.error().message;
  auto session = engine::Session::create(*network);
  EXPECT_TRUE(session) << session.error().message;
  return *std::move(session);
}

TEST(ForeignNetwork, IsDescribed) {
  const auto found = inspect(foreign());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->producer, "pytorch");
  EXPECT_EQ(found->channels, 3U);
  EXPECT_EQ(found->classes, 2U);
  EXPECT_EQ(found->activation, Activation::Softmax);
  EXPECT_TRUE(found->has_linear_head);
}

// What PyTorch gave for the same inputs, printed by the script that made the network.
TEST(ForeignNetwork, GivesThroughOslerWhatPyTorchGave) {
  constexpr std::array kExpected{0.6772011518478394F, 0.14044371247291565F, 0.0011771863792091608F,
                                 0.9436622262001038F};
  const auto outputs = adapted().run(pattern(4), 4);
  ASSERT_TRUE(outputs) << outputs.error().message;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(1.0F / (1.0F + std::exp(-outputs->logits[i])), kExpected[i], 1e-5F);
  }
  EXPECT_EQ(outputs->features_per_image, 48U);
  EXPECT_EQ(outputs->map_height, 3U);
}

// Area under the curve by counting pairs, ties one half.
double auroc(const std::vector<float>& scores, const std::vector<std::int64_t>& labels) {
  double wins = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (labels[i] == 1 && labels[j] == 0) {
        pairs += 1.0;
        wins += scores[i] > scores[j] ? 1.0 : (scores[i] == scores[j] ? 0.5 : 0.0);
      }
    }
  }
  return wins / pairs;
}

TEST(ForeignNetwork, IsAsGoodThroughOslerAsAtHome) {
  const auto path = test::shared_data() / "imaging" / "medmnist" / "pneumoniamnist.npz";
  OSLER_NEEDS(path);
  const auto npz = arrays::Npz::open(path);
  ASSERT_TRUE(npz);
  auto pixels = npz->read("test_images")->to_floats();
  const auto labels = npz->read("test_labels")->to_integers();
  ASSERT_TRUE(labels);
  for (float& pixel : pixels) {
    pixel /= 255.0F;
  }
  const auto outputs = adapted().run(pixels, labels->size());
  ASSERT_TRUE(outputs);
  EXPECT_NEAR(auroc(outputs->logits, *labels), 0.95767, 1e-3);
}

}  // namespace
}  // namespace osler::infer::onnx
