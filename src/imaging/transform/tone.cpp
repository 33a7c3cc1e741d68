#include "imaging/transform/internal/tone.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <string>

#include "imaging/transform/internal/levels.h"

namespace osler::imaging::transform {
namespace {

using Image = clinical::Image;
using Map = std::function<double(double)>;

constexpr std::size_t kLanes = 8;

double look_up(const Image::Lut& lut, double value) {
  // PS3.3 C.11.1.1.1: values below the first one mapped take the first entry, those above the last.
  const double place = std::clamp(std::round(value) - lut.first_value, 0.0,
                                  static_cast<double>(lut.entries.size() - 1));
  return lut.entries[static_cast<std::size_t>(place)];
}

// The table, or null where there is none.
const Image::Lut* table_of(const std::optional<Image::Lut>& lut) {
  return lut && !lut->entries.empty() ? &*lut : nullptr;
}

double rescaled(const Image& image, double stored) {
  const auto* table = table_of(image.modality_lut);
  return table != nullptr ? look_up(*table, stored)
                          : stored * image.rescale_slope + image.rescale_intercept;
}

// A value times 0 is 0, or not a number where the value is not finite. In lanes, so that the
// compiler can put them into one register.
bool all_finite(std::span<const float> values) {
  std::array<float, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      sums[k] += values[i + k] * 0.0F;
    }
  }
  for (; i < values.size(); ++i) {
    sums[0] += values[i] * 0.0F;
  }
  return std::ranges::all_of(sums, [](float sum) { return sum == 0.0F; });
}

// From the modality LUT's output to [0, 1].
struct Curve {
  Map map;
  std::optional<Levels> line;  // where the map is a clipped line: its ends
};

// low becomes 0 and high 1. Equal: a step, so that a film of one value stays one value.
Curve between(double low, double high) {
  if (!(high > low)) {
    return {[low](double value) { return value > low ? 1.0 : 0.0; }, std::nullopt};
  }
  return {[low, range = high - low](double value) {
            return std::clamp((value - low) / range, 0.0, 1.0);
          },
          Levels{low, high}};
}

// PS3.3 C.11.2.1.2 (LINEAR) and C.11.2.1.3.1 (SIGMOID).
Curve windowed(const Image::Window& window) {
  if (window.sigmoid) {
    return {[window](double value) {
              return 1.0 / (1.0 + std::exp(-4.0 * (value - window.centre) / window.width));
            },
            std::nullopt};
  }
  const double middle = window.centre - 0.5;
  const double half = (window.width - 1.0) / 2.0;
  return between(middle - half, middle + half);
}

bool usable(const Image::Window& window) {
  return std::isfinite(window.centre) && std::isfinite(window.width) &&
         (window.sigmoid ? window.width > 0.0 : window.width >= 1.0);
}

Curve voi_table(const Image::Lut& lut) {
  const double top = std::ldexp(1.0, std::clamp(lut.bits, 1, 16)) - 1.0;
  return {[&lut, top](double value) { return std::clamp(look_up(lut, value) / top, 0.0, 1.0); },
          std::nullopt};
}

Result<Curve> contrast(const Spec& spec, const Image& image) {
  auto choice = spec.window;
  if (choice == Window::Header && image.channels == 1) {
    if (const auto* table = table_of(image.voi_lut)) {
      return voi_table(*table);
    }
    if (image.window && usable(*image.window)) {
      return windowed(*image.window);
    }
  }
  if (choice == Window::Header) {
    choice = image.bits_stored > 8 ? Window::Percentile : Window::None;
  }
  auto levels = stored_levels(image);
  if (choice == Window::Percentile) {
    OSLER_TRY(levels, percentile_levels(image, spec.percentiles[0], spec.percentiles[1]));
  }
  const double a = rescaled(image, levels.low);
  const double b = rescaled(image, levels.high);
  return between(std::min(a, b), std::max(a, b));
}

}  // namespace

Result<void> check(const Image& image) {
  if (image.channels != 1 && image.channels != 3) {
    return Error(ErrorCode::InvalidArgument,
                 "the image has " + std::to_string(image.channels) + " channels, not 1 or 3");
  }
  if (image.samples.empty() ||
      image.samples.size() != image.width * image.height * image.channels) {
    return Error(ErrorCode::InvalidArgument,
                 std::to_string(image.samples.size()) + " samples are not an image of " +
                     std::to_string(image.height) + " x " + std::to_string(image.width));
  }
  return {};
}

std::span<const float> grey_row(const Image& image, std::size_t y, std::vector<float>& buffer) {
  const auto row = std::span(image.samples)
                       .subspan(y * image.width * image.channels, image.width * image.channels);
  if (image.channels == 1) {
    return row;
  }
  buffer.resize(image.width);
  for (std::size_t x = 0; x < image.width; ++x) {
    buffer[x] = 0.299F * row[3 * x] + 0.587F * row[3 * x + 1] + 0.114F * row[3 * x + 2];
  }
  return buffer;
}

Result<Tone> Tone::create(const Spec& spec, const Image& image) {
  OSLER_TRY_DO(check(image));
  OSLER_TRY(const auto curve, contrast(spec, image));
  const bool inverted = image.photometric == clinical::Photometric::Monochrome1;
  Tone tone;
  // On a large film of whole stored values a table is the faster of the two.
  const bool table_pays = image.channels == 1 && image.bits_stored <= 16 &&
                          image.samples.size() >> image.bits_stored > 8;
  if (curve.line && table_of(image.modality_lut) == nullptr && !table_pays) {
    const double scale = 1.0 / (curve.line->high - curve.line->low);
    const double slope = image.rescale_slope * scale;
    const double offset = (image.rescale_intercept - curve.line->low) * scale;
    tone.slope_ = static_cast<float>(inverted ? -slope : slope);
    tone.offset_ = static_cast<float>(inverted ? 1.0 - offset : offset);
    return tone;
  }
  // A table needs whole stored values, and DICOM's own tables cover at most 16 bits.
  if (image.bits_stored > 16) {
    return Error(ErrorCode::NotSupported,
                 "a look-up table for pixels of " + std::to_string(image.bits_stored) + " bits");
  }
  const auto ends = stored_levels(image);
  tone.first_ = static_cast<float>(ends.low);
  tone.table_.resize(static_cast<std::size_t>(ends.high - ends.low) + 1);
  for (std::size_t i = 0; i < tone.table_.size(); ++i) {
    const double value = curve.map(rescaled(image, ends.low + static_cast<double>(i)));
    tone.table_[i] = static_cast<float>(inverted ? 1.0 - value : value);
  }
  return tone;
}

Result<void> Tone::apply(std::span<const float> stored, std::span<float> grey) const {
  if (!all_finite(stored)) {
    return Error(ErrorCode::FailedPrecondition, "a pixel of the film is not a number");
  }
  if (table_.empty()) {
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const float value = stored[i] * slope_ + offset_;
      const float above = value > 0.0F ? value : 0.0F;
      grey[i] = above < 1.0F ? above : 1.0F;
    }
    return {};
  }
  const auto top = static_cast<float>(table_.size() - 1);
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const float place = std::clamp(stored[i] - first_ + 0.5F, 0.0F, top);
    // To a signed number: that is one instruction.
    grey[i] = table_[static_cast<std::size_t>(static_cast<int>(place))];
  }
  return {};
}

}  // namespace osler::imaging::transform
