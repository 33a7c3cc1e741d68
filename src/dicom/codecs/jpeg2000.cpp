#include <algorithm>
#include <cstring>
#include <memory>

#include <openjpeg.h>

#include "dicom/codecs/internal/formats.h"

namespace osler::dicom::codecs {
namespace {

struct Source {
  BytesView bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T read_some(void* to, OPJ_SIZE_T count, void* data) {
  auto& source = *static_cast<Source*>(data);
  const std::size_t take = std::min<std::size_t>(count, source.bytes.size() - source.at);
  if (take == 0) {
    return static_cast<OPJ_SIZE_T>(-1);
  }
  std::memcpy(to, source.bytes.data() + source.at, take);
  source.at += take;
  return take;
}

OPJ_OFF_T skip_some(OPJ_OFF_T count, void* data) {
  auto& source = *static_cast<Source*>(data);
  if (count < 0) {
    return -1;
  }
  const auto take =
      std::min<std::size_t>(static_cast<std::size_t>(count), source.bytes.size() - source.at);
  source.at += take;
  return static_cast<OPJ_OFF_T>(take);
}

OPJ_BOOL seek_to(OPJ_OFF_T place, void* data) {
  auto& source = *static_cast<Source*>(data);
  if (place < 0 || static_cast<std::size_t>(place) > source.bytes.size()) {
    return OPJ_FALSE;
  }
  source.at = static_cast<std::size_t>(place);
  return OPJ_TRUE;
}

// OpenJPEG's streams and codecs are both void*, so each needs a type of its own.
struct FreeStream {
  void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
};
struct FreeCodec {
  void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
};
struct FreeImage {
  void operator()(opj_image_t* image) const { opj_image_destroy(image); }
};
using Stream = std::unique_ptr<opj_stream_t, FreeStream>;
using Codec = std::unique_ptr<opj_codec_t, FreeCodec>;
using Picture = std::unique_ptr<opj_image_t, FreeImage>;

Error broken() {
  return {ErrorCode::DataCorrupt, "the JPEG 2000 codestream is broken"};
}

Stream open_stream(Source& source) {
  Stream stream(opj_stream_create(std::size_t{1} << 16, OPJ_TRUE));
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), source.bytes.size());
  opj_stream_set_read_function(stream.get(), read_some);
  opj_stream_set_skip_function(stream.get(), skip_some);
  opj_stream_set_seek_function(stream.get(), seek_to);
  return stream;
}

// Before anything is decoded: the codestream's own geometry against the header's.
Result<void> check(const opj_image_t& image, const decode::WireRequest& request) {
  if (image.numcomps != request.samples || image.x1 <= image.x0 || image.y1 <= image.y0 ||
      image.x1 - image.x0 != request.columns || image.y1 - image.y0 != request.rows) {
    return Error(ErrorCode::DataCorrupt,
                 "the JPEG 2000 codestream has another geometry than the header");
  }
  for (OPJ_UINT32 c = 0; c < image.numcomps; ++c) {
    const auto& component = image.comps[c];
    if (component.dx != 1 || component.dy != 1 || component.prec == 0 || component.prec > 32) {
      return Error(ErrorCode::NotSupported, "a JPEG 2000 codestream with subsampled components");
    }
  }
  return {};
}

template <typename Word>
void interleave(const opj_image_t& image, Bytes& out) {
  const std::size_t pixels = std::size_t{image.comps[0].w} * image.comps[0].h;
  for (OPJ_UINT32 c = 0; c < image.numcomps; ++c) {
    const OPJ_INT32* from = image.comps[c].data;
    for (std::size_t i = 0; i < pixels; ++i) {
      const auto word = static_cast<Word>(from[i]);
      std::memcpy(out.data() + (i * image.numcomps + c) * sizeof(Word), &word, sizeof word);
    }
  }
}

Result<Decoded> collect(const opj_image_t& image, const decode::WireRequest& request) {
  for (OPJ_UINT32 c = 0; c < image.numcomps; ++c) {
    const auto& component = image.comps[c];
    if (component.data == nullptr || component.w != request.columns ||
        component.h != request.rows) {
      return broken();
    }
  }
  const auto precision = image.comps[0].prec;
  const std::size_t width = precision <= 8 ? 1 : precision <= 16 ? 2 : 4;
  OSLER_TRY(Decoded out, make_room(request.columns, request.rows, image.numcomps, width));
  out.head.precision = static_cast<std::uint16_t>(precision);
  if (width == 1) {
    interleave<std::uint8_t>(image, out.samples);
  } else if (width == 2) {
    interleave<std::uint16_t>(image, out.samples);
  } else {
    interleave<std::uint32_t>(image, out.samples);
  }
  // OpenJPEG has undone the codestream's own colour transform (RCT, ICT).
  out.head.colour = is_ybr_full(request) ? decode::Colour::YbrFull : out.head.colour;
  return out;
}

}  // namespace

Result<Decoded> decode_jpeg2000(const decode::WireRequest& request, BytesView bytes) {
  // Some writers wrap the codestream in its file format, which DICOM does not allow.
  const bool boxed = bytes.size() > 12 && as_text(bytes.subspan(4, 4)) == "jP  ";
  Source source{.bytes = bytes};
  const Stream stream = open_stream(source);
  const Codec codec(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
  opj_dparameters_t parameters{};
  opj_set_default_decoder_parameters(&parameters);
  if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE) {
    return Error(ErrorCode::Internal, "the JPEG 2000 decoder could not be set up");
  }
  opj_image_t* raw = nullptr;
  const bool read = opj_read_header(stream.get(), codec.get(), &raw) != OPJ_FALSE;
  const Picture image(raw);
  if (!read || !image) {
    return broken();
  }
  OSLER_TRY_DO(check(*image, request));
  if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE) {
    return broken();
  }
  return collect(*image, request);
}

}  // namespace osler::dicom::codecs
