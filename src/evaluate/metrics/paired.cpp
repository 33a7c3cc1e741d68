#include "evaluate/metrics/paired.h"

#include <utility>

namespace osler::evaluate::metrics {

Statistic ratio(std::vector<double> over, std::vector<double> under) {
  return [over = std::move(over), under = std::move(under)](std::span<const std::uint32_t> counts) {
    double above = 0.0;
    double below = 0.0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      above += over[i] * counts[i];
      below += under[i] * counts[i];
    }
    return below > 0.0 ? above / below : Estimate::kAbsent;
  };
}

Estimate paired_difference(const Cases& cases, const Statistic& first, const Statistic& second,
                           const BootstrapOptions& options) {
  return bootstrap_estimate(
      cases, [&](std::span<const std::uint32_t> counts) { return first(counts) - second(counts); },
      options);
}

}  // namespace osler::evaluate::metrics
