#pragma once

#include <vector>

#include "evaluate/metrics/cases.h"

namespace osler::evaluate::calibration {

// The cases by rising score, those of equal score as one.
struct ByScore {
  std::vector<double> score;    // strictly rising
  std::vector<double> weight;   // how many cases have it
  std::vector<double> average;  // share of these that are positive
};
[[nodiscard]] ByScore by_score(const metrics::Cases& cases);

}  // namespace osler::evaluate::calibration
