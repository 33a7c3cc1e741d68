#pragma once

#include <cstddef>
#include <functional>

namespace osler {

// Hardware threads, at least 1.
[[nodiscard]] std::size_t hardware_threads();

// Calls body(i) for each i in [0, count), on `threads` threads (the caller's among them); each
// index once, in any order. Returns when all are done. body must not throw.
void parallel_for(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& body);

}  // namespace osler
