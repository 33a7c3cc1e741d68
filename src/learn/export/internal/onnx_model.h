#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "learn/network/internal/network.h"

namespace osler::learn::to_onnx {

// The network as ONNX (opset 13): input "image" [N, 1, H, W], outputs "logit" [N, 1], "features"
// [N, F] and "map" [N, F, h, w], N free. Traced from forward(), each operator mapped by name, batch
// norms folded into their convolutions in double precision, and checked by onnx::checker. Equal
// networks have equal bytes.
//
// NotSupported: an operator that is not mapped; the message names it. Internal: the result is not
// valid ONNX.
[[nodiscard]] Result<std::string> model_bytes(const network::Network& network, std::int64_t height,
                                              std::int64_t width);

}  // namespace osler::learn::to_onnx
