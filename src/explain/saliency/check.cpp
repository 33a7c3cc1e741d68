#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/rng.h"
#include "explain/saliency/saliency.h"

namespace osler::explain::saliency {
namespace {

bool holds(const Box& box, double x, double y, double tolerance) {
  return x >= box.x - tolerance && x <= box.x + box.width + tolerance && y >= box.y - tolerance &&
         y <= box.y + box.height + tolerance;
}

// Share of the film that lies in the boxes, those with tolerance around them; by pixel centres, so
// that boxes may overlap.
double covered(const HeatMap& map, std::span<const Box> boxes, double tolerance) {
  std::size_t inside = 0;
  for (std::size_t y = 0; y < map.height; ++y) {
    for (std::size_t x = 0; x < map.width; ++x) {
      const auto in = [&](const Box& box) {
        return holds(box, static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5, tolerance);
      };
      inside += std::ranges::any_of(boxes, in) ? 1U : 0U;
    }
  }
  return map.values.empty() ? 0.0
                            : static_cast<double>(inside) / static_cast<double>(map.values.size());
}

// 1-based, equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const float> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> rank(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) {
      ++last;
    }
    const double mean = static_cast<double>(first + last) / 2.0 + 1.0;
    for (; first <= last; ++first) {
      rank[order[first]] = mean;
    }
  }
  return rank;
}

Error unequal(std::size_t a, std::size_t b) {
  return Error(ErrorCode::InvalidArgument,
               std::to_string(a) + " and " + std::to_string(b) + " do not belong together");
}

}  // namespace

bool pointing_hit(const HeatMap& map, std::span<const Box> boxes, double tolerance) {
  const auto peak = std::ranges::max_element(map.values);
  if (peak == map.values.end() || *peak <= 0.0F) {
    return false;
  }
  const auto index = static_cast<std::size_t>(peak - map.values.begin());
  const double x = static_cast<double>(index % map.width) + 0.5;
  const double y = static_cast<double>(index / map.width) + 0.5;
  return std::ranges::any_of(boxes, [&](const Box& box) { return holds(box, x, y, tolerance); });
}

Result<PointingGame> pointing_game(std::span<const HeatMap> maps,
                                   std::span<const std::vector<Box>> boxes, double tolerance) {
  if (maps.size() != boxes.size()) {
    return unequal(maps.size(), boxes.size());
  }
  PointingGame game{.films = maps.size()};
  for (std::size_t i = 0; i < maps.size(); ++i) {
    game.hits += pointing_hit(maps[i], boxes[i], tolerance) ? 1U : 0U;
    game.chance += covered(maps[i], boxes[i], tolerance) / static_cast<double>(maps.size());
  }
  return game;
}

Result<double> rank_correlation(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size() || a.size() < 2) {
    return unequal(a.size(), b.size());
  }
  const auto left = ranks(a);
  const auto right = ranks(b);
  const double mean = (static_cast<double>(a.size()) + 1.0) / 2.0;
  double product = 0.0;
  double left_squares = 0.0;
  double right_squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += (left[i] - mean) * (right[i] - mean);
    left_squares += (left[i] - mean) * (left[i] - mean);
    right_squares += (right[i] - mean) * (right[i] - mean);
  }
  const double below = std::sqrt(left_squares * right_squares);
  return below > 0.0 ? product / below : 0.0;
}

std::vector<float> randomised_head(std::span<const float> weights, std::uint64_t seed) {
  std::vector<float> shuffled(weights.begin(), weights.end());
  Rng::named(seed, "randomised head").shuffle(std::span<float>(shuffled));
  return shuffled;
}

Result<RandomisationCheck> randomisation_check(std::span<const HeatMap> trained,
                                               std::span<const HeatMap> randomised, double limit) {
  if (trained.size() != randomised.size() || trained.empty()) {
    return unequal(trained.size(), randomised.size());
  }
  RandomisationCheck check{.films = trained.size()};
  for (std::size_t i = 0; i < trained.size(); ++i) {
    OSLER_TRY(const double correlation, rank_correlation(trained[i].values, randomised[i].values));
    check.mean_correlation += correlation / static_cast<double>(trained.size());
  }
  check.passed = check.mean_correlation <= limit;
  return check;
}

}  // namespace osler::explain::saliency
