#include "imaging/transform/apply.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "imaging/transform/internal/axis.h"
#include "imaging/transform/internal/place.h"
#include "imaging/transform/internal/tone.h"

namespace osler::imaging::transform {
namespace {

// What one film row adds to the rows of the result.
struct Share {
  std::size_t row = 0;
  float weight = 0.0F;
};

std::vector<std::vector<Share>> shares_of_film_rows(const Axis& down, std::size_t film_height) {
  std::vector<std::vector<Share>> shares(film_height);
  for (std::size_t row = 0; row < down.taps.size(); ++row) {
    const auto& taps = down.taps[row];
    for (std::size_t k = 0; k < taps.count; ++k) {
      shares[taps.first + k].push_back({row, down.weights[taps.offset + k]});
    }
  }
  return shares;
}

AxisPlan plan(std::size_t size, double start, double step, double first, double last) {
  return {size, start, step, static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

// Grey in [0, 1] at the result's size; padding is black. Columns first: each film row is read once,
// turned to grey and added to the rows of the result that need it.
Result<std::vector<float>> resampled(const clinical::Image& image, const Tone& tone,
                                     const Geometry& place) {
  const auto down =
      make_axis(plan(place.height, place.top, place.step_y, place.crop.top, place.crop.bottom));
  const auto across =
      make_axis(plan(place.width, place.left, place.step_x, place.crop.left, place.crop.right));
  const auto shares = shares_of_film_rows(down, image.height);
  std::vector<float> sums(place.height * image.width);
  std::vector<float> buffer;
  std::vector<float> grey(image.width);
  for (std::size_t y = 0; y < image.height; ++y) {
    if (shares[y].empty()) {
      continue;
    }
    OSLER_TRY_DO(tone.apply(grey_row(image, y, buffer), grey));
    for (const auto& share : shares[y]) {
      add_weighted(std::span(sums).subspan(share.row * image.width, image.width), grey,
                   share.weight);
    }
  }
  std::vector<float> result(place.height * place.width);
  for (std::size_t row = 0; row < place.height; ++row) {
    resample_row(across, std::span(sums).subspan(row * image.width, image.width), 0.0F,
                 std::span(result).subspan(row * place.width, place.width));
  }
  return result;
}

// The rows and columns of the result that show film, not padding.
struct Shown {
  std::size_t first = 0;
  std::size_t last = 0;
};

Shown shown(std::size_t size, double start, double step, double low, double high) {
  const auto edge = [&](double film) {
    const double place = std::ceil((film - start) / step - 0.5);
    return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(size)));
  };
  return {edge(low), std::max(edge(low), edge(high))};
}

struct Moments {
  double mean = 0.0;
  double deviation = 0.0;
};

// Of the film alone: padding would shift them by how much of it there is.
Moments moments(std::span<const float> grey, const Geometry& place) {
  const auto rows = shown(place.height, place.top, place.step_y, place.crop.top, place.crop.bottom);
  const auto columns =
      shown(place.width, place.left, place.step_x, place.crop.left, place.crop.right);
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t y = rows.first; y < rows.last; ++y) {
    for (std::size_t x = columns.first; x < columns.last; ++x) {
      const auto value = static_cast<double>(grey[y * place.width + x]);
      sum += value;
      squares += value * value;
    }
  }
  const auto count = static_cast<double>((rows.last - rows.first) * (columns.last - columns.first));
  const double mean = sum / std::max(count, 1.0);
  return {mean, std::sqrt(std::max(0.0, squares / std::max(count, 1.0) - mean * mean))};
}

Result<void> normalise(const Spec& spec, const Geometry& place, std::span<float> grey) {
  if (spec.normalise == Normalise::Unit) {
    return {};
  }
  Moments about{spec.mean, spec.deviation};
  if (spec.normalise == Normalise::ZScore) {
    about = moments(grey, place);
    // Less than a quarter of the step of 8 bits: there is no picture in it.
    if (about.deviation < 1e-3) {
      return Error(ErrorCode::FailedPrecondition,
                   "the film has one value only, so it cannot be normalised")
          .hint("is the film blank, or its window far from its values?");
    }
  }
  const auto mean = static_cast<float>(about.mean);
  const auto scale = static_cast<float>(1.0 / about.deviation);
  for (auto& value : grey) {
    value = (value - mean) * scale;
  }
  return {};
}

}  // namespace

Result<Transformed> transformed(const Spec& spec, const clinical::Image& image) {
  OSLER_TRY(const auto tone, Tone::create(spec, image));
  Transformed result;
  OSLER_TRY(result.geometry, place(spec, image, tone));
  OSLER_TRY(result.pixels, resampled(image, tone, result.geometry));
  OSLER_TRY_DO(normalise(spec, result.geometry, result.pixels));
  return result;
}

Result<std::vector<float>> apply(const Spec& spec, const clinical::Image& image) {
  OSLER_TRY(auto result, transformed(spec, image));
  return std::move(result.pixels);
}

Result<std::vector<float>> grey(const Spec& spec, const clinical::Image& image) {
  OSLER_TRY(const auto tone, Tone::create(spec, image));
  std::vector<float> result(image.height * image.width);
  std::vector<float> buffer;
  for (std::size_t y = 0; y < image.height; ++y) {
    OSLER_TRY_DO(tone.apply(grey_row(image, y, buffer),
                            std::span(result).subspan(y * image.width, image.width)));
  }
  return result;
}

}  // namespace osler::imaging::transform
