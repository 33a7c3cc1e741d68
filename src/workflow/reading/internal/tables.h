#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/database/database.h"

namespace osler::workflow::reading::internal {

// Makes or brings up to date this room's tables.
[[nodiscard]] Result<void> migrate(storage::Database& database);

// Milliseconds since 1970, as the tables keep times.
[[nodiscard]] std::int64_t now_ms(const Clock& clock);
// RFC 3339; empty for 0.
[[nodiscard]] std::string time_text(std::int64_t ms);

}  // namespace osler::workflow::reading::internal
