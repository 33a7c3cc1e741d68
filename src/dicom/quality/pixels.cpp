#include "dicom/quality/internal/pixels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_set>

#include "base/text.h"

namespace osler::dicom::quality {
namespace {

using clinical::Image;

// [height, width] of grey: the image itself, or the green of its colours.
struct Grey {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t stride = 1;
  const float* samples = nullptr;

  explicit Grey(const Image& image)
      : width(image.width),
        height(image.height),
        stride(image.channels),
        samples(image.samples.data() + (image.channels > 1 ? 1 : 0)) {}
  [[nodiscard]] std::size_t size() const { return width * height; }
  [[nodiscard]] float operator[](std::size_t i) const { return samples[i * stride]; }
};

struct Range {
  float low = 0.0F;
  float high = 0.0F;
};

Range range_of(const Grey& grey) {
  Range range{.low = grey[0], .high = grey[0]};
  for (std::size_t i = 1; i < grey.size(); ++i) {
    range.low = std::min(range.low, grey[i]);
    range.high = std::max(range.high, grey[i]);
  }
  return range;
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
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t y = place(top, grey.height);
       y < std::max(place(bottom, grey.height), place(top, grey.height) + 1); ++y) {
    for (std::size_t x = place(left, grey.width);
         x < std::max(place(right, grey.width), place(left, grey.width) + 1); ++x) {
      sum += static_cast<double>(grey[y * grey.width + x]);
      ++count;
    }
  }
  return sum / static_cast<double>(count);
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
  std::ranges::sort(means);
  const std::size_t tail = means.size() / 20;
  return means[means.size() - 1 - tail] - means[tail] <= allowed * scale;
}

bool has_few_levels(const Grey& grey, std::size_t least) {
  std::unordered_set<float> levels;
  for (std::size_t i = 0; i < grey.size() && levels.size() < least; ++i) {
    levels.insert(grey[i]);
  }
  return levels.size() < least;
}

struct AtEnd {
  double all = 0.0;     // share of the film
  double inside = 0.0;  // share that is not joined to its edge
};

// Pixels at one value; those that are joined to the film's edge by such pixels are background,
// collimation or direct exposure.
AtEnd share_at(const Grey& grey, float value) {
  const std::size_t width = grey.width;
  std::vector<std::uint8_t> at_end(grey.size());
  std::size_t all = 0;
  for (std::size_t i = 0; i < grey.size(); ++i) {
    at_end[i] = grey[i] == value ? 1 : 0;
    all += at_end[i];
  }
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
  const auto total = static_cast<double>(grey.size());
  return {.all = static_cast<double>(all) / total,
          .inside = static_cast<double>(all - joined) / total};
}

void check_clipped(const Grey& grey, const Range& range, const Kind& kind,
                   const Expectations& expected, std::vector<Finding>& found) {
  for (const bool high : {false, true}) {
    const AtEnd share = share_at(grey, high ? range.high : range.low);
    const bool inside = share.inside > expected.clipped_inside;
    if (inside || (kind.radiograph && share.all > expected.clipped_share)) {
      found.push_back({Check::Clipped, fixed(100.0 * (inside ? share.inside : share.all), 0) +
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
