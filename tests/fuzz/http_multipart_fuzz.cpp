#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "serve/http/multipart.h"

// The first line is the Content-Type, the rest the body. Parts lie inside the body, one behind the
// other, and are the same however it is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  using namespace osler::serve::http;
  const auto text = as_text(std::as_bytes(std::span(data, size)));
  const std::size_t line = std::min(text.find('\n'), text.size());
  const auto body = text.substr(std::min(line + 1, text.size()));
  const auto type = text.substr(0, line);
  const MultipartLimits limits{.parts = 20, .head = 300, .lines = 5};
  const auto whole = parse_multipart(body, type, limits);
  auto scanner = MultipartScanner::create(type, limits);
  if (!scanner) {
    return 0;
  }
  bool fed = true;
  for (std::size_t at = 0; fed && at < body.size(); at += 7) {
    fed = scanner->feed(body.substr(at, 7)).has_value();
  }
  const auto cut = fed ? scanner->finish() : Result<std::vector<Part>>(std::vector<Part>());
  if (whole.has_value() != (fed && cut.has_value())) {
    __builtin_trap();
  }
  std::uint64_t end = 0;
  for (std::size_t i = 0; whole && i < whole->size(); ++i) {
    const Part& part = (*whole)[i];
    if (part.offset < end || part.size > body.size() || part.offset > body.size() - part.size ||
        part.offset != (*cut)[i].offset || part.size != (*cut)[i].size ||
        part.name != (*cut)[i].name || part.filename.find('/') != std::string::npos ||
        part.filename.size() > 255) {
      __builtin_trap();
    }
    end = part.offset + part.size;
  }
  return 0;
}
