#pragma once

#include <cstdint>

#include <ATen/ATen.h>

#include "learn/training/internal/variables.h"
#include "study/training.h"

namespace osler::learn::training {

// The learning rate of step `step` (from 0) of `steps_per_epoch` * epochs: up a line during the
// warm-up, then half a cosine down to 0 (Loshchilov and Hutter, SGDR, ICLR 2017, without restarts).
[[nodiscard]] double learning_rate(const study::TrainingSpec::OptimiserSpec& spec,
                                   std::int64_t step, std::int64_t steps_per_epoch);

// The moving parts of AdamW and of the running mean of the weights, all [P].
struct Moments {
  at::Tensor first, second;
  at::Tensor mean;  // undefined where no running mean is kept
};

// One step of AdamW (Loshchilov and Hutter, ICLR 2019, algorithm 2; beta 0.9 and 0.999) on the
// parameters [from, from + count), then of the running mean, whose decay grows from 0.1 to `ema`.
struct AdamwStep {
  double rate = 0.0;
  double weight_decay = 0.0;
  double ema = 0.0;
  std::int64_t step = 1;  // from 1
};
void adamw(const AdamwStep& step, const at::Tensor& parameters, const at::Tensor& gradients,
           const Moments& moments, const Factors& factors, std::int64_t from, std::int64_t count);

}  // namespace osler::learn::training
