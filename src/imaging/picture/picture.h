#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/crypto.h"
#include "base/result.h"
#include "clinical/image.h"

namespace osler::imaging::picture {

// A picture for people: 8 bits a sample.
struct Picture {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 1;           // 1 grey, or 3 RGB
  std::vector<std::uint8_t> samples;  // [height, width, channels], row-major
};

// A PNG file (ISO/IEC 15948), no time and no text in it: equal pictures have equal bytes.
// InvalidArgument: no pixels, sizes that do not fit, neither 1 nor 3 channels.
[[nodiscard]] Result<Bytes> to_png(const Picture& picture);

// The film as a screen shows it: its own window, MONOCHROME1 inverted, colour to grey, at full
// size. Errors as transform::apply().
[[nodiscard]] Result<Picture> to_grey8(const clinical::Image& image);

// At most `side` pixels on the longer side, aspect kept, never enlarged. side > 0.
[[nodiscard]] Picture thumbnail(const Picture& picture, std::size_t side);

}  // namespace osler::imaging::picture
