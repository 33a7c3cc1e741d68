#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "infer/onnx/inspect.h"

namespace osler::infer::onnx {

// The last layer of a network: logits = weights * features + bias.
struct LinearHead {
  std::size_t classes = 0;
  std::size_t features = 0;
  std::vector<float> weights{};  // [classes, features]
  std::vector<float> bias{};     // [classes]
};

struct Exposed {
  Bytes onnx{};
  // None where the network does not end in global average pooling and one linear layer: then it has
  // no class activation map, and `onnx` is the network as it came.
  std::optional<LinearHead> head{};
};

// Makes the last feature map and its pooled features outputs named "map" and "features" (Zhou et
// al., Learning Deep Features for Discriminative Localization, CVPR 2016), for networks that end
// GlobalAveragePool or ReduceMean, then Flatten or Reshape, then Gemm or MatMul and Add. Where they
// are outputs already, only reads the head. Errors as inspect().
[[nodiscard]] Result<Exposed> expose_map(BytesView onnx, const Limits& limits = {});

// How a classifier from elsewhere speaks.
enum class Scores : std::uint8_t {
  Auto,           // by its last operator; refused where that leaves a doubt
  Logits,         // before any sigmoid or softmax
  Probabilities,  // after it
};

struct AdaptOptions {
  std::size_t height = 0;  // pixels of the study's transform; the network must take them
  std::size_t width = 0;
  std::size_t positive_class = 1;  // which column is the finding, where there are several
  Scores scores = Scores::Auto;
  // For each of the network's channels, what it expects: value * scale + shift (for example
  // ImageNet's means and deviations). Empty: the image as it is, repeated for each channel.
  std::vector<float> scale{};
  std::vector<float> shift{};
};

// Gives a foreign classifier the shape of osler's own: input "image" [N, 1, height, width], output
// "logit" [N, 1], and "features" and "map" where expose_map() finds them. Two columns become their
// difference, a softmax or sigmoid is taken off, so that calibration sees an unbounded score.
//
// Errors as inspect(). InvalidArgument: the network takes another size, has no such class, or other
// channels than scale and shift have. NotSupported: several columns and no way to tell what they
// are.
[[nodiscard]] Result<Bytes> adapt(BytesView onnx, const AdaptOptions& options,
                                  const Limits& limits = {});

// The same network with every weight tensor of two dimensions and more redrawn, normal with its
// former deviation: the subject of the model-randomisation check (Adebayo et al., Sanity Checks for
// Saliency Maps, NeurIPS 2018). Errors as inspect().
[[nodiscard]] Result<Bytes> randomise_weights(BytesView onnx, std::uint64_t seed,
                                              const Limits& limits = {});

}  // namespace osler::infer::onnx
