#include <cstddef>
#include <cstdint>
#include <span>

#include "serve/inference/kserve.h"

// The first two bytes say how much of the rest is JSON; what is read keeps to its own shapes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  if (size < 2) {
    return 0;
  }
  const auto body = std::as_bytes(std::span(data, size)).subspan(2);
  const std::size_t split = (static_cast<std::size_t>(data[0]) << 8U | data[1]) % (body.size() + 1);
  const serve::inference::InferLimits limits{.values = 100'000};
  for (const auto json_bytes : {std::optional<std::size_t>(), std::optional<std::size_t>(split)}) {
    const auto request = serve::inference::parse_infer(body, json_bytes, limits);
    if (!request) {
      continue;
    }
    std::size_t values = 0;
    for (const auto& tensor : request->inputs) {
      std::size_t volume = 1;
      for (const auto length : tensor.shape) {
        volume *= static_cast<std::size_t>(length);
      }
      values += tensor.data.size();
      if (volume != tensor.data.size()) {
        __builtin_trap();
      }
    }
    if (values > limits.values * limits.inputs || request->inputs.size() > limits.inputs) {
      __builtin_trap();
    }
  }
  return 0;
}
