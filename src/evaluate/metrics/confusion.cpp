#include "evaluate/metrics/confusion.h"

#include <cmath>
#include <vector>

#include "evaluate/metrics/internal/distributions.h"

namespace osler::evaluate::metrics {
namespace {

double real(std::size_t count) {
  return static_cast<double>(count);
}

double ratio(double above, double below) {
  return below == 0.0 ? Estimate::kAbsent : above / below;
}

// The share of `hit` among the cases where `among` holds, with their groups.
template <typename Among, typename Hit>
Result<Estimate> share(const Cases& cases, Among among, Hit hit, const ProportionOptions& options) {
  std::vector<std::uint8_t> hits;
  std::vector<std::uint32_t> groups;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!among(i)) {
      continue;
    }
    hits.push_back(hit(i) ? 1 : 0);
    if (!cases.groups.empty()) {
      groups.push_back(cases.groups[i]);
    }
  }
  return clustered_proportion(hits, groups, options);
}

Estimate log_scale(double value, double variance, std::size_t n, double confidence) {
  if (!std::isfinite(value) || !std::isfinite(variance) || value <= 0.0) {
    return std::isfinite(value) ? Estimate::point(value, n, "a cell is 0")
                                : Estimate::none(n, "a cell is 0");
  }
  const double half = two_sided_z(confidence) * std::sqrt(variance);
  return {
      .value = value, .lower = value * std::exp(-half), .upper = value * std::exp(half), .n = n};
}

}  // namespace

Result<Confusion> confusion(const Cases& cases, double threshold) {
  OSLER_TRY_DO(check(cases));
  if (std::isnan(threshold)) {
    return Error(ErrorCode::InvalidArgument, "the threshold is not a number");
  }
  Confusion table;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const bool marked = cases.scores[i] >= threshold;
    const bool positive = cases.labels[i] == 1;
    ++(positive ? (marked ? table.tp : table.fn) : (marked ? table.fp : table.tn));
  }
  return table;
}

Rates rates(const Confusion& table, const ProportionOptions& options) {
  return {.sensitivity = proportion(table.tp, table.positives(), options),
          .specificity = proportion(table.tn, table.negatives(), options),
          .ppv = proportion(table.tp, table.marked(), options),
          .npv = proportion(table.tn, table.unmarked(), options),
          .accuracy = proportion(table.tp + table.tn, table.size(), options),
          .prevalence = proportion(table.positives(), table.size(), options)};
}

Result<Rates> rates_at(const Cases& cases, double threshold, const ProportionOptions& options) {
  OSLER_TRY(const auto table, confusion(cases, threshold));
  if (!clustered(cases)) {
    return rates(table, options);
  }
  const auto marked = [&](std::size_t i) { return cases.scores[i] >= threshold; };
  const auto unmarked = [&](std::size_t i) { return !marked(i); };
  const auto positive = [&](std::size_t i) { return cases.labels[i] == 1; };
  const auto negative = [&](std::size_t i) { return !positive(i); };
  const auto all = [](std::size_t) { return true; };
  Rates out;
  OSLER_TRY(out.sensitivity, share(cases, positive, marked, options));
  OSLER_TRY(out.specificity, share(cases, negative, unmarked, options));
  OSLER_TRY(out.ppv, share(cases, marked, positive, options));
  OSLER_TRY(out.npv, share(cases, unmarked, negative, options));
  OSLER_TRY(out.accuracy,
            share(cases, all, [&](std::size_t i) { return marked(i) == positive(i); }, options));
  OSLER_TRY(out.prevalence, share(cases, all, positive, options));
  return out;
}

Summary summary(const Confusion& table) {
  const double tp = real(table.tp);
  const double fp = real(table.fp);
  const double fn = real(table.fn);
  const double tn = real(table.tn);
  const double n = tp + fp + fn + tn;
  const double sensitivity = ratio(tp, tp + fn);
  const double specificity = ratio(tn, tn + fp);
  const auto f = [&](double b2) { return ratio((1.0 + b2) * tp, (1.0 + b2) * tp + b2 * fn + fp); };
  const double by_chance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / (n * n);
  Summary out;
  out.f1 = f(1.0);
  out.f2 = f(4.0);
  out.matthews = ratio(tp * tn - fp * fn, std::sqrt(tp + fp) * std::sqrt(tp + fn) *
                                              std::sqrt(tn + fp) * std::sqrt(tn + fn));
  out.kappa = ratio((tp + tn) / n - by_chance, 1.0 - by_chance);
  out.youden = sensitivity + specificity - 1.0;
  out.balanced_accuracy = (sensitivity + specificity) / 2.0;
  out.g_mean = std::sqrt(sensitivity * specificity);
  out.jaccard = ratio(tp, tp + fp + fn);
  out.number_needed_to_diagnose = ratio(1.0, out.youden);
  out.true_prevalence = ratio((tp + fp) / n + specificity - 1.0, out.youden);
  return out;
}

Estimate positive_likelihood_ratio(const Confusion& table, double confidence) {
  const double tp = real(table.tp);
  const double fp = real(table.fp);
  const double m = real(table.positives());
  const double n = real(table.negatives());
  return log_scale(ratio(tp * n, fp * m), 1.0 / tp - 1.0 / m + 1.0 / fp - 1.0 / n, table.size(),
                   confidence);
}

Estimate negative_likelihood_ratio(const Confusion& table, double confidence) {
  const double fn = real(table.fn);
  const double tn = real(table.tn);
  const double m = real(table.positives());
  const double n = real(table.negatives());
  return log_scale(ratio(fn * n, tn * m), 1.0 / fn - 1.0 / m + 1.0 / tn - 1.0 / n, table.size(),
                   confidence);
}

Estimate diagnostic_odds_ratio(const Confusion& table, double confidence) {
  const double tp = real(table.tp);
  const double fp = real(table.fp);
  const double fn = real(table.fn);
  const double tn = real(table.tn);
  return log_scale(ratio(tp * tn, fp * fn), 1.0 / tp + 1.0 / fp + 1.0 / fn + 1.0 / tn, table.size(),
                   confidence);
}

PredictiveValues predictive_values(double sensitivity, double specificity, double prevalence) {
  const double true_positive = sensitivity * prevalence;
  const double false_positive = (1.0 - specificity) * (1.0 - prevalence);
  const double true_negative = specificity * (1.0 - prevalence);
  const double false_negative = (1.0 - sensitivity) * prevalence;
  return {.ppv = ratio(true_positive, true_positive + false_positive),
          .npv = ratio(true_negative, true_negative + false_negative)};
}

}  // namespace osler::evaluate::metrics
