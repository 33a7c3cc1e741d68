#include <algorithm>
#include <cmath>

#include "evaluate/metrics/curves.h"
#include "evaluate/metrics/internal/resample.h"

namespace osler::evaluate::metrics {
namespace {

// Net benefit at each rising threshold, of cases drawn `counts` times each.
class Benefits {
 public:
  Benefits(const Cases& cases, std::span<const double> thresholds)
      : labels_(cases.labels), thresholds_(thresholds) {
    // How many thresholds a case reaches: it counts at all of these.
    for (const double p : cases.scores) {
      const auto above = std::ranges::upper_bound(thresholds, p);
      reached_.push_back(static_cast<std::uint32_t>(above - thresholds.begin()));
    }
  }

  [[nodiscard]] std::vector<double> at(std::span<const std::uint32_t> counts) const {
    struct Tally {
      double positives = 0.0;
      double negatives = 0.0;
    };
    std::vector<Tally> tallies(thresholds_.size() + 1);
    double drawn = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      Tally& tally = tallies[reached_[i]];
      (labels_[i] == 1 ? tally.positives : tally.negatives) += counts[i];
      drawn += counts[i];
    }
    std::vector<double> out(thresholds_.size());
    Tally marked;
    for (std::size_t t = thresholds_.size(); t-- > 0;) {
      marked.positives += tallies[t + 1].positives;
      marked.negatives += tallies[t + 1].negatives;
      const double odds = thresholds_[t] / (1.0 - thresholds_[t]);
      out[t] = (marked.positives - marked.negatives * odds) / drawn;
    }
    return out;
  }

 private:
  std::span<const std::uint8_t> labels_;
  std::span<const double> thresholds_;
  std::vector<std::uint32_t> reached_;
};

}  // namespace

Result<std::vector<NetBenefit>> net_benefit(const Cases& cases, std::span<const double> thresholds,
                                            const BootstrapOptions& options) {
  OSLER_TRY_DO(check_probabilities(cases));
  const auto inside = [](double t) { return t > 0.0 && t < 1.0; };
  if (!std::ranges::all_of(thresholds, inside) || !std::ranges::is_sorted(thresholds)) {
    return Error(ErrorCode::InvalidArgument, "the thresholds are not rising numbers inside (0, 1)");
  }
  const Benefits benefits(cases, thresholds);
  std::vector<std::vector<double>> replicates(options.resamples);
  each_resample(cases, options, [&](std::size_t r, std::span<const std::uint32_t> counts) {
    replicates[r] = benefits.at(counts);
  });
  const auto model = benefits.at(std::vector<std::uint32_t>(cases.size(), 1U));
  const double prevalence =
      static_cast<double>(cases.positives()) / static_cast<double>(cases.size());
  std::vector<NetBenefit> out;
  std::vector<double> column(options.resamples);
  for (std::size_t t = 0; t < thresholds.size(); ++t) {
    std::ranges::transform(replicates, column.begin(),
                           [&](const auto& values) { return values[t]; });
    const Bounds bounds = bootstrap_bounds(column, model[t], options);
    const double odds = thresholds[t] / (1.0 - thresholds[t]);
    out.push_back({.threshold = thresholds[t],
                   .model = model[t],
                   .lower = bounds.lower,
                   .upper = bounds.upper,
                   .treat_all = prevalence - (1.0 - prevalence) * odds});
  }
  return out;
}

}  // namespace osler::evaluate::metrics
