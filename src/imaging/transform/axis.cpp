#include "imaging/transform/internal/axis.h"

#include <algorithm>
#include <cmath>

namespace osler::imaging::transform {
namespace {

constexpr std::size_t kBlock = 8;

}  // namespace

Axis make_axis(const AxisPlan& plan) {
  Axis axis;
  axis.taps.resize(plan.size);
  const double support = std::max(1.0, plan.step);
  const auto first = static_cast<double>(plan.first);
  const auto last = static_cast<double>(plan.last);
  for (std::size_t i = 0; i < plan.size; ++i) {
    const double centre = plan.start + (static_cast<double>(i) + 0.5) * plan.step;
    auto& taps = axis.taps[i];
    taps.offset = axis.weights.size();
    if (!(centre >= first && centre <= last) || plan.first >= plan.last) {
      continue;
    }
    taps.first =
        static_cast<std::size_t>(std::clamp(std::floor(centre - support), first, last - 1.0));
    const auto end =
        static_cast<std::size_t>(std::clamp(std::ceil(centre + support), first + 1.0, last));
    double sum = 0.0;
    std::vector<double> weights;
    for (std::size_t pixel = taps.first; pixel < end; ++pixel) {
      const double distance = std::abs(static_cast<double>(pixel) + 0.5 - centre);
      weights.push_back(std::max(0.0, 1.0 - distance / support));
      sum += weights.back();
    }
    taps.count = weights.size();
    for (const double weight : weights) {
      axis.weights.push_back(static_cast<float>(weight / sum));
    }
  }
  return axis;
}

void add_weighted(std::span<float> sums, std::span<const float> row, float weight) {
  // Blocks of a fixed length and memory that does not overlap: the compiler may use wide registers.
  float* __restrict__ to = sums.data();
  const float* __restrict__ from = row.data();
  std::size_t i = 0;
  for (; i + kBlock <= sums.size(); i += kBlock) {
    for (std::size_t k = 0; k < kBlock; ++k) {
      to[i + k] += from[i + k] * weight;
    }
  }
  for (; i < sums.size(); ++i) {
    to[i] += from[i] * weight;
  }
}

void resample_row(const Axis& axis, std::span<const float> row, float padding,
                  std::span<float> result) {
  for (std::size_t i = 0; i < axis.taps.size(); ++i) {
    const auto& taps = axis.taps[i];
    if (taps.count == 0) {
      result[i] = padding;
      continue;
    }
    float sum = 0.0F;
    for (std::size_t k = 0; k < taps.count; ++k) {
      sum += axis.weights[taps.offset + k] * row[taps.first + k];
    }
    result[i] = sum;
  }
}

}  // namespace osler::imaging::transform
