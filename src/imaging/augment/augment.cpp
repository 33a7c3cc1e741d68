#include "imaging/augment/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/settings.h"

namespace osler::imaging::augment {
namespace {

// From a place in the result to the place in the picture that is shown there; both from the middle.
struct Affine {
  double xx = 1.0;
  double xy = 0.0;
  double yx = 0.0;
  double yy = 1.0;
  double shift_x = 0.0;
  double shift_y = 0.0;
};

// Between 1 / (1 + most) and 1 + most, as likely to enlarge as to reduce.
double factor(double most, Rng& rng) {
  return std::exp(rng.uniform(-1.0, 1.0) * std::log1p(most));
}

Affine draw_affine(std::size_t height, std::size_t width, const Spec& spec, Rng& rng) {
  const bool flipped = spec.flip && rng.chance(0.5);
  const double angle =
      spec.rotate_degrees > 0.0
          ? rng.uniform(-spec.rotate_degrees, spec.rotate_degrees) * std::numbers::pi / 180.0
          : 0.0;
  const double scale = spec.scale > 0.0 ? factor(spec.scale, rng) : 1.0;
  Affine map;
  map.xx = std::cos(angle) / scale;
  map.xy = std::sin(angle) / scale;
  map.yx = -std::sin(angle) / scale;
  map.yy = std::cos(angle) / scale;
  if (flipped) {
    map.xx = -map.xx;
    map.xy = -map.xy;
  }
  if (spec.shift > 0.0) {
    map.shift_x = rng.uniform(-spec.shift, spec.shift) * static_cast<double>(width);
    map.shift_y = rng.uniform(-spec.shift, spec.shift) * static_cast<double>(height);
  }
  return map;
}

// Between four pixels; outside, the edge repeats.
float bilinear(std::span<const float> pixels, std::size_t height, std::size_t width, double x,
               double y) {
  x = std::clamp(x, 0.0, static_cast<double>(width - 1));
  y = std::clamp(y, 0.0, static_cast<double>(height - 1));
  const auto left = static_cast<std::size_t>(x);
  const auto top = static_cast<std::size_t>(y);
  const auto right = std::min(left + 1, width - 1);
  const auto bottom = std::min(top + 1, height - 1);
  const auto along = static_cast<float>(x - static_cast<double>(left));
  const auto down = static_cast<float>(y - static_cast<double>(top));
  const auto upper =
      pixels[top * width + left] * (1.0F - along) + pixels[top * width + right] * along;
  const auto lower =
      pixels[bottom * width + left] * (1.0F - along) + pixels[bottom * width + right] * along;
  return upper * (1.0F - down) + lower * down;
}

void move(std::span<float> pixels, std::size_t height, std::size_t width, const Affine& map) {
  const std::vector<float> before(pixels.begin(), pixels.end());
  const double middle_x = (static_cast<double>(width) - 1.0) / 2.0;
  const double middle_y = (static_cast<double>(height) - 1.0) / 2.0;
  for (std::size_t row = 0; row < height; ++row) {
    const double y = static_cast<double>(row) - middle_y - map.shift_y;
    for (std::size_t column = 0; column < width; ++column) {
      const double x = static_cast<double>(column) - middle_x - map.shift_x;
      pixels[row * width + column] =
          bilinear(before, height, width, map.xx * x + map.xy * y + middle_x,
                   map.yx * x + map.yy * y + middle_y);
    }
  }
}

// Of the sum of four numbers below 65536: 4 * 65535 / 2, and 65536 * sqrt(4 / 12).
constexpr float kSumMean = 2.0F * 65535.0F;
constexpr float kSumDeviation = 37837.2F;

// Nearly normal and fast: four uniform numbers of 16 bits out of one of 64, to mean 0, deviation 1.
float nearly_normal(Rng& rng) {
  const std::uint64_t bits = rng.next();
  const auto sum = static_cast<float>((bits & 0xffff) + ((bits >> 16) & 0xffff) +
                                      ((bits >> 32) & 0xffff) + (bits >> 48));
  return (sum - kSumMean) / kSumDeviation;
}

void erase(std::span<float> pixels, std::size_t height, std::size_t width, Rng& rng) {
  const double area = rng.uniform(0.02, 0.15) * static_cast<double>(height * width);
  const double aspect = std::exp(rng.uniform(-1.0, 1.0) * std::log(2.0));
  const auto side = [](double length, std::size_t most) {
    return std::clamp(static_cast<std::size_t>(std::lround(length)), std::size_t{1}, most);
  };
  const auto rows = side(std::sqrt(area * aspect), height);
  const auto columns = side(std::sqrt(area / aspect), width);
  const auto top = static_cast<std::size_t>(rng.below(height - rows + 1));
  const auto left = static_cast<std::size_t>(rng.below(width - columns + 1));
  for (std::size_t y = top; y < top + rows; ++y) {
    std::ranges::fill(pixels.subspan(y * width + left, columns), 0.0F);
  }
}

constexpr auto kKeys = std::to_array<std::string_view>(
    {"flip", "shift", "rotate_degrees", "scale", "brightness", "contrast", "noise", "erase"});

Spec read(const Settings& settings) {
  Spec spec;
  settings.read("flip", spec.flip)
      .read("shift", spec.shift, {0.0, 0.5})
      .read("rotate_degrees", spec.rotate_degrees, {0.0, 180.0})
      .read("scale", spec.scale, {0.0, 1.0})
      .read("brightness", spec.brightness, {0.0, 2.0})
      .read("contrast", spec.contrast, {0.0, 2.0})
      .read("noise", spec.noise, {0.0, 2.0})
      .read("erase", spec.erase, {0.0, 1.0});
  return spec;
}

}  // namespace

Json to_json(const Spec& spec) {
  return {{"flip", spec.flip},
          {"shift", spec.shift},
          {"rotate_degrees", spec.rotate_degrees},
          {"scale", spec.scale},
          {"brightness", spec.brightness},
          {"contrast", spec.contrast},
          {"noise", spec.noise},
          {"erase", spec.erase}};
}

Spec read_section(const Settings& parent, std::string_view key) {
  return read(parent.section(key, kKeys));
}

Result<Spec> spec_from_json(const Json& document) {
  SettingsFault fault;
  const auto spec = read(Settings(document, "", kKeys, fault));
  OSLER_TRY_DO(fault.result());
  return spec;
}

void augment(std::span<float> pixels, std::size_t height, std::size_t width, const Spec& spec,
             Rng& rng) {
  OSLER_CHECK(height > 0 && width > 0 && pixels.size() == height * width);
  if (spec.flip || spec.shift > 0.0 || spec.rotate_degrees > 0.0 || spec.scale > 0.0) {
    move(pixels, height, width, draw_affine(height, width, spec, rng));
  }
  if (spec.contrast > 0.0 || spec.brightness > 0.0) {
    const auto gain = static_cast<float>(spec.contrast > 0.0 ? factor(spec.contrast, rng) : 1.0);
    const auto added = static_cast<float>(
        spec.brightness > 0.0 ? rng.uniform(-spec.brightness, spec.brightness) : 0.0);
    for (auto& pixel : pixels) {
      pixel = pixel * gain + added;
    }
  }
  if (spec.noise > 0.0) {
    const auto deviation = static_cast<float>(rng.uniform(0.0, spec.noise));
    for (auto& pixel : pixels) {
      pixel += deviation * nearly_normal(rng);
    }
  }
  if (spec.erase > 0.0 && rng.chance(spec.erase)) {
    erase(pixels, height, width, rng);
  }
}

}  // namespace osler::imaging::augment
