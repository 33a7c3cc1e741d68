#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace osler::explain::saliency {

enum class Method : std::uint8_t { ClassActivation, GradCam, GradCamPlusPlus };

// The last feature map of one image and what the head makes of it.
struct Evidence {
  std::size_t features = 0;          // F
  std::size_t height = 0;            // h
  std::size_t width = 0;             // w
  std::span<const float> map{};      // [F, h, w], row-major, before global average pooling
  std::span<const float> weights{};  // [F], the finding's row of the linear head
};

struct Options {
  Method method = Method::GradCamPlusPlus;
  std::size_t height = 0;  // pixels of the heat map: the network's input
  std::size_t width = 0;
};

// Where the network saw the finding.
struct HeatMap {
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<float>
      values;  // [height, width] in [0, 1]; 1 at the peak, all 0 where nothing speaks for it
};

// For a head that is linear over globally averaged features, S = sum_k w_k mean(A_k), the gradient
// of S is the same at each place of a channel, g_k = w_k / (h w), and the maps have closed forms:
//
//   class activation  relu(sum_k w_k A_k)              Zhou et al., CVPR 2016, eq. 2
//   Grad-CAM          the same: its weight is the mean gradient, w_k / (h w)
//                                                      Selvaraju et al., ICCV 2017, eq. 1 and 2
//   Grad-CAM++        relu(sum_k c_k A_k), c_k = sum_ij a_k relu(g_k) = relu(w_k) a_k,
//                     a_k = g_k^2 / (2 g_k^2 + g_k^3 sum_ij A_k) = 1 / (2 + w_k mean(A_k))
//                                                      Chattopadhyay et al., WACV 2018, eq. 5, 6,
//                                                      19
//
// Grad-CAM++ explains exp(S); its common factor exp(S) goes with the normalisation.
// Made larger bilinearly (half-pixel centres, as the image's own pixels), then divided by the peak.
//
// InvalidArgument: sizes that do not fit together, or a value that is not finite.
[[nodiscard]] Result<HeatMap> heat_map(const Evidence& evidence, const Options& options);

// A rectangle in pixels of the heat map.
struct Box {
  double x = 0.0;  // left edge
  double y = 0.0;  // upper edge
  double width = 0.0;
  double height = 0.0;
};

// Whether the peak lies in one of the boxes, at most `tolerance` pixels outside (Zhang et al.,
// Top-down Neural Attention by Excitation Backprop, IJCV 2018, section 5.1, takes 15). A flat map,
// or one with several equal peaks, is a hit by the first peak in reading order; an empty map is a
// miss.
[[nodiscard]] bool pointing_hit(const HeatMap& map, std::span<const Box> boxes,
                                double tolerance = 0.0);

struct PointingGame {
  std::size_t films = 0;
  std::size_t hits = 0;
  double chance =
      0.0;  // mean share of the film that its boxes cover: what a random point would hit
};
// maps [n] with boxes [n]. InvalidArgument: unequal lengths.
[[nodiscard]] Result<PointingGame> pointing_game(std::span<const HeatMap> maps,
                                                 std::span<const std::vector<Box>> boxes,
                                                 double tolerance = 0.0);

// Spearman's rank correlation, ties by mean rank; 0 where one side is constant.
// InvalidArgument: unequal lengths or fewer than 2 values.
[[nodiscard]] Result<double> rank_correlation(std::span<const float> a, std::span<const float> b);

// The head with its weights in random order: a map that hardly changes with it does not show what
// the network learnt (Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018). For the whole
// network see infer::onnx::randomise_weights.
[[nodiscard]] std::vector<float> randomised_head(std::span<const float> weights,
                                                 std::uint64_t seed);

struct RandomisationCheck {
  std::size_t films = 0;
  double mean_correlation = 0.0;  // of each film's map with the randomised network's; low is good
  bool passed = false;            // mean_correlation <= limit
};
// maps of the same films by the trained and by the randomised network, in the same order.
// InvalidArgument: unequal lengths or sizes, or none.
[[nodiscard]] Result<RandomisationCheck> randomisation_check(std::span<const HeatMap> trained,
                                                             std::span<const HeatMap> randomised,
                                                             double limit = 0.5);

}  // namespace osler::explain::saliency
