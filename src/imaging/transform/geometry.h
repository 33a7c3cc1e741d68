#pragma once

#include <cstddef>

#include "base/result.h"
#include "clinical/image.h"
#include "imaging/transform/spec.h"

namespace osler::imaging::transform {

// A place or a rectangle in pixels, measured from the upper left corner of the upper left pixel:
// the middle of the first pixel is (0.5, 0.5).
struct Point {
  double x = 0.0;
  double y = 0.0;
};

struct Rectangle {
  double left = 0.0;
  double top = 0.0;
  double right = 0.0;
  double bottom = 0.0;
};

// Where the network's pixels lie on the film: both ways, for boxes and heat maps.
struct Geometry {
  std::size_t film_width = 0;
  std::size_t film_height = 0;
  std::size_t width = 0;  // of the network's input
  std::size_t height = 0;
  Rectangle crop;       // what was kept of the film, in film pixels
  double left = 0.0;    // film pixel under the input's left edge; outside the crop: padding
  double top = 0.0;     // and under its upper edge
  double step_x = 1.0;  // film pixels for one pixel of the input
  double step_y = 1.0;

  [[nodiscard]] Point to_film(Point input) const {
    return {left + input.x * step_x, top + input.y * step_y};
  }
  [[nodiscard]] Point to_input(Point film) const {
    return {(film.x - left) / step_x, (film.y - top) / step_y};
  }
  // Clipped to the crop, and to the input.
  [[nodiscard]] Rectangle to_film(const Rectangle& input) const;
  [[nodiscard]] Rectangle to_input(const Rectangle& film) const;
};

// What apply() does to the film's places. Errors as apply().
[[nodiscard]] Result<Geometry> geometry(const Spec& spec, const clinical::Image& image);

}  // namespace osler::imaging::transform
