#pragma once

#include <cstdint>

#include "base/result.h"
#include "storage/database/database.h"
#include "workflow/home.h"
#include "workflow/reading/service.h"

namespace osler::workflow::reading::internal {

// Brings what the worklist says of a study in line with its results; a score above a threshold
// raises a routine study where the site wants that. Call in the transaction that changed a result.
[[nodiscard]] Result<void> refresh_study(Home& home, storage::Transaction& change,
                                         std::int64_t study);

// The same for each open study that waits for this model: after it was paused, or came back.
[[nodiscard]] Result<void> refresh_waiting(Home& home, storage::Transaction& change,
                                           const ModelName& model);

}  // namespace osler::workflow::reading::internal
