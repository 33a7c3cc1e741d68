#include "dicom/quality/internal/pixels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <unordered_set>

#include "base/text.h"

namespace osler::dicom::quality {
namespace {

using clinical::Image;

constexpr std::size_t kLanes = 8;  // so that the compiler can put them into one register

// [height, width] of grey: the image itself, or the green of its colours.
class Grey {
 public:
  explicit Grey(const Image& image)
      : width(image.width), height(image.height), samples_(image.samples) {
    if (image.channels > 1) {
      green_.reserve(width * height);
      for (std::size_t i = 1; i < image.samples.size(); i += image.channels) {
        green_.push_back(image.samples[i]);
      }
      samples_ = green_;
    }
  }
  Grey(const Grey&) = delete;
  Grey& operator=(const Grey&) = delete;

  [[nodiscard]] std::size_t size() const { return samples_.size(); }
  [[nodiscard]] float operator[](std::size_t i) const { return samples_[i]; }
  [[nodiscard]] std::span<const float> samples() const { return samples_; }

  const std::size_t width;
  const std::size_t height;

 private:
  std::vector<float> green_;
  std::span<const float> samples_;
};

struct Range {
  float low = 0.0F;
  float high = 0.0F;
};

Range range_of(const Grey& grey) {
  const auto samples = grey.samples();
  std::array<float, kLanes> low{};
  std::array<float, kLanes> high{};
  low.fill(samples[0]);
  high.fill(samples[0]);
  std::size_t i = 0;
  for (; i + kLanes <= samples.size(); i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const float value = samples[i + k];
      low[k] = value < low[k] ? value : low[k];
      high[k] = high[k] < value ? value : high[k];
    }
  }
  for (; i < samples.size(); ++i) {
    low[0] = std::min(low[0], samples[i]);
    high[0] = std::max(high[0], samples[i]);
  }
  return {.low = std::ranges::min(low), .high = std::ranges::max(high)};
}

// Grey values that the film could use. Stored values of more than 12 bits seldom fill them, so that
// their own spread counts.
double scale_of(const Image& image, const Range& range) {
  const double spread = static_cast<double>(range.high) - static_cast<double>(range.low);
  const double full = std::ldexp(1.0, std::clamp(image.bits_stored, 1, 32));
  return image.bits_stored > 16 ? spread : std::min(full, std::max(4096.0, spread));
}

// Mean of part of the film, given by fractions of its sides.
double mean_of(const Grey& grey, double left, double right, double top, double bottom) {
  const auto place = [](double fraction, std::size_t side) {
    return static_cast<std::size_t>(fraction * static_cast<double>(side));
  };
  const std::size_t first = place(left, grey.width);
  const std::size_t across = std::max(place(right, grey.width), first + 1) - first;
  const std::size_t above = place(top, grey.height);
  const std::size_t below = std::max(place(bottom, grey.height), above + 1);
  std::array<double, kLanes> sums{};
  for (std::size_t y = above; y < below; ++y) {
    const auto row = grey.samples().subspan(y * grey.width + first, across);
    std::size_t x = 0;
    for (; x + kLanes <= row.size(); x += kLanes) {
      for (std::size_t k = 0; k < kLanes; ++k) {
        sums[k] += static_cast<double>(row[x + k]);
      }
    }
    for (; x < row.size(); ++x) {
      sums[0] += static_cast<double>(row[x]);
    }
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0) /
         static_cast<double>(across * (below - above));
}

// Means of tiles: noise averages out, structure stays.
std::vector<double> tile_means(const Grey& grey) {
  constexpr std::size_t kTiles = 32;
  const std::size_t across = std::min(kTiles, grey.width);
  const std::size_t down = std::min(kTiles, grey.height);
  std::vector<double> means;
  means.reserve(across * down);
  for (std::size_t y = 0; y < down; ++y) {
    for (std::size_t x = 0; x < across; ++x) {
      const auto part = [](std::size_t i, std::size_t of) {
        return static_cast<double>(i) / static_cast<double>(of);
      };
      means.push_back(
          mean_of(grey, part(x, across), part(x + 1, across), part(y, down), part(y + 1, down)));
    }
  }
  return means;
}

bool is_blank(const Grey& grey, double scale, double allowed) {
  auto means = tile_means(grey);
  const auto tail = static_cast<std::ptrdiff_t>(means.size() / 20);
  const auto low = means.begin() + tail;
  const auto high = means.end() - 1 - tail;
  std::ranges::nth_element(means, low);
  const double lowest = *low;
  std::ranges::nth_element(means, high);
  return *high - lowest <= allowed * scale;
}

bool has_few_levels(const Grey& grey, std::size_t least) {
  std::unordered_set<float> levels;
  for (std::size_t i = 0; i < grey.size() && levels.size() < least; ++i) {
    levels.insert(grey[i]);
  }
  return levels.size() < least;
}

std::size_t count_of(const Grey& grey, float value) {
  const auto samples = grey.samples();
  std::array<std::uint32_t, kLanes> counts{};
  std::size_t i = 0;
  for (; i + kLanes <= samples.size(); i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      counts[k] += samples[i + k] == value ? 1U : 0U;
    }
  }
  for (; i < samples.size(); ++i) {
    counts[0] += samples[i] == value ? 1U : 0U;
  }
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

// How many of the pixels at one value are not joined to the film's edge by such pixels: those that
// are, are background, collimation or direct exposure.
std::size_t count_inside(const Grey& grey, float value) {
  const std::size_t width = grey.width;
  std::vector<std::uint8_t> at_end(grey.size());
  std::ranges::transform(grey.samples(), at_end.begin(), [value](float sample) {
    return static_cast<std::uint8_t>(sample == value ? 1 : 0);
  });
  std::vector<std::size_t> open;
  const auto visit = [&](std::size_t i) {
    if (at_end[i] == 1) {
      at_end[i] = 2;
      open.push_back(i);
    }
  };
  for (std::size_t x = 0; x < width; ++x) {
    visit(x);
    visit((grey.height - 1) * width + x);
  }
  for (std::size_t y = 0; y < grey.height; ++y) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  std::size_t joined = 0;
  while (!open.empty()) {
    const std::size_t i = open.back();
    open.pop_back();
    ++joined;
    if (i >= width) {
      visit(i - width);
    }
    if (i + width < grey.size()) {
      visit(i + width);
    }
    if (i % width != 0) {
      visit(i - 1);
    }
    if (i % width + 1 != width) {
      visit(i + 1);
    }
  }
  return count_of(grey, value) - joined;
}

void check_clipped(const Grey& grey, const Range& range, const Kind& kind,
                   const Expectations& expected, std::vector<Finding>& found) {
  const auto share = [&](std::size_t count) {
    return static_cast<double>(count) / static_cast<double>(grey.size());
  };
  for (const bool high : {false, true}) {
    const float value = high ? range.high : range.low;
    const double all = share(count_of(grey, value));
    // No more can lie inside than there are at all, which is quicker to count.
    const double within = all > expected.clipped_inside ? share(count_inside(grey, value)) : 0.0;
    const bool inside = within > expected.clipped_inside;
    if (inside || (kind.radiograph && all > expected.clipped_share)) {
      found.push_back({Check::Clipped, fixed(100.0 * (inside ? within : all), 0) +
                                           " % of the pixels " +
                                           (inside ? "inside the film " : "") + "have its " +
                                           (high ? "highest" : "lowest") + " value"});
      return;
    }
  }
}

// In a frontal chest film the spine and heart are brighter than the lungs on both sides of them.
bool is_inverted(const Grey& grey, const Image& image, const Range& range) {
  const double middle = mean_of(grey, 0.44, 0.56, 0.30, 0.75);
  const double lungs =
      (mean_of(grey, 0.18, 0.36, 0.25, 0.60) + mean_of(grey, 0.64, 0.82, 0.25, 0.60)) / 2.0;
  const double spread = static_cast<double>(range.high) - static_cast<double>(range.low);
  const double sign = image.photometric == clinical::Photometric::Monochrome1 ? -1.0 : 1.0;
  return sign * (middle - lungs) < -0.08 * spread;
}

}  // namespace

void check_pixels(const Image& image, const Kind& kind, const Expectations& expected,
                  std::vector<Finding>& found) {
  if (image.width == 0 || image.height == 0 ||
      image.samples.size() != image.width * image.height * image.channels) {
    found.push_back({Check::NoPixels, "has no pixels"});
    return;
  }
  const Grey grey(image);
  const Range range = range_of(grey);
  if (image.bits_stored == 1) {
    return;  // a mask, not a film
  }
  if (is_blank(grey, scale_of(image, range), expected.blank_range)) {
    found.push_back({Check::Blank, "shows next to one grey level everywhere"});
    return;
  }
  if (image.bits_stored >= 8 && has_few_levels(grey, expected.least_levels)) {
    found.push_back({Check::FewLevels, "has fewer than " + std::to_string(expected.least_levels) +
                                           " different grey values"});
  }
  check_clipped(grey, range, kind, expected, found);
  if (kind.chest && is_inverted(grey, image, range)) {
    found.push_back(
        {Check::Inverted,
         "black and white seem to be exchanged: the lungs are brighter than the spine"});
  }
}

}  // namespace osler::dicom::quality
