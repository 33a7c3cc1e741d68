#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "infer/onnx/adapt.h"
#include "infer/onnx/inspect.h"

namespace osler::infer::onnx {

// A network that inspect() accepts, with what it says of itself.
struct Inspected {
  ::onnx::ModelProto model;
  Description description;
};
[[nodiscard]] Result<Inspected> parse_and_inspect(BytesView onnx, const Limits& limits);

[[nodiscard]] Bytes serialise(const ::onnx::ModelProto& model);

[[nodiscard]] bool is_default_domain(const std::string& domain);

// Who makes each value: its node's index.
using Producers = std::map<std::string, int>;
[[nodiscard]] Producers producers(const ::onnx::GraphProto& graph);

// The values of a float tensor with the given name, an initialiser or a Constant node, if it is
// one.
struct FloatTensor {
  std::vector<std::int64_t> dims;
  std::vector<float> values;
};
[[nodiscard]] std::optional<FloatTensor> constant_floats(const ::onnx::GraphProto& graph,
                                                         const std::string& name);
[[nodiscard]] std::optional<std::vector<std::int64_t>> constant_integers(
    const ::onnx::GraphProto& graph, const std::string& name);
[[nodiscard]] std::vector<float> float_values(const ::onnx::TensorProto& tensor);

[[nodiscard]] const ::onnx::AttributeProto* attribute(const ::onnx::NodeProto& node,
                                                      const std::string& name);
[[nodiscard]] std::int64_t integer_attribute(const ::onnx::NodeProto& node, const std::string& name,
                                             std::int64_t otherwise);

// The value that `name` is a copy of: Identity and Dropout are passed through.
[[nodiscard]] std::string see_through(const ::onnx::GraphProto& graph, const Producers& made_by,
                                      std::string name);

// The last operator on the way to the scores, and what goes into it.
struct Ending {
  Activation activation = Activation::None;
  std::string logits;  // the value before the activation
};
[[nodiscard]] Ending find_ending(const ::onnx::GraphProto& graph, const Producers& made_by,
                                 const std::string& scores);

// The linear layer that makes `logits` from pooled features, if the network ends so.
struct HeadPlace {
  LinearHead head;
  std::string features;  // [N, F]
  std::string map;       // [N, F, h, w]
};
[[nodiscard]] std::optional<HeadPlace> find_head(const ::onnx::GraphProto& graph,
                                                 const Producers& made_by,
                                                 const std::string& logits);

}  // namespace osler::infer::onnx
