#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace osler {

std::size_t hardware_threads() {
  return std::max(1U, std::thread::hardware_concurrency());
}

void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      body(i);
    }
  };
  const std::size_t helpers = std::min(count, std::max<std::size_t>(1, threads));
  std::vector<std::jthread> pool;
  for (std::size_t i = 1; i < helpers; ++i) {
    pool.emplace_back(work);
  }
  work();
}

}  // namespace osler
