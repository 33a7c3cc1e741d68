#pragma once

#include <cstddef>

#include "base/result.h"
#include "clinical/image.h"
#include "dicom/decode/internal/wire.h"
#include "dicom/io/file.h"

namespace osler::dicom::decode {

// Whole-byte samples as they lie in memory: out of the pixel data element, or from a codec.
struct Samples {
  BytesView bytes;
  std::size_t width = 0;
  std::size_t height = 0;
  std::size_t channels = 1;
  int bits_allocated = 8;  // 1, 8, 16 or 32
  int bits_stored = 8;
  int high_bit = 7;
  bool is_signed = false;
  bool big_endian = false;
  bool planar = false;
  std::size_t first_bit = 0;  // where a frame of 1-bit samples begins
};

// Stored values: overlay and padding bits masked, sign extended, samples interleaved.
// DataCorrupt: fewer bytes than the geometry needs. NotSupported: bits in no use.
[[nodiscard]] Result<std::vector<float>> stored_values(const Samples& samples);

// Three samples a pixel of the YBR family become RGB, in place (PS3.3 C.7.6.3.1.2).
void ybr_to_rgb(std::vector<float>& samples, int bits, bool partial);

// One frame of a file whose pixels need no codec.
[[nodiscard]] Result<clinical::Image> unpack(const io::File& file, std::size_t frame);

// Puts stored values into the frame's description: palettes and colours become RGB.
[[nodiscard]] Result<clinical::Image> finish(const io::File& file, std::size_t frame,
                                             std::vector<float> values, Colour colour);

}  // namespace osler::dicom::decode
