#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "imaging/picture/picture.h"
#include "imaging/transform/geometry.h"

namespace osler::imaging::picture {

struct OverlayOptions {
  // Lines and tint; look/GUIDE.md calls it `mark`. The halo under a line is black at 80 %.
  std::uint8_t red = 0x7f;
  std::uint8_t green = 0xd1;
  std::uint8_t blue = 0xff;
  // The picture is made larger, by a whole factor, until its longer side has this many pixels, so
  // that lines stay thin on small films.
  std::size_t least_side = 640;
};

// Where a network looked, drawn on the film: contours at 25, 50 and 75 % of the peak, a flat tint
// inside the first, hatching inside the last. Never a rainbow: the levels are told by lines, not by
// hue. A map without a peak leaves the film as it is.
//
//   film      grey or RGB
//   heat      [geometry.height, geometry.width] row-major, in [0, 1]
//   geometry  of the transform that made the network's input from this film
//
// InvalidArgument: sizes that do not fit, or a value that is not in [0, 1].
[[nodiscard]] Result<Picture> overlay(const Picture& film, std::span<const float> heat,
                                      const transform::Geometry& geometry,
                                      const OverlayOptions& options = {});

}  // namespace osler::imaging::picture
