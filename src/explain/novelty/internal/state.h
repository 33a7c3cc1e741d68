#pragma once

#include <cstddef>

#include "explain/novelty/internal/mahalanobis.h"
#include "explain/novelty/novelty.h"

namespace osler::explain::novelty {

// One of the two distances, with the distance that the threshold stands for.
struct Part {
  Ellipsoid ellipsoid{};
  double limit = 1.0;
};

struct Detector::State {
  double false_alarm_rate = 0.0;
  std::size_t films = 0;
  Part features{};  // size 0 where the network has none
  Part picture{};
};

}  // namespace osler::explain::novelty
