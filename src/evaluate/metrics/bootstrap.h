#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "evaluate/metrics/cases.h"
#include "evaluate/metrics/estimate.h"

namespace osler::evaluate::metrics {

// Percentile  order statistics of the replicates (Davison and Hinkley 1997, eq. 5.6)
// Shifted     the same after taking the bootstrap's estimate of bias (mean - value) off each
// replicate:
//             for numbers that resampling inflates, such as the ECE
// Basic       2 value - upper, 2 value - lower of Percentile
// Normal      2 value - mean -+ z * sd
enum class BootstrapBounds : std::uint8_t { Percentile, Shifted, Basic, Normal };

struct BootstrapOptions {
  std::size_t resamples = 1000;
  std::uint64_t seed = 1;  // the same seed gives the same digits, on any number of threads
  double confidence = 0.95;
  BootstrapBounds bounds = BootstrapBounds::Percentile;
  std::size_t threads = 0;  // 0: all
};

// A number worked out from a resample, given as how often each case was drawn: counts [n]. NaN: it
// cannot be worked out. Called from several threads at once; must not throw.
using Statistic = std::function<double(std::span<const std::uint32_t> counts)>;

// The statistic on `resamples` draws with replacement, in the order of the draws. Cases are drawn
// within their class, so that each resample has as many positives. Where cases come in groups,
// whole groups are drawn: those with a positive case and those without apart.
[[nodiscard]] std::vector<double> bootstrap(const Cases& cases, const Statistic& statistic,
                                            const BootstrapOptions& options = {});

// The bounds at `confidence` from replicates (NaN among them are left out) around `value`.
struct Bounds {
  double lower = 0.0;
  double upper = 0.0;
};
[[nodiscard]] Bounds bootstrap_bounds(std::span<const double> replicates, double value,
                                      const BootstrapOptions& options = {});

// Value on the cases as they are, and interval by bootstrap. Not estimable: the value is NaN. No
// interval: fewer than 4 cases, or a tenth of the replicates or more cannot be worked out.
[[nodiscard]] Estimate bootstrap_estimate(const Cases& cases, const Statistic& statistic,
                                          const BootstrapOptions& options = {});

}  // namespace osler::evaluate::metrics
