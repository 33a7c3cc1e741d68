#include <vector>

#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "evaluate/metrics/auroc.h"
#include "evaluate/metrics/curves.h"

namespace osler::evaluate::metrics {
namespace {

struct Sample {
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
};

Sample draw(std::size_t n) {
  Rng rng(1);
  Sample out;
  for (std::size_t i = 0; i < n; ++i) {
    const bool positive = rng.chance(0.2);
    out.labels.push_back(positive ? 1 : 0);
    out.scores.push_back(rng.normal(positive ? 1.0 : 0.0, 1.0));
  }
  return out;
}

// 10^4 films: a test set. 10^6: ten scanner-years, or all sites of a network.
void auroc_with_interval(benchmark::State& state) {
  const auto sample = draw(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(auroc({.scores = sample.scores, .labels = sample.labels}));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(auroc_with_interval)
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void paired_comparison(benchmark::State& state) {
  const auto sample = draw(static_cast<std::size_t>(state.range(0)));
  auto other = sample.scores;
  Rng rng(2);
  for (auto& score : other) {
    score += rng.normal(0.0, 0.5);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        compare_paired({.scores = sample.scores, .labels = sample.labels}, other));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(paired_comparison)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

// AUPRC with its interval: 1,000 resamples.
void average_precision_with_interval(benchmark::State& state) {
  const auto sample = draw(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(average_precision({.scores = sample.scores, .labels = sample.labels}));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 1000);
}
BENCHMARK(average_precision_with_interval)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace osler::evaluate::metrics
