#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "deploy/registry/registry.h"
#include "workflow/home.h"
#include "workflow/models.h"
#include "workflow/runs.h"

namespace osler::workflow::oversight::internal {

// A model version with its own steps through the registry, oldest first.
struct Registered {
  ModelVersion model;
  std::vector<deploy::registry::Step> steps;

  // The run that made it, as the first step's reason says: "run r12".
  [[nodiscard]] std::string run() const;
};

// By name, then newest first.
[[nodiscard]] Result<std::vector<Registered>> registered_models(Home& home);
// The run that made the model. NotFound: the registry names none, or it is gone.
[[nodiscard]] Result<Run> run_of(Home& home, const Registered& registered);

}  // namespace osler::workflow::oversight::internal
