#include "imaging/transform/geometry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "imaging/transform/internal/place.h"

namespace osler::imaging::transform {
namespace {

// The part of the film that is not a dark frame. Looked for on a grid of at most 256 by 256 pixels;
// a row or column belongs to the frame while fewer than 2 % of it are brighter than 5 % of white.
constexpr std::size_t kGrid = 256;
constexpr float kDark = 0.05F;
constexpr double kSpeckle = 0.02;

struct Grid {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::uint32_t> bright_in_row;
  std::vector<std::uint32_t> bright_in_column;
};

Result<Grid> bright_grid(const clinical::Image& image, const Tone& tone) {
  Grid grid{std::min(kGrid, image.height), std::min(kGrid, image.width), {}, {}};
  grid.bright_in_row.resize(grid.rows);
  grid.bright_in_column.resize(grid.columns);
  std::vector<float> buffer;
  std::vector<float> picked(grid.columns);
  std::vector<float> grey(grid.columns);
  for (std::size_t r = 0; r < grid.rows; ++r) {
    const auto row = grey_row(image, (2 * r + 1) * image.height / (2 * grid.rows), buffer);
    for (std::size_t c = 0; c < grid.columns; ++c) {
      picked[c] = row[(2 * c + 1) * image.width / (2 * grid.columns)];
    }
    OSLER_TRY_DO(tone.apply(picked, grey));
    for (std::size_t c = 0; c < grid.columns; ++c) {
      const std::uint32_t bright = grey[c] > kDark ? 1 : 0;
      grid.bright_in_row[r] += bright;
      grid.bright_in_column[c] += bright;
    }
  }
  return grid;
}

// First and last line of a side that belong to the picture, in film pixels.
std::array<double, 2> bright_part(const std::vector<std::uint32_t>& bright, std::size_t across,
                                  std::size_t side) {
  const auto is_picture = [&](std::uint32_t count) {
    return count > kSpeckle * static_cast<double>(across);
  };
  const auto first = std::ranges::find_if(bright, is_picture) - bright.begin();
  auto last = static_cast<std::ptrdiff_t>(bright.size());
  while (last > first && !is_picture(bright[static_cast<std::size_t>(last - 1)])) {
    --last;
  }
  const double step = static_cast<double>(side) / static_cast<double>(bright.size());
  return {std::floor(static_cast<double>(first) * step),
          std::ceil(static_cast<double>(last) * step)};
}

Result<Rectangle> cropped(const Spec& spec, const clinical::Image& image, const Tone& tone) {
  Rectangle crop{0.0, 0.0, static_cast<double>(image.width), static_cast<double>(image.height)};
  if (spec.crop_foreground) {
    OSLER_TRY(const auto grid, bright_grid(image, tone));
    const auto across = bright_part(grid.bright_in_column, grid.rows, image.width);
    const auto down = bright_part(grid.bright_in_row, grid.columns, image.height);
    crop = {across[0], down[0], across[1], down[1]};
  }
  const double cut_x = std::round((crop.right - crop.left) * spec.crop_border);
  const double cut_y = std::round((crop.bottom - crop.top) * spec.crop_border);
  crop = {crop.left + cut_x, crop.top + cut_y, crop.right - cut_x, crop.bottom - cut_y};
  if (crop.right - crop.left < 1.0 || crop.bottom - crop.top < 1.0) {
    return Error(ErrorCode::FailedPrecondition, "nothing of the film is left after the crop")
        .hint("is the film blank?");
  }
  return crop;
}

Rectangle clipped(const Rectangle& inner, const Rectangle& outer) {
  return {std::clamp(inner.left, outer.left, outer.right),
          std::clamp(inner.top, outer.top, outer.bottom),
          std::clamp(inner.right, outer.left, outer.right),
          std::clamp(inner.bottom, outer.top, outer.bottom)};
}

}  // namespace

Rectangle Geometry::to_film(const Rectangle& input) const {
  const auto first = to_film(Point{input.left, input.top});
  const auto last = to_film(Point{input.right, input.bottom});
  return clipped({first.x, first.y, last.x, last.y}, crop);
}

Rectangle Geometry::to_input(const Rectangle& film) const {
  const auto first = to_input(Point{film.left, film.top});
  const auto last = to_input(Point{film.right, film.bottom});
  return clipped({first.x, first.y, last.x, last.y},
                 {0.0, 0.0, static_cast<double>(width), static_cast<double>(height)});
}

Result<Geometry> place(const Spec& spec, const clinical::Image& image, const Tone& tone) {
  Geometry result;
  result.film_width = image.width;
  result.film_height = image.height;
  result.height = spec.size[0];
  result.width = spec.size[1];
  OSLER_TRY(result.crop, cropped(spec, image, tone));
  const auto height = static_cast<double>(result.height);
  const auto width = static_cast<double>(result.width);
  result.step_x = (result.crop.right - result.crop.left) / width;
  result.step_y = (result.crop.bottom - result.crop.top) / height;
  if (spec.spacing_mm) {
    if (!image.spacing_mm || !(image.spacing_mm->at(0) > 0.0) || !(image.spacing_mm->at(1) > 0.0)) {
      return Error(ErrorCode::FailedPrecondition,
                   "the film does not say how large a pixel is, and the transform works in mm")
          .hint("leave out transform.spacing_mm for such films");
    }
    result.step_y = *spec.spacing_mm / image.spacing_mm->at(0);
    result.step_x = *spec.spacing_mm / image.spacing_mm->at(1);
  } else if (spec.aspect == Aspect::Pad) {
    result.step_x = result.step_y = std::max(result.step_x, result.step_y);
  }
  result.left = (result.crop.left + result.crop.right - width * result.step_x) / 2.0;
  result.top = (result.crop.top + result.crop.bottom - height * result.step_y) / 2.0;
  return result;
}

Result<Geometry> geometry(const Spec& spec, const clinical::Image& image) {
  OSLER_TRY(const auto tone, Tone::create(spec, image));
  return place(spec, image, tone);
}

}  // namespace osler::imaging::transform
