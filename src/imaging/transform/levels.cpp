#include "imaging/transform/internal/levels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "imaging/transform/internal/tone.h"

namespace osler::imaging::transform {
namespace {

constexpr std::size_t kMostBins = 65536;

Result<Levels> seen_levels(const clinical::Image& image) {
  std::vector<float> buffer;
  Levels ends{std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
  for (std::size_t y = 0; y < image.height; ++y) {
    for (const float value : grey_row(image, y, buffer)) {
      ends.low = std::min(ends.low, static_cast<double>(value));
      ends.high = std::max(ends.high, static_cast<double>(value));
    }
  }
  if (!std::isfinite(ends.high - ends.low) || ends.high < ends.low) {
    return Error(ErrorCode::FailedPrecondition, "a pixel of the film is not a number");
  }
  return ends;
}

struct Histogram {
  double first = 0.0;
  double width = 1.0;
  std::vector<std::uint32_t> counts;

  // The middle of the bin in which `share` of all pixels is reached.
  [[nodiscard]] double quantile(double share, double total) const {
    double seen = 0.0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      seen += counts[bin];
      if (seen >= share * total && counts[bin] > 0) {
        return first + static_cast<double>(bin) * width;
      }
    }
    return first + static_cast<double>(counts.size() - 1) * width;
  }
};

}  // namespace

Levels stored_levels(const clinical::Image& image) {
  const double range = std::ldexp(1.0, std::clamp(image.bits_stored, 1, 32));
  return image.is_signed ? Levels{-range / 2.0, range / 2.0 - 1.0} : Levels{0.0, range - 1.0};
}

Result<Levels> percentile_levels(const clinical::Image& image, double low_percent,
                                 double high_percent) {
  // Up to 16 bits the ends are known; others are looked for.
  OSLER_TRY(const auto ends,
            image.bits_stored <= 16 ? Result<Levels>(stored_levels(image)) : seen_levels(image));
  const double range = ends.high - ends.low;
  Histogram histogram;
  histogram.first = ends.low;
  // Stored values are whole numbers, so a bin each is exact; a wider range shares bins.
  histogram.width = std::max(1.0, range / static_cast<double>(kMostBins - 1));
  histogram.counts.resize(static_cast<std::size_t>(range / histogram.width) + 1);
  const auto first = static_cast<float>(histogram.first);
  const auto scale = static_cast<float>(1.0 / histogram.width);
  const auto top = static_cast<float>(histogram.counts.size() - 1);
  std::vector<float> buffer;
  for (std::size_t y = 0; y < image.height; ++y) {
    for (const float value : grey_row(image, y, buffer)) {
      // What is not a number compares false and goes into the first bin; apply() finds it.
      const float place = (value - first) * scale + 0.5F;
      const float above = place > 0.0F ? place : 0.0F;
      // To a signed number: that is one instruction.
      ++histogram.counts[static_cast<std::size_t>(static_cast<int>(above < top ? above : top))];
    }
  }
  const auto total = static_cast<double>(image.width) * static_cast<double>(image.height);
  return Levels{histogram.quantile(low_percent / 100.0, total),
                histogram.quantile(high_percent / 100.0, total)};
}

}  // namespace osler::imaging::transform
