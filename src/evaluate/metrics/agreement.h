#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "evaluate/metrics/estimate.h"

namespace osler::evaluate::metrics {

// Cohen's kappa of two readers: how far they agree beyond what their own frequencies would give by
// chance (Cohen, Educational and Psychological Measurement 1960;20:37).
//
//   table  [k * k] counts, row-major: row what the first said, column what the second said
//
// The interval is value +- z * SE, cut to [-1, 1], with the large-sample SE for an estimated kappa
// (Fleiss, Cohen and Everitt, Psychological Bulletin 1969;72:323, eq. 13). The cases must be
// independent: several films of a patient make it too narrow.
//
// Not estimable: no cases; or a reader said the same of every case, for kappa is then 0 or 0 / 0
// whatever the other says. A value without an interval: where the SE is 0 (no case is off the
// diagonal, or none on it), which is no certainty.
// InvalidArgument: not k * k counts with k of at least 2, or a confidence outside (0, 1).
[[nodiscard]] Result<Estimate> cohen_kappa(std::span<const std::size_t> table,
                                           double confidence = 0.95);

}  // namespace osler::evaluate::metrics
