#include "workflow/internal/scores.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/parallel.h"

namespace osler::workflow::internal {

Result<Scores> score_rows(const infer::engine::Session& session, const arrays::MappedNpy& tensors,
                          std::span<const std::size_t> rows, Progress& progress) {
  constexpr std::size_t kChunk = 16;
  const std::size_t chunks = (rows.size() + kChunk - 1) / kChunk;
  std::vector<std::optional<infer::engine::Outputs>> outputs(chunks);
  std::mutex mutex;
  std::optional<Error> failure;
  std::size_t done = 0;
  parallel_for(chunks, hardware_threads(), [&](std::size_t chunk) {
    const std::size_t first = chunk * kChunk;
    const std::size_t count = std::min(kChunk, rows.size() - first);
    std::vector<float> pixels;
    for (std::size_t i = first; i < first + count; ++i) {
      const auto row = tensors.row(rows[i]);
      pixels.insert(pixels.end(), row.begin(), row.end());
    }
    auto output = session.run(pixels, count);
    const std::lock_guard lock(mutex);
    progress.at(done += count, "");
    if (output) {
      outputs[chunk] = *std::move(output);
    } else if (!failure) {
      failure = std::move(output).error();
    }
  });
  if (failure) {
    return *std::move(failure);
  }
  Scores scores;
  for (const auto& output : outputs) {
    scores.logits.insert(scores.logits.end(), output->logits.begin(), output->logits.end());
    scores.features_per_film = output->features_per_image;
    scores.features.insert(scores.features.end(), output->features.begin(), output->features.end());
  }
  return scores;
}

}  // namespace osler::workflow::internal
