#pragma once

#include <string_view>

namespace osler {

// The version of osler: "0.1.0".
[[nodiscard]] std::string_view version();

}  // namespace osler
