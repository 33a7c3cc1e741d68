#include "infer/onnx/adapt.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "infer/engine/session.h"
#include "tests/support/networks.h"

namespace osler::infer::onnx {
namespace {

using engine::Outputs;
using engine::Session;
using ::testing::HasSubstr;

constexpr std::size_t kImages = 5;
constexpr std::size_t kPixels = 12 * 12;

std::vector<float> random_images(std::size_t channels = 1) {
  Rng rng(7);
  std::vector<float> images(kImages * channels * kPixels);
  std::ranges::generate(images, [&] { return static_cast<float>(rng.normal()); });
  return images;
}

// [n, 1, pixels] -> [n, 3, pixels], channel c times scale[c] plus shift[c].
std::vector<float> as_colour(const std::vector<float>& grey, const std::vector<float>& scale,
                             const std::vector<float>& shift) {
  std::vector<float> colour;
  for (std::size_t i = 0; i < kImages; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t p = 0; p < kPixels; ++p) {
        colour.push_back(grey[i * kPixels + p] * scale[c] + shift[c]);
      }
    }
  }
  return colour;
}

Outputs run(const Bytes& onnx, const std::vector<float>& images) {
  const auto session = Session::create(onnx);
  EXPECT_TRUE(session) << session.error().message;
  auto outputs = session->run(images, kImages);
  EXPECT_TRUE(outputs) << outputs.error().message;
  return *std::move(outputs);
}

TEST(ExposeMap, AddsMapAndFeaturesAndReadsTheHead) {
  for (const auto tail : {test::Tail::PoolFlattenGemm, test::Tail::MeanMatMulAdd}) {
    const auto before = test::make_network({.classes = 2, .tail = tail, .extra_outputs = false});
    const auto exposed = expose_map(before);
    ASSERT_TRUE(exposed) << exposed.error().message;
    ASSERT_TRUE(exposed->head);
    ASSERT_EQ(exposed->head->classes, 2U);
    ASSERT_EQ(exposed->head->features, 6U);

    const auto images = random_images();
    const auto outputs = run(exposed->onnx, images);

    EXPECT_EQ(outputs.logits, run(before, images).logits);
    ASSERT_EQ(outputs.features.size(), kImages * 6);
    ASSERT_EQ(outputs.map.size(), kImages * 6 * 36);
    // logits = head.weights * features + head.bias
    for (std::size_t i = 0; i < kImages; ++i) {
      for (std::size_t c = 0; c < 2; ++c) {
        double logit = static_cast<double>(exposed->head->bias[c]);
        for (std::size_t f = 0; f < 6; ++f) {
          logit += static_cast<double>(exposed->head->weights[c * 6 + f]) *
                   static_cast<double>(outputs.features[i * 6 + f]);
        }
        EXPECT_NEAR(logit, static_cast<double>(outputs.logits[i * 2 + c]), 1e-5);
      }
    }
  }
}

TEST(ExposeMap, LeavesANetworkThatHasThemAsItIs) {
  const auto network = test::make_network();
  const auto exposed = expose_map(network);
  ASSERT_TRUE(exposed);
  EXPECT_EQ(exposed->onnx, network);
  EXPECT_TRUE(exposed->head);
}

TEST(ExposeMap, FindsNoHeadWithoutPooling) {
  const auto network =
      test::make_network({.tail = test::Tail::FlattenGemm, .extra_outputs = false});
  const auto exposed = expose_map(network);
  ASSERT_TRUE(exposed);
  EXPECT_FALSE(exposed->head);
  EXPECT_EQ(exposed->onnx, network);
}

struct Foreign {
  const char* name;
  test::NetworkOptions network;
  AdaptOptions options;
};

class Adapt : public ::testing::TestWithParam<Foreign> {};

// The sigmoid of the adapted network's logit is the probability that the network gave, whatever it
// looks like.
TEST_P(Adapt, KeepsTheProbability) {
  const auto& [name, network, given] = GetParam();
  AdaptOptions options = given;
  options.height = options.width = 12;
  auto plain = network;
  plain.activation =
      network.classes == 1 || network.activation == "Sigmoid" ? "Sigmoid" : "Softmax";
  plain.extra_outputs = false;
  const auto adapted = adapt(test::make_network(network), options);
  ASSERT_TRUE(adapted) << adapted.error().message;
  const auto grey = random_images();
  const std::vector<float> ones(3, 1.0F);
  const std::vector<float> zeros(3, 0.0F);

  const auto outputs = run(*adapted, grey);
  const auto expected =
      run(test::make_network(plain),
          network.channels == 1 ? grey
                                : as_colour(grey, options.scale.empty() ? ones : options.scale,
                                            options.shift.empty() ? zeros : options.shift));

  ASSERT_EQ(outputs.logits.size(), kImages);
  const std::size_t column = network.classes == 1 ? 0 : options.positive_class;
  for (std::size_t i = 0; i < kImages; ++i) {
    const float probability = 1.0F / (1.0F + std::exp(-outputs.logits[i]));
    EXPECT_NEAR(probability, expected.logits[i * network.classes + column], 1e-5F);
  }
  const auto description = inspect(*adapted);
  ASSERT_TRUE(description);
  EXPECT_EQ(description->input, "image");
  EXPECT_EQ(description->channels, 1U);
  EXPECT_EQ(description->outputs.front().name, "logit");
}

