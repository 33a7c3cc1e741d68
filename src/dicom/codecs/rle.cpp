#include <algorithm>
#include <cstring>

#include <zlib.h>

#include "dicom/codecs/internal/formats.h"

namespace osler::dicom::codecs {
namespace {

Error broken() {
  return {ErrorCode::DataCorrupt, "the RLE codestream is broken"};
}

std::uint32_t word(BytesView bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// One PackBits segment into every `stride`th byte of `out` (PS3.5 G.3.2). False: it ends early.
bool unpack_segment(BytesView in, std::span<std::byte> out, std::size_t stride, std::size_t count) {
  std::size_t at = 0;
  std::size_t made = 0;
  while (made < count && at < in.size()) {
    const auto control = std::to_integer<int>(in[at++]);
    if (control == 128) {
      continue;
    }
    const bool literal = control < 128;
    const auto length = static_cast<std::size_t>(literal ? control + 1 : 257 - control);
    const std::size_t take = std::min(length, count - made);
    if (at + (literal ? take : 1) > in.size()) {
      return false;
    }
    for (std::size_t i = 0; i < take; ++i, ++made) {
      out[made * stride] = in[literal ? at + i : at];
    }
    at += literal ? length : 1;
  }
  return made == count;
}

// Packed single bits become one byte a sample, in place from the back.
void spread_bits(Bytes& samples, std::size_t packed) {
  Bytes bits(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(packed));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = (bits[i / 8] >> (i % 8)) & std::byte{1};
  }
}

}  // namespace

Result<Decoded> decode_rle(const decode::WireRequest& request, BytesView bytes) {
  const std::size_t width = request.bits_allocated == 1 ? 1 : request.bits_allocated / 8;
  if (width != 1 && width != 2 && width != 4) {
    return Error(ErrorCode::NotSupported, "RLE pixels of such a size");
  }
  OSLER_TRY(Decoded out, make_room(request.columns, request.rows, request.samples, width));
  const std::size_t segments = width * request.samples;
  if (bytes.size() < 64 || word(bytes, 0) != segments) {
    return broken();
  }
  const std::size_t samples = std::size_t{request.rows} * request.columns;
  const std::size_t count = request.bits_allocated == 1 ? (samples + 7) / 8 : samples;
  const std::size_t stride = segments;
  for (std::size_t segment = 0; segment < segments; ++segment) {
    const std::size_t from = word(bytes, 4 + 4 * segment);
    const std::size_t to = segment + 1 < segments ? word(bytes, 8 + 4 * segment) : bytes.size();
    if (from < 64 || from > to || to > bytes.size()) {
      return broken();
    }
    // Segments go from the most significant byte of a sample down; samples lie little endian here.
    const std::size_t place = (segment / width) * width + (width - 1 - segment % width);
    if (!unpack_segment(bytes.subspan(from, to - from), std::span(out.samples).subspan(place),
                        stride, count)) {
      return broken();
    }
  }
  if (request.bits_allocated == 1) {
    spread_bits(out.samples, count);
    out.head.precision = 1;
  }
  out.head.colour = is_ybr_full(request) ? decode::Colour::YbrFull : out.head.colour;
  return out;
}

Result<Decoded> decode_deflated(const decode::WireRequest& request, BytesView bytes) {
  const std::uint64_t samples = std::uint64_t{request.rows} * request.columns * request.samples;
  const bool bits = request.bits_allocated == 1;
  OSLER_TRY(Decoded out, make_room(request.columns, request.rows, request.samples,
                                   bits ? 1 : request.bits_allocated / 8U));
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    return Error(ErrorCode::Internal, "inflation could not begin");
  }
  auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  stream.next_in = const_cast<unsigned char*>(in);  // zlib's interface; it only reads
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<unsigned char*>(out.samples.data());
  const std::uint64_t want = bits ? (samples + 7) / 8 : out.samples.size();
  stream.avail_out = static_cast<uInt>(want);
  const int status = ::inflate(&stream, Z_FINISH);
  const bool whole = stream.avail_out == 0;
  ::inflateEnd(&stream);
  if (!whole || (status != Z_STREAM_END && status != Z_BUF_ERROR && status != Z_OK)) {
    return Error(ErrorCode::DataCorrupt, "the deflated frame is broken");
  }
  if (bits) {
    spread_bits(out.samples, want);
    out.head.precision = 1;
  }
  out.head.colour = is_ybr_full(request) ? decode::Colour::YbrFull : out.head.colour;
  return out;
}

}  // namespace osler::dicom::codecs
