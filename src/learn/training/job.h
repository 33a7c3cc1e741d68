#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "study/training.h"

namespace osler::learn::training {

enum class Split : std::uint8_t { None, Train, Validation, Test };

// One training run, as `osler-learn train JOB.json` reads it:
//   {"format": "osler-job/1", "tensors": PATH, "labels": [0 | 1 | null, …], "split": ["train" |
//    "validation" | "test" | "", …], "spec": study::TrainingSpec, "seed": 1, "threads": 2,
//    "out": FOLDER, "initial_weights": PATH or ""}
// Other members ("groups") are left for other readers.
struct Job {
  std::filesystem::path tensors;    // .npy, float32 [n, 1, H, W], z-scored
  std::vector<std::int8_t> labels;  // [n] 0, 1, or -1 where unknown
  std::vector<Split> split;         // [n]
  study::TrainingSpec spec;
  std::filesystem::path initial_weights;  // .npz or .safetensors, where spec.weights asks for them
  std::uint64_t seed = 1;
  int threads = 2;  // 1 or more, 2 are used: the result is the same
  std::filesystem::path out;
};

// NotFound, PermissionDenied: the file. DataCorrupt: not JSON, a missing or mistyped member, lists
// of unequal length. InvalidArgument: a value out of range, weights asked for and not given.
[[nodiscard]] Result<Job> read_job(const std::filesystem::path& path);
[[nodiscard]] Result<Job> parse_job(std::string_view text, std::string_view name);

}  // namespace osler::learn::training
