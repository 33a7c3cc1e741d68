#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/rng.h"
#include "dicom/phantom/internal/body.h"
#include "dicom/phantom/internal/plane.h"

namespace osler::dicom::phantom {

// Smallest rectangle of pixels that holds something.
struct PixelBox {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

// Puts an opacity (fluid in place of air, patchy, with uneven edges) into a lung. `subtlety` is 1
// (plain) to 5 (hardly visible). Gives back where it is seen.
PixelBox add_opacity(int subtlety, const std::array<Lung, 2>& lungs, const Frame& frame, Rng& rng,
                     Tissues& tissues);

// What is in many films and is no finding: uneven aeration, scars, calcified nodules (the
// patient's) and skin folds, electrodes, lines (the day's).
void add_variants(const Body& body, const Posture& posture, const std::array<Lung, 2>& lungs,
                  const Frame& frame, Rng& rng, Tissues& tissues);

// The letter of lead beside the patient's left shoulder.
void add_marker(const Frame& frame, Rng& rng, Tissues& tissues);

// How an X-ray unit makes a picture, its look-up table included.
struct Detector {
  double spacing_mm = 1.1;
  int long_side = 392;  // pixels
  int short_side = 320;
  double photons = 6000.0;  // a pixel, where the film is of middle grey
  double electronic = 0.0;  // noise in photons that does not depend on the signal
  double blur_px = 0.6;
  double scatter = 1.0;  // relative to a good grid
  // Processing: grey = curve(contrast, gamma) of the log signal, less `equalise` of its wide blur,
  // plus `sharpen` of its detail.
  double contrast = 1.0;
  double gamma = 1.0;
  double toe = 0.0;  // share of a gentle curve, so that the darkest parts keep their levels
  double equalise = 0.0;
  double sharpen = 0.0;
  double grain = 0.0;  // structure noise of a phosphor plate, in the log signal
  int bits = 12;
  bool inverted = false;  // MONOCHROME1
};

struct Exposure {
  double kvp = 120.0;
  double relative_dose = 1.0;
  bool no_grid = false;
  std::array<double, 4> collimation_mm{};  // left, top, right, bottom
  double range_offset = 0.0;               // by which the automatic range misses
  double range_gain = 1.0;
};

// What the detector shows of the tissues: grey in [0, 1], 1 is dense (white in the film).
[[nodiscard]] Plane expose(const Tissues& tissues, const Detector& detector,
                           const Exposure& exposure, Rng& rng);

// Grey as stored values.
[[nodiscard]] std::vector<std::uint16_t> quantise(const Plane& grey, const Detector& detector);

}  // namespace osler::dicom::phantom
