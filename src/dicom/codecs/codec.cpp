#include "dicom/codecs/codec.h"

#include <new>
#include <string>

#include "dicom/codecs/internal/formats.h"

namespace osler::dicom::codecs {
namespace {

using decode::Work;

Result<Decoded> decode_picture(BytesView bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("\x89PNG")) {
    return decode_png(bytes);
  }
  if (text.starts_with("\xFF\xD8\xFF")) {
    return decode_jpeg_picture(bytes);
  }
  return Error(ErrorCode::NotSupported, "neither a PNG nor a JPEG picture");
}

Result<Decoded> dispatch(const decode::WireRequest& request, BytesView bytes) {
  switch (request.work) {
    case Work::Rle:
      return decode_rle(request, bytes);
    case Work::Jpeg:
    case Work::JpegLs:
      return decode_with_dcmtk(request, bytes);
    case Work::Jpeg2000:
      return decode_jpeg2000(request, bytes);
    case Work::DeflatedFrame:
      return decode_deflated(request, bytes);
    case Work::Picture:
      return decode_picture(bytes);
  }
  return Error(ErrorCode::NotSupported, "an unknown codec");
}

}  // namespace

Result<Decoded> make_room(std::uint64_t width, std::uint64_t height, std::uint64_t channels,
                          std::uint64_t bytes_per_sample) {
  if (width == 0 || height == 0) {
    return Error(ErrorCode::DataCorrupt, "an image without pixels");
  }
  if (width > 65'535 || height > 65'535 || (channels != 1 && channels != 3) ||
      width * height * channels > decode::kMostSamples) {
    return Error(ErrorCode::DataCorrupt, "a codestream of " + std::to_string(width) + " x " +
                                             std::to_string(height) + " pixels with " +
                                             std::to_string(channels) + " samples is not accepted");
  }
  Decoded out;
  out.head.width = static_cast<std::uint32_t>(width);
  out.head.height = static_cast<std::uint32_t>(height);
  out.head.channels = static_cast<std::uint16_t>(channels);
  out.head.bytes_per_sample = static_cast<std::uint16_t>(bytes_per_sample);
  out.head.colour = channels == 3 ? decode::Colour::Rgb : decode::Colour::Grey;
  out.head.length = width * height * channels * bytes_per_sample;
  out.samples.resize(out.head.length);
  return out;
}

Result<Decoded> decode_codestream(const decode::WireRequest& request, BytesView bytes) {
  try {
    return dispatch(request, bytes);
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::DataCorrupt, "the codestream needs more memory than it may have");
  } catch (const std::exception&) {
    return Error(ErrorCode::DataCorrupt, "the codestream is broken");
  }
}

}  // namespace osler::dicom::codecs
