#pragma once

#include <cstdint>
#include <span>

namespace osler::learn::training {

struct Ranking {
  double auroc = 0.0;
  double auprc = 0.0;  // average precision
};

// scores [n], labels [n] 0 or 1, both classes present; no score is NaN. As evaluate/metrics defines
// them, without intervals.
[[nodiscard]] Ranking ranking(std::span<const float> scores, std::span<const std::uint8_t> labels);

}  // namespace osler::learn::training
