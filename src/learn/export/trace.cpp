#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include "learn/export/internal/graph.h"
#include "learn/export/internal/onnx_model.h"

namespace osler::learn::to_onnx {
namespace {

using torch::jit::Node;
using torch::jit::toIValue;
using torch::jit::Value;

// Two images, so that a batch size frozen into the graph would show as a 2.
constexpr std::int64_t kTracedImages = 2;

Error unsupported(const std::string& what) {
  return Error(ErrorCode::NotSupported, "the network cannot be exported: " + what);
}

// A convolution that has not been written yet, because a norm may follow.
struct Convolution {
  at::Tensor weight;      // float64
  at::Tensor bias;        // float64
  std::string name;       // "stage1.conv1"
  std::size_t place = 0;  // of its operator
};

// Walks a traced graph and writes each operator as ONNX.
class Walk {
 public:
  explicit Walk(const network::Network& network) {
    for (const auto& variable : network.variables()) {
      names_.emplace(variable.value.data_ptr(), variable.name);
    }
  }

  Result<Graph> run(const torch::jit::Graph& traced, const at::Tensor& input,
                    const std::vector<at::Tensor>& outputs);

 private:
  using Handler = Result<void> (Walk::*)(const Node&);
  Result<void> node(const Node& node);
  Result<void> convolution(const Node& node);
  Result<void> norm(const Node& node);
  Result<void> relu(const Node& node);
  Result<void> max_pool(const Node& node);
  Result<void> average_pool(const Node& node);
  Result<void> flatten(const Node& node);
  Result<void> linear(const Node& node);
  Result<void> add(const Node& node);
  Result<void> concat(const Node& node);

  void emit(const Node& node, std::string type, std::vector<std::string> inputs,
            std::vector<Attribute> attributes = {});
  std::string array(const std::string& name, const at::Tensor& value);
  std::string name_of(const at::Tensor& parameter) const;
  Result<void> rename_outputs(const torch::jit::Graph& traced,
                              const std::vector<at::Tensor>& outputs);

