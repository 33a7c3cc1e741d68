#pragma once

#include <chrono>
#include <cstdint>

namespace osler::serve::auth::internal {

// As they stand in this room's tables: whole seconds since 1970.
[[nodiscard]] inline std::int64_t seconds_of(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}
[[nodiscard]] inline std::chrono::system_clock::time_point time_of(std::int64_t seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

}  // namespace osler::serve::auth::internal
