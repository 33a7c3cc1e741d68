#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/arrays/npy.h"
#include "base/progress.h"
#include "base/result.h"
#include "infer/engine/session.h"

namespace osler::workflow::internal {

// What a network gave for some rows of a tensor file, in their order.
struct Scores {
  std::vector<double> logits;
  std::size_t features_per_film = 0;
  std::vector<float> features;  // [rows, features_per_film]
};

// Several callers on one session, which is the fastest way on a processor.
[[nodiscard]] Result<Scores> score_rows(const infer::engine::Session& session,
                                        const arrays::MappedNpy& tensors,
                                        std::span<const std::size_t> rows, Progress& progress);

}  // namespace osler::workflow::internal
