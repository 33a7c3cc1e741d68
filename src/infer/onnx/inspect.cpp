#include "infer/onnx/inspect.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "infer/onnx/internal/graph.h"

namespace osler::infer::onnx {
namespace {

// Every operator that a feed-forward image classifier needs, and none that reads a file, runs a
// subgraph or makes a tensor of a size that stands in its data (ConstantOfShape, Expand, Tile,
// Range, Resize): those are how a small file asks for all memory.
const std::set<std::string>& allowed_operators() {
  static const std::set<std::string> allowed{"Abs",
                                             "Add",
                                             "AveragePool",
                                             "BatchNormalization",
                                             "Cast",
                                             "Clip",
                                             "Concat",
                                             "Constant",
                                             "Conv",
                                             "DequantizeLinear",
                                             "Div",
                                             "Dropout",
                                             "Elu",
                                             "Erf",
                                             "Exp",
                                             "Flatten",
                                             "Gather",
                                             "Gelu",
                                             "Gemm",
                                             "GlobalAveragePool",
                                             "GlobalMaxPool",
                                             "HardSigmoid",
                                             "HardSwish",
                                             "Identity",
                                             "InstanceNormalization",
                                             "LRN",
                                             "LayerNormalization",
                                             "LeakyRelu",
                                             "Log",
                                             "LogSoftmax",
                                             "MatMul",
                                             "Max",
                                             "MaxPool",
                                             "Min",
                                             "Mish",
                                             "Mul",
                                             "Neg",
                                             "PRelu",
                                             "Pad",
                                             "Pow",
                                             "QLinearConv",
                                             "QLinearMatMul",
                                             "QuantizeLinear",
                                             "Reciprocal",
                                             "ReduceL2",
                                             "ReduceLogSumExp",
                                             "ReduceMax",
                                             "ReduceMean",
                                             "ReduceSum",
                                             "Relu",
                                             "Reshape",
                                             "Selu",
                                             "Shape",
                                             "Sigmoid",
                                             "Slice",
                                             "Softmax",
                                             "Softplus",
                                             "Split",
                                             "Sqrt",
                                             "Squeeze",
                                             "Sub",
                                             "Sum",
                                             "Tanh",
                                             "Transpose",
                                             "Unsqueeze"};
  return allowed;
}

constexpr std::int64_t kLargestPad = 256;
constexpr std::int64_t kLowestOpset = 7;
constexpr std::int64_t kHighestOpset = 26;
constexpr std::size_t kMostDimensions = 8;

Error refused(std::string why) {
  return Error(ErrorCode::NotSupported, std::move(why));
}
Error broken(std::string why) {
  return Error(ErrorCode::DataCorrupt, std::move(why));
}

// Names come from the file: at most 60 characters of them, and only printable ones.
std::string quoted(const std::string& name) {
  std::string shown = name.substr(0, 60);
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~' || c == '"'; }, '?');
  return "\"" + shown + "\"";
}

std::size_t element_size(int type) {
  switch (type) {
    case ::onnx::TensorProto::FLOAT:
    case ::onnx::TensorProto::INT32:
      return 4;
    case ::onnx::TensorProto::DOUBLE:
    case ::onnx::TensorProto::INT64:
      return 8;
    case ::onnx::TensorProto::FLOAT16:
      return 2;
    case ::onnx::TensorProto::INT8:
    case ::onnx::TensorProto::UINT8:
    case ::onnx::TensorProto::BOOL:
      return 1;
    default:
      return 0;
  }
}

// How many elements the typed field holds; FLOAT16 and the small integers lie in int32_data.
std::size_t typed_elements(const ::onnx::TensorProto& tensor) {
  switch (tensor.data_type()) {
    case ::onnx::TensorProto::FLOAT:
      return static_cast<std::size_t>(tensor.float_data_size());
    case ::onnx::TensorProto::DOUBLE:
      return static_cast<std::size_t>(tensor.double_data_size());
    case ::onnx::TensorProto::INT64:
      return static_cast<std::size_t>(tensor.int64_data_size());
    default:
      return static_cast<std::size_t>(tensor.int32_data_size());
  }
}

Result<std::size_t> check_tensor(const ::onnx::TensorProto& tensor, const Limits& limits) {
  const std::string name = quoted(tensor.name());
  if (tensor.data_location() == ::onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    return refused("the tensor " + name + " lies in another file")
        .hint("export the network with its weights inside the one .onnx file");
  }
  const std::size_t size = element_size(tensor.data_type());
  if (size == 0 || tensor.has_segment() || tensor.string_data_size() > 0) {
    return refused("the tensor " + name + " has an element type that is not supported");
  }
  if (static_cast<std::size_t>(tensor.dims_size()) > kMostDimensions) {
    return refused("the tensor " + name + " has too many dimensions");
  }
  std::size_t count = 1;
  for (const auto dim : tensor.dims()) {
    if (dim < 0 || static_cast<std::size_t>(dim) > limits.bytes) {
      return broken("the tensor " + name + " has an impossible shape");
    }
    count *= static_cast<std::size_t>(dim);
    if (count > limits.bytes) {
      return broken("the tensor " + name + " has an impossible shape");
    }
  }
  const std::size_t held =
      tensor.has_raw_data() ? tensor.raw_data().size() / size : typed_elements(tensor);
  const bool whole = !tensor.has_raw_data() || tensor.raw_data().size() % size == 0;
  if (held != count || !whole) {
    return broken("the tensor " + name + " states " + std::to_string(count) +
                  " elements and holds " + std::to_string(held));
  }
  return count;
}

// Paddings, kernels and steps decide how large a result is.
Result<void> check_attribute(const ::onnx::NodeProto& node, const ::onnx::AttributeProto& found,
                             const Limits& limits) {
  const auto bad = [&](const std::string& what) {
    return refused("the operator " + quoted(node.op_type()) + " has " + what);
  };
  if (found.has_g() || found.graphs_size() > 0) {
    return bad("a subgraph");
  }
  if (found.has_sparse_tensor() || found.sparse_tensors_size() > 0 || found.tensors_size() > 0 ||
      found.has_tp() || found.type_protos_size() > 0 || !found.ref_attr_name().empty()) {
    return bad("an attribute of a kind that is not supported");
  }
  if (found.has_t()) {
    OSLER_TRY_DO(check_tensor(found.t(), limits));
  }
  const bool is_pad = found.name() == "pads" || found.name() == "output_padding";
  const auto largest = is_pad ? kLargestPad : static_cast<std::int64_t>(limits.image_side);
  if (is_pad || found.name() == "kernel_shape" || found.name() == "strides" ||
      found.name() == "dilations") {
    for (const auto value : found.ints()) {
      if (value < (is_pad ? 0 : 1) || value > largest) {
        return bad(found.name() + " of " + std::to_string(value));
      }
    }
  }
  return {};
}

// Pad takes its sizes as a tensor: it must stand in the file, and be small.
Result<void> check_pad(const ::onnx::GraphProto& graph, const ::onnx::NodeProto& node) {
  if (attribute(node, "pads") != nullptr) {
    return {};
  }
  const auto pads = node.input_size() > 1 ? constant_integers(graph, node.input(1)) : std::nullopt;
  if (!pads || std::ranges::any_of(*pads, [](std::int64_t pad) { return pad > kLargestPad; })) {
    return refused("the operator \"Pad\" has sizes that are not fixed, or over " +
                   std::to_string(kLargestPad));
  }
  return {};
}

Result<void> check_nodes(const ::onnx::GraphProto& graph, const Limits& limits,
                         Description& description) {
  std::set<std::string> unknown;
  for (const auto& node : graph.node()) {
    if (!is_default_domain(node.domain()) || !allowed_operators().contains(node.op_type())) {
      unknown.insert(quoted(is_default_domain(node.domain())
                                ? node.op_type()
                                : node.domain() + "." + node.op_type()));
      continue;
    }
    ++description.operators[node.op_type()];
    for (const auto& found : node.attribute()) {
      OSLER_TRY_DO(check_attribute(node, found, limits));
    }
    if (node.op_type() == "Pad") {
      OSLER_TRY_DO(check_pad(graph, node));
    }
  }
  if (!unknown.empty()) {
    const std::vector<std::string> some(
        unknown.begin(), std::next(unknown.begin(), static_cast<std::ptrdiff_t>(
                                                        std::min<std::size_t>(unknown.size(), 8))));
    return refused(std::string("the network uses operators outside the allow-list: ") +
                   join(some, ", "))
        .hint(
            "export it as a plain feed-forward classifier, without loops, resizing or custom "
            "operators");
  }
  return {};
}

Result<std::optional<std::size_t>> read_side(const ::onnx::TensorShapeProto::Dimension& dimension,
                                             const Limits& limits) {
  if (!dimension.has_dim_value()) {
    return std::optional<std::size_t>();
  }
  const auto value = dimension.dim_value();
  if (value < 1 || value > static_cast<std::int64_t>(limits.image_side)) {
    return refused("the network's input is " + std::to_string(value) + " pixels a side");
  }
  return std::optional<std::size_t>(static_cast<std::size_t>(value));
}

Result<void> read_image_input(const ::onnx::ValueInfoProto& input, const Limits& limits,
                              Description& description) {
  description.input = input.name();
  const auto& tensor = input.type().tensor_type();
  const auto& shape = tensor.shape();
  if (!input.type().has_tensor_type() || tensor.elem_type() != ::onnx::TensorProto::FLOAT ||
      shape.dim_size() != 4) {
    return refused("the input " + quoted(input.name()) + " is not a float image [N, C, H, W]");
  }
  const auto& channels = shape.dim(1);
  if (!channels.has_dim_value() || (channels.dim_value() != 1 && channels.dim_value() != 3)) {
    return refused("the input " + quoted(input.name()) + " has neither 1 nor 3 channels")
        .hint("osler reads images as [N, channels, height, width]");
  }
  description.channels = static_cast<std::size_t>(channels.dim_value());
  OSLER_TRY(description.batch, read_side(shape.dim(0), limits));
  OSLER_TRY(description.height, read_side(shape.dim(2), limits));
  OSLER_TRY(description.width, read_side(shape.dim(3), limits));
  return {};
}

// Before IR version 4 initialisers stood among the inputs too.
Result<void> read_inputs(const ::onnx::GraphProto& graph, const Limits& limits,
                         Description& description) {
  std::set<std::string> initialised;
  for (const auto& tensor : graph.initializer()) {
    if (tensor.name().empty() || !initialised.insert(tensor.name()).second) {
      return broken("two tensors of the network have the same name, or one has none");
    }
  }
  const ::onnx::ValueInfoProto* image = nullptr;
  std::size_t inputs = 0;
  for (const auto& input : graph.input()) {
    if (!initialised.contains(input.name())) {
      image = &input;
      ++inputs;
    }
  }
  if (inputs != 1) {
    return refused("the network has " + std::to_string(inputs) +
                   " inputs where one image is expected");
  }
  return read_image_input(*image, limits, description);
}

Result<void> read_outputs(const ::onnx::GraphProto& graph, Description& description) {
  std::set<std::string> names;
  for (const auto& output : graph.output()) {
    Output read{output.name(), {}};
    for (const auto& dimension : output.type().tensor_type().shape().dim()) {
      read.shape.push_back(dimension.has_dim_value() ? dimension.dim_value() : -1);
    }
    if (output.type().tensor_type().elem_type() != ::onnx::TensorProto::FLOAT ||
        !names.insert(output.name()).second) {
      return refused("the output " + quoted(output.name()) + " is not a float tensor, or twice");
    }
    description.outputs.push_back(std::move(read));
  }
  if (description.outputs.empty()) {
    return refused("the network has no output");
  }
  const auto& scores = description.outputs.front();
  const bool one_score = scores.shape.size() == 1;
  if (!one_score && (scores.shape.size() != 2 || scores.shape[1] < 1 || scores.shape[1] > 10'000)) {
    return refused("the first output " + quoted(scores.name) +
                   " is not scores of shape [N] or [N, classes]")
        .hint("osler takes image classifiers; give the output a fixed number of classes");
  }
  description.classes = one_score ? 1 : static_cast<std::size_t>(scores.shape[1]);
  return {};
}

// Each value is made once, before it is read: so a graph has no loop, and no hole.
Result<void> check_order(const ::onnx::GraphProto& graph) {
  std::set<std::string> made;
  for (const auto& tensor : graph.initializer()) {
    made.insert(tensor.name());
  }
  for (const auto& input : graph.input()) {
    made.insert(input.name());
  }
  for (const auto& node : graph.node()) {
    for (const auto& name : node.input()) {
      if (!name.empty() && !made.contains(name)) {
        return broken("the operator " + quoted(node.op_type()) +
                      " reads a value that nothing before it makes");
      }
    }
    for (const auto& name : node.output()) {
      if (!name.empty() && !made.insert(name).second) {
        return broken("the value " + quoted(name) + " is made twice");
      }
    }
  }
  for (const auto& output : graph.output()) {
    if (!made.contains(output.name())) {
      return broken("nothing makes the output " + quoted(output.name()));
    }
  }
  return {};
}

Result<void> check_frame(const ::onnx::ModelProto& model, const Limits& limits,
                         Description& description) {
  if (!model.has_graph() || model.graph().node_size() == 0) {
    return broken("this is not an ONNX network");
  }
  if (model.functions_size() > 0 || model.training_info_size() > 0 ||
      model.graph().sparse_initializer_size() > 0) {
    return refused("the network holds functions, training steps or sparse tensors");
  }
  if (static_cast<std::size_t>(model.graph().node_size()) > limits.nodes) {
    return refused("the network has " + std::to_string(model.graph().node_size()) +
                   " operators, more than " + std::to_string(limits.nodes));
  }
  for (const auto& opset : model.opset_import()) {
    if (is_default_domain(opset.domain())) {
      description.opset = opset.version();
    }
  }
  if (description.opset < kLowestOpset || description.opset > kHighestOpset) {
    return refused("the network is written in opset " + std::to_string(description.opset) +
                   ", not " + std::to_string(kLowestOpset) + " to " +
                   std::to_string(kHighestOpset));
  }
  description.ir_version = model.ir_version();
  description.producer = model.producer_name().substr(0, 100);
  return {};
}

}  // namespace

Result<Inspected> parse_and_inspect(BytesView onnx, const Limits& limits) {
  if (onnx.size() > limits.bytes) {
    return refused("the network has " + human_bytes(onnx.size()) + ", more than " +
                   human_bytes(limits.bytes));
  }
  Inspected read;
  // protobuf bounds the depth of nesting (100) by itself.
  if (!read.model.ParseFromArray(onnx.data(), static_cast<int>(onnx.size()))) {
    return broken("this is not an ONNX network");
  }
  auto& description = read.description;
  const auto& graph = read.model.graph();
  OSLER_TRY_DO(check_frame(read.model, limits, description));
  for (const auto& tensor : graph.initializer()) {
    OSLER_TRY(const std::size_t count, check_tensor(tensor, limits));
    description.parameters += tensor.data_type() == ::onnx::TensorProto::INT64 ? 0 : count;
  }
  OSLER_TRY_DO(check_nodes(graph, limits, description));
  OSLER_TRY_DO(read_inputs(graph, limits, description));
  OSLER_TRY_DO(read_outputs(graph, description));
  OSLER_TRY_DO(check_order(graph));
  const auto made_by = producers(graph);
  const auto ending = find_ending(graph, made_by, description.outputs.front().name);
  description.activation = ending.activation;
  description.has_linear_head = find_head(graph, made_by, ending.logits).has_value();
  return read;
}

Result<Description> inspect(BytesView onnx, const Limits& limits) {
  OSLER_TRY(auto read, parse_and_inspect(onnx, limits));
  return std::move(read.description);
}

}  // namespace osler::infer::onnx
