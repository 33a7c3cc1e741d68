#include "explain/saliency/saliency.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace osler::explain::saliency {
namespace {

Result<void> check(const Evidence& evidence, const Options& options) {
  const std::size_t places = evidence.height * evidence.width;
  if (evidence.features == 0 || places == 0 || options.height == 0 || options.width == 0 ||
      evidence.map.size() != evidence.features * places ||
      evidence.weights.size() != evidence.features) {
    return Error(ErrorCode::InvalidArgument,
                 std::to_string(evidence.map.size()) + " values and " +
                     std::to_string(evidence.weights.size()) + " weights are not a map of " +
                     std::to_string(evidence.features) + " features, " +
                     std::to_string(evidence.height) + " x " + std::to_string(evidence.width));
  }
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::ranges::all_of(evidence.map, finite) ||
      !std::ranges::all_of(evidence.weights, finite)) {
    return Error(ErrorCode::InvalidArgument, "the feature map holds a value that is not finite");
  }
  return {};
}

// c_k of the header's formulas, up to a factor common to all channels.
std::vector<double> channel_weights(const Evidence& evidence, Method method) {
  const std::size_t places = evidence.height * evidence.width;
  std::vector<double> weights(evidence.features);
  for (std::size_t k = 0; k < evidence.features; ++k) {
    const auto weight = static_cast<double>(evidence.weights[k]);
    if (method != Method::GradCamPlusPlus) {
      weights[k] = weight;
      continue;
    }
    double mean = 0.0;
    for (const float value : evidence.map.subspan(k * places, places)) {
      mean += static_cast<double>(value);
    }
    mean /= static_cast<double>(places);
    // Without a ReLU before it a map can be negative, and the paper's fraction has a pole there.
    const double below = std::max(2.0 + weight * mean, 1e-6);
    weights[k] = std::max(weight, 0.0) / below;
  }
  return weights;
}

// Bilinear, pixel centres at half: the value at the edge is held outside the outermost centres.
double sample(const std::vector<double>& coarse, const Evidence& size, double y, double x) {
  const auto within = [](double at, std::size_t count) {
    return std::clamp(at, 0.0, static_cast<double>(count - 1));
  };
  const double row = within(y, size.height);
  const double column = within(x, size.width);
  const auto top = static_cast<std::size_t>(row);
  const auto left = static_cast<std::size_t>(column);
  const std::size_t bottom = std::min(top + 1, size.height - 1);
  const std::size_t right = std::min(left + 1, size.width - 1);
  const double down = row - static_cast<double>(top);
  const double across = column - static_cast<double>(left);
  const auto at = [&](std::size_t r, std::size_t c) { return coarse[r * size.width + c]; };
  return (1.0 - down) * ((1.0 - across) * at(top, left) + across * at(top, right)) +
         down * ((1.0 - across) * at(bottom, left) + across * at(bottom, right));
}

}  // namespace

Result<HeatMap> heat_map(const Evidence& evidence, const Options& options) {
  OSLER_TRY_DO(check(evidence, options));
  const std::size_t places = evidence.height * evidence.width;
  const auto weights = channel_weights(evidence, options.method);
  std::vector<double> coarse(places, 0.0);
  for (std::size_t k = 0; k < evidence.features; ++k) {
    for (std::size_t p = 0; p < places; ++p) {
      coarse[p] += weights[k] * static_cast<double>(evidence.map[k * places + p]);
    }
  }
  for (double& value : coarse) {
    value = std::max(value, 0.0);
  }
  HeatMap map{options.height, options.width, std::vector<float>(options.height * options.width)};
  const double rows = static_cast<double>(evidence.height) / static_cast<double>(options.height);
  const double columns = static_cast<double>(evidence.width) / static_cast<double>(options.width);
  for (std::size_t y = 0; y < options.height; ++y) {
    for (std::size_t x = 0; x < options.width; ++x) {
      map.values[y * options.width + x] =
          static_cast<float>(sample(coarse, evidence, (static_cast<double>(y) + 0.5) * rows - 0.5,
                                    (static_cast<double>(x) + 0.5) * columns - 0.5));
    }
  }
  const float peak = *std::ranges::max_element(map.values);
  if (peak > 0.0F) {
    for (float& value : map.values) {
      value /= peak;
    }
  }
  return map;
}

}  // namespace osler::explain::saliency
