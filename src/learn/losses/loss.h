#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "study/training.h"

namespace osler::learn::losses {

using Kind = study::Loss;
using Settings = study::TrainingSpec::LossSpec;

// What each case of a class counts. Balanced weights have mean 1 over the cases.
struct ClassWeights {
  double negative = 1.0;
  double positive = 1.0;
};

// labels [n] 0 or 1. FailedPrecondition: balanced weights asked for and a class is absent.
[[nodiscard]] Result<ClassWeights> class_weights(const Settings& settings,
                                                 std::span<const std::uint8_t> labels);

}  // namespace osler::learn::losses
