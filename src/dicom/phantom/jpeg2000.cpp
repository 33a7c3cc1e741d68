#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <openjpeg.h>

#include "base/check.h"
#include "dicom/phantom/internal/elements.h"

namespace osler::dicom::phantom {
namespace {

// Where OpenJPEG writes: a byte vector with a position, since it goes back to fill in lengths.
struct Sink {
  Bytes bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T write_to(void* source, OPJ_SIZE_T count, void* user) {
  auto& sink = *static_cast<Sink*>(user);
  if (sink.bytes.size() < sink.at + count) {
    sink.bytes.resize(sink.at + count);
  }
  std::memcpy(sink.bytes.data() + sink.at, source, count);
  sink.at += count;
  return count;
}

OPJ_OFF_T skip_in(OPJ_OFF_T count, void* user) {
  static_cast<Sink*>(user)->at += static_cast<std::size_t>(count);
  return count;
}

OPJ_BOOL seek_in(OPJ_OFF_T place, void* user) {
  static_cast<Sink*>(user)->at = static_cast<std::size_t>(place);
  return OPJ_TRUE;
}

using Codec = std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)>;
using Stream = std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)>;
using Picture = std::unique_ptr<opj_image_t, decltype(&opj_image_destroy)>;

Picture picture_of(const std::vector<std::uint16_t>& samples, int width, int height, int bits) {
  opj_image_cmptparm_t layout{};
  layout.dx = 1;
  layout.dy = 1;
  layout.w = static_cast<OPJ_UINT32>(width);
  layout.h = static_cast<OPJ_UINT32>(height);
  layout.prec = static_cast<OPJ_UINT32>(bits);
  Picture picture(opj_image_create(1, &layout, OPJ_CLRSPC_GRAY), &opj_image_destroy);
  OSLER_CHECK(picture != nullptr);
  picture->x1 = layout.w;
  picture->y1 = layout.h;
  std::copy(samples.begin(), samples.end(), picture->comps[0].data);
  return picture;
}

}  // namespace

Bytes encode_jpeg2000(const std::vector<std::uint16_t>& samples, int width, int height, int bits) {
  const Picture picture = picture_of(samples, width, height, bits);
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  std::array<char, 10> comment{"synthetic"};
  parameters.cp_comment = comment.data();
  parameters.numresolution = 5;
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  const Codec codec(opj_create_compress(OPJ_CODEC_J2K), &opj_destroy_codec);
  const Stream stream(opj_stream_default_create(OPJ_FALSE), &opj_stream_destroy);
  OSLER_CHECK(codec != nullptr && stream != nullptr);
  Sink sink;
  opj_stream_set_user_data(stream.get(), &sink, nullptr);
  opj_stream_set_write_function(stream.get(), &write_to);
  opj_stream_set_skip_function(stream.get(), &skip_in);
  opj_stream_set_seek_function(stream.get(), &seek_in);
  const bool done = opj_setup_encoder(codec.get(), &parameters, picture.get()) != 0 &&
                    opj_start_compress(codec.get(), picture.get(), stream.get()) != 0 &&
                    opj_encode(codec.get(), stream.get()) != 0 &&
                    opj_end_compress(codec.get(), stream.get()) != 0;
  OSLER_CHECK(done);  // our own picture in memory: nothing outside can make it fail
  return std::move(sink.bytes);
}

}  // namespace osler::dicom::phantom
