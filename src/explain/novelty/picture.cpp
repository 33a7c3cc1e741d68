#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "explain/novelty/novelty.h"

namespace osler::explain::novelty {
namespace {

constexpr std::size_t kSmallestSide = 8;
constexpr double kLeast = 1e-6;  // under the logarithms

struct View {
  std::span<const float> pixels;
  std::size_t height;
  std::size_t width;
  [[nodiscard]] double at(std::size_t y, std::size_t x) const {
    return static_cast<double>(pixels[y * width + x]);
  }
};

// A float's bits as a number that rises with it.
std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return bits ^ ((bits >> 31U) != 0 ? 0xFFFFFFFFU : 0x80000000U);
}

float value_of(std::uint32_t key) {
  return std::bit_cast<float>(key ^ ((key >> 31U) != 0 ? 0x80000000U : 0xFFFFFFFFU));
}

// The values, rising. By digits of eleven bits: several times faster than by comparisons, and each
// film that is scored pays for it.
std::vector<float> in_order(std::span<const float> values) {
  constexpr std::uint32_t kBits = 11;
  constexpr std::uint32_t kDigits = 1U << kBits;
  std::vector<std::uint32_t> keys(values.size());
  std::ranges::transform(values, keys.begin(), key_of);
  std::vector<std::uint32_t> next(keys.size());
  for (std::uint32_t shift = 0; shift < 32; shift += kBits) {
    std::array<std::size_t, kDigits + 1> place{};
    for (const auto key : keys) {
      ++place[((key >> shift) & (kDigits - 1)) + 1];
    }
    std::partial_sum(place.begin(), place.end(), place.begin());
    for (const auto key : keys) {
      next[place[(key >> shift) & (kDigits - 1)]++] = key;
    }
    keys.swap(next);
  }
  std::vector<float> sorted(keys.size());
  std::ranges::transform(keys, sorted.begin(), value_of);
  return sorted;
}

double quantile(const std::vector<float>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  const double part = at - static_cast<double>(low);
  return (1.0 - part) * static_cast<double>(sorted[low]) + part * static_cast<double>(sorted[high]);
}

// Mean and 95th percentile of the steps between neighbours, as logarithms.
std::array<double, 2> gradient(const View& view) {
  std::vector<float> steps;
  steps.reserve(view.pixels.size());
  double sum = 0.0;
  for (std::size_t y = 0; y + 1 < view.height; ++y) {
    for (std::size_t x = 0; x + 1 < view.width; ++x) {
      const double across = view.at(y, x + 1) - view.at(y, x);
      const double down = view.at(y + 1, x) - view.at(y, x);
      const double step = std::sqrt(across * across + down * down);
      sum += step;
      steps.push_back(static_cast<float>(step));
    }
  }
  const auto high = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() * 95 / 100);
  std::ranges::nth_element(steps, high);
  return {std::log(sum / static_cast<double>(steps.size()) + kLeast),
          std::log(static_cast<double>(*high) + kLeast)};
}

// Energy lost with each halving, as logarithms: the octaves of the spectrum, finest first.
std::vector<double> octaves(const View& view) {
  std::vector<double> energies;
  std::vector<float> finer(view.pixels.begin(), view.pixels.end());
  std::size_t height = view.height;
  std::size_t width = view.width;
  while (std::min(height, width) >= kSmallestSide) {
    const View from{finer, height, width};
    std::vector<float> coarser((height / 2) * (width / 2));
    double energy = 0.0;
    for (std::size_t y = 0; y < height / 2; ++y) {
      for (std::size_t x = 0; x < width / 2; ++x) {
        const std::array four{from.at(2 * y, 2 * x), from.at(2 * y, 2 * x + 1),
                              from.at(2 * y + 1, 2 * x), from.at(2 * y + 1, 2 * x + 1)};
        const double mean = (four[0] + four[1] + four[2] + four[3]) / 4.0;
        for (const double value : four) {
          energy += (value - mean) * (value - mean);
        }
        coarser[y * (width / 2) + x] = static_cast<float>(mean);
      }
    }
    energies.push_back(std::log(energy / static_cast<double>(4 * coarser.size()) + kLeast));
    height /= 2;
    width /= 2;
    finer = std::move(coarser);
  }
  return energies;
}

