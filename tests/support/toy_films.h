#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/arrays/npy.h"
#include "base/check.h"
#include "base/file.h"
#include "base/rng.h"
#include "learn/training/job.h"

namespace osler::test {

// Small noise images, half of them with a bright square somewhere: a task that a small network
// learns in seconds. Writes the tensors into `folder` and gives the job that trains on them.
inline learn::training::Job toy_job(const std::filesystem::path& folder, std::size_t count = 320,
                                    std::size_t side = 16) {
  using learn::training::Split;
  Rng rng(20260101);
  learn::training::Job job;
  std::vector<float> pixels(count * side * side);
  for (std::size_t i = 0; i < count; ++i) {
    float* image = pixels.data() + i * side * side;
    for (std::size_t k = 0; k < side * side; ++k) {
      image[k] = static_cast<float>(rng.normal());
    }
    const bool positive = i % 2 == 0;
    if (positive) {
      const auto top = rng.below(side - 5);
      const auto left = rng.below(side - 5);
      for (std::size_t k = 0; k < 25; ++k) {
        image[(top + k / 5) * side + left + k % 5] += 1.5F;
      }
    }
    job.labels.push_back(positive ? 1 : 0);
    job.split.push_back(i % 8 < 4 ? Split::Train : i % 8 < 6 ? Split::Validation : Split::Test);
  }
  const auto array = arrays::Array::of<float>({count, 1, side, side}, pixels);
  job.tensors = folder / "tensors.npy";
  OSLER_CHECK(write_file(job.tensors, arrays::to_npy(array)));
  job.out = folder / "out";
  job.spec.network.widths = {8, 16};
  job.spec.optimiser = {.learning_rate = 5e-3, .batch = 16, .epochs = 8, .ema = 0.9};
  return job;
}

}  // namespace osler::test
