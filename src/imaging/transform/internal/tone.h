#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "clinical/image.h"
#include "imaging/transform/spec.h"

namespace osler::imaging::transform {

// How a stored value becomes grey in [0, 1]: modality LUT (PS3.3 C.11.1), then VOI LUT or window
// (C.11.2), then MONOCHROME1 inverted. All of it is one straight line, or one table.
class Tone {
 public:
  // As check(). NotSupported: a table for more than 16 bits.
  [[nodiscard]] static Result<Tone> create(const Spec& spec, const clinical::Image& image);

  // stored [n] to grey [n]. FailedPrecondition: a value is not finite.
  [[nodiscard]] Result<void> apply(std::span<const float> stored, std::span<float> grey) const;

 private:
  Tone() = default;
  // Line: grey = stored * slope + offset, clipped.
  float slope_ = 1.0F;
  float offset_ = 0.0F;
  // Table: grey of `first_`, `first_` + 1, …; outside, the end values. Empty: the line.
  float first_ = 0.0F;
  std::vector<float> table_;
};

// One row of the image as grey stored values: itself, or luma of RGB (ITU-R BT.601).
//   row   [width]; borrowed from the image where it has one channel, else from `buffer`
[[nodiscard]] std::span<const float> grey_row(const clinical::Image& image, std::size_t y,
                                              std::vector<float>& buffer);

// InvalidArgument: no pixels, neither 1 nor 3 channels, samples that are not width * height *
// channels.
[[nodiscard]] Result<void> check(const clinical::Image& image);

}  // namespace osler::imaging::transform
