#include "evaluate/metrics/proportion.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "evaluate/metrics/cases.h"
#include "evaluate/metrics/internal/distributions.h"

namespace osler::evaluate::metrics {
namespace {

struct Ends {
  double lower = 0.0;
  double upper = 1.0;
};

Ends wilson(double x, double n, double z) {
  const double p = x / n;
  const double scale = 1.0 + z * z / n;
  const double centre = (p + z * z / (2.0 * n)) / scale;
  const double half = z * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)) / scale;
  // Rounding alone would leave 1e-17 at the ends.
  return {x <= 0.0 ? 0.0 : std::max(centre - half, 0.0),
          x >= n ? 1.0 : std::min(centre + half, 1.0)};
}

Ends wald(double x, double n, double z) {
  const double p = x / n;
  const double half = z * std::sqrt(p * (1.0 - p) / n);
  return {p - half, p + half};
}

Ends beta_ends(double x, double n, double tail, double shift_low, double shift_high) {
  return {x <= 0.0 ? 0.0 : beta_quantile(tail, x + shift_low, n - x + shift_high),
          x >= n ? 1.0 : beta_quantile(1.0 - tail, x + shift_high, n - x + shift_low)};
}

// x of n, both real: the effective counts of grouped cases are not whole.
Ends ends(double x, double n, const ProportionOptions& options) {
  OSLER_CHECK(options.confidence > 0.0 && options.confidence < 1.0);
  const double z = two_sided_z(options.confidence);
  const double tail = (1.0 - options.confidence) / 2.0;
  switch (options.interval) {
    case Interval::Wilson:
      return wilson(x, n, z);
    case Interval::ClopperPearson:
      return beta_ends(x, n, tail, 0.0, 1.0);
    case Interval::AgrestiCoull:
      return wald(x + z * z / 2.0, n + z * z, z);
    case Interval::Jeffreys:
      return beta_ends(x, n, tail, 0.5, 0.5);
    case Interval::Wald:
      break;
  }
  return wald(x, n, z);
}

Estimate from_effective(std::size_t count, std::size_t n, double effect,
                        const ProportionOptions& options) {
  OSLER_CHECK(count <= n);
  if (n == 0) {
    return Estimate::none(0, "no cases");
  }
  const auto x = static_cast<double>(count);
  const auto size = static_cast<double>(n);
  const Ends found = ends(x / effect, size / effect, options);
  return {.value = x / size, .lower = found.lower, .upper = found.upper, .n = n};
}

}  // namespace

double normal_z(double confidence) {
  return two_sided_z(confidence);
}

Estimate proportion(std::size_t count, std::size_t n, const ProportionOptions& options) {
  return from_effective(count, n, 1.0, options);
}

double design_effect(std::span<const std::uint8_t> hits, std::span<const std::uint32_t> groups) {
  if (groups.empty() || hits.empty()) {
    return 1.0;
  }
  const auto n = static_cast<double>(hits.size());
  const double p = static_cast<double>(std::ranges::count(hits, std::uint8_t{1})) / n;
  // Of each group, the sum of its residuals hit - p.
  std::vector<double> residual(std::size_t{*std::ranges::max_element(groups)} + 1, 0.0);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    residual[groups[i]] += hits[i] - p;
  }
  const auto k = static_cast<double>(count_groups(groups, hits.size()));
  const double independent = p * (1.0 - p) / n;
  if (k < 2.0 || independent <= 0.0) {
    return 1.0;
  }
  double squares = 0.0;
  for (const double r : residual) {
    squares += r * r;
  }
  const double between = k / (k - 1.0) * squares / (n * n);
  // Below 1 only by chance, or by one film each of k patients: not a reason to claim more.
  return std::max(between / independent, 1.0);
}

Result<Estimate> clustered_proportion(std::span<const std::uint8_t> hits,
                                      std::span<const std::uint32_t> groups,
                                      const ProportionOptions& options) {
  if (!groups.empty() && groups.size() != hits.size()) {
    return Error(ErrorCode::InvalidArgument, std::to_string(hits.size()) + " hits but " +
                                                 std::to_string(groups.size()) + " groups");
  }
  if (std::ranges::any_of(hits, [](std::uint8_t hit) { return hit > 1; })) {
    return Error(ErrorCode::InvalidArgument, "a hit is neither 0 nor 1");
  }
  const auto count = static_cast<std::size_t>(std::ranges::count(hits, std::uint8_t{1}));
  const bool repeats = count_groups(groups, hits.size()) < hits.size();
  const double effect = repeats ? design_effect(hits, groups) : 1.0;
  return from_effective(count, hits.size(), effect, options);
}

Estimate difference(const Estimate& first, const Estimate& second) {
  const std::size_t n = first.n + second.n;
  if (!first.estimable() || !second.estimable()) {
    return Estimate::none(n, first.estimable() ? second.reason : first.reason);
  }
  const double value = first.value - second.value;
  if (!first.has_interval() || !second.has_interval()) {
    return Estimate::point(value, n, first.has_interval() ? second.reason : first.reason);
  }
  const double below = std::hypot(first.value - first.lower, second.upper - second.value);
  const double above = std::hypot(first.upper - first.value, second.value - second.lower);
  return {.value = value, .lower = value - below, .upper = value + above, .n = n};
}

}  // namespace osler::evaluate::metrics
