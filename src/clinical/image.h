#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace osler::clinical {

enum class Photometric : std::uint8_t { Monochrome1, Monochrome2, Rgb };

// One frame as it was stored, decoded: what is on the disk, before any look-up table. Colour
// spaces of the YBR family and palettes have become RGB.
struct Image {
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 1;    // 1, or 3 for RGB
  std::vector<float> samples;  // [height, width, channels], row-major, stored values
  int bits_stored = 8;         // how many bits a stored value has
  bool is_signed = false;
  Photometric photometric = Photometric::Monochrome2;

  // Modality LUT (PS3.3 C.11.1): output = stored * slope + intercept.
  double rescale_slope = 1.0;
  double rescale_intercept = 0.0;
  // VOI window (PS3.3 C.11.2), in output units of the modality LUT; absent: the whole range.
  struct Window {
    double centre = 0.0;
    double width = 0.0;
    bool sigmoid = false;  // VOI LUT function SIGMOID, else LINEAR
  };
  std::optional<Window> window;
  // VOI LUT (PS3.3 C.11.2.1.1), used before `window` where present.
  struct Lut {
    int first_value = 0;
    int bits = 16;
    std::vector<std::uint16_t> entries;
  };
  std::optional<Lut> voi_lut;
  std::optional<Lut> modality_lut;  // in place of slope and intercept
  // Distance between row centres and between column centres, in mm.
  std::optional<std::array<double, 2>> spacing_mm;
};

}  // namespace osler::clinical
