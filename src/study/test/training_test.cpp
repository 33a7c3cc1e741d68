#include "study/training.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osler::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<TrainingSpec> read(const std::string& text) {
  return training_from_json(Json::parse(text));
}

TEST(Training, IsTheDefaultWhereNothingIsSaid) {
  const auto spec = read("{}");
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(*spec, TrainingSpec{});
}

TEST(Training, ComesBackFromItsJson) {
  TrainingSpec spec;
  spec.network = {Network::ResNet18, {16, 32, 64, 128}, false, 0.25};
  spec.weights = {"${DATA}/weights.npz", Transfer::Staged};
  spec.loss = {Loss::Focal, 1.5, 3.0, 0.1};
  spec.sampling = Sampling::Balanced;
  spec.optimiser = {.learning_rate = 0.01,
                    .weight_decay = 0.0,
                    .batch = 8,
                    .epochs = 3,
                    .warmup_epochs = 0.5,
                    .patience = 2,
                    .ema = 0.9};
  spec.augmentation.flip = true;
  const auto back = training_from_json(to_json(spec));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, spec);
  const auto plain = training_from_json(to_json(TrainingSpec{}));
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(*plain, TrainingSpec{});
}

TEST(Training, ReadsWidths) {
  const auto spec = read(R"({"network": {"widths": [8, 16]}})");
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_THAT(spec->network.widths, ElementsAre(8, 16));
}

struct Wrong {
  const char* name;
  const char* text;
  const char* where;
  const char* message;
};

class TrainingRejects : public ::testing::TestWithParam<Wrong> {};

TEST_P(TrainingRejects, SayingWhatAndWhere) {
  const auto& row = GetParam();
  const auto spec = read(row.text);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(spec.error().where, row.where);
  EXPECT_THAT(spec.error().message, HasSubstr(row.message));
  EXPECT_FALSE(spec.error().advice.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, TrainingRejects,
    ::testing::Values(Wrong{"Misspelt", R"({"optimizer": {}})", "training.optimizer", "optimizer"},
                      Wrong{"MisspeltInside", R"({"optimiser": {"batchsize": 3}})",
                            "training.optimiser.batchsize", "no key"},
                      Wrong{"UnknownNetwork", R"({"network": {"kind": "resnet50"}})",
                            "training.network.kind", "resnet50"},
                      Wrong{"WidthsOfResNet", R"({"network": {"kind": "resnet18", "widths": [8]}})",
                            "training.network.widths", "small_residual"},
                      Wrong{"HalfAWidth", R"({"network": {"widths": [8.5]}})",
                            "training.network.widths", "whole"},
                      Wrong{"ModeWithoutWeights", R"({"weights": {"mode": "frozen"}})",
                            "training.weights.mode", "no weights"},
                      Wrong{"WeightsWithoutMode", R"({"weights": {"path": "a.npz"}})",
                            "training.weights.path", "not be used"},
                      Wrong{"GammaWithoutFocal", R"({"loss": {"gamma": 2}})", "training.loss.gamma",
                            "focal"},
                      Wrong{"WeightInWords", R"({"loss": {"positive_weight": "heavy"}})",
                            "training.loss.positive_weight", "neither"},
                      Wrong{"NoBatch", R"({"optimiser": {"batch": 1}})", "training.optimiser.batch",
                            "out of range"},
                      Wrong{"FlipInWords", R"({"augmentation": {"flip": "sometimes"}})",
                            "training.augmentation.flip", "sometimes"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace osler::study
