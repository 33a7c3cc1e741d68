#include <bit>
#include <exception>

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include "learn/export/internal/graph.h"

namespace osler::learn::to_onnx {
namespace {

constexpr std::int64_t kOpset = 13;
constexpr std::int64_t kIrVersion = 7;  // the first with opset 13

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

void add_port(const Port& port, onnx::ValueInfoProto& proto) {
  proto.set_name(port.name);
  auto& tensor = *proto.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  for (const auto size : port.shape) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    if (size < 0) {
      dimension.set_dim_param("N");
    } else {
      dimension.set_dim_value(size);
    }
  }
}

void add_array(const Array& array, onnx::TensorProto& proto) {
  proto.set_name(array.name);
  proto.set_data_type(onnx::TensorProto::FLOAT);
  for (const auto size : array.shape) {
    proto.add_dims(size);
  }
  proto.set_raw_data(array.values.data(), array.values.size() * sizeof(float));
}

void add_operator(const Operator& node, onnx::NodeProto& proto) {
  proto.set_op_type(node.type);
  proto.set_name(node.output);
  for (const auto& input : node.inputs) {
    proto.add_input(input);
  }
  proto.add_output(node.output);
  for (const auto& attribute : node.attributes) {
    auto& to = *proto.add_attribute();
    to.set_name(attribute.name);
    if (!attribute.is_list) {
      to.set_type(onnx::AttributeProto::INT);
      to.set_i(attribute.integers.at(0));
      continue;
    }
    to.set_type(onnx::AttributeProto::INTS);
    for (const auto integer : attribute.integers) {
      to.add_ints(integer);
    }
  }
}

}  // namespace

Result<std::string> serialise(const Graph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("osler");
  model.add_opset_import()->set_version(kOpset);
  auto& proto = *model.mutable_graph();
  proto.set_name("network");
  for (const auto& node : graph.operators) {
    add_operator(node, *proto.add_node());
  }
  for (const auto& array : graph.arrays) {
    add_array(array, *proto.add_initializer());
  }
  add_port(graph.input, *proto.add_input());
  for (const auto& output : graph.outputs) {
    add_port(output, *proto.add_output());
  }
  try {
    onnx::checker::check_model(model);
  } catch (const std::exception& thrown) {
    return Error(ErrorCode::Internal,
                 std::string("the exported network is not valid ONNX: ") + thrown.what());
  }
  // No map fields and no unknown fields, so the bytes depend on the content alone.
  std::string bytes;
  if (!model.SerializeToString(&bytes)) {
    return Error(ErrorCode::NotSupported, "the network is too large for one ONNX file");
  }
  return bytes;
}

}  // namespace osler::learn::to_onnx
