#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <jpeglib.h>
#include <zlib.h>

namespace osler::test {

inline std::string big32(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
  }
  return out;
}

inline std::string png_chunk(const std::string& name, const std::string& data) {
  const std::string body = name + data;
  const auto sum = ::crc32(0, reinterpret_cast<const unsigned char*>(body.data()),
                           static_cast<unsigned>(body.size()));
  return big32(static_cast<std::uint32_t>(data.size())) + body +
         big32(static_cast<std::uint32_t>(sum));
}

// A PNG of `bits` and colour type (0 grey, 2 colour, 6 colour with transparency) from its raw rows,
// written one after the other. Rows that do not fill the size make a picture cut short.
inline std::string png(std::uint32_t width, std::uint32_t height, int bits, int colour,
                       std::string_view rows) {
  const std::size_t row = rows.size() / height == 0 ? rows.size() : rows.size() / height;
  std::string filtered;
  for (std::size_t at = 0; at + row <= rows.size(); at += row) {
    filtered += '\0';
    filtered += rows.substr(at, row);
  }
  std::string packed(::compressBound(filtered.size()), '\0');
  auto size = static_cast<uLongf>(packed.size());
  ::compress(reinterpret_cast<unsigned char*>(packed.data()), &size,
             reinterpret_cast<const unsigned char*>(filtered.data()), filtered.size());
  packed.resize(size);
  const std::string head = big32(width) + big32(height) + static_cast<char>(bits) +
                           static_cast<char>(colour) + std::string(3, '\0');
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", head) + png_chunk("IDAT", packed) +
         png_chunk("IEND", "");
}

// A grey JPEG of best quality.
inline std::string jpeg(std::uint32_t width, std::uint32_t height, std::string grey) {
  jpeg_compress_struct out{};
  jpeg_error_mgr errors{};
  out.err = jpeg_std_error(&errors);
  jpeg_create_compress(&out);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&out, &buffer, &size);
  out.image_width = width;
  out.image_height = height;
  out.input_components = 1;
  out.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&out);
  jpeg_set_quality(&out, 100, TRUE);
  jpeg_start_compress(&out, TRUE);
  for (std::uint32_t y = 0; y < height; ++y) {
    auto* row = reinterpret_cast<JSAMPROW>(grey.data() + std::size_t{y} * width);
    jpeg_write_scanlines(&out, &row, 1);
  }
  jpeg_finish_compress(&out);
  jpeg_destroy_compress(&out);
  std::string bytes(reinterpret_cast<const char*>(buffer), size);
  std::free(buffer);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg made it
  return bytes;
}

}  // namespace osler::test
