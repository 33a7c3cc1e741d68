#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/database/database.h"

namespace osler::workflow::reading::internal {

// Makes or brings up to date this room's tables.
[[nodiscard]] Result<void> migrate(storage::Database& database);

}  // namespace osler::workflow::reading::internal
