#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::serve::inference {

// The wire format of the KServe Open Inference Protocol, version 2 (REST), with the binary tensor
// extension: https://github.com/kserve/open-inference-protocol, "Binary Tensor Data Extension".

// A tensor of 32-bit floats, row-major.
struct Tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> data;  // the product of `shape`
};

struct RequestedOutput {
  std::string name;
  bool binary = false;
};

struct InferRequest {
  std::string id;  // echoed; at most 128 characters
  std::vector<Tensor> inputs;
  std::vector<RequestedOutput> outputs;  // empty: all
  bool binary_outputs = false;           // the request's parameter binary_data_output
  std::optional<double> timeout_ms;      // the request's parameter timeout, given in microseconds
};

struct InferLimits {
  std::size_t values = std::size_t{64} << 20;  // of all inputs together
  std::size_t inputs = 16;
  std::size_t outputs = 64;
};

// Reads a request. `json_bytes` is the header Inference-Header-Content-Length: so many bytes are
// JSON, and the tensors' bytes (little endian) follow; without it all of `body` is JSON.
// Shape and size are bounded before anything is allocated; nested data arrays are read as flat.
// InvalidArgument: not such a request, saying which part: a repeated or missing key, a datatype
// other than FP32, a shape that is not that of the data, a number outside the range of a float,
// more than the limits.
[[nodiscard]] Result<InferRequest> parse_infer(BytesView body,
                                               std::optional<std::size_t> json_bytes,
                                               const InferLimits& limits = {});

struct InferReply {
  std::string body;
  std::optional<std::size_t> json_bytes;  // for Inference-Header-Content-Length; none: all is JSON
};

// `outputs` in the order they are to stand; those that `request` wants binary follow the JSON.
[[nodiscard]] InferReply write_infer(const InferRequest& request, std::string_view model,
                                     std::string_view version, const std::vector<Tensor>& outputs);

}  // namespace osler::serve::inference