// Least squares over the octave's number.
double slope(const std::vector<double>& values) {
  const double middle = (static_cast<double>(values.size()) - 1.0) / 2.0;
  double product = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double off = static_cast<double>(i) - middle;
    product += off * values[i];
    squares += off * off;
  }
  return squares > 0.0 ? product / squares : 0.0;
}

// Correlation of the picture with its mirror image: a frontal chest film is close to symmetric.
double symmetry(const View& view, double mean, double deviation) {
  double product = 0.0;
  for (std::size_t y = 0; y < view.height; ++y) {
    for (std::size_t x = 0; x < view.width; ++x) {
      product += (view.at(y, x) - mean) * (view.at(y, view.width - 1 - x) - mean);
    }
  }
  const double variance = deviation * deviation * static_cast<double>(view.pixels.size());
  return variance > 0.0 ? product / variance : 0.0;
}

// Mean of the outermost sixteenth on each side.
double border(const View& view) {
  const std::size_t rows = std::max<std::size_t>(view.height / 16, 1);
  const std::size_t columns = std::max<std::size_t>(view.width / 16, 1);
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t y = 0; y < view.height; ++y) {
    for (std::size_t x = 0; x < view.width; ++x) {
      if (y < rows || y >= view.height - rows || x < columns || x >= view.width - columns) {
        sum += view.at(y, x);
        ++count;
      }
    }
  }
  return sum / static_cast<double>(count);
}

constexpr std::size_t kGrid = 4;

std::array<double, kGrid * kGrid> layout(const View& view) {
  std::array<double, kGrid * kGrid> sums{};
  std::array<double, kGrid * kGrid> counts{};
  std::vector<std::size_t> column(view.width);
  for (std::size_t x = 0; x < view.width; ++x) {
    column[x] = x * kGrid / view.width;
  }
  for (std::size_t y = 0; y < view.height; ++y) {
    const std::size_t row = y * kGrid / view.height * kGrid;
    for (std::size_t x = 0; x < view.width; ++x) {
      sums[row + column[x]] += view.at(y, x);
      counts[row + column[x]] += 1.0;
    }
  }
  for (std::size_t cell = 0; cell < sums.size(); ++cell) {
    sums[cell] /= counts[cell];
  }
  return sums;
}

}  // namespace

std::array<double, kPictureMeasures.size()> measure_picture(std::span<const float> pixels,
                                                            std::size_t height, std::size_t width) {
  if (std::min(height, width) < kSmallestSide || pixels.size() != height * width) {
    return {};
  }
  const View view{pixels, height, width};
  const auto sorted = in_order(pixels);
  double mean = 0.0;
  for (const float value : pixels) {
    mean += static_cast<double>(value);
  }
  mean /= static_cast<double>(pixels.size());
  double variance = 0.0;
  for (const float value : pixels) {
    const double off = static_cast<double>(value) - mean;
    variance += off * off;
  }
  variance /= static_cast<double>(pixels.size());
  const double deviation = std::sqrt(variance);
  std::size_t levels = 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    levels += sorted[i] != sorted[i - 1] ? 1U : 0U;
  }
  const auto steps = gradient(view);
  const auto energy = octaves(view);
  const std::array whole{quantile(sorted, 0.01),
                         quantile(sorted, 0.10),
                         quantile(sorted, 0.25),
                         quantile(sorted, 0.50),
                         quantile(sorted, 0.75),
                         quantile(sorted, 0.90),
                         quantile(sorted, 0.99),
                         mean,
                         deviation,
                         steps[0],
                         steps[1],
                         slope(energy),
                         energy.front() - energy.back(),
                         symmetry(view, mean, deviation),
                         border(view),
                         std::log(static_cast<double>(levels))};
  const auto cells = layout(view);
  static_assert(whole.size() + cells.size() == kPictureMeasures.size());
  std::array<double, kPictureMeasures.size()> measures{};
  std::ranges::copy(cells, std::ranges::copy(whole, measures.begin()).out);
  return measures;
}

}  // namespace osler::explain::novelty
