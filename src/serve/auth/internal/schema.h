#pragma once

#include "base/result.h"
#include "storage/database/database.h"

namespace osler::serve::auth::internal {

// Makes this room's tables where they are missing.
[[nodiscard]] Result<void> migrate(storage::Database& database);

}  // namespace osler::serve::auth::internal
