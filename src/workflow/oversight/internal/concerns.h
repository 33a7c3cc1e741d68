#pragma once

#include <optional>
#include <string>

#include "workflow/configuration.h"
#include "workflow/oversight/models.h"

namespace osler::workflow::oversight::internal {

// All that bears on whether somebody has to decide about a model.
struct Circumstances {
  std::optional<reading::Pause> pause;
  std::string refused;     // why its package cannot be opened; empty: it can be
  std::string open_gates;  // what forbids its registration; empty: nothing
  ModelNotes notes;
  std::string today;  // "2026-11-24"
};

// Fills in decision_needed and urgency; the row is complete but for these. Nothing is asked about a
// retired model.
void say_what_is_needed(const Circumstances& circumstances, ModelRow& row);

}  // namespace osler::workflow::oversight::internal
