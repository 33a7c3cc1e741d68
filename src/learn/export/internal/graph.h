#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace osler::learn::to_onnx {

// A network as ONNX sees it, in plain types: one side is written by what knows libtorch, the other
// read by what knows protobuf, and no file has to include both.

struct Array {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;  // row-major
};

struct Attribute {
  std::string name;
  std::vector<std::int64_t> integers;
  bool is_list = true;  // else its one integer stands alone
};

struct Operator {
  std::string type;  // "Conv"
  std::vector<std::string> inputs;
  std::string output;
  std::vector<Attribute> attributes;
};

struct Port {
  std::string name;
  std::vector<std::int64_t> shape;  // -1: the number of images, free
};

struct Graph {
  std::vector<Operator> operators;  // in the order of computing
  std::vector<Array> arrays;
  Port input;
  std::vector<Port> outputs;
};

// As a checked ModelProto, opset 13. Internal: onnx::checker refuses it.
[[nodiscard]] Result<std::string> serialise(const Graph& graph);

}  // namespace osler::learn::to_onnx
