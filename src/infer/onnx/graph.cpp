#include "infer/onnx/internal/graph.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace osler::infer::onnx {
namespace {

const ::onnx::TensorProto* constant_tensor(const ::onnx::GraphProto& graph,
                                           const std::string& name) {
  for (const auto& tensor : graph.initializer()) {
    if (tensor.name() == name) {
      return &tensor;
    }
  }
  for (const auto& node : graph.node()) {
    if (node.op_type() == "Constant" && node.output_size() == 1 && node.output(0) == name) {
      const auto* value = attribute(node, "value");
      return value != nullptr && value->has_t() ? &value->t() : nullptr;
    }
  }
  return nullptr;
}

const ::onnx::NodeProto* made(const ::onnx::GraphProto& graph, const Producers& made_by,
                              const std::string& name) {
  const auto found = made_by.find(name);
  return found == made_by.end() ? nullptr : &graph.node(found->second);
}

// Rows and columns turned.
LinearHead head_from(const FloatTensor& weights, bool rows_are_classes,
                     const std::optional<FloatTensor>& bias) {
  const auto rows = static_cast<std::size_t>(weights.dims[0]);
  const auto columns = static_cast<std::size_t>(weights.dims[1]);
  LinearHead head{.classes = rows_are_classes ? rows : columns,
                  .features = rows_are_classes ? columns : rows};
  head.weights.resize(rows * columns);
  for (std::size_t c = 0; c < head.classes; ++c) {
    for (std::size_t f = 0; f < head.features; ++f) {
      head.weights[c * head.features + f] =
          weights.values[rows_are_classes ? c * columns + f : f * columns + c];
    }
  }
  head.bias.assign(head.classes, 0.0F);
  if (bias) {
    for (std::size_t c = 0; c < head.classes; ++c) {
      head.bias[c] = bias->values[bias->values.size() == 1 ? 0 : c];
    }
  }
  return head;
}

struct Linear {
  LinearHead head;
  std::string features;
};

bool is_matrix(const std::optional<FloatTensor>& tensor) {
  return tensor && tensor->dims.size() == 2 && tensor->dims[0] > 0 && tensor->dims[1] > 0;
}

bool is_bias(const std::optional<FloatTensor>& tensor, std::size_t classes) {
  return tensor && (tensor->values.size() == classes || tensor->values.size() == 1);
}

float float_attribute(const ::onnx::NodeProto& node, const std::string& name, float otherwise) {
  const auto* found = attribute(node, name);
  return found == nullptr ? otherwise : found->f();
}

std::optional<Linear> from_gemm(const ::onnx::GraphProto& graph, const ::onnx::NodeProto& gemm) {
  const bool plain = float_attribute(gemm, "alpha", 1.0F) == 1.0F &&
                     float_attribute(gemm, "beta", 1.0F) == 1.0F &&
                     integer_attribute(gemm, "transA", 0) == 0;
  if (!plain || gemm.input_size() < 2) {
    return std::nullopt;
  }
  const auto weights = constant_floats(graph, gemm.input(1));
  if (!is_matrix(weights)) {
    return std::nullopt;
  }
  const bool rows_are_classes = integer_attribute(gemm, "transB", 0) != 0;
  const auto classes = static_cast<std::size_t>(weights->dims[rows_are_classes ? 0 : 1]);
  std::optional<FloatTensor> bias;
  if (gemm.input_size() > 2 && !gemm.input(2).empty()) {
    bias = constant_floats(graph, gemm.input(2));
    if (!is_bias(bias, classes)) {
      return std::nullopt;
    }
  }
  return Linear{head_from(*weights, rows_are_classes, bias), gemm.input(0)};
}

std::optional<Linear> from_matmul(const ::onnx::GraphProto& graph, const ::onnx::NodeProto& matmul,
                                  const std::optional<FloatTensor>& bias) {
  if (matmul.input_size() != 2) {
    return std::nullopt;
  }
  const auto weights = constant_floats(graph, matmul.input(1));
  if (!is_matrix(weights) || (bias && !is_bias(bias, static_cast<std::size_t>(weights->dims[1])))) {
    return std::nullopt;
  }
  return Linear{head_from(*weights, false, bias), matmul.input(0)};
}

// MatMul(x, W) + b, the sum either way round.
std::optional<Linear> from_add(const ::onnx::GraphProto& graph, const Producers& made_by,
                               const ::onnx::NodeProto& add) {
  for (const int side : {0, 1}) {
    if (add.input_size() != 2) {
      break;
    }
    const auto* product = made(graph, made_by, add.input(side));
    const auto bias = constant_floats(graph, add.input(1 - side));
    if (product != nullptr && product->op_type() == "MatMul" && bias) {
      return from_matmul(graph, *product, bias);
    }
  }
  return std::nullopt;
}

std::optional<Linear> find_linear(const ::onnx::GraphProto& graph, const Producers& made_by,
                                  const std::string& logits) {
  const auto* node = made(graph, made_by, see_through(graph, made_by, logits));
  if (node == nullptr) {
    return std::nullopt;
  }
  if (node->op_type() == "Gemm") {
    return from_gemm(graph, *node);
  }
  if (node->op_type() == "MatMul") {
    return from_matmul(graph, *node, std::nullopt);
  }
  return node->op_type() == "Add" ? from_add(graph, made_by, *node) : std::nullopt;
}

bool averages_over_places(const ::onnx::GraphProto& graph, const ::onnx::NodeProto& node) {
  if (node.op_type() == "GlobalAveragePool") {
    return true;
  }
  if (node.op_type() != "ReduceMean") {
    return false;
  }
  std::optional<std::vector<std::int64_t>> axes;
  if (const auto* given = attribute(node, "axes")) {
    axes.emplace(given->ints().begin(), given->ints().end());
  } else if (node.input_size() > 1) {
    axes = constant_integers(graph, node.input(1));  // from opset 18 on
  }
  if (!axes || axes->size() != 2) {
    return false;
  }
  std::ranges::sort(*axes);
  return *axes == std::vector<std::int64_t>{2, 3} || *axes == std::vector<std::int64_t>{-2, -1};
}

}  // namespace

