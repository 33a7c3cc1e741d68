#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "evaluate/metrics/estimate.h"

namespace osler::evaluate::metrics {

// Two-sided intervals of a proportion x / n at confidence 1 - a, z = normal quantile of 1 - a/2:
//   Wilson          without continuity correction (Wilson 1927)
//   ClopperPearson  beta quantiles; never covers less than it says (Clopper and Pearson 1934)
//   AgrestiCoull    Wald at n + z^2 and (x + z^2/2) / (n + z^2); not clipped to [0, 1]
//   Jeffreys        Beta(x + 1/2, n - x + 1/2); lower 0 at x = 0, upper 1 at x = n
//   Wald            not clipped; of zero width at x = 0 and x = n: for comparison only
// Brown, Cai and DasGupta, Statistical Science 2001;16:101.
enum class Interval : std::uint8_t { Wilson, ClopperPearson, AgrestiCoull, Jeffreys, Wald };

struct ProportionOptions {
  Interval interval = Interval::Wilson;
  double confidence = 0.95;  // inside (0, 1)
};

// `count` of `n`, count <= n. Not estimable: n is 0.
[[nodiscard]] Estimate proportion(std::size_t count, std::size_t n,
                                  const ProportionOptions& options = {});

// The share of hits among cases that come in groups (films of patients).
//
//   hits    [n] 0 or 1
//   groups  [n] whose case; empty: each its own
//
// The interval is that of count / d of n / d cases, where d >= 1 is the design effect: the variance
// between groups over that of independent cases (Rao and Scott, Biometrics 1992;48:577). With one
// case a group it is `proportion`. The value is always count / n.
// InvalidArgument: unequal lengths, a hit neither 0 nor 1.
[[nodiscard]] Result<Estimate> clustered_proportion(std::span<const std::uint8_t> hits,
                                                    std::span<const std::uint32_t> groups,
                                                    const ProportionOptions& options = {});
// d of the above; 1 where it cannot be told (one group, or all hits alike).
[[nodiscard]] double design_effect(std::span<const std::uint8_t> hits,
                                   std::span<const std::uint32_t> groups);

// The normal quantile of a two-sided interval: 1.96 at 0.95.
[[nodiscard]] double normal_z(double confidence);

// first - second, of independent groups, from their intervals: Newcombe's method 10 (Statistics in
// Medicine 1998;17:873). n is that of both. Not estimable: where one of them is not.
[[nodiscard]] Estimate difference(const Estimate& first, const Estimate& second);

}  // namespace osler::evaluate::metrics
