#pragma once

#include <cstdint>

#include <ATen/ATen.h>

#include "learn/network/internal/network.h"

namespace osler::learn::training {

// All variables of a network end to end in two flat tensors: one addition averages the gradients
// of two replicas, one update moves every parameter, one copy is a checkpoint.
struct Flat {
  at::Tensor parameters;  // [P]
  at::Tensor statistics;  // [S] running means and variances of batch norms
};

// A copy of the network's variables, in the layout that bind() expects.
[[nodiscard]] Flat flatten(const network::Network& network);

// Makes the network's variables views of `flat`, and their gradients views of `gradients` [P] where
// it is defined. Weights of convolutions lie channels-last if the network prefers that.
void bind(const network::Network& network, const Flat& flat, const at::Tensor& gradients);

// [P]: how far each parameter takes part in weight decay (1 for weights, else 0), and at what share
// of the learning rate it moves (1 in the head, `backbone` elsewhere).
struct Factors {
  at::Tensor decay;
  at::Tensor rate;
};
[[nodiscard]] Factors factors(const network::Network& network, double backbone);

}  // namespace osler::learn::training
