#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"

namespace osler::learn::losses {

enum class Kind : std::uint8_t { WeightedBce, Focal };

struct Settings {
  Kind kind = Kind::WeightedBce;
  double gamma = 2.0;                     // of the focal loss, >= 0; 0 is cross-entropy
  std::optional<double> positive_weight;  // of a positive case, a negative one weighs 1; absent:
                                          // balanced, so that both classes weigh the same in all
  double label_smoothing = 0.0;           // targets become s/2 and 1 - s/2; in [0, 1)
};

// What each case of a class counts. Balanced weights have mean 1 over the cases.
struct ClassWeights {
  double negative = 1.0;
  double positive = 1.0;
};

// InvalidArgument: a setting outside its range.
[[nodiscard]] Result<void> check(const Settings& settings);

// labels [n] 0 or 1. FailedPrecondition: balanced weights asked for and a class is absent.
[[nodiscard]] Result<ClassWeights> class_weights(const Settings& settings,
                                                 std::span<const std::uint8_t> labels);

}  // namespace osler::learn::losses
