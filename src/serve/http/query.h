#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace osler::serve::http {

// Names and values, decoded, in the order in which they came; a name may stand several times.
using Pairs = std::vector<std::pair<std::string, std::string>>;

// The value that comes first under `name`, or nullptr.
[[nodiscard]] const std::string* first_value(const Pairs& pairs, std::string_view name);

enum class Plus : std::uint8_t {
  Plus,   // RFC 3986: in a path '+' is itself
  Blank,  // application/x-www-form-urlencoded: in a query or a form it is a blank
};

// Undoes "%41" (RFC 3986 section 2.1).
// InvalidArgument: '%' without two hexadecimal digits, a NUL, or bytes that are not UTF-8.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, Plus plus);
// All but letters, digits and "-._~" as "%41".
[[nodiscard]] std::string percent_encode(std::string_view text);

// "a=1&b=two+words" as it stands in a URL's query or in a form's body (WHATWG URL section 5.1).
// InvalidArgument: more than `most` pairs, or as percent_decode().
inline constexpr std::size_t kMostParameters = 100;
[[nodiscard]] Result<Pairs> parse_query(std::string_view text, std::size_t most = kMostParameters);

// What a request asks for: RFC 9112 section 3.2, origin-form, or absolute-form for `host` itself.
struct Target {
  std::string path;  // decoded; begins with '/', ends with it only where it is "/"
  Pairs query;
};

// InvalidArgument: neither form; a segment that is empty, "." or ".."; '\', a control character, or
// an encoded '/' in the path; a fragment; or as parse_query(). The message repeats nothing of the
// target, which may name a patient.
[[nodiscard]] Result<Target> parse_target(std::string_view target, std::string_view host);
// The same into `into`, whose memory is used again.
[[nodiscard]] Result<void> parse_target(std::string_view target, std::string_view host,
                                        Target& into);

// Well-formed UTF-8 (RFC 3629: no surrogates, nothing longer than it need be).
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace osler::serve::http
