#pragma once

#include <vector>

#include "dicom/quality/quality.h"

namespace osler::dicom::quality {

// What the header lets us ask of the pixels.
struct Kind {
  bool radiograph = true;  // a projection, whose background may not be most of the film
  bool chest = true;       // whose mediastinum is brighter than its lungs
};

void check_pixels(const clinical::Image& image, const Kind& kind, const Expectations& expected,
                  std::vector<Finding>& found);

}  // namespace osler::dicom::quality
