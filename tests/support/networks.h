#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/crypto.h"

namespace osler::test {

enum class Tail : std::uint8_t {
  PoolFlattenGemm,  // GlobalAveragePool, Flatten, Gemm (transB)
  MeanMatMulAdd,    // ReduceMean without kept dimensions, MatMul, Add
  FlattenGemm,      // no pooling: Flatten of the whole map, Gemm
};

struct NetworkOptions {
  std::size_t channels = 1;
  std::size_t height = 12;
  std::size_t width = 12;
  std::size_t features = 6;
  std::size_t classes = 1;
  Tail tail = Tail::PoolFlattenGemm;
  std::string activation{};   // "", "Sigmoid", "Softmax" or "LogSoftmax" after the scores
  bool extra_outputs = true;  // "features" and "map", as osler's own networks have them
  bool free_batch = true;     // any number of images, else exactly one
  std::string input = "image";
  std::string output = "logit";
  std::uint64_t seed = 1;
};

// A small convolutional network with random weights: two 3 x 3 convolutions (the first of stride 2)
// with ReLU, then the tail. opset 13.
[[nodiscard]] Bytes make_network(const NetworkOptions& options = {});

// Small files that ask for much, by broadcasting a column against a row.
enum class Greed : std::uint8_t {
  WhenLoaded,  // 14 GB of constants, so that folding them would ask for it
  WhenRun,     // 14 GB of what the image gives
  WhenKept,    // 1.6 GB of constants in 24 pieces, none of them needed while another is
};
[[nodiscard]] Bytes make_greedy_network(Greed greed, std::size_t height, std::size_t width);

}  // namespace osler::test
