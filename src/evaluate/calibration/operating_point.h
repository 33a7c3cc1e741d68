#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "clinical/score_map.h"
#include "evaluate/calibration/fit.h"
#include "evaluate/metrics/cases.h"
#include "evaluate/metrics/confusion.h"

namespace osler::evaluate::calibration {

// How a threshold is found on validation cases; a case is positive at or above it.
//   Sensitivity  the largest observed probability whose sensitivity is at least `value`
//   Specificity  the smallest observed probability whose specificity is at least `value`
//   Youden       the largest of those with the most sensitivity + specificity
//   Fixed        `value` itself
struct Rule {
  enum class Kind : std::uint8_t { Sensitivity, Specificity, Youden, Fixed };
  Kind kind = Kind::Sensitivity;
  double value = 0.9;
};

struct OperatingPoint {
  double threshold = 0.5;
  metrics::Confusion table = {};  // of the validation cases
};

// InvalidArgument: as metrics::check_probabilities, or a value outside (0, 1] (Fixed: [0, 1]).
// FailedPrecondition: one class only, or no threshold reaches the specificity.
[[nodiscard]] Result<OperatingPoint> operating_point(const metrics::Cases& cases,
                                                     const Rule& rule = {});

// The same sensitivity or more at the same specificity: the threshold moves down past the cases
// with the finding that follow, to the middle between the last of them and the next case without
// it, or to the last of them where there is no such case. A threshold that hugs the highest score
// that it may have misses the next patient for nothing.
//   threshold  in [0, 1], of operating_point() on the same cases
// InvalidArgument: as metrics::check_probabilities.
[[nodiscard]] Result<OperatingPoint> lowered_at_no_cost(const metrics::Cases& cases,
                                                        double threshold);

struct ScoreMapOptions {
  BestFitOptions calibration = {};
  Rule rule = {};
  std::size_t similar = 100;
  double high_from = 0.5;
};

struct FittedScoreMap {
  clinical::ScoreMap map = {};
  BestFit calibration = {};
  OperatingPoint point = {};
};

// All that turns a raw score into a reading, from validation cases (raw scores, on the logit
// scale): calibration, Venn-Abers intervals, reference cases and threshold; one by sensitivity is
// lowered_at_no_cost(). The errors of fit_best,
// venn_abers and operating_point.
[[nodiscard]] Result<FittedScoreMap> fit_score_map(const metrics::Cases& validation,
                                                   const ScoreMapOptions& options = {});

}  // namespace osler::evaluate::calibration
