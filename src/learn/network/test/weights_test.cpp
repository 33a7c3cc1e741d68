#include "learn/network/internal/weights.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arrays/npy.h"
#include "base/file.h"
#include "tests/support/shared_data.h"

namespace osler::learn::network {
namespace {

using ::testing::HasSubstr;

std::vector<NamedTensor> copies(const Network& network) {
  std::vector<NamedTensor> arrays;
  for (const auto& variable : network.variables()) {
    arrays.push_back({.name = variable.name, .value = variable.value.clone()});
  }
  return arrays;
}

TEST(Weights, AreCopiedByNameAndTheHeadIsLeft) {
  const auto from = create({.kind = Kind::ResNet18, .side = 64}, 1);
  const auto to = create({.kind = Kind::ResNet18, .side = 64}, 2);
  ASSERT_TRUE(from && to);
  const auto head = (*to)->head().weight.clone();
  ASSERT_TRUE(import_weights(**to, Kind::ResNet18, copies(**from)));
  EXPECT_TRUE(at::equal((*to)->variables().front().value, (*from)->variables().front().value));
  EXPECT_TRUE(at::equal((*to)->head().weight, head));
}

TEST(Weights, MissingOrOfAnotherShapeAreNamed) {
  const auto network = create({.kind = Kind::ResNet18, .side = 64}, 1);
  ASSERT_TRUE(network);
  auto arrays = copies(**network);
  arrays[1].value = at::zeros({63});
  const auto shape = import_weights(**network, Kind::ResNet18, arrays);
  ASSERT_FALSE(shape);
  EXPECT_THAT(shape.error().message, HasSubstr("\"bn1.weight\" of the weights is 63"));
  arrays.erase(arrays.begin() + 1);
  const auto missing = import_weights(**network, Kind::ResNet18, arrays);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(missing.error().message, HasSubstr("no array \"bn1.weight\""));
}

// The stem for three channels, on a grey image in all three of them, and the imported stem for one.
TEST(Weights, OfThreeChannelsComputeTheSameOnGreyImages) {
  const auto network = create({.kind = Kind::SqueezeNet11, .side = 64}, 1);
  ASSERT_TRUE(network);
  auto arrays = copies(**network);
  at::manual_seed(7);
  const auto weight = at::randn({64, 3, 3, 3}) * 0.01;
  const auto bias = at::randn({64});
  arrays[0].value = weight;
  arrays[1].value = bias;
  ASSERT_TRUE(import_weights(**network, Kind::SqueezeNet11, arrays));

  const auto image = at::randn({1, 1, 16, 16});
  const auto levels = image * 57.6 + (103.939 + 116.779 + 123.68) / 3.0;
  const auto means = at::tensor({103.939F, 116.779F, 123.68F}).reshape({1, 3, 1, 1});
  const auto wanted = at::conv2d(levels.expand({1, 3, 16, 16}) - means, weight, bias, {2, 2});
  const auto& variables = (*network)->variables();
  const auto got = at::conv2d(image, variables[0].value, variables[1].value, {2, 2});
  EXPECT_TRUE(at::allclose(got, wanted, 1e-4, 1e-4));
}

TEST(Weights, AreNeverReadFromAPickle) {
  const auto weights = read_weights("model.pt");
  ASSERT_FALSE(weights);
  EXPECT_EQ(weights.error().code, ErrorCode::NotSupported);
  EXPECT_THAT(weights.error().advice, HasSubstr("safetensors"));
}

TEST(Weights, ComeFromAnNpz) {
  const TemporaryFolder folder;
  const std::vector<float> values{1.0F, 2.0F, 3.0F};
  const auto bytes = arrays::to_npz({{"conv1.bias", arrays::Array::of<float>({3}, values)}});
  ASSERT_TRUE(bytes);
  ASSERT_TRUE(write_file(folder.path() / "w.npz", *bytes));
  const auto weights = read_weights(folder.path() / "w.npz");
  ASSERT_TRUE(weights) << weights.error().message;
  ASSERT_EQ(weights->size(), 1U);
  EXPECT_EQ(weights->front().name, "conv1.bias");
  EXPECT_TRUE(at::equal(weights->front().value, at::tensor({1.0F, 2.0F, 3.0F})));
}

TEST(Weights, OfImageNetFitSqueezeNet) {
  const auto path = test::shared_data() / "weights/squeezenet1_1_imagenet_notop.npz";
  OSLER_NEEDS(path);
  const auto network = create({.kind = Kind::SqueezeNet11, .side = 224}, 1);
  ASSERT_TRUE(network);
  const auto weights = read_weights(path);
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(weights->size(), 50U);
  const auto imported = import_weights(**network, Kind::SqueezeNet11, *weights);
  ASSERT_TRUE(imported) << imported.error().message;
  // Trained features are sparse and of moderate size on an image of ordinary contrast.
  const at::NoGradGuard no_gradients;
  at::manual_seed(3);
  const auto smooth = at::upsample_bilinear2d(at::randn({2, 1, 14, 14}), {224, 224}, false);
  const auto features = (*network)->forward(smooth, {}).features;
  EXPECT_TRUE(at::isfinite(features).all().item<bool>());
  EXPECT_GT(features.mean().item<double>(), 0.05);
  EXPECT_LT(features.mean().item<double>(), 50.0);
}

}  // namespace
}  // namespace osler::learn::network
