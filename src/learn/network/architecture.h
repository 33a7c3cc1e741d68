#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "study/training.h"

namespace osler::learn::network {

using Kind = study::Network;

// What network to build. Every network takes grey images [N, 1, H, W], z-scored (mean 0, deviation
// 1), and ends in one logit: backbone -> last map [N, F, h, w] -> mean over the map [N, F] ->
// dropout -> linear -> logit [N, 1].
struct Architecture {
  Kind kind = Kind::SmallResidual;
  std::vector<std::int64_t> widths{16, 32, 64, 128};  // of SmallResidual: the stem and each block
  bool max_pool = false;   // of SmallResidual: a block shrinks its input by 2 x 2 maxima
  double dropout = 0.0;    // of the pooled features, in [0, 1)
  std::int64_t side = 28;  // the shorter side of the images, in pixels
};

// InvalidArgument: no widths, more than 8, one outside [1, 2048], dropout outside [0, 1), or images
// too small for the network.
[[nodiscard]] Result<void> check(const Architecture& architecture);

// How much the stem shrinks the image before the first stage: 1 below 64 pixels, 2 below 160, else
// 4. ResNet-18 keeps the full resolution below 64 pixels, as published results on 28-pixel images
// do, and shrinks by 4 otherwise.
[[nodiscard]] std::int64_t stem_stride(std::int64_t side);

}  // namespace osler::learn::network
