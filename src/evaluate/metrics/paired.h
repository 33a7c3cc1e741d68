#pragma once

#include <vector>

#include "base/result.h"
#include "evaluate/metrics/bootstrap.h"
#include "evaluate/metrics/cases.h"

namespace osler::evaluate::metrics {

// Two scores of the same cases, compared by drawing cases: each resample is of both, so what they
// have in common falls out of the difference. For areas under the ROC curve use compare_paired.

// The sum of `over` by the sum of `under`, each as often as its case was drawn; NaN: `under` sums
// to 0. Both [n] in the order of the cases. The sensitivity, as an example, has 1 under each
// positive case, and 1 over each of these that is marked; a mean loss has the loss over and 1 under
// each.
[[nodiscard]] Statistic ratio(std::vector<double> over, std::vector<double> under);

// The average precision (as average_precision) of resampled cases. The statistic keeps what it
// needs of the cases. InvalidArgument: as check(cases).
[[nodiscard]] Result<Statistic> average_precision_of(const Cases& cases);

// first - second. Not estimable: one of both cannot be worked out. No interval: where the
// difference is the same in each resample (both say the same of every case), and as
// bootstrap_estimate.
[[nodiscard]] Estimate paired_difference(const Cases& cases, const Statistic& first,
                                         const Statistic& second,
                                         const BootstrapOptions& options = {});

}  // namespace osler::evaluate::metrics
