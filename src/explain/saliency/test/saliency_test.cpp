#include "explain/saliency/saliency.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"

namespace osler::explain::saliency {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

// Two channels of 2 x 2, weights 2 and -1.
//
//   A_1 = [1 0; 0 3], mean 1;  A_2 = [0 4; 4 0], mean 2
//
// By hand: S = 2 * 1 - 1 * 2 = 0. g_1 = 2/4, g_2 = -1/4.
//   class activation: relu(2 A_1 - A_2) = relu [2 -4; -4 6] = [2 0; 0 6], over the peak [1/3 0; 0
//   1] Grad-CAM++: a_1 = g^2 / (2 g^2 + g^3 sum A_1) = .25 / (.5 + .125 * 4) = 1/4 = 1 / (2 + 2 *
//   1)
//     c_1 = 4 places * 1/4 * relu(2/4) = 1/2 (relu(w_1) a_1 = 2/4), c_2 = 0 as g_2 < 0
//     relu(A_1 / 2) = [.5 0; 0 1.5], over the peak [1/3 0; 0 1]
constexpr float kMap[] = {1, 0, 0, 3, 0, 4, 4, 0};

HeatMap of(std::span<const float> map, std::span<const float> weights, Method method) {
  const auto found = heat_map({weights.size(), 2, 2, map, weights}, {method, 2, 2});
  EXPECT_TRUE(found);
  return *found;
}

TEST(HeatMap, AgreesWithAHandWorkedExample) {
  const std::vector<float> weights{2.0F, -1.0F};
  for (const auto method : {Method::ClassActivation, Method::GradCam, Method::GradCamPlusPlus}) {
    EXPECT_THAT(of(kMap, weights, method).values,
                ElementsAre(FloatNear(1.0F / 3.0F, 1e-6F), 0.0F, 0.0F, 1.0F));
  }
}

// With two positive weights the methods differ. w = (2, 6): a_1 = 1 / (2 + 2 * 1) = 1/4,
// a_2 = 1 / (2 + 6 * 2) = 1/14; c_1 = 2/4 = 1/2, c_2 = 6/14 = 3/7.
//   Grad-CAM++: [1/2 12/7; 12/7 3/2], over the peak 12/7: [7/24 1; 1 7/8]
//   Grad-CAM: [2 24; 24 6], over the peak: [1/12 1; 1 1/4]
TEST(HeatMap, GradCamPlusPlusLiftsWeakChannels) {
  const std::vector<float> weights{2.0F, 6.0F};
  EXPECT_THAT(of(kMap, weights, Method::GradCamPlusPlus).values,
              ElementsAre(FloatNear(7.0F / 24.0F, 1e-6F), 1.0F, 1.0F, FloatNear(0.875F, 1e-6F)));
  EXPECT_THAT(of(kMap, weights, Method::GradCam).values,
              ElementsAre(FloatNear(1.0F / 12.0F, 1e-6F), 1.0F, 1.0F, 0.25F));
}

// A network of one linear layer over pooled features, to take its derivatives by differences.
struct Random {
  static constexpr std::size_t kFeatures = 4;
  static constexpr std::size_t kPlaces = 9;
  std::vector<float> map = std::vector<float>(kFeatures * kPlaces);
  std::vector<float> weights = std::vector<float>(kFeatures);

  Random() {
    Rng rng(5);
    std::ranges::generate(map, [&] { return static_cast<float>(std::max(rng.normal(), 0.0)); });
    std::ranges::generate(weights, [&] { return static_cast<float>(rng.normal()); });
  }
  // S with one value of the map moved by `step`.
  [[nodiscard]] double score(std::size_t moved, double step) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < map.size(); ++i) {
      sum += static_cast<double>(weights[i / kPlaces]) *
             (static_cast<double>(map[i]) + (i == moved ? step : 0.0)) / kPlaces;
    }
    return sum;
  }
};

// The closed form against the paper's definition for Y = exp(S).
TEST(HeatMap, AgreesWithThePapersDefinitionByNumericalDerivatives) {
  const Random net;
  std::vector<double> expected(Random::kPlaces, 0.0);
  for (std::size_t k = 0; k < Random::kFeatures; ++k) {
    const std::size_t first = k * Random::kPlaces;
    double sum = 0.0;
    for (std::size_t p = 0; p < Random::kPlaces; ++p) {
      sum += static_cast<double>(net.map[first + p]);
    }
    double weight = 0.0;
    for (std::size_t p = 0; p < Random::kPlaces; ++p) {
      const double g = (net.score(first + p, 1e-3) - net.score(first + p, -1e-3)) / 2e-3;
      const double y = std::exp(net.score(first + p, 0.0));
      weight += y * g * g / (2.0 * y * g * g + sum * y * g * g * g) * std::max(y * g, 0.0);
    }
    for (std::size_t p = 0; p < Random::kPlaces; ++p) {
      expected[p] += weight * static_cast<double>(net.map[first + p]);
    }
  }
  const double peak = *std::ranges::max_element(expected);

  const auto found =
      heat_map({Random::kFeatures, 3, 3, net.map, net.weights}, {Method::GradCamPlusPlus, 3, 3});

  ASSERT_TRUE(found);
  for (std::size_t p = 0; p < Random::kPlaces; ++p) {
    EXPECT_NEAR(static_cast<double>(found->values[p]), std::max(expected[p], 0.0) / peak, 1e-5);
  }
}

// 2 -> 4 pixels: centres at 0.25 and 0.75 between the coarse ones, the edges held.
TEST(HeatMap, IsMadeLargerBilinearly) {
  const std::vector<float> map{0.0F, 1.0F};
  const std::vector<float> weights{1.0F};
  const auto found = heat_map({1, 1, 2, map, weights}, {Method::ClassActivation, 1, 4});
  ASSERT_TRUE(found);
  EXPECT_THAT(found->values, ElementsAre(0.0F, 0.25F, 0.75F, 1.0F));
}

TEST(HeatMap, IsEmptyWhereNothingSpeaksForTheFinding) {
  const std::vector<float> weights{-1.0F, -2.0F};
  EXPECT_THAT(of(kMap, weights, Method::GradCamPlusPlus).values, ::testing::Each(0.0F));
}

TEST(HeatMap, DoesNotChangeWithTheOrderOfChannels) {
  const std::vector<float> turned{0, 4, 4, 0, 1, 0, 0, 3};
  const std::vector<float> weights{2.0F, 6.0F};
  const std::vector<float> weights_turned{6.0F, 2.0F};
  EXPECT_EQ(of(kMap, weights, Method::GradCamPlusPlus).values,
            of(turned, weights_turned, Method::GradCamPlusPlus).values);
}

TEST(HeatMap, RefusesSizesThatDoNotFit) {
  const std::vector<float> one{1.0F};
  const std::vector<float> bad{std::numeric_limits<float>::infinity()};
  EXPECT_FALSE(heat_map({2, 2, 2, kMap, one}, {.height = 2, .width = 2}));
  EXPECT_FALSE(heat_map({1, 2, 2, kMap, one}, {.height = 2, .width = 2}));
  EXPECT_FALSE(heat_map({1, 1, 1, one, one}, {.height = 0, .width = 2}));
  EXPECT_FALSE(heat_map({0, 1, 1, {}, {}}, {.height = 2, .width = 2}));
  EXPECT_FALSE(heat_map({1, 1, 1, bad, one}, {.height = 2, .width = 2}));
}

}  // namespace
}  // namespace osler::explain::saliency
