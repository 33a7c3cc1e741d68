#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "serve/http/internal/parser.h"

namespace {

using osler::serve::http::RequestParser;

struct Outcome {
  bool done = false;
  int status = 0;
  std::string target;
  std::string body;
  std::size_t used = 0;

  bool operator==(const Outcome&) const = default;
};

// As a connection does it: what is not used up comes again, with up to `step` bytes more behind it.
Outcome read(std::string_view bytes, std::size_t step) {
  RequestParser parser({.head = 4096, .target = 1024, .lines = 20});
  Outcome outcome;
  std::size_t end = 0;
  while (end < bytes.size() && !parser.done() && !parser.refusal()) {
    end = std::min(bytes.size(), end + step);
    while (outcome.used < end && !parser.done() && !parser.refusal()) {
      const bool had_head = parser.head_done();
      const std::size_t used = parser.feed(bytes.substr(outcome.used, end - outcome.used));
      outcome.used += used;
      if (!had_head && parser.head_done()) {
        parser.deliver_body(&outcome.body, 1000);
      } else if (used == 0) {
        break;
      }
    }
  }
  outcome.done = parser.done() && !parser.refusal();
  outcome.status = parser.refusal() ? parser.refusal()->status : 0;
  outcome.target = parser.target();
  return outcome;
}

void require(bool holds) {
  if (!holds) {
    __builtin_trap();
  }
}

}  // namespace

// However the bytes are cut, the same request comes out of them, and it keeps to its limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 8192) {
    return 0;
  }
  const auto bytes = osler::as_text(std::as_bytes(std::span(data + 1, size - 1)));
  const Outcome whole = read(bytes, bytes.size());
  const Outcome cut = read(bytes, 1U + data[0] % 64U);
  require(whole.body.size() <= 1000 && whole.target.size() <= 1024);
  require(whole.done == cut.done);
  if (whole.done) {
    require(whole == cut);
  }
  return 0;
}
