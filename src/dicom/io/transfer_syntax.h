#pragma once

#include <cstdint>
#include <string_view>

namespace osler::dicom::io {

// How the pixel data of a transfer syntax is coded.
enum class Codec : std::uint8_t {
  None,  // pixels lie plainly in the element
  Rle,   // PS3.5 annex G
  Jpeg,  // any process of ISO 10918-1, lossy or lossless
  JpegLs,
  Jpeg2000,       // and its high-throughput form
  DeflatedFrame,  // each frame deflated
  Opaque          // JPEG XL, video, what we do not know: kept, never decoded
};

// DICOM PS3.5 annex A.
struct TransferSyntax {
  std::string_view uid;
  std::string_view name;
  bool explicit_vr = true;
  bool big_endian = false;
  bool deflated = false;
  Codec codec = Codec::None;
  bool lossy = false;
  bool known = true;

  [[nodiscard]] bool encapsulated() const { return codec != Codec::None; }
};

// An unknown UID reads as explicit little endian with opaque pixels, and is marked so.
[[nodiscard]] TransferSyntax transfer_syntax(std::string_view uid);

}  // namespace osler::dicom::io
