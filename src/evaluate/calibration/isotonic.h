#pragma once

#include <span>
#include <vector>

namespace osler::evaluate::calibration {

// Least-squares values that do not fall: pooling adjacent violators (Ayer et al. 1955), O(n).
//   values   [n] in the order of the predictor
//   weights  [n] > 0
// returns    [n]
[[nodiscard]] std::vector<double> pool_adjacent_violators(std::span<const double> values,
                                                          std::span<const double> weights);

}  // namespace osler::evaluate::calibration
