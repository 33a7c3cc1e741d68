#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/crypto.h"
#include "base/json.h"
#include "base/result.h"

namespace osler {
class Settings;
}  // namespace osler

namespace osler::imaging::transform {

// Which stored values become black and white.
//   Header      the header's VOI LUT, else its window; a film that has neither: the percentiles
//               where more than 8 bits are stored, else the whole range of stored values
//   Percentile  the film's own percentiles
//   None        the whole range of stored values
enum class Window : std::uint8_t { Header, Percentile, None };

// How a film of another shape comes to the network's size.
//   Stretch  each axis by its own factor
//   Pad      one factor for both; what is left over at two sides is black
enum class Aspect : std::uint8_t { Stretch, Pad };

// The last step. All work on grey in [0, 1], black to white.
//   ZScore  (grey - mean of this film) / deviation of this film
//   Fixed   (grey - mean) / deviation, with numbers given
//   Unit    as it is, 0 to 1
enum class Normalise : std::uint8_t { ZScore, Fixed, Unit };

// How a film becomes the network's input: part of the study file and of the signed package.
//
// Fixed order: colour to grey (ITU-R BT.601), modality LUT, window, MONOCHROME1 inverted, crop,
// resample (triangle filter, as wide as the step, so that fine structure does not alias),
// normalise.
struct Spec {
  Window window = Window::Header;
  std::array<double, 2> percentiles = {0.5, 99.5};  // 0 <= first < second <= 100
  double crop_border = 0.0;      // fraction of each side's length cut off at each of the four edges
  bool crop_foreground = false;  // cut off the dark frame that collimation and scanners leave
  std::array<std::size_t, 2> size = {64, 64};  // [height, width], each 8 to 2048
  // Present: one pixel of the result is this wide and high; `size` is then cut from, or padded
  // around, the film's middle.
  std::optional<double> spacing_mm = std::nullopt;
  Aspect aspect = Aspect::Stretch;
  Normalise normalise = Normalise::ZScore;
  double mean = 0.5;        // for Fixed
  double deviation = 0.25;  // for Fixed, > 0

  bool operator==(const Spec&) const = default;
};

// {"window", "percentiles", "crop_border", "crop_foreground", "size", "spacing_mm", "aspect",
//  "normalise", "mean", "deviation"}; spacing_mm only where present, mean and deviation only with
// "fixed".
[[nodiscard]] Json to_json(const Spec& spec);

// Keys as above, each may be absent; size may be one number. InvalidArgument: an unknown key (the
// hint says the nearest), another type, out of range. The error's place is the key's name.
[[nodiscard]] Result<Spec> spec_from_json(const Json& document);
// The same from the section `key` of a larger document; faults go to the section's SettingsFault.
[[nodiscard]] Spec read_section(const Settings& parent, std::string_view key);

// SHA-256 of the JSON: equal transforms have equal digests.
[[nodiscard]] crypto::Digest digest(const Spec& spec);

}  // namespace osler::imaging::transform

namespace osler::imaging {
using TransformSpec = transform::Spec;
}  // namespace osler::imaging
