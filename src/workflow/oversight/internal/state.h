#pragma once

#include "workflow/oversight/internal/sources.h"
#include "workflow/oversight/oversight.h"

namespace osler::workflow::oversight {

struct Oversight::State {
  explicit State(Home& home) : sources(home) {}

  internal::Sources sources;
};

}  // namespace osler::workflow::oversight
