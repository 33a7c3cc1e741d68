#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "storage/database/database.h"
#include "workflow/home.h"
#include "workflow/reading/person.h"

namespace osler::workflow::labelling::internal {

// Makes or brings up to date this room's tables.
[[nodiscard]] Result<void> migrate(storage::Database& database);

// One audit record in the caller's transaction.
[[nodiscard]] Result<void> audit(Home& home, storage::Transaction& change, const char* action,
                                 const reading::Person& person,
                                 std::map<std::string, std::string> facts);

}  // namespace osler::workflow::labelling::internal
