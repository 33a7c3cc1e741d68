#pragma once

#include <filesystem>

#include "clinical/score_map.h"
#include "workflow/internal/scores.h"
#include "workflow/internal/subject.h"

namespace osler::workflow::internal {

// One line a film, as evaluate::report::PredictionTable reads it, with the study's subgroup
// columns.
[[nodiscard]] Result<void> write_predictions(const std::filesystem::path& path,
                                             const Subject& subject, const PartRows& part,
                                             const Scores& scores, const clinical::ScoreMap& map);

}  // namespace osler::workflow::internal
