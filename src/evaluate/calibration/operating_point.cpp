#include "evaluate/calibration/operating_point.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "evaluate/calibration/venn_abers.h"
#include "evaluate/metrics/curves.h"

namespace osler::evaluate::calibration {
namespace {

using metrics::Cases;

std::vector<double> scores_of(const Cases& cases, std::uint8_t label) {
  std::vector<double> out;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (cases.labels[i] == label) {
      out.push_back(cases.scores[i]);
    }
  }
  return out;
}

// How many of n are needed so that their share reaches `required`, rounding aside.
std::size_t needed(double required, std::size_t n) {
  return static_cast<std::size_t>(std::ceil(required * static_cast<double>(n) - 1e-9));
}

double by_sensitivity(const Cases& cases, double required) {
  auto positive = scores_of(cases, 1);
  std::ranges::sort(positive, std::greater<>());
  return positive[std::max<std::size_t>(needed(required, positive.size()), 1) - 1];
}

Result<double> by_specificity(const Cases& cases, double required) {
  auto negative = scores_of(cases, 0);
  std::ranges::sort(negative);
  auto observed = std::vector<double>(cases.scores.begin(), cases.scores.end());
  std::ranges::sort(observed);
  // Below the threshold must be at least this many negatives.
  const std::size_t below = needed(required, negative.size());
  const auto found =
      below == 0 ? observed.begin() : std::ranges::upper_bound(observed, negative[below - 1]);
  if (found == observed.end()) {
    return Error(ErrorCode::FailedPrecondition,
                 "no threshold reaches the specificity: the highest score is a negative's")
        .hint("ask for less specificity");
  }
  return *found;
}

Result<double> by_youden(const Cases& cases) {
  OSLER_TRY(const auto points, metrics::curve(cases));
  // Of equals the largest; "nothing marked" is no threshold to work with.
  return metrics::best_by_youden(std::span(points).subspan(1)).back().threshold;
}

Result<void> check_rule(const Cases& cases, const Rule& rule) {
  OSLER_TRY_DO(metrics::check_probabilities(cases));
  const bool fixed = rule.kind == Rule::Kind::Fixed;
  const bool above = fixed ? rule.value >= 0.0 : rule.value > 0.0;
  if (rule.kind != Rule::Kind::Youden && !(above && rule.value <= 1.0)) {
    return Error(ErrorCode::InvalidArgument,
                 fixed ? "the threshold is outside [0, 1]" : "the required rate is outside (0, 1]");
  }
  const std::size_t m = cases.positives();
  if (!fixed && (m == 0 || m == cases.size())) {
    return Error(ErrorCode::FailedPrecondition,
                 "cannot choose a threshold: the validation cases are of one class only");
  }
  return {};
}

Result<double> threshold_by(const Cases& cases, const Rule& rule) {
  switch (rule.kind) {
    case Rule::Kind::Sensitivity:
      return by_sensitivity(cases, rule.value);
    case Rule::Kind::Specificity:
      return by_specificity(cases, rule.value);
    case Rule::Kind::Youden:
      return by_youden(cases);
    case Rule::Kind::Fixed:
      break;
  }
  return rule.value;
}

}  // namespace

Result<OperatingPoint> operating_point(const Cases& cases, const Rule& rule) {
  OSLER_TRY_DO(check_rule(cases, rule));
  OperatingPoint out;
  OSLER_TRY(out.threshold, threshold_by(cases, rule));
  OSLER_TRY(out.table, metrics::confusion(cases, out.threshold));
  return out;
}

Result<OperatingPoint> lowered_at_no_cost(const Cases& cases, double threshold) {
  OSLER_TRY_DO(metrics::check_probabilities(cases));
  double next_negative = -1.0;  // none
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (cases.labels[i] == 0 && cases.scores[i] < threshold) {
      next_negative = std::max(next_negative, cases.scores[i]);
    }
  }
  double last_positive = threshold;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (cases.labels[i] == 1 && cases.scores[i] > next_negative) {
      last_positive = std::min(last_positive, cases.scores[i]);
    }
  }
  OperatingPoint out;
  out.threshold = next_negative < 0.0 ? last_positive : std::midpoint(next_negative, last_positive);
  OSLER_TRY(out.table, metrics::confusion(cases, out.threshold));
  return out;
}

Result<FittedScoreMap> fit_score_map(const Cases& validation, const ScoreMapOptions& options) {
  FittedScoreMap out;
  OSLER_TRY(out.calibration, fit_best(validation, options.calibration));
  out.map.calibration = out.calibration.map;
  OSLER_TRY(out.map.interval, venn_abers(validation));
  std::vector<double> probabilities;
  for (std::size_t i = 0; i < validation.size(); ++i) {
    probabilities.push_back(out.map.calibration.apply(validation.scores[i]));
    out.map.reference.push_back({validation.scores[i], validation.labels[i] == 1});
  }
  std::ranges::stable_sort(out.map.reference, {}, &clinical::ReferenceCase::score);
  const Cases cases{
      .scores = probabilities, .labels = validation.labels, .groups = validation.groups};
  OSLER_TRY(out.point, operating_point(cases, options.rule));
  if (options.rule.kind == Rule::Kind::Sensitivity) {
    OSLER_TRY(out.point, lowered_at_no_cost(cases, out.point.threshold));
  }
  out.map.threshold = out.point.threshold;
  out.map.high_from = options.high_from;
  out.map.similar = options.similar;
  return out;
}

}  // namespace osler::evaluate::calibration
