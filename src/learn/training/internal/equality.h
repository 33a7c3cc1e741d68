#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/result.h"

namespace osler::learn::training {

// At most `most` of the rows, evenly spread.
[[nodiscard]] std::vector<std::int64_t> spread(std::span<const std::int64_t> rows,
                                               std::size_t most);

// equality.npz: "rows" int64 [k] and "logits" float32 [k], stored without compression. Whoever
// exports or scores the network elsewhere must come to the same logits for these rows.
[[nodiscard]] Result<void> write_equality(const std::filesystem::path& path,
                                          std::span<const std::int64_t> rows,
                                          std::span<const float> logits);

}  // namespace osler::learn::training
