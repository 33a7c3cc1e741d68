#include "tests/support/networks.h"

#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "base/rng.h"

namespace osler::test {
namespace {

using Names = std::initializer_list<std::string>;

class Builder {
 public:
  explicit Builder(const NetworkOptions& options) : options_(options), rng_(options.seed) {
    model_.set_ir_version(7);
    model_.set_producer_name("osler tests");
    model_.add_opset_import()->set_version(13);
    model_.mutable_graph()->set_name("network");
  }

  ::onnx::NodeProto& node(const std::string& op, Names inputs, Names outputs) {
    auto& added = *graph().add_node();
    added.set_op_type(op);
    for (const auto& name : inputs) {
      added.add_input(name);
    }
    for (const auto& name : outputs) {
      added.add_output(name);
    }
    return added;
  }

  static void ints(::onnx::NodeProto& to, const std::string& name,
                   std::initializer_list<std::int64_t> values) {
    auto& attribute = *to.add_attribute();
    attribute.set_name(name);
    attribute.set_type(::onnx::AttributeProto::INTS);
    for (const auto value : values) {
      attribute.add_ints(value);
    }
  }

  static void integer(::onnx::NodeProto& to, const std::string& name, std::int64_t value) {
    auto& attribute = *to.add_attribute();
    attribute.set_name(name);
    attribute.set_type(::onnx::AttributeProto::INT);
    attribute.set_i(value);
  }

  // Random, of deviation sqrt(2 / inputs of one output).
  void weights(const std::string& name, const std::vector<std::size_t>& shape, std::size_t inputs) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(::onnx::TensorProto::FLOAT);
    std::size_t count = 1;
    for (const auto size : shape) {
      tensor.add_dims(static_cast<std::int64_t>(size));
      count *= size;
    }
    const double deviation = std::sqrt(2.0 / static_cast<double>(inputs));
    for (std::size_t i = 0; i < count; ++i) {
      tensor.add_float_data(static_cast<float>(rng_.normal(0.0, deviation)));
    }
  }

  // -1 is the free number of images.
  static void value(::onnx::ValueInfoProto& info, const std::string& name,
                    std::initializer_list<std::int64_t> shape) {
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(::onnx::TensorProto::FLOAT);
    for (const auto size : shape) {
      auto& dimension = *type.mutable_shape()->add_dim();
      if (size < 0) {
        dimension.set_dim_param("N");
      } else {
        dimension.set_dim_value(size);
      }
    }
  }

  ::onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  [[nodiscard]] Bytes bytes() const {
    const std::string text = model_.SerializeAsString();
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
  }

 private:
  const NetworkOptions& options_;
  Rng rng_;
  ::onnx::ModelProto model_;
};

void add_body(Builder& builder, const NetworkOptions& options) {
  const std::size_t hidden = 5;
  builder.weights("conv0.weight", {hidden, options.channels, 3, 3}, 9 * options.channels);
  builder.weights("conv0.bias", {hidden}, 8);
  builder.weights("conv1.weight", {options.features, hidden, 3, 3}, 9 * hidden);
  builder.weights("conv1.bias", {options.features}, 8);
  auto& first = builder.node("Conv", {options.input, "conv0.weight", "conv0.bias"}, {"conv0"});
  Builder::ints(first, "kernel_shape", {3, 3});
  Builder::ints(first, "pads", {1, 1, 1, 1});
  Builder::ints(first, "strides", {2, 2});
  builder.node("Relu", {"conv0"}, {"relu0"});
  auto& second = builder.node("Conv", {"relu0", "conv1.weight", "conv1.bias"}, {"conv1"});
  Builder::ints(second, "kernel_shape", {3, 3});
  Builder::ints(second, "pads", {1, 1, 1, 1});
  builder.node("Relu", {"conv1"}, {options.extra_outputs ? "map" : "relu1"});
}

void add_tail(Builder& builder, const NetworkOptions& options, const std::string& scores) {
  const std::string map = options.extra_outputs ? "map" : "relu1";
  const std::string pooled = options.extra_outputs ? "features" : "pooled";
  const std::size_t places = ((options.height + 1) / 2) * ((options.width + 1) / 2);
  const std::size_t inputs =
      options.tail == Tail::FlattenGemm ? options.features * places : options.features;
  builder.weights("head.bias", {options.classes}, 8);
  if (options.tail == Tail::MeanMatMulAdd) {
    builder.weights("head.weight", {inputs, options.classes}, inputs);
    auto& mean = builder.node("ReduceMean", {map}, {pooled});
    Builder::ints(mean, "axes", {-2, -1});
    Builder::integer(mean, "keepdims", 0);
    builder.node("MatMul", {pooled, "head.weight"}, {"product"});
    builder.node("Add", {"product", "head.bias"}, {scores});
    return;
  }
  builder.weights("head.weight", {options.classes, inputs}, inputs);
  std::string flat_from = map;
  if (options.tail == Tail::PoolFlattenGemm) {
    builder.node("GlobalAveragePool", {map}, {"pool"});
    flat_from = "pool";
  }
  builder.node("Flatten", {flat_from}, {pooled});
  Builder::integer(builder.node("Gemm", {pooled, "head.weight", "head.bias"}, {scores}), "transB",
                   1);
}

}  // namespace

