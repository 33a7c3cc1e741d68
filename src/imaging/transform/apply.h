#pragma once

#include <vector>

#include "base/result.h"
#include "clinical/image.h"
#include "imaging/transform/geometry.h"
#include "imaging/transform/spec.h"

namespace osler::imaging::transform {

struct Transformed {
  std::vector<float> pixels;  // [height, width], row-major
  Geometry geometry;
};

// The film as the network sees it: the same code for training and for scoring.
// Callable from several threads at once.
//
// InvalidArgument: the image's sizes do not fit its samples, or it has neither 1 nor 3 channels.
// FailedPrecondition: a sample is not finite; spacing_mm is asked for and the film has no spacing;
// the film has one value only, which ZScore cannot normalise; nothing is left after the crop.
[[nodiscard]] Result<Transformed> transformed(const Spec& spec, const clinical::Image& image);

// The pixels alone: [height * width], row-major.
[[nodiscard]] Result<std::vector<float>> apply(const Spec& spec, const clinical::Image& image);

// The film at its own size, before crop, resampling and normalisation: [film height * film width],
// grey in [0, 1], black to white. Errors as transformed().
[[nodiscard]] Result<std::vector<float>> grey(const Spec& spec, const clinical::Image& image);

}  // namespace osler::imaging::transform