  Graph graph_;
  std::unordered_map<const void*, std::string> names_;          // of parameters, by their storage
  std::unordered_map<const Value*, std::string> values_;        // of computed tensors
  std::unordered_map<const Value*, Convolution> convolutions_;  // that a norm may be folded into
};

// The argument's constant; the tracer writes every one that is not computed as such.
c10::IValue constant(const Node& node, std::size_t i) {
  auto value = toIValue(node.input(i));
  TORCH_CHECK(value.has_value(), "argument ", i, " of ", node.kind().toQualString(),
              " is computed, not constant");
  return *value;
}

// [h, w] of an argument that may be [h, w], [both] or [].
std::vector<std::int64_t> pair(const Node& node, std::size_t i,
                               const std::vector<std::int64_t>& if_empty) {
  std::vector<std::int64_t> list;
  const Node& maker = *node.input(i)->node();
  if (maker.kind() == torch::jit::prim::ListConstruct) {
    for (std::size_t k = 0; k < maker.inputs().size(); ++k) {
      list.push_back(constant(maker, k).toInt());
    }
  } else {
    list = constant(node, i).toIntVector();
  }
  if (list.empty()) {
    return if_empty;
  }
  if (list.size() == 1) {
    list.push_back(list.front());
  }
  return list;
}

// ONNX wants the padding of both ends.
std::vector<std::int64_t> both_ends(const std::vector<std::int64_t>& padding) {
  return {padding[0], padding[1], padding[0], padding[1]};
}

std::string without_suffix(std::string name, std::string_view suffix) {
  if (std::string_view(name).ends_with(suffix)) {
    name.resize(name.size() - suffix.size());
  }
  return name;
}

Result<void> Walk::node(const Node& node) {
  static const std::unordered_map<std::string_view, Handler> kHandlers{
      {"aten::_convolution", &Walk::convolution},
      {"aten::batch_norm", &Walk::norm},
      {"aten::relu", &Walk::relu},
      {"aten::relu_", &Walk::relu},
      {"aten::max_pool2d", &Walk::max_pool},
      {"aten::adaptive_avg_pool2d", &Walk::average_pool},
      {"aten::flatten", &Walk::flatten},
      {"aten::linear", &Walk::linear},
      {"aten::add", &Walk::add},
      {"aten::add_", &Walk::add},
      {"aten::cat", &Walk::concat}};
  const std::string kind = node.kind().toQualString();
  if (kind == "prim::Constant" || kind == "prim::ListConstruct") {
    return {};
  }
  const auto handler = kHandlers.find(kind);
  if (handler == kHandlers.end()) {
    return unsupported("operator " + kind + " has no ONNX counterpart here");
  }
  return (this->*handler->second)(node);
}

void Walk::emit(const Node& node, std::string type, std::vector<std::string> inputs,
                std::vector<Attribute> attributes) {
  std::string output = type + "_" + std::to_string(graph_.operators.size() + 1);
  values_[node.output()] = output;
  graph_.operators.push_back({.type = std::move(type),
                              .inputs = std::move(inputs),
                              .output = std::move(output),
                              .attributes = std::move(attributes)});
}

std::string Walk::array(const std::string& name, const at::Tensor& value) {
  const auto flat = value.to(at::kFloat).contiguous();
  const float* first = flat.data_ptr<float>();
  graph_.arrays.push_back(
      {.name = name, .shape = flat.sizes().vec(), .values = {first, first + flat.numel()}});
  return name;
}

std::string Walk::name_of(const at::Tensor& parameter) const {
  const auto found = names_.find(parameter.data_ptr());
  return found != names_.end() ? found->second : "constant" + std::to_string(graph_.arrays.size());
}

// _convolution(x, weight, bias?, stride, padding, dilation, transposed, output_padding, groups, …)
Result<void> Walk::convolution(const Node& node) {
  if (constant(node, 6).toBool()) {
    return unsupported("a transposed convolution");
  }
  const auto weight = constant(node, 1).toTensor();
  const auto bias = constant(node, 2);
  Convolution layer{.weight = weight.to(at::kDouble),
                    .bias = bias.isTensor() ? bias.toTensor().to(at::kDouble)
                                            : at::zeros({weight.size(0)}, at::kDouble),
                    .name = without_suffix(name_of(weight), ".weight"),
                    .place = graph_.operators.size()};
  emit(node, "Conv", {values_.at(node.input(0)), layer.name + ".weight", layer.name + ".bias"},
       {{"dilations", pair(node, 5, {1, 1})},
        {"group", {constant(node, 8).toInt()}, false},
        {"kernel_shape", {weight.size(2), weight.size(3)}},
        {"pads", both_ends(pair(node, 4, {0, 0}))},
        {"strides", pair(node, 3, {1, 1})}});
  convolutions_.emplace(node.output(), std::move(layer));
  return {};
}

// batch_norm(x, weight, bias, mean, variance, training, momentum, epsilon, …), folded into the
// convolution before it: y = (conv(x) - mean) * s + bias with s = weight / sqrt(variance +
// epsilon).
Result<void> Walk::norm(const Node& node) {
  if (constant(node, 5).toBool()) {
    return unsupported("a batch norm in training mode");
  }
  auto layer = convolutions_.extract(node.input(0));
  if (layer.empty() || node.input(0)->uses().size() != 1) {
    return unsupported("a batch norm that does not follow a convolution of its own");
  }
  const auto tensor = [&](std::size_t i) { return constant(node, i).toTensor().to(at::kDouble); };
  auto& [weight, bias, name, place] = layer.mapped();
  const auto scale = tensor(1) / (tensor(4) + constant(node, 7).toDouble()).sqrt();
  weight = weight * scale.reshape({-1, 1, 1, 1});
  bias = (bias - tensor(3)) * scale + tensor(2);
  values_[node.output()] = values_.at(node.input(0));
  layer.key() = node.output();
  convolutions_.insert(std::move(layer));
  return {};
}

Result<void> Walk::relu(const Node& node) {
  emit(node, "Relu", {values_.at(node.input(0))});
  return {};
}

// max_pool2d(x, kernel, stride = kernel, padding, dilation, ceil_mode)
Result<void> Walk::max_pool(const Node& node) {
  const auto kernel = pair(node, 1, {});
  emit(node, "MaxPool", {values_.at(node.input(0))},
       {{"ceil_mode", {constant(node, 5).toBool() ? 1 : 0}, false},
        {"dilations", pair(node, 4, {1, 1})},
        {"kernel_shape", kernel},
        {"pads", both_ends(pair(node, 3, {0, 0}))},
        {"strides", pair(node, 2, kernel)}});
  return {};
}

Result<void> Walk::average_pool(const Node& node) {
  if (pair(node, 1, {}) != std::vector<std::int64_t>{1, 1}) {
    return unsupported("adaptive average pooling to more than one pixel");
  }
  emit(node, "GlobalAveragePool", {values_.at(node.input(0))});
  return {};
}

Result<void> Walk::flatten(const Node& node) {
  if (constant(node, 1).toInt() != 1 || constant(node, 2).toInt() != -1) {
    return unsupported("a flatten that does not start at the channels");
  }
  emit(node, "Flatten", {values_.at(node.input(0))}, {{"axis", {1}, false}});
  return {};
}

Result<void> Walk::linear(const Node& node) {
  const auto weight = constant(node, 1).toTensor();
  const auto bias = constant(node, 2);
  if (!bias.isTensor()) {
    return unsupported("a linear layer without bias");
  }
  const auto weight_name = array(name_of(weight), weight);
  const auto bias_name = array(name_of(bias.toTensor()), bias.toTensor());
  emit(node, "Gemm", {values_.at(node.input(0)), weight_name, bias_name}, {{"transB", {1}, false}});
  return {};
}

Result<void> Walk::add(const Node& node) {
  if (constant(node, 2).toScalar().toDouble() != 1.0) {
    return unsupported("an addition with a factor");
  }
  emit(node, "Add", {values_.at(node.input(0)), values_.at(node.input(1))});
  return {};
}

Result<void> Walk::concat(const Node& node) {
  std::vector<std::string> inputs;
  for (const Value* part : node.input(0)->node()->inputs()) {
    inputs.push_back(values_.at(part));
  }
  emit(node, "Concat", std::move(inputs), {{"axis", {constant(node, 1).toInt()}, false}});
  return {};
}

Result<void> Walk::rename_outputs(const torch::jit::Graph& traced,
                                  const std::vector<at::Tensor>& outputs) {
  constexpr std::array<std::string_view, 3> kNames{"logit", "features", "map"};
  std::unordered_map<std::string, std::string> renamed;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const std::string to(kNames[i]);
    if (!renamed.emplace(values_.at(traced.outputs()[i]), to).second) {
      return unsupported("two of its outputs are the same tensor");
    }
    auto shape = outputs[i].sizes().vec();
    if (std::ranges::count(shape, kTracedImages) > 0 && shape[0] != kTracedImages) {
      return unsupported("its output does not start with the images");
    }
    shape[0] = -1;
    graph_.outputs.push_back({.name = to, .shape = std::move(shape)});
  }
  const auto rename = [&](std::string& name) {
    if (const auto found = renamed.find(name); found != renamed.end()) {
      name = found->second;
    }
  };
  for (auto& each : graph_.operators) {
    std::ranges::for_each(each.inputs, rename);
    rename(each.output);
  }
  return {};
}

Result<Graph> Walk::run(const torch::jit::Graph& traced, const at::Tensor& input,
                        const std::vector<at::Tensor>& outputs) {
  auto shape = input.sizes().vec();
  shape[0] = -1;
  graph_.input = {.name = "image", .shape = std::move(shape)};
  values_[traced.inputs()[0]] = "image";
  for (const Node* each : traced.nodes()) {
    OSLER_TRY_DO(node(*each));
  }
  std::vector<Convolution> layers;
  for (auto& [value, layer] : convolutions_) {
    layers.push_back(layer);
  }
  std::ranges::sort(layers, {}, &Convolution::place);
  for (const auto& layer : layers) {
    array(layer.name + ".weight", layer.weight);
    array(layer.name + ".bias", layer.bias);
  }
  OSLER_TRY_DO(rename_outputs(traced, outputs));
  return std::move(graph_);
}

}  // namespace

