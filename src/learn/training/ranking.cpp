#include "learn/training/internal/ranking.h"

#include <vector>

#include "base/check.h"
#include "evaluate/metrics/curves.h"

namespace osler::learn::training {

Ranking ranking(std::span<const float> scores, std::span<const std::uint8_t> labels) {
  const std::vector<double> wide(scores.begin(), scores.end());
  const auto points = evaluate::metrics::curve({.scores = wide, .labels = labels});
  OSLER_CHECK(points);
  Ranking result;
  for (std::size_t i = 1; i < points->size(); ++i) {
    const auto& before = (*points)[i - 1];
    const auto& here = (*points)[i];
    // Over the ROC points a trapezoid counts ties as half; the precision is a step function.
    result.auroc +=
        (before.specificity - here.specificity) * (before.sensitivity + here.sensitivity) / 2.0;
    result.auprc += (here.sensitivity - before.sensitivity) * here.precision;
  }
  return result;
}

}  // namespace osler::learn::training
