#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "evaluate/metrics/bootstrap.h"
#include "evaluate/metrics/cases.h"

namespace osler::evaluate::metrics {

// Where a curve is cut. Observed: at each score that occurs, positive where score >= threshold; the
// first point (nothing marked) has the threshold +infinity. Midpoints: half-way between
// neighbouring scores, -infinity and +infinity at the ends.
enum class Cut : std::uint8_t { Observed, Midpoints };

struct CurvePoint {
  double threshold = 0.0;
  std::size_t tp = 0;
  std::size_t fp = 0;
  double sensitivity = 0.0;
  double specificity = 1.0;
  double precision = 1.0;  // 1 where nothing is marked
};

// One point a distinct score and the empty one, by falling threshold: from nothing marked to all
// marked. Both curves are read off it: (1 - specificity, sensitivity) and (sensitivity, precision).
// FailedPrecondition: one class only. InvalidArgument: as check(cases).
[[nodiscard]] Result<std::vector<CurvePoint>> curve(const Cases& cases, Cut cut = Cut::Observed);

// The average precision: sum of (R_i - R_(i-1)) P_i over falling thresholds, a step function, not
// the trapezoid area; interval by bootstrap. Its floor is the prevalence, not 1/2. Not estimable:
// one class only. InvalidArgument: as check(cases).
[[nodiscard]] Result<Estimate> average_precision(const Cases& cases,
                                                 const BootstrapOptions& options = {});

// Pointwise bounds of a curve by bootstrap.
struct Band {
  std::vector<double> at =
      {};  // 1 - specificity, or sensitivity: `points` of them, evenly from 0 to 1
  std::vector<double> lower = {};
  std::vector<double> upper = {};
};
// The sensitivity over 1 - specificity; linear between points.
// FailedPrecondition, InvalidArgument: as curve.
[[nodiscard]] Result<Band> roc_band(const Cases& cases, std::size_t points,
                                    const BootstrapOptions& options = {});
// The precision over the sensitivity: that of the highest threshold that reaches it.
[[nodiscard]] Result<Band> precision_band(const Cases& cases, std::size_t points,
                                          const BootstrapOptions& options = {});

// The points of `curve` (Cut::Midpoints) where sensitivity + specificity is largest (Youden 1950),
// or nearest to the corner (0, 1); all that reach it, by rising threshold.
[[nodiscard]] std::vector<CurvePoint> best_by_youden(std::span<const CurvePoint> points);
[[nodiscard]] std::vector<CurvePoint> best_by_corner(std::span<const CurvePoint> points);
// The largest sensitivity on the ROC polygon at a specificity.
[[nodiscard]] double sensitivity_at(std::span<const CurvePoint> points, double specificity);

// Decision curve (Vickers and Elkin, Medical Decision Making 2006;26:565), of probabilities: net
// benefit of acting at or above a threshold, tp/n - fp/n * t/(1 - t), and of acting on all.
struct NetBenefit {
  double threshold = 0.0;
  double model = 0.0;
  double lower = 0.0;  // bootstrap
  double upper = 0.0;
  double treat_all = 0.0;
};
// InvalidArgument: as check_probabilities, or thresholds that do not rise inside (0, 1).
[[nodiscard]] Result<std::vector<NetBenefit>> net_benefit(const Cases& cases,
                                                          std::span<const double> thresholds,
                                                          const BootstrapOptions& options = {});

}  // namespace osler::evaluate::metrics
