#include <cstddef>
#include <cstdint>
#include <span>

#include "infer/package/internal/manifest.h"

// What parses is written and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  const auto manifest =
      infer::package::parse_manifest(as_text(std::as_bytes(std::span(data, size))));
  if (manifest) {
    const auto again = infer::package::parse_manifest(infer::package::to_text(*manifest));
    if (!again || again->files != manifest->files || again->name != manifest->name) {
      __builtin_trap();
    }
  }
  return 0;
}
