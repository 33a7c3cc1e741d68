#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "clinical/image.h"
#include "clinical/instance.h"

namespace osler::dicom::quality {

enum class Check : std::uint8_t {
  Blank,          // (nearly) one grey level
  Clipped,        // a large share of the pixels sits at an end of the scale
  Inverted,       // MONOCHROME1 and MONOCHROME2 seem to be exchanged
  FewLevels,      // too few grey levels for its bits
  WrongModality,  // not what was expected
  WrongBodyPart,
  MissingTags,   // a mandatory attribute is absent or empty
  BurnedInText,  // may carry text in its pixels
  NoPixels
};

// "blank", "clipped", "inverted", "few_levels", "wrong_modality", "wrong_body_part",
// "missing_tags", "burned_in_text", "no_pixels".
[[nodiscard]] std::string_view to_string(Check check);

// A label on a film, never a loss: what was found, in a sentence for people without any value that
// names a patient.
struct Finding {
  Check check = Check::Blank;
  std::string text;
};

struct Expectations {
  std::vector<std::string> modalities;  // empty: any
  std::vector<std::string> body_parts;  // empty: any; compared without case, blank matches nothing
  double blank_range = 0.01;            // of the scale, between 1st and 99th percentile
  double clipped_share = 0.25;          // at one end value, outside the collimated border
  std::size_t least_levels = 32;        // different values in a film of 8 bits or more
};

// From the header alone: modality, body part, mandatory attributes, burned-in text.
[[nodiscard]] std::vector<Finding> assess(const clinical::Instance& instance,
                                          const Expectations& expected = {});

// From header and pixels.
[[nodiscard]] std::vector<Finding> assess(const clinical::Instance& instance,
                                          const clinical::Image& image,
                                          const Expectations& expected = {});

// SHA-256 over geometry and stored values: equal for the same film in whatever transfer syntax,
// header or file; different for any changed pixel.
[[nodiscard]] crypto::Digest pixel_digest(const clinical::Image& image);

}  // namespace osler::dicom::quality
