#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "clinical/image.h"
#include "clinical/instance.h"

namespace osler::dicom::quality {

enum class Check : std::uint8_t {
  Blank,          // no structure: next to one grey level everywhere
  Clipped,        // a large share of the pixels sits at an end of the scale
  Inverted,       // black and white seem to be exchanged (chest films only)
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

// A label on a film, never a loss: what was found, in a sentence for people, without any value that
// names a patient.
struct Finding {
  Check check = Check::Blank;
  std::string text;
};

struct Expectations {
  std::vector<std::string> modalities;  // empty: any
  std::vector<std::string> body_parts;  // empty: any; compared without case; a film may say none
  double blank_range = 0.01;            // of the scale: spread of the means of 32 x 32 tiles
  double clipped_inside = 0.08;         // at one end value, not joined to the film's edge
  double clipped_share = 0.5;           // at one end value, joined or not (radiographs)
  std::size_t least_levels = 32;        // different values in a film of 8 bits or more
};

// From the header alone: modality, body part, mandatory attributes, burned-in text, absent pixels.
[[nodiscard]] std::vector<Finding> assess(const clinical::Instance& instance,
                                          const Expectations& expected = {});

// From header and pixels.
[[nodiscard]] std::vector<Finding> assess(const clinical::Instance& instance,
                                          const clinical::Image& image,
                                          const Expectations& expected = {});

// From the pixels of a picture without a header, taken for a chest film.
[[nodiscard]] std::vector<Finding> assess(const clinical::Image& image,
                                          const Expectations& expected = {});

// SHA-256 over geometry and stored values: equal for the same film in whatever transfer syntax,
// file or picture format; different for any changed pixel.
[[nodiscard]] crypto::Digest pixel_digest(const clinical::Image& image);

}  // namespace osler::dicom::quality
