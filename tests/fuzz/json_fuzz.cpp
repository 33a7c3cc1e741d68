#include <cstddef>
#include <cstdint>
#include <span>

#include <nlohmann/json.hpp>

#include "base/crypto.h"
#include "base/json.h"

// What is read is written and read again as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  const auto document = parse_json(as_text(std::as_bytes(std::span(data, size))), "fuzz",
                                   {.bytes = 65'536, .depth = 16});
  if (document) {
    const auto again = parse_json(dump_json(*document), "again", {.depth = 16});
    if (!again || *again != *document) {
      __builtin_trap();
    }
  }
  return 0;
}
