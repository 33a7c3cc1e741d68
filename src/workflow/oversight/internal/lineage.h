#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/oversight/internal/registered.h"
#include "workflow/oversight/runs.h"
#include "workflow/runs.h"

namespace osler::workflow::oversight::internal {

// "chest@ab12cd34" and the whole digest, of a run's "chest@v1"; as the run says, and no digest,
// where the catalogue does not have it.
struct DatasetName {
  std::string shown;
  std::string digest;
};
[[nodiscard]] DatasetName dataset_name(Home& home, const std::string& reference);

// Films, data set, run, and the package and stage of each model in `made`.
[[nodiscard]] std::vector<Origin> lineage_of(Home& home, const Run& run,
                                             const std::vector<Registered>& made);
// Package and stage alone: of a model that no run of this home made.
[[nodiscard]] std::vector<Origin> lineage_of(const Registered& registered);

}  // namespace osler::workflow::oversight::internal
