#pragma once

#include "base/result.h"
#include "clinical/image.h"

namespace osler::imaging::transform {

struct Levels {
  double low = 0.0;
  double high = 0.0;
};

// The stored values under which `low_percent` and `high_percent` of the pixels lie.
// FailedPrecondition: a sample is not finite.
[[nodiscard]] Result<Levels> percentile_levels(const clinical::Image& image, double low_percent,
                                               double high_percent);

// All that the stored bits can say: 0 to 255 for 8 bits unsigned.
[[nodiscard]] Levels stored_levels(const clinical::Image& image);

}  // namespace osler::imaging::transform
