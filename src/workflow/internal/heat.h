#pragma once

#include "base/result.h"
#include "explain/saliency/saliency.h"
#include "infer/engine/session.h"
#include "infer/onnx/adapt.h"

namespace osler::workflow::internal {

// Where a network saw the finding in the first image of `outputs`: Grad-CAM++ from the last map and
// the head's row of the finding, `height` by `width` pixels. NotSupported: the network has no last
// map.
[[nodiscard]] Result<explain::saliency::HeatMap> heat_of(const infer::onnx::LinearHead* head,
                                                         const infer::engine::Outputs& outputs,
                                                         std::size_t height, std::size_t width);

}  // namespace osler::workflow::internal
