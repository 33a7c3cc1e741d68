#pragma once

#include <ATen/ATen.h>

#include "learn/losses/loss.h"

namespace osler::learn::losses {

// The sum of the cases' losses, divided by `normaliser` (the cases of the whole batch, so that the
// gradients of its shards add up to the gradient of the batch).
//
//   logits   [n] or [n, 1]
//   targets  [n], 0 or 1
//
// Cross-entropy: -w (t log p + (1 - t) log(1 - p)). Focal: each case times |t - p|^gamma (Lin et
// al., Focal Loss for Dense Object Detection, ICCV 2017, eq. 5, with alpha as the class weight).
[[nodiscard]] at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets,
                              const Settings& settings, const ClassWeights& weights,
                              double normaliser);

}  // namespace osler::learn::losses