Bytes make_network(const NetworkOptions& options) {
  Builder builder(options);
  const auto whole = [](std::size_t size) { return static_cast<std::int64_t>(size); };
  const std::int64_t batch = options.free_batch ? -1 : 1;
  Builder::value(*builder.graph().add_input(), options.input,
                 {batch, whole(options.channels), whole(options.height), whole(options.width)});
  Builder::value(*builder.graph().add_output(), options.output, {batch, whole(options.classes)});
  add_body(builder, options);
  const std::string scores = options.activation.empty() ? options.output : "scores";
  add_tail(builder, options, scores);
  if (!options.activation.empty()) {
    auto& last = builder.node(options.activation, {scores}, {options.output});
    if (options.activation != "Sigmoid") {
      Builder::integer(last, "axis", 1);
    }
  }
  if (options.extra_outputs) {
    const std::size_t height = (options.height + 1) / 2;
    const std::size_t width = (options.width + 1) / 2;
    const std::size_t features =
        options.features * (options.tail == Tail::FlattenGemm ? height * width : 1);
    Builder::value(*builder.graph().add_output(), "features", {batch, whole(features)});
    Builder::value(*builder.graph().add_output(), "map",
                   {batch, whole(options.features), whole(height), whole(width)});
  }
  return builder.bytes();
}

Bytes make_greedy_network(Greed greed, std::size_t height, std::size_t width) {
  const std::size_t length = greed == Greed::WhenKept ? 4'096 : 60'000;
  const std::size_t grids = greed == Greed::WhenKept ? 24 : 1;
  const NetworkOptions options;
  Builder builder(options);
  Builder::value(*builder.graph().add_input(), "image",
                 {-1, 1, static_cast<std::int64_t>(height), static_cast<std::int64_t>(width)});
  Builder::value(*builder.graph().add_output(), "logit", {-1, 1});
  builder.weights("row", {1, 1, 1, length}, 8);
  builder.node("GlobalAveragePool", {"image"}, {"level"});
  std::string sum = "level";
  for (std::size_t i = 0; i < grids; ++i) {
    const std::string of = std::to_string(i);
    builder.weights("column" + of, {1, 1, length, 1}, 8);
    const bool of_image = greed == Greed::WhenRun;
    builder.node("Add", {"column" + of, of_image ? "level" : "row"}, {"first" + of});
    builder.node("Add", {"first" + of, of_image ? "row" : "level"}, {"grid" + of});
    builder.node("GlobalAveragePool", {"grid" + of}, {"mean" + of});
    builder.node("Add", {sum, "mean" + of}, {"sum" + of});
    sum = "sum" + of;
  }
  Builder::integer(builder.node("Flatten", {sum}, {"logit"}), "axis", 1);
  return builder.bytes();
}

}  // namespace osler::test
