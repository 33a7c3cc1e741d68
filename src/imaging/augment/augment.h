#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/rng.h"

namespace osler {
class Settings;
}  // namespace osler

namespace osler::imaging::augment {

// Random changes of a training image, each drawn anew for each image. Ranges are symmetric.
struct Spec {
  bool flip = false;            // left to right, half of the time: only where anatomy allows
  double shift = 0.0;           // at most this fraction of each side, [0, 0.5]
  double rotate_degrees = 0.0;  // at most, [0, 180]
  double scale = 0.0;           // 0.1: by a factor between 1 / 1.1 and 1.1, [0, 1]
  double brightness = 0.0;      // added, at most this, [0, 2]
  double contrast = 0.0;        // 0.2: gain between 1 / 1.2 and 1.2 around 0, [0, 2]
  double noise = 0.0;           // deviation of white noise, at most this, [0, 2]
  double erase = 0.0;           // chance that a rectangle of 2 to 15 % becomes 0, [0, 1]

  bool operator==(const Spec&) const = default;
};

// Keys as the members. InvalidArgument: an unknown key (the hint says the nearest), another type,
// out of range. The error's place is the key's name.
[[nodiscard]] Json to_json(const Spec& spec);
[[nodiscard]] Result<Spec> spec_from_json(const Json& document);
// The same from the section `key` of a larger document; faults go to the section's SettingsFault.
[[nodiscard]] Spec read_section(const Settings& parent, std::string_view key);

// Changes pixels in place.
//   pixels  [height, width] row-major, z-scored: 0 is the mean, brightness and noise are in
//           deviations
//   rng     the same state gives the same picture
// Flip, shift, rotation and scale are one affine map with bilinear interpolation; what comes from
// outside repeats the edge.
void augment(std::span<float> pixels, std::size_t height, std::size_t width, const Spec& spec,
             Rng& rng);

}  // namespace osler::imaging::augment

namespace osler::imaging {
using AugmentSpec = augment::Spec;
}  // namespace osler::imaging
