#pragma once

#include "base/result.h"
#include "storage/database/database.h"

namespace osler::workflow::oversight::internal {

// Makes the indices that oversight counts by. The tables are those of workflow/reading, which must
// be there.
[[nodiscard]] Result<void> migrate(storage::Database& database);

}  // namespace osler::workflow::oversight::internal
