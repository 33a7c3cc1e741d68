#include "workflow/internal/heat.h"

#include <span>

namespace osler::workflow::internal {

Result<explain::saliency::HeatMap> heat_of(const infer::onnx::LinearHead* head,
                                           const infer::engine::Outputs& outputs,
                                           std::size_t height, std::size_t width) {
  if (head == nullptr || outputs.map.empty()) {
    return Error(ErrorCode::NotSupported, "the network has no feature map to draw from");
  }
  const auto finding =
      std::span(head->weights).subspan((head->classes - 1) * head->features, head->features);
  const std::size_t size = head->features * outputs.map_height * outputs.map_width;
  return explain::saliency::heat_map(
      {.features = head->features,
       .height = outputs.map_height,
       .width = outputs.map_width,
       .map = std::span(outputs.map).first(size),
       .weights = finding},
      {.method = explain::saliency::Method::GradCamPlusPlus, .height = height, .width = width});
}

}  // namespace osler::workflow::internal
