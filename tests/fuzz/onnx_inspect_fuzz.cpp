#include <cstddef>
#include <cstdint>
#include <span>

#include "infer/onnx/adapt.h"
#include "infer/onnx/inspect.h"

// Whatever inspect() accepts must go through every change of the graph, and still be accepted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler::infer::onnx;
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto found = inspect(bytes);
  if (!found) {
    return 0;
  }
  if (const auto exposed = expose_map(bytes); !exposed || !inspect(exposed->onnx)) {
    __builtin_trap();
  }
  const AdaptOptions options{.height = found->height.value_or(8),
                             .width = found->width.value_or(8),
                             .positive_class = found->classes - 1};
  if (const auto adapted = adapt(bytes, options); adapted && !inspect(*adapted)) {
    __builtin_trap();
  }
  (void)randomise_weights(bytes, 1);
  return 0;
}