bool is_default_domain(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

Bytes serialise(const ::onnx::ModelProto& model) {
  const std::string text = model.SerializeAsString();
  const auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

Producers producers(const ::onnx::GraphProto& graph) {
  Producers made_by;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const auto& output : graph.node(i).output()) {
      made_by.emplace(output, i);
    }
  }
  return made_by;
}

std::vector<float> float_values(const ::onnx::TensorProto& tensor) {
  std::vector<float> values;
  if (tensor.data_type() != ::onnx::TensorProto::FLOAT) {
    return values;
  }
  if (tensor.has_raw_data()) {
    values.resize(tensor.raw_data().size() / sizeof(float));
    std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
  } else {
    values.assign(tensor.float_data().begin(), tensor.float_data().end());
  }
  return values;
}

std::optional<FloatTensor> constant_floats(const ::onnx::GraphProto& graph,
                                           const std::string& name) {
  const auto* tensor = constant_tensor(graph, name);
  if (tensor == nullptr || tensor->data_type() != ::onnx::TensorProto::FLOAT) {
    return std::nullopt;
  }
  return FloatTensor{{tensor->dims().begin(), tensor->dims().end()}, float_values(*tensor)};
}

std::optional<std::vector<std::int64_t>> constant_integers(const ::onnx::GraphProto& graph,
                                                           const std::string& name) {
  const auto* tensor = constant_tensor(graph, name);
  if (tensor == nullptr || tensor->data_type() != ::onnx::TensorProto::INT64) {
    return std::nullopt;
  }
  std::vector<std::int64_t> values;
  if (tensor->has_raw_data()) {
    values.resize(tensor->raw_data().size() / sizeof(std::int64_t));
    std::memcpy(values.data(), tensor->raw_data().data(), values.size() * sizeof(std::int64_t));
  } else {
    values.assign(tensor->int64_data().begin(), tensor->int64_data().end());
  }
  return values;
}

const ::onnx::AttributeProto* attribute(const ::onnx::NodeProto& node, const std::string& name) {
  for (const auto& found : node.attribute()) {
    if (found.name() == name) {
      return &found;
    }
  }
  return nullptr;
}

std::int64_t integer_attribute(const ::onnx::NodeProto& node, const std::string& name,
                               std::int64_t otherwise) {
  const auto* found = attribute(node, name);
  return found == nullptr ? otherwise : found->i();
}

std::string see_through(const ::onnx::GraphProto& graph, const Producers& made_by,
                        std::string name) {
  // A graph may hold a cycle until ONNX Runtime has seen it, so the steps are counted.
  for (int step = 0; step < graph.node_size(); ++step) {
    const auto* node = made(graph, made_by, name);
    if (node == nullptr || node->input_size() == 0 ||
        (node->op_type() != "Identity" && node->op_type() != "Dropout")) {
      break;
    }
    name = node->input(0);
  }
  return name;
}

Ending find_ending(const ::onnx::GraphProto& graph, const Producers& made_by,
                   const std::string& scores) {
  const std::string last = see_through(graph, made_by, scores);
  const auto* node = made(graph, made_by, last);
  if (node == nullptr || node->input_size() == 0) {
    return {Activation::None, last};
  }
  const std::string before = see_through(graph, made_by, node->input(0));
  if (node->op_type() == "Sigmoid") {
    return {Activation::Sigmoid, before};
  }
  // Over the columns alone: opset 13 says -1 by default, older ones 1.
  const std::int64_t axis = integer_attribute(*node, "axis", -1);
  if ((axis == 1 || axis == -1) && node->op_type() == "Softmax") {
    return {Activation::Softmax, before};
  }
  if ((axis == 1 || axis == -1) && node->op_type() == "LogSoftmax") {
    return {Activation::LogSoftmax, before};
  }
  return {Activation::None, last};
}

std::optional<HeadPlace> find_head(const ::onnx::GraphProto& graph, const Producers& made_by,
                                   const std::string& logits) {
  auto linear = find_linear(graph, made_by, logits);
  if (!linear) {
    return std::nullopt;
  }
  static const std::set<std::string> reshaping{"Flatten", "Reshape", "Squeeze", "Identity",
                                               "Dropout"};
  std::string name = linear->features;
  for (int step = 0; step < graph.node_size(); ++step) {
    const auto* node = made(graph, made_by, name);
    if (node == nullptr || node->input_size() == 0) {
      return std::nullopt;
    }
    if (averages_over_places(graph, *node)) {
      return HeadPlace{std::move(linear->head), linear->features, node->input(0)};
    }
    if (!reshaping.contains(node->op_type())) {
      return std::nullopt;
    }
    name = node->input(0);
  }
  return std::nullopt;
}

}  // namespace osler::infer::onnx
