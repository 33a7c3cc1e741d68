#include "evaluate/metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/parallel.h"
#include "base/rng.h"
#include "evaluate/metrics/internal/distributions.h"
#include "evaluate/metrics/internal/resample.h"

namespace osler::evaluate::metrics {
namespace {

// What is drawn: units (cases, or groups of them) in two strata. Unit u holds the cases
// members[begin[u] .. begin[u + 1]).
struct Units {
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> members;
  std::vector<std::uint32_t> strata[2];
};

Units units_of(const Cases& cases) {
  const std::size_t n = cases.size();
  Units out;
  std::vector<std::uint32_t> unit(cases.groups.begin(), cases.groups.end());
  if (unit.empty()) {
    unit.resize(n);
    std::iota(unit.begin(), unit.end(), 0U);
  }
  const std::size_t slots = std::size_t{*std::ranges::max_element(unit)} + 1;
  out.begin.assign(slots + 1, 0);
  for (const std::uint32_t u : unit) {
    ++out.begin[u + 1];
  }
  std::partial_sum(out.begin.begin(), out.begin.end(), out.begin.begin());
  out.members.resize(n);
  auto next = out.begin;
  std::vector<std::uint8_t> has_positive(slots, 0);
  for (std::size_t i = 0; i < n; ++i) {
    out.members[next[unit[i]]++] = static_cast<std::uint32_t>(i);
    has_positive[unit[i]] = has_positive[unit[i]] | cases.labels[i];
  }
  for (std::uint32_t u = 0; u < slots; ++u) {
    if (out.begin[u + 1] > out.begin[u]) {
      out.strata[has_positive[u]].push_back(u);
    }
  }
  return out;
}

void draw(const Units& units, Rng& rng, std::vector<std::uint32_t>& counts) {
  std::ranges::fill(counts, 0U);
  for (const auto& stratum : units.strata) {
    for (std::size_t k = 0; k < stratum.size(); ++k) {
      // A 32-bit draw scaled to the stratum: its bias is below size / 2^32, and it costs no
      // division.
      const std::uint32_t u = stratum[((rng.next() >> 32) * stratum.size()) >> 32];
      for (std::uint32_t i = units.begin[u]; i < units.begin[u + 1]; ++i) {
        ++counts[units.members[i]];
      }
    }
  }
}

// Davison and Hinkley 1997, eq. 5.6: the (R + 1) a-th order statistic, between two of them
// interpolated on the scale of normal quantiles.
double order_statistic(const std::vector<double>& sorted, double share) {
  const auto r = static_cast<double>(sorted.size());
  const double place = (r + 1.0) * share;
  const double k = std::floor(place);
  if (k < 1.0) {
    return sorted.front();
  }
  if (k >= r) {
    return sorted.back();
  }
  const auto index = static_cast<std::size_t>(k);
  if (place == k) {
    return sorted[index - 1];
  }
  const double q = normal_quantile(share);
  const double q1 = normal_quantile(k / (r + 1.0));
  const double q2 = normal_quantile((k + 1.0) / (r + 1.0));
  return sorted[index - 1] + (q - q1) / (q2 - q1) * (sorted[index] - sorted[index - 1]);
}

struct Spread {
  double mean = 0.0;
  double deviation = 0.0;
};

Spread spread_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return {mean, std::sqrt(squares / (n - 1.0))};
}

}  // namespace

void each_resample(const Cases& cases, const BootstrapOptions& options,
                   const std::function<void(std::size_t, std::span<const std::uint32_t>)>& visit) {
  if (cases.size() == 0) {
    return;
  }
  const Units units = units_of(cases);
  // Each resample has its own stream, so that the digits do not hang on which thread draws it.
  Rng seeder = Rng::named(options.seed, "bootstrap");
  std::vector<std::uint64_t> seeds(options.resamples);
  std::ranges::generate(seeds, [&] { return seeder.next(); });

  constexpr std::size_t kChunk = 8;
  const std::size_t chunks = (options.resamples + kChunk - 1) / kChunk;
  const std::size_t threads = options.threads == 0 ? hardware_threads() : options.threads;
  parallel_for(chunks, threads, [&](std::size_t chunk) {
    std::vector<std::uint32_t> counts(cases.size());
    const std::size_t end = std::min((chunk + 1) * kChunk, options.resamples);
    for (std::size_t r = chunk * kChunk; r < end; ++r) {
      Rng rng(seeds[r]);
      draw(units, rng, counts);
      visit(r, counts);
    }
  });
}

std::vector<double> bootstrap(const Cases& cases, const Statistic& statistic,
                              const BootstrapOptions& options) {
  std::vector<double> replicates(options.resamples, Estimate::kAbsent);
  each_resample(cases, options, [&](std::size_t r, std::span<const std::uint32_t> counts) {
    replicates[r] = statistic(counts);
  });
  return replicates;
}

Bounds bootstrap_bounds(std::span<const double> replicates, double value,
                        const BootstrapOptions& options) {
  std::vector<double> sorted(replicates.begin(), replicates.end());
  std::erase_if(sorted, [](double replicate) { return std::isnan(replicate); });
  if (sorted.size() < 2) {
    return {Estimate::kAbsent, Estimate::kAbsent};
  }
  const double tail = (1.0 - options.confidence) / 2.0;
  const Spread spread = spread_of(sorted);
  if (options.bounds == BootstrapBounds::Normal) {
    const double half = two_sided_z(options.confidence) * spread.deviation;
    const double centre = 2.0 * value - spread.mean;
    return {centre - half, centre + half};
  }
  std::ranges::sort(sorted);
  const double low = order_statistic(sorted, tail);
  const double high = order_statistic(sorted, 1.0 - tail);
  if (options.bounds == BootstrapBounds::Basic) {
    return {2.0 * value - high, 2.0 * value - low};
  }
  const double bias = options.bounds == BootstrapBounds::Shifted ? spread.mean - value : 0.0;
  return {low - bias, high - bias};
}

Estimate bootstrap_estimate(const Cases& cases, const Statistic& statistic,
                            const BootstrapOptions& options) {
  const std::size_t n = cases.size();
  const std::vector<std::uint32_t> once(n, 1U);
  const double value = statistic(once);
  if (std::isnan(value)) {
    return Estimate::none(n, "cannot be worked out from these cases");
  }
  if (count_groups(cases.groups, n) < 4) {
    return Estimate::point(value, n, "too few cases to resample");
  }
  const auto replicates = bootstrap(cases, statistic, options);
  const auto failed = static_cast<std::size_t>(
      std::ranges::count_if(replicates, [](double replicate) { return std::isnan(replicate); }));
  if (failed * 10 >= replicates.size()) {
    return Estimate::point(value, n, "too many resamples give no number");
  }
  const Bounds bounds = bootstrap_bounds(replicates, value, options);
  if (bounds.lower == bounds.upper) {
    return Estimate::point(value, n, "resampling does not change it, so its spread cannot be told");
  }
  return {.value = value, .lower = bounds.lower, .upper = bounds.upper, .n = n};
}

}  // namespace osler::evaluate::metrics
