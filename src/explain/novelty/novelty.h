#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"

namespace osler::explain::novelty {

// n films as the network sees them.
struct Films {
  std::size_t count = 0;              // n
  std::size_t height = 0;             // H
  std::size_t width = 0;              // W
  std::span<const float> pixels{};    // [n, H, W], transformed
  std::size_t features_per_film = 0;  // F; 0 where the network has no pooled features
  std::span<const float> features{};  // [n, F]
};

// What is measured on the picture itself, beside the network's features: a network looks only for
// what it was trained on, and may find a foreign film quite ordinary.
inline constexpr std::array<std::string_view, 32> kPictureMeasures = {
    "quantile_01", "quantile_10", "quantile_25", "median", "quantile_75", "quantile_90",
    "quantile_99", "mean", "deviation", "gradient", "gradient_high", "spectrum_slope",
    "spectrum_detail", "symmetry", "border", "levels",
    // Means of a grid of 4 x 4, in reading order: where the picture is bright.
    "layout_00", "layout_01", "layout_02", "layout_03", "layout_10", "layout_11", "layout_12",
    "layout_13", "layout_20", "layout_21", "layout_22", "layout_23", "layout_30", "layout_31",
    "layout_32", "layout_33"};
// pixels [height, width]. "spectrum" is by octaves: the energy that goes with each halving of the
// picture (a Haar pyramid) stands for its radial power spectrum. All 0 for a picture under 8 pixels
// a side.
[[nodiscard]] std::array<double, kPictureMeasures.size()> measure_picture(
    std::span<const float> pixels, std::size_t height, std::size_t width);

struct FitOptions {
  // Share of films like these that will be called strange, in (0, 0.5].
  double false_alarm_rate = 0.02;
  std::size_t folds = 5;
  std::uint64_t seed = 1;
  // [n] films with the same number belong together (a patient) and stay in one fold; empty: each
  // alone.
  std::span<const std::uint32_t> groups{};
};

struct Reading {
  double score = 0.0;     // how far from the films it was fitted on; 1 is the threshold
  double features = 0.0;  // the part of the network's features, and
  double picture = 0.0;   // the part of the picture's measures; score is the larger
  bool strange = false;   // score > 1
};

// Tells a film unlike those that a model was validated on.
//
// Two Mahalanobis distances, of the pooled features and of the picture's measures, each with the
// covariance of Ledoit and Wolf (J. Multivariate Analysis 88, 2004), fitted again after the most
// distant twentieth is left out. (Lee et al., NeurIPS 2018, for features of a network.) The
// threshold is cross-fitted: each film's distance comes from films of other folds alone, so the
// stated false alarm rate is that of films not seen before.
class Detector {
 public:
  // InvalidArgument: sizes that do not fit together, fewer than 40 films, a rate outside (0, 0.5],
  // fewer than 2 folds or groups, or a value that is not finite.
  [[nodiscard]] static Result<Detector> fit(const Films& films, const FitOptions& options);

  [[nodiscard]] double false_alarm_rate() const;
  [[nodiscard]] std::size_t films() const;  // that it was fitted on

  // One reading a film. A value that is not finite is strange. InvalidArgument: other features than
  // those it was fitted on, or sizes that do not fit together. Callable from several threads.
  [[nodiscard]] Result<std::vector<Reading>> read(const Films& films) const;

  // The bytes that a package carries (npz), and back. DataCorrupt: not such bytes.
  [[nodiscard]] Bytes serialise() const;
  [[nodiscard]] static Result<Detector> deserialise(BytesView bytes);

 private:
  struct State;
  explicit Detector(std::shared_ptr<const State> state);

  std::shared_ptr<const State> state_;  // never changed, so copies share it
};

}  // namespace osler::explain::novelty