Result<std::string> model_bytes(const network::Network& network, std::int64_t height,
                                std::int64_t width) {
  for (const auto& variable : network.variables()) {
    if (variable.value.requires_grad()) {
      return Error(ErrorCode::Internal, "a network to export must not take gradients");
    }
  }
  try {
    const at::NoGradGuard no_gradients;
    const auto input = at::zeros({kTracedImages, 1, height, width});
    const auto forward = [&](torch::jit::Stack stack) -> torch::jit::Stack {
      const auto outputs = network.forward(stack.at(0).toTensor(), {});
      return {outputs.logit, outputs.features, outputs.map};
    };
    const auto [tracing, traced_outputs] = torch::jit::tracer::trace(
        {input}, forward, [](const at::Tensor&) { return std::string(); });
    std::vector<at::Tensor> outputs;
    for (const auto& output : traced_outputs) {
      outputs.push_back(output.toTensor());
    }
    OSLER_TRY(const auto graph, Walk(network).run(*tracing->graph, input, outputs));
    return serialise(graph);
  } catch (const c10::Error& thrown) {
    // The message may hold a whole tensor: its first line says enough.
    const std::string text = thrown.what_without_backtrace();
    return unsupported(text.substr(0, std::min<std::size_t>(text.find('\n'), 300)));
  } catch (const std::out_of_range&) {
    return unsupported("an operator takes a tensor that was not computed from the image");
  }
}

}  // namespace osler::learn::to_onnx
