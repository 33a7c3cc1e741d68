#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/crypto.h"
#include "serve/http/query.h"

// No path leads upwards, and what is decoded comes back from its encoding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  using namespace osler::serve::http;
  const auto text = as_text(std::as_bytes(std::span(data, size)));
  const auto target = parse_target(text, "films.example:8080");
  if (!target) {
    return 0;
  }
  const std::string& path = target->path;
  const std::string closed = path + "/";
  if (!path.starts_with('/') || closed.find("/../") != std::string::npos ||
      closed.find("/./") != std::string::npos || path.find("//") != std::string::npos ||
      path.find_first_of(std::string("\\\0\n\r", 4)) != std::string::npos || !is_utf8(path) ||
      target->query.size() > kMostParameters) {
    __builtin_trap();
  }
  std::string again = "/?";
  for (const auto& [name, value] : target->query) {
    again += percent_encode(name) + "=" + percent_encode(value) + "&";
  }
  const auto same = parse_target(again, "");
  if (!same || same->query != target->query) {
    __builtin_trap();
  }
  return 0;
}
