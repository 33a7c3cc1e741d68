#include "learn/network/internal/network.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace osler::learn::network {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* name;
  Architecture architecture;
  std::vector<std::int64_t> map;  // [F, h, w]
  std::int64_t parameters;
};

std::int64_t parameter_count(const Network& network) {
  std::int64_t count = 0;
  for (const auto& variable : network.variables()) {
    count += variable.role == Role::Statistic ? 0 : variable.value.numel();
  }
  return count;
}

class EveryNetwork : public ::testing::TestWithParam<Case> {};

TEST_P(EveryNetwork, GivesALogitItsFeaturesAndItsMap) {
  const auto& [name, architecture, map, parameters] = GetParam();
  const auto network = create(architecture, 1);
  ASSERT_TRUE(network) << network.error().message;
  const at::NoGradGuard no_gradients;
  const auto side = architecture.side;
  const auto outputs = (*network)->forward(at::randn({2, 1, side, side}), {});
  EXPECT_EQ(outputs.logit.sizes(), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(outputs.features.sizes(), (std::vector<std::int64_t>{2, map[0]}));
  EXPECT_EQ(outputs.map.sizes(), (std::vector<std::int64_t>{2, map[0], map[1], map[2]}));
  EXPECT_TRUE(at::allclose(outputs.features, outputs.map.mean({2, 3}), 1e-5, 1e-6));
  EXPECT_EQ(parameter_count(**network), parameters);
}

TEST_P(EveryNetwork, HasTheWeightsOfItsSeed) {
  const auto& architecture = GetParam().architecture;
  const auto one = create(architecture, 7);
  const auto same = create(architecture, 7);
  const auto other = create(architecture, 8);
  ASSERT_TRUE(one && same && other);
  const auto& weight = (*one)->variables().front().value;
  EXPECT_TRUE(at::equal(weight, (*same)->variables().front().value));
  EXPECT_FALSE(at::equal(weight, (*other)->variables().front().value));
}

// ResNet-18 has 11,689,512 parameters with three channels and 1,000 classes; less 513,000 - 513 of
// the head and 2 * 64 * 49 of the stem are 11,170,753. SqueezeNet 1.1's features have 722,496; less
// 2 * 64 * 9, with a head of 513, are 721,857. The small one at 28 pixels: stem 176, stages
// 14,528, 57,728 and 230,144, head 129; a 5 x 5 stem adds 16 * 16. Deep:
// stem 88, blocks 3,680 and 4,672, head 17.
INSTANTIATE_TEST_SUITE_P(
    Networks, EveryNetwork,
    ::testing::Values(
        Case{"Small28", {.side = 28}, {128, 4, 4}, 302'705},
        Case{"Small128", {.widths = {8, 16}, .side = 128}, {16, 32, 32}, 3'913},
        Case{"Pooled28", {.widths = {8, 16}, .max_pool = true, .side = 28}, {16, 14, 14}, 3'785},
        Case{"Deep28", {.widths = {8, 16, 16}, .side = 28}, {16, 14, 14}, 8'457},
        Case{"Small224", {.side = 224}, {128, 7, 7}, 302'961},
        Case{"ResNet28", {.kind = Kind::ResNet18, .side = 28}, {512, 4, 4}, 11'168'193},
        Case{"ResNet224", {.kind = Kind::ResNet18, .side = 224}, {512, 7, 7}, 11'170'753},
        Case{"Squeeze224", {.kind = Kind::SqueezeNet11, .side = 224}, {512, 13, 13}, 721'857}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Network, HasAGradientForEveryParameter) {
  for (const Kind kind : {Kind::SmallResidual, Kind::ResNet18, Kind::SqueezeNet11}) {
    const auto network = create({.kind = kind, .dropout = 0.2, .side = 64}, 3);
    ASSERT_TRUE(network);
    for (const auto& variable : (*network)->variables()) {
      if (variable.role != Role::Statistic) {
        variable.value.set_requires_grad(true);
      }
    }
    const Pass pass{.training = true, .generator = at::make_generator<at::CPUGeneratorImpl>(5)};
    (*network)->forward(at::randn({4, 1, 64, 64}), pass).logit.square().sum().backward();
    for (const auto& variable : (*network)->variables()) {
      if (variable.role != Role::Statistic) {
        ASSERT_TRUE(variable.value.grad().defined()) << variable.name;
        EXPECT_TRUE(at::isfinite(variable.value.grad()).all().item<bool>()) << variable.name;
      }
    }
  }
}

TEST(Network, ScoresAnImageTheSameAloneAndInABatch) {
  const auto network = create({.side = 28}, 3);
  ASSERT_TRUE(network);
  const at::NoGradGuard no_gradients;
  const auto images = at::randn({5, 1, 28, 28});
  const auto together = (*network)->forward(images, {}).logit;
  const auto alone = (*network)->forward(images.narrow(0, 3, 1), {}).logit;
  EXPECT_NEAR(together[3].item<double>(), alone.item<double>(), 1e-5);
}

TEST(Dropout, ComesFromItsGeneratorAndKeepsTheMean) {
  const auto ones = at::ones({20'000});
  const auto draw = [&] {
    return dropout(ones, 0.25,
                   {.training = true, .generator = at::make_generator<at::CPUGeneratorImpl>(11)});
  };
  EXPECT_TRUE(at::equal(draw(), draw()));
  EXPECT_NEAR(draw().mean().item<double>(), 1.0, 0.02);
  EXPECT_TRUE(at::equal(dropout(ones, 0.25, {}), ones));
}

struct Refusal {
  const char* name;
  Architecture architecture;
  const char* message;
};

class NetworkRefuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(NetworkRefuses, SayingWhy) {
  const auto network = create(GetParam().architecture, 1);
  ASSERT_FALSE(network);
  EXPECT_EQ(network.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(network.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, NetworkRefuses,
    ::testing::Values(Refusal{"NoStage", {.widths = {}}, "1 to 8 numbers"},
                      Refusal{"NoChannel", {.widths = {16, 0}}, "outside 1 to 2048"},
                      Refusal{"AllDropped", {.dropout = 1.0}, "dropout"},
                      Refusal{"TooSmall", {.side = 8}, "too small"},
                      Refusal{"SqueezeAt28", {.kind = Kind::SqueezeNet11}, "too small"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::learn::network
