#include <cstddef>

#include <benchmark/benchmark.h>

#include "base/rng.h"
#include "imaging/transform/apply.h"

namespace osler::imaging::transform {
namespace {

// A film of `side` pixels with 12 bits, as a flat-panel detector stores it.
clinical::Image film(std::size_t side) {
  clinical::Image image;
  image.width = image.height = side;
  image.bits_stored = 12;
  image.samples.resize(side * side);
  Rng rng(1);
  for (auto& sample : image.samples) {
    sample = static_cast<float>(rng.below(4096));
  }
  return image;
}

// range(0): film pixels a side; range(1): of the result.
void header_window(benchmark::State& state) {
  auto image = film(static_cast<std::size_t>(state.range(0)));
  image.window = clinical::Image::Window{2048.0, 3000.0, false};
  const auto side = static_cast<std::size_t>(state.range(1));
  const Spec spec{.size = {side, side}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(apply(spec, image));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(header_window)
    ->Args({3000, 224})
    ->Args({3000, 64})
    ->Args({1024, 128})
    ->Unit(benchmark::kMillisecond);

void percentile_window(benchmark::State& state) {
  const auto image = film(static_cast<std::size_t>(state.range(0)));
  const Spec spec{.window = Window::Percentile, .size = {224, 224}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(apply(spec, image));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(percentile_window)->Arg(3000)->Unit(benchmark::kMillisecond);

void sigmoid_window(benchmark::State& state) {
  auto image = film(static_cast<std::size_t>(state.range(0)));
  image.window = clinical::Image::Window{2048.0, 3000.0, true};
  const Spec spec{.size = {224, 224}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(apply(spec, image));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(sigmoid_window)->Arg(3000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace osler::imaging::transform
