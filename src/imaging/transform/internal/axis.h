#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace osler::imaging::transform {

// One axis of a separable resampling: which pixels of the film each pixel of the result is the
// weighted mean of.
struct Axis {
  struct Taps {
    std::size_t first = 0;   // film pixel of the first weight
    std::size_t offset = 0;  // of the first weight in `weights`
    std::size_t count = 0;   // 0: padding
  };
  std::vector<Taps> taps;      // [size of the result]
  std::vector<float> weights;  // each pixel's sum to 1
};

struct AxisPlan {
  std::size_t size = 0;   // of the result
  double start = 0.0;     // film edge under the result's first edge
  double step = 1.0;      // film pixels for one of the result, > 0
  std::size_t first = 0;  // film pixels that may be used: [first, last)
  std::size_t last = 0;
};

// A triangle as wide as the step on both sides, at least one film pixel: linear interpolation when
// enlarging, an area-like mean when reducing. A pixel whose middle lies outside the usable part is
// padding.
[[nodiscard]] Axis make_axis(const AxisPlan& plan);

// sums[i] += row[i] * weight.
void add_weighted(std::span<float> sums, std::span<const float> row, float weight);
// The weighted mean of each pixel along a row; padding gives `padding`.
void resample_row(const Axis& axis, std::span<const float> row, float padding,
                  std::span<float> result);

}  // namespace osler::imaging::transform
