#pragma once

#include "base/result.h"
#include "evaluate/metrics/bootstrap.h"
#include "evaluate/metrics/cases.h"

namespace osler::evaluate::metrics {

// Scores of probabilities, smaller is better; intervals by bootstrap.
// InvalidArgument, all: as check_probabilities.

// Mean of (p - y)^2 (Brier 1950).
[[nodiscard]] Result<Estimate> brier(const Cases& cases, const BootstrapOptions& options = {});
// 1 - Brier / (prevalence (1 - prevalence)): 1 is perfect, 0 is saying the prevalence each time.
// Not estimable: one class only.
[[nodiscard]] Result<Estimate> scaled_brier(const Cases& cases,
                                            const BootstrapOptions& options = {});
// Mean of -log of the probability given to what happened, p clipped to [2^-52, 1 - 2^-52].
[[nodiscard]] Result<Estimate> log_loss(const Cases& cases, const BootstrapOptions& options = {});

}  // namespace osler::evaluate::metrics