test::NetworkOptions network(std::size_t channels, std::size_t classes, std::string activation) {
  test::NetworkOptions options;
  options.channels = channels;
  options.classes = classes;
  options.activation = std::move(activation);
  options.extra_outputs = false;
  options.input = "input.1";
  options.output = "output";
  return options;
}

AdaptOptions wanting(std::size_t positive, Scores scores = Scores::Auto) {
  AdaptOptions options;
  options.positive_class = positive;
  options.scores = scores;
  return options;
}

AdaptOptions scaled() {
  AdaptOptions options;
  options.scale = {0.5F, 1.5F, 2.0F};
  options.shift = {0.1F, -0.2F, 0.3F};
  return options;
}

test::NetworkOptions with_tail(test::NetworkOptions options, test::Tail tail) {
  options.tail = tail;
  return options;
}

test::NetworkOptions named_like_ours(test::NetworkOptions options) {
  options.input = "map";
  options.output = "features";
  return options;
}

test::NetworkOptions one_at_a_time(test::NetworkOptions options) {
  options.free_batch = false;
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Adapt,
    ::testing::Values(
        Foreign{"OneLogit", network(1, 1, ""), wanting(1)},
        Foreign{"OneSigmoid", network(1, 1, "Sigmoid"), wanting(1)},
        Foreign{"TwoLogits", network(1, 2, ""), wanting(1)},
        Foreign{"SoftmaxOfTwo", network(1, 2, "Softmax"), wanting(1)},
        Foreign{"SoftmaxFirstColumn", network(1, 2, "Softmax"), wanting(0)},
        Foreign{"LogSoftmaxOfTwo", network(1, 2, "LogSoftmax"), wanting(1)},
        Foreign{"SoftmaxOfFour", network(1, 4, "Softmax"), wanting(2)},
        Foreign{"SigmoidsOfFour", network(1, 4, "Sigmoid"), wanting(3)},
        Foreign{"LogitsOfFour", network(1, 4, ""), wanting(2, Scores::Logits)},
        Foreign{"Colour", network(3, 2, "Softmax"), wanting(1)},
        Foreign{"ColourScaled", network(3, 1, "Sigmoid"), scaled()},
        Foreign{"WithoutPooling", with_tail(network(3, 2, "Softmax"), test::Tail::FlattenGemm),
                wanting(1)},
        Foreign{"MatMulAndAdd", with_tail(network(1, 2, "Softmax"), test::Tail::MeanMatMulAdd),
                wanting(0)},
        Foreign{"NamedLikeOurOwnParts", named_like_ours(network(3, 2, "Softmax")), wanting(1)},
        Foreign{"OneImageAtATime", one_at_a_time(network(1, 2, "Softmax")), wanting(1)}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(AdaptHead, IsFoldedSoThatMapsWork) {
  AdaptOptions options{.height = 12, .width = 12};
  const auto adapted = adapt(test::make_network(network(3, 2, "Softmax")), options);
  ASSERT_TRUE(adapted);
  const auto exposed = expose_map(*adapted);
  ASSERT_TRUE(exposed);
  ASSERT_TRUE(exposed->head);
  EXPECT_EQ(exposed->head->classes, 1U);
  EXPECT_EQ(exposed->onnx, *adapted);
}

struct Refused {
  const char* name;
  test::NetworkOptions network;
  AdaptOptions options;
  const char* message;
};

class AdaptRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(AdaptRefuses, SayingWhy) {
  const auto adapted = adapt(test::make_network(GetParam().network), GetParam().options);
  ASSERT_FALSE(adapted);
  EXPECT_THAT(adapted.error().message, HasSubstr(GetParam().message));
}

AdaptOptions of_size(AdaptOptions options, std::size_t side) {
  options.height = options.width = side;
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Networks, AdaptRefuses,
    ::testing::Values(
        Refused{"AnotherSize", network(1, 1, ""), of_size({}, 28), "12 x 12"},
        Refused{"NoSuchColumn", network(1, 2, ""), of_size(wanting(2), 12), "no column 2"},
        Refused{"ColumnsWithoutMeaning", network(1, 4, ""), of_size(wanting(1), 12),
                "does not say what they are"},
        Refused{"LogitsThatAreNone", network(1, 2, "Softmax"),
                of_size(wanting(1, Scores::Logits), 12), "said to be logits"},
        Refused{"SoftmaxOfOne", network(1, 1, "Softmax"), of_size(wanting(0), 12),
                "always gives 1"},
        Refused{"ScaleOfOtherChannels", network(1, 1, ""), of_size(scaled(), 12), "one value"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(RandomiseWeights, KeepsTheShapeAndChangesTheScores) {
  const auto before = test::make_network();
  const auto after = randomise_weights(before, 3);
  ASSERT_TRUE(after);
  const auto images = random_images();
  const auto outputs = run(*after, images);
  EXPECT_EQ(outputs.map.size(), run(before, images).map.size());
  EXPECT_NE(outputs.logits, run(before, images).logits);
  EXPECT_EQ(*after, *randomise_weights(before, 3));
  EXPECT_NE(*after, *randomise_weights(before, 4));
}

}  // namespace
}  // namespace osler::infer::onnx
