// Weights from outside: tensors within the file or an error with its place.

#include <cstddef>
#include <cstdint>

#include "base/arrays/safetensors.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const osler::BytesView bytes(reinterpret_cast<const std::byte*>(data), size);
  const auto tensors = osler::arrays::parse_safetensors(bytes, "w.safetensors");
  if (!tensors) {
    OSLER_CHECK(tensors.error().where.starts_with("w.safetensors"));
    return 0;
  }
  std::size_t total = 0;
  for (const auto& [name, tensor] : *tensors) {
    OSLER_CHECK(tensor.data.size() == tensor.count() * size_of(tensor.type));
    OSLER_CHECK(tensor.to_floats().size() == tensor.count());
    total += tensor.data.size();
  }
  OSLER_CHECK(total <= 2 * size);  // brain floats are widened to twice their size
  return 0;
}
