#include "infer/onnx/inspect.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/support/networks.h"

namespace osler::infer::onnx {
namespace {

using ::testing::HasSubstr;

Bytes changed(const std::function<void(::onnx::ModelProto&)>& change) {
  const auto bytes = test::make_network();
  ::onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  change(model);
  const auto text = model.SerializeAsString();
  const auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

TEST(Inspect, DescribesANetwork) {
  const auto found = inspect(test::make_network({.channels = 3, .classes = 2}));

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->opset, 13);
  EXPECT_EQ(found->input, "image");
  EXPECT_EQ(found->channels, 3U);
  EXPECT_EQ(found->height, 12U);
  EXPECT_EQ(found->batch, std::nullopt);
  EXPECT_EQ(found->classes, 2U);
  EXPECT_EQ(found->activation, Activation::None);
  EXPECT_TRUE(found->has_linear_head);
  // Weights and biases: 3 -> 5 -> 6 channels by 3 x 3, then 6 -> 2.
  EXPECT_EQ(found->parameters, 5U * 3 * 9 + 5 + 6 * 5 * 9 + 6 + 2 * 6 + 2);
  EXPECT_EQ(found->operators.at("Conv"), 2U);
}

TEST(Inspect, SeesTheLastOperator) {
  EXPECT_EQ(inspect(test::make_network({.activation = "Sigmoid"}))->activation,
            Activation::Sigmoid);
  EXPECT_EQ(inspect(test::make_network({.classes = 2, .activation = "Softmax"}))->activation,
            Activation::Softmax);
  EXPECT_EQ(inspect(test::make_network({.classes = 2, .activation = "LogSoftmax"}))->activation,
            Activation::LogSoftmax);
}

TEST(Inspect, FindsTheLinearHeadWhereThereIsOne) {
  EXPECT_TRUE(inspect(test::make_network({.tail = test::Tail::MeanMatMulAdd}))->has_linear_head);
  EXPECT_FALSE(inspect(test::make_network({.tail = test::Tail::FlattenGemm}))->has_linear_head);
}

struct Hostile {
  const char* name;
  std::function<void(::onnx::ModelProto&)> change;
  ErrorCode code;
  const char* message;
};

class InspectRefuses : public ::testing::TestWithParam<Hostile> {};

TEST_P(InspectRefuses, SayingWhy) {
  const auto& hostile = GetParam();

  const auto found = inspect(changed(hostile.change));

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, hostile.code);
  EXPECT_THAT(found.error().message, HasSubstr(hostile.message));
}

::onnx::TensorProto& weight(::onnx::ModelProto& model) {
  return *model.mutable_graph()->mutable_initializer(0);
}

::onnx::TypeProto::Tensor& input(::onnx::ModelProto& model) {
  return *model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
}

INSTANTIATE_TEST_SUITE_P(
    Networks, InspectRefuses,
    ::testing::Values(
        Hostile{"AnOperatorOutsideTheList",
                [](auto& m) { m.mutable_graph()->mutable_node(1)->set_op_type("Loop"); },
                ErrorCode::NotSupported, "\"Loop\""},
        Hostile{"AnotherDomain",
                [](auto& m) { m.mutable_graph()->mutable_node(1)->set_domain("com.microsoft"); },
                ErrorCode::NotSupported, "com.microsoft.Relu"},
        Hostile{"ASubgraph",
                [](auto& m) {
                  auto& attribute = *m.mutable_graph()->mutable_node(1)->add_attribute();
                  attribute.set_name("body");
                  attribute.mutable_g()->set_name("inner");
                },
                ErrorCode::NotSupported, "a subgraph"},
        Hostile{"AFunction", [](auto& m) { m.add_functions()->set_name("f"); },
                ErrorCode::NotSupported, "functions"},
        Hostile{"WeightsInAnotherFile",
                [](auto& m) { weight(m).set_data_location(::onnx::TensorProto::EXTERNAL); },
                ErrorCode::NotSupported, "another file"},
        Hostile{"APathToAnotherFile",
                [](auto& m) {
                  auto& entry = *weight(m).add_external_data();
                  entry.set_key("location");
                  entry.set_value("../../etc/passwd");
                },
                ErrorCode::NotSupported, "another file"},
        Hostile{"AShapeLargerThanItsData", [](auto& m) { weight(m).set_dims(0, 50'000); },
                ErrorCode::DataCorrupt, "states"},
        Hostile{"AShapeThatOverflows",
                [](auto& m) {
                  weight(m).set_dims(0, std::int64_t{1} << 62);
                  weight(m).set_dims(1, 8);
                },
                ErrorCode::DataCorrupt, "impossible"},
        Hostile{"ANegativeShape", [](auto& m) { weight(m).set_dims(0, -5); },
                ErrorCode::DataCorrupt, "impossible"},
        Hostile{"StringsForWeights",
                [](auto& m) { weight(m).set_data_type(::onnx::TensorProto::STRING); },
                ErrorCode::NotSupported, "element type"},
        Hostile{"TwoTensorsOfOneName", [](auto& m) { weight(m).set_name("conv1.weight"); },
                ErrorCode::DataCorrupt, "same name"},
        Hostile{"AValueThatNothingMakes",
                [](auto& m) { m.mutable_graph()->mutable_node(1)->set_output(0, "else"); },
                ErrorCode::DataCorrupt, "nothing before it makes"},
        Hostile{"ALoop", [](auto& m) { m.mutable_graph()->mutable_node(0)->set_input(0, "map"); },
                ErrorCode::DataCorrupt, "nothing before it makes"},
        Hostile{"AValueMadeTwice",
                [](auto& m) { m.mutable_graph()->mutable_node(2)->set_output(0, "conv0"); },
                ErrorCode::DataCorrupt, "made twice"},
        Hostile{"AHugePad",
                [](auto& m) {
                  m.mutable_graph()->mutable_node(0)->mutable_attribute(1)->set_ints(0, 1 << 20);
                },
                ErrorCode::NotSupported, "pads of 1048576"},
        Hostile{"TwoInputs", [](auto& m) { *m.mutable_graph()->add_input() = m.graph().input(0); },
                ErrorCode::NotSupported, "2 inputs"},
        Hostile{"FourChannels",
                [](auto& m) { input(m).mutable_shape()->mutable_dim(1)->set_dim_value(4); },
                ErrorCode::NotSupported, "neither 1 nor 3 channels"},
        Hostile{"AHugeImage",
                [](auto& m) { input(m).mutable_shape()->mutable_dim(2)->set_dim_value(1 << 20); },
                ErrorCode::NotSupported, "pixels a side"},
        Hostile{"WholeNumbersIn",
                [](auto& m) { input(m).set_elem_type(::onnx::TensorProto::INT32); },
                ErrorCode::NotSupported, "not a float image"},
        Hostile{"NoOutput", [](auto& m) { m.mutable_graph()->clear_output(); },
                ErrorCode::NotSupported, "no output"},
        Hostile{"AMapForScores",
                [](auto& m) { m.mutable_graph()->mutable_output()->SwapElements(0, 2); },
                ErrorCode::NotSupported, "not scores"},
        Hostile{"AnOldOpset", [](auto& m) { m.mutable_opset_import(0)->set_version(3); },
                ErrorCode::NotSupported, "opset 3"},
        Hostile{"NoNodes", [](auto& m) { m.mutable_graph()->clear_node(); }, ErrorCode::DataCorrupt,
                "not an ONNX network"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Inspect, RefusesOtherBytes) {
  EXPECT_FALSE(inspect({}));
  EXPECT_FALSE(inspect(as_bytes("GIF89a, not a network")));
  const auto bytes = test::make_network();
  EXPECT_FALSE(inspect(BytesView(bytes).first(bytes.size() / 2)));
  EXPECT_EQ(inspect(bytes, {.bytes = 100}).error().code, ErrorCode::NotSupported);
  EXPECT_EQ(inspect(bytes, {.nodes = 2}).error().code, ErrorCode::NotSupported);
}

}  // namespace
}  // namespace osler::infer::onnx
