#include <csetjmp>
#include <cstring>
#include <vector>

#include <png.h>

#include "dicom/codecs/internal/formats.h"

namespace osler::dicom::codecs {
namespace {

// Everything that a jump out of libpng must not leave behind lives here, outside the jump.
struct Reader {
  BytesView bytes;
  std::size_t at = 0;
  png_structp png = nullptr;
  png_infop info = nullptr;
  Decoded out;
  std::vector<png_bytep> rows;
  bool fits = false;

  explicit Reader(BytesView all) : bytes(all) {}
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;
};

void read_some(png_structp png, png_bytep to, png_size_t count) {
  auto& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (count > reader.bytes.size() - reader.at) {
    png_error(png, "cut short");
  }
  std::memcpy(to, reader.bytes.data() + reader.at, count);
  reader.at += count;
}

void quiet(png_structp /*png*/, png_const_charp /*text*/) {}
void leave(png_structp png, png_const_charp /*text*/) {
  png_longjmp(png, 1);
}

// Grey of 1, 2 and 4 bits and palettes widen to 8; transparency goes; 16 bits stay.
void choose_output(Reader& reader) {
  png_set_expand(reader.png);
  png_set_strip_alpha(reader.png);
  png_set_swap(reader.png);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
}

void make_rows(Reader& reader) {
  const auto width = png_get_image_width(reader.png, reader.info);
  const auto height = png_get_image_height(reader.png, reader.info);
  const std::uint64_t wide = png_get_bit_depth(reader.png, reader.info) == 16 ? 2 : 1;
  auto room = make_room(width, height, png_get_channels(reader.png, reader.info), wide);
  if (!room) {
    return;
  }
  reader.out = *std::move(room);
  reader.out.head.precision = static_cast<std::uint16_t>(8 * wide);
  const std::size_t row = reader.out.samples.size() / height;
  reader.fits = row == png_get_rowbytes(reader.png, reader.info);
  reader.rows.resize(height);
  for (std::size_t i = 0; i < height; ++i) {
    reader.rows[i] = reinterpret_cast<png_bytep>(reader.out.samples.data() + i * row);
  }
}

// libpng leaves by longjmp: nothing with a destructor may live in this function.
bool read_all(Reader& reader) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) {  // NOLINT(cert-err52-cpp): libpng's interface
    return false;
  }
  png_set_read_fn(reader.png, &reader, read_some);
  png_set_user_limits(reader.png, 65'535, 65'535);
  png_set_chunk_malloc_max(reader.png, 8'000'000);
  png_read_info(reader.png, reader.info);
  choose_output(reader);
  make_rows(reader);
  if (!reader.fits) {
    return false;
  }
  png_read_image(reader.png, reader.rows.data());
  return true;
}

}  // namespace

Result<Decoded> decode_png(BytesView bytes) {
  Reader reader(bytes);
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, leave, quiet);
  reader.info = reader.png == nullptr ? nullptr : png_create_info_struct(reader.png);
  if (reader.info == nullptr) {
    return Error(ErrorCode::Internal, "the PNG reader could not be made");
  }
  if (!read_all(reader)) {
    return Error(ErrorCode::DataCorrupt, "the PNG picture is broken, cut short or too large");
  }
  return std::move(reader.out);
}

}  // namespace osler::dicom::codecs
