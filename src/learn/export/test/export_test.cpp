#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "learn/export/internal/onnx_model.h"
#include "learn/network/internal/network.h"

namespace osler::learn::to_onnx {
namespace {

using network::Architecture;
using network::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  return model;
}

std::map<std::string, int> operator_counts(const onnx::ModelProto& model) {
  std::map<std::string, int> counts;
  for (const auto& node : model.graph().node()) {
    ++counts[node.op_type()];
  }
  return counts;
}

std::vector<std::string> shape(const onnx::ValueInfoProto& value) {
  std::vector<std::string> sizes;
  for (const auto& size : value.type().tensor_type().shape().dim()) {
    sizes.push_back(size.has_dim_param() ? size.dim_param() : std::to_string(size.dim_value()));
  }
  return sizes;
}

TEST(Export, WritesOneImageInputAndThreeOutputs) {
  const auto network = network::create({.side = 28}, 1);
  ASSERT_TRUE(network);
  const auto bytes = model_bytes(**network, 28, 28);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto model = parsed(*bytes);
  const auto& graph = model.graph();
  ASSERT_EQ(graph.input_size(), 1);
  EXPECT_EQ(graph.input(0).name(), "image");
  EXPECT_THAT(shape(graph.input(0)), ElementsAre("N", "1", "28", "28"));
  ASSERT_EQ(graph.output_size(), 3);
  EXPECT_EQ(graph.output(0).name(), "logit");
  EXPECT_THAT(shape(graph.output(0)), ElementsAre("N", "1"));
  EXPECT_EQ(graph.output(1).name(), "features");
  EXPECT_THAT(shape(graph.output(1)), ElementsAre("N", "128"));
  EXPECT_EQ(graph.output(2).name(), "map");
  EXPECT_THAT(shape(graph.output(2)), ElementsAre("N", "128", "4", "4"));
  EXPECT_EQ(model.opset_import(0).version(), 13);
}

TEST(Export, LeavesNoBatchNormBehind) {
  for (const auto kind : {Kind::SmallResidual, Kind::ResNet18}) {
    const auto network = network::create({.kind = kind, .side = 64}, 1);
    ASSERT_TRUE(network);
    const auto bytes = model_bytes(**network, 64, 64);
    ASSERT_TRUE(bytes) << bytes.error().message;
    auto counts = operator_counts(parsed(*bytes));
    EXPECT_EQ(counts.count("BatchNormalization"), 0U);
    // Stem, three stages of three; the stem, eight blocks of two and three that shrink.
    EXPECT_EQ(counts["Conv"], kind == Kind::SmallResidual ? 10 : 20);
    EXPECT_EQ(counts["Add"], kind == Kind::SmallResidual ? 3 : 8);
    EXPECT_EQ(counts["Gemm"], 1);
  }
}

TEST(Export, WritesSqueezeNetWithItsConcatenations) {
  const auto network = network::create({.kind = Kind::SqueezeNet11, .side = 64}, 1);
  ASSERT_TRUE(network);
  const auto bytes = model_bytes(**network, 64, 96);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto model = parsed(*bytes);
  auto counts = operator_counts(model);
  EXPECT_EQ(counts["Conv"], 25);
  EXPECT_EQ(counts["Concat"], 8);
  EXPECT_EQ(counts["MaxPool"], 3);
  EXPECT_THAT(shape(model.graph().input(0)), ElementsAre("N", "1", "64", "96"));
}

TEST(Export, NamesWeightsAsTheNetworkDoes) {
  const auto network = network::create({.kind = Kind::ResNet18, .side = 64}, 1);
  ASSERT_TRUE(network);
  const auto bytes = model_bytes(**network, 64, 64);
  ASSERT_TRUE(bytes);
  const auto model = parsed(*bytes);
  std::vector<std::string> names;
  for (const auto& array : model.graph().initializer()) {
    names.push_back(array.name());
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"conv1.weight", "conv1.bias",
                                              "layer4.0.downsample.0.weight", "head.weight"}));
}

