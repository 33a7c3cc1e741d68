#include <array>
#include <cstring>
#include <limits>
#include <string_view>

#include <zlib.h>

#include "imaging/picture/picture.h"

namespace osler::imaging::picture {
namespace {

constexpr std::size_t kLargestSide = 65535;
constexpr std::array<unsigned char, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

void append_number(Bytes& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::byte>(number >> shift));
  }
}

std::uint32_t checksum(BytesView bytes) {
  const auto start = ::crc32(0, nullptr, 0);
  return static_cast<std::uint32_t>(
      ::crc32_z(start, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// ISO/IEC 15948, 5.3: length, type, data, CRC of type and data.
void append_chunk(Bytes& png, std::string_view type, BytesView data) {
  append_number(png, static_cast<std::uint32_t>(data.size()));
  const auto start = png.size();
  const auto name = as_bytes(type);
  png.insert(png.end(), name.begin(), name.end());
  png.insert(png.end(), data.begin(), data.end());
  append_number(png, checksum(BytesView(png).subspan(start)));
}

// Rows under the filter "Sub" (type 1, 9.2): each sample less the one to its left, which suits
// films better than none, and costs one pass.
Bytes filtered_rows(const Picture& picture) {
  const std::size_t stride = picture.width * picture.channels;
  Bytes rows;
  rows.reserve((stride + 1) * picture.height);
  for (std::size_t y = 0; y < picture.height; ++y) {
    rows.push_back(std::byte{1});
    for (std::size_t i = 0; i < stride; ++i) {
      const auto here = picture.samples[y * stride + i];
      const auto left =
          i < picture.channels ? 0 : picture.samples[y * stride + i - picture.channels];
      rows.push_back(static_cast<std::byte>(static_cast<unsigned char>(here - left)));
    }
  }
  return rows;
}

Result<Bytes> deflated(BytesView bytes) {
  auto size = ::compressBound(bytes.size());
  Bytes packed(size);
  const int status = ::compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                                 reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 6);
  if (status != Z_OK) {
    return Error(ErrorCode::Internal, "zlib could not pack a picture");
  }
  packed.resize(size);
  return packed;
}

}  // namespace

Result<Bytes> to_png(const Picture& picture) {
  if (picture.channels != 1 && picture.channels != 3) {
    return Error(ErrorCode::InvalidArgument, "a picture has 1 or 3 channels");
  }
  if (picture.width == 0 || picture.height == 0 || picture.width > kLargestSide ||
      picture.height > kLargestSide ||
      picture.samples.size() != picture.width * picture.height * picture.channels) {
    return Error(ErrorCode::InvalidArgument, "the picture's sizes do not fit its samples");
  }
  OSLER_TRY(const auto packed, deflated(filtered_rows(picture)));
  Bytes png(kSignature.size());
  std::memcpy(png.data(), kSignature.data(), kSignature.size());
  Bytes head;
  append_number(head, static_cast<std::uint32_t>(picture.width));
  append_number(head, static_cast<std::uint32_t>(picture.height));
  // Bit depth 8; colour type 0 (grey) or 2 (RGB); deflate; adaptive filters; not interlaced.
  const auto colour = static_cast<std::byte>(picture.channels == 1 ? 0 : 2);
  head.insert(head.end(), {std::byte{8}, colour, std::byte{0}, std::byte{0}, std::byte{0}});
  append_chunk(png, "IHDR", head);
  append_chunk(png, "IDAT", packed);
  append_chunk(png, "IEND", {});
  return png;
}

}  // namespace osler::imaging::picture
