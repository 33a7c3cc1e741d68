#pragma once

#include <span>

#include "storage/database/database.h"

namespace osler::workflow::internal {

// The tables that the use cases share.
[[nodiscard]] std::span<const storage::database::Migration> schema();

}  // namespace osler::workflow::internal
