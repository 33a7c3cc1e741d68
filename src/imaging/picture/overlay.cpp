#include "imaging/picture/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace osler::imaging::picture {
namespace {

constexpr std::array kLevels = {0.25F, 0.50F, 0.75F};  // of the peak
constexpr float kTint = 0.14F;
constexpr float kHatch = 0.45F;
constexpr float kHalo = 0.80F;
constexpr std::size_t kHatchStep = 10;

// What is drawn on one pixel; a larger value covers a smaller one.
enum Layer : std::uint8_t { Nothing, Tinted, Hatched, Dark, Line };

// Between the middles of four values; outside them the edge repeats.
float bilinear(std::span<const float> values, std::size_t height, std::size_t width, double x,
               double y) {
  x = std::clamp(x - 0.5, 0.0, static_cast<double>(width - 1));
  y = std::clamp(y - 0.5, 0.0, static_cast<double>(height - 1));
  const auto left = static_cast<std::size_t>(x);
  const auto top = static_cast<std::size_t>(y);
  const auto right = std::min(left + 1, width - 1);
  const auto bottom = std::min(top + 1, height - 1);
  const double along = x - static_cast<double>(left);
  const double down = y - static_cast<double>(top);
  const auto at = [&](std::size_t row, std::size_t column) {
    return static_cast<double>(values[row * width + column]);
  };
  return static_cast<float>((at(top, left) * (1.0 - along) + at(top, right) * along) *
                                (1.0 - down) +
                            (at(bottom, left) * (1.0 - along) + at(bottom, right) * along) * down);
}

// The film in RGB, `factor` times as large.
Picture enlarged(const Picture& film, std::size_t factor) {
  Picture result{film.width * factor, film.height * factor, 3, {}};
  result.samples.resize(result.width * result.height * 3);
  std::vector<float> plane(film.width * film.height);
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t from = film.channels == 1 ? 0 : c;
    for (std::size_t i = 0; i < plane.size(); ++i) {
      plane[i] = film.samples[i * film.channels + from];
    }
    for (std::size_t y = 0; y < result.height; ++y) {
      for (std::size_t x = 0; x < result.width; ++x) {
        const auto value = bilinear(plane, film.height, film.width,
                                    (static_cast<double>(x) + 0.5) / static_cast<double>(factor),
                                    (static_cast<double>(y) + 0.5) / static_cast<double>(factor));
        result.samples[(y * result.width + x) * 3 + c] =
            static_cast<std::uint8_t>(std::lround(value));
      }
    }
  }
  return result;
}

// The heat under each pixel of the enlarged film; 0 where the network did not look.
std::vector<float> heat_on_film(std::span<const float> heat, const transform::Geometry& geometry,
                                const Picture& canvas, std::size_t factor) {
  std::vector<float> result(canvas.width * canvas.height);
  for (std::size_t row = 0; row < canvas.height; ++row) {
    const double y = (static_cast<double>(row) + 0.5) / static_cast<double>(factor);
    for (std::size_t column = 0; column < canvas.width; ++column) {
      const double x = (static_cast<double>(column) + 0.5) / static_cast<double>(factor);
      const auto& crop = geometry.crop;
      if (x < crop.left || x >= crop.right || y < crop.top || y >= crop.bottom) {
        continue;
      }
      const auto input = geometry.to_input(transform::Point{x, y});
      if (input.x >= 0.0 && input.x < static_cast<double>(geometry.width) && input.y >= 0.0 &&
          input.y < static_cast<double>(geometry.height)) {
        result[row * canvas.width + column] =
            bilinear(heat, geometry.height, geometry.width, input.x, input.y);
      }
    }
  }
  return result;
}

// Two pixels thick: those on either side of where the level is crossed.
bool on_contour(const std::vector<float>& heat, const Picture& canvas, std::size_t x, std::size_t y,
                float level) {
  const std::size_t here = y * canvas.width + x;
  const bool inside = heat[here] >= level;
  const auto crosses = [&](std::size_t other) { return (heat[other] >= level) != inside; };
  return (x > 0 && crosses(here - 1)) || (x + 1 < canvas.width && crosses(here + 1)) ||
         (y > 0 && crosses(here - canvas.width)) ||
         (y + 1 < canvas.height && crosses(here + canvas.width));
}

