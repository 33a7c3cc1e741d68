#pragma once

#include <optional>
#include <string>

#include "storage/database/database.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/worklist.h"

namespace osler::workflow::reading::internal {

// The columns that read_study() reads, of `studies AS s`.
extern const char* const kStudyColumns;
[[nodiscard]] StudyFacts read_study(const storage::Statement& rows);

// The columns that read_decision() reads, of `decisions`.
extern const char* const kDecisionColumns;
// An answer that no version of ours wrote counts as withdrawn: it says nothing.
[[nodiscard]] Decision read_decision(const storage::Statement& rows);

// Nothing where the column is null.
[[nodiscard]] std::optional<double> number_or_none(const storage::Statement& rows, int column);

}  // namespace osler::workflow::reading::internal
