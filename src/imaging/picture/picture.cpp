#include "imaging/picture/picture.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "imaging/transform/apply.h"

namespace osler::imaging::picture {

Result<Picture> to_grey8(const clinical::Image& image) {
  OSLER_TRY(const auto grey, transform::grey(transform::Spec{}, image));
  Picture picture{image.width, image.height, 1, std::vector<std::uint8_t>(grey.size())};
  for (std::size_t i = 0; i < grey.size(); ++i) {
    picture.samples[i] = static_cast<std::uint8_t>(std::lround(grey[i] * 255.0F));
  }
  return picture;
}

Picture thumbnail(const Picture& picture, std::size_t side) {
  OSLER_CHECK(side > 0 && picture.width > 0 && picture.height > 0);
  const std::size_t longer = std::max(picture.width, picture.height);
  if (longer <= side) {
    return picture;
  }
  const auto shrunk = [&](std::size_t length) {
    return std::max<std::size_t>(1, (length * side + longer / 2) / longer);
  };
  Picture result{shrunk(picture.width), shrunk(picture.height), picture.channels, {}};
  result.samples.resize(result.width * result.height * result.channels);
  // The mean of the whole pixels under each pixel of the thumbnail.
  const auto edge = [](std::size_t i, std::size_t size, std::size_t from) {
    return i * from / size;
  };
  for (std::size_t y = 0; y < result.height; ++y) {
    const auto top = edge(y, result.height, picture.height);
    const auto bottom = std::max(top + 1, edge(y + 1, result.height, picture.height));
    for (std::size_t x = 0; x < result.width; ++x) {
      const auto left = edge(x, result.width, picture.width);
      const auto right = std::max(left + 1, edge(x + 1, result.width, picture.width));
      for (std::size_t c = 0; c < result.channels; ++c) {
        std::size_t sum = 0;
        for (std::size_t row = top; row < bottom; ++row) {
          for (std::size_t column = left; column < right; ++column) {
            sum += picture.samples[(row * picture.width + column) * picture.channels + c];
          }
        }
        const auto count = (bottom - top) * (right - left);
        result.samples[(y * result.width + x) * result.channels + c] =
            static_cast<std::uint8_t>((sum + count / 2) / count);
      }
    }
  }
  return result;
}

}  // namespace osler::imaging::picture