TEST(Export, GivesTheSameBytesForTheSameNetwork) {
  const auto bytes = [](std::uint64_t seed) {
    const auto network = network::create({.widths = {8, 16}, .side = 28}, seed);
    EXPECT_TRUE(network);
    const auto written = model_bytes(**network, 28, 28);
    EXPECT_TRUE(written);
    return *written;
  };
  EXPECT_EQ(bytes(4), bytes(4));
  EXPECT_NE(bytes(4), bytes(5));
}

// A norm of weight 2, bias 3, mean 5 and variance 4 - 1e-5 makes conv(x) + 0 into
// (conv(x) - 5) * 2 / 2 + 3 = conv(x) - 2: the weight stays, the bias is -2.
TEST(Export, FoldsANormAsTheHandDoes) {
  const auto network = network::create({.widths = {4}, .side = 28}, 1);
  ASSERT_TRUE(network);
  at::Tensor weight;
  for (const auto& variable : (*network)->variables()) {
    if (variable.name == "stem.weight") {
      weight = variable.value;
    } else if (variable.name == "stem_bn.weight") {
      variable.value.fill_(2.0);
    } else if (variable.name == "stem_bn.bias") {
      variable.value.fill_(3.0);
    } else if (variable.name == "stem_bn.running_mean") {
      variable.value.fill_(5.0);
    } else if (variable.name == "stem_bn.running_var") {
      variable.value.fill_(4.0 - 1e-5);
    }
  }
  const auto bytes = model_bytes(**network, 28, 28);
  ASSERT_TRUE(bytes);
  const auto model = parsed(*bytes);
  for (const auto& array : model.graph().initializer()) {
    const auto* values = reinterpret_cast<const float*>(array.raw_data().data());
    if (array.name() == "stem.weight") {
      EXPECT_NEAR(values[5], weight.flatten()[5].item<double>(), 1e-6);
    } else if (array.name() == "stem.bias") {
      EXPECT_NEAR(values[0], -2.0, 1e-5);
    }
  }
}

// A network that a study cannot name, to see what export makes of operators it does not know.
class Unusual final : public network::Network {
 public:
  explicit Unusual(at::Tensor (*change)(const at::Tensor&)) : Network(0.0), change_(change) {
    network::Builder builder(1);
    conv_ = builder.conv("conv", {.in = 1, .out = 3, .kernel = 3, .padding = 1});
    finish(std::move(builder), 3);
  }
  at::Tensor backbone(const at::Tensor& images, const network::Pass& /*pass*/) const override {
    return change_(conv_(images));
  }

 private:
  at::Tensor (*change_)(const at::Tensor&);
  network::Conv conv_;
};

TEST(Export, RefusesAnUnknownOperatorByName) {
  const Unusual network([](const at::Tensor& x) { return at::tanh(x); });
  const auto bytes = model_bytes(network, 28, 28);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::NotSupported);
  EXPECT_THAT(bytes.error().message, HasSubstr("aten::tanh"));
}

// Made before the trace starts, or it would be traced too.
const at::Tensor& three_ones() {
  static const auto ones = at::ones({3});
  return ones;
}

TEST(Export, RefusesANormInTrainingMode) {
  static_cast<void>(three_ones());
  const Unusual network([](const at::Tensor& x) {
    const auto& ones = three_ones();
    return at::batch_norm(x, ones, ones, ones, ones, true, 0.1, 1e-5, false);
  });
  const auto bytes = model_bytes(network, 28, 28);
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().message, HasSubstr("training mode"));
}

TEST(Export, RefusesANetworkThatTakesGradients) {
  const auto network = network::create({.side = 28}, 1);
  ASSERT_TRUE(network);
  (*network)->variables().front().value.set_requires_grad(true);
  const auto bytes = model_bytes(**network, 28, 28);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::Internal);
}

}  // namespace
}  // namespace osler::learn::to_onnx
