#pragma once

#include <string>

#include "workflow/runs.h"

namespace osler::cli {

// "AUROC 0.943 (0.908 to 0.978)", or the run's state where there is none.
[[nodiscard]] std::string primary_metric(const workflow::Run& run);
[[nodiscard]] Json to_json(const workflow::Run& run);

}  // namespace osler::cli
