#pragma once

#include "base/json.h"
#include "cli/verb.h"
#include "workflow/backup/backup.h"

namespace osler::cli {

[[nodiscard]] Json to_json(const workflow::backup::Snapshot& snapshot);
// What a snapshot holds, for people; names what its home had lost.
void say_snapshot(const Context& context, const workflow::backup::Snapshot& snapshot);

}  // namespace osler::cli
