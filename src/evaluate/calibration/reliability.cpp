#include "evaluate/calibration/reliability.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluate/calibration/internal/by_score.h"
#include "evaluate/calibration/isotonic.h"

namespace osler::evaluate::calibration {
namespace {

Result<void> check(const Cases& cases, const ReliabilityOptions& options) {
  OSLER_TRY_DO(metrics::check_probabilities(cases));
  if (options.bins == 0) {
    return Error(ErrorCode::InvalidArgument, "needs at least one bin");
  }
  return {};
}

// Width bins are (i/b, (i+1)/b] as in the paper, with 0 in the first.
std::vector<std::uint32_t> width_bins(const Cases& cases, std::size_t bins) {
  std::vector<std::uint32_t> bin_of(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const double upper = std::ceil(cases.scores[i] * static_cast<double>(bins));
    bin_of[i] = static_cast<std::uint32_t>(std::max(upper - 1.0, 0.0));
  }
  return bin_of;
}

std::vector<std::uint32_t> order_by_probability(const Cases& cases) {
  std::vector<std::uint32_t> order(cases.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return cases.scores[i]; });
  return order;
}

struct Tally {
  double count = 0.0;
  double probability = 0.0;
  double positives = 0.0;
};

// Sums by bin of cases drawn `counts` times each; for bins of equal count, a case drawn several
// times may lie on both sides of an edge.
class Tallies {
 public:
  Tallies(const Cases& cases, const ReliabilityOptions& options)
      : cases_(cases), options_(options) {
    if (options.binning == Binning::EqualWidth) {
      bin_of_ = width_bins(cases, options.bins);
    } else {
      order_ = order_by_probability(cases);
    }
  }

  [[nodiscard]] std::vector<Tally> tally(std::span<const std::uint32_t> counts) const {
    std::vector<Tally> bins(options_.bins);
    const auto add = [&](Tally& bin, std::uint32_t i, double times) {
      bin.count += times;
      bin.probability += times * cases_.scores[i];
      bin.positives += times * cases_.labels[i];
    };
    if (options_.binning == Binning::EqualWidth) {
      for (std::uint32_t i = 0; i < counts.size(); ++i) {
        add(bins[bin_of_[i]], i, counts[i]);
      }
      return bins;
    }
    const std::uint64_t n = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    std::uint64_t rank = 0;
    for (const std::uint32_t i : order_) {
      for (std::uint64_t left = counts[i]; left > 0;) {
        const std::uint64_t bin = rank * options_.bins / n;
        // The first rank of the next bin.
        const std::uint64_t end = ((bin + 1) * n + options_.bins - 1) / options_.bins;
        const std::uint64_t here = std::min(left, end - rank);
        add(bins[bin], i, static_cast<double>(here));
        rank += here;
        left -= here;
      }
    }
    return bins;
  }

  // The bin of each case, each drawn once.
  [[nodiscard]] std::vector<std::uint32_t> bins_of() const {
    if (options_.binning == Binning::EqualWidth) {
      return bin_of_;
    }
    std::vector<std::uint32_t> out(order_.size());
    for (std::size_t rank = 0; rank < order_.size(); ++rank) {
      out[order_[rank]] = static_cast<std::uint32_t>(rank * options_.bins / order_.size());
    }
    return out;
  }

 private:
  Cases cases_;
  ReliabilityOptions options_;
  std::vector<std::uint32_t> bin_of_;
  std::vector<std::uint32_t> order_;
};

double expected_error(const std::vector<Tally>& bins) {
  double gaps = 0.0;
  double count = 0.0;
  for (const Tally& bin : bins) {
    gaps += std::abs(bin.probability - bin.positives);
    count += bin.count;
  }
  return gaps / count;
}

void summarise(Reliability& result, std::size_t cases) {
  const auto n = static_cast<double>(cases);
  double squares = 0.0;
  for (const auto& bin : result.bins) {
    const auto count = static_cast<double>(bin.count);
    const double gap = std::abs(bin.mean_probability - bin.observed_fraction);
    result.expected_error += gap * count / n;
    result.largest_error = std::max(result.largest_error, gap);
    result.average_error += gap / static_cast<double>(result.bins.size());
    squares += gap * gap * count / n;
    if (bin.count > 1) {
      const double by_chance =
          bin.observed_fraction * (1.0 - bin.observed_fraction) / (count - 1.0);
      result.debiased_square += count / n * (gap * gap - by_chance);
    }
  }
  result.root_mean_square = std::sqrt(squares);
}

}  // namespace

