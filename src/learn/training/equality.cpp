#include "learn/training/internal/equality.h"

#include "base/arrays/npy.h"
#include "base/file.h"

namespace osler::learn::training {

std::vector<std::int64_t> spread(std::span<const std::int64_t> rows, std::size_t most) {
  const std::size_t count = std::min(rows.size(), most);
  std::vector<std::int64_t> some(count);
  for (std::size_t i = 0; i < count; ++i) {
    some[i] = rows[i * rows.size() / count];
  }
  return some;
}

Result<void> write_equality(const std::filesystem::path& path, std::span<const std::int64_t> rows,
                            std::span<const float> logits) {
  OSLER_TRY(const auto bytes,
            arrays::to_npz({{"rows", arrays::Array::of<std::int64_t>({rows.size()}, rows)},
                            {"logits", arrays::Array::of<float>({logits.size()}, logits)}}));
  return write_file(path, bytes);
}

}  // namespace osler::learn::training
