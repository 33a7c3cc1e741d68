#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "base/crypto.h"

namespace osler::infer::onnx {

// -1: not fixed.
void set_float_shape(::onnx::ValueInfoProto& value, const std::string& name,
                     const std::vector<std::int64_t>& shape);
void set_integer(::onnx::NodeProto& node, const std::string& name, std::int64_t value);

// Changes a network's graph, keeping its nodes in topological order.
class Editor {
 public:
  explicit Editor(::onnx::ModelProto model);

  [[nodiscard]] ::onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  // A name that no value has.
  [[nodiscard]] std::string fresh();
  // A constant; its name.
  std::string floats(const std::vector<std::int64_t>& shape, const std::vector<float>& values);
  std::string integers(const std::vector<std::int64_t>& values);

  // A node at the end; append() makes up its one output and gives its name.
  ::onnx::NodeProto& append_node(const std::string& op, const std::vector<std::string>& inputs,
                                 const std::string& output);
  std::string append(const std::string& op, const std::vector<std::string>& inputs);
  // The same before all other nodes, in the order of the calls, once finish_prepending() was
  // called.
  ::onnx::NodeProto& prepend_node(const std::string& op, const std::vector<std::string>& inputs,
                                  const std::string& output);
  std::string prepend(const std::string& op, const std::vector<std::string>& inputs);
  void finish_prepending();

  // Frees a name for another use: the value that has it is called <name>_set_aside from then on.
  // Each of `follow` that is that name is changed with it.
  void set_aside(const std::string& name, std::initializer_list<std::string*> follow);
  void add_output(const std::string& name, const std::vector<std::int64_t>& shape);
  // Outputs and stated shapes of inner values go: they were true of the former input only.
  void forget_shapes();
  // Whether a Reshape fixes the number of images, so that it cannot be freed.
  [[nodiscard]] bool batch_is_built_in() const;
  // Nodes and constants that no output needs go.
  void drop_unused();

  [[nodiscard]] Bytes finish() const;

 private:
  void rename(const std::string& from, const std::string& to);
  [[nodiscard]] bool is_used(const std::string& name) const;

  ::onnx::ModelProto model_;
  std::vector<::onnx::NodeProto> first_;  // to go before all others
  int made_up_ = 0;
};

}  // namespace osler::infer::onnx
