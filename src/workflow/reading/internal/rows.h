#pragma once

#include <string>

#include "storage/database/database.h"
#include "workflow/reading/worklist.h"

namespace osler::workflow::reading::internal {

// The columns that read_study() reads, of `studies AS s`.
extern const char* const kStudyColumns;
[[nodiscard]] StudyFacts read_study(const storage::Statement& rows);

}  // namespace osler::workflow::reading::internal