Result<Reliability> reliability(const Cases& cases, const ReliabilityOptions& options) {
  OSLER_TRY_DO(check(cases, options));
  const auto bin_of = Tallies(cases, options).bins_of();
  std::vector<ReliabilityBin> bins(options.bins);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto& bin = bins[bin_of[i]];
    const double p = cases.scores[i];
    bin.index = bin_of[i];
    bin.lowest = bin.count == 0 ? p : std::min(bin.lowest, p);
    bin.highest = bin.count == 0 ? p : std::max(bin.highest, p);
    ++bin.count;
    bin.positives += cases.labels[i];
    bin.mean_probability += p;
  }
  std::erase_if(bins, [](const ReliabilityBin& bin) { return bin.count == 0; });
  for (auto& bin : bins) {
    bin.mean_probability /= static_cast<double>(bin.count);
    bin.observed_fraction = static_cast<double>(bin.positives) / static_cast<double>(bin.count);
  }
  Reliability result;
  result.bins = std::move(bins);
  summarise(result, cases.size());
  return result;
}

Result<Estimate> expected_calibration_error(const Cases& cases, const ReliabilityOptions& options,
                                            const metrics::BootstrapOptions& bootstrap) {
  OSLER_TRY_DO(check(cases, options));
  const Tallies tallies(cases, options);
  auto found = metrics::bootstrap_estimate(
      cases,
      [&](std::span<const std::uint32_t> counts) { return expected_error(tallies.tally(counts)); },
      bootstrap);
  // An error is never below 0, and the shift leaves no more than rounding outside the value.
  if (found.has_interval()) {
    found.lower = std::max(found.lower, 0.0);
  }
  return found;
}

Result<Murphy> murphy(const Cases& cases, std::size_t bins) {
  OSLER_TRY(const auto found, reliability(cases, {.bins = bins}));
  const auto n = static_cast<double>(cases.size());
  const double prevalence = static_cast<double>(cases.positives()) / n;
  Murphy out{.uncertainty = prevalence * (1.0 - prevalence)};
  for (const auto& bin : found.bins) {
    const double share = static_cast<double>(bin.count) / n;
    out.reliability += share * std::pow(bin.mean_probability - bin.observed_fraction, 2);
    out.resolution += share * std::pow(bin.observed_fraction - prevalence, 2);
  }
  return out;
}

Result<Corp> corp(const Cases& cases) {
  OSLER_TRY_DO(metrics::check_probabilities(cases));
  const ByScore sorted = by_score(cases);
  const auto fitted = pool_adjacent_violators(sorted.average, sorted.weight);
  const auto n = static_cast<double>(cases.size());
  const double prevalence = static_cast<double>(cases.positives()) / n;
  double brier = 0.0;
  double recalibrated = 0.0;
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    // Of cases with one probability p and a share y positive: y (1 - p)^2 + (1 - y) p^2.
    const auto loss = [&](double p) {
      return sorted.average[i] * (1.0 - p) * (1.0 - p) + (1.0 - sorted.average[i]) * p * p;
    };
    brier += sorted.weight[i] / n * loss(sorted.score[i]);
    recalibrated += sorted.weight[i] / n * loss(fitted[i]);
  }
  const double uncertainty = prevalence * (1.0 - prevalence);
  return Corp{.miscalibration = brier - recalibrated,
              .discrimination = uncertainty - recalibrated,
              .uncertainty = uncertainty,
              .brier = brier};
}

}  // namespace osler::evaluate::calibration
