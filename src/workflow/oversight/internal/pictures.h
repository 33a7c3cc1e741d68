#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/oversight/runs.h"
#include "workflow/runs.h"

namespace osler::workflow::oversight::internal {

// Small PNGs of the worst films of finished runs, all of a run made at once: a large .npz is then
// opened once. Callable from several threads.
class PictureShelf {
 public:
  // One PNG a film, in their order; empty: the film cannot be drawn.
  // NotFound: osler-decode is not there, or the data set is gone.
  [[nodiscard]] Result<std::vector<std::string>> find(Home& home, const Run& run,
                                                      const std::vector<WorstFilm>& worst);

 private:
  static constexpr std::size_t kKept = 32;
  std::mutex mutex_;
  std::map<std::int64_t, std::vector<std::string>> by_run_;
};

}  // namespace osler::workflow::oversight::internal
