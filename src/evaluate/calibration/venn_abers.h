#pragma once

#include "base/result.h"
#include "clinical/score_map.h"
#include "evaluate/metrics/cases.h"

namespace osler::evaluate::calibration {

// Inductive Venn-Abers predictor (Vovk and Petej, UAI 2014): for a new score s, lower and upper are
// the isotonic values at s of the calibration cases with s added once as negative, once as
// positive. They depend on s only through its place among the calibration scores, so all places are
// worked out at once: algorithms 1 to 4 of Vovk, Petej and Fedorova, NeurIPS 2015, O(n log n).
//
// What is claimed: if the cases are exchangeable, one of both bounds is a perfectly calibrated
// probability, so over all cases that get an interval like this one, the share with the finding
// lies between the mean lower and the mean upper bound. It is no 95 % interval of one patient's
// chance.
//
// InvalidArgument: as metrics::check.
[[nodiscard]] Result<clinical::IntervalMap> venn_abers(const metrics::Cases& cases);

}  // namespace osler::evaluate::calibration
