#include "infer/onnx/internal/edit.h"

#include <algorithm>
#include <set>
#include <utility>

#include "infer/onnx/internal/graph.h"

namespace osler::infer::onnx {
namespace {

void fill(::onnx::NodeProto& node, const std::string& op, const std::vector<std::string>& inputs,
          const std::string& output) {
  node.set_op_type(op);
  for (const auto& input : inputs) {
    node.add_input(input);
  }
  node.add_output(output);
}

}  // namespace

void set_float_shape(::onnx::ValueInfoProto& value, const std::string& name,
                     const std::vector<std::int64_t>& shape) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(::onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->clear_dim();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    if (shape[i] >= 0) {
      dimension.set_dim_value(shape[i]);
    } else if (i == 0) {
      dimension.set_dim_param("N");
    }
  }
}

void set_integer(::onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& added = *node.add_attribute();
  added.set_name(name);
  added.set_type(::onnx::AttributeProto::INT);
  added.set_i(value);
}

Editor::Editor(::onnx::ModelProto model) : model_(std::move(model)) {
  // Before version 4 each constant had to stand among the inputs.
  model_.set_ir_version(std::max<std::int64_t>(model_.ir_version(), 4));
}

bool Editor::is_used(const std::string& name) const {
  const auto& graph = model_.graph();
  const auto named = [&](const auto& item) { return item.name() == name; };
  const auto outputs = [&](const ::onnx::NodeProto& node) {
    return std::ranges::find(node.output(), name) != node.output().end() ||
           std::ranges::find(node.input(), name) != node.input().end();
  };
  return std::ranges::any_of(graph.initializer(), named) ||
         std::ranges::any_of(graph.input(), named) || std::ranges::any_of(graph.output(), named) ||
         std::ranges::any_of(graph.node(), outputs) || std::ranges::any_of(first_, outputs);
}

std::string Editor::fresh() {
  std::string name;
  do {
    name = "osler_" + std::to_string(made_up_++);
  } while (is_used(name));
  return name;
}

std::string Editor::floats(const std::vector<std::int64_t>& shape,
                           const std::vector<float>& values) {
  const std::string name = fresh();
  auto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(::onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(shape.begin(), shape.end());
  tensor.mutable_float_data()->Add(values.begin(), values.end());
  return name;
}

std::string Editor::integers(const std::vector<std::int64_t>& values) {
  const std::string name = fresh();
  auto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(::onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return name;
}

::onnx::NodeProto& Editor::append_node(const std::string& op,
                                       const std::vector<std::string>& inputs,
                                       const std::string& output) {
  auto& node = *graph().add_node();
  fill(node, op, inputs, output);
  return node;
}

std::string Editor::append(const std::string& op, const std::vector<std::string>& inputs) {
  const std::string name = fresh();
  append_node(op, inputs, name);
  return name;
}

::onnx::NodeProto& Editor::prepend_node(const std::string& op,
                                        const std::vector<std::string>& inputs,
                                        const std::string& output) {
  first_.emplace_back();
  fill(first_.back(), op, inputs, output);
  return first_.back();
}

std::string Editor::prepend(const std::string& op, const std::vector<std::string>& inputs) {
  const std::string name = fresh();
  prepend_node(op, inputs, name);
  return name;
}

void Editor::finish_prepending() {
  google::protobuf::RepeatedPtrField<::onnx::NodeProto> all;
  for (auto& node : first_) {
    *all.Add() = std::move(node);
  }
  for (auto& node : *graph().mutable_node()) {
    *all.Add() = std::move(node);
  }
  *graph().mutable_node() = std::move(all);
  first_.clear();
}

void Editor::rename(const std::string& from, const std::string& to) {
  const auto change = [&](std::string& name) {
    if (name == from) {
      name = to;
    }
  };
  for (auto& node : *graph().mutable_node()) {
    std::ranges::for_each(*node.mutable_input(), change);
    std::ranges::for_each(*node.mutable_output(), change);
  }
  const auto change_named = [&](auto& item) { change(*item.mutable_name()); };
  std::ranges::for_each(*graph().mutable_initializer(), change_named);
  std::ranges::for_each(*graph().mutable_input(), change_named);
  std::ranges::for_each(*graph().mutable_output(), change_named);
  std::ranges::for_each(*graph().mutable_value_info(), change_named);
}

void Editor::set_aside(const std::string& name, std::initializer_list<std::string*> follow) {
  if (!is_used(name)) {
    return;
  }
  std::string free = name + "_set_aside";
  while (is_used(free)) {
    free += "_";
  }
  rename(name, free);
  for (auto* value : follow) {
    if (*value == name) {
      *value = free;
    }
  }
}

void Editor::add_output(const std::string& name, const std::vector<std::int64_t>& shape) {
  set_float_shape(*graph().add_output(), name, shape);
}

void Editor::forget_shapes() {
  graph().clear_output();
  graph().clear_value_info();
}

bool Editor::batch_is_built_in() const {
  const auto& graph = model_.graph();
  return std::ranges::any_of(graph.node(), [&](const ::onnx::NodeProto& node) {
    if (node.op_type() != "Reshape" || node.input_size() < 2) {
      return false;
    }
    const auto shape = constant_integers(graph, node.input(1));
    return !shape || (!shape->empty() && shape->front() > 0);
  });
}

void Editor::drop_unused() {
  std::set<std::string> needed;
  for (const auto& output : graph().output()) {
    needed.insert(output.name());
  }
  google::protobuf::RepeatedPtrField<::onnx::NodeProto> kept;
  for (int i = graph().node_size() - 1; i >= 0; --i) {
    auto& node = *graph().mutable_node(i);
    if (std::ranges::any_of(node.output(),
                            [&](const std::string& name) { return needed.contains(name); })) {
      needed.insert(node.input().begin(), node.input().end());
      *kept.Add() = std::move(node);
    }
  }
  std::reverse(kept.pointer_begin(), kept.pointer_end());
  *graph().mutable_node() = std::move(kept);
  google::protobuf::RepeatedPtrField<::onnx::TensorProto> tensors;
  for (auto& tensor : *graph().mutable_initializer()) {
    if (needed.contains(tensor.name())) {
      *tensors.Add() = std::move(tensor);
    }
  }
  *graph().mutable_initializer() = std::move(tensors);
  google::protobuf::RepeatedPtrField<::onnx::ValueInfoProto> inputs;
  for (auto& input : *graph().mutable_input()) {
    if (needed.contains(input.name())) {
      *inputs.Add() = std::move(input);
    }
  }
  *graph().mutable_input() = std::move(inputs);
}

Bytes Editor::finish() const {
  return serialise(model_);
}

}  // namespace osler::infer::onnx
