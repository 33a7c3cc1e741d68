#include "evaluate/metrics/scoring.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace osler::evaluate::metrics {
namespace {

Statistic mean_of(std::vector<double> values) {
  return [values = std::move(values)](std::span<const std::uint32_t> counts) {
    double sum = 0.0;
    double drawn = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      sum += values[i] * counts[i];
      drawn += counts[i];
    }
    return sum / drawn;
  };
}

template <typename Loss>
std::vector<double> losses(const Cases& cases, Loss loss) {
  std::vector<double> out(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    out[i] = loss(cases.scores[i], static_cast<double>(cases.labels[i]));
  }
  return out;
}

double squared(double p, double y) {
  return (p - y) * (p - y);
}

}  // namespace

Result<Estimate> brier(const Cases& cases, const BootstrapOptions& options) {
  OSLER_TRY_DO(check_probabilities(cases));
  return bootstrap_estimate(cases, mean_of(losses(cases, squared)), options);
}

Result<Estimate> scaled_brier(const Cases& cases, const BootstrapOptions& options) {
  OSLER_TRY_DO(check_probabilities(cases));
  const std::size_t m = cases.positives();
  if (m == 0 || m == cases.size()) {
    return Estimate::none(cases.size(), "only one class is present");
  }
  const auto loss = mean_of(losses(cases, squared));
  const auto share = mean_of(std::vector<double>(cases.labels.begin(), cases.labels.end()));
  return bootstrap_estimate(
      cases,
      [&](std::span<const std::uint32_t> counts) {
        const double prevalence = share(counts);
        return 1.0 - loss(counts) / (prevalence * (1.0 - prevalence));
      },
      options);
}

Result<Estimate> log_loss(const Cases& cases, const BootstrapOptions& options) {
  OSLER_TRY_DO(check_probabilities(cases));
  const auto loss = [](double p, double y) {
    constexpr double kSmallest = 0x1p-52;
    const double clipped = std::clamp(p, kSmallest, 1.0 - kSmallest);
    return y == 1.0 ? -std::log(clipped) : -std::log1p(-clipped);
  };
  return bootstrap_estimate(cases, mean_of(losses(cases, loss)), options);
}

}  // namespace osler::evaluate::metrics
