#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace osler {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t bytes = std::size_t{256} << 20;
  std::size_t depth = 64;
};

// Parses after bounding size and depth. `name` stands in the error's place.
// DataCorrupt: not JSON, a repeated key, too large or too deep.
[[nodiscard]] Result<Json> parse_json(std::string_view text, std::string_view name,
                                      const JsonLimits& limits = {});

// One line, keys sorted, non-ASCII kept: equal documents have equal bytes, so it can be hashed.
[[nodiscard]] std::string dump_json(const Json& document);
// Two blanks of indent, keys sorted, ends with a new line: for files that people read.
[[nodiscard]] std::string pretty_json(const Json& document);

// Members by name. DataCorrupt: absent or of another type; the message names the key.
[[nodiscard]] Result<std::string> json_string(const Json& object, std::string_view key);
[[nodiscard]] Result<double> json_number(const Json& object, std::string_view key);
[[nodiscard]] Result<std::int64_t> json_integer(const Json& object, std::string_view key);
[[nodiscard]] Result<bool> json_bool(const Json& object, std::string_view key);

}  // namespace osler
