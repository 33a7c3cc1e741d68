#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "clinical/score_map.h"
#include "evaluate/metrics/cases.h"

namespace osler::evaluate::calibration {

using clinical::CalibrationMap;
using Method = clinical::CalibrationMap::Method;

// Each fit takes scores on the logit scale (a network's output, or logit p) and gives a map that
// does not fall: where the scores run against the truth, the slope is 0 and the map says the
// prevalence. InvalidArgument: as metrics::check. FailedPrecondition: one class only, or an
// infinite score.

// Platt 1999. Smoothed: the targets are (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), which keeps the map
// finite where the classes are separated. AsSeen: 0 and 1, plain logistic recalibration;
// FailedPrecondition where they are separated.
enum class Targets : std::uint8_t { Smoothed, AsSeen };
[[nodiscard]] Result<CalibrationMap> fit_platt(const metrics::Cases& cases,
                                               Targets targets = Targets::Smoothed);

// p = sigmoid(score / T), T of the least log loss (Guo et al. 2017); the map's slope is 1 / T, at
// most 1000.
[[nodiscard]] Result<CalibrationMap> fit_temperature(const metrics::Cases& cases);

// Isotonic regression by pooling adjacent violators (Zadrozny and Elkan 2002), tied scores averaged
// first; inner knots of flat stretches are dropped.
[[nodiscard]] Result<CalibrationMap> fit_isotonic(const metrics::Cases& cases);

struct BestFitOptions {
  std::vector<Method> methods = {Method::Temperature, Method::Platt, Method::Isotonic};
  std::size_t folds = 5;
  std::uint64_t seed = 1;
};

struct Candidate {
  Method method = Method::Platt;
  double log_loss = 0.0;  // mean over held-out cases; NaN: could not be fitted
  std::string reason = {};
};

struct BestFit {
  CalibrationMap map = {};                 // the winner, fitted on all cases
  std::vector<Candidate> candidates = {};  // in the order asked for
};

// The method of the least cross-validated log loss; of equals the first. Groups stay in one fold;
// those with a positive case and those without are dealt out apart. With one method there is
// nothing to choose and no loss is worked out. InvalidArgument: as metrics::check, no method, fewer
// than 2 folds. FailedPrecondition: fewer groups with a positive or with a negative case than
// folds, or no method could be fitted.
[[nodiscard]] Result<BestFit> fit_best(const metrics::Cases& cases,
                                       const BestFitOptions& options = {});

// The fold of each case, as fit_best deals them out: [n] in [0, folds).
// InvalidArgument: fewer than 2 folds. FailedPrecondition: fewer groups with a positive case, or
// with a negative one, than folds.
[[nodiscard]] Result<std::vector<std::size_t>> deal_folds(const metrics::Cases& cases,
                                                          std::size_t folds, std::uint64_t seed);

[[nodiscard]] std::string_view to_string(Method method);  // "platt", "temperature", "isotonic"

}  // namespace osler::evaluate::calibration