void darken_around(std::vector<std::uint8_t>& layers, const Picture& canvas, std::size_t x,
                   std::size_t y) {
  for (std::size_t row = y == 0 ? 0 : y - 1; row <= std::min(y + 1, canvas.height - 1); ++row) {
    for (std::size_t column = x == 0 ? 0 : x - 1; column <= std::min(x + 1, canvas.width - 1);
         ++column) {
      auto& layer = layers[row * canvas.width + column];
      layer = std::max<std::uint8_t>(layer, Dark);
    }
  }
}

std::vector<std::uint8_t> draw_layers(const std::vector<float>& heat, const Picture& canvas,
                                      float peak) {
  std::vector<std::uint8_t> layers(heat.size(), Nothing);
  for (std::size_t y = 0; y < canvas.height; ++y) {
    for (std::size_t x = 0; x < canvas.width; ++x) {
      auto& layer = layers[y * canvas.width + x];
      const float value = heat[y * canvas.width + x];
      const bool hatched = value >= kLevels[2] * peak && (x + y) % kHatchStep < 2;
      if (value >= kLevels[0] * peak) {
        layer = std::max<std::uint8_t>(layer, hatched ? Hatched : Tinted);
      }
      if (std::ranges::any_of(
              kLevels, [&](float level) { return on_contour(heat, canvas, x, y, level * peak); })) {
        layer = Line;
        darken_around(layers, canvas, x, y);
      }
    }
  }
  return layers;
}

void paint(Picture& canvas, const std::vector<std::uint8_t>& layers,
           const OverlayOptions& options) {
  const std::array<float, 3> mark = {static_cast<float>(options.red),
                                     static_cast<float>(options.green),
                                     static_cast<float>(options.blue)};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      auto& sample = canvas.samples[i * 3 + c];
      const auto film = static_cast<float>(sample);
      float shown = film;
      switch (layers[i]) {
        case Tinted:
          shown = film + (mark[c] - film) * kTint;
          break;
        case Hatched:
          shown = film + (mark[c] - film) * kHatch;
          break;
        case Dark:
          shown = film * (1.0F - kHalo);
          break;
        case Line:
          shown = mark[c];
          break;
        default:
          break;
      }
      sample = static_cast<std::uint8_t>(std::lround(shown));
    }
  }
}

Result<void> check(const Picture& film, std::span<const float> heat,
                   const transform::Geometry& geometry) {
  const bool film_fits = film.width == geometry.film_width && film.height == geometry.film_height &&
                         film.width > 0 && film.height > 0 &&
                         (film.channels == 1 || film.channels == 3) &&
                         film.samples.size() == film.width * film.height * film.channels;
  if (!film_fits || heat.empty() || heat.size() != geometry.width * geometry.height) {
    return Error(ErrorCode::InvalidArgument, "the heat map, the film and its geometry do not fit");
  }
  if (!std::ranges::all_of(heat, [](float value) { return value >= 0.0F && value <= 1.0F; })) {
    return Error(ErrorCode::InvalidArgument, "a value of the heat map is outside [0, 1]");
  }
  return {};
}

}  // namespace

Result<Picture> overlay(const Picture& film, std::span<const float> heat,
                        const transform::Geometry& geometry, const OverlayOptions& options) {
  OSLER_TRY_DO(check(film, heat, geometry));
  const std::size_t longer = std::max(film.width, film.height);
  const std::size_t factor =
      std::clamp<std::size_t>((options.least_side + longer - 1) / longer, 1, 64);
  auto canvas = enlarged(film, factor);
  const float peak = *std::ranges::max_element(heat);
  if (peak > 0.0F) {
    const auto spread = heat_on_film(heat, geometry, canvas, factor);
    paint(canvas, draw_layers(spread, canvas, peak), options);
  }
  return canvas;
}

}  // namespace osler::imaging::picture
