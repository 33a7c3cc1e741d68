#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/oversight/internal/registered.h"
#include "workflow/oversight/internal/sources.h"
#include "workflow/oversight/runs.h"
#include "workflow/runs.h"

namespace osler::workflow::oversight::internal {

// A model in production with the run that made it.
struct Champion {
  std::string reference;
  Run run;
};
[[nodiscard]] std::vector<Champion> champions(Home& home, const std::vector<Registered>& all);

[[nodiscard]] RunRow row_of(Sources& sources, const Run& run,
                            const std::vector<Champion>& champions);
// The models whose first step names this run.
[[nodiscard]] std::vector<Registered> made_by(const std::vector<Registered>& all, const Run& run);

}  // namespace osler::workflow::oversight::internal
