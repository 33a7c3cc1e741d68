#pragma once

#include "base/result.h"
#include "clinical/image.h"
#include "imaging/transform/geometry.h"
#include "imaging/transform/internal/tone.h"
#include "imaging/transform/spec.h"

namespace osler::imaging::transform {

// geometry(), where the tone is already known.
[[nodiscard]] Result<Geometry> place(const Spec& spec, const clinical::Image& image,
                                     const Tone& tone);

}  // namespace osler::imaging::transform
