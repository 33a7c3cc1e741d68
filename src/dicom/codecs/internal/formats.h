#pragma once

#include "dicom/codecs/codec.h"

namespace osler::dicom::codecs {

// One function a format; errors as decode_codestream.
[[nodiscard]] Result<Decoded> decode_rle(const decode::WireRequest& request, BytesView bytes);
[[nodiscard]] Result<Decoded> decode_deflated(const decode::WireRequest& request, BytesView bytes);
// JPEG of any process, and JPEG-LS.
[[nodiscard]] Result<Decoded> decode_with_dcmtk(const decode::WireRequest& request,
                                                BytesView bytes);
[[nodiscard]] Result<Decoded> decode_jpeg2000(const decode::WireRequest& request, BytesView bytes);
[[nodiscard]] Result<Decoded> decode_png(BytesView bytes);
[[nodiscard]] Result<Decoded> decode_jpeg_picture(BytesView bytes);

// Room for an image's samples, checked against the limits. DataCorrupt: none, or too many.
[[nodiscard]] Result<Decoded> make_room(std::uint64_t width, std::uint64_t height,
                                        std::uint64_t channels, std::uint64_t bytes_per_sample);

[[nodiscard]] inline bool is_ybr_full(const decode::WireRequest& request) {
  return request.samples == 3 && request.photometric.view().starts_with("YBR_") &&
         !request.photometric.view().ends_with("ICT") &&
         !request.photometric.view().ends_with("RCT");
}

}  // namespace osler::dicom::codecs
