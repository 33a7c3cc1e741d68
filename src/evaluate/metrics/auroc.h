#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "evaluate/metrics/cases.h"
#include "evaluate/metrics/estimate.h"

namespace osler::evaluate::metrics {

// The area under the ROC curve is the chance that a positive case scores above a negative one, ties
// one half (Mann-Whitney). The direction is fixed: higher means positive; an area of 0.2 stays 0.2.

enum class AurocScale : std::uint8_t {
  Plain,  // area +- z * se, clipped to [0, 1]
  Logit,  // the same on log(a / (1 - a)), taken back
};

struct AurocOptions {
  double confidence = 0.95;
  AurocScale scale = AurocScale::Plain;
};

struct Auroc {
  Estimate area = {};
  double variance = 0.0;  // DeLong's, or Obuchowski's where cases come in groups; NaN: none
  std::size_t positives = 0;
  std::size_t negatives = 0;
  bool clustered = false;  // some group has several cases
};

// Area and interval in O(n log n), callable on millions of cases.
//   independent cases  DeLong et al., Biometrics 1988;44:837: S10 / m + S01 / n with divisors m - 1
//                      and n - 1, from mid-ranks
//   grouped cases      Obuchowski, Biometrics 1997;53:567: the same placements summed by group
// Where the area is 0 or 1 the variance is 0 and the interval would have no width: it is then the
// exact binomial one (Clopper-Pearson) of min(m, n) pairs out of as many.
// Not estimable: one class only, or all scores alike. No interval: one case of a class.
// InvalidArgument: as check(cases).
[[nodiscard]] Result<Auroc> auroc(const Cases& cases, const AurocOptions& options = {});

// Hanley and McNeil's standard error (Radiology 1982;143:29), from the area and the counts alone.
[[nodiscard]] double hanley_mcneil_error(double area, std::size_t positives, std::size_t negatives);

struct AurocDifference {
  Estimate first = {};
  Estimate second = {};
  Estimate difference = {};  // first - second
  double covariance = 0.0;   // of both areas; 0 unpaired
  double statistic = 0.0;    // z, or t where df is there
  double p_value = 1.0;      // two-sided
  std::optional<double> df = {};
};

// Two scores of the same cases. z is normal (DeLong 1988; Obuchowski 1997 where cases come in
// groups).
//   second  [n] the other score, in the order of `first`
// Not estimable: where one of both is not, or the variance of the difference is 0.
// InvalidArgument: as check(cases), for either score.
[[nodiscard]] Result<AurocDifference> compare_paired(const Cases& first,
                                                     std::span<const double> second,
                                                     const AurocOptions& options = {});
// Two sets of cases. t with df = (v1 + v2)^2 / (v1^2 / (N1 - 1) + v2^2 / (N2 - 1)), N all cases of
// a set.
[[nodiscard]] Result<AurocDifference> compare_unpaired(const Cases& first, const Cases& second,
                                                       const AurocOptions& options = {});

enum class PartialAxis : std::uint8_t { Specificity, Sensitivity };
struct PartialOptions {
  PartialAxis axis = PartialAxis::Specificity;  // the area lies between two values of this
  double from = 1.0;
  double to = 0.9;
  bool corrected = false;  // McClish 1989: 1/2 (1 + (a - min) / (max - min)); no skill is 1/2
};
// The part of the area between two specificities (of the sensitivity over them), or between two
// sensitivities; linear between ROC points. Absent (NaN): one class only.
// InvalidArgument: as check(cases), or bounds outside [0, 1] or equal.
[[nodiscard]] Result<double> partial_auroc(const Cases& cases, const PartialOptions& options);

}  // namespace osler::evaluate::metrics
