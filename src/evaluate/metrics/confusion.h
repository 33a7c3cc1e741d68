#pragma once

#include <cstddef>

#include "base/result.h"
#include "evaluate/metrics/cases.h"
#include "evaluate/metrics/proportion.h"

namespace osler::evaluate::metrics {

// Test against truth: t(rue) or f(alse), p(ositive) or n(egative) by the test.
struct Confusion {
  std::size_t tp = 0;
  std::size_t fp = 0;
  std::size_t fn = 0;
  std::size_t tn = 0;

  [[nodiscard]] std::size_t positives() const { return tp + fn; }
  [[nodiscard]] std::size_t negatives() const { return fp + tn; }
  [[nodiscard]] std::size_t marked() const { return tp + fp; }
  [[nodiscard]] std::size_t unmarked() const { return fn + tn; }
  [[nodiscard]] std::size_t size() const { return tp + fp + fn + tn; }
};

// A case is positive by the test where its score is at or above the threshold.
// InvalidArgument: as check(cases), or a threshold that is NaN.
[[nodiscard]] Result<Confusion> confusion(const Cases& cases, double threshold);

// Each with its own n: the sensitivity's is the positives. Not estimable: its n is 0.
struct Rates {
  Estimate sensitivity = {};
  Estimate specificity = {};
  Estimate ppv = {};  // at the prevalence of these cases
  Estimate npv = {};
  Estimate accuracy = {};
  Estimate prevalence = {};
};
// Of independent cases.
[[nodiscard]] Rates rates(const Confusion& table, const ProportionOptions& options = {});
// Of cases that may come in groups: intervals by clustered_proportion.
[[nodiscard]] Result<Rates> rates_at(const Cases& cases, double threshold,
                                     const ProportionOptions& options = {});

// What a table says in other words. Absent (NaN) where the division is by zero.
//   f(beta)             (1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)
//   matthews            Matthews correlation (MCC)
//   kappa               Cohen's kappa of test and truth
//   youden              sensitivity + specificity - 1
//   balanced_accuracy   (sensitivity + specificity) / 2
//   g_mean              sqrt(sensitivity * specificity)
//   true_prevalence     Rogan and Gladen: (marked share + Sp - 1) / (Se + Sp - 1), not clipped
struct Summary {
  double f1 = 0.0;
  double f2 = 0.0;
  double matthews = 0.0;
  double kappa = 0.0;
  double youden = 0.0;
  double balanced_accuracy = 0.0;
  double g_mean = 0.0;
  double jaccard = 0.0;
  double number_needed_to_diagnose = 0.0;  // 1 / youden
  double true_prevalence = 0.0;
};
[[nodiscard]] Summary summary(const Confusion& table);

// Likelihood ratios Se / (1 - Sp) and (1 - Se) / Sp, and the diagnostic odds ratio. Intervals on
// the log scale (Simel 1991): none where a cell that they need is 0.
[[nodiscard]] Estimate positive_likelihood_ratio(const Confusion& table, double confidence = 0.95);
[[nodiscard]] Estimate negative_likelihood_ratio(const Confusion& table, double confidence = 0.95);
[[nodiscard]] Estimate diagnostic_odds_ratio(const Confusion& table, double confidence = 0.95);

// PPV and NPV at another prevalence, by Bayes. Absent (NaN): a division by zero.
struct PredictiveValues {
  double ppv = 0.0;
  double npv = 0.0;
};
[[nodiscard]] PredictiveValues predictive_values(double sensitivity, double specificity,
                                                 double prevalence);

}  // namespace osler::evaluate::metrics
