#include <csetjmp>
#include <cstddef>
#include <cstdio>

#include <jpeglib.h>

#include "dicom/codecs/internal/formats.h"

namespace osler::dicom::codecs {
namespace {

struct Reader {
  jpeg_error_mgr errors{};  // first: libjpeg hands back a pointer to it
  std::jmp_buf jump{};
  jpeg_decompress_struct jpeg{};
  Decoded out;
  bool made = false;
  bool fits = false;

  Reader() = default;
  ~Reader() {
    if (made) {
      jpeg_destroy_decompress(&jpeg);
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;
};

[[noreturn]] void leave(j_common_ptr jpeg) {
  auto* reader = reinterpret_cast<Reader*>(jpeg->err);
  std::longjmp(reader->jump, 1);  // NOLINT(cert-err52-cpp): libjpeg's interface
}
void quiet(j_common_ptr /*jpeg*/) {}
void quiet_level(j_common_ptr /*jpeg*/, int /*level*/) {}

void make_room_for(Reader& reader) {
  const auto channels = static_cast<std::uint64_t>(reader.jpeg.output_components);
  if (auto room = make_room(reader.jpeg.output_width, reader.jpeg.output_height, channels, 1)) {
    reader.out = *std::move(room);
    reader.out.head.precision = 8;
    reader.fits = true;
  }
}

// libjpeg leaves by longjmp: nothing with a destructor may live in this function.
bool read_all(Reader& reader, BytesView bytes) {
  if (setjmp(reader.jump) != 0) {  // NOLINT(cert-err52-cpp): libjpeg's interface
    return false;
  }
  auto& jpeg = reader.jpeg;
  jpeg_create_decompress(&jpeg);
  reader.made = true;
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()),
               static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&jpeg);
  make_room_for(reader);
  if (!reader.fits) {
    return false;
  }
  const std::size_t row = reader.out.samples.size() / jpeg.output_height;
  while (jpeg.output_scanline < jpeg.output_height) {
    auto* to = reinterpret_cast<JSAMPROW>(reader.out.samples.data() + jpeg.output_scanline * row);
    jpeg_read_scanlines(&jpeg, &to, 1);
  }
  // A picture cut short is filled with grey and only warned about: that is no film.
  return jpeg.err->num_warnings == 0;
}

}  // namespace

Result<Decoded> decode_jpeg_picture(BytesView bytes) {
  Reader reader;
  reader.jpeg.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = leave;
  reader.errors.output_message = quiet;
  reader.errors.emit_message = quiet_level;
  reader.errors.num_warnings = 0;
  if (!read_all(reader, bytes)) {
    return Error(ErrorCode::DataCorrupt,
                 "the JPEG picture is broken, cut short or in colours of print");
  }
  return std::move(reader.out);
}

}  // namespace osler::dicom::codecs
