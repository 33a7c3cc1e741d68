#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace osler::workflow::oversight::internal {

inline constexpr std::int64_t kDayMs = 24L * 60 * 60 * 1000;

// To the second; nothing where it is no RFC 3339 time in UTC.
[[nodiscard]] std::optional<std::int64_t> time_ms(std::string_view text);

// Days since 1970, in UTC.
[[nodiscard]] std::int64_t day_of(std::int64_t ms);
[[nodiscard]] std::int64_t monday_of(std::int64_t day);
[[nodiscard]] std::string day_text(std::int64_t day);  // "2026-11-24"
// "2026-11-24" or a longer RFC 3339 text as people read it: "24 Nov 2026"; as it is otherwise.
[[nodiscard]] std::string day_in_words(std::string_view text);

}  // namespace osler::workflow::oversight::internal
