#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/json.h"
#include "base/result.h"
#include "learn/training/internal/adamw.h"
#include "learn/training/internal/variables.h"
#include "learn/training/train.h"

namespace osler::learn::training {

// Everything that the next epoch depends on, beside the job. Random numbers are not part of it:
// each epoch's come from the seed and the epoch's number.
struct State {
  std::int64_t stage = 0;       // index in the job's plan
  std::int64_t epoch = 0;       // whole epochs of this stage
  std::int64_t step = 0;        // of the optimiser, in this stage
  std::int64_t since_best = 0;  // epochs
  Flat flat;                    // as trained
  Moments moments;
  Flat kept;  // of the best epoch of this stage
  Epoch best;
  std::vector<Epoch> history;  // of all stages
  double seconds = 0.0;
  std::int64_t images = 0;  // trained on, each as often as it was
};

[[nodiscard]] Json to_json(const Epoch& epoch);

// One durable file, replaced as a whole: "osler-checkpoint/1", a line of JSON, the tensors, and the
// SHA-256 of all before. `identity` says which job it belongs to.
[[nodiscard]] Result<void> write_checkpoint(const std::filesystem::path& path, const State& state,
                                            const std::string& identity);

// Nothing where there is no file. FailedPrecondition: another job's. DataCorrupt: not a whole
// checkpoint.
[[nodiscard]] Result<std::optional<State>> read_checkpoint(const std::filesystem::path& path,
                                                           const std::string& identity);

}  // namespace osler::learn::training
