#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::infer::onnx {

struct Limits {
  std::size_t bytes = std::size_t{512} << 20;
  std::size_t nodes = 20'000;
  std::size_t image_side = 4'096;  // pixels
};

// What the last operator makes of the scores.
enum class Activation : std::uint8_t { None, Sigmoid, Softmax, LogSoftmax };

struct Output {
  std::string name{};
  std::vector<std::int64_t> shape{};  // -1 where it is not fixed
};

// A network as its bytes describe it.
struct Description {
  std::int64_t ir_version = 0;
  std::int64_t opset = 0;
  std::string producer{};
  std::string input{};                 // the image input's name
  std::optional<std::size_t> batch{};  // none: any number of images
  std::size_t channels = 1;
  std::optional<std::size_t> height{};  // pixels; none: any
  std::optional<std::size_t> width{};
  std::vector<Output> outputs{};  // the first is the scores
  std::size_t classes = 1;        // columns of the scores
  Activation activation = Activation::None;
  // The scores are a linear layer over globally pooled features, so a class activation map exists.
  bool has_linear_head = false;
  std::size_t parameters = 0;
  std::map<std::string, std::size_t> operators{};  // operator -> how many
};

// Reads a network that someone may have made to do harm, before ONNX Runtime sees a byte of it.
//
// Accepts one float input [N, C, H, W] with C of 1 or 3, a first output [N, k] or [N], operators of
// the allow-list alone, tensors that lie inside the file and have the sizes that they state.
//
// NotSupported: too large; an operator outside the allow-list (each is named), another domain,
// a subgraph, a function, data outside the file, inputs or outputs of another kind. DataCorrupt:
// not an ONNX file, or tensors that contradict themselves.
[[nodiscard]] Result<Description> inspect(BytesView onnx, const Limits& limits = {});

}  // namespace osler::infer::onnx
