#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/file.h"
#include "storage/objects/store.h"

namespace osler::storage::objects {
namespace {

// Durable objects of 60 kB (a small film), each batch of `range` acknowledged together.
void put_films(benchmark::State& state) {
  const TemporaryFolder home;
  auto store = *Store::open(home.path());
  std::string film(60'000, 'x');
  std::uint64_t number = 0;
  for (auto _ : state) {
    Batch batch(store);
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      film.replace(0, 20, std::to_string(number++).append(20, ' ').substr(0, 20));
      benchmark::DoNotOptimize(batch.add(as_bytes(film)));
    }
    if (!batch.commit()) {
      state.SkipWithError("commit failed");
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(put_films)->Arg(1)->Arg(8)->Arg(64)->Arg(256)->UseRealTime();

}  // namespace
}  // namespace osler::storage::objects
